"""What is published about a procedure, and the version the gate judges with."""

from datetime import date
from typing import Any

import pytest

from app.domain.catalogue import Acceptance, Catalogue, Form, Relation
from app.domain.definitions import FIRST_DAY, Definition, Part, procedure_of, text_key
from app.domain.errors import ComponentsUnknown, ProcedureNotInForce
from app.domain.publications import Kind, Publication, catalogue_of, definition, definition_body
from app.domain.readings import AskedForm, Because, ComponentKind, Doubt, Reading

CODE = "9.300001"
OFFICIAL, PARTY = ComponentKind.OFFICIAL_DOCUMENT, ComponentKind.PARTY_DOCUMENT
CARD = Reading(OFFICIAL, ("CAN_CUOC",), Relation.ONE, AskedForm.COPY, conditional=False)
DOUBTFUL = Reading(
    OFFICIAL, ("KHAC",), Relation.ONE, AskedForm.UNSPECIFIED, conditional=False, doubts=(Doubt("no_known_paper"),)
)


def defined(*readings: Reading, start: date = FIRST_DAY, name: str = "Thủ tục", **more: Any) -> Definition:
    parts = tuple(Part(n, f"Giấy {n}", reading) for n, reading in enumerate(readings, 1))
    return Definition(CODE, name, "Hộ tịch", "commune", "UBND cấp xã", start, parts, **more)


def published(*definitions: Definition) -> list[Publication]:
    return [Publication(Kind.DEFINITION, CODE, definition_body(d)) for d in definitions]


def read_by_a_person(start: str) -> Publication:
    body = {"name": "Đã đọc", "sector": "", "level": "", "agency": "", "valid_from": start, "components": []}
    return Publication(Kind.PROCEDURE, CODE, body)


def correction(text: str, reading: Reading) -> Publication:
    return Publication(Kind.CORRECTION, text_key(text), {"reading": reading.body(), "text": text})


def only(found: Catalogue) -> Definition:
    (one,) = found.definitions[CODE]
    return one


def test_a_definition_comes_back_from_its_body_with_what_was_read_and_why() -> None:
    reading = Reading(
        ComponentKind.MIXED,
        ("CAN_CUOC", "TO_KHAI"),
        Relation.ANY_OF,
        AskedForm.PRESENT,
        conditional=True,
        because=(Because("document_type", "CMND", "CAN_CUOC"),),
        doubts=(Doubt("cut_off", "và"),),
    )
    one = defined(reading, CARD, basis="Quyết định 1")
    assert definition(CODE, definition_body(one)) == one


def test_what_asks_for_no_paper_is_no_component() -> None:
    heading = Reading(ComponentKind.INSTRUCTION, (), None, AskedForm.UNSPECIFIED, conditional=False)
    assert [c.position for c in procedure_of(defined(heading, CARD)).components] == [2]


@pytest.mark.parametrize(
    ("asked", "kind", "form"),
    [
        (AskedForm.ORIGINAL, OFFICIAL, Form.ORIGINAL),
        (AskedForm.PRESENT, OFFICIAL, Form.ORIGINAL),
        (AskedForm.CERTIFIED_COPY, OFFICIAL, Form.CERTIFIED_COPY),
        (AskedForm.ORIGINAL_OR_COPY, OFFICIAL, Form.COPY),
        (AskedForm.UNSPECIFIED, OFFICIAL, Form.COPY),
        (AskedForm.UNSPECIFIED, PARTY, Form.ORIGINAL),
        (AskedForm.ELECTRONIC, PARTY, Form.ELECTRONIC),
    ],
)
def test_the_form_asked_for_is_the_mildest_that_the_words_allow(
    asked: AskedForm, kind: ComponentKind, form: Form
) -> None:
    reading = Reading(kind, ("CAN_CUOC",), Relation.ONE, asked, conditional=False)
    (component,) = procedure_of(defined(reading)).components
    assert component.form is form
    assert (component.acceptance is Acceptance.ELECTRONIC) == (form is Form.ELECTRONIC)


def test_one_class_of_paper_with_several_codes_is_met_by_any_of_them() -> None:
    legal_papers = Reading(OFFICIAL, ("CAN_CUOC", "HO_CHIEU"), Relation.ONE, AskedForm.COPY, conditional=False)
    (component,) = procedure_of(defined(legal_papers)).components
    assert component.relation is Relation.ANY_OF


