"""Half a surrogate pair: JSON can spell it and UTF-8 cannot carry it. It is refused where it comes in, and no page or
journal falls over it afterwards. So are numbers without measure.
"""

import json
from base64 import b64encode, urlsafe_b64encode
from typing import Any

import httpx
import pytest

from mock_vneid.journal import Entry, Journal
from mock_vneid.results import DEMO_KEY
from tests.mock_vneid.citizens_client import Citizens
from tests.mock_vneid.office import AN, PERSON, Json, Office

HALF = "\ud800"
HEADER = {"alg": "ES256", "kid": "k", "typ": "at+jwt"}


def spelled(body: Any) -> bytes:
    """JSON as a careless client writes it: the half as an escape, and so in pure ASCII."""
    return json.dumps(body).encode()


def token(header: Json, claims: Json) -> str:
    head, body = (urlsafe_b64encode(spelled(part)).rstrip(b"=").decode() for part in (header, claims))
    return f"{head}.{body}.AAAA"


TOKENS = [
    *(token(HEADER | {name: HALF}, {}) for name in HEADER),
    token(HEADER, {"iss": HALF}),
    token(HEADER, {"aud": [HALF], HALF: 1}),
]


@pytest.mark.parametrize("odd", TOKENS)
@pytest.mark.parametrize("path", ["/wallet/documents/search", "/ndxp/services/037", "/oidc/userinfo"])
def test_a_token_with_half_a_pair_is_refused_and_the_journal_can_be_read(empty: Office, odd: str, path: str) -> None:
    sent = {"Authorization": f"Bearer {odd}"}
    answer = empty.http.post(f"{empty.vneid}{path}", json=empty.query(["CAN_CUOC"]), headers=sent)
    assert answer.status_code == 401
    noted = empty.journal()[-1]
    assert (noted["path"], noted["status"]) == (path, 401)
    assert empty.http.get(f"{empty.control}/page").status_code == 200


def test_a_token_with_half_a_pair_does_not_log_a_client_in(empty: Office) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": TOKENS[0],
    }
    assert empty.http.post(f"{empty.vneid}/oidc/token", data=form).status_code == 401
    assert empty.journal()[-1]["status"] == 401


@pytest.mark.parametrize("odd", TOKENS)
def test_the_debugger_says_that_such_a_token_has_no_shape(empty: Office, odd: str) -> None:
    url = f"{empty.control.rpartition('/worlds/')[0]}/debug/assertion"
    report = empty.http.post(url, json={"token": odd, "world": empty.world}).raise_for_status().json()
    assert (report["valid"], report["failed"]) == (False, ["shape"])


