"""Filled forms: added, read until they expire, and then forgotten."""

from datetime import datetime

from msgspec.structs import asdict
from sqlalchemy import Connection, bindparam, delete, insert, select

from app.domain.values import Frozen
from app.models.prefills import prefills

_ADD = insert(prefills)
_FIND = select(prefills).where(prefills.c.id == bindparam("of_id"))


class PrefillRow(Frozen):
    id: str
    client: str
    procedure: str
    subject_mark: str
    sealed: bytes
    filled_at: datetime
    expires_at: datetime


def add(conn: Connection, row: PrefillRow) -> None:
    conn.execute(_ADD, asdict(row))


def get(conn: Connection, prefill_id: str) -> PrefillRow | None:
    row = conn.execute(_FIND, {"of_id": prefill_id}).first()
    return PrefillRow(**row._mapping) if row else None


def sweep(conn: Connection, now: datetime) -> int:
    """Forget those that have expired; how many."""
    return conn.execute(delete(prefills).where(prefills.c.expires_at <= now)).rowcount
