"""Dossiers: every change is tied to the version it was made from."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, and_, func, insert, literal, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.dossiers import Status
from app.domain.values import Frozen
from app.models.base import Moment
from app.models.dossiers import dossier_components, dossier_counters, dossier_moves, dossiers, supplement_requests


class ComponentRow(Frozen):
    position: int
    supplied: str
    handed_back: bool
    holder: bytes | None


class DossierRow(Frozen):
    code: str
    version: int
    status: int
    procedure: str
    case: str | None
    agency: str
    officer: str
    channel: str
    client: str
    applicant: bytes
    applicant_mark: str
    received_at: datetime
    law_as_of: date
    wait_until: datetime
    recheck_at: datetime | None
    rechecks: int
    decision_id: str
    conclusion: bytes
    decided_by: str = ""
    due_at: datetime | None = None
    started_at: datetime | None = None
    paused_at: datetime | None = None
    left_seconds: int | None = None
    ask_by: datetime | None = None
    asked_late: bool = False
    supplements: int = 0
    ended_at: datetime | None = None
    form: bytes | None = None
    wishes: bytes | None = None


class MoveRow(Frozen):
    version: int
    from_status: int
    to_status: int
    reason: str | None
    client: str
    moved_at: datetime
    actor: str | None


class DeadlineCounts(Frozen):
    """Dossiers of one agency by how they stand towards their due dates.

    `done` and `open` are each split: in time and overdue, with those that have no due date (paused among them) counted
    in neither. `overdue` are all that are or were late, however they ended.
    """

    agency: str
    filed: int
    done: int
    done_in_time: int
    open: int
    open_in_time: int
    paused: int
    without_due_date: int
    overdue: int
    asked_late: int
    asked_twice: int
    counts_as_late: int


def next_counter(conn: Connection, agency: str, day: date) -> int:
    """The next number of an agency's day; the row is locked until the commit, so that no number is given twice."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    c = dossier_counters
    taken = (
        dialect.insert(c)
        .values(agency=agency, day=day, last=1)
        .on_conflict_do_update(index_elements=[c.c.agency, c.c.day], set_={"last": c.c.last + 1})
        .returning(c.c.last)
    )
    last: int = conn.execute(taken).scalar_one()
    return last


def add(conn: Connection, row: DossierRow, components: Sequence[ComponentRow]) -> None:
    conn.execute(insert(dossiers), asdict(row))
    conn.execute(
        insert(dossier_components),
        [{"dossier_code": row.code, **asdict(c)} for c in components],
    )


def get(conn: Connection, code: str) -> DossierRow | None:
    row = conn.execute(select(dossiers).where(dossiers.c.code == code)).first()
    return DossierRow(**row._mapping) if row else None


def components(conn: Connection, code: str) -> list[ComponentRow]:
    c = dossier_components.c
    rows = conn.execute(
        select(c.position, c.supplied, c.handed_back, c.holder).where(c.dossier_code == code).order_by(c.position)
    )
    return [ComponentRow(*row) for row in rows]


def change(conn: Connection, code: str, version: int, values: Mapping[str, Any]) -> bool:
    """Change a dossier that still has this version, and count it up; False when somebody was first."""
    d = dossiers
    done = conn.execute(update(d).where(d.c.code == code, d.c.version == version).values(version=version + 1, **values))
    return bool(done.rowcount)


def add_move(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(insert(dossier_moves).values(**values))


def moves(conn: Connection, code: str) -> list[MoveRow]:
    """Every move of a dossier, the first first."""
    m = dossier_moves.c
    found = select(*(m[name] for name in MoveRow.__struct_fields__)).where(m.dossier_code == code).order_by(m.version)
    return [MoveRow(*row) for row in conn.execute(found)]


def add_supplement_request(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(insert(supplement_requests).values(**values))


def last_supplement_sent(conn: Connection, code: str) -> tuple[datetime, str, str, bytes] | None:
    """When the latest request that reached the applicant was sent and by which client, its decision, and its items."""
    s = supplement_requests.c
    sent = select(s.asked_at, s.client, s.decision_id, s["items"]).where(s.dossier_code == code, s.outcome == "sent")
    row = conn.execute(sent.order_by(s.asked_at.desc(), s.id.desc()).limit(1)).first()
    return (row.asked_at, row.client, row.decision_id, row.items) if row else None


def supplement_requests_sent(conn: Connection, code: str) -> int:
    s = supplement_requests.c
    sent = select(func.count()).select_from(supplement_requests).where(s.dossier_code == code, s.outcome == "sent")
    return conn.execute(sent).scalar_one()


def deadline_counts(
    conn: Connection, start: datetime, end: datetime, now: datetime, agency: str | None
) -> list[DeadlineCounts]:
    """By the agency that decides, for dossiers received from `start` and before `end`; of one agency, where given."""
    d = dossiers.c
    done = d.status.in_((int(Status.DONE), int(Status.RETURNED)))
    judged_at = func.coalesce(d.ended_at, literal(now, Moment))
    overdue, in_time = judged_at > d.due_at, judged_at <= d.due_at
    is_open, paused = d.ended_at.is_(None), d.paused_at.is_not(None)
    asked_twice = d.supplements > 1
    counted = {
        "filed": true(),
        "done": done,
        "done_in_time": and_(done, in_time),
        "open": is_open,
        "open_in_time": and_(is_open, in_time),
        "paused": paused,
        "without_due_date": and_(or_(done, is_open), d.due_at.is_(None), ~paused),
        "overdue": overdue,
        "asked_late": d.asked_late,
        "asked_twice": asked_twice,
        "counts_as_late": or_(overdue, asked_twice),
    }
    found = select(d.decided_by, *(func.count().filter(which) for which in counted.values()))
    found = found.where(d.received_at >= start, d.received_at < end)
    if agency is not None:
        found = found.where(d.decided_by == agency)
    return [DeadlineCounts(*row) for row in conn.execute(found.group_by(d.decided_by).order_by(d.decided_by))]


def claim_due(conn: Connection, now: datetime, until: datetime, limit: int) -> list[str]:
    """Dossiers whose silent source is due to be asked again, leased to this worker until `until`.

    On PostgreSQL rows another worker is looking at are skipped; on SQLite there is one writer.
    """
    d = dossiers.c
    due = select(d.code).where(d.recheck_at <= now).order_by(d.recheck_at).limit(limit)
    codes = list(conn.execute(due.with_for_update(skip_locked=True)).scalars())
    if codes:
        conn.execute(update(dossiers).where(d.code.in_(codes)).values(recheck_at=until))
    return codes