KEY = {"keys": [DEMO_KEY | {"kid": HALF}]}
CLIENT_IN = {"grant_types": ["client_credentials"], "jwks": KEY}
CALLS: list[tuple[str, str, Json]] = [
    ("POST", "faults", {"face": "wallet", "kind": "reset", HALF: 1}),
    ("POST", "faults", {"face": "wallet", "kind": "reset", "match": {HALF: 1}}),
    ("POST", "faults", {"face": "ndxp", "kind": "reset", "match": {"service": HALF}}),
    ("POST", "faults", {"face": "wallet", "kind": "latency", "attributes": {HALF: 1}}),
    ("POST", "faults", {"face": "wallet", "kind": "latency", "attributes": {HALF: "x"}}),
    ("POST", "faults", {"face": "wallet", "kind": HALF}),
    ("POST", "clock", {"advance": HALF}),
    ("POST", "snapshots", {HALF: HALF}),
    ("PUT", f"people/{PERSON}", AN | {"full_name": HALF}),
    ("PUT", f"people/{PERSON}/holdings/CAN_CUOC", {"data": {HALF: 1}}),
    ("PUT", "licences", {"officers": [HALF]}),
    ("PUT", "issuers/000.00.31.H27", KEY),
    ("PUT", "issuers/000.00.31.H27", {"keys": [DEMO_KEY | {"note": HALF}]}),
    ("PUT", "issuers/000.00.31.H27", {"keys": [DEMO_KEY | {HALF: 1}]}),
    ("PUT", "clients/odd", CLIENT_IN),
    ("POST", f"people/{PERSON}/presentations", {"mode": "sharing", "document_type": "CAN_CUOC", "fields": [HALF]}),
    ("POST", "journal/assertions", {"assertions": [{"match": [f"officer:{HALF}"], "exactly": 0}]}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_half_a_pair_is_a_mistake_on_the_control_door(empty: Office, method: str, path: str, body: Json) -> None:
    empty.put_person()
    sent = {"Content-Type": "application/json"}
    answer = empty.http.request(method, f"{empty.control}/{path}", content=spelled(body), headers=sent)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"]
    for left in ("people", "faults", "licences", "issuers", "clients", "journal", "export", "page"):
        assert empty.http.get(f"{empty.control}/{left}").status_code == 200


@pytest.mark.parametrize("name", ["token", "issuer", "audience", "scope", "nonce", "request_id"])
def test_the_debugger_expects_no_half_pairs(empty: Office, name: str) -> None:
    body = {"token": token(HEADER, {"iss": "x"}), "world": empty.world, name: HALF}
    url = f"{empty.control.rpartition('/worlds/')[0]}/debug/assertion"
    answer = empty.http.post(url, content=spelled(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["AccessKey", "SecretKey", "PartnerCode"])
def test_a_partner_with_half_a_pair_is_no_partner(empty: Office, name: str) -> None:
    citizens = Citizens(empty)
    odd = citizens.partner(**{name: HALF})
    asked = {"maYeuCau": "r-1", "maDVC": "1.001193", "maCanBo": "CB-0001", "soDinhDanh": PERSON, "hoVaTen": "A"}
    for answer in (citizens.token(odd), citizens.lgsp_json(asked, lgspaccesstoken=odd)):
        assert (answer.status_code, answer.json()["error_code"]) == (401, "-1")


def test_a_question_with_half_a_pair_is_no_json_to_the_gateway(empty: Office) -> None:
    answer = Citizens(empty).lgsp_json({"maYeuCau": HALF, "maCanBo": HALF})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "-1")
    assert empty.journal()[-1]["status"] == 400


FIELDS = ("path", "service", "client", "request_id", "officer", "purpose", "error", "says", "nearest_miss")


def test_a_journal_shows_whatever_was_noted() -> None:
    journal = Journal()
    entry = journal.open(0.0, HALF, "POST", f"/a{HALF}b")
    entry.types = [HALF]
    for name in FIELDS:
        setattr(entry, name, f"{HALF}Ế😀")
    seen: list[Entry] = [*journal, *journal.entries(lambda _: True, 5)]
    assert len(seen) == 2
    for one in seen:
        assert [getattr(one, name) for name in FIELDS] == ["\ufffdẾ😀"] * len(FIELDS)
        assert (one.face, one.types) == ("\ufffd", ["\ufffd"])


# Numbers without measure


@pytest.mark.parametrize("now", ["NaN", "Infinity", "1e999", "-1e300", "true", '"1"'])
def test_the_debugger_takes_no_moment_that_is_none(empty: Office, now: str) -> None:
    body = f'{{"token": "{TOKENS[0]}", "world": "{empty.world}", "now": {now}}}'
    url = f"{empty.control.rpartition('/worlds/')[0]}/debug/assertion"
    answer = empty.http.post(url, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, ["body.now"])


@pytest.mark.parametrize(
    "advance", [f'"P{"9" * 400}D"', f'"PT1.{"9" * 400}S"', '"P٣D"', "1e308", "1e999", "NaN", "true", '"90"', "null"]
)
def test_a_clock_moves_by_a_number_or_a_duration_within_bounds(empty: Office, advance: str) -> None:
    sent = {"Content-Type": "application/json"}
    answer = empty.http.post(f"{empty.control}/clock", content=f'{{"advance": {advance}}}', headers=sent)
    assert answer.status_code == 422
    assert empty.get("clock")["offset_seconds"] == pytest.approx(0, abs=1)


@pytest.mark.parametrize("stamp", ["9" * 400, "9" * 16, "9" * 15, "٣", "-1", ""])
def test_a_timestamp_has_as_many_digits_as_a_moment_has(empty: Office, stamp: str) -> None:
    citizens = Citizens(empty)
    headers = {name.encode(): value.encode() for name, value in citizens.direct(Timestamp=stamp).items()}
    answer = httpx.post(citizens.soap_url, content=b"<a/>", headers=headers)
    assert answer.status_code == 401
    assert b"soapenv:Client" in answer.content


def test_a_basic_password_of_odd_bytes_opens_nothing(empty: Office) -> None:
    odd = {"Authorization": f"Basic {b64encode(HALF.encode('utf-8', 'surrogatepass') + b':x').decode()}"}
    form = {"grant_type": "client_credentials"}
    assert empty.http.post(f"{empty.vneid}/oidc/token", data=form, headers=odd).status_code == 401
