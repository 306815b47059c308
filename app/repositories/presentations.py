"""Redeemed share codes, and the papers demanded after them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.values import Frozen
from app.models.presentations import presentation_demands, presentations


class PresentationRow(Frozen):
    id: str
    client: str
    verifier_kind: str
    verifier: str
    officer: str | None
    purpose: str
    procedure: str | None
    dossier_code: str | None
    mode: str
    document_type: str
    standing: str
    fields: str
    holder: bytes | None
    holder_mark: str | None
    digest: str
    redeemed_at: datetime


def add(conn: Connection, row: PresentationRow) -> bool:
    """Keep a presentation; False when it is there already: the same use, asked for again."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    p = presentations
    put = dialect.insert(p).values(asdict(row)).on_conflict_do_nothing()
    return conn.execute(put.returning(p.c.id)).first() is not None


def get(conn: Connection, presentation_id: str, client: str) -> PresentationRow | None:
    """A presentation that this client has redeemed."""
    p = presentations
    row = conn.execute(select(p).where(p.c.id == presentation_id, p.c.client == client)).first()
    return PresentationRow(**row._mapping) if row else None


def of_dossier(conn: Connection, code: str) -> list[PresentationRow]:
    """Those redeemed for a dossier, the oldest first."""
    p = presentations
    rows = conn.execute(select(p).where(p.c.dossier_code == code).order_by(p.c.redeemed_at, p.c.id))
    return [PresentationRow(**row._mapping) for row in rows]


def add_demand(conn: Connection, values: Mapping[str, Any]) -> None:
    conn.execute(insert(presentation_demands).values(**values))
