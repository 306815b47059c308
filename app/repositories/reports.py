"""Citizens' reports. A change is tied to the version it was made from."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, func, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from app.domain.values import Frozen
from app.models.reports import reports


class ReportRow(Frozen):
    id: str
    version: int
    status: str
    reporter_mark: str
    procedure: str
    document_type: str
    form: str
    agency: str
    demanded_on: date
    said: bytes | None
    decision_id: str
    outcome: str
    filed_at: datetime
    answer: bytes | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    settled: bool | None = None


def add(conn: Connection, row: ReportRow) -> bool:
    """Keep a report; False when it is there already."""
    try:
        with conn.begin_nested():
            conn.execute(insert(reports), asdict(row))
    except IntegrityError:
        return False
    return True


def get(conn: Connection, report_id: str) -> ReportRow | None:
    row = conn.execute(select(reports).where(reports.c.id == report_id)).first()
    return ReportRow(**row._mapping) if row else None


def change(conn: Connection, report_id: str, version: int, values: Mapping[str, Any]) -> bool:
    """Change a report that still has this version; False when somebody was first."""
    r = reports
    changing = update(r).where(r.c.id == report_id, r.c.version == version)
    return bool(conn.execute(changing.values(version=version + 1, **values)).rowcount)


def since(conn: Connection, mark: str, moment: datetime) -> int:
    """How many reports this person has filed since."""
    r = reports.c
    filed = select(func.count()).select_from(reports).where(r.reporter_mark == mark, r.filed_at >= moment)
    count: int = conn.execute(filed).scalar_one()
    return count


def of_reporter(conn: Connection, mark: str, limit: int, offset: int) -> list[ReportRow]:
    """The newest first."""
    r = reports.c
    mine = select(reports).where(r.reporter_mark == mark).order_by(r.filed_at.desc(), r.id.desc())
    return _rows(conn.execute(mine.limit(limit).offset(offset)).all())


def of_agency(
    conn: Connection, agency: str | None, status: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[ReportRow]:
    """The oldest first, from behind `after` (moment of filing and id); of one agency or of all."""
    r = reports.c
    found = select(reports).order_by(r.filed_at, r.id).limit(limit)
    if agency is not None:
        found = found.where(r.agency == agency)
    if status is not None:
        found = found.where(r.status == status)
    if after is not None:
        found = found.where(tuple_(r.filed_at, r.id) > after)
    return _rows(conn.execute(found).all())


def _rows(found: Sequence[Any]) -> list[ReportRow]:
    return [ReportRow(**row._mapping) for row in found]
