"""Wrong by name: what the wire carries under each fault, over a real socket."""

import asyncio
import contextlib
import time
from pathlib import Path

import httpx
import pytest
from joserfc.errors import BadSignatureError

import mock_vneid
from mock_vneid.faults import KINDS, Fault, kinds_for
from mock_vneid.main import create_faces, create_universe
from tests.mock_vneid.office import ANOTHER, CLIENT, PERSON, Office, unverified

TWO_DAYS = 2 * 24 * 3600
FACES = ("wallet", "ndxp")


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    empty.put_holding("GIAY_KHAI_SINH")
    empty.put_person(ANOTHER)
    empty.put_holding("CAN_CUOC", ANOTHER)
    return empty


def call(office: Office, face: str, types: tuple[str, ...] = ("CAN_CUOC",), holder: str = PERSON) -> httpx.Response:
    return office.search(list(types), holder) if face == "wallet" else office.ask("037", list(types), holder)


def test_every_fault_stands_in_the_readme_with_what_it_does() -> None:
    readme = (Path(mock_vneid.__file__).parent / "README.md").read_text(encoding="utf-8")
    rows = {row.split("`")[1]: row for row in readme.splitlines() if row.startswith("| `")}
    missing = [name for name, kind in KINDS.items() if kind.says not in rows.get(name, "")]
    assert missing == []


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("kind", "status", "again"), [("http_500", 500, None), ("http_503", 503, "1"), ("rate_limit", 429, "1")]
)
def test_a_status_that_is_no_answer(office: Office, face: str, kind: str, status: int, again: str | None) -> None:
    office.fault(face, kind)
    answer = call(office, face)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, again)


@pytest.mark.parametrize("face", FACES)
def test_garbage_calls_itself_json_and_is_none(office: Office, face: str) -> None:
    office.fault(face, "garbage")
    answer = call(office, face)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    with pytest.raises(ValueError):  # noqa: PT011 - whatever a parser says
        answer.json()


@pytest.mark.parametrize("face", FACES)
def test_latency_answers_late_and_right(office: Office, face: str) -> None:
    office.fault(face, "latency", attributes={"ms": 250})
    url = f"{office.vneid}/wallet/documents/search" if face == "wallet" else f"{office.ndxp}/services/037"
    with pytest.raises(httpx.ReadTimeout):
        office.http.post(url, json=office.query(["CAN_CUOC"]), headers=office.bearer(face), timeout=0.1)
    began = time.monotonic()
    assert call(office, face).status_code == 200
    assert time.monotonic() - began >= 0.25


@pytest.mark.parametrize("face", FACES)
def test_a_timeout_never_answers(office: Office, face: str) -> None:
    office.fault(face, "timeout")
    url = f"{office.vneid}/wallet/documents/search" if face == "wallet" else f"{office.ndxp}/services/037"
    with pytest.raises(httpx.ReadTimeout):
        office.http.post(url, json=office.query(["CAN_CUOC"]), headers=office.bearer(face), timeout=0.3)
    (entry,) = office.journal(face=face)
    assert "status" not in entry
    assert [fault["kind"] for fault in entry["faults"]] == ["timeout"]


def test_a_timeout_drops_the_connection_when_the_sandbox_gives_up(office: Office) -> None:
    office.fault("wallet", "timeout", attributes={"seconds": 1})
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        call(office, "wallet")


@pytest.mark.parametrize("face", FACES)
def test_a_reset_closes_the_connection_without_an_answer(office: Office, face: str) -> None:
    office.fault(face, "reset", times=1)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        call(office, face)
    assert call(office, face).status_code == 200
    first, second = office.journal(face=face)
    assert "status" not in first
    assert second["status"] == 200


def test_a_bad_signature_is_altered_in_its_last_bytes_and_nowhere_else(office: Office) -> None:
    office.fault("wallet", "bad_signature", match={"document_type": "CAN_CUOC"})
    documents = office.documents(["CAN_CUOC", "GIAY_KHAI_SINH"])
    with pytest.raises(BadSignatureError):
        office.verified(documents["CAN_CUOC"])
    assert unverified(documents["CAN_CUOC"])["holder"]["id"] == PERSON
    assert office.verified(documents["GIAY_KHAI_SINH"])["holder"]["id"] == PERSON


