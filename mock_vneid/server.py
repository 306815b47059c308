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
from mock_vneid.worlds import Universe

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ImportError:  # no httptools on Windows: the fault `reset` then shows as a 500
    protocol: Any = "auto"
else:

    class FacesProtocol(HttpToolsProtocol):
        """Answers what goes the straight way itself; hands each other request its connection, for a fault to cut."""

        config: "Settings"
        _between = True  # two requests: nothing of the next one was read yet

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
            headers = [*self.server_state.default_headers, (b"content-length", b"%d" % len(body)), _JSON]
            head = b"".join([b"%b: %b\r\n" % header for header in headers])
            self.transport.write(b"HTTP/1.1 200 OK\r\n%b\r\n%b" % (head, body))
            self.on_response_complete()

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
    """An app that is made, in a thread of its own, when it is first asked for something."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            self._made = asyncio.get_running_loop().run_in_executor(None, self._make)
        app = await asyncio.shield(self._made)  # a client that leaves meanwhile takes nothing away from the next
        await app(scope, receive, send)


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
