"""What officers type: read as it was meant, or named as wrong, and never an error of ours."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import ImmutableMultiDict

from app.domain.persons import SubjectKind
from app.pages import counter_forms
from tests.law.casebook import catalogue
from tests.mock_vneid.office import PERSON

TODAY = date(2026, 11, 23)
PROCEDURE = catalogue().procedures["P-DIEU-4"][-1]
POSITIONS = [c.position for c in PROCEDURE.in_case(None)]
NAMES = ["kind", "id", "full_name", "birth_date", "channel", "decided_by", "physical", "case", "key"]
NAMES += [f"{name}-{n}" for n in POSITIONS for name in ("given", "holder-id", "holder-full_name", "holder-birth_date")]
SOUND = {"kind": "person", "id": PERSON, "channel": "counter"}
fields = st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60) | st.sampled_from(["person", "counter", PERSON]))


@given(fields)
def test_whatever_is_typed_there_is_a_dossier_or_a_fault_at_a_field(typed: dict[str, str]) -> None:
    form = ImmutableMultiDict(typed)
    filed, faults = counter_forms.submission(form, PROCEDURE, None, "000.00.00.H27", "CB-0001", TODAY)
    assert (filed is None) == bool(faults)
    assert faults.keys() <= set(NAMES)
    assert not any(digit in " ".join(faults.values()) for digit in (PERSON, "\0"))


@given(fields)
def test_what_is_sound_is_filed_with_whatever_else_was_typed_in_the_name(typed: dict[str, str]) -> None:
    form = ImmutableMultiDict({**SOUND, "full_name": typed.get("full_name", "")})
    filed, faults = counter_forms.submission(form, PROCEDURE, None, "000.00.00.H27", "CB-0001", TODAY)
    assert faults == {}
    assert filed is not None
    assert "\0" not in (filed.applicant.full_name or "")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3/2/1990", "1990-02-03"),
        ("03.02.1990", "1990-02-03"),
        ("03-02-1990", "1990-02-03"),
        ("1990", "1990"),
        ("1990-02-03", "1990-02-03"),
        ("٣/٢/١٩٩٠", "٣/٢/١٩٩٠"),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, read: str) -> None:
    assert counter_forms.iso_day(typed) == read


def test_a_number_is_read_with_its_groups_apart() -> None:
    form = ImmutableMultiDict({**SOUND, "id": "042 190-100.001"})
    filed, _ = counter_forms.submission(form, PROCEDURE, None, "000.00.00.H27", "CB-0001", TODAY)
    assert filed is not None
    assert (filed.applicant.kind, filed.applicant.id) == (SubjectKind.PERSON, PERSON)


@pytest.mark.parametrize(
    "typed", ["K7M2QX9HBA", " k7m2 qx9h-ba ", "vneid-share:K7M2QX9HBA", "vneid-share: K7M2QX9HBA\n"]
)
def test_a_share_code_is_read_as_scanned_or_spoken(typed: str) -> None:
    assert counter_forms.share_code(typed) == "K7M2QX9HBA"


@given(st.text(max_size=40))
def test_what_is_no_share_code_is_none(typed: str) -> None:
    found = counter_forms.share_code(typed)
    assert found is None or (len(found) == 10 and found.isascii() and found.isalnum())


def test_the_same_form_has_one_key_and_a_changed_one_another() -> None:
    def key(**change: str) -> str:
        form = ImmutableMultiDict({"csrf": "a", "key": "019ac000-0000-7000-8000-000000000000", "reason": "x"} | change)
        return counter_forms.key_of(form, "quay:CB-0001", "/quay").key

    assert key() == key() == key(csrf="b")
    assert key() != key(reason="y")
    assert key(key="nothing") != key(key="nothing")


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9), st.text(max_size=20)), max_size=20))
def test_lines_of_papers_are_read_in_order_and_a_faulty_one_is_named(lines: list[tuple[str, str, str]]) -> None:
    pairs = [(n, line[i]) for line in lines for i, n in enumerate(("document_type", "form", "reason"))]
    chosen = counter_forms.chosen(ImmutableMultiDict(pairs))
    assert [c.document_type for c in chosen] == [line[0] for line in lines][: counter_forms.MOST_LINES]
    asked, faults = counter_forms.asked(chosen, frozenset({"CAN_CUOC"}))
    assert asked or faults
    assert all(int(name.rpartition("-")[2]) <= max(len(chosen), 1) for name in faults)
