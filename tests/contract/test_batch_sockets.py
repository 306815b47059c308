"""Batches on a real connection: answered while they are sent, by whoever reads late, or not at all."""

import json
import socket
import time
from contextlib import closing

from app.api import examples
from tests.contract.conftest import Server

LINE = json.dumps(examples.DEMANDS["lawful_party"]["value"]).encode() + b"\n"


def connected(server: Server) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    head = ["POST /v1/paper-demands/batch HTTP/1.1", "host: a", f"authorization: Bearer {server.token()}"]
    head += ["content-type: application/x-ndjson", "transfer-encoding: chunked", "connection: close", "", ""]
    connection.sendall("\r\n".join(head).encode())
    return connection


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def read_until(connection: socket.socket, mark: bytes) -> bytes:
    found = b""
    while mark not in found:
        piece = connection.recv(65536)
        assert piece, found
        found += piece
    return found


def test_a_line_is_answered_before_the_next_is_sent(server: Server) -> None:
    with closing(connected(server)) as connection:
        for number in (1, 2, 3):
            connection.sendall(chunk(LINE))
            assert b'"lawful"' in read_until(connection, b'{"line":%d,' % number)
        connection.sendall(chunk(b""))
        read_until(connection, b"0\r\n\r\n")


def test_a_client_that_reads_only_when_all_is_sent_gets_every_answer(server: Server) -> None:
    """Its answers are more than any buffer between the two holds."""
    lines, bad = 3000, b'{"items": [%b]}\n' % b",".join([b"{}"] * 20)
    with closing(connected(server)) as connection:
        for _ in range(lines // 100):
            connection.sendall(chunk(bad * 100))
        connection.sendall(chunk(b""))
        found = read_until(connection, b"\r\n0\r\n\r\n")
    assert len(found) > 12_000_000
    assert found.count(b'"code":"invalid-request"') == lines


def test_a_client_that_hangs_up_ends_its_batch_and_nothing_else(server: Server) -> None:
    before = batches(server)
    with closing(connected(server)) as connection:
        connection.sendall(chunk(LINE * 300))
        read_until(connection, b'{"line":1,')
    until = time.monotonic() + 20
    while batches(server) == before and time.monotonic() < until:
        time.sleep(0.05)
    assert batches(server) == before + 1
    with closing(connected(server)) as connection:
        connection.sendall(chunk(LINE) + chunk(b""))
        assert b'"lawful"' in read_until(connection, b"0\r\n\r\n")
    text = server.log.read_text()
    assert "unexpected error" not in text and "Traceback" not in text


def batches(server: Server) -> int:
    """How many batches have come to their end, by the log."""
    return sum('"/v1/paper-demands/batch"' in line for line in server.log.read_text().splitlines())
