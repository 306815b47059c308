"""The clock of a dossier at the desk: when it is due, until when more may be asked, and what an agency owes by it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from app.domain import deadlines
from app.domain.calendar import VIETNAM, wait_ends
from app.domain.catalogue import Procedure
from app.domain.dossiers import ENDED, Status
from app.repositories import dossiers
from app.repositories.dossiers import DeadlineCounts, DossierRow
from app.services.desk import Desk
from app.services.dossier_records import procedure_of


def due(desk: Desk, procedure: Procedure, channel: str, filed_on: date, start: datetime) -> datetime | None:
    """When a dossier is due whose clock starts at `start`; the cut is that of the day it was filed."""
    cut = desk.rulebook.on(filed_on).processing_cut(channel)
    return deadlines.due_at(start, procedure.processing, cut, desk.calendar)


def ask_by(desk: Desk, channel: str, filed_on: date, received_at: datetime) -> datetime | None:
    """Until when the office must have asked for what it could not retrieve; None where no law sets a limit."""
    limit = desk.rulebook.on(filed_on).ask_limit(channel)
    return wait_ends(received_at, limit, desk.calendar) if limit else None


def moved(conn: Connection, desk: Desk, row: DossierRow, to: Status) -> dict[str, Any]:
    """What a move does to the office's clock: the columns that change.

    A dossier put into 5 by hand goes on running: the applicant was asked for nothing. Only a request that was sent
    stops the clock, or a fee they are told to pay.
    """
    now = desk.clock.now()
    match to:
        case Status.RECEIVED:
            return _started(conn, desk, row, now)
        case Status.IN_PROGRESS if row.started_at is None:
            return {"paused_at": None, **_started(conn, desk, row, now)}
        case Status.IN_PROGRESS if row.paused_at is not None:
            return deadlines.resumed(row, now, desk.calendar)
        case Status.FEE_DUE:
            return deadlines.stopped(row, now, desk.calendar)
        case Status.SUPPLEMENT_REQUESTED:
            return {"supplements": row.supplements + 1}
        case _ if to in ENDED and row.ended_at is None:
            return deadlines.ended(now)
    return {}


def _started(conn: Connection, desk: Desk, row: DossierRow, now: datetime) -> dict[str, Any]:
    """The dossier is received in full: its clock begins to run, where it is decided."""
    start = deadlines.clock_starts(
        now,
        elsewhere=row.decided_by != row.agency,
        channel=row.channel,
        rule=desk.rulebook.on(row.law_as_of).forwarding(),
        calendar=desk.calendar,
    )
    procedure = procedure_of(conn, desk, row)
    return {"started_at": start, "due_at": due(desk, procedure, row.channel, row.law_as_of, start)}


# ---- the report -----------------------------------------------------------------------------------------------------


async def report(desk: Desk, start: date | None, until: date | None, agency: str | None) -> dict[str, Any]:
    """How the dossiers received from `start` through `until` (this month up to today unless given) stand, by the agency
    that decides. Nobody is named.
    """
    now, today = desk.clock.now(), desk.clock.today()
    last = until or max(start or today, today)
    first = start or min(last, today).replace(day=1)

    def read(conn: Connection) -> list[DeadlineCounts]:
        span = _midnight(first), _midnight(last + timedelta(days=1))
        return dossiers.deadline_counts(conn, *span, now, agency)

    found = await desk.db.read(read)
    return {
        "from": first.isoformat(),
        "until": last.isoformat(),
        "as_of": today.isoformat(),
        "agencies": [{"agency": c.agency, **_counts((c,))} for c in found],
        "total": _counts(found),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _counts(rows: Sequence[DeadlineCounts]) -> dict[str, int]:
    names = [name for name in DeadlineCounts.__struct_fields__ if name != "agency"]
    return {name: sum(getattr(row, name) for row in rows) for name in names}
