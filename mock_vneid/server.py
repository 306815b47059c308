"""The two doors on real sockets: uvicorn in one process and one event loop."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Generator
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_vneid.faces.line import CONNECTION
from mock_vneid.faces.straight import Straight
from mock_vneid.universe import Universe

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ImportError:  # no httptools on Windows: the fault `reset` then shows as a 500
    protocol: Any = "auto"
else:

    class FacesProtocol(HttpToolsProtocol):
        """Answers what goes the straight way itself; hands each other request its connection, for a fault to cut."""

        config: "Settings"
        _between = True  # two requests: nothing of the next one was read yet
        _answered_at = 0.0  # the straight way, by the loop's clock
        _head_of: object = None  # whose headers `_head_bytes` begins with
        _head_bytes = b""

        def on_message_begin(self) -> None:
            self._between = False
            super().on_message_begin()
            self.scope["extensions"] = {CONNECTION: {"transport": self.transport}}

        def on_message_complete(self) -> None:
            self._between = True
            super().on_message_complete()

        def data_received(self, data: bytes) -> None:
            straight = self.config.straight
            body = straight.answer(data, self.scheme or "http") if straight and self._is_idle() else None
            if body is None:
                super().data_received(data)
                return
            self.transport.write(b"%b%d\r\n\r\n%b" % (self._head(), len(body), body))
            if self.timeout_keep_alive_task is None:
                self.on_response_complete()
            else:  # as that does, without a new alarm for each answer
                self._answered_at = self.loop.time()
                self.server_state.total_requests += 1

        def timeout_keep_alive_handler(self) -> None:
            left = self._answered_at + self.timeout_keep_alive - self.loop.time()
            if left > 0:
                self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
            else:
                super().timeout_keep_alive_handler()

        def _head(self) -> bytes:
            """An answer's head up to the number of its length; it changes once a second, with the date."""
            state = self.server_state
            if self._head_of is not state.default_headers:
                headers = b"".join([b"%b: %b\r\n" % header for header in (*state.default_headers, _JSON)])
                self._head_of = state.default_headers
                self._head_bytes = b"HTTP/1.1 200 OK\r\n%bcontent-length: " % headers
            return self._head_bytes

        def _is_idle(self) -> bool:
            answered = self.cycle is None or self.cycle.response_complete
            return answered and self._between and not self.flow.write_paused

    protocol = FacesProtocol

_JSON = (b"content-type", b"application/json")

new_event_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop
except ImportError:
    new_event_loop = asyncio.new_event_loop


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. OSError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Later:
    """An app that is made when it is first asked for something; everybody waits that once."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = self._make()
        await self._app(scope, receive, send)


class Settings(uvicorn.Config):
    """uvicorn's, and who answers before the app where anybody does."""

    straight: Straight | None = None


class Door(uvicorn.Server):
    """One app on one socket. Signals are taken by `run`, once for both doors."""

    config: Settings

    def __init__(self, app: ASGIApp, universe: Universe, straight: Straight | None = None) -> None:
        super().__init__(
            Settings(
                app,
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=75,  # longer than clients keep theirs: never the first to close
                timeout_graceful_shutdown=2,
            )
        )
        self.config.straight = straight
        self._universe = universe
        self.opened = threading.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.opened.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._universe.close()
        await super().shutdown(sockets)


def run(doors: list[tuple[Door, socket.socket]], with_stop: Callable[[Callable[[], None]], None] | None = None) -> None:
    """Serve until told to stop: `with_stop` gets the function that tells, for any thread or signal handler to call."""

    def stop() -> None:
        for door, _ in doors:
            door.should_exit = True

    async def serve() -> None:
        if with_stop:
            with_stop(stop)
        await asyncio.gather(*(door.serve(sockets=[listener]) for door, listener in doors))

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve())
