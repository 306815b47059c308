"""Debug my token: each check by itself, and what is wrong said so as to mend it."""

import base64
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from mock_vneid.debug import Expected, examine
from mock_vneid.faults import KINDS
from mock_vneid.main import create_universe
from mock_vneid.testing import Mock
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import PERSON, Json, Office
from tests.mock_vneid.test_staff import Desk
from tests.mock_vneid.wallet_office import Issuer, wallet

UNIVERSE = create_universe()


def debug(office: Office, token: str, **more: Any) -> Json:
    url = f"{office.control.rpartition('/worlds/')[0]}/debug/assertion"
    report: Json = office.http.post(url, json={"token": token, "world": office.world, **more}).raise_for_status().json()
    return report


def says(report: Json, check: str) -> str:
    (found,) = [one["says"] for one in report["checks"] if one["check"] == check]
    return str(found)


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    return empty


def document(office: Office) -> str:
    return office.documents(["CAN_CUOC"])["CAN_CUOC"]


def test_a_good_document_passes_every_check(office: Office) -> None:
    report = debug(office, document(office), issuer=office.vneid, audience="motlan-tthc")
    assert (report["kind"], report["valid"], report["failed"]) == ("document", True, [])
    assert "nearest_miss" not in report
    assert [check["check"] for check in report["checks"]] == [
        *("shape", "alg", "typ", "kid", "signature", "iss", "aud", "exp", "iat", "age"),
        *("request_id", "holder", "account_level"),
    ]
    assert report["claims"]["holder"]["id"] == PERSON
    assert report["header"]["alg"] == "ES256"


@pytest.mark.parametrize(
    ("fault", "failed", "says_of"),
    [
        ("bad_signature", ["signature"], ("signature", "changed after signing")),
        ("retired_key", ["kid", "signature"], ("kid", "the key retired of the world")),
        ("unknown_kid", ["kid"], ("kid", "nor any other key of this sandbox")),
        ("alg_none", ["alg", "kid", "signature"], ("alg", "nobody has signed this")),
        ("wrong_alg", ["alg", "signature"], ("signature", "anybody can make it")),
        ("wrong_issuer", ["iss"], ("iss", "the issuer that was expected")),
        ("wrong_audience", ["aud"], ("aud", "motlan-tthc-another")),
        ("expired", ["exp"], ("exp", "seconds ago by the real clock")),
        ("not_yet_valid", ["iat"], ("iat", "in 3")),
        ("stale", ["exp", "age"], ("age", "an old message")),
        ("wrong_person", [], ("holder", "well-formed")),
    ],
)
def test_a_fault_of_a_document_is_found_by_the_check_it_concerns(
    office: Office, fault: str, failed: list[str], says_of: tuple[str, str]
) -> None:
    assert fault in KINDS
    office.fault("wallet", fault)
    report = debug(office, document(office), issuer=office.vneid)
    assert report["failed"] == failed
    assert says_of[1] in says(report, says_of[0])
    if failed:
        assert f"{', '.join(failed)} wrong" in report["nearest_miss"]


def test_a_document_that_answers_another_question_is_told(office: Office) -> None:
    assert debug(office, document(office), request_id="r-1")["failed"] == ["request_id"]


def test_an_access_token_is_walked_by_the_clock_of_its_world(office: Office) -> None:
    token = office.tokens["wallet"]
    good = debug(office, token, audience="wallet", scope="wallet.search", issuer=office.vneid)
    assert (good["kind"], good["failed"]) == ("access_token", [])
    assert debug(office, token, audience="ndxp", scope="ndxp.read")["failed"] == ["aud", "scope"]
    office.post("clock", {"advance": 301})
    late = debug(office, token)
    assert late["failed"] == ["exp"]
    assert says(late, "exp").endswith("seconds ago by the world's clock")


def test_what_cannot_be_compared_is_not_called_right(office: Office) -> None:
    report = debug(office, office.tokens["wallet"])
    assert {check["check"]: check["result"] for check in report["checks"]}["scope"] == "not_compared"


def test_a_token_of_another_world_is_traced_to_its_key(mock: Mock, http: httpx.Client, office: Office) -> None:
    other = new_world(mock, http, population="empty")
    report = debug(office, other.tokens["wallet"])
    assert report["failed"] == ["kid", "signature", "iss"]
    assert says(report, "signature").startswith(f"made by the key tokens of the world {other.world}")


def client_of(office: Office, key: ECKey | RSAKey) -> None:
    jwks = {"keys": [key.as_dict(private=False)]}
    office.http.put(
        f"{office.control}/clients/my-client", json={"jwks": jwks, "grant_types": ["client_credentials"]}
    ).raise_for_status()


def assertion(office: Office, key: ECKey | RSAKey, alg: str = "ES256", **change: Any) -> str:
    now = int(time.time())
    claims = {"iss": "my-client", "sub": "my-client", "aud": office.vneid, "iat": now, "exp": now + 60, "jti": "j-1"}
    claims = {name: value for name, value in (claims | change).items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid or "k"}, claims, key, algorithms=[alg])


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({}, []),
        ({"aud": "https://elsewhere.example"}, ["aud"]),
        ({"sub": "another"}, ["sub"]),
        ({"jti": None}, ["jti"]),
        ({"exp": 1}, ["exp"]),
        ({"exp": None}, ["exp"]),
        ({"exp": 4_000_000_000}, ["life"]),
        ({"iat": 4_000_000_000}, ["iat"]),
        ({"iss": "nobody", "sub": "nobody"}, ["kid", "signature", "iss"]),
    ],
)
def test_a_client_assertion_is_walked_with_the_clients_own_keys(
    office: Office, change: Json, failed: list[str]
) -> None:
    key = ECKey.generate_key("P-256", {"kid": "k-1"})
    client_of(office, key)
    report = debug(office, assertion(office, key, **change), kind="client_assertion")
    assert report["failed"] == failed


