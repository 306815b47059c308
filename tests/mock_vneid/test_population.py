"""The virtual population: anybody, always the same, and as its specification says."""

import gc
import json
import os
import subprocess
import sys
import tracemalloc
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_vneid import civil, papers, population
from mock_vneid.data.names import FAMILY_NAMES, region
from mock_vneid.data.provinces import PROVINCES
from mock_vneid.ids import birth_year_of, id_problem, person_id_problem, sex_of
from mock_vneid.papers import RULES
from tests.mock_vneid import second_population, told

TODAY = date.today()  # noqa: DTZ011 - a day is close enough
VECTORS = json.loads((Path(population.__file__).parent / "vectors" / "population.json").read_text(encoding="utf-8"))


def person_ids_until(year: int) -> st.SearchStrategy[str]:
    return st.builds(
        lambda province, born, female, tail: f"{province}{2 * (born >= 2000) + female}{born % 100:02d}{tail:06d}",
        st.sampled_from(sorted(PROVINCES)) | st.just("042"),
        st.integers(1900, year),
        st.booleans(),
        st.integers(0, 999_999) | st.integers(0, 130) | st.integers(989_990, 990_010),
    )


person_ids = person_ids_until(TODAY.year)
organization_ids = st.from_regex(r"[0-9]{10}([0-9]{3})?", fullmatch=True).filter(str.isascii)
seeds = st.integers(0, 2**63 - 1)


