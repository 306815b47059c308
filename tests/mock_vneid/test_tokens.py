"""Access tokens: given to whom they are due, and opening nothing else."""

import json
from base64 import urlsafe_b64decode

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from mock_vneid.jws import Key
from mock_vneid.testing import Mock
from mock_vneid.tokens import CLIENTS, WALLET, Denied, Tokens
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import CLIENT, PERSON, Office

GRANT = {"grant_type": "client_credentials"}


def claims(token: str) -> dict[str, object]:
    body = token.split(".")[1]
    answer: dict[str, object] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return answer


@pytest.mark.parametrize(
    ("path", "audience", "scope"), [("/oidc/token", "wallet", "wallet.search"), ("/ndxp/token", "ndxp", "ndxp.read")]
)
def test_a_token_is_a_signed_jwt_for_one_audience(
    empty: Office, http: httpx.Client, path: str, audience: str, scope: str
) -> None:
    answer = http.post(empty.vneid + path, data=GRANT, auth=CLIENT)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert {key: body[key] for key in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": scope,
    }
    (key,) = http.get(f"{empty.vneid}/oidc/jwks").json()["keys"]
    token = jws.deserialize_compact(body["access_token"], ECKey.import_key(key), algorithms=["ES256"])
    assert token.headers() == {"alg": "ES256", "typ": "at+jwt", "kid": key["kid"]}
    said = json.loads(token.payload)
    assert said["iss"] == empty.vneid
    assert (said["aud"], said["client_id"], said["sub"], said["scope"]) == (
        audience,
        "motlan-tthc",
        "motlan-tthc",
        scope,
    )
    assert said["exp"] - said["iat"] == 300
    assert said["jti"]


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        (GRANT, None, 401, "invalid_client"),
        (GRANT, ("motlan-tthc", "wrong"), 401, "invalid_client"),
        (GRANT, ("nobody", "motlan-tthc-secret"), 401, "invalid_client"),
        (GRANT | {"client_secret": "motlan-tthc-secret"}, CLIENT, 400, "invalid_request"),
        (GRANT | {"client_id": "another"}, CLIENT, 400, "invalid_request"),
        ({}, CLIENT, 400, "invalid_request"),
        ({"grant_type": "password"}, CLIENT, 400, "unsupported_grant_type"),
        (GRANT | {"scope": "ndxp.read"}, CLIENT, 400, "invalid_scope"),
        (GRANT | {"scope": "wallet.search everything"}, CLIENT, 400, "invalid_scope"),
        (GRANT | {"scope": ["wallet.search", "wallet.search"]}, CLIENT, 400, "invalid_request"),
    ],
)
def test_a_token_request_is_refused_in_the_words_of_rfc_6749(
    empty: Office, http: httpx.Client, form: dict[str, str], auth: tuple[str, str] | None, status: int, error: str
) -> None:
    answer = http.post(
        f"{empty.vneid}/oidc/token",
        data=form,
        auth=auth or httpx.USE_CLIENT_DEFAULT,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("credentials", ["Basic !!!", "Basic bm9jb2xvbg==", "Basic //79", "Bearer x", "Basic"])
def test_broken_credentials_are_a_refusal_and_never_a_crash(
    empty: Office, http: httpx.Client, credentials: str
) -> None:
    answer = http.post(f"{empty.vneid}/oidc/token", data=GRANT, headers={"Authorization": credentials})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"grant_type", "application/x-www-form-urlencoded", 400),
        (b"\xff=\xfe", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
    ],
)
def test_what_is_no_form_is_refused(
    empty: Office, http: httpx.Client, content: bytes, media_type: str, status: int
) -> None:
    answer = http.post(f"{empty.vneid}/oidc/token", content=content, auth=CLIENT, headers={"Content-Type": media_type})
    assert answer.status_code == status


