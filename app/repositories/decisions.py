"""Decisions: added and read; no update, no delete."""

from datetime import date, datetime

from msgspec.structs import asdict
from sqlalchemy import Connection, insert, select

from app.domain.values import Frozen
from app.models.decisions import decisions


class Stored(Frozen):
    """A decision as kept: `facts` and `body` are the exact bytes judged and given."""

    decision_id: str
    purpose: str
    dossier_code: str | None
    subject_mark: str
    procedure: str
    agency: str
    officer: str
    channel: str
    outcome: str
    decided_at: datetime
    law_as_of: date
    catalogue_revision: int
    rulebook_revision: str
    facts: bytes
    body: bytes


_ADD = insert(decisions)


def add(conn: Connection, d: Stored) -> None:
    conn.execute(_ADD, asdict(d))


def get(conn: Connection, decision_id: str) -> Stored | None:
    row = conn.execute(select(decisions).where(decisions.c.decision_id == decision_id)).first()
    return Stored(**row._mapping) if row else None


def of_dossier(conn: Connection, code: str) -> list[str]:
    """Ids of a dossier's decisions, the oldest first."""
    d = decisions.c
    found = select(d.decision_id).where(d.dossier_code == code).order_by(d.decided_at, d.decision_id)
    return list(conn.execute(found).scalars())


def first_revision(conn: Connection, code: str) -> int:
    """The catalogue's revision when the dossier was received."""
    d = decisions.c
    found = select(d.catalogue_revision).where(d.dossier_code == code).order_by(d.decided_at, d.decision_id).limit(1)
    revision: int = conn.execute(found).scalar_one()
    return revision


def on_papers(conn: Connection, code: str, at: datetime) -> bytes | None:
    """The latest decision on the papers a dossier was filed with, as of then: its body."""
    d = decisions.c
    found = select(d.body).where(d.dossier_code == code, d.purpose == "dossier", d.decided_at <= at)
    return conn.execute(found.order_by(d.decided_at.desc(), d.decision_id.desc()).limit(1)).scalar()
