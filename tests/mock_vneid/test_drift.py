"""One person looks the same through every face, unless a world is told otherwise."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_vneid import drift
from mock_vneid.data.provinces import PROVINCES
from mock_vneid.people import Person
from mock_vneid.worlds import State, World
from tests.mock_vneid.citizens_client import Citizens, elements, text
from tests.mock_vneid.citizens_client import found as found_in
from tests.mock_vneid.office import PERSON, Office
from tests.mock_vneid.test_envelope import Site as VneidSite
from tests.mock_vneid.test_vnconnect import Site as PortalSite

ids = st.builds(
    "{}{}{:02d}{:06d}".format,
    st.sampled_from(sorted(PROVINCES)),
    st.sampled_from("01"),
    st.integers(0, 99),
    st.integers(0, 999_999),
) | st.builds(
    "{}{}{:02d}{:06d}".format,
    st.sampled_from(sorted(PROVINCES)),
    st.sampled_from("23"),
    st.integers(0, 26),
    st.integers(0, 999_999),
)


def report_of(world: World, person_id: str) -> tuple[Person, drift.Report]:
    person = world.holder(person_id)
    assert isinstance(person, Person)
    return person, drift.report(world, person)


@given(ids, st.integers(0, 3))
def test_anybody_reads_the_same_through_all_faces(person_id: str, seed: int) -> None:
    person, found = report_of(World("w", State(seed=seed)), person_id)
    assert {"record", "ndxp", "soap", "lgsp"} <= found.faces.keys()
    assert all((face in found.faces) == (person.identity_level > 0) for face in ("oidc", "vneid", "vnconnect"))
    assert found.differences == [] or person.story


@pytest.mark.parametrize("part", range(8))
def test_ten_thousand_people_read_the_same_through_all_faces(part: int) -> None:
    draw, world = Random(part), World("w", State())
    for _ in range(1250):
        century = draw.choice("0123")
        year = draw.randrange(100 if century in "01" else 27)
        person_id = f"{draw.choice(sorted(PROVINCES))}{century}{year:02d}{draw.randrange(1_000_000):06d}"
        person, found = report_of(world, person_id)
        assert found.differences == [] or person.story, person_id


def test_the_report_tells_what_comes_over_the_wire(virtual: Office) -> None:
    for person_id in ("042085100777", "079190200123", "001056300456"):
        seen = virtual.get(f"drift/{person_id}")["faces"]
        record = seen["record"]
        born = record["birth_date"].replace("-", "")
        asked = elements(born, SoDinhDanh=person_id, HoVaTen=record["full_name"])
        for answer in (Citizens(virtual).soap(asked), Citizens(virtual).lgsp(asked)):
            (citizen,) = found_in(answer)
            assert text(citizen, "HoVaTen", "Ten") == seen["soap"]["full_name"]
            assert (text(citizen, "NgayThangNamSinh", "NgayThangNam") or born) == born
        said = virtual.ask("037", ["CAN_CUOC"], person_id).json()["person"]
        assert said == seen["ndxp"]
        if record["account_level"]:
            envelope, portal = VneidSite(virtual), PortalSite(virtual)
            location = envelope.auth(login_hint=person_id).headers["location"]
            token = envelope.body(envelope.token(envelope.code(location)))["access_token"]
            told = envelope.body(envelope.userinfo(token))
            assert (told["citizenPid"], told["fullName"]) == (person_id, seen["vneid"]["full_name"])
            assert portal.claims(person_id)["HoVaTen"] == seen["vnconnect"]["full_name"]


def differences(office: Office, person_id: str = PERSON) -> dict[str, Any]:
    return {one["of"]: one["says"] for one in office.get(f"drift/{person_id}")["differences"]}


@pytest.fixture
def office(empty: Office) -> Office:
    empty.put_person()
    empty.put_holding("CAN_CUOC")
    return empty


def test_a_person_by_hand_is_told_by_every_face(office: Office) -> None:
    told = office.get(f"drift/{PERSON}")
    assert set(told["faces"]) == {"record", "oidc", "vneid", "vnconnect", "ndxp", "soap", "lgsp"}
    assert set(told["documents"]["CAN_CUOC"]) == {"wallet", "ndxp"}
    assert told["differences"] == []


def test_a_year_only_birth_is_no_difference(office: Office) -> None:
    office.put_person(birth_date="1956")
    assert differences(office) == {}


def test_a_paper_in_one_place_only_is_no_difference(office: Office) -> None:
    office.put_holding("CAN_CUOC", registry="absent")
    assert differences(office) == {}


def test_another_name_on_a_paper_is_a_difference(office: Office) -> None:
    office.put_holding("CAN_CUOC", full_name="NGUYỄN VĂN ẢN")
    says = differences(office)["CAN_CUOC.full_name"]
    assert says == {"record": "NGUYỄN VĂN AN", "wallet": "NGUYỄN VĂN ẢN", "ndxp": "NGUYỄN VĂN ẢN"}


def test_a_registry_that_says_otherwise_is_a_difference(office: Office) -> None:
    office.put_holding("CAN_CUOC", registry_says={"valid_until": "2031-01-01"})
    assert differences(office) == {"CAN_CUOC.valid_until": {"wallet": "2030-02-03", "ndxp": "2031-01-01"}}


def test_a_fault_is_looked_at_as_if_it_struck_and_is_not_used_up(office: Office) -> None:
    fault = office.fault("soap", "wrong_person", match={"person": PERSON}, times=1)
    for _ in range(2):
        says = differences(office)["id"]
        assert says["soap"] != says["lgsp"] == says["record"] == PERSON
    assert office.get(f"faults/{fault}")["hits"] == 0


def test_a_face_that_finds_nobody_is_left_out(office: Office) -> None:
    office.fault("lgsp", "person_not_found")
    told = office.get(f"drift/{PERSON}")
    assert "lgsp" not in told["faces"]
    assert told["differences"] == []


def test_nobody_has_no_drift(office: Office) -> None:
    assert office.http.get(f"{office.control}/drift/042190100002").status_code == 404
    assert office.http.get(f"{office.control}/drift/12").status_code == 422
