"""The population database in SOAP: what it tells, how strictly it listens, and whom it refuses."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_vneid import citizens, soap_xml
from mock_vneid.citizens import ORDER
from mock_vneid.ids import birth_year_of, person_id_problem
from tests.mock_vneid.citizens_client import (
    CONFIRM,
    HOUSEHOLD,
    QUESTIONS,
    SOAP,
    Citizens,
    body_of,
    elements,
    fault,
    found,
    message,
    text,
)
from tests.mock_vneid.office import PERSON, Office

OLD = PERSON[1:4] + PERSON[6:]
people = st.builds("042{}{:02d}{:06d}".format, st.sampled_from("0123"), st.integers(0, 26), st.integers(0, 999_999))


@pytest.fixture
def dancu(empty: Office) -> Citizens:
    empty.put_person()
    return Citizens(empty)


def test_a_citizen_is_told_with_number_name_sex_and_birth(dancu: Citizens) -> None:
    (citizen,) = found(dancu.soap(elements()))
    assert (text(citizen, "SoDinhDanh"), text(citizen, "SoCMND")) == (PERSON, OLD)
    assert [text(citizen, "HoVaTen", part) for part in ("Ho", "ChuDem", "Ten")] == ["", "", "NGUYỄN VĂN AN"]
    assert text(citizen, "GioiTinh") == "1"
    assert [text(citizen, "NgayThangNamSinh", part) for part in ("Nam", "NgayThangNam")] == ["1990", "19900203"]


def test_what_is_not_recorded_is_there_and_empty(dancu: Citizens) -> None:
    (citizen,) = found(dancu.soap(elements()))
    assert [text(citizen, name) for name in ("DanToc", "TonGiao", "NhomMau", "Cha", "ThuongTru", "SoSoHoKhau")] == [
        ""
    ] * 6


def test_an_address_is_told_only_of_who_has_a_residence_at_the_registry(dancu: Citizens) -> None:
    dancu.office.put_holding("THONG_TIN_CU_TRU", wallet="linked", registry="absent")
    (citizen,) = found(dancu.soap(elements()))
    assert text(citizen, "ThuongTru") == ""
    dancu.office.put_holding("THONG_TIN_CU_TRU")
    (citizen,) = found(dancu.soap(elements()))
    assert text(citizen, "ThuongTru", "QuocGia") == "VN"


def test_a_birth_of_which_only_the_year_is_known_is_a_year(dancu: Citizens) -> None:
    dancu.office.put_person(birth_date="1956")
    for born in ("1956", "19560708"):
        (citizen,) = found(dancu.soap(elements(born)))
        assert text(citizen, "NgayThangNamSinh", "Nam") == "1956"
        assert text(citizen, "NgayThangNamSinh", "NgayThangNam") is None
    assert found(dancu.soap(elements("1957"))) == []


@pytest.mark.parametrize(
    ("change", "born"),
    [
        ({}, "1990"),
        ({"HoVaTen": "nguyen van an"}, "19900203"),
        ({"HoVaTen": "NGUYỄNVĂNAN"}, "19900203"),
        ({"HoVaTen": "NGUYỄN VĂN AN"}, "19900203"),  # decomposed
        ({"SoDinhDanh": None, "SoCMND": OLD}, "1990"),
        ({"SoDinhDanh": None, "SoCMND": OLD}, "19900203"),
        ({"MaDonVi": "000.00.00.H27"}, "19900203"),
    ],
)
def test_somebody_is_found_by_either_number_and_by_name_and_birth_as_they_are_compared(
    dancu: Citizens, change: dict[str, Any], born: str
) -> None:
    told = dict(elements(born, **change))
    (citizen,) = found(dancu.soap([(name, told[name]) for name in ORDER if name in told]))
    assert text(citizen, "SoDinhDanh") == PERSON


@pytest.mark.parametrize(
    ("change", "born"),
    [
        ({"HoVaTen": "NGUYỄN VĂN BA"}, "19900203"),
        ({}, "19900204"),
        ({}, "1991"),
        ({"SoDinhDanh": "042190100002"}, "19900203"),
        ({"SoDinhDanh": None, "SoCMND": OLD}, "1991"),
        ({"SoDinhDanh": None, "SoCMND": "999999999"}, "1990"),
    ],
)
def test_nobody_who_fits_is_an_empty_collection(dancu: Citizens, change: dict[str, Any], born: str) -> None:
    assert found(dancu.soap(elements(born, **change))) == []


def test_033_confirms_that_two_numbers_are_one_persons(dancu: Citizens) -> None:
    def confirmed(**change: str) -> str | None:
        answer = dancu.soap(elements(code="033", **{"SoCMND": OLD} | change), CONFIRM)
        assert answer.status_code == 200
        return text(body_of(answer), "TonTai")

    assert confirmed() == "true"
    assert confirmed(SoCMND="042000001") == "false"
    assert confirmed(HoVaTen="LÊ VĂN BA") == "false"


def test_034_tells_the_household_the_head_first(virtual: Office) -> None:
    dancu = Citizens(virtual)
    for tail in range(200, 260):
        person_id = f"042085{tail:06d}"
        known = virtual.get(f"people/{person_id}")
        asked = elements(known["birth_date"].replace("-", ""), "034", SoDinhDanh=person_id, HoVaTen=known["full_name"])
        people = found(dancu.soap(asked, HOUSEHOLD))
        if len(people) > 1:
            break
    else:
        raise AssertionError("nobody lives with anybody")
    head = text(people[0], "SoDinhDanh")
    assert person_id in [text(citizen, "SoDinhDanh") for citizen in people]
    assert {text(citizen, "ChuHo", "SoDinhDanh") for citizen in people} == {head}
    assert len({text(citizen, "SoSoHoKhau") for citizen in people}) == 1


def test_the_virtual_population_has_parents_and_a_home(virtual: Office) -> None:
    known = virtual.get("people/042190100777")
    asked = elements(known["birth_date"].replace("-", ""), SoDinhDanh=known["id"], HoVaTen=known["full_name"])
    (citizen,) = found(Citizens(virtual).soap(asked))
    assert text(citizen, "Cha", "HoVaTen")
    if known["holdings"]["THONG_TIN_CU_TRU"]["registry"] == "held":
        assert text(citizen, "ThuongTru", "TenTinhThanh")
        assert text(citizen, "ThuongTru", "MaQuanHuyen") == ""  # there are no districts any more


# How strictly it listens

PARTS = elements()


@pytest.mark.parametrize(
    ("parts", "operation", "words"),
    [
        pytest.param(PARTS[1:2] + PARTS[:1] + PARTS[2:], "TraCuuThongTinCongDan", "out of its place", id="order"),
        pytest.param(PARTS[:1] * 2 + PARTS[1:], "TraCuuThongTinCongDan", "out of its place", id="twice"),
        pytest.param([*PARTS, ("DanToc", "1")], "TraCuuThongTinCongDan", "an element is unknown", id="unknown"),
        pytest.param(PARTS, "TraCuuTatCa", "no such operation", id="operation"),
        pytest.param(PARTS, "XacThucThongTinCongDan", "MaTichHop of this operation is 033", id="code"),
        pytest.param(elements(code="033"), "XacThucThongTinCongDan", "two numbers", id="033 with one number"),
        pytest.param(elements(SoCMND=OLD), "TraCuuThongTinCongDan", "give one number", id="two numbers"),
        pytest.param(elements(SoDinhDanh=None), "TraCuuThongTinCongDan", "give one number", id="no number"),
        pytest.param(elements(SoDinhDanh="04219010000"), "TraCuuThongTinCongDan", "12 digits", id="11 digits"),
        pytest.param(elements(SoDinhDanh="999190100001"), "TraCuuThongTinCongDan", "province", id="province"),
        pytest.param(elements(SoDinhDanh=None, SoCMND="12345678"), "TraCuuThongTinCongDan", "9 digits", id="8 digits"),
        pytest.param(elements(HoVaTen=None), "TraCuuThongTinCongDan", "missing: HoVaTen", id="no name"),
        pytest.param(elements(HoVaTen=" "), "TraCuuThongTinCongDan", "HoVaTen is some text", id="blank name"),
        pytest.param(elements(MaYeuCau="có dấu"), "TraCuuThongTinCongDan", "MaYeuCau is", id="request id"),
        pytest.param(PARTS[:-1], "TraCuuThongTinCongDan", "missing: NgayThangNamSinh", id="no birth"),
        pytest.param(elements("199002"), "TraCuuThongTinCongDan", "four digits", id="six digits"),
        pytest.param([*PARTS[:-1], ("NgayThangNamSinh", "1990")], "TraCuuThongTinCongDan", "one element", id="bare"),
        pytest.param(
            [*PARTS[:-1], ("NgayThangNamSinh", [("Nam", "1990"), ("NgayThangNam", "19900203")])],
            "TraCuuThongTinCongDan",
            "one element",
            id="both births",
        ),
    ],
)
def test_a_question_out_of_form_is_a_fault_that_says_what_is_wrong(
    dancu: Citizens, parts: list[tuple[str, Any]], operation: str, words: str
) -> None:
    status, code, said = fault(dancu.soap(parts, operation))
    assert (status, code) == (500, "soapenv:Client")
    assert words in said
    assert "190100" not in said  # nothing of what was asked


BOMB = b'<!DOCTYPE e [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
GOOD = message(PARTS)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(BOMB + GOOD.partition(b"?>")[2].replace(b"r-1", b"&b;"), "document type", id="entities"),
        pytest.param(
            b'<!DOCTYPE e [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + GOOD.partition(b"?>")[2],
            "document type",
            id="an entity from outside",
        ),
        pytest.param(b'<!DOCTYPE e SYSTEM "http://127.0.0.1:1/x.dtd"><e/>', "document type", id="a document type"),
        pytest.param(b"<?xml-stylesheet href='x'?><e/>", "processing instruction", id="an instruction"),
        pytest.param(b"<a>" * 40 + b"</a>" * 40, "deeper", id="deep"),
        pytest.param(b"<a>" + b"<b/>" * 2000 + b"</a>", "elements", id="wide"),
        pytest.param(GOOD[:-3], "not well-formed", id="cut off"),
        pytest.param(b"", "not well-formed", id="empty"),
        pytest.param("<a/>".encode("utf-16"), "not UTF-8", id="another coding"),
        pytest.param(b"<a/>", "no SOAP 1.1 envelope", id="no envelope"),
        pytest.param(
            GOOD.replace(b"xmlsoap.org/soap/envelope/", b"w3.org/2003/05/soap-envelope"), "1.1", id="SOAP 1.2"
        ),
        pytest.param(GOOD.replace(b"<d:MaDVC>", b"text<d:MaDVC>"), "between the elements", id="text between"),
        pytest.param(GOOD.replace(QUESTIONS.encode(), b"urn:other"), "no such operation", id="another namespace"),
        pytest.param(f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>'.encode(), "one element", id="no operation"),
        pytest.param(f'<s:Envelope xmlns:s="{SOAP}"/>'.encode(), "one body", id="no body"),
    ],
)
def test_what_is_no_plain_message_is_a_fault(dancu: Citizens, body: bytes, words: str) -> None:
    status, code, said = fault(dancu.raw(body))
    assert (status, code) == (500, "soapenv:Client")
    assert words in said


def test_a_body_too_large_or_of_another_kind_is_a_fault(dancu: Citizens) -> None:
    assert fault(dancu.raw(b"<a>" + b" " * 70_000 + b"</a>"))[0] == 413
    assert fault(dancu.raw(GOOD, Content_Type="application/json"))[0] == 415
    assert len(found(dancu.raw(GOOD, Content_Type="application/xml"))) == 1


# Whom it refuses


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Timestamp", None),
        ("Timestamp", "yesterday"),
        ("Timestamp", "1735689600000"),
        ("X-Road-Client", None),
        ("X-Road-Client", "VN/GOV/000.00.00.H28/motlan-tthc"),
        ("ApiKey", None),
        ("ApiKey", "another"),
        ("Authorization", None),
        ("Authorization", "Basic bW90bGFuLXR0aGM6bW90bGFuLXR0aGMtc2VjcmV0"),  # the secret itself, not a hash
        ("Authorization", "Basic /////"),
    ],
)
def test_whoever_does_not_show_all_four_headers_is_refused(dancu: Citizens, header: str, value: str | None) -> None:
    status, code, said = fault(dancu.raw(GOOD, **{header.replace("-", "_"): value}))
    assert (status, code) == (401, "soapenv:Client")
    assert header in said


def test_the_proof_is_of_this_address_and_this_moment(dancu: Citizens, virtual: Office) -> None:
    elsewhere = Citizens(virtual).direct()["Authorization"]
    assert fault(dancu.raw(GOOD, Authorization=elsewhere))[0] == 401
    early = str(int(time.time() * 1000) - 1000)
    assert fault(dancu.raw(GOOD, Timestamp=early))[0] == 401


def test_form_is_told_only_to_who_is_known(dancu: Citizens) -> None:
    assert fault(dancu.raw(b"<a/>", ApiKey=None))[0] == 401


@pytest.mark.parametrize(
    ("licences", "code", "words"),
    [
        ({"procedures": []}, "004", "Thủ tục chưa được cấp phép khai thác"),
        ({"officers": []}, "005", "Tài khoản cán bộ không có quyền thao tác"),
    ],
)
def test_licences_refuse_in_the_services_own_words(
    dancu: Citizens, licences: dict[str, list[str]], code: str, words: str
) -> None:
    dancu.office.put("licences", licences)
    assert fault(dancu.soap(elements())) == (403, code, words)


@pytest.mark.parametrize(("kind", "code"), [("not_licensed", "004"), ("no_right", "005")])
def test_refusals_may_be_faults_of_one_person(dancu: Citizens, kind: str, code: str) -> None:
    dancu.office.fault("soap", kind, match={"person": PERSON}, times=1)
    assert fault(dancu.soap(elements()))[:2] == (403, code)
    assert len(found(dancu.soap(elements()))) == 1


def test_faults_of_the_person_and_of_transport_strike_here_too(dancu: Citizens) -> None:
    wrong = dancu.office.fault("soap", "wrong_person")
    assert text(found(dancu.soap(elements()))[0], "SoDinhDanh") == "042190100002"
    dancu.office.http.delete(f"{dancu.office.control}/faults/{wrong}").raise_for_status()
    dancu.office.fault("soap", "person_not_found", times=1)
    assert found(dancu.soap(elements())) == []
    dancu.office.fault("soap", "http_503", match={"service": "037"})
    assert dancu.soap(elements()).status_code == 503


def test_the_journal_tells_who_asked_about_whom_and_why_it_was_refused(dancu: Citizens) -> None:
    dancu.soap(elements(SoDinhDanh=None, SoCMND=OLD))
    dancu.raw(GOOD, ApiKey=None)
    good, bad = dancu.office.journal(face="soap")
    assert (good["service"], good["request_id"], good["procedure"], good["officer"]) == (
        "037",
        "r-1",
        "1.001193",
        "CB-0001",
    )
    assert (good["client"], good["holder"]) == ("motlan-tthc", {"kind": "person", "id": PERSON})
    assert (bad["status"], bad["error"]) == (401, "Client")


@given(people)
def test_an_old_number_is_its_persons_and_no_others(person_id: str) -> None:
    old = citizens.old_number(person_id)
    if old is None:
        return
    born = str(birth_year_of(person_id))
    question = citizens.Question("037", "r", "p", "o", None, old, "A", born)
    assert citizens.wanted_id(question) == person_id


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(1900, 2030))
def test_a_number_and_a_year_are_somebodys_or_nobodys(old: str, year: int) -> None:
    wanted = citizens.wanted_id(citizens.Question("037", "r", "p", "o", None, old, "A", str(year)))
    if wanted is not None:
        assert person_id_problem(wanted) is None
        assert citizens.old_number(wanted) == old or year > 2006


@given(st.binary(max_size=300))
def test_bytes_of_chance_are_no_message(body: bytes) -> None:
    with pytest.raises(soap_xml.NotXml, match=r"message|envelope|body"):
        soap_xml.body_of(soap_xml.parse(body))
