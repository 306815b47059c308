"""The server's clock, replaceable. Days are days in Asia/Ho_Chi_Minh."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.domain.calendar import VIETNAM


@dataclass(frozen=True, slots=True)
class Clock:
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def today(self) -> date:
        return self.now().astimezone(VIETNAM).date()


def rfc3339(moment: datetime) -> str:
    """`2026-11-22T10:00:00.123Z`: one form for one moment, in UTC, to the millisecond."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec='milliseconds')[:-6]}Z"


def rfc3339_or_none(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
