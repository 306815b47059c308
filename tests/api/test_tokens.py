"""`POST /oauth/token` and what a token opens: a generated matrix of every call and every client."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.api.security import _WORDS
from app.clock import Clock
from app.registries import jose
from app.services.tokens import DEMO_CLIENTS, SCOPES, Tokens
from app.settings import DEMO_TOKEN_KEY
from tests.api.conftest import Service, operations
from tests.api.test_http import address

FORM = {"grant_type": "client_credentials"}
CLIENTS = {name: scopes for name, (_, scopes) in DEMO_CLIENTS.items()}
PROTECTED = [(m, p, o) for m, p, o in operations() if o.get("security") and p != "/oauth/token"]
PUBLIC = [(m, p, o) for m, p, o in operations() if not o.get("security") and p != "/oauth/token"]


def opens(operation: dict[str, Any], scopes: frozenset[str]) -> bool:
    """Any one way is enough; a way may need several scopes."""
    return any(scopes.issuperset(way["motlan"]) for way in operation["security"])


def refused(service: Service, status: int, error: str, **more: Any) -> dict[str, Any]:
    answer = service.client.post("/oauth/token", **more)
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["error"]) == (status, error), answer.text
    assert answer.headers["cache-control"] == "no-store"
    # RFC 6749 §5.2 allows nothing else there.
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", body["error_description"])
    assert body["error_description_vi"]
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert "kho_bau_canary" not in answer.text
    return body


@pytest.mark.parametrize("client", CLIENTS)
def test_without_scope_a_client_gets_all_of_its_own(service: Service, client: str) -> None:
    secret = DEMO_CLIENTS[client][0]
    by_form = service.client.post("/oauth/token", data={**FORM, "client_id": client, "client_secret": secret})
    by_basic = service.client.post("/oauth/token", data=FORM, auth=(client, secret))
    for answer in (by_form, by_basic):
        assert answer.status_code == 200
        assert set(answer.json()["scope"].split()) == CLIENTS[client]
        assert answer.json()["token_type"] == "Bearer"
        assert answer.json()["expires_in"] > 0
        assert answer.headers["cache-control"] == "no-store"


def test_with_scope_a_client_gets_that_and_no_more(service: Service) -> None:
    auth = ("demo-admin", "demo-admin-secret")
    answer = service.client.post("/oauth/token", data={**FORM, "scope": "journal:read demands:write"}, auth=auth)
    assert answer.json()["scope"] == "demands:write journal:read"
    refused(service, 400, "invalid_scope", data={**FORM, "scope": "kho_bau_canary"}, auth=auth)
    refused(
        service,
        400,
        "invalid_scope",
        data={**FORM, "scope": "catalogue:write"},
        auth=("demo-onestop", "demo-onestop-secret"),
    )


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "kho_bau_canary"}, "unsupported_grant_type"),
        ({"grant_type": ["client_credentials", "client_credentials"]}, "invalid_request"),
        ({**FORM, "client_id": ["demo-admin", "demo-admin"], "client_secret": "demo-admin-secret"}, "invalid_request"),
        ({f"a{n}": "x" for n in range(30)}, "invalid_request"),
    ],
)
def test_a_wrong_grant_is_refused(service: Service, form: dict[str, Any], error: str) -> None:
    refused(service, 400, error, data=form)


def test_a_form_of_broken_text_is_refused(service: Service) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for raw in (b"grant_type=\xff", b"grant_type=%ff"):
        refused(service, 400, "invalid_request", content=raw, headers=headers)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("", ""),
        ("demo-admin", ""),
        ("demo-admin", "kho_bau_canary"),
        ("demo-admin", "demo-onestop-secret"),
        ("kho_bau_canary", "demo-admin-secret"),
        ("demo-admin\0", "demo-admin-secret"),
        ("\0", "\0"),
        ("a" * 5000, "b"),
        ("người", "khóa"),
    ],
)
def test_a_wrong_client_is_never_told_what_was_wrong(stored: Service, name: str, secret: str) -> None:
    by_form = refused(stored, 401, "invalid_client", data={**FORM, "client_id": name, "client_secret": secret})
    packed = base64.b64encode(f"{name}:{secret}".encode()).decode()
    by_basic = refused(stored, 401, "invalid_client", data=FORM, headers={"authorization": f"Basic {packed}"})
    assert by_form == by_basic


@pytest.mark.parametrize("value", ["", "!", "é", "====", "ZGVtbw==", "/////w==", "YTpi\n", "A"])
def test_malformed_basic_is_a_wrong_client(service: Service, value: str) -> None:
    headers = {"authorization": f"Basic {value}".encode("latin-1")}
    refused(service, 401, "invalid_client", data=FORM, headers=headers)


def test_two_ways_of_authentication_are_one_too_many(service: Service) -> None:
    form = {**FORM, "client_id": "demo-admin", "client_secret": "demo-admin-secret"}
    refused(service, 400, "invalid_request", data=form, auth=("demo-admin", "demo-admin-secret"))


def test_the_document_names_the_scopes_there_are() -> None:
    assert tuple(_WORDS) == SCOPES


def asked(service: Service, method: str, path: str, operation: dict[str, Any], headers: dict[str, str]) -> Any:
    """The call with an empty body of a kind it takes."""
    kinds = operation.get("requestBody", {}).get("content", {"application/json": {}})
    kind = "application/json" if "application/json" in kinds else next(iter(kinds))
    headers = {**headers, "content-type": kind}
    return service.client.request(method, address(path), content=b"{}", headers=headers)


@pytest.mark.parametrize("client", [None, *CLIENTS])
@pytest.mark.parametrize(("method", "path", "operation"), PROTECTED, ids=[o["operationId"] for _, _, o in PROTECTED])
def test_a_call_is_open_to_those_who_have_one_of_its_scopes(
    service: Service, method: str, path: str, operation: dict[str, Any], client: str | None
) -> None:
    headers = service.bearer(client) if client else {}
    answer = asked(service, method, path, operation, headers)
    if client is None:
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    elif opens(operation, CLIENTS[client]):
        assert answer.status_code in (200, 201, 202, 404, 422, 428)
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("method", "path", "operation"), PROTECTED, ids=[o["operationId"] for _, _, o in PROTECTED])
def test_one_scope_opens_what_it_is_declared_for(
    service: Service, method: str, path: str, operation: dict[str, Any], scope: str
) -> None:
    headers = service.bearer("demo-admin", scope)
    status = asked(service, method, path, operation, headers).status_code
    assert (status != 403) == opens(operation, frozenset({scope}))


@pytest.mark.parametrize(("method", "path", "operation"), PUBLIC, ids=[o["operationId"] for _, _, o in PUBLIC])
def test_a_public_call_asks_for_no_token(service: Service, method: str, path: str, operation: dict[str, Any]) -> None:
    assert method == "GET"
    assert service.client.get(address(path)).status_code in (200, 404)


def test_what_changes_anything_is_never_public() -> None:
    """A token is got with a secret, not with a token."""
    assert {p for m, p, o in operations() if m != "GET" and not o.get("security")} == {"/oauth/token"}


def test_an_expired_token_and_one_of_another_key_open_nothing(service: Service) -> None:
    desk = service.client.app.state.desk  # type: ignore[attr-defined]  # the app behind the client is a FastAPI
    path = f"/v1/decisions/{'019ac000-0000-7000-8000-000000000000'}"

    def answered(key: str, now: datetime) -> dict[str, Any]:
        tokens = Tokens(desk.db, Clock(lambda: now), key, 30, demo=True)
        claims = {
            "iss": "motlan",
            "aud": "motlan-api",
            "sub": "demo-admin",
            "scope": "dossiers:read",
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + 600,
            "jti": "a",
        }
        token = jose.sign(claims, tokens._key, "at+jwt")
        answer = service.client.get(path, headers={"authorization": f"Bearer {token}"})
        assert token not in answer.text
        return {"status": answer.status_code, "challenge": answer.headers.get("www-authenticate", "")}

    now = datetime.now(UTC)
    assert answered(DEMO_TOKEN_KEY, now)["status"] == 404
    expired = answered(DEMO_TOKEN_KEY, now - timedelta(hours=2))
    assert expired["status"] == 401
    assert "expired" in expired["challenge"]
    assert answered("another-key-not-a-secret-0123456789abcdef", now)["status"] == 401
