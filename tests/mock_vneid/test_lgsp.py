"""The gateway of a province: its token, the questions it hands on, and its envelope of refusals."""

import json
from base64 import b64encode
from typing import Any

import httpx
import pytest

from tests.mock_vneid.citizens_client import CONFIRM, Citizens, elements, found, message, text
from tests.mock_vneid.office import PERSON, Office

ASKED = {
    "maYeuCau": "r-1",
    "maDVC": "1.001193",
    "maCanBo": "CB-0001",
    "soDinhDanh": PERSON,
    "soCMND": "",
    "hoVaTen": "NGUYỄN VĂN AN",
    "ngayThangNam": "19900203",
    "userNameService": "STTTT_HATINH",
}


@pytest.fixture
def gateway(empty: Office) -> Citizens:
    empty.put_person()
    return Citizens(empty)


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, code and words; every refusal has the one envelope."""
    body = answer.json()
    assert set(body) == {"error_code", "message", "result"}
    assert body["result"] is None
    return answer.status_code, body["error_code"], body["message"]


def test_a_known_partner_gets_a_bearer_token(gateway: Citizens) -> None:
    body = gateway.token().raise_for_status().json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    assert body["access_token"]


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="none"),
        pytest.param("không phải base64".encode().hex(), id="no JSON"),
        pytest.param(b64encode(b"[]").decode(), id="no object"),
        pytest.param(b64encode(b"[" * 3000).decode(), id="deep"),
        pytest.param(b64encode(b'{"AccessKey": "motlan-tthc"}').decode(), id="one key of five"),
        pytest.param(Citizens.partner(SecretKey="another"), id="another secret"),
        pytest.param(Citizens.partner(PartnerCodeCus="000.00.00.H28"), id="another partner"),
        pytest.param(Citizens.partner(Extra="x"), id="a sixth key"),
    ],
)
def test_a_stranger_gets_none(gateway: Citizens, header: str) -> None:
    assert refusal(gateway.token(header))[:2] == (401, "-1")


@pytest.mark.parametrize("form", ["", "grant_type=password", "grant_type=client_credentials&scope=all"])
def test_the_grant_is_client_credentials_and_nothing_else(gateway: Citizens, form: str) -> None:
    assert refusal(gateway.token(form=form))[:2] == (400, "-1")


def test_a_question_in_soap_is_handed_on_and_answered_in_soap(gateway: Citizens) -> None:
    (citizen,) = found(gateway.lgsp(elements()))
    assert text(citizen, "SoDinhDanh") == PERSON
    assert found(gateway.lgsp(elements("1991"))) == []
    confirmed = gateway.lgsp(elements(code="033", SoCMND="042000001"), CONFIRM)
    assert b"<ns1:TonTai>false</ns1:TonTai>" in confirmed.content


def test_both_ways_tell_the_same_to_the_byte(gateway: Citizens) -> None:
    assert gateway.lgsp(elements()).content == gateway.soap(elements()).content


def test_a_question_in_json_is_answered_in_json(gateway: Citizens) -> None:
    body = gateway.lgsp_json(ASKED).raise_for_status().json()
    assert (body["error_code"], body["message"]) == ("0", "Thành công")
    citizen = body["result"]["CongdanCollection"]["CongDan"]
    assert (citizen["SoDinhDanh"], citizen["HoVaTen"]["Ten"], citizen["Cha"]) == (PERSON, "NGUYỄN VĂN AN", "")
    assert citizen["NgayThangNamSinh"] == {"Nam": "1990", "NgayThangNam": "19900203"}


def test_nobody_in_json_is_an_empty_collection(gateway: Citizens) -> None:
    body = gateway.lgsp_json(ASKED | {"hoVaTen": "LÊ VĂN BA"}).raise_for_status().json()
    assert body["result"] == {"CongdanCollection": ""}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "an object of texts"),
        (ASKED | {"danToc": "1"}, "an object of texts"),
        (ASKED | {"soDinhDanh": 42}, "an object of texts"),
        (ASKED | {"soCMND": "190100001"}, "give one number"),
        (ASKED | {"ngayThangNam": "1990-02-03"}, "NgayThangNam eight"),
        ({name: value for name, value in ASKED.items() if name != "hoVaTen"}, "missing: HoVaTen"),
    ],
)
def test_a_question_in_json_out_of_form_is_refused(gateway: Citizens, body: Any, words: str) -> None:
    status, code, said = refusal(gateway.lgsp_json(body))
    assert (status, code) == (400, "-1")
    assert words in said
    assert PERSON not in said


def test_a_question_in_soap_out_of_form_is_refused_in_the_gateways_envelope(gateway: Citizens) -> None:
    assert refusal(gateway.lgsp(elements()[1:]))[:2] == (400, "-1")
    assert refusal(gateway.lgsp(elements(), **{"Content-Type": "text/plain"}))[0] == 415


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Authorization": None}, id="no token"),
        pytest.param({"Authorization": "Bearer x"}, id="no token of ours"),
        pytest.param({"lgspaccesstoken": None}, id="no partner"),
        pytest.param({"lgspaccesstoken": Citizens.partner(AppName="another")}, id="another partner"),
        pytest.param({"AuthHash": None}, id="no account"),
        pytest.param({"AuthHash": "///"}, id="no base64"),
        pytest.param({"AuthHash": b64encode(b"motlan-tthc:another").decode()}, id="another password"),
    ],
)
def test_whoever_does_not_show_all_three_headers_is_refused(gateway: Citizens, headers: dict[str, str | None]) -> None:
    assert refusal(gateway.lgsp(elements(), **headers))[:2] == (401, "-1")
    assert refusal(gateway.lgsp_json(ASKED, **headers))[:2] == (401, "-1")


def test_a_token_of_another_face_another_world_or_another_time_opens_nothing(
    gateway: Citizens, virtual: Office
) -> None:
    elsewhere = Citizens(virtual).token().json()["access_token"]
    for token in (gateway.office.tokens["ndxp"], elsewhere):
        assert refusal(gateway.lgsp(elements(), token=token))[:2] == (401, "-1")
    own = gateway.token().json()["access_token"]
    asked = gateway.office.query(["CAN_CUOC"])
    ndxp = gateway.office.http.post(
        f"{gateway.office.ndxp}/services/037", json=asked, headers={"Authorization": f"Bearer {own}"}
    )
    assert ndxp.status_code == 401
    gateway.office.post("clock", {"advance": "PT6M"})
    assert refusal(gateway.lgsp(elements(), token=own))[:2] == (401, "-1")


@pytest.mark.parametrize(
    ("licences", "code", "words"),
    [
        ({"procedures": []}, "004", "Thủ tục chưa được cấp phép khai thác"),
        ({"officers": []}, "005", "Tài khoản cán bộ không có quyền thao tác"),
    ],
)
def test_the_population_databases_refusals_are_handed_on(
    gateway: Citizens, licences: dict[str, list[str]], code: str, words: str
) -> None:
    gateway.office.put("licences", licences)
    assert refusal(gateway.lgsp(elements())) == (403, code, words)
    assert refusal(gateway.lgsp_json(ASKED)) == (403, code, words)


def test_faults_strike_the_token_and_the_questions_apart(gateway: Citizens) -> None:
    token = gateway.token().json()["access_token"]
    gateway.office.fault("lgsp", "rate_limit", match={"service": "token"})
    assert gateway.token().status_code == 429
    assert len(found(gateway.lgsp(elements(), token=token))) == 1
    gateway.office.fault("lgsp", "http_500", match={"person": PERSON})
    assert gateway.lgsp(elements(), token=token).status_code == 500


def test_the_journal_tells_who_asked_and_shows_no_secret(gateway: Citizens) -> None:
    gateway.lgsp(elements())
    token, asked = gateway.office.journal(face="lgsp")
    assert (token["service"], token["client"]) == ("token", "motlan-tthc")
    assert (asked["service"], asked["client"], asked["officer"]) == ("037", "motlan-tthc", "CB-0001")
    assert asked["holder"] == {"kind": "person", "id": PERSON}
    assert "motlan-tthc-secret" not in json.dumps([token, asked])


def test_a_message_is_read_as_safely_here(gateway: Citizens) -> None:
    bomb = b'<!DOCTYPE e [<!ENTITY a "ha">]>' + message(elements()).partition(b"?>")[2].replace(b"r-1", b"&a;")
    answer = gateway.office.http.post(f"{gateway.lgsp_url}/dancu", content=bomb, headers=gateway.through())
    assert refusal(answer)[:2] == (400, "-1")
