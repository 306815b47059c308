"""When a dossier is due: a table a lawyer can read against the real calendar and rulebook, and what holds for all."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import VIETNAM
from app.domain.catalogue import Processing
from app.domain.deadlines import clock_starts, due_at, ended, late, resumed, stopped
from app.domain.law import Period, ProcessingCut
from app.domain.values import replace
from app.rulebook.loader import load_calendar, load_rulebook

FILE = Path(__file__).parent.parent / "law" / "deadlines.yaml"
CASES: list[dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), yaml.BaseLoader)
CALENDAR, RULEBOOK = load_calendar(), load_rulebook()


@dataclass(frozen=True)
class Row:
    started_at: datetime | None = None
    due_at: datetime | None = None
    paused_at: datetime | None = None
    left_seconds: int | None = None
    ended_at: datetime | None = None
    asked_late: bool = False
    supplements: int = 0


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def processing(words: str) -> Processing | None:
    if words == "none":
        return None
    if until := re.fullmatch(r"trong ngày, đến (\d\d:\d\d)", words):
        return Processing("Luật", same_day=time.fromisoformat(until[1]))
    count, unit = words.split()
    return {
        "ngày": Processing("Luật", working_days=int(count)),
        "giờ": Processing("Luật", working_hours=int(count)),
    }[unit]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["case"])
def test_a_dossier_is_due(case: dict[str, Any]) -> None:
    received, channel = at(case["received"]), case.get("channel", "counter")
    filed_on = date.fromisoformat(case["filed"]) if "filed" in case else received.date()
    law = RULEBOOK.on(filed_on)
    elsewhere = case.get("elsewhere") == "true"
    start = clock_starts(received, elsewhere=elsewhere, channel=channel, rule=law.forwarding(), calendar=CALENDAR)
    due = due_at(start, processing(case["time"]), law.processing_cut(channel), CALENDAR)
    row = Row(started_at=start, due_at=due)
    for stop in case.get("stops", ()):
        begins, ends = map(at, stop.split(" – "))
        row = replace(row, **stopped(row, begins, CALENDAR))
        row = replace(row, **resumed(row, ends, CALENDAR))
    assert row.due_at == (None if case["due"] == "none" else at(case["due"]))
    if row.due_at is not None:
        assert (row.due_at.year in CALENDAR.announced) == (case.get("announced") != "false")


def test_the_table_speaks_of_everything_a_deadline_hangs_on() -> None:
    assert len(CASES) >= 40
    assert max(Counter(c["case"] for c in CASES).values()) == 1
    said = {key for c in CASES for key in c} | {c["time"].split()[-1] for c in CASES}
    assert said >= {"stops", "elsewhere", "filed", "announced", "ngày", "giờ", "15:00", "none"}
    assert {c.get("channel") for c in CASES} == {"online", "counter", "postal", None}
    years = {c["received"][:4] for c in CASES}
    assert years >= {"2024", "2025", "2026", "2027"}


# ---- what holds for all ---------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 30)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001
TIMES = st.one_of(
    st.integers(1, 40).map(lambda n: Processing("Luật", working_days=n)),
    st.integers(1, 80).map(lambda n: Processing("Luật", working_hours=n)),
    st.just(Processing("Luật", same_day=time(15))),
)
CUTS = st.one_of(st.none(), st.integers(1, 99).map(lambda n: ProcessingCut(Period(), "online", n, ())))


@given(MOMENTS, TIMES, CUTS)
def test_a_due_date_lies_in_working_time_after_receipt_and_a_cut_never_makes_it_later(
    received: datetime, given_time: Processing, cut: ProcessingCut | None
) -> None:
    due = due_at(received, given_time, cut, CALENDAR)
    whole = due_at(received, given_time, None, CALENDAR)
    assert due is not None and whole is not None
    assert received < due <= whole or due == whole
    local = due.astimezone(VIETNAM)
    assert CALENDAR.is_working_day(local.date())
    assert any(opens <= local.time() <= closes for opens, closes in CALENDAR.hours)


@given(st.integers(1, 60), st.sampled_from([20, 30]))
def test_what_is_left_after_a_cut_is_never_more_than_the_plan_allows(days: int, percent: int) -> None:
    """In half days: rounded down, but never to nothing."""
    cut = ProcessingCut(Period(), "online", percent, ())
    start = at("2026-03-02 08:00")
    left = due_at(start, Processing("Luật", working_days=days), cut, CALENDAR)
    allowed = max(days * (100 - percent) / 100, 0.5)
    assert left is not None
    half_days = next(n for n in range(1, 200) if CALENDAR.after_half_days(start, n) == left)
    assert allowed - 0.5 < half_days / 2 <= allowed


@given(MOMENTS, TIMES, st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), max_size=4))
def test_stopping_the_clock_gives_the_office_exactly_the_time_it_had(
    received: datetime, given_time: Processing, gaps: list[tuple[int, int]]
) -> None:
    due = due_at(received, given_time, None, CALENDAR)
    assert due is not None
    row, now = Row(started_at=received, due_at=due), received
    spent = timedelta()
    whole = CALENDAR.between(received, due)
    for running, standing in gaps:
        spent += CALENDAR.between(now, now + timedelta(minutes=running))
        now += timedelta(minutes=running)
        overdue = row.due_at is not None and row.due_at <= now
        row = replace(row, **stopped(row, now, CALENDAR))
        assert row.paused_at == now
        assert overdue == (row.due_at is not None)
        now += timedelta(minutes=standing)
        row = replace(row, **resumed(row, now, CALENDAR))
        assert row.paused_at is None and row.due_at is not None
        if overdue:
            return
    # What is left is kept in whole seconds, to the office's favour.
    gained = CALENDAR.between(now, row.due_at or now) - max(whole - spent, timedelta())
    assert timedelta() <= gained <= timedelta(seconds=len(gaps))


def test_a_clock_that_has_not_begun_to_run_has_no_due_date_while_it_waits() -> None:
    row = Row(due_at=at("2026-11-19 17:30"))
    waiting = replace(row, **stopped(row, at("2026-11-16 10:00"), CALENDAR))
    assert (waiting.due_at, waiting.left_seconds, waiting.paused_at) == (None, None, at("2026-11-16 10:00"))
    assert stopped(waiting, at("2026-11-17 10:00"), CALENDAR) == {}


def test_late_is_what_the_index_counts_and_the_office_answers_for_asking_late() -> None:
    now, due = at("2026-11-20 10:00"), at("2026-11-19 17:30")
    assert late(Row(), now).body() == {
        "asked_late": False,
        "supplements": 0,
        "overdue": False,
        "counts_as_late": False,
        "reasons": [],
    }

    def counted(row: Row) -> tuple[bool, list[str]]:
        found = late(row, now)
        reasons = [r["code"] for r in found.body()["reasons"]]  # type: ignore[attr-defined]  # a list, as above
        return found.counts_as_late, reasons

    assert counted(Row(due_at=due)) == (True, ["overdue"])
    assert counted(Row(due_at=due, ended_at=due)) == (False, [])
    assert counted(Row(due_at=due, ended_at=due + timedelta(seconds=1))) == (True, ["overdue"])
    assert counted(Row(supplements=1)) == (False, [])
    assert counted(Row(supplements=2)) == (True, ["asked-twice"])
    assert counted(Row(asked_late=True)) == (False, ["asked-late"])
    assert ended(now) == {"paused_at": None, "left_seconds": None, "ended_at": now}
