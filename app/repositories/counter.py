"""The dossiers on one agency's desk."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.domain.values import Frozen
from app.models.dossiers import dossiers, supplement_requests
from app.repositories.dossiers import DossierRow

_COLUMNS = tuple(dossiers.c[name] for name in DossierRow.__struct_fields__)


class RequestRow(Frozen):
    """A request to the citizen for more papers, `sent` or `refused`; `items` as canonical JSON."""

    id: str
    decision_id: str
    outcome: str
    items: bytes
    client: str
    asked_at: datetime


def queue(conn: Connection, agency: str, statuses: Sequence[int], limit: int, offset: int) -> list[DossierRow]:
    """What this agency has received or decides, in these statuses: due first what is due soonest, then what came
    first; those without a due date after the others.
    """
    d = dossiers.c
    found = (
        select(*_COLUMNS)
        .where(_on_desk(agency), d.status.in_(statuses))
        .order_by(d.due_at.is_(None), d.due_at, d.received_at, d.code)
    )
    return [DossierRow(*row) for row in conn.execute(found.limit(limit).offset(offset))]


def counts(conn: Connection, agency: str, statuses: Sequence[int]) -> dict[int, int]:
    """How many dossiers there are in each of these statuses; those with none are left out."""
    d = dossiers.c
    number = func.count().label("number")
    counted = select(d.status, number).where(_on_desk(agency), d.status.in_(statuses)).group_by(d.status)
    return {row.status: row.number for row in conn.execute(counted)}


def requests(conn: Connection, code: str) -> list[RequestRow]:
    """Every request for more papers in a dossier, the oldest first."""
    s = supplement_requests.c
    found = select(s.id, s.decision_id, s.outcome, s["items"], s.client, s.asked_at).where(s.dossier_code == code)
    return [RequestRow(*row) for row in conn.execute(found.order_by(s.asked_at, s.id))]


def _on_desk(agency: str) -> ColumnElement[bool]:
    return or_(dossiers.c.agency == agency, dossiers.c.decided_by == agency)
