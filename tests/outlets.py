"""What the tests of deliveries share: the worker's loop with a clock that is moved on, the portal and the wallet of a
world as they are seen from outside, and a receiver of webhooks that says what it is told to.
"""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.services.desk import Desk
from app.worker import _work
from tests.desk import PROCEDURES, Gate
from tests.mock_vneid.office import Json

QUICK = {"worker_pause": 0.01, "retry_first": 0.5, "retry_longest": 4.0}
SHOWN: Json = {"name": "Thủ tục thử", "sector": "Thử", "level": "tỉnh", "agency": "Sở Thử", "components": []}


def connected(gate: Gate, **change: Any) -> Desk:
    """A worker's desk whose portal is the world's, which publishes the tests' procedures."""
    for code in PROCEDURES:
        gate.world.put(f"procedures/{code}", SHOWN)
    return gate.open(**{**QUICK, "portal_url": f"{gate.world.vneid}/portal", "webhooks_private": True, **change})


def worked(gate: Gate, until: Callable[[], bool], *desks: Desk, patience: float = 30) -> None:
    """Workers at these desks until something has come true; the clock is moved on, so that no pause is waited for."""

    async def working() -> None:
        stop = asyncio.Event()
        loops = [asyncio.ensure_future(_work(desk, stop)) for desk in desks]
        async with asyncio.timeout(patience):
            while not await asyncio.to_thread(until):
                assert not any(loop.done() for loop in loops), "the worker gave up"
                gate.watch.advance(seconds=0.5)
                await asyncio.sleep(0.01)
            stop.set()
            await asyncio.gather(*loops)

    gate.run(working())


def at_portal(gate: Gate) -> dict[str, Json]:
    """The dossiers the portal knows, by code, with the steps it was told."""
    items = gate.world.get("dossiers")["items"]
    return {one["code"]: gate.world.get(f"dossiers/{one['code']}") for one in items}


def steps_of(dossier: Json) -> list[str]:
    return [step["TrangThai"] for step in dossier["steps"]]


class Receiver:
    """A subscriber's server. `answers` is asked before each answer and gives its status; `got` is what it was sent."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: Callable[[int], int] = lambda _: 204
        self.free = threading.Event()
        self.free.set()
        receiver = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.free.wait(20)
                status = receiver.answers(len(receiver.got))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.send_header("location", receiver.url)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # a worker that was killed in the middle of a request

        self._server = Server(("127.0.0.1", 0), Request)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def events(self) -> list[Json]:
        return [json.loads(body) for _, body in self.got]

    def taken(self) -> list[str]:
        """The ids in the order they came first."""
        return list(dict.fromkeys(headers["webhook-id"] for headers, _ in self.got))

    def close(self) -> None:
        self.free.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()
