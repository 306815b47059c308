"""The yardstick measures what it says: every answer counted, every key its own, ratios of medians."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from bench.__main__ import Row, result, verdict
from bench.load import CONNECTIONS, Run, measure, requests
from bench.readers import reading

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@contextmanager
def answering(answer: bytes, pieces: int = 1) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers each request with these bytes, sent in so many pieces; and the requests it got."""
    got: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=CONNECTIONS)
    threads: list[threading.Thread] = []

    def serve(conn: socket.socket) -> None:
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Who has heard enough closes, or resets, while the next request is on its way.
        with conn, suppress(OSError):
            while asked := conn.recv(65536):
                got.append(asked)
                for n in range(pieces):
                    conn.sendall(answer[n * len(answer) // pieces : (n + 1) * len(answer) // pieces])

    def accept() -> None:
        while True:
            try:
                conn, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=serve, args=(conn,)))
            threads[-1].start()

    door = threading.Thread(target=accept)
    door.start()
    try:
        yield listener.getsockname()[1], got
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in (door, *threads):
            thread.join()


@pytest.mark.parametrize("pieces", [1, 3])
def test_every_answer_is_counted_and_every_request_has_a_key_of_its_own(pieces: int) -> None:
    asked = requests("/x", "a-token", [b'{"n":1}', b'{"n":2}'])
    with answering(OK, pieces) as (port, got):
        run = measure(port, asked, 0.2)
    assert run.answers == len(got) >= CONNECTIONS
    heads = [request.partition(b"\r\n\r\n")[0].split(b"\r\n") for request in got]
    keys = [line for head in heads for line in head if line.startswith(b"idempotency-key: ")]
    assert len(set(keys)) == len(keys) == len(got)
    assert all(b"authorization: Bearer a-token" in head for head in heads)
    assert {request.partition(b"\r\n\r\n")[2] for request in got} == {b'{"n":1}', b'{"n":2}'}


def test_an_answer_that_is_not_a_200_ends_the_run() -> None:
    refusal = b"HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}"
    with answering(refusal) as (port, _), pytest.raises(RuntimeError, match="409 Conflict"):
        measure(port, requests("/x", "a-token", [b"{}"]), 0.2)


def of_rate(rate: float) -> Run:
    return Run(rate, p50=1.0, p99=2.0, busy=0.1, answers=10)


def test_a_result_is_the_ratio_of_medians_and_leaves_the_warming_up_out() -> None:
    runs = {"a": [of_rate(r) for r in (9999, 50, 70, 60)], "b": [of_rate(r) for r in (1, 100, 90, 500)]}
    row = result(Row("check", "a", "b", floor=0.5, goal=0.7), runs)
    assert (row["ratio"], row["a"], row["b"], row["runs"]) == (0.6, 60, 100, 3)
    assert row["by_round"] == [0.5, 0.7778, 0.12]


@pytest.mark.parametrize(("ratio", "words"), [(0.49, "below the floor"), (0.5, "holds"), (0.7, "goal reached")])
def test_the_verdict_is_by_floor_and_goal(ratio: float, words: str) -> None:
    assert words in verdict({"ratio": ratio, "floor": 0.5, "goal": 0.7})


def test_readers_who_get_no_answer_say_so() -> None:
    def read_in_vain() -> None:
        busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\n{}"
        with answering(busy) as (port, _), reading(port, readers=4, every=0.05):
            pass

    with pytest.raises(RuntimeError, match="503 Busy"):
        read_in_vain()


def test_readers_ask_for_each_page_again_and_again() -> None:
    with answering(OK) as (port, got), reading(port, readers=4, paths=("/a", "/b"), every=0.01):
        while len(got) < 12:
            time.sleep(0.01)
    assert {request.split(b" ")[1] for request in got} == {b"/a", b"/b"}
