"""What changes between two reviews."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.impact import Impact, Turn, impact
from app.domain.publications import Publication, catalogue_of
from app.domain.restructuring import Report, Verdict, review
from tests.domain.test_restructuring import (
    DAYS,
    TODAY,
    Worded,
    alone,
    member,
    part,
    publish,
    starter,
    worded,
)
from tests.law.casebook import rulebook

CARD, DEGREE, LAND = (
    part(1, "Căn cước", "CAN_CUOC"),
    part(2, "Bằng tốt nghiệp", "VAN_BANG"),
    part(3, "Giấy chứng nhận quyền sử dụng đất", "GCN_QSDD"),
)


def report(*published: Publication, on: date = TODAY) -> Report:
    return review(alone(catalogue_of(2, (*starter(), *published))), rulebook(), on)


def turns(found: Impact) -> list[tuple[str, Verdict | None, Verdict | None]]:
    return [
        (c.line.text, c.before.verdict if c.before else None, c.after.verdict if c.after else None)
        for p in found.procedures
        for c in p.lines
    ]


def test_a_day_on_which_a_source_begins_changes_the_components_it_replaces() -> None:
    published = publish(CARD, DEGREE, LAND)
    found = impact(report(published, on=date(2025, 12, 31)), report(published, on=date(2026, 1, 1)))
    assert turns(found) == [(LAND.text, Verdict.KEEP, Verdict.NOT_LAWFUL)]
    (change,) = found.procedures[0].lines
    assert (found.procedures[0].turn, change.lost) == (Turn.CHANGED, 1)


def test_a_new_member_of_a_list_is_shown_with_what_it_does() -> None:
    published, cut = publish(DEGREE), member("nq66.7-annex-2", "VAN_BANG")
    (p,) = impact(report(published), report(published, cut)).procedures
    assert (p.joins, p.leaves) == (("nq66.7-annex-2",), ())
    assert turns(impact(report(published), report(published, cut))) == [(DEGREE.text, Verdict.KEEP, Verdict.CUT)]
    (back,) = impact(report(published, cut), report(published)).procedures
    assert (back.joins, back.leaves) == ((), ("nq66.7-annex-2",))


def test_a_list_that_changes_no_verdict_is_shown_all_the_same() -> None:
    (p,) = impact(report(publish(DEGREE)), report(publish(DEGREE), member("ct24-annex-1"))).procedures
    assert (p.joins, p.lines) == (("ct24-annex-1",), ())


def test_components_are_the_same_where_their_words_are_whatever_their_position() -> None:
    moved = publish(part(7, "  CĂN CƯỚC;", "CAN_CUOC"), part(1, DEGREE.text, "VAN_BANG"))
    assert impact(report(publish(CARD, DEGREE)), report(moved)).procedures == ()


def test_a_component_that_comes_or_goes_and_a_reading_that_changes_are_changes() -> None:
    found = impact(report(publish(CARD, DEGREE)), report(publish(CARD, LAND)))
    assert turns(found) == [(LAND.text, None, Verdict.NOT_LAWFUL), (DEGREE.text, Verdict.KEEP, None)]
    reread = publish(CARD, part(2, DEGREE.text, "GIAY_KHAI_SINH"))
    assert turns(impact(report(publish(CARD, DEGREE)), report(reread))) == [
        (DEGREE.text, Verdict.KEEP, Verdict.NOT_LAWFUL)
    ]


def test_of_equal_components_one_more_is_one_change() -> None:
    twice = publish(CARD, part(5, CARD.text, "CAN_CUOC"))
    assert turns(impact(report(publish(CARD)), report(twice))) == [(CARD.text, None, Verdict.NOT_LAWFUL)]


@pytest.mark.parametrize(("before", "after", "turn"), [((), (CARD,), Turn.ADDED), ((CARD,), (), Turn.REMOVED)])
def test_a_procedure_may_come_and_go_as_a_whole(before: tuple[object], after: tuple[object], turn: Turn) -> None:
    sides = [report(*[publish(p) for p in parts if p is CARD]) for parts in (before, after)]
    (p,) = impact(*sides).procedures
    assert (p.turn, len(p.lines)) == (turn, 1)


def test_offices_are_told_to_which_verdicts_their_components_come() -> None:
    published = publish(CARD, DEGREE, LAND)
    found = impact(report(published, on=date(2025, 9, 12)), report(published))
    (office,) = found.offices()
    assert (office.agency, office.procedures, office.components) == ("Sở Thử", 1, 2)
    assert office.to[Verdict.NOT_LAWFUL] == 2


@settings(deadline=None)
@given(worded(), DAYS)
def test_nothing_changes_between_equal_sides_and_there_and_back_are_each_other_s_mirror(case: Worded, on: date) -> None:
    one, other = (review(case.known(), rulebook(), d, confirmed_lists_only=case.confirmed) for d in (case.on, on))
    assert impact(one, one).procedures == ()
    there, back = impact(one, other), impact(other, one)
    assert sorted((p.code, p.joins, p.leaves) for p in there.procedures) == sorted(
        (p.code, p.leaves, p.joins) for p in back.procedures
    )
    forth = sorted((t, str(a), str(b)) for t, a, b in turns(there))
    assert forth == sorted((t, str(b), str(a)) for t, a, b in turns(back))


@settings(deadline=None)
@given(st.integers(0, 400))
def test_between_two_days_without_a_turn_of_law_or_source_nothing_changes(days: int) -> None:
    published = publish(CARD, DEGREE, LAND)
    since = date(2026, 1, 2)
    assert impact(report(published, on=since), report(published, on=since + timedelta(days=days))).procedures == ()
