"""Dossiers: every change is tied to the version it was made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.models.dossiers import dossier_components, dossier_counters, dossier_moves, dossiers, supplement_requests


@dataclass(frozen=True, slots=True)
class ComponentRow:
    position: int
    supplied: str
    handed_back: bool
    holder: bytes | None


@dataclass(frozen=True, slots=True)
class DossierRow:
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
    conn.execute(insert(dossiers), {name: getattr(row, name) for name in DossierRow.__slots__})
    conn.execute(
        insert(dossier_components),
        [{"dossier_code": row.code, **{n: getattr(c, n) for n in ComponentRow.__slots__}} for c in components],
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


def add_supplement_request(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(insert(supplement_requests).values(**values))


def supplement_requests_sent(conn: Connection, code: str) -> int:
    s = supplement_requests.c
    sent = select(func.count()).select_from(supplement_requests).where(s.dossier_code == code, s.outcome == "sent")
    return conn.execute(sent).scalar_one()


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
