"""The data services: what a registry holds, and whom the population record knows."""

from datetime import UTC, datetime, timedelta

import pytest

from mock_vneid.faults import NDXP_SERVICES
from mock_vneid.papers import RULES
from tests.mock_vneid.office import ANOTHER, PERSON, Office

ORGANIZATION = "3000000098"


# No catalogue says which ones there are.
NEVER_SEEN = ("038", "hO-tIcH", "-", "X" * 32)


@pytest.mark.parametrize("service", [*NDXP_SERVICES, *NEVER_SEEN])
def test_every_service_answers_for_every_type_asked_of_it(empty: Office, service: str) -> None:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    empty.put_holding("MADE_UP", wallet="absent")
    answer = empty.ask(service, ["MADE_UP", "NOT_HELD", "CAN_CUOC"], request_id="r-7").json()
    assert (answer["error_code"], answer["message"]) == ("00", "Thành công")
    assert (answer["request_id"], answer["service"]) == ("r-7", service)
    assert [record["document_type"] for record in answer["records"]] == ["MADE_UP", "CAN_CUOC"]
    assert ("person" in answer) == (service == "037")
    answered_at = datetime.fromisoformat(answer["answered_at"])
    assert abs(datetime.now(UTC) - answered_at) < timedelta(minutes=1)


def test_a_record_says_whose_it_is_and_what_stands_on_it(empty: Office) -> None:
    empty.put_person()
    empty.put_holding("GIAY_PHEP_LAI_XE", revoked_on="2026-05-01", data={"class": "B"})
    (record,) = empty.records("GPLX", ["GIAY_PHEP_LAI_XE"])
    assert record.pop("document_id")
    assert record == {
        "document_type": "GIAY_PHEP_LAI_XE",
        "holder": {"kind": "person", "id": PERSON},
        "number": "N-1",
        "full_name": "NGUYỄN VĂN AN",
        "birth_date": "1990-02-03",
        "issued_on": "2022-01-01",
        "valid_until": "2030-02-03",
        "revoked_on": "2026-05-01",
        "data": {"class": "B"},
    }


def test_the_population_record_knows_a_person_who_holds_nothing(empty: Office) -> None:
    empty.put_person(birth_date="1956")
    answer = empty.ask("037", ["CAN_CUOC"]).json()
    assert answer["records"] == []
    assert answer["person"] == {"id": PERSON, "full_name": "NGUYỄN VĂN AN", "birth_date": "1956", "sex": "male"}


def test_nobody_of_an_empty_world_is_an_empty_collection(empty: Office) -> None:
    answer = empty.ask("037", ["CAN_CUOC"], ANOTHER)
    assert answer.status_code == 200
    assert answer.json()["records"] == []
    assert "person" not in answer.json()


def test_an_organisations_record_carries_its_name(empty: Office) -> None:
    empty.put(f"organizations/{ORGANIZATION}", {"name": "CÔNG TY TNHH THỬ"})
    empty.put(f"organizations/{ORGANIZATION}/holdings/GCN_DKDN", {"registry": "held"})
    (record,) = empty.records("DKDN", ["GCN_DKDN"], ORGANIZATION)
    assert record["full_name"] == "CÔNG TY TNHH THỬ"
    assert record["holder"] == {"kind": "organization", "id": ORGANIZATION}
    assert "person" not in empty.ask("037", ["GCN_DKDN"], ORGANIZATION).json()


@pytest.mark.parametrize(
    ("code", "nearest"), [("X" * 33, None), ("HO_TICH", "HO-TICH"), ("GPLX%20", "GPLX"), ("%C4%90KX", "DK-XE")]
)
def test_a_code_out_of_form_is_no_service_and_the_journal_tells_the_nearest(
    empty: Office, code: str, nearest: str | None
) -> None:
    answer = empty.ask(code, ["CAN_CUOC"])
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_service")
    noted = empty.journal()[-1]
    assert (noted["refused"], noted.get("nearest_miss")) == (
        "service",
        nearest and f"no such service here; the nearest is {nearest}",
    )


