"""Faults of the login: what the wire carries under each name, each wrong in one thing only."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from mock_vneid.faults import KINDS
from tests.mock_vneid.office import ANOTHER, PERSON, Json, Office
from tests.mock_vneid.rp import Rp
from tests.mock_vneid.test_oidc_libraries import BAD_ID_TOKENS, BAD_REDIRECTS

HOUR = 3600


@pytest.fixture
def rp(empty: Office) -> Rp:
    empty.put_person()
    empty.put_person(ANOTHER)
    return Rp(empty)


def parts(token: str) -> tuple[Json, Json, str]:
    head, body, signature = token.split(".")
    read = [json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body)]
    return read[0], read[1], signature


def keys(rp: Rp) -> dict[str, ECKey]:
    published = rp.office.http.get(f"{rp.oidc}/jwks").json()["keys"]
    return {key["kid"]: ECKey.import_key(key) for key in published}


def test_every_fault_of_the_login_is_tried_at_the_libraries() -> None:
    own = {kind for kind in KINDS if KINDS[kind].faces == ("oidc",)}
    signed = {kind for kind, told in KINDS.items() if "oidc" in told.faces and told.effect in ("document", "refusal")}
    assert own <= signed == {*BAD_ID_TOKENS, *BAD_REDIRECTS, "wrong_sub"}


@pytest.mark.parametrize("kind", BAD_ID_TOKENS)
def test_a_bad_id_token_is_wrong_in_what_its_name_says_and_in_nothing_else(rp: Rp, kind: str) -> None:
    good_header, good, _ = parts(rp.tokens()["id_token"])
    rp.office.fault("oidc", kind)
    token = rp.tokens()["id_token"]
    header, claims, signature = parts(token)
    own = {"at_hash", "iat", "exp"}  # of each token alone; the time is looked at below
    changed = {name for name in {*good, *claims} - own if good.get(name) != claims.get(name)}
    assert changed == {
        "wrong_issuer": {"iss"},
        "wrong_audience": {"aud"},
        "wrong_nonce": {"nonce"},
        "no_nonce": {"nonce"},
        "not_yet_valid": {"nbf"},
    }.get(kind, set())
    assert ("nonce" in claims) == (kind != "no_nonce")
    if kind not in {"expired", "not_yet_valid"}:
        assert abs(claims["exp"] - good["exp"]) < 60
    match kind:
        case "bad_signature":
            assert header == good_header
            with pytest.raises(BadSignatureError):
                jws.deserialize_compact(token, keys(rp)[header["kid"]], algorithms=["ES256"])
        case "retired_key" | "unknown_kid":
            assert header["kid"] not in keys(rp)
        case "alg_none":
            assert (header["alg"], signature) == ("none", "")
        case "wrong_alg":
            assert header == good_header | {"alg": "HS256"}
        case _:
            assert header == good_header
            jws.deserialize_compact(token, keys(rp)[header["kid"]], algorithms=["ES256"])
    if kind == "expired":
        assert abs(good["iat"] - HOUR - claims["exp"]) < 60
    if kind == "not_yet_valid":
        assert abs(claims["nbf"] - good["iat"] - HOUR) < 60


def test_the_answer_around_a_bad_id_token_is_right(rp: Rp) -> None:
    rp.office.fault("oidc", "alg_none")
    tokens = rp.tokens()
    assert rp.userinfo(tokens["access_token"]).json()["citizenPid"] == PERSON
    assert rp.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("wrong_state", {"code", "state", "iss"}),
        ("wrong_callback_iss", {"code", "state", "iss"}),
        ("no_callback_iss", {"code", "state"}),
    ],
)
def test_a_bad_redirect_carries_a_code_that_is_good(rp: Rp, kind: str, expected: set[str]) -> None:
    rp.office.fault("oidc", kind)
    back = rp.callback(rp.authorize())
    assert set(back) == expected
    assert (back["state"] == "st&te +/=") == (kind != "wrong_state")
    assert (back.get("iss") == rp.office.vneid) == (kind == "wrong_state")
    assert rp.redeem(back["code"]).status_code == 200


@pytest.mark.parametrize("kind", ["access_denied", "temporarily_unavailable"])
def test_a_login_fails_by_name(rp: Rp, kind: str) -> None:
    rp.office.fault("oidc", kind, times=1)
    back = rp.callback(rp.authorize())
    assert (back["error"], back["iss"], "code" in back) == (kind, rp.office.vneid, False)
    assert rp.office.journal(service="authorize")[-1]["error"] == kind
    assert rp.code()


def test_userinfo_of_somebody_else(rp: Rp) -> None:
    tokens = rp.tokens()
    sub = rp.userinfo(tokens["access_token"]).json()["sub"]
    rp.office.fault("oidc", "wrong_sub", times=1)
    assert rp.userinfo(tokens["access_token"]).json()["sub"] != sub
    assert rp.userinfo(tokens["access_token"]).json()["sub"] == sub


@pytest.mark.parametrize("kind", ["bad_signature", "wrong_state", "access_denied", "wrong_sub"])
def test_a_fault_of_one_person_spares_the_logins_of_others(rp: Rp, kind: str) -> None:
    rp.office.fault("oidc", kind, match={"person": ANOTHER})

    def login(person: str) -> Any:
        back = rp.callback(rp.authorize(login_hint=person))
        tokens = rp.redeem(back["code"]).raise_for_status().json() if "code" in back else {}
        return tokens and rp.userinfo(tokens["access_token"]).json()

    login(PERSON)
    assert all(not entry["faults"] for entry in rp.office.journal(face="oidc"))
    login(ANOTHER)
    assert [fault["kind"] for entry in rp.office.journal(face="oidc") for fault in entry["faults"]] == [kind]


def test_a_fault_strikes_one_login_out_of_so_many(rp: Rp) -> None:
    rp.office.fault("oidc", "alg_none", times=2)
    seen = [parts(rp.tokens()["id_token"])[0]["alg"] for _ in range(4)]
    assert seen == ["none", "none", "ES256", "ES256"]


@pytest.mark.parametrize(
    ("service", "way", "path"),
    [
        ("authorize", "GET", "authorize"),
        ("authorize", "POST", "login"),
        ("par", "POST", "par"),
        ("vneid", "POST", "token"),
        ("userinfo", "GET", "userinfo"),
        ("introspect", "POST", "introspect"),
        ("revoke", "POST", "revoke"),
        ("end_session", "GET", "end_session"),
        ("jwks", "GET", "jwks"),
        ("discovery", "GET", "../.well-known/openid-configuration"),
    ],
)
def test_each_endpoint_fails_by_name_alone(rp: Rp, service: str, way: str, path: str) -> None:
    def status() -> int:
        return rp.office.http.request(way, httpx.URL(f"{rp.oidc}/").join(path)).status_code

    rp.office.fault("oidc", "http_503", match={"service": "ndxp"})
    assert status() != 503
    rp.office.fault("oidc", "http_503", match={"service": service})
    assert status() == 503


def test_keys_and_discovery_fail_only_when_they_are_named(rp: Rp) -> None:
    rp.office.fault("oidc", "http_500")
    assert keys(rp)
    assert rp.office.http.get(f"{rp.office.vneid}/.well-known/openid-configuration").status_code == 200
    assert rp.authorize().status_code == 500


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        ("http_503", {"person": PERSON}),
        ("bad_signature", {"document_type": "CAN_CUOC"}),
        ("bad_signature", {"service": "jwks"}),
        ("bad_signature", {"service": "login"}),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(rp: Rp, kind: str, match: Json) -> None:
    answer = rp.office.http.post(f"{rp.office.control}/faults", json={"face": "oidc", "kind": kind, "match": match})
    assert answer.status_code == 422