def test_a_client_assertion_by_another_key_or_in_der_is_told_apart(office: Office) -> None:
    client_of(office, ECKey.generate_key("P-256", {"kid": "k-1"}))
    stranger = ECKey.generate_key("P-256", {"kid": "k-1"})
    assert debug(office, assertion(office, stranger))["failed"] == ["signature"]
    head, body, _ = assertion(office, stranger).split(".")
    der = base64.urlsafe_b64encode(b"\x30" + b"\x01" * 69).rstrip(b"=").decode()
    assert "it is DER" in says(debug(office, f"{head}.{body}.{der}"), "signature")


def test_a_client_assertion_by_rsa_is_known_too(office: Office) -> None:
    key = RSAKey.generate_key(2048, {"kid": "k-1"})
    client_of(office, key)
    report = debug(office, assertion(office, key, "RS256"))
    assert (report["kind"], report["failed"]) == ("client_assertion", [])


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("abc", "this has 1"),
        ("a.b.c.d", "this has 4"),
        ("..", "empty"),
        ("e30=.e30.", "canonical base64url"),
        ("W10.e30.", "no JSON object"),
        ("e30.bm90.", "payload"),
    ],
)
def test_what_is_no_compact_jws_is_told_what_is_missing(office: Office, token: str, why: str) -> None:
    report = debug(office, token)
    assert report["failed"] == ["shape"]
    assert why in report["checks"][0]["says"]


def test_the_other_kind_of_token_is_named(office: Office) -> None:
    report = debug(office, office.tokens["wallet"], kind="document")
    assert "typ" in report["failed"]
    assert "where vneid-document+jwt is agreed" in says(report, "typ")


def test_a_world_that_is_not_there_is_a_problem(office: Office) -> None:
    url = f"{office.control.rpartition('/worlds/')[0]}/debug/assertion"
    assert office.http.post(url, json={"token": "x", "world": "no-such-world"}).status_code == 404
    assert office.http.post(url, json={"token": ""}).status_code == 422


_parts = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "crit", "iss", "sub", "aud", "exp", "iat", "nbf", "scope", "holder", "jti"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.text(max_size=3)),
)


def _b64(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@given(
    _parts,
    _parts,
    st.binary(max_size=70),
    st.sampled_from([None, "document", "presentation", "result", "id_token", "client_assertion"]),
)
@settings(deadline=None)
def test_whatever_comes_is_walked_and_never_believed(header: Json, claims: Json, tail: bytes, kind: Any) -> None:
    token = f"{_b64(header)}.{_b64(claims)}.{base64.urlsafe_b64encode(tail).rstrip(b'=').decode()}"
    report = examine(UNIVERSE, UNIVERSE.worlds["default"], token, Expected(kind))
    assert report.failed


@given(st.text(max_size=60))
@settings(deadline=None)
def test_text_of_any_kind_is_walked(text: str) -> None:
    assert examine(UNIVERSE, UNIVERSE.worlds["default"], text, Expected()).failed


def test_an_hmac_under_an_unknown_secret_is_not_called_the_classic_trap(office: Office) -> None:
    head, body = _b64({"alg": "HS256", "kid": "k", "typ": "vneid-document+jwt"}), _b64({"iss": office.vneid})
    mac = hmac.digest(b"a secret of my own", f"{head}.{body}".encode(), "sha256")
    report = debug(office, f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")
    assert "a secret nobody here knows" in says(report, "signature")


# What the wallet takes, and what it shows


def test_a_result_is_walked_by_the_keys_of_its_issuer(office: Office) -> None:
    issuer = Issuer(office)
    good = issuer.sign()
    report = debug(office, good)
    assert (report["kind"], report["valid"]) == ("result", True)
    assert says(report, "signature") == "made by key 1 of the issuer"
    assert debug(office, issuer.sign(number=7))["failed"] == ["claims"]
    assert debug(office, issuer.sign({"typ": "JWT"}), kind="result")["failed"] == ["typ"]
    assert set(debug(office, issuer.sign(iss="000.00.99.H27"))["failed"]) == {"iss", "kid", "signature"}
    issuer.deliver(good)
    assert says(debug(office, issuer.sign(version=2)), "version") == "2; the wallet has 1"


def test_a_presentation_is_walked_as_a_document_is(office: Office) -> None:
    offer = {"mode": "validation", "document_type": "CAN_CUOC", "purpose": "Nhập học"}
    code = office.post(f"people/{PERSON}/presentations", offer)["code"]
    shown = wallet(office, "wallet.redeem", "presentations/redeem", {"request_id": "r-1", "code": code}).json()
    report = debug(office, shown["presentation"], request_id="r-1", audience="motlan-tthc")
    assert (report["kind"], report["valid"]) == ("presentation", True)
    assert debug(office, shown["presentation"], request_id="r-2")["failed"] == ["request_id"]


def test_the_tokens_of_officers_are_known_as_this_worlds(office: Office) -> None:
    tokens = Desk(office).tokens()
    for token in (tokens["id_token"], tokens["access_token"]):
        assert debug(office, token)["failed"] == []
