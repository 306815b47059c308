"""The personas: who they are for ever, that they hang together, and where they are met."""

import re
from collections import Counter
from datetime import date

import httpx
import pytest

from mock_vneid import personas, scenario
from mock_vneid.ids import birth_year_of, id_problem, sex_of
from mock_vneid.pedigree import is_reserved
from mock_vneid.people import Person, Relative
from mock_vneid.personas import Persona
from mock_vneid.testing import Mock
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import Office

DAY = date(2026, 11, 23)
EVERYBODY = personas.all()
BY_KEY = {persona.key: persona for persona in EVERYBODY}

# Other teams' tests name them: a row may be added, and none may ever change.
FOR_EVER = {
    "everything-linked": "042190990001",
    "nothing-linked": "042085990002",
    "licence-expired": "042080990003",
    "licence-revoked": "042088990004",
    "licence-suspended": "042091990005",
    "licence-revoked-yesterday": "042086990006",
    "name-one-accent": "042193990007",
    "name-differs": "042187990008",
    "year-only-birth": "042152990009",
    "dead": "042048990010",
    "minor-with-guardian": "042214990011",
    "guardian": "042158990012",
    "remarried": "042182990013",
    "second-husband": "042079990014",
    "divorced": "042078990015",
    "same-name-with-licence": "042092990016",
    "same-name-without-licence": "042092990017",
    "level-1-account": "042197990018",
    "no-account": "042163990019",
    "sources-disagree": "042089990020",
    "foreign-spouse": "042184990021",
    "household-moved": "042183990022",
    "newborn": "042226990023",
    "newborns-mother": "042198990024",
    "newborns-father": "042095990025",
    "issued-tomorrow": "042194990026",
    "valid-until-today": "042081990027",
    "widow": "042160990028",
    "card-expired-at-60": "042166990029",
    "old-nine-digit-number": "042077990030",
    "born-elsewhere": "001185990031",
    "no-source-for-degree": "042096990032",
    "wallet-alone": "042090990033",
    "unusual-name": "066194990034",
    "name-decomposed": "042090990035",
    "new-representative": "042176990036",
    "former-representative": "042070990037",
    "company-new-representative": "3002990001",
    "branch": "3002990001001",
    "household-business": "3002990002",
    "company-dissolved": "3002990003",
    "cooperative-not-registered": "3002990004",
}

people = pytest.mark.parametrize(
    "persona", [persona for persona in EVERYBODY if persona.kind == "person"], ids=lambda persona: persona.key
)
everybody = pytest.mark.parametrize("persona", EVERYBODY, ids=lambda persona: persona.key)


def test_the_personas_are_who_they_always_were() -> None:
    assert {persona.key: persona.id for persona in EVERYBODY} == FOR_EVER


# In themselves


@people
def test_the_digits_of_a_person_agree_with_sex_and_birth(persona: Persona) -> None:
    person = persona.holder
    assert isinstance(person, Person)
    assert id_problem("person", person.id) is None
    assert (sex_of(person.id), birth_year_of(person.id)) == (person.sex, int(person.birth_date[:4]))
    assert is_reserved(person.id), "nobody of the virtual population may be kin to a persona"


def test_no_persona_is_a_citizen_of_the_default_scenario() -> None:
    told = scenario.load()
    citizens = {one.id for one in told.people} | {one.id for one in told.organizations}
    assert not citizens & {persona.id for persona in EVERYBODY}


@everybody
def test_documents_are_issued_in_their_holders_life_and_end_later(persona: Persona) -> None:
    died_on = persona.civil.died_on if persona.civil else None
    for document_type, held in persona.holdings(DAY).items():
        if isinstance(persona.holder, Person) and held.issued_on:
            assert persona.holder.birth_date <= held.issued_on, document_type
        if died_on and document_type != "TRICH_LUC_KHAI_TU":
            assert (held.issued_on or "") <= died_on, document_type
        assert not (held.issued_on and held.valid_until) or held.issued_on < held.valid_until, document_type