def test_a_paper_due_in_a_case_only_or_instead_of_data_is_not_mandatory() -> None:
    in_a_case = Reading(OFFICIAL, ("CAN_CUOC",), Relation.ONE, AskedForm.COPY, conditional=True)
    data = Reading(ComponentKind.DATA_STATEMENT, ("CAN_CUOC",), Relation.ONE, AskedForm.COPY, conditional=False)
    assert [c.mandatory for c in procedure_of(defined(in_a_case, data, CARD)).components] == [False, False, True]


def test_what_a_person_has_read_stands_over_a_definition_of_the_same_day_and_gives_way_to_a_later_one() -> None:
    later = defined(CARD, start=date(2026, 9, 1), name="Mới")
    found = catalogue_of(1, [*published(defined(CARD), later), read_by_a_person("2025-07-01")])
    assert [found.procedure(CODE, day).name for day in (FIRST_DAY, date(2026, 8, 31), date(2026, 9, 1))] == [
        "Đã đọc",
        "Đã đọc",
        "Mới",
    ]


def test_a_new_name_or_agency_alone_leaves_what_a_person_has_read() -> None:
    body = {"position": 1, "name": "Thẻ", "document_types": ["CAN_CUOC"], "relation": "one", "form": "copy"}
    curated = read_by_a_person("2025-07-01")
    read = {**curated.body, "components": [{**body, "mandatory": True, "acceptance": "data_first"}]}
    moved = defined(DOUBTFUL, start=date(2026, 9, 1), name="Tên mới")
    reworded = defined(DOUBTFUL, CARD, start=date(2026, 10, 1))
    known = [*published(defined(DOUBTFUL), moved, reworded), Publication(Kind.PROCEDURE, CODE, read)]
    found = catalogue_of(1, known)
    after = found.procedure(CODE, date(2026, 9, 1))
    assert (after.name, [c.name for c in after.components], after.doubtful) == ("Tên mới", ["Thẻ"], ())
    assert found.procedure(CODE, date(2026, 10, 1)).doubtful == (1,)


def test_a_procedure_known_by_name_only_is_shown_and_not_judged() -> None:
    named = Definition(CODE, "Tên", "", "", "", FIRST_DAY, None)
    found = catalogue_of(1, published(named))
    assert found.procedure(CODE, FIRST_DAY).name == "Tên"
    with pytest.raises(ComponentsUnknown):
        found.judged_by(CODE, FIRST_DAY)


def test_a_retired_procedure_is_in_force_until_the_day_before() -> None:
    found = catalogue_of(1, published(defined(CARD), defined(CARD, start=date(2026, 11, 1), retired=True)))
    assert found.judged_by(CODE, date(2026, 10, 31)).code == CODE
    with pytest.raises(ProcedureNotInForce) as refused:
        found.procedure(CODE, date(2026, 11, 1))
    assert refused.value.facts["retired_from"] == date(2026, 11, 1)


def test_a_correction_holds_wherever_the_same_words_stand_and_ends_the_doubt() -> None:
    given = [*published(defined(DOUBTFUL, DOUBTFUL)), correction(" giấy  1;", CARD)]
    found = catalogue_of(1, given)
    one, other = only(found).parts or ()
    assert (one.reading, one.corrected, one.doubtful) == (CARD, True, False)
    assert (other.corrected, other.doubtful) == (False, True)
    assert found.procedure(CODE, FIRST_DAY).doubtful == (2,)


def test_a_correction_outlives_the_next_import_of_the_same_words() -> None:
    again = published(defined(DOUBTFUL, start=date(2026, 9, 1)))
    found = catalogue_of(2, [*published(defined(DOUBTFUL)), correction("Giấy 1", CARD), *again])
    assert [p.reading for d in found.definitions[CODE] for p in d.parts or ()] == [CARD, CARD]


@pytest.mark.parametrize("same", ["giấy tờ A", "- Giấy tờ a;", "(1) GIẤY  TỜ A.", "Giấy tờ A"])
def test_case_spacing_marks_and_composition_make_no_other_text(same: str) -> None:
    plain = same.replace("(1)", "")
    assert text_key(plain) == text_key("Giấy tờ A")


def test_other_letters_make_another_text() -> None:
    assert len({text_key(t) for t in ("Giấy tờ A", "Giấy tờ B", "Giay to A", "Giấy tờ A 2")}) == 4