def _named(holder: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
    return holder["seed"], holder["id"], {name: told for name, told in holder.items() if name not in ("seed", "id")}


# As specified


def test_the_vectors_are_what_they_say_they_are() -> None:
    """Whoever relies on them must be told when they change: then the specification has another version."""
    assert (VECTORS["version"], VECTORS["snapshot"]) == (3, population.SNAPSHOT.isoformat())
    assert len(VECTORS["people"]) >= 200
    assert len(VECTORS["organizations"]) >= 50


def test_the_population_is_that_of_the_vectors() -> None:
    for seed, person_id, expected in map(_named, VECTORS["people"]):
        assert told.person(seed, person_id) == expected, person_id
    for seed, organization_id, expected in map(_named, VECTORS["organizations"]):
        assert told.organization(seed, organization_id) == expected, organization_id


def test_a_second_implementation_of_the_specification_gets_the_vectors_too() -> None:
    for seed, person_id, expected in map(_named, VECTORS["people"]):
        assert second_population.person(seed, person_id) == expected, person_id
    for seed, organization_id, expected in map(_named, VECTORS["organizations"]):
        assert second_population.organization(seed, organization_id) == expected, organization_id


def test_the_second_implementation_rests_on_nothing_of_the_first() -> None:
    source = Path(second_population.__file__).read_text(encoding="utf-8")
    assert not [line for line in source.splitlines() if "import" in line and "mock_vneid" in line]


@settings(max_examples=400)
@given(seeds, person_ids_until(2099))
def test_both_implementations_agree_on_anybody(seed: int, person_id: str) -> None:
    assert told.person(seed, person_id) == second_population.person(seed, person_id)


@given(seeds, organization_ids)
def test_both_implementations_agree_on_any_organisation(seed: int, organization_id: str) -> None:
    assert told.organization(seed, organization_id) == second_population.organization(seed, organization_id)


# Whoever it is


@given(seeds, person_ids)
def test_any_well_formed_id_is_a_person_whose_name_and_birth_agree_with_the_digits(seed: int, person_id: str) -> None:
    assert person_id_problem(person_id) is None
    person = population.person(seed, person_id)
    assert person.sex == sex_of(person_id)
    assert int(person.birth_date[:4]) == birth_year_of(person_id)
    assert len(person.birth_date) == 4 or date.fromisoformat(person.birth_date) <= TODAY
    assert person.full_name == unicodedata.normalize("NFC", person.full_name).upper()
    assert person.full_name.split()[0] in {name for name, _ in FAMILY_NAMES[region(person_id[:3])]}
    assert 3 <= len(person.full_name.split()) <= 4


@given(seeds, person_ids)
def test_the_same_id_and_seed_is_the_same_person_with_the_same_documents(seed: int, person_id: str) -> None:
    assert told.person(seed, person_id) == told.person(seed, person_id)
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
    assert not {"GIAY_CN_KET_HON", "TRICH_LUC_LY_HON"} <= held.keys()
    assert "DANG_KIEM" not in held or (held["DANG_KY_XE"].data or {}) == {"vehicle": "car"}
    if "THE_BHYT" in held and "SO_BHXH" in held:
        assert held["THE_BHYT"].number == held["SO_BHXH"].number
    if who.identity_level < 2:
        assert all(holding.wallet != "linked" for holding in held.values())


@settings(max_examples=200)
@given(seeds, person_ids_until(1981))
def test_the_dead_have_no_account_no_home_and_no_document_in_force(seed: int, person_id: str) -> None:
    who, held, known = population.life(seed, person_id), papers.holdings(seed, person_id), civil.record(seed, person_id)
    assert ("TRICH_LUC_KHAI_TU" in held) == (who.died_on is not None)
    if who.died_on is None:
        assert known.household
        return
    assert who.birthday(45) < who.died_on <= population.SNAPSHOT
    assert (who.identity_level, known.household, known.permanent) == (0, None, None)
    for document_type in held.keys() - {"TRICH_LUC_KHAI_TU"}:
        assert (held[document_type].issued_on or "") <= who.died_on.isoformat()
    for document_type in held.keys() & {"CAN_CUOC", "THE_BHYT", "GIAY_PHEP_LAI_XE"}:
        assert held[document_type].revoked_on


@given(seeds, organization_ids)
def test_any_ten_or_thirteen_digits_are_an_organisation_with_an_adult_to_speak_for_it(seed: int, number: str) -> None:
    assert id_problem("organization", number) is None
    organization = population.organization(seed, number)
    assert organization == population.organization(seed, number)
    assert unicodedata.is_normalized("NFC", organization.full_name)
    known = civil.representation(seed, number)
    who = population.life(seed, known.representative.id or "")
    assert known.founded_on <= known.since
    assert known.since >= who.birthday(18).isoformat()
    assert known.representative.full_name == population.person(seed, who.id).full_name
    held = papers.holdings(seed, number)
    assert len(held) <= 1
    for document_type, document in held.items():
        assert document.issued_on == known.founded_on
        assert (document.data or {})["representative"] == known.representative.full_name
        assert (document_type == "GCN_DK_CN_VPDD") == (len(number) == 13)


# All together


def test_a_thousand_people_are_a_plausible_mix() -> None:
    ids = [
        f"042{century}{year:02d}{number + 100:06d}"
        for number in range(10)
        for century in "01"
        for year in range(40, 90)
    ]
    people = [population.person(1, person_id) for person_id in ids]
    living = [person_id for person_id in ids if population.life(1, person_id).died_on is None]
    cards = [held for person_id in living if (held := papers.holding(1, person_id, "CAN_CUOC"))]
    licences = [papers.holding(1, person_id, "GIAY_PHEP_LAI_XE") for person_id in ids]
    statuses = [civil.record(1, person_id).marital_status for person_id in ids]
    assert 0.25 < sum(person.full_name.startswith("NGUYỄN ") for person in people) / len(people) < 0.42
    assert 0.6 < sum(person.identity_level == 2 for person in people) / len(people) < 0.85
    assert 0.6 < len(living) / len(ids) < 0.9
    assert len(cards) == len(living)
    assert {card.wallet for card in cards} == {"linked", "not_linked"}
    assert {card.registry for card in cards} == {"held", "absent"}
    assert 0.35 < sum(licence is not None for licence in licences) / len(licences) < 0.8
    expired = [held for held in licences if held and held.valid_until and held.valid_until < "2026-10-01"]
    assert 0 < len(expired) < len(licences) / 10
    assert any(len(person.birth_date) == 4 for person in people)
    assert set(statuses) == {"single", "married", "divorced", "widowed"}
    assert 0.4 < statuses.count("married") / len(statuses) < 0.8


def test_family_names_differ_from_region_to_region() -> None:
    def share(province: str, name: str) -> float:
        people = [
            population.person(1, f"{province}0{year}{tail:06d}") for year in range(50, 90) for tail in range(500, 520)
        ]
        return sum(person.full_name.startswith(f"{name} ") for person in people) / len(people)

    assert share("040", "HỒ") > 2 * share("001", "HỒ")
    assert share("001", "VŨ") > share("079", "VŨ")
    assert share("079", "HUỲNH") > 0.02
    assert share("042", "HUỲNH") == 0


def test_another_seed_is_another_population() -> None:
    ids = [f"0420{year:02d}000001" for year in range(40, 99)]
    same = sum(
        population.person(1, person_id).full_name == population.person(2, person_id).full_name for person_id in ids
    )
    assert same < len(ids) / 4


def test_people_asked_for_take_no_memory() -> None:
    """What is kept of the latest look-ups has its bound: once that is reached, more people add nothing to it."""

    def look_up(tails: range) -> int:
        for tail in tails:
            civil.record(1, f"0420{50 + tail % 50}{tail:06d}")
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        reached = look_up(range(100, 700))
        assert look_up(range(700, 1_500)) < 1.1 * reached + 50_000
    finally:
        tracemalloc.stop()


def test_another_process_with_another_hash_seed_sees_the_same_people() -> None:
    program = (
        "from mock_vneid import civil, papers, population\n"
        "ids = [f'0421{year:02d}{number:06d}' for year in range(50, 99) for number in range(99, 102)]\n"
        "print([(population.person(7, i), civil.record(7, i), papers.holdings(7, i)) for i in ids])"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for hash_seed in ("0", "1")
    }
    assert len(seen) == 1
    assert len(seen.pop()) > 10_000