def _named(persona: Persona) -> list[Relative]:
    known, found = persona.civil, []
    if known:
        kin = [known.father, known.mother, known.spouse, known.guardian, *known.children]
        found = [one for one in kin if one] + list(known.household.members if known.household else ())
    return found + ([persona.representation.representative] if persona.representation else [])


@everybody
def test_whom_a_persona_names_by_id_is_a_persona_of_that_name(persona: Persona) -> None:
    for named in _named(persona):
        if named.id:
            other = personas.find(named.id)
            assert other is not None
            assert other.holder.full_name == named.full_name


@people
def test_families_of_personas_agree(persona: Persona) -> None:
    known = persona.civil
    if known is None:
        return
    for child in known.children:
        theirs = _persona(child).civil
        assert theirs
        assert persona.id in {one.id for one in (theirs.father, theirs.mother) if one}
    if known.spouse and known.spouse.id:
        other = _persona(known.spouse)
        assert other.civil
        assert other.civil.spouse
        assert (other.civil.spouse.id, other.civil.married_on) == (persona.id, known.married_on)
    for member in known.household.members if known.household else ():
        if member.id and member.id != persona.id:
            other = _persona(member)
            assert other.civil
            assert (other.civil.household, other.civil.permanent) == (known.household, known.permanent)


def _persona(named: Relative) -> Persona:
    found = personas.find(named.id or "")
    assert found is not None
    return found


def test_two_people_share_a_name_and_a_birth_date_and_nothing_else() -> None:
    one, other = BY_KEY["same-name-with-licence"].holder, BY_KEY["same-name-without-licence"].holder
    assert isinstance(one, Person)
    assert isinstance(other, Person)
    assert (one.full_name, one.birth_date) == (other.full_name, other.birth_date)
    assert one.id != other.id


def test_a_name_written_in_combining_marks_differs_by_bytes_alone() -> None:
    persona = BY_KEY["name-decomposed"]
    written = persona.holdings(DAY)["GIAY_PHEP_LAI_XE"].full_name or ""
    assert written != persona.holder.full_name
    assert len(written) > len(persona.holder.full_name)


@pytest.mark.parametrize(
    ("key", "document_type", "field", "on"),
    [
        ("issued-tomorrow", "PHIEU_LLTP", "issued_on", "2026-11-24"),
        ("valid-until-today", "GIAY_PHEP_LAI_XE", "valid_until", "2026-11-23"),
        ("licence-revoked-yesterday", "GIAY_PHEP_LAI_XE", "revoked_on", "2026-11-22"),
    ],
)
def test_days_that_move_are_counted_from_the_day_asked_about(key: str, document_type: str, field: str, on: str) -> None:
    assert getattr(BY_KEY[key].holdings(DAY)[document_type], field) == on
    assert getattr(BY_KEY[key].holdings(date(2030, 1, 1))[document_type], field) != on


def test_every_outcome_a_demand_can_have_is_somebodys() -> None:
    seen = Counter((told.outcome, told.reason) for persona in EVERYBODY for told in persona.conclusions)
    assert {outcome for outcome, _ in seen} >= {
        "REFUSE_PAPER_USE_WALLET",
        "REFUSE_PAPER_USE_REGISTRY",
        "SYNC_FIRST",
        "PAPER_LAWFUL",
    }
    assert {reason for _, reason in seen} >= {
        "not_held",
        "expired",
        "revoked",
        "mismatch",
        "not_integrated",
        "not_linked",
    }


def test_an_id_set_aside_for_personas_is_nobodys_until_it_is_given() -> None:
    assert personas.find("042190999999") is None
    assert personas.find("042190100001") is None


# In worlds


@everybody
def test_a_virtual_world_has_the_personas_and_an_empty_one_has_not(
    persona: Persona, virtual_of_run: Office, office_of_run: Office
) -> None:
    path = f"{'people' if persona.kind == 'person' else 'organizations'}/{persona.id}"
    told = virtual_of_run.get(path)
    name = told["full_name"] if persona.kind == "person" else told["name"]
    assert (name, told["story"], told["by_hand"]) == (persona.holder.full_name, persona.holder.story, False)
    assert told["holdings"].keys() == persona.holdings(DAY).keys()
    assert office_of_run.http.get(f"{office_of_run.control}/{path}").status_code == 404


