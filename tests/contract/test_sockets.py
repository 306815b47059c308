"""What only shows on a real connection, and what a server's log may say."""

import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.api import examples
from tests.contract.conftest import Server

DEMAND = json.dumps(examples.DEMANDS["use_wallet"]["value"]).encode()
SUBJECT = examples.DEMANDS["use_wallet"]["value"]["subject"]


def exchange(server: Server, raw: bytes, *, hang_up: bool = False) -> bytes:
    """What comes back for some bytes until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(raw)
        if hang_up:
            connection.shutdown(socket.SHUT_WR)
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


def head(server: Server, *lines: str) -> bytes:
    auth = f"authorization: Bearer {server.token()}"
    return "\r\n".join(
        [*lines, "host: a", auth, "content-type: application/json", "connection: close", "", ""]
    ).encode()


def test_a_chunked_body_is_cut_at_the_limit(server: Server) -> None:
    def pieces() -> Iterator[bytes]:
        yield from (b" " * 65536 for _ in range(17))

    headers = {"authorization": f"Bearer {server.token()}", "content-type": "application/json"}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("POST", "/v1/paper-demands", pieces(), headers, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["code"] == "body-too-large"


def test_a_body_that_only_claims_to_be_large_is_refused_before_it_is_sent(server: Server) -> None:
    found = exchange(server, head(server, "POST /v1/paper-demands HTTP/1.1", "content-length: 99999999"))
    assert found.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "lines",
    [
        ["POST /v1/paper-demands HTTP/1.1", "content-length: -1"],
        ["POST /v1/paper-demands HTTP/1.1", "content-length: 1x"],
        ["GET /v1/laws\x00 HTTP/1.1"],
        ["GARBAGE"],
    ],
)
def test_what_is_no_http_is_refused(server: Server, lines: list[str]) -> None:
    assert exchange(server, head(server, *lines)).startswith(b"HTTP/1.1 400 ")


def test_a_body_that_breaks_off_does_no_harm(server: Server) -> None:
    broken = head(server, "POST /v1/paper-demands HTTP/1.1", "content-length: 500") + DEMAND[:100]
    assert exchange(server, broken, hang_up=True) == b""
    assert exchange(server, head(server, "GET /readyz HTTP/1.1")).startswith(b"HTTP/1.1 200 ")


def test_a_head_request_is_answered_without_a_body(server: Server) -> None:
    found = exchange(server, head(server, "HEAD /v1/laws HTTP/1.1"))
    assert found.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nallow: GET\r\n" in found
    assert found.endswith(b"\r\n\r\n")


def test_the_log_tells_of_every_request_and_of_nobody(server: Server) -> None:
    for path, body in (
        ("/v1/paper-demands", DEMAND),
        ("/v1/paper-demands", DEMAND.replace(b'"kind"', b'"042177031459": 1, "kind"')),
        ("/v1/dossiers", json.dumps(examples.DOSSIERS["birth"]["value"]).encode()),
        ("/v1/people/042190000001?id=042190000001", b""),
    ):
        length = f"content-length: {len(body)}"
        exchange(server, head(server, f"POST {path} HTTP/1.1", length, "idempotency-key: 042190000001") + body)
    exchange(server, head(server, "GET /v1/decisions/042190000001 HTTP/1.1", "user-agent: 042190000001"))
    text = server.log.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    requests = [line for line in lines if line["event"] == "request"]
    assert {"/v1/paper-demands", "/v1/dossiers", "/v1/decisions/{decision_id}"} <= {r["route"] for r in requests}
    assert {"trace_id", "method", "status", "ms"} <= requests[-1].keys()
    assert any(r.get("client") == "demo-admin" for r in requests)
    assert all(re.fullmatch("[0-9a-f]{32}", r["trace_id"]) for r in requests)
    for canary in (SUBJECT["id"], SUBJECT["full_name"], "042177031459", "demo-admin-secret", server.token()[:40]):
        assert canary not in text
    assert "Traceback" not in text
