"""Working time in Asia/Ho_Chi_Minh: hours and days that count for the limits the law sets an office."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from app.domain.law import WaitLimit

# Vietnam keeps UTC+7 all year (no daylight saving since 1975): a fixed offset needs no time-zone data on the machine.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working hours of a day, days of the week (Monday is 0), and the days that differ from them."""

    hours: tuple[tuple[time, time], ...]
    weekdays: frozenset[int]
    holidays: frozenset[date]
    extra_days: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day in self.extra_days or (day.weekday() in self.weekdays and day not in self.holidays)

    def spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans from `start` on, the one that holds it cut to begin there."""
        begin = start.astimezone(VIETNAM)
        day = begin.date()
        while True:
            if self.is_working_day(day):
                for opens, closes in self.hours:
                    first = datetime.combine(day, opens, VIETNAM)
                    last = datetime.combine(day, closes, VIETNAM)
                    if last > begin:
                        yield max(first, begin), last
            day += timedelta(days=1)

    def after_hours(self, start: datetime, hours: float) -> datetime:
        """The moment at which that much working time has passed."""
        left = timedelta(hours=hours)
        if not left:
            return start.astimezone(VIETNAM)
        spans = self.spans(start)
        first, last = next(spans)
        while last - first < left:
            left -= last - first
            first, last = next(spans)
        return first + left

    def after_days(self, start: datetime, days: int) -> datetime:
        """The end of the last hour of the n-th working day after the day of `start` (the day itself does not count)."""
        if not days:
            return start.astimezone(VIETNAM)
        day = start.astimezone(VIETNAM).date()
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return datetime.combine(day, self.hours[-1][1], VIETNAM)


def wait_ends(received_at: datetime, limit: WaitLimit, calendar: WorkingCalendar) -> datetime:
    """When an office may wait for a source no longer; a limit of 0 ends at once."""
    if limit.working_hours is not None:
        return calendar.after_hours(received_at, limit.working_hours)
    return calendar.after_days(received_at, limit.working_days or 0)
