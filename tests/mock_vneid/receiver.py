"""Somebody who is told: an HTTP server that keeps what came, and answers as it was told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import orjson

PATIENCE = 10.0  # seconds to wait for what is to come; it comes at once when all is well


@dataclass(frozen=True)
class Came:
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        said: dict[str, Any] = orjson.loads(self.body)
        return said

    @property
    def what(self) -> tuple[str, int]:
        return self.json["type"], self.json["sequence"]


class Receiver:
    """`statuses` are those of the next answers, 204 when there is none left; 0 is no answer at all."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}/hooks?from=wallet"
        self.came: Queue[Came] = Queue()
        self.statuses: list[int] = []
        self.open = threading.Event()
        self.open.set()

    def next(self) -> Came:
        return self.came.get(timeout=PATIENCE)

    def some(self, count: int) -> list[Came]:
        return [self.next() for _ in range(count)]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.open.wait(PATIENCE)
            status = receiver.statuses.pop(0) if receiver.statuses else 204
            receiver.came.put(Came({name.lower(): value for name, value in self.headers.items()}, body))
            if status:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.open.set()
            server.shutdown()
            thread.join(PATIENCE)
