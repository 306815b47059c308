"""The virtual population: anybody, always the same."""

import os
import subprocess
import sys
import unicodedata
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_vneid import papers, population
from mock_vneid.data.names import FAMILY_NAMES, SOUTHERN_FORMS
from mock_vneid.data.provinces import PROVINCES
from mock_vneid.ids import birth_year_of, id_problem, person_id_problem, sex_of
from mock_vneid.papers import RULES
from mock_vneid.people import Holding

TODAY = date.today()  # noqa: DTZ011 - a day is close enough

person_ids = st.builds(
    lambda province, born, female, tail: f"{province}{2 * (born >= 2000) + female}{born % 100:02d}{tail:06d}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(1900, TODAY.year),
    st.booleans(),
    st.integers(0, 999_999),
)
organization_ids = st.from_regex(r"[0-9]{10}([0-9]{3})?", fullmatch=True).filter(str.isascii)
seeds = st.integers(0, 2**63 - 1)


@given(seeds, person_ids)
def test_any_well_formed_id_is_a_person_whose_name_and_birth_agree_with_the_digits(seed: int, person_id: str) -> None:
    assert person_id_problem(person_id) is None
    person = population.person(seed, person_id)
    assert person.sex == sex_of(person_id)
    assert int(person.birth_date[:4]) == birth_year_of(person_id)
    assert len(person.birth_date) == 4 or date.fromisoformat(person.birth_date) <= TODAY
    assert person.full_name == unicodedata.normalize("NFC", person.full_name).upper()
    families = {name for name, _ in FAMILY_NAMES} | set(SOUTHERN_FORMS.values())
    assert person.full_name.split()[0] in families
    assert 3 <= len(person.full_name.split()) <= 4


@given(seeds, person_ids)
def test_the_same_id_and_seed_is_the_same_person_with_the_same_documents(seed: int, person_id: str) -> None:
    assert population.person(seed, person_id) == population.person(seed, person_id)
    all_at_once = papers.holdings(seed, person_id)
    one_by_one = {document_type: papers.holding(seed, person_id, document_type) for document_type in reversed(RULES)}
    assert all_at_once == {document_type: held for document_type, held in one_by_one.items() if held}


@settings(max_examples=400)
@given(seeds, person_ids)
def test_the_dates_of_documents_are_plausible(seed: int, person_id: str) -> None:
    who = population.life(seed, person_id)
    for document_type, held in papers.holdings(seed, person_id).items():
        assert held.issued_on is not None
        issued_on = date.fromisoformat(held.issued_on)
        assert who.born <= issued_on <= max(population.SNAPSHOT, who.born), document_type
        assert held.valid_until is None or date.fromisoformat(held.valid_until) >= issued_on, document_type
        assert held.revoked_on is None or date.fromisoformat(held.revoked_on) >= issued_on, document_type


@settings(max_examples=400)
@given(seeds, person_ids)
def test_documents_fit_the_age_and_the_account_of_their_holder(seed: int, person_id: str) -> None:
    who, held = population.life(seed, person_id), papers.holdings(seed, person_id)
    for for_adults in ("GIAY_PHEP_LAI_XE", "DANG_KY_XE", "SO_BHXH", "GIAY_KSK", "PHIEU_LLTP"):
        if for_adults in held:
            assert date.fromisoformat(held[for_adults].issued_on or "") >= who.birthday(18)
    assert not {"GIAY_CN_KET_HON", "GIAY_XN_TINH_TRANG_HON_NHAN"} <= held.keys()
    assert "DANG_KIEM" not in held or (held["DANG_KY_XE"].data or {}) == {"vehicle": "car"}
    if "THE_BHYT" in held and "SO_BHXH" in held:
        assert held["THE_BHYT"].number == held["SO_BHXH"].number
    if who.identity_level < 2:
        assert all(holding.wallet != "linked" for holding in held.values())


@given(seeds, organization_ids)
def test_any_ten_or_thirteen_digits_are_an_organisation(seed: int, organization_id: str) -> None:
    assert id_problem("organization", organization_id) is None
    organization = population.organization(seed, organization_id)
    assert organization == population.organization(seed, organization_id)
    assert unicodedata.is_normalized("NFC", organization.full_name)
    assert len(papers.holdings(seed, organization_id)) <= 1


def test_a_thousand_people_are_a_plausible_mix() -> None:
    ids = [f"042{century}{year:02d}{number:06d}" for number in range(10) for century in "01" for year in range(40, 90)]
    people = [population.person(1, person_id) for person_id in ids]
    cards = [held for person_id in ids if (held := papers.holding(1, person_id, "CAN_CUOC"))]
    licences = [papers.holding(1, person_id, "GIAY_PHEP_LAI_XE") for person_id in ids]
    assert 0.3 < sum(person.full_name.startswith("NGUYỄN ") for person in people) / len(people) < 0.47
    assert 0.7 < sum(person.identity_level == 2 for person in people) / len(people) < 0.9
    assert {card.wallet for card in cards} == {"linked", "not_linked"}
    assert {card.registry for card in cards} == {"held", "absent"}
    assert 0.4 < sum(licence is not None for licence in licences) / len(licences) < 0.8
    expired = [held for held in licences if held and held.valid_until and held.valid_until < "2026-10-01"]
    assert 0 < len(expired) < len(licences) / 10
    assert any(len(person.birth_date) == 4 for person in people)


def test_another_seed_is_another_population() -> None:
    ids = [f"0420{year:02d}000001" for year in range(40, 99)]
    same = sum(
        population.person(1, person_id).full_name == population.person(2, person_id).full_name for person_id in ids
    )
    assert same < len(ids) / 4


# Written down so that a change of the rules is seen: whoever relies on these people must be told.
VECTORS = {
    "042190100001": ("CAO THỊ TRÂM", "1990-09-21"),
    "079056000123": ("NGUYỄN VĂN LÂM", "1956-03-26"),
    "001300000017": ("NGUYỄN NGỌC TRÂM", "2000-09-23"),
    "040226000001": ("NGUYỄN HỮU QUANG", "2026-09-28"),
}


def test_people_written_down_stay_who_they_are() -> None:
    for person_id, (full_name, birth_date) in VECTORS.items():
        person = population.person(1, person_id)
        assert (person.full_name, person.birth_date) == (full_name, birth_date)
    card = Holding("not_linked", "held", "042190100001", issued_on="2025-07-19", valid_until="2030-09-21")
    assert papers.holding(1, "042190100001", "CAN_CUOC") == card
    assert papers.holding(1, "040226000001", "CAN_CUOC") is None


def test_another_process_with_another_hash_seed_sees_the_same_people() -> None:
    program = (
        "from mock_vneid import papers, population\n"
        "ids = [f'0421{year:02d}{number:06d}' for year in range(50, 99) for number in range(3)]\n"
        "print([(population.person(7, i), papers.holdings(7, i)) for i in ids])"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("0", "1")
    }
    assert len(seen) == 1
    assert len(seen.pop()) > 10_000