def test_a_retired_key_is_not_among_the_published(office: Office) -> None:
    office.fault("wallet", "retired_key", match={"document_type": "CAN_CUOC"})
    documents = office.documents(["CAN_CUOC", "GIAY_KHAI_SINH"])
    with pytest.raises(KeyError):
        office.verified(documents["CAN_CUOC"])
    assert office.verified(documents["GIAY_KHAI_SINH"])


def test_a_document_of_the_wrong_person_is_validly_signed(office: Office) -> None:
    office.fault("wallet", "wrong_person", match={"document_type": "CAN_CUOC"})
    documents = office.documents(["CAN_CUOC", "GIAY_KHAI_SINH"])
    assert office.verified(documents["CAN_CUOC"])["holder"] == {"kind": "person", "id": ANOTHER}
    assert office.verified(documents["GIAY_KHAI_SINH"])["holder"] == {"kind": "person", "id": PERSON}


def test_a_record_of_the_wrong_person(office: Office) -> None:
    office.fault("ndxp", "wrong_person", match={"document_type": "CAN_CUOC"}, times=1)
    answer = office.ask("037", ["CAN_CUOC", "GIAY_KHAI_SINH"]).json()
    assert [record["holder"]["id"] for record in answer["records"]] == [ANOTHER, PERSON]
    assert answer["person"]["id"] == PERSON
    office.fault("ndxp", "wrong_person")
    answer = office.ask("037", ["CAN_CUOC", "GIAY_KHAI_SINH"]).json()
    assert [record["holder"]["id"] for record in answer["records"]] == [ANOTHER, ANOTHER]
    assert answer["person"]["id"] == ANOTHER


def test_a_stale_message_is_two_days_old_and_its_document_is_not(office: Office) -> None:
    office.fault("wallet", "stale", match={"document_type": "CAN_CUOC"})
    documents = office.documents(["CAN_CUOC", "GIAY_KHAI_SINH"])
    stale, fresh = office.verified(documents["CAN_CUOC"]), office.verified(documents["GIAY_KHAI_SINH"])
    assert abs(fresh["iat"] - stale["iat"] - TWO_DAYS) <= 1
    assert stale["exp"] == stale["iat"] + 300
    assert stale["issued_on"] == fresh["issued_on"]


def test_a_stale_answer_of_a_registry_is_two_days_old(office: Office) -> None:
    fresh = office.ask("037", ["CAN_CUOC"]).json()["answered_at"]
    office.fault("ndxp", "stale")
    stale = office.ask("037", ["CAN_CUOC"]).json()["answered_at"]
    assert stale[:10] < fresh[:10]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("kind", "code"), [("not_licensed", "004"), ("no_right", "005")])
def test_a_refusal_by_name_is_worded_as_the_real_one(office: Office, face: str, kind: str, code: str) -> None:
    office.fault(face, kind)
    answer = call(office, face)
    assert (answer.status_code, answer.json()["error_code"]) == (403, code)
    assert office.journal(face=face)[-1]["error"] == code


@pytest.mark.parametrize("kind", ["http_503", "not_licensed", "wrong_person"])
def test_a_fault_of_one_person_spares_the_others(office: Office, kind: str) -> None:
    office.fault("ndxp", kind, match={"person": ANOTHER})
    assert office.records("037", ["CAN_CUOC"])[0]["holder"]["id"] == PERSON
    (fault,) = office.get("faults")["items"]
    assert (fault["matched"], fault["hits"]) == (0, 0)


def test_a_fault_of_one_service_spares_the_others(office: Office) -> None:
    office.fault("ndxp", "http_503", match={"service": "HO-TICH"})
    assert office.ask("HO-TICH", ["GIAY_KHAI_SINH"]).status_code == 503
    assert office.ask("037", ["CAN_CUOC"]).status_code == 200
    assert office.search(["CAN_CUOC"]).status_code == 200


def test_a_fault_of_one_type_strikes_the_questions_that_ask_for_it(office: Office) -> None:
    office.fault("wallet", "http_500", match={"document_type": "GIAY_KHAI_SINH"})
    assert call(office, "wallet", ("CAN_CUOC",)).status_code == 200
    assert call(office, "wallet", ("CAN_CUOC", "GIAY_KHAI_SINH")).status_code == 500


def test_a_fault_is_spent_only_where_there_is_something_to_spoil(office: Office) -> None:
    office.fault("wallet", "bad_signature", times=1)
    assert office.documents(["DANG_KIEM"]) == {}
    with pytest.raises(BadSignatureError):
        office.verified(office.documents(["CAN_CUOC"])["CAN_CUOC"])
    assert office.verified(office.documents(["CAN_CUOC"])["CAN_CUOC"])
    (fault,) = office.get("faults")["items"]
    assert (fault["matched"], fault["hits"], fault["times"]) == (2, 1, 1)