def refused(answer: httpx.Response, status: int, error: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["www-authenticate"] == f'Bearer error="{error}"'


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer x", "Bearer a.b.c", "Basic x", "Bearer é.é.é", "Bearer " + "[" * 5000]
)
def test_a_face_opens_to_no_stranger(empty: Office, http: httpx.Client, header: str | None) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    for url in (f"{empty.vneid}/wallet/documents/search", f"{empty.ndxp}/services/037"):
        refused(http.post(url, json=empty.query(["CAN_CUOC"]), headers=headers), 401, "invalid_token")


def test_a_token_of_one_face_does_not_open_the_other(empty: Office) -> None:
    empty.tokens = {"wallet": empty.tokens["ndxp"], "ndxp": empty.tokens["wallet"]}
    refused(empty.search(["CAN_CUOC"]), 401, "invalid_token")
    refused(empty.ask("037", ["CAN_CUOC"]), 401, "invalid_token")


def test_a_token_of_one_world_does_not_open_another(empty: Office, virtual: Office) -> None:
    assert empty.search(["CAN_CUOC"]).status_code == 200
    virtual.tokens = empty.tokens
    refused(virtual.search(["CAN_CUOC"]), 401, "invalid_token")
    refused(virtual.ask("037", ["CAN_CUOC"]), 401, "invalid_token")


def test_a_token_altered_anywhere_opens_nothing(empty: Office) -> None:
    good = empty.tokens["wallet"]
    for at in (3, good.index(".") + 5, good.rindex(".") + 5, len(good) - 1):
        empty.tokens["wallet"] = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        refused(empty.search(["CAN_CUOC"]), 401, "invalid_token")
    for spoiled in (good + "=", good + "AA", good.rpartition(".")[0] + ".", good + ".x"):
        empty.tokens["wallet"] = spoiled
        refused(empty.search(["CAN_CUOC"]), 401, "invalid_token")
    empty.tokens["wallet"] = good
    assert empty.search(["CAN_CUOC"]).status_code == 200


def test_a_document_of_the_wallet_is_no_access_token(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    empty.tokens["wallet"] = empty.documents(["CAN_CUOC"])["CAN_CUOC"]
    refused(empty.search(["CAN_CUOC"]), 401, "invalid_token")


def test_a_token_used_under_another_host_name_is_of_another_issuer(empty: Office, http: httpx.Client) -> None:
    elsewhere = http.post(
        f"{empty.vneid}/wallet/documents/search",
        json=empty.query(["CAN_CUOC"]),
        headers=empty.bearer("wallet") | {"Host": "vneid.example"},
    )
    refused(elsewhere, 401, "invalid_token")
    assert "issuer" in elsewhere.json()["error_description"]


def test_a_token_lives_three_hundred_seconds_of_the_worlds_clock(empty: Office) -> None:
    empty.post("clock", {"advance": 290})
    assert empty.search(["CAN_CUOC"]).status_code == 200
    empty.post("clock", {"advance": 11})
    refused(empty.search(["CAN_CUOC"]), 401, "invalid_token")
    empty.tokens["wallet"] = empty.token("wallet")
    assert empty.search(["CAN_CUOC"]).status_code == 200


def test_the_time_of_one_world_does_not_age_the_tokens_of_another(empty: Office, virtual: Office) -> None:
    empty.post("clock", {"advance": "P1D"})
    assert empty.search(["CAN_CUOC"]).status_code == 401
    assert virtual.search(["CAN_CUOC"]).status_code == 200


def test_a_token_tells_the_time_of_its_world(mock: Mock, http: httpx.Client) -> None:
    world = new_world(mock, http, population="empty", now="2030-01-01T00:00:00Z")
    issued_at = claims(world.token("ndxp"))["iat"]
    assert isinstance(issued_at, int)
    assert 1893456000 <= issued_at < 1893456000 + 60
    assert world.search(["CAN_CUOC"], PERSON).status_code == 200


def test_a_token_without_the_scope_is_told_so() -> None:
    key, tokens = Key(), Tokens()
    bearer = "Bearer " + tokens.issue(key, "http://w", CLIENTS[CLIENT[0]], WALLET, "something.else", now=0)
    with pytest.raises(Denied) as denied:
        tokens.check(key, "http://w", bearer, "wallet", "wallet.search", now=1)
    assert (denied.value.status, denied.value.error) == (403, "insufficient_scope")


def test_verified_tokens_are_remembered_in_a_bounded_memory() -> None:
    key, tokens = Key(), Tokens()
    for _ in range(1100):
        bearer = "Bearer " + tokens.issue(key, "http://w", CLIENTS[CLIENT[0]], WALLET, "wallet.search", now=0)
        assert tokens.check(key, "http://w", bearer, "wallet", "wallet.search", now=1) == CLIENT[0]
    assert len(tokens._verified) <= 1024


@pytest.mark.parametrize("host", [b"", b"a b", b"x/w/default", b'x"', b"user@x"])
def test_a_host_that_is_none_makes_no_issuer(empty: Office, http: httpx.Client, host: bytes) -> None:
    answer = http.post(f"{empty.vneid}/oidc/token", data=GRANT, auth=CLIENT, headers={b"Host": host})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
