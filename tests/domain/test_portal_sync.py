"""What the portal shows against what is published: which words differ, and from which day a new version holds."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Relation
from app.domain.definitions import FIRST_DAY, Definition, Part
from app.domain.portal_sync import Change, Difference, Failed, Known, Shown, by_national_code, compare, national_code
from app.domain.publications import definition, definition_body
from app.domain.readings import AskedForm, ComponentKind, Reading
from app.domain.values import replace

TODAY = date(2026, 11, 23)
FORM, PROOF, CARD = "Tờ khai theo mẫu.", "Giấy chứng sinh (bản chính).", "Thẻ căn cước."
CODE = "1.001193"
SHOWN = Shown(CODE, "Đăng ký khai sinh", "Hộ tịch", "commune", "UBND cấp xã", True, None, (FORM, PROOF))


def read(text: str) -> Reading:
    return Reading(ComponentKind.PARTY_DOCUMENT, ("TO_KHAI",), Relation.ONE, AskedForm.UNSPECIFIED, False)


def unread(text: str) -> Reading:
    raise AssertionError(f"read for nothing: {text}")


def defined(valid_from: str = "2025-07-01", texts: Sequence[str] | None = (FORM, PROOF)) -> Definition:
    parts = None if texts is None else tuple(Part(n, text, read(text)) for n, text in enumerate(texts, 1))
    start = date.fromisoformat(valid_from)
    return Definition(CODE, SHOWN.name, SHOWN.sector, SHOWN.level, SHOWN.agency, start, parts, "QD-1")


def known(*versions: Definition, curated: Sequence[str] = ()) -> Known:
    days = {CODE: [date.fromisoformat(day) for day in curated]} if curated else {}
    return Known({CODE: versions} if versions else {}, days)


def compared(shown: Shown, *versions: Definition, curated: Sequence[str] = (), reader: Any = read) -> Difference:
    return compare([shown], known(*versions, curated=curated), reader, TODAY)


def changes(found: Difference) -> tuple[Change, ...]:
    (changed,) = found.changed
    return changed.changes


def starts(found: Difference) -> date:
    (version,) = found.definitions
    return version.valid_from


# Codes


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("2.000379", ("2.000379", None)),
        ("2.000379.000.00.00.H18", ("2.000379", "000.00.00.H18")),
        ("2.000379.000.00.00", None),
        ("2.000379.H18", None),
        ("2.000379.000.00.00.H18.1", None),
        ("2.00379", None),
        ("02.000379", None),
        ("BTP-KHAI-SINH", None),
        ("", None),
    ],
)
def test_an_agency_behind_a_code_is_told_apart_and_any_other_rest_is_no_code(code: str, parts: object) -> None:
    assert national_code(code) == parts


def test_of_several_variants_of_a_procedure_one_is_taken_and_the_others_are_told() -> None:
    plain, own, other = CODE, f"{CODE}.000.00.00.H27", f"{CODE}.000.00.00.H18"
    for codes, taken in (((other, own, plain), plain), ((other, own), own), ((other,), other)):
        chosen, left = by_national_code(codes, "000.00.00.H27")
        assert chosen == {CODE: taken}
        assert set(left) == {Failed(c, "another_variant") for c in codes if c != taken}


# The same


@pytest.mark.parametrize(
    "texts",
    [(FORM, PROOF), ("tờ khai  theo mẫu", "- Giấy chứng sinh (bản chính)"), None],
    ids=["the same words", "other list marks, case and spacing", "names only"],
)
def test_the_same_words_are_no_change_and_are_not_read(texts: tuple[str, ...] | None) -> None:
    found = compared(replace(SHOWN, texts=texts, changed_on=TODAY), defined(), reader=unread)
    assert (found.unchanged, found.definitions) == ([CODE], [])


def test_what_the_portal_does_not_tell_is_no_change() -> None:
    assert compared(replace(SHOWN, sector="", level="", agency=""), defined(), reader=unread).unchanged == [CODE]


def test_a_version_published_ahead_of_its_day_may_be_shown_already() -> None:
    ahead = defined("2027-01-01", (FORM, CARD))
    assert compared(replace(SHOWN, texts=(FORM, CARD)), defined(), ahead, reader=unread).unchanged == [CODE]
    assert compared(SHOWN, defined(), ahead, reader=unread).unchanged == [CODE]
    assert starts(compared(replace(SHOWN, texts=(CARD,)), defined(), ahead)) == TODAY


def test_an_old_version_shown_again_is_a_change() -> None:
    found = compared(SHOWN, defined("2025-07-01"), defined("2026-01-01", (FORM,)))
    assert changes(found) == (Change("component", None, PROOF, 2),)


# What has changed


def test_each_line_that_is_other_new_or_gone_is_told_with_its_words() -> None:
    found = compared(replace(SHOWN, texts=(CARD, FORM, "Đơn đề nghị.")), defined())
    assert changes(found) == (
        Change("component", None, CARD, 1),
        Change("component", PROOF, "Đơn đề nghị.", 3),
    )
    gone = compared(replace(SHOWN, texts=(PROOF,)), defined())
    assert changes(gone) == (Change("component", FORM, None, 1),)


def test_a_changed_name_keeps_the_lines_with_the_readings_and_the_basis_they_were_published_with() -> None:
    before = defined()
    found = compared(replace(SHOWN, name="Khai sinh", texts=None), before, reader=unread)
    assert changes(found) == (Change("name", SHOWN.name, "Khai sinh"),)
    assert found.definitions == [replace(before, name="Khai sinh", valid_from=TODAY)]


# From which day


@pytest.mark.parametrize(
    ("changed_on", "start"),
    [
        (None, TODAY),
        ("2025-06-30", TODAY),
        ("2025-07-01", TODAY),
        ("2025-07-02", date(2025, 7, 2)),
        ("2026-11-23", TODAY),
        ("2026-11-24", TODAY),
    ],
)
def test_changed_words_hold_from_the_portals_day_where_that_is_later_and_else_from_today(
    changed_on: str | None, start: date
) -> None:
    told = replace(SHOWN, texts=(FORM,), changed_on=date.fromisoformat(changed_on) if changed_on else None)
    assert starts(compared(told, defined("2025-07-01"))) == start


def test_words_nobody_had_given_yet_complete_the_version_they_belong_to() -> None:
    dated = replace(SHOWN, changed_on=date(2026, 8, 1))
    assert starts(compared(dated, defined(texts=None))) == FIRST_DAY
    assert starts(compared(replace(dated, name="Khai sinh"), defined(texts=None))) == date(2026, 8, 1)


def test_a_new_procedure_holds_from_the_portals_day_and_stays_behind_a_persons_reading() -> None:
    dated = replace(SHOWN, changed_on=date(2026, 8, 1))
    assert starts(compared(dated)) == date(2026, 8, 1)
    assert starts(compared(replace(SHOWN, changed_on=TODAY + timedelta(days=1)))) == TODAY
    assert starts(compared(SHOWN)) == FIRST_DAY
    assert starts(compared(dated, curated=["2025-07-01", "2026-02-01", "2027-01-01"])) == date(2026, 2, 1)


# Withdrawn


def test_a_procedure_no_longer_in_force_is_told_where_it_is_known_and_never_added() -> None:
    withdrawn = replace(SHOWN, in_force=False, texts=(CARD,))
    for held in ({"curated": ["2025-07-01"]}, {}):
        versions = () if held else (defined(),)
        found = compared(withdrawn, *versions, curated=held.get("curated", ()), reader=unread)
        assert (found.withdrawn, found.definitions) == ([(CODE, SHOWN.name)], [])
    assert compared(withdrawn, reader=unread) == Difference()


# Always

_TEXTS = st.none() | st.lists(st.sampled_from([FORM, PROOF, CARD, "- Thẻ Căn cước", "..."]), min_size=1).map(tuple)
_DAYS = st.none() | st.dates(TODAY - timedelta(days=900), TODAY + timedelta(days=90))
_SHOWN = st.builds(
    Shown,
    code=st.sampled_from(["1.000001", "1.000002"]),
    name=st.sampled_from(["A", "B"]),
    sector=st.sampled_from(["", "C", "D"]),
    level=st.sampled_from(["", "commune", "province"]),
    agency=st.sampled_from(["", "E"]),
    in_force=st.booleans(),
    changed_on=_DAYS,
    texts=_TEXTS,
)


@given(st.lists(st.lists(_SHOWN, unique_by=lambda s: s.code), max_size=6))
def test_what_was_published_once_is_unchanged_when_it_is_shown_again(rounds: list[list[Shown]]) -> None:
    published: dict[str, dict[date, Definition]] = defaultdict(dict)

    def at_hand() -> Known:
        return Known({code: [of[day] for day in sorted(of)] for code, of in published.items()}, {})

    for number, shown in enumerate(rounds):
        today = TODAY + timedelta(days=number // 2)
        for d in compare(shown, at_hand(), read, today).definitions:
            assert definition(d.code, definition_body(d)) == d
            assert d.valid_from <= today
            published[d.code][d.valid_from] = d
        assert compare(shown, at_hand(), unread, today).definitions == []
