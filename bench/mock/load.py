"""The load: kept connections, each asking again as soon as it is answered (a closed loop), over HTTP/1.1 by hand.

Reads both ways in which the servers end an answer: a length, and chunks. Whatever is not a 200 ends the run.
"""

import asyncio
import re
import time
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import cast

from bench.load import Run, run_of
from bench.loops import new_event_loop

CONNECTIONS = 32
_PATIENCE = 60  # seconds for the last answers of a run
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"


def request(method: str, port: int, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], end: float, times: "array[float]") -> None:
        self._requests, self._end, self._times = requests, end, times
        self._buffer = bytearray()
        self._whole: int | None = (
            None  # bytes of the answer being read; 0 while it comes in chunks; None: not known yet
        )
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._whole is None and not self._read_head():
            return
        if len(self._buffer) >= self._whole if self._whole else self._buffer.endswith(_LAST_CHUNK):
            self._answered()

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._buffer.startswith(b"HTTP/1.1 200 "):
            self.over.set_exception(RuntimeError(f"not a 200: {self._buffer[:1000].decode(errors='replace')}"))
            self._transport.abort()
            return False
        length = _LENGTH.search(self._buffer, 0, end)
        self._whole = end + 4 + int(length[1]) if length else 0
        return True

    def _answered(self) -> None:
        now = time.perf_counter()
        self._times.append(now - self._asked)
        self._buffer.clear()
        self._whole = None
        if now < self._end:
            self._ask()
        else:
            self.over.set_result(None)
            self._transport.close()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(next(self._requests))


def measure(port: int, requests: Sequence[bytes], seconds: float) -> Run:
    """Ask over and over for so many seconds. RuntimeError for the first answer that is not a 200."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_measure(port, requests, seconds))


async def _measure(port: int, requests: Sequence[bytes], seconds: float) -> Run:
    loop = asyncio.get_running_loop()
    each, times = cycle(requests), array("d")
    began, cpu = time.perf_counter(), time.process_time()
    opened = [
        await loop.create_connection(lambda: _Connection(each, began + seconds, times), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    ends = [connection.over for _, connection in opened]
    _, unanswered = await asyncio.wait(ends, timeout=seconds + _PATIENCE, return_when=asyncio.FIRST_EXCEPTION)
    took, busy = time.perf_counter() - began, time.process_time() - cpu
    for transport, _ in opened:
        transport.abort()
    for end in ends:
        if end.done():
            end.result()
        else:
            end.cancel()
    if unanswered:
        raise RuntimeError(f"{len(unanswered)} of {CONNECTIONS} connections were not answered")
    return run_of(times, took, busy / took)
