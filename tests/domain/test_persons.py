import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.persons import (
    BIRTH_PROVINCES,
    Identity,
    Subject,
    SubjectKind,
    birth_date_fault,
    birth_year,
    citizen_id_fault,
    has_no_account_of_their_own,
    name_key,
    organization_id_fault,
    same_birth,
)

TODAY = date(2026, 11, 22)
LETTERS = "aáàảãạăằặâầậbcdđeéẻêếghiíklmnoóôộơờpqrstuúưữvxyýỳ"
NAMES = st.lists(st.text(LETTERS, min_size=1, max_size=7), min_size=1, max_size=5).map(" ".join)
IDS = st.builds(
    "{}{}{:02}{:06}".format,
    st.sampled_from(sorted(BIRTH_PROVINCES)),
    st.sampled_from("01"),
    st.integers(0, 99),
    st.integers(0, 999_999),
)


@given(NAMES)
def test_a_name_has_one_key_however_it_is_written(name: str) -> None:
    key = name_key(name)
    spellings = [
        name.upper(),
        name.title(),
        unicodedata.normalize("NFD", name),
        unicodedata.normalize("NFC", name),
        name.replace(" ", "  \u00a0\t"),
        name.replace(" ", ""),
        f"  {name}\n",
        name.upper().replace("Đ", "Ð"),  # the Icelandic letter, as some keyboards write it
        name.replace("đ", "ð"),
        name.replace("đ", "d"),
    ]
    assert {name_key(s) for s in spellings} == {key}
    assert key.isascii() and key.isalpha() and key.isupper()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("NGUYỄN VĂN AN", "Nguyen Van An", True),
        ("ĐẶNG THỊ ĐÀO", "Dang Thi Dao", True),
        ("Nguyễn Văn An", "Nguyễn Văn Ân", True),
        ("NGUYỄN VĂN AN", "TRẦN VĂN AN", False),
        ("NGUYỄN VĂN AN", "NGUYỄN VĂN", False),
        ("NGUYỄN VĂN AN", "AN NGUYỄN VĂN", False),
    ],
)
def test_names_match_without_accents_and_spaces_and_nothing_more(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


@given(IDS)
def test_a_well_formed_number_has_no_fault_and_a_birth_year_of_its_century(text: str) -> None:
    assert citizen_id_fault(text, TODAY) is None
    assert birth_year(text) == 1900 + int(text[4:6])


@given(IDS, st.integers(0, 11), st.characters().filter(lambda c: c not in "0123456789"))
def test_one_character_that_is_no_ascii_digit_spoils_a_number(text: str, at: int, other: str) -> None:
    assert citizen_id_fault(text[:at] + other + text[at + 1 :], TODAY) == "digits"
    assert citizen_id_fault(text[:at] + text[at + 1 :], TODAY) == "digits"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("042090100001", None),
        ("042226000001", None),  # born in 2026, this year
        ("042227000001", "year"),  # 2027 lies ahead
        ("042490000001", "century"),
        ("099090100001", "province"),
        ("000090100001", "province"),
        ("０４２０９０１００００１", "digits"),  # full-width
        ("٠٤٢٠٩٠١٠٠٠٠١", "digits"),  # Arabic-Indic
        ("042090100001\n", "digits"),
        (" 042090100001", "digits"),
        ("0420901000011", "digits"),
        ("", "digits"),
    ],
)
def test_a_citizen_number_is_judged_by_its_shape(text: str, fault: str | None) -> None:
    assert citizen_id_fault(text, TODAY) == fault


def test_there_are_63_provinces_of_birth_registration() -> None:
    assert len(BIRTH_PROVINCES) == 63
    assert {"001", "042", "079", "096"} <= BIRTH_PROVINCES


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("3000123456", None),
        ("3000123456001", None),
        ("30001234560", "digits"),
        ("3000123456-001", "digits"),
        ("３０００１２３４５６", "digits"),
        ("3000123456\n", "digits"),
        ("", "digits"),
    ],
)
def test_an_organisation_has_10_or_13_digits(text: str, fault: str | None) -> None:
    assert organization_id_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("1990-02-03", None),
        ("1956", None),
        ("2026", None),
        ("2026-11-22", None),
        ("2026-11-23", "future"),
        ("2027", "future"),
        ("1990-02-30", "calendar"),
        ("0000", "calendar"),
        ("1990-2-3", "format"),
        ("03/02/1990", "format"),
        ("1990-W01-1", "format"),
        ("１９９０", "format"),
        ("1990\n", "format"),
    ],
)
def test_a_birth_date_is_a_day_or_a_year(text: str, fault: str | None) -> None:
    assert birth_date_fault(text, TODAY) == fault


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1990-02-03", "1990-02-03", True),
        ("1990-02-03", "1990-02-04", False),
        ("1990", "1990-02-03", True),
        ("1990-02-03", "1990", True),
        ("1990", "1990", True),
        ("1991", "1990-02-03", False),
    ],
)
def test_where_one_date_is_a_year_only_the_years_are_compared(one: str, other: str, same: bool) -> None:
    assert same_birth(one, other) is same


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (Identity("Nguyễn Văn An", "1990-02-03"), Identity("NGUYEN VAN AN", "1990"), True),
        (Identity("Nguyễn Văn An", "1990-02-03"), Identity("NGUYEN VAN AN", "1991"), False),
        (Identity("Nguyễn Văn An", "1990-02-03"), Identity("TRẦN VĂN AN", "1990-02-03"), False),
        (Identity("Nguyễn Văn An"), Identity(None, "1990"), True),
        (Identity(None, "1990-02-03"), Identity("TRẦN VĂN AN", "1990-02-03"), True),
        (Identity(), Identity("TRẦN VĂN AN", "1990-02-03"), True),
    ],
)
def test_what_either_side_leaves_out_is_not_compared(one: Identity, other: Identity, agree: bool) -> None:
    assert one.agrees_with(other) is agree
    assert other.agrees_with(one) is agree


def test_nothing_personal_stands_in_a_repr() -> None:
    subject = Subject(SubjectKind.PERSON, "042090100001", "NGUYỄN VĂN AN", "1990-02-03")
    assert repr(subject) == "Subject(person)"
    assert repr(Identity("NGUYỄN VĂN AN", "1990-02-03")) == "Identity()"


@pytest.mark.parametrize(
    ("number", "born", "day", "expected"),
    [
        ("042226000012", "2026-11-02", "2026-11-22", True),
        ("042212000012", "2012-11-23", "2026-11-22", True),
        ("042212000012", "2012-11-22", "2026-11-22", False),
        ("042212000012", "2012", "2026-11-22", False),
        ("042213000012", None, "2026-11-22", True),
        ("042090000012", None, "2026-11-22", False),
    ],
)
def test_an_account_of_one_s_own_begins_with_the_fourteenth_birthday(
    number: str, born: str | None, day: str, expected: bool
) -> None:
    person = Subject(SubjectKind.PERSON, number, None, born)
    assert has_no_account_of_their_own(person, date.fromisoformat(day)) is expected
