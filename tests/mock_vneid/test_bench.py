"""The bench of the sandbox: what it measures with, and how it compares."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from bench.mock.__main__ import ROWS, compared, result
from bench.mock.load import measure, request
from bench.mock.servers import sandbox

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKS = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"


@contextmanager
def server(*pieces: bytes) -> Iterator[int]:
    """Answers each request with these pieces, each in a segment of its own as far as the line lets them."""
    loop, ports, over = asyncio.new_event_loop(), [], asyncio.Event()
    answering: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        with suppress(ConnectionError), closing(writer):
            while head := await reader.readline():
                if head == b"\r\n":
                    for piece in pieces:
                        writer.write(piece)
                        await writer.drain()

    async def serve() -> None:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
            ports.append(listening.sockets[0].getsockname()[1])
            ready.set()
            await over.wait()
        # Who asked has hung up: every connection is taken leave of before the loop goes.
        await asyncio.wait([task for task in answering if task], timeout=10)
        await asyncio.sleep(0)

    ready = threading.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()


@pytest.mark.parametrize(
    "pieces",
    [(LENGTH,), (LENGTH[:9], LENGTH[9:40], LENGTH[40:]), (CHUNKS,), (CHUNKS[:60], CHUNKS[60:])],
    ids=["length", "length in pieces", "chunks", "chunks in pieces"],
)
def test_the_load_counts_whole_answers(pieces: tuple[bytes, ...]) -> None:
    with server(*pieces) as port:
        run = measure(port, [request("GET", port, "/", {})], 0.05)
    assert run.answers >= 32  # every connection was answered at least once
    assert 0 < run.p50 <= run.p99


def test_the_load_stops_at_the_first_answer_that_is_no_200() -> None:
    with (
        server(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n") as port,
        pytest.raises(RuntimeError, match="404"),
    ):
        measure(port, [request("GET", port, "/", {})], 0.05)


def test_every_ratio_is_better_the_larger() -> None:
    assert compared("rate", 200, 100) == 2
    assert compared("p99", 1, 20) == 20
    assert compared("memory", 50, 150) == 3
    assert compared("ready", 0.5, 1) == 2


def test_a_row_without_its_peer_is_left_out_and_the_rest_has_ratio_and_goal() -> None:
    values = {what: {"ndxp": 10.0, "wallet": 5.0} for what in ("rate", "p99", "memory", "ready", "cost")}
    found = {name: result(name, values) for name in ROWS}
    assert [name for name, row in found.items() if row] == ["ready_in_a_second"]
    values["rate"]["mountebank"] = 4.0
    row = result("throughput_mountebank", values)
    assert row is not None
    assert (row["ratio"], row["goal"]) == (2.5, 1.5)


def test_the_questions_of_the_bench_are_answered() -> None:
    with sandbox() as servers:
        assert servers.keys() == {"ndxp", "wallet", "virtual"}
        for asked in servers.values():
            assert measure(asked.port, asked.requests[:50], 0.05).answers >= 32
