from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar import VIETNAM, WorkingCalendar, wait_ends
from app.domain.law import Period, WaitLimit

SWAPPED = date(2026, 11, 21)  # a Saturday that is worked
HOLIDAY = date(2026, 11, 24)
CALENDAR = WorkingCalendar(
    hours=((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30))),
    weekdays=frozenset(range(5)),
    holidays=frozenset({HOLIDAY}),
    extra_days=frozenset({SWAPPED}),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda d: d.replace(tzinfo=VIETNAM))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}+07:00")


def test_working_days_are_week_days_that_are_no_holidays_and_the_swapped_ones() -> None:
    days = [date(2026, 11, d) for d in range(20, 26)]
    assert [CALENDAR.is_working_day(d) for d in days] == [True, True, False, True, False, True]


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("16T07:30", 8, "16T17:30"),
        ("16T09:00", 1, "16T10:00"),
        ("16T11:00", 1, "16T14:00"),  # lunch does not count
        ("16T12:00", 1, "16T14:30"),
        ("16T17:30", 1, "17T08:30"),
        ("16T06:00", 4, "16T11:30"),
        ("20T17:00", 1, "21T08:00"),  # the swapped Saturday
        ("23T17:00", 1, "25T08:00"),  # over the holiday
        ("16T07:30", 24, "18T17:30"),
    ],
)
def test_only_working_hours_pass(start: str, hours: float, end: str) -> None:
    assert CALENDAR.after_hours(at(start), hours) == at(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("16T08:00", 1, "17T17:30"),
        ("20T16:00", 1, "21T17:30"),
        ("23T08:00", 1, "25T17:30"),
        ("22T08:00", 2, "25T17:30"),
    ],
)
def test_a_working_day_ends_with_its_last_hour_and_the_day_of_receipt_does_not_count(
    start: str, days: int, end: str
) -> None:
    assert CALENDAR.after_days(at(start), days) == at(end)


@given(MOMENTS)
def test_a_limit_of_zero_ends_at_once(received: datetime) -> None:
    for limit in (WaitLimit(Period(), "online", 0, None, ()), WaitLimit(Period(), "counter", None, 0, ())):
        assert wait_ends(received, limit, CALENDAR) == received


@given(MOMENTS, st.integers(0, 40), st.integers(0, 40))
def test_waiting_longer_never_ends_sooner_and_time_adds_up(received: datetime, one: int, other: int) -> None:
    ends = CALENDAR.after_hours(received, one)
    assert ends >= received
    assert CALENDAR.after_hours(received, one + other) >= ends
    assert CALENDAR.after_hours(ends, other) == CALENDAR.after_hours(received, one + other) or not other


def test_the_clock_is_vietnams_wherever_the_moment_was_written() -> None:
    limit = WaitLimit(Period(), "online", 8, None, ())
    same = datetime(2026, 11, 16, 3, tzinfo=UTC)
    assert wait_ends(same, limit, CALENDAR) == at("17T10:00")
    assert wait_ends(same, limit, CALENDAR).utcoffset() == timedelta(hours=7)
    assert wait_ends(same, WaitLimit(Period(), "counter", None, 1, ()), CALENDAR) == at("17T17:30")
