"""What a citizen sees of their own: dossiers they handed in, what was asked of them, who looked them up.

Everything is found by the keyed hash (`mark`) of who is signed in.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from app.models.decisions import decisions
from app.models.dossiers import dossiers, supplement_requests
from app.models.evidence import lookups


def dossiers_of(conn: Connection, mark: str, limit: int, offset: int) -> Sequence[Any]:
    """The newest first."""
    d = dossiers.c
    mine = select(d.code, d.procedure, d.status, d.agency, d.received_at, d.due_at, d.paused_at, d.ended_at)
    order = mine.where(d.applicant_mark == mark).order_by(d.received_at.desc(), d.code.desc())
    return conn.execute(order.limit(limit).offset(offset)).all()


def filed_since(conn: Connection, mark: str, client: str, moment: datetime) -> int:
    """How many dossiers they have handed in through this client since."""
    d = dossiers.c
    filed = select(func.count()).select_from(dossiers)
    filed = filed.where(d.applicant_mark == mark, d.client == client, d.received_at >= moment)
    count: int = conn.execute(filed).scalar_one()
    return count


def codes_of(conn: Connection, mark: str, limit: int) -> list[str]:
    d = dossiers.c
    newest = select(d.code).where(d.applicant_mark == mark).order_by(d.received_at.desc(), d.code.desc()).limit(limit)
    return list(conn.execute(newest).scalars())


def requests_sent(conn: Connection, code: str) -> Sequence[Any]:
    """What the applicant was asked to supplement, the oldest first, each with its decision; refused attempts never
    reached them.
    """
    s, d = supplement_requests.c, decisions.c
    sent = (
        select(s.id, s["items"], s.asked_at, d.body)
        .join_from(supplement_requests, decisions, d.decision_id == s.decision_id)
        .where(s.dossier_code == code, s.outcome == "sent")
        .order_by(s.asked_at, s.id)
    )
    return conn.execute(sent).all()


def conclusions_of(conn: Connection, code: str) -> list[tuple[datetime, str]]:
    """When the dossier's papers were judged, and what came of it, the oldest first."""
    d = decisions.c
    made = select(d.decided_at, d.outcome).where(d.dossier_code == code, d.purpose == "dossier")
    return [(at, outcome) for at, outcome in conn.execute(made.order_by(d.decided_at, d.decision_id))]


# ---- who looked -----------------------------------------------------------------------------------------------------


def lookups_of(conn: Connection, mark: str, acting: str | None, limit: int, offset: int) -> Sequence[Any]:
    """Look-ups for this one's own acts about themselves, and about who acts for them; the newest first."""
    x = lookups.c
    own = select(lookups).where(x.subject_mark == mark, x.holder_mark.in_([mark, acting] if acting else [mark]))
    newest = own.order_by(x.looked_up_at.desc(), x.id.desc())
    return conn.execute(newest.limit(limit).offset(offset)).all()


def lookups_withheld(conn: Connection, mark: str) -> int:
    """How many look-ups about this person were made for an act of somebody else's, or nobody knows for whose."""
    x = lookups.c
    others = x.subject_mark.is_distinct_from(mark)
    count: int = conn.execute(
        select(func.count()).select_from(lookups).where(x.holder_mark == mark, others)
    ).scalar_one()
    return count
