"""The wallet: what a holder has linked, as signed documents."""

import json
import time

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws

from tests.mock_vneid.office import ANOTHER, HELD, PERSON, Office

ORGANIZATION = "3000000099"


def test_each_type_asked_is_answered_in_order_linked_not_linked_or_absent(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    empty.put_holding("DANG_KIEM", wallet="not_linked", registry="absent")
    answer = empty.search(["DANG_KIEM", "NEVER_SEEN", "CAN_CUOC"], request_id="r-42")
    assert answer.json()["request_id"] == "r-42"
    results = answer.json()["results"]
    assert [(result["document_type"], result["status"]) for result in results] == [
        ("DANG_KIEM", "not_linked"),
        ("NEVER_SEEN", "absent"),
        ("CAN_CUOC", "linked"),
    ]
    assert ["document" in result for result in results] == [False, False, True]


def test_a_linked_document_is_a_jws_that_says_what_stands_on_it(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC", data={"place": "Hà Tĩnh", "nothing": None})
    before = int(time.time())
    answer = empty.search(["CAN_CUOC"], request_id="r-1")
    document = answer.json()["results"][0]["document"]
    header = jws.extract_compact(document.encode()).headers()
    assert header == {"alg": "ES256", "typ": "vneid-document+jwt", "kid": next(iter(empty.keys()))}
    said = empty.verified(document)
    assert before <= said["iat"] <= time.time()
    assert said["exp"] == said["iat"] + 300
    assert said["jti"]
    assert {key: value for key, value in said.items() if key not in {"iat", "exp", "jti", "document_id"}} == {
        "iss": empty.vneid,
        "aud": "motlan-tthc",
        "request_id": "r-1",
        "document_type": "CAN_CUOC",
        "holder": {"kind": "person", "id": PERSON},
        "account_level": 2,
        "full_name": "NGUYỄN VĂN AN",
        "birth_date": "1990-02-03",
        "number": "N-1",
        "issued_on": "2022-01-01",
        "valid_until": "2030-02-03",
        "data": {"place": "Hà Tĩnh", "nothing": None},
    }


def test_what_was_left_out_is_not_answered(empty: Office) -> None:
    empty.put_person(birth_date="1956")
    empty.put("people/" + PERSON + "/holdings/GIAY_KHAI_SINH", {"wallet": "linked"})
    said = empty.verified(empty.documents(["GIAY_KHAI_SINH"])["GIAY_KHAI_SINH"])
    assert said["birth_date"] == "1956"
    assert not {"number", "issued_on", "valid_until", "revoked_on", "data"} & said.keys()


def test_the_name_on_the_document_may_be_another_than_the_holders(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("THE_BHYT", full_name="TRẦN VĂN AN")
    said = empty.verified(empty.documents(["THE_BHYT"])["THE_BHYT"])
    assert said["full_name"] == "TRẦN VĂN AN"


def test_a_document_has_one_opaque_name_on_both_faces_and_another_when_issued_anew(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    first = empty.verified(empty.documents(["CAN_CUOC"])["CAN_CUOC"])["document_id"]
    assert empty.verified(empty.documents(["CAN_CUOC"])["CAN_CUOC"])["document_id"] == first
    assert empty.records("037", ["CAN_CUOC"])[0]["document_id"] == first
    assert PERSON not in first
    assert PERSON[-6:] not in first
    empty.put_holding("CAN_CUOC", issued_on="2026-01-01")
    assert empty.records("037", ["CAN_CUOC"])[0]["document_id"] != first


@pytest.mark.parametrize("level", [0, 1])
def test_below_level_two_nothing_shows_as_linked(empty: Office, level: int) -> None:
    empty.put_person(identity_level=level)
    empty.put_holding("CAN_CUOC")
    assert empty.statuses(["CAN_CUOC", "DANG_KIEM"]) == {"CAN_CUOC": "not_linked", "DANG_KIEM": "absent"}
    assert len(empty.records("037", ["CAN_CUOC"])) == 1


def test_an_organisation_has_a_wallet_too(empty: Office) -> None:
    empty.put(f"organizations/{ORGANIZATION}", {"name": "CÔNG TY TNHH THỬ"})
    empty.put(f"organizations/{ORGANIZATION}/holdings/GCN_DKDN", HELD)
    said = empty.verified(empty.documents(["GCN_DKDN"], ORGANIZATION)["GCN_DKDN"])
    assert said["holder"] == {"kind": "organization", "id": ORGANIZATION}
    assert said["full_name"] == "CÔNG TY TNHH THỬ"
    assert "birth_date" not in said


def test_nobody_of_an_empty_world_has_anything(empty: Office) -> None:
    assert empty.statuses(["CAN_CUOC"], ANOTHER) == {"CAN_CUOC": "absent"}


def test_anybody_of_a_virtual_world_is_somebody(virtual: Office) -> None:
    statuses = {virtual.statuses(["CAN_CUOC"], f"0420{year}000001")["CAN_CUOC"] for year in range(82, 99)}
    assert statuses == {"linked", "not_linked"}


def test_only_the_current_key_is_published(empty: Office, http: httpx.Client) -> None:
    answer = http.get(f"{empty.vneid}/wallet/jwks")
    assert answer.headers["cache-control"] == "max-age=300"
    (key,) = answer.json()["keys"]
    assert {name: key[name] for name in ("kty", "crv", "use", "alg")} == {
        "kty": "EC",
        "crv": "P-256",
        "use": "sig",
        "alg": "ES256",
    }
    assert key.keys() == {"kty", "crv", "use", "alg", "x", "y", "kid"}


def test_worlds_do_not_share_keys(empty: Office, virtual: Office) -> None:
    assert not empty.keys().keys() & virtual.keys().keys()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"extra": 1}, "extra"),
        ({"request_id": ""}, "request_id"),
        ({"request_id": "a b"}, "request_id"),
        ({"procedure": "1.1"}, "procedure"),
        ({"officer": ""}, "officer"),
        ({"officer": "a\x00b"}, "officer"),
        ({"purpose": None}, "purpose"),
        ({"types": []}, "types"),
        ({"types": ["CAN_CUOC"] * 513}, "types"),
        ({"types": ["can_cuoc"]}, "types"),
        ({"types": ["A" * 65]}, "types"),
        ({"types": "CAN_CUOC"}, "types"),
        ({"holder": {"kind": "person", "id": "04209010000"}}, "holder"),
        ({"holder": {"kind": "person", "id": "999090100001"}}, "holder"),
        ({"holder": {"kind": "organization", "id": PERSON}}, "holder"),
        ({"holder": {"kind": "animal", "id": PERSON}}, "holder"),
        ({"holder": {"kind": "person", "id": PERSON, "name": "A"}}, "holder"),
    ],
)
def test_a_question_out_of_form_is_refused_on_both_faces_with_its_reason(
    empty: Office, change: dict[str, object], says: str
) -> None:
    query = empty.query(["CAN_CUOC"]) | change
    for url, face in ((f"{empty.vneid}/wallet/documents/search", "wallet"), (f"{empty.ndxp}/services/037", "ndxp")):
        answer = empty.http.post(url, json=query, headers=empty.bearer(face))
        assert answer.status_code == 400
        assert answer.json()["error"] == "bad_request"
        assert says in answer.json()["error_description"]
        assert PERSON not in answer.text


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"request_id": "\\ud800"}', "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b" " * 70_000, "application/json", 413),
    ],
)
def test_what_is_no_question_is_refused(
    empty: Office, http: httpx.Client, content: bytes, media_type: str, status: int
) -> None:
    headers = empty.bearer("wallet") | {"Content-Type": media_type}
    answer = http.post(f"{empty.vneid}/wallet/documents/search", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"] == "bad_request"


@settings(max_examples=60, deadline=None)
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_json_whatever_makes_a_face_fall(office_of_run: Office, body: object) -> None:
    url, headers = f"{office_of_run.vneid}/wallet/documents/search", office_of_run.bearer("wallet")
    answer = office_of_run.http.post(
        url, content=json.dumps(body), headers=headers | {"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
