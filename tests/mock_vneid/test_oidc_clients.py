"""Clients: registered by hand in each world, and proving who they are, by a secret or by a signature."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from mock_vneid.oidc import assertions
from mock_vneid.tokens import Client
from tests.mock_vneid.office import CLIENT, Json, Office
from tests.mock_vneid.rp import CALLBACK, DEMO, Rp

EC = ECKey.generate_key("P-256", parameters={"kid": "ec-1"})
ANOTHER_EC = ECKey.generate_key("P-256", parameters={"kid": "ec-1"})
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa-1"})
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NAME = "signing-rp"
SMALL_RSA = {"kty": "RSA", "e": "AQAB", "n": urlsafe_b64encode(b"\xff" * 128).rstrip(b"=").decode()}


@pytest.fixture
def rp(empty: Office) -> Rp:
    empty.put_person()
    rp = Rp(empty)
    keys = [EC.as_dict(private=False), RSA.as_dict(private=False)]
    grants = ["authorization_code", "refresh_token", "client_credentials"]
    rp.register(NAME, jwks={"keys": keys}, grant_types=grants, redirect_uris=[CALLBACK]).raise_for_status()
    return rp


def claims(rp: Rp, **change: Any) -> Json:
    now = int(time.time())
    plain = {"iss": NAME, "sub": NAME, "aud": rp.office.vneid, "iat": now, "exp": now + 60, "jti": str(uuid4())}
    return {name: value for name, value in (plain | change).items() if value is not None}


def signed(said: Json, key: ECKey | RSAKey = EC, alg: str = "ES256", **header: Any) -> str:
    protected = {"alg": alg, "kid": key.kid} | header
    return jws.serialize_compact(protected, json.dumps(said), key, algorithms=[alg])


def ask(rp: Rp, assertion: str, path: str = "token", **change: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": assertion}
    return rp.office.http.post(f"{rp.oidc}/{path}", data=form | change)


def refused(answer: httpx.Response, why: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert why in answer.json()["error_description"]
    assert answer.headers["www-authenticate"].startswith("Basic")


# By a signature


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256"), (RSA, "PS256")])
@pytest.mark.parametrize("aud", ["", "/oidc/token"])
def test_a_client_proves_itself_by_its_key(rp: Rp, key: ECKey | RSAKey, alg: str, aud: str) -> None:
    answer = ask(rp, signed(claims(rp, aud=rp.office.vneid + aud), key, alg))
    assert answer.status_code == 200
    rp.office.tokens["wallet"] = answer.json()["access_token"]
    assert rp.office.search(["CAN_CUOC"]).status_code == 200


def test_the_whole_login_goes_by_signatures(rp: Rp) -> None:
    code = rp.code(client_id=NAME)
    change = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    verifier = {"code_verifier": "a-verifier-of-forty-three-characters-or-more"}
    tokens = ask(rp, signed(claims(rp)), **change, **verifier).raise_for_status().json()
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert ask(rp, signed(claims(rp)), **refresh).status_code == 200
    said = ask(rp, signed(claims(rp, aud=f"{rp.oidc}/introspect")), "introspect", token=tokens["access_token"]).json()
    assert said["active"]


def test_an_assertion_is_used_once(rp: Rp) -> None:
    assertion = signed(claims(rp))
    assert ask(rp, assertion).status_code == 200
    refused(ask(rp, assertion), "jti is spent")
    refused(ask(rp, assertion, "introspect", token="x"), "jti is spent")
    assert ask(rp, signed(claims(rp))).status_code == 200


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"iss": None}, "lacks iss"),
        ({"iss": "nobody"}, "of no client"),
        ({"iss": DEMO[0], "sub": DEMO[0]}, "of no client with registered keys"),
        ({"sub": None}, "iss and sub"),
        ({"sub": "demo-rp"}, "iss and sub"),
        ({"aud": None}, "aud"),
        ({"aud": "https://another.example"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {"iss": "x"}}, "aud"),
        ({"exp": None}, "lacks exp"),
        ({"exp": 1}, "has expired"),
        ({"exp": "soon"}, "no number"),
        ({"exp": True}, "no number"),
        ({"exp": time.time() + 7200}, "lives longer"),
        ({"exp": float("inf")}, "not base64url of JSON"),
        ({"exp": float("nan")}, "not base64url of JSON"),
        ({"nbf": time.time() + 600}, "of the future"),
        ({"iat": time.time() + 600}, "of the future"),
        ({"jti": None}, "jti"),
        ({"jti": 1}, "jti"),
        ({"jti": "j" * 201}, "jti"),
    ],
)
def test_each_claim_of_an_assertion_is_looked_at(rp: Rp, change: Json, why: str) -> None:
    refused(ask(rp, signed(claims(rp, **change))), why)


def test_an_audience_may_be_one_of_several(rp: Rp) -> None:
    assert ask(rp, signed(claims(rp, aud=["https://another.example", rp.office.vneid]))).status_code == 200


def test_an_assertion_for_another_world_proves_nothing(rp: Rp, virtual: Office) -> None:
    refused(ask(rp, signed(claims(rp, aud=virtual.vneid))), "aud")


def test_an_assertion_is_judged_by_the_worlds_clock(rp: Rp) -> None:
    rp.office.post("clock", {"advance": "P1D"})
    refused(ask(rp, signed(claims(rp))), "has expired")
    later = int(time.time()) + 24 * 3600
    assert ask(rp, signed(claims(rp, iat=later, exp=later + 60))).status_code == 200


def test_only_a_registered_key_signs(rp: Rp) -> None:
    refused(ask(rp, signed(claims(rp), ANOTHER_EC)), "signature")
    refused(ask(rp, signed(claims(rp), kid="another")), "no key of this kid")
    refused(ask(rp, signed(claims(rp), crit=["b64"], b64=True)), "crit")
    refused(ask(rp, signed(claims(rp))[:-4] + "AAAA"), "signature")
    refused(ask(rp, signed(claims(rp), RSA, "RS256", kid="ec-1")), "signature")


@pytest.mark.parametrize("alg", ["none", "HS256", "ES384", None, 1])
def test_the_algorithm_is_not_for_the_assertion_to_choose(rp: Rp, alg: object) -> None:
    def part(value: Json) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    refused(ask(rp, f"{part({'alg': alg, 'kid': 'ec-1'})}.{part(claims(rp))}."), "the alg of the assertion")


@pytest.mark.parametrize(
    "broken", ["", "x", "a.b.c", "....", "e30.e30.e30", "W10.W10.AA", "bnVsbA.e30.AA", "é.é.é", "[" * 9000]
)
def test_what_is_no_assertion_is_refused_and_never_a_crash(rp: Rp, broken: str) -> None:
    refused(ask(rp, broken), "assertion")
    deep = urlsafe_b64encode(b"[" * 20_000).rstrip(b"=").decode()
    refused(ask(rp, f"{deep}.{deep}.AA"), "assertion")


def test_a_client_authenticates_in_one_way(rp: Rp) -> None:
    form = {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": signed(claims(rp))}
    both = rp.office.http.post(f"{rp.oidc}/token", data=form, auth=CLIENT)
    assert (both.status_code, both.json()["error"]) == (400, "invalid_request")
    refused(ask(rp, signed(claims(rp)), client_assertion_type="urn:other"), "client_assertion_type")
    other = ask(rp, signed(claims(rp)), client_id="demo-rp")
    assert (other.status_code, other.json()["error"]) == (400, "invalid_request")


def test_a_client_of_keys_has_no_secret_and_one_of_a_secret_no_keys(rp: Rp) -> None:
    for secret in ("", "None", "demo-rp-secret"):
        refused(rp.post("token", {"grant_type": "client_credentials"}, (NAME, secret)), "")


GOOD = signed({"iss": NAME, "sub": NAME, "aud": "http://w", "exp": 100, "jti": "1"})
CLIENT_OF_KEYS = Client(NAME, jwks=(EC.as_dict(private=False),))


@given(st.text() | st.lists(st.text(alphabet="eyJ0123456789_-AZ"), min_size=3, max_size=3).map(".".join))
def test_no_text_that_the_client_did_not_sign_proves_anything(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever check comes first
        assertions.verify(text, CLIENT_OF_KEYS, ("http://w",), 0)


@given(st.integers(0, len(GOOD) - 1), st.sampled_from("ABCabc019_-.="))
def test_an_assertion_altered_anywhere_proves_nothing(at: int, letter: str) -> None:
    assume(GOOD[at] != letter)
    assert assertions.verify(GOOD, CLIENT_OF_KEYS, ("http://w",), 0) == "1"
    with pytest.raises(ValueError):  # noqa: PT011 - whichever check comes first
        assertions.verify(GOOD[:at] + letter + GOOD[at + 1 :], CLIENT_OF_KEYS, ("http://w",), 0)


# The control door


def test_each_world_begins_with_three_clients(empty: Office) -> None:
    items = {item["client_id"]: item for item in empty.get("clients")["items"]}
    assert set(items) == {"motlan-tthc", "demo-rp", "ngan-hang-demo"}
    assert items["demo-rp"] == {
        "client_id": "demo-rp",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": ["http://127.0.0.1:9999/"],
        "kind": "office",
        "any_loopback_port": False,
    }


def test_a_client_is_put_read_and_deleted(empty: Office) -> None:
    rp = Rp(empty, ("my-rp", "s3cret: %+&"))
    empty.put_person()
    body = {"secret": "s3cret: %+&", "redirect_uris": ["vn.example.app:/back", CALLBACK]}
    first = rp.register("my-rp", **body)
    assert (first.status_code, "secret" in first.json()) == (201, False)
    assert rp.register("my-rp", **body).status_code == 200
    assert empty.get("clients/my-rp") == first.json()
    # The parts of Basic are form-encoded before they are joined (RFC 6749 §2.3.1).
    assert rp.redeem(rp.code(), ("my-rp", "s3cret%3A+%25%2B%26")).status_code == 200
    assert "location" in rp.authorize(redirect_uri="vn.example.app:/back").headers
    url = f"{empty.control}/clients/my-rp"
    assert [empty.http.delete(url).status_code for _ in range(2)] == [204, 404]
    assert rp.authorize().status_code == 400


def test_a_client_of_one_world_is_unknown_in_another_and_known_in_its_fork(empty: Office, virtual: Office) -> None:
    Rp(empty).register("my-rp", secret="a-secret", redirect_uris=[CALLBACK]).raise_for_status()
    assert virtual.http.get(f"{virtual.control}/clients/my-rp").status_code == 404
    fork = empty.post("fork", {})["name"]
    assert empty.http.get(f"{empty.control}/../{fork}/clients/my-rp").status_code == 200


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"redirect_uris": [CALLBACK]}, "give one of the two"),
        ({"redirect_uris": [CALLBACK], "secret": "s", "jwks": {"keys": [EC.as_dict(private=False)]}}, "one of the two"),
        ({"secret": "s"}, "redirect_uris go with"),
        ({"secret": "s", "grant_types": ["client_credentials"], "redirect_uris": [CALLBACK]}, "redirect_uris go with"),
        ({"secret": "s", "grant_types": ["refresh_token"]}, "goes with authorization_code"),
        ({"secret": "s", "grant_types": ["password"]}, "grant_types"),
        ({"secret": "s", "redirect_uris": [CALLBACK + "#x"]}, "absolute"),
        ({"secret": "s", "redirect_uris": ["/callback"]}, "absolute"),
        ({"secret": "s", "redirect_uris": ["javascript:alert(1)"]}, "absolute"),
        ({"secret": "s", "redirect_uris": ["http://"]}, "absolute"),
        ({"secret": "s", "redirect_uris": ["http://a b/"]}, "absolute"),
        ({"secret": "s", "redirect_uris": ["http://[x/"]}, "absolute"),
        ({"jwks": {"keys": [EC.as_dict(private=True)]}, "redirect_uris": [CALLBACK]}, "private key"),
        ({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}}, "no key"),
        ({"jwks": {"keys": [{"kty": "oct"}]}}, "a key is EC"),
        ({"jwks": {"keys": [SMALL_RSA]}, "redirect_uris": [CALLBACK]}, "2048"),
        ({"jwks": {"keys": []}}, "keys"),
    ],
)
def test_a_registration_with_a_mistake_is_told_so(empty: Office, body: Json, why: str) -> None:
    answer = Rp(empty).register("my-rp", **body)
    assert answer.status_code == 422
    assert why in answer.text


def test_a_world_has_room_for_two_hundred_clients(empty: Office) -> None:
    rp = Rp(empty)
    made = [rp.register(f"c{number}", secret="s", redirect_uris=[CALLBACK]).status_code for number in range(198)]
    assert made == [201] * 197 + [409]