@pytest.mark.parametrize("service", NEVER_SEEN)
def test_of_virtual_people_a_service_nobody_has_seen_says_what_the_known_ones_do(virtual: Office, service: str) -> None:
    said = [virtual.records(code, list(RULES), "042190123456") for code in (service, "HO-TICH")]
    assert said[0] == said[1]
    assert said[0]


@pytest.mark.parametrize("service", NEVER_SEEN)
def test_a_fault_may_name_any_service_and_strikes_that_one_alone(empty: Office, service: str) -> None:
    fault = empty.fault("ndxp", "http_503", match={"service": service})
    assert empty.ask(service, ["CAN_CUOC"]).status_code == 503
    assert empty.ask("037", ["CAN_CUOC"]).status_code == 200
    assert empty.get(f"faults/{fault}")["hits"] == 1
    again = empty.http.get(f"{empty.control}/export").content
    taken = empty.http.post(
        f"{empty.control.rpartition('/')[0]}/import?name=again-{empty.world}",
        content=again,
        headers={"Content-Type": "application/json"},
    )
    assert taken.status_code == 201


@pytest.mark.parametrize("count", [512, 513])
def test_one_question_asks_for_as_many_types_as_a_dossier_has(empty: Office, count: int) -> None:
    empty.put_person()
    types = [f"{'X' * 59}{number:05d}" for number in range(count)]
    empty.put_holding(types[-1])
    found, asked = empty.search(types), empty.ask("037", types)
    if count > 512:
        assert (found.status_code, asked.status_code) == (400, 400)
        assert "at most 512 items" in asked.json()["error_description"]
    else:
        assert [one["status"] for one in found.json()["results"]] == ["absent"] * 511 + ["linked"]
        assert [one["document_type"] for one in asked.json()["records"]] == types[-1:]


def test_the_faces_of_one_person_agree(virtual: Office) -> None:
    for number in range(20):
        person_id = f"0421{60 + number}000123"
        known = virtual.get(f"people/{person_id}")
        said = virtual.ask("037", list(known["holdings"]), person_id).json()
        assert {key: known[key] for key in said["person"]} == said["person"]
        held = {record["document_type"] for record in said["records"]}
        assert held == {name for name, holding in known["holdings"].items() if holding["registry"] == "held"}
        shown = virtual.statuses(list(known["holdings"]), person_id)
        assert shown == {name: holding["wallet"] for name, holding in known["holdings"].items()}
        for name, document in virtual.documents(list(known["holdings"]), person_id).items():
            claims = virtual.verified(document)
            assert (claims["full_name"], claims["birth_date"]) == (known["full_name"], known["birth_date"])
            assert claims["issued_on"] == known["holdings"][name]["issued_on"]


@pytest.mark.parametrize(
    ("licences", "refused"),
    [
        ({}, None),
        ({"procedures": ["1.001193"], "officers": ["CB-0001"]}, None),
        ({"procedures": ["1.000894"]}, ("004", "Thủ tục chưa được cấp phép khai thác")),
        ({"procedures": []}, ("004", "Thủ tục chưa được cấp phép khai thác")),
        ({"officers": ["CB-0002"]}, ("005", "Tài khoản cán bộ không có quyền thao tác")),
        ({"procedures": ["1.000894"], "officers": []}, ("004", "Thủ tục chưa được cấp phép khai thác")),
    ],
)
def test_a_world_refuses_in_the_services_own_words_whom_it_does_not_license(
    empty: Office, licences: dict[str, list[str]], refused: tuple[str, str] | None
) -> None:
    assert empty.put("licences", licences) == licences
    for answer in (empty.search(["CAN_CUOC"]), empty.ask("037", ["CAN_CUOC"])):
        if refused is None:
            assert answer.status_code == 200
        else:
            assert answer.status_code == 403
            assert answer.json() == {"error_code": refused[0], "message": refused[1]}
    empty.put("licences", {})
    assert empty.search(["CAN_CUOC"]).status_code == 200