@pytest.fixture(scope="session")
def virtual_of_run(mock: Mock, http: httpx.Client) -> Office:
    return new_world(mock, http, seed=99)


def test_personas_are_the_same_under_any_seed(virtual_of_run: Office, virtual: Office) -> None:
    path = f"people/{FOR_EVER['remarried']}"
    assert virtual_of_run.get(path) == virtual.get(path)


def test_wallet_and_registry_tell_of_a_persona_what_the_file_says(virtual_of_run: Office) -> None:
    everything = FOR_EVER["everything-linked"]
    assert virtual_of_run.statuses(["CAN_CUOC", "DANG_KIEM", "VAN_BANG"], everything) == {
        "CAN_CUOC": "linked",
        "DANG_KIEM": "linked",
        "VAN_BANG": "absent",
    }
    disagrees = FOR_EVER["sources-disagree"]
    (record,) = virtual_of_run.records("BHXH", ["THE_BHYT"], disagrees)
    shown = virtual_of_run.verified(virtual_of_run.documents(["THE_BHYT"], disagrees)["THE_BHYT"])
    assert (shown["valid_until"], record["valid_until"]) == ("2025-12-31", "2026-12-31")
    assert virtual_of_run.statuses(["CAN_CUOC"], FOR_EVER["level-1-account"]) == {"CAN_CUOC": "not_linked"}
    (company,) = virtual_of_run.records("DKDN", ["GCN_DKDN"], FOR_EVER["company-new-representative"])
    assert company["data"]["representative"] == "ĐẶNG THỊ KIM OANH"


def test_yesterday_is_that_of_the_worlds_clock(mock: Mock, http: httpx.Client) -> None:
    later = new_world(mock, http, now="2027-03-01")
    (record,) = later.records("GPLX", ["GIAY_PHEP_LAI_XE"], FOR_EVER["licence-revoked-yesterday"])
    assert record["revoked_on"] == "2027-02-28"


def test_a_persona_put_by_hand_is_as_put_and_comes_back_when_deleted(virtual: Office) -> None:
    path, before = f"people/{FOR_EVER['widow']}", virtual.get(f"people/{FOR_EVER['widow']}")
    virtual.put_person(FOR_EVER["widow"], sex="female", birth_date="1960-06-12")
    assert virtual.get(path)["holdings"] == {}
    assert virtual.http.delete(f"{virtual.control}/{path}").status_code == 204
    assert virtual.get(path) == before


def test_a_fork_of_a_virtual_world_has_them_too(virtual: Office) -> None:
    made = virtual.post("fork", {})
    fork = f"{virtual.control.rpartition('/')[0]}/{made['name']}"
    told = virtual.http.get(f"{fork}/people/{FOR_EVER['dead']}").raise_for_status().json()
    assert told["civil"]["died_on"] == "2026-03-05"


# On their page


def test_the_page_tells_of_each_persona_and_asks_for_nothing_outside(mock: Mock, http: httpx.Client) -> None:
    page = http.get(f"{mock.control_url}/personas", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for persona in EVERYBODY:
        assert persona.id in page.text
        assert persona.situation in page.text
    assert not re.search(r"https?://|src=|<script|<link|@import|url\(", page.text)
    assert "H&#39;LINH" in page.text


def test_the_page_is_json_for_who_accepts_json(mock: Mock, http: httpx.Client) -> None:
    answer = http.get(f"{mock.control_url}/personas", headers={"Accept": "application/json"})
    assert (answer.headers["content-type"], answer.headers["vary"]) == ("application/json", "Accept")
    told = {item["key"]: item for item in answer.json()["items"]}
    assert {key: item["id"] for key, item in told.items()} == FOR_EVER
    widow = told["widow"]
    assert widow["civil"]["spouse"]["id"] == FOR_EVER["dead"]
    assert widow["gate"] == [
        {"document_type": "GIAY_CN_KET_HON", "outcome": "REFUSE_PAPER_USE_REGISTRY", "reason": "held_in_registry"}
    ]
    assert told["branch"]["representation"]["seat"]["province"] == "Tỉnh Nghệ An"
