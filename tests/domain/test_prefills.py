"""How several sources' answers become one field, or the one reason why it is left to the person."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.decisions import Text
from app.domain.evidence import LookupStatus
from app.domain.forms import Choice, Field, FieldSource, Form, Format, Role, SourceKind
from app.domain.persons import Subject, SubjectKind
from app.domain.prefills import WORDS, Asked, Filled, Said, Why, count, fill, place

TODAY, NOW = date(2026, 11, 23), "2026-11-23T03:00:00.000Z"
AN = Subject(SubjectKind.PERSON, "042190100001")
ROLE = Role.APPLICANT
ASKED = (
    Asked(FieldSource(SourceKind.POPULATION, "x"), "037"),
    Asked(FieldSource(SourceKind.REGISTRY, "x", "A"), "S"),
    Asked(FieldSource(SourceKind.WALLET, "x", "A")),
)


def filled(*told: Said, form: Format = Format.TEXT, person: Subject | None = AN, **change: Any) -> Filled:
    """One field of three sources, of which each told this."""
    choices = (Choice("x", Text("X", "X")), Choice("y", Text("Y", "Y"))) if form is Format.CHOICE else ()
    sources = tuple(a.source for a in ASKED[: len(told)])
    given = {"required": True, "locked": True, "sources": sources, "choices": choices, **change}
    field = Field("a", Text("N", "N"), ROLE, form, **given)
    whole = Form("1.000000", Text("T", "T"), "Mẫu", TODAY, confirmed=False, revision="r", fields=(field,))
    heard = {place(ROLE, asked): said for asked, said in zip(ASKED, told, strict=False)}
    people = {ROLE: person} if person else {}
    (found,) = fill(whole, {"a": ASKED[: len(told)]}, people, heard, TODAY, NOW)
    return found


def held(text: str | None) -> Said:
    return Said(LookupStatus.HELD, NOW, issued_on=date(2020, 1, 1), facts={"x": text} if text else {})


def said(status: LookupStatus, cause: str | None = None) -> Said:
    return Said(status, NOW, cause)


def test_the_first_source_that_says_it_is_believed_and_named() -> None:
    found = filled(said(LookupStatus.NOT_HELD), held("A"), held("a"))
    assert (found.value, found.state) == ("A", "locked")
    assert found.body()["source"] == {
        "kind": "registry",
        "service": "S",
        "document_type": "A",
        "field": "x",
        "checked_at": NOW,
        "issued_on": "2020-01-01",
    }


def test_a_field_that_is_an_offer_is_editable() -> None:
    assert filled(held("A"), locked=False).state == "editable"


@pytest.mark.parametrize(
    ("form", "one", "other", "alike"),
    [
        (Format.NAME, "NGUYỄN VĂN AN", "Nguyen Van An", True),
        (Format.NAME, "NGUYỄN VĂN AN", "NGUYỄN VĂN ÁNH", False),
        (Format.BIRTH, "1990", "1990-02-03", True),
        (Format.BIRTH, "1990-02-04", "1990-02-03", False),
        (Format.ADDRESS, "Số 1, Phường Thành Sen", "số 1 phường thành sen", True),
        (Format.ADDRESS, "Số 1", "Số 2", False),
        (Format.NUMBER_OF_PAPER, "A-1", "a-1", False),
        (Format.CHOICE, "x", "y", False),
    ],
)
def test_sources_that_contradict_each_other_fill_nothing(form: Format, one: str, other: str, alike: bool) -> None:
    found = filled(held(one), held(other), form=form)
    assert (found.value, found.missing) == ((one, None) if alike else (None, Why.SOURCES_DIFFER))


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        ((said(LookupStatus.NOT_HELD), said(LookupStatus.NO_ANSWER, "timeout")), Why.NO_ANSWER),
        ((said(LookupStatus.REVOKED), said(LookupStatus.MISMATCH)), Why.MISMATCH),
        ((said(LookupStatus.EXPIRED), said(LookupStatus.REVOKED)), Why.REVOKED),
        ((said(LookupStatus.NOT_LINKED), held(None)), Why.NOT_LINKED),
        ((held("\x00"), held(None)), Why.UNUSABLE),
        ((held(None), said(LookupStatus.NOT_HELD)), Why.NOT_RECORDED),
        ((said(LookupStatus.NOT_HELD),), Why.NOT_HELD),
        ((), Why.NO_SOURCE),
    ],
)
def test_of_several_reasons_the_heaviest_is_told(told: tuple[Said, ...], missing: Why) -> None:
    found = filled(*told)
    assert (found.value, found.state, found.missing) == (None, "missing", missing)


def test_whoever_was_not_named_is_not_guessed() -> None:
    assert filled(held("A"), person=None).missing is Why.NOT_NAMED


def test_silence_carries_its_cause_and_no_other_answer_does() -> None:
    body: Any = filled(said(LookupStatus.NO_ANSWER, "bad_signature")).body()
    assert (body["missing"]["reason"], body["missing"]["cause"], body["value"]) == ("no_answer", "bad_signature", None)
    assert all(text.vi and text.en for text in WORDS.values())
    assert set(WORDS) == set(Why)


STATUSES = st.sampled_from([s for s in LookupStatus if s is not LookupStatus.HELD])


@given(told=st.lists(STATUSES.map(said), min_size=1, max_size=3), facts=st.text(min_size=1, max_size=5))
def test_what_is_not_held_never_becomes_a_value(told: list[Said], facts: str) -> None:
    """Not even when such an answer came with words."""
    spoken = [Said(t.status, NOW, facts={"x": facts}) for t in told]
    found = filled(*spoken)
    assert found.value is None
    reasons = [Why(t.status.value) for t in told]
    assert found.missing == min(reasons, key=list(Why).index)


def test_the_counts_tell_what_is_left() -> None:
    fields = [filled(held("A")), filled(held("A"), locked=False), filled(said(LookupStatus.NOT_HELD)), filled()]
    assert count(fields).body() == {"fields": 4, "filled": 2, "locked": 1, "to_declare": 2, "required_left": 2}
    assert all(one.state == other.state for one, other in pairwise(fields[2:]))


def test_a_field_shows_no_value_when_printed() -> None:
    assert "BÍ MẬT" not in repr(filled(held("BÍ MẬT")))
