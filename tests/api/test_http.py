"""What HTTP itself asks of the service: sizes, media types, methods, headers. Real sockets: `tests/contract`."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import DEMAND, Service, operations

MIB = 1024 * 1024
CHANGES = [(m, p) for m, p, o in operations() if "If-Match" in {x["name"] for x in o.get("parameters", ())}]
CREATES = [(m, p) for m, p, o in operations() if "Idempotency-Key" in {x["name"] for x in o.get("parameters", ())}]
ADDRESS = {
    "code": "000.00.00.H27-261122-9999",
    "decision_id": "019ac000-0000-7000-8000-000000000000",
    "kind": "receipt",
    "list_id": "nq66.7-annex-1",
    "import_id": "01936f7c-2f4b-7c63-8d2e-0a4b5c6d7e8f",
    "message_id": "999999",
    "month": "2025-10",
    "position": "1",
    "prefill_id": "019ac000-0000-7000-8000-000000000000",
    "presentation_id": "019ac000-0000-7000-8000-000000000000",
    "report_id": "019ac000-0000-7000-8000-000000000000",
    "result_id": "019ac000-0000-7000-8000-000000000000",
    "subscription_id": "019ac000-0000-7000-8000-000000000000",
}


def address(path: str) -> str:
    if "procedures" in path or "members" in path:
        return path.format_map(ADDRESS | {"code": "9.999998"})
    return path.format_map(ADDRESS | ({"code": "THU_NGHIEM"} if "document-types" in path else {}))


def raw(headers: dict[str, str]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode() for name, value in headers.items()}


def test_a_body_that_says_it_is_too_large_is_refused(service: Service) -> None:
    answer = service.client.post("/v1/paper-demands", json={"a": "x" * MIB}, headers=service.bearer())
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("path", ["/v1/paper-demands", "/oauth/token"])
def test_a_body_in_pieces_is_counted(service: Service, path: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(17):
            yield b" " * (MIB // 16)

    kind = "application/x-www-form-urlencoded" if path == "/oauth/token" else "application/json"
    answer = service.client.post(path, content=pieces(), headers={**service.bearer(), "content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_body_of_just_the_limit_is_read(service: Service) -> None:
    raw = b"[" + b" " * (MIB - 2) + b"]"
    headers = {**service.bearer(), "content-type": "application/json"}
    assert service.client.post("/v1/paper-demands", content=raw, headers=headers).status_code == 422


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", "json", None]
)
@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, o in operations() if "requestBody" in o])
def test_another_media_type_is_refused(service: Service, method: str, path: str, kind: str | None) -> None:
    if path == "/oauth/token" and kind == "application/x-www-form-urlencoded":
        kind = "application/json"
    headers = service.bearer() | ({} if kind is None else {"content-type": kind})
    answer = service.client.request(method, address(path), content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


@pytest.mark.parametrize("kind", ["application/json", "application/JSON; charset=utf-8", "application/vnd.motlan+json"])
def test_json_under_its_names_is_read(service: Service, kind: str) -> None:
    answer = service.client.post("/v1/paper-demands", content=b"{}", headers={**service.bearer(), "content-type": kind})
    assert answer.status_code == 422


def test_a_compressed_body_is_refused(service: Service) -> None:
    headers = {**service.bearer(), "content-type": "application/json", "content-encoding": "gzip"}
    assert service.client.post("/v1/paper-demands", content=b"\x1f\x8b", headers=headers).status_code == 415


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_a_method_that_is_not_there_is_answered_with_those_that_are(service: Service, method: str) -> None:
    known: dict[str, set[str]] = {}
    for m, path, _ in operations():
        known.setdefault(path, set()).add(m)
    for path, methods in known.items():
        if method in methods:
            continue
        answer = service.client.request(method, address(path), headers=service.bearer())
        assert answer.status_code == 405, (method, path)
        assert set(answer.headers["allow"].split(", ")) == methods
        assert method == "HEAD" or answer.json()["code"] == "method-not-allowed"


def test_every_answer_carries_its_trace_and_may_not_be_sniffed(service: Service) -> None:
    for path in ("/healthz", "/v1/procedures", "/nowhere", "/docs"):
        answer = service.client.get(path)
        assert len(answer.headers["x-trace-id"]) == 32
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_trace_is_taken_over_unless_a_number_hides_in_it(service: Service) -> None:
    def traced(trace_id: str) -> str:
        headers = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
        return str(service.client.get("/healthz", headers=headers).headers["x-trace-id"])

    assert traced("4bf92f3577b34da6a3ce929d0e0e4736") == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "042177031459" not in traced("042177031459aaaaaaaaaaaaaaaaaaaa")
    assert traced("nonsense") != "nonsense"


@pytest.mark.parametrize("key", ["", " ", "a b", "khóa", "a" * 256, "\t"])
@pytest.mark.parametrize(("method", "path"), CREATES)
def test_a_malformed_idempotency_key_is_refused(service: Service, method: str, path: str, key: str) -> None:
    headers = raw(service.bearer()) | {b"if-match": b"*", b"idempotency-key": key.encode()}
    sent: dict[str, Any] = {"content": b""} if path.endswith("/batch") else {"json": _sendable(path)}
    answer = service.client.request(method, address(path), headers=headers, **sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-idempotency-key")


def test_two_idempotency_keys_are_one_too_many(service: Service) -> None:
    headers = [*service.bearer().items(), ("idempotency-key", "one"), ("idempotency-key", "two")]
    answer = service.client.post("/v1/paper-demands", json=DEMAND, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-idempotency-key")


@pytest.mark.parametrize("tag", ["1", '"1', '"1" "2"', "W/1", '"\x80"', '"1",', "", "*,*", "a" * 300])
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_malformed_if_match_is_refused(service: Service, method: str, path: str, tag: str) -> None:
    headers = raw(service.bearer()) | {b"if-match": tag.encode("latin-1")}
    answer = service.client.request(method, address(path), json=_sendable(path), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-if-match")


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_change_without_if_match_is_refused(service: Service, method: str, path: str) -> None:
    answer = service.client.request(method, address(path), json=_sendable(path), headers=service.bearer())
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition-required")


def _sendable(path: str) -> Any:
    operation = next(o for _, p, o in operations() if p == path and "requestBody" in o)
    return next(iter(operation["requestBody"]["content"]["application/json"]["examples"].values()))["value"]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer x.y.z",
        "Bearer  ",
        "Bearer \xff",
        "Bearer " + "a" * 20000,
        "Basic " + base64.b64encode(b"demo-admin:demo-admin-secret").decode(),
        "Token abc",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
    ],
)
def test_a_malformed_bearer_is_unauthorized(service: Service, authorization: str) -> None:
    headers = {b"authorization": authorization.encode("latin-1")}
    answer = service.client.get(f"/v1/decisions/{ADDRESS['decision_id']}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    # The trace id is made of random letters, any of which may have been sent.
    shown = answer.text.replace(answer.headers["x-trace-id"], "")
    assert authorization.partition(" ")[2].strip()[:40] in ("", "x") or authorization[7:47] not in shown
