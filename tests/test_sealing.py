"""Personal data at rest: only the key opens it, any change shows, and the mark tells nothing without the key."""

import re

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.persons import Identity, IdentityMarks, Subject, SubjectKind
from app.sealing import Sealer

SEALER = Sealer.from_secret("a-made-up-secret-for-these-tests-0001")
OTHER = Sealer.from_secret("a-made-up-secret-for-these-tests-0002")
SUBJECT = Subject(SubjectKind.PERSON, "042190100001", "NGUYỄN VĂN AN", "1990-02-03")
TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SUBJECTS = st.builds(Subject, st.sampled_from(SubjectKind), st.text("0123456789", max_size=13), TEXT, TEXT)


@given(SUBJECTS)
def test_what_is_sealed_comes_back_whole(subject: Subject) -> None:
    assert SEALER.unseal(SEALER.seal(subject)) == subject


@given(st.data())
def test_a_seal_that_was_touched_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(SUBJECT))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidTag):
        SEALER.unseal(bytes(sealed))


@given(st.integers(1, 60))
def test_a_seal_cut_short_does_not_open(length: int) -> None:
    with pytest.raises((InvalidTag, ValueError)):
        SEALER.unseal(SEALER.seal(SUBJECT)[:-length])


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(InvalidTag):
        OTHER.unseal(SEALER.seal(SUBJECT))


def test_the_same_person_is_sealed_differently_each_time_and_never_in_the_clear() -> None:
    seals = {SEALER.seal(SUBJECT) for _ in range(20)}
    assert len(seals) == 20
    assert not any(b"042190100001" in s or "NGUYỄN".encode() in s for s in seals)


def test_the_mark_finds_a_person_again_and_only_with_the_key() -> None:
    mark = SEALER.mark(SubjectKind.PERSON, "042190100001")
    assert re.fullmatch("[0-9a-f]{64}", mark)
    again = Sealer.from_secret("a-made-up-secret-for-these-tests-0001")
    assert again.mark(SubjectKind.PERSON, "042190100001") == mark
    assert again.unseal(SEALER.seal(SUBJECT)) == SUBJECT
    others = {
        SEALER.mark(SubjectKind.PERSON, "042190100002"),
        SEALER.mark(SubjectKind.ORGANIZATION, "042190100001"),
        OTHER.mark(SubjectKind.PERSON, "042190100001"),
    }
    assert len(others | {mark}) == 4


NAMES = st.sampled_from([None, "", "NGUYỄN VĂN AN", "nguyen  van an", "ĐỖ AN", "DO AN", "AN"]) | TEXT
BIRTHS = st.sampled_from([None, "", "1990", "1991", "1990-02-03", "1990-02-04", "1991-02-03"])
IDENTITIES = st.builds(Identity, NAMES, BIRTHS)
MARK = SEALER.mark(SubjectKind.PERSON, "042190100001")


@given(IDENTITIES, IDENTITIES)
def test_the_marks_of_two_identities_agree_exactly_as_the_two_do(one: Identity, other: Identity) -> None:
    marks = SEALER.identity_marks(MARK, one)
    assert marks.agrees_with(SEALER.identity_marks(MARK, other)) is one.agrees_with(other)


def test_the_marks_of_an_identity_say_nothing_of_it_and_not_who_else_has_its_name_or_birthday() -> None:
    marks = SEALER.identity_marks(MARK, SUBJECT.identity)
    fields = [marks.name_mark, marks.birth_mark, marks.birth_year_mark]
    assert all(re.fullmatch("[0-9a-f]{64}", str(m)) for m in fields)
    of_another = SEALER.identity_marks(SEALER.mark(SubjectKind.PERSON, "042190100002"), SUBJECT.identity)
    with_another_key = OTHER.identity_marks(MARK, SUBJECT.identity)
    known = {getattr(m, f) for m in (marks, of_another, with_another_key) for f in IdentityMarks.__struct_fields__}
    assert len(known) == 9


def test_of_a_birth_date_known_by_its_year_the_year_alone_is_marked() -> None:
    year, full = (SEALER.identity_marks(MARK, Identity(None, born)) for born in ("1990", "1990-02-03"))
    assert year == IdentityMarks(None, None, full.birth_year_mark)
    assert SEALER.identity_marks(MARK, Identity()) == IdentityMarks()


def test_a_sealer_shows_no_key_when_printed() -> None:
    assert "secret" not in repr(SEALER).lower()
    assert SEALER._mark_key.hex() not in repr(SEALER)
    assert repr(SEALER._mark_key) not in repr(SEALER)


PURPOSES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.binary(max_size=200), PURPOSES)
def test_sealed_bytes_come_back_for_their_purpose(body: bytes, purpose: str) -> None:
    assert SEALER.unseal_bytes(SEALER.seal_bytes(body, purpose), purpose) == body


@given(st.binary(max_size=50), PURPOSES, PURPOSES)
def test_what_was_sealed_for_one_purpose_does_not_open_for_another(body: bytes, one: str, other: str) -> None:
    assume(one != other)
    sealed = SEALER.seal_bytes(body, one)
    with pytest.raises(InvalidTag):
        SEALER.unseal_bytes(sealed, other)
    with pytest.raises(InvalidTag):
        OTHER.unseal_bytes(sealed, one)
    with pytest.raises(InvalidTag):
        SEALER.unseal(sealed)


@given(st.data())
def test_sealed_bytes_that_were_touched_do_not_open(data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal_bytes(b"a body", "result"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidTag):
        SEALER.unseal_bytes(bytes(sealed), "result")