def test_one_answer_with_many_documents_is_struck_once_and_whole(office: Office) -> None:
    office.fault("wallet", "stale", times=1)
    documents = office.documents(["CAN_CUOC", "GIAY_KHAI_SINH"])
    assert all(unverified(document)["iat"] < time.time() - TWO_DAYS / 2 for document in documents.values())
    assert office.get("faults")["items"][0]["hits"] == 1


def test_a_share_strikes_the_same_requests_in_every_run(office: Office) -> None:
    def run() -> list[int]:
        office.fault("ndxp", "http_500", share=0.4)
        seen = [call(office, "ndxp").status_code for _ in range(60)]
        office.http.post(f"{office.control}/reset")
        office.put_person()
        return seen

    first = run()
    assert run() == first
    assert 10 <= first.count(500) <= 38


def test_a_share_of_nothing_never_strikes(office: Office) -> None:
    office.fault("ndxp", "http_500", share=0)
    assert {call(office, "ndxp").status_code for _ in range(20)} == {200}


def test_a_fault_is_read_and_taken_away(office: Office) -> None:
    fault_id = office.fault("wallet", "http_500")
    assert office.get(f"faults/{fault_id}")["says"] == KINDS["http_500"].says
    assert office.http.delete(f"{office.control}/faults/{fault_id}").status_code == 204
    assert office.http.delete(f"{office.control}/faults/{fault_id}").status_code == 404
    assert call(office, "wallet").status_code == 200


def test_transport_comes_before_the_token_is_looked_at(office: Office) -> None:
    office.fault("wallet", "http_503")
    office.tokens["wallet"] = "nonsense"
    assert call(office, "wallet").status_code == 503


def test_a_fault_strikes_a_question_out_of_form_too(office: Office) -> None:
    office.fault("wallet", "http_503")
    assert office.search([]).status_code == 503


@pytest.mark.parametrize(("service", "struck", "spared"), [("vneid", "wallet", "ndxp"), ("ndxp", "ndxp", "wallet")])
def test_the_token_endpoints_fail_by_name(office: Office, service: str, struck: str, spared: str) -> None:
    office.fault("oidc", "rate_limit", match={"service": service})
    with pytest.raises(httpx.HTTPStatusError, match="429"):
        office.token(struck)
    assert office.token(spared)
    assert call(office, struck).status_code == 200


def test_a_token_endpoint_that_resets(office: Office) -> None:
    office.fault("oidc", "reset")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        office.http.post(f"{office.vneid}/oidc/token", data={"grant_type": "client_credentials"}, auth=CLIENT)


def test_the_published_keys_fail_only_when_they_are_named(office: Office) -> None:
    office.fault("wallet", "http_503")
    assert office.keys()
    office.fault("wallet", "http_500", match={"service": "jwks"})
    assert office.http.get(f"{office.vneid}/wallet/jwks").status_code == 500


def test_worlds_do_not_see_each_others_faults(office: Office, virtual: Office) -> None:
    office.fault("wallet", "http_500")
    assert virtual.search(["CAN_CUOC"]).status_code == 200
    assert virtual.get("faults") == {"items": []}


def test_the_world_is_right_again_once_the_fault_is_gone(office: Office) -> None:
    for kind in kinds_for("wallet"):
        fault_id = office.fault("wallet", kind)
        with contextlib.suppress(httpx.HTTPError):
            office.http.post(
                f"{office.vneid}/wallet/documents/search",
                json=office.query(["CAN_CUOC"]),
                headers=office.bearer("wallet"),
                timeout=0.4,
            )
        office.http.delete(f"{office.control}/faults/{fault_id}")
        assert office.verified(office.documents(["CAN_CUOC"])["CAN_CUOC"])["holder"]["id"] == PERSON


def test_without_a_socket_a_dropped_connection_is_the_same_error() -> None:
    universe = create_universe()
    universe.worlds["default"].add_fault(Fault("f", "oidc", "reset"))

    async def ask() -> None:
        inside = httpx.ASGITransport(create_faces(universe))
        async with httpx.AsyncClient(transport=inside, base_url="http://sandbox") as client:
            await client.post("/w/default/oidc/token")

    with pytest.raises(ConnectionResetError):
        asyncio.run(ask())
