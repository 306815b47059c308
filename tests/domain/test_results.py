"""National result codes, what may be issued to whom, and the days of a result."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import DocumentKind, DocumentType, TypeSubject
from app.domain.errors import HolderRequired
from app.domain.persons import Subject, SubjectKind
from app.domain.results import CODE, NotAResult, ResultDates, UnknownResultCode, code_of, dated, issuable

TODAY = date(2026, 11, 23)
CODES = st.from_regex(CODE, fullmatch=True)
PERSON, COMPANY = Subject(SubjectKind.PERSON, "042190100001"), Subject(SubjectKind.ORGANIZATION, "3000000012")


def document(
    *codes: str, kind: DocumentKind = DocumentKind.OFFICIAL, of: TypeSubject = TypeSubject.ANY
) -> DocumentType:
    return DocumentType("GIAY_THU", "Giấy thử", kind, of, result_codes=codes)


@given(CODES, CODES)
def test_a_type_takes_its_own_codes_and_no_other(one: str, other: str) -> None:
    assert code_of(document(one), one) == one
    assert code_of(document(one, other), other) == other
    if one != other:
        with pytest.raises(UnknownResultCode) as refused:
            code_of(document(one), other)
        assert refused.value.facts["known"] == [one]


@given(CODES)
def test_a_type_whose_codes_nobody_knows_takes_any_of_the_right_form(code: str) -> None:
    assert code_of(document(), code) == code


@pytest.mark.parametrize(
    "code", ["KQ", "KQ.", "KQ.g15", "KQ..1", "KQ.G15.", "kq.G15", "KQ.G15.000031 ", "XX.G15.1", ""]
)
def test_what_has_not_the_form_of_a_national_code_is_refused(code: str) -> None:
    with pytest.raises(UnknownResultCode):
        code_of(document(), code)


def test_only_one_code_goes_without_saying() -> None:
    assert code_of(document("KQ.G15.1"), None) == "KQ.G15.1"
    for codes in ((), ("KQ.G15.1", "KQ.G15.2")):
        with pytest.raises(UnknownResultCode):
            code_of(document(*codes), None)


def test_a_result_is_an_official_document_of_its_holder_s_kind() -> None:
    issuable(document(), PERSON)
    issuable(document(of=TypeSubject.ORGANIZATION), COMPANY)
    with pytest.raises(HolderRequired):
        issuable(document(of=TypeSubject.ORGANIZATION), PERSON)
    with pytest.raises(NotAResult):
        issuable(document(kind=DocumentKind.PARTY), PERSON)


@given(st.none() | st.integers(-9, 9), st.none() | st.integers(-9, 9))
def test_a_result_is_issued_by_today_and_ends_no_sooner(issued: int | None, until: int | None) -> None:
    day = None if issued is None else TODAY + timedelta(days=issued)
    last = None if until is None else TODAY + timedelta(days=until)
    if (issued or 0) <= 0 and (until is None or until >= (issued or 0)):
        assert dated(day, last, TODAY) == (day or TODAY)
    else:
        with pytest.raises(ResultDates):
            dated(day, last, TODAY)
