"""The load: kept connections, each asking again as soon as it is answered (a closed loop), over HTTP/1.1 by hand.

One thread on bare sockets, so that little of what is measured is the load's own. Reads both ways in which the servers
end an answer: a length, and chunks. Whatever is not a 200 ends the run.
"""

import re
import selectors
import socket
import time
from array import array
from collections.abc import Mapping, Sequence
from itertools import cycle

from bench.load import Run, run_of

CONNECTIONS = 32
_PATIENCE = 60.0  # seconds for the last answers of a run
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"
_CHUNKED = -1


def request(method: str, port: int, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection:
    """`whole`: bytes of the answer being read, `_CHUNKED` while it comes in chunks, 0 until its head was read."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer = b""
        self.whole = 0
        self.asked = 0.0

    def ask(self, asked: bytes) -> None:
        self.asked = time.perf_counter()
        if self.socket.send(asked) != len(asked):
            raise RuntimeError("the server does not read what it is asked")

    def is_answered(self) -> bool:
        """Whether what can be read now completes the answer. RuntimeError when it is no 200."""
        data = self.socket.recv(65_536)
        if not data:
            raise RuntimeError("the server closed the connection")
        self.buffer = self.buffer + data if self.buffer else data
        if not self.whole:
            self._read_head()
        done = self.buffer.endswith(_LAST_CHUNK) if self.whole == _CHUNKED else 0 < self.whole <= len(self.buffer)
        if done:
            self.buffer, self.whole = b"", 0
        return done

    def _read_head(self) -> None:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        if not self.buffer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"not a 200: {self.buffer[:1000].decode(errors='replace')}")
        length = _LENGTH.search(self.buffer, 0, end)
        self.whole = end + 4 + int(length[1]) if length else _CHUNKED


def measure(port: int, requests: Sequence[bytes], seconds: float) -> Run:
    """Ask over and over for so many seconds. RuntimeError for the first answer that is not a 200."""
    each, times = cycle(requests), array("d")
    connections = [_Connection(port) for _ in range(CONNECTIONS)]
    try:
        with selectors.DefaultSelector() as selector:
            for connection in connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            began, cpu = time.perf_counter(), time.process_time()
            end = began + seconds
            for connection in connections:
                connection.ask(next(each))
            open_ones = CONNECTIONS
            while open_ones:
                ready = selector.select(_PATIENCE)
                if not ready:
                    raise RuntimeError(f"{open_ones} of {CONNECTIONS} connections were not answered")
                for key, _ in ready:
                    connection = key.data
                    if not connection.is_answered():
                        continue
                    now = time.perf_counter()
                    times.append(now - connection.asked)
                    if now < end:
                        connection.ask(next(each))
                    else:
                        selector.unregister(connection.socket)
                        open_ones -= 1
            took, busy = time.perf_counter() - began, time.process_time() - cpu
    finally:
        for connection in connections:
            connection.socket.close()
    return run_of(times, took, busy / took)
