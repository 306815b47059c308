"""The load: kept connections that each send the next request as soon as the last is answered (a closed loop).

HTTP/1.1 by hand over asyncio protocols, with requests made beforehand but for their key: a full client would be slower
than what it measures.
"""

import asyncio
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import cast

from bench.loops import new_event_loop

CONNECTIONS = 32
_KEYS = count(time.time_ns())  # an Idempotency-Key of its own for every request ever sent
_LENGTH = b"\r\ncontent-length: "


@dataclass(frozen=True, slots=True)
class Run:
    """One variant measured once: answers a second, their times in ms, and the share of its processor the load took."""

    rate: float
    p50: float
    p99: float
    busy: float
    answers: int


class _Connection(asyncio.Protocol):
    """Asks until told to stop; whatever is not a 200 ends the run."""

    def __init__(self, requests: Iterator[tuple[bytes, bytes]], end: float, times: "array[float]") -> None:
        self._requests, self._end, self._times = requests, end, times
        self._buffer = bytearray()
        self._missing = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._buffer += data
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 200 "):
                self._fail(f"not a 200: {self._buffer[:2000].decode(errors='replace')}")
                return
            at = self._buffer.find(_LENGTH, 0, head + 2)
            if at < 0:
                self._fail("an answer without a length")
                return
            length = int(self._buffer[at + len(_LENGTH) : self._buffer.find(b"\r", at + 2)])
            self._missing = head + 4 + length - len(self._buffer)
            self._buffer.clear()
        if not self._missing:
            now = time.perf_counter()
            self._times.append(now - self._asked)
            if now < self._end:
                self._ask()
            else:
                self.over.set_result(None)
                self._transport.close()

    def _ask(self) -> None:
        before_key, after_key = next(self._requests)
        self._asked = time.perf_counter()
        self._transport.write(b"%b%032d%b" % (before_key, next(_KEYS), after_key))

    def _fail(self, why: str) -> None:
        self.over.set_exception(RuntimeError(why))
        self._transport.abort()


def requests(path: str, token: str, bodies: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Requests in two pieces, between which the key goes."""
    return [
        (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\nidempotency-key: ".encode(),
            b"\r\n\r\n" + body,
        )
        for body in bodies
    ]


def measure(port: int, asked: Sequence[tuple[bytes, bytes]], seconds: float) -> Run:
    """Ask over and over for so many seconds. RuntimeError for the first answer that is not a 200."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_measure(port, asked, seconds))


async def _measure(port: int, asked: Sequence[tuple[bytes, bytes]], seconds: float) -> Run:
    loop = asyncio.get_running_loop()
    each, times = cycle(asked), array("d")
    began, cpu = time.perf_counter(), time.process_time()
    opened = [
        await loop.create_connection(lambda: _Connection(each, began + seconds, times), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    ends = [connection.over for _, connection in opened]
    await asyncio.wait(ends, return_when=asyncio.FIRST_EXCEPTION)
    took, busy = time.perf_counter() - began, time.process_time() - cpu
    for transport, _ in opened:
        transport.abort()
    for fault in await asyncio.gather(*ends, return_exceptions=True):
        if isinstance(fault, BaseException):
            raise fault
    return run_of(times, took, busy / took)


def run_of(times: Sequence[float], took: float, busy: float) -> Run:
    ranked = sorted(times)
    p50, p99 = (1000 * ranked[int(len(ranked) * share)] for share in (0.50, 0.99))
    return Run(len(ranked) / took, p50, p99, busy, len(ranked))
