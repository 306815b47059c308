"""How long a procedure may take, when its dossier is due, what stops its clock, and what counts as late.

The clock runs in working time from the moment a dossier is received in full, and stands still while the applicant has
been asked for something: then what was left is left. A procedure whose time no act names has no due date.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from app.domain.calendar import VIETNAM, WorkingCalendar
from app.domain.catalogue import Processing
from app.domain.law import Forwarding, ProcessingCut


class Clocked(Protocol):
    """What a dossier's clock is read from."""

    @property
    def started_at(self) -> datetime | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def left_seconds(self) -> int | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def asked_late(self) -> bool: ...
    @property
    def supplements(self) -> int: ...


def due_at(
    start: datetime, processing: Processing | None, cut: ProcessingCut | None, calendar: WorkingCalendar
) -> datetime | None:
    """When a dossier whose clock starts at `start` is due; None where no act says how long it takes.

    A cut of n % leaves at most 100 - n %: days are rounded down to half days, hours to hours, neither below one of
    them. What is settled on the day itself is not cut.
    """
    if processing is None:
        return None
    keep = 100 - (cut.percent if cut else 0)
    if processing.working_days is not None:
        return calendar.after_half_days(start, max(processing.working_days * 2 * keep // 100, 1))
    if processing.working_hours is not None:
        return calendar.after_hours(start, max(processing.working_hours * keep // 100, 1))
    local = start.astimezone(VIETNAM)
    if calendar.is_working_day(local.date()) and processing.same_day and local.time() <= processing.same_day:
        return calendar.closing(local.date())
    return calendar.after_days(start, 1)


def clock_starts(
    received_at: datetime, *, elsewhere: bool, channel: str, rule: Forwarding | None, calendar: WorkingCalendar
) -> datetime:
    """When the clock of a dossier received at `received_at` starts: where another agency decides, from when it has it.

    Paper is forwarded the same day; what comes after the hour the rule names, when the next working day opens. An
    electronic dossier is there at once.
    """
    if not elsewhere or channel == "online" or rule is None:
        return received_at
    local = received_at.astimezone(VIETNAM)
    if calendar.is_working_day(local.date()) and local.time() <= rule.by:
        return received_at
    return calendar.next_opening(local.date())


# ---- the clock of a dossier: each gives the columns that change ------------------------------------------------------


def stopped(row: Clocked, now: datetime, calendar: WorkingCalendar) -> dict[str, Any]:
    """The applicant has been asked for something. What is overdue stays overdue."""
    if row.paused_at is not None:
        return {}
    if row.started_at is None:
        return {"paused_at": now, "due_at": None}
    if row.due_at is None or row.due_at <= now:
        return {"paused_at": now}
    left = calendar.between(now, row.due_at)
    return {"paused_at": now, "due_at": None, "left_seconds": math.ceil(left.total_seconds())}


def resumed(row: Clocked, now: datetime, calendar: WorkingCalendar) -> dict[str, Any]:
    """The applicant has answered: what was left runs on."""
    if row.left_seconds is None:
        return {"paused_at": None}
    return {"paused_at": None, "left_seconds": None, "due_at": calendar.after(now, timedelta(seconds=row.left_seconds))}


def ended(now: datetime) -> dict[str, Any]:
    return {"paused_at": None, "left_seconds": None, "ended_at": now}


# ---- what counts as late --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Late:
    """What the national index counts (overdue, asked to supplement more than once), and what the office owes."""

    asked_late: bool
    supplements: int
    overdue: bool

    @property
    def counts_as_late(self) -> bool:
        return self.overdue or self.supplements > 1

    def body(self) -> dict[str, object]:
        reasons = {"overdue": self.overdue, "asked-twice": self.supplements > 1, "asked-late": self.asked_late}
        return {
            "asked_late": self.asked_late,
            "supplements": self.supplements,
            "overdue": self.overdue,
            "counts_as_late": self.counts_as_late,
            "reasons": [{"code": code, **_REASONS[code]} for code, holds in reasons.items() if holds],
        }


_REASONS = {
    "overdue": {"vi": "Hồ sơ đã quá hạn trả kết quả.", "en": "The dossier is past its due date."},
    "asked-twice": {
        "vi": "Hồ sơ có hơn một lần yêu cầu bổ sung: chỉ số phục vụ tính là trễ hạn.",
        "en": "The applicant was asked to supplement more than once: the service index counts the dossier as late.",
    },
    "asked-late": {
        "vi": "Cơ quan yêu cầu bổ sung sau thời hạn 08 giờ làm việc (trực tuyến) hoặc 01 ngày làm việc.",
        "en": "The office asked for what it could not retrieve after 8 working hours (online) or 1 working day.",
    },
}


def late(row: Clocked, now: datetime) -> Late:
    ended_at = row.ended_at or now
    return Late(row.asked_late, row.supplements, row.due_at is not None and ended_at > row.due_at)
