"""Working time in Asia/Ho_Chi_Minh: hours and days that count for the limits the law sets an office."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone

from app.domain.law import WaitLimit

# Vietnam keeps UTC+7 all year (no daylight saving since 1975): a fixed offset needs no time-zone data on the machine.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working hours of a day, days of the week (Monday is 0), and the days that differ from them.

    `announced`: the years whose days off were announced; what is reckoned into another year may still change.
    """

    hours: tuple[tuple[time, time], ...]
    weekdays: frozenset[int]
    holidays: frozenset[date]
    extra_days: frozenset[date] = frozenset()
    announced: frozenset[int] = frozenset()
    # Days already counted; most dossiers of a day ask for the same few.
    _counted: dict[tuple[date, int], date] = field(default_factory=dict, repr=False, compare=False)

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

    def after(self, start: datetime, time_left: timedelta) -> datetime:
        """The moment at which that much working time has passed."""
        if not time_left:
            return start.astimezone(VIETNAM)
        spans = self.spans(start)
        first, last = next(spans)
        while last - first < time_left:
            time_left -= last - first
            first, last = next(spans)
        return first + time_left

    def after_hours(self, start: datetime, hours: float) -> datetime:
        return self.after(start, timedelta(hours=hours))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; none where `end` is not later."""
        passed = timedelta()
        for first, last in self.spans(start):
            if first >= end:
                break
            passed += min(last, end) - first
        return passed

    def after_days(self, start: datetime, days: int) -> datetime:
        """The end of the last hour of the n-th working day after the day of `start` (the day itself does not count)."""
        return self.closing(self.working_day_after(start, days)) if days else start.astimezone(VIETNAM)

    def after_half_days(self, start: datetime, half_days: int) -> datetime:
        """As `after_days`; an odd half day more ends with the first span of the next working day."""
        if half_days % 2 == 0:
            return self.after_days(start, half_days // 2)
        day = self.working_day_after(start, half_days // 2 + 1)
        return datetime.combine(day, self.hours[0][1], VIETNAM)

    def working_day_after(self, start: datetime, days: int) -> date:
        """The n-th working day after the day of `start`."""
        asked = day, left = start.astimezone(VIETNAM).date(), days
        found = self._counted.get(asked)
        if found is None:
            while left:
                day += timedelta(days=1)
                left -= self.is_working_day(day)
            if len(self._counted) > 4096:
                self._counted.clear()
            found = self._counted[asked] = day
        return found

    def closing(self, day: date) -> datetime:
        return datetime.combine(day, self.hours[-1][1], VIETNAM)

    def next_opening(self, day: date) -> datetime:
        """When the first working day after this one opens."""
        return datetime.combine(
            self.working_day_after(datetime.combine(day, time(), VIETNAM), 1), self.hours[0][0], VIETNAM
        )


def wait_ends(received_at: datetime, limit: WaitLimit, calendar: WorkingCalendar) -> datetime:
    """When an office may wait for a source no longer; a limit of 0 ends at once."""
    if limit.working_hours is not None:
        return calendar.after_hours(received_at, limit.working_hours)
    return calendar.after_days(received_at, limit.working_days or 0)
