"""What a dossier's slips say: the receipt with its appointment, the refusal, the request to supplement.

A slip says who it is for by name and by the last digits of their number, and nothing more of them.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from app.domain.dossiers import Status
from app.domain.errors import DomainError
from app.domain.persons import Subject
from app.repositories import decisions, dossiers
from app.repositories.dossiers import DossierRow
from app.services.desk import Desk
from app.services.dossier_records import procedure_of, row_of

_SHOWN_DIGITS = 4


class SlipKind(StrEnum):
    RECEIPT = "receipt"
    REFUSAL = "refusal"
    SUPPLEMENT = "supplement"


class SlipNotDue(DomainError):
    """Nothing has happened yet that this slip could say."""

    code = "slip-not-due"


@dataclass(frozen=True, slots=True)
class Handed:
    """One component on a receipt; `supplied` as in the dossier, `handed_back` where the service takes no paper."""

    position: int
    name: str
    supplied: str
    handed_back: bool


@dataclass(frozen=True, slots=True)
class AskedFor:
    """One paper on a request to supplement, with the finding that makes it lawful."""

    name: str
    form: str
    reason: str
    finding: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slip:
    """`at`: when the dossier was received, refused, or asked to be supplemented. `applicant` has a masked number.

    `announced` is False where the appointment lies in a year whose days off are not announced yet.
    """

    kind: SlipKind
    code: str
    procedure: str
    procedure_name: str
    agency: str
    decided_by: str
    channel: str
    applicant: Subject
    filed_at: datetime
    at: datetime
    due_at: datetime | None = None
    announced: bool = True
    components: tuple[Handed, ...] = ()
    reason: str | None = None
    asked: tuple[AskedFor, ...] = ()


def slip(conn: Connection, desk: Desk, code: str, kind: SlipKind) -> Slip:
    """What the slip says. Raises UnknownDossier, SlipNotDue."""
    row = row_of(conn, code)
    match kind:
        case SlipKind.RECEIPT:
            return _receipt(conn, desk, row)
        case SlipKind.REFUSAL:
            return _refusal(conn, desk, row)
        case SlipKind.SUPPLEMENT:
            return _supplement(conn, desk, row)


def _receipt(conn: Connection, desk: Desk, row: DossierRow) -> Slip:
    if row.started_at is None:
        raise SlipNotDue(status=row.status)
    names = {c.position: c.name for c in procedure_of(conn, desk, row).components}
    due = row.due_at
    handed = tuple(
        Handed(c.position, names.get(c.position, str(c.position)), c.supplied, c.handed_back)
        for c in dossiers.components(conn, row.code)
    )
    announced = due is None or due.year in desk.calendar.announced
    return _slip(conn, desk, row, SlipKind.RECEIPT, row.started_at, due_at=due, announced=announced, components=handed)


def _refusal(conn: Connection, desk: Desk, row: DossierRow) -> Slip:
    refused = next((m for m in dossiers.moves(conn, row.code) if m.to_status == Status.NOT_RECEIVED), None)
    if refused is None:
        raise SlipNotDue(status=row.status)
    return _slip(conn, desk, row, SlipKind.REFUSAL, refused.moved_at, reason=refused.reason)


def _supplement(conn: Connection, desk: Desk, row: DossierRow) -> Slip:
    """Of the latest request that was sent: every paper on it was found lawful, or it would not have been."""
    sent = dossiers.last_supplement_sent(conn, row.code)
    if sent is None:
        raise SlipNotDue(status=row.status)
    asked_at, decision_id, items = sent
    stored = decisions.get(conn, decision_id)
    assert stored is not None
    known = desk.snapshots.current(conn)
    asked = tuple(
        AskedFor(known.document_type(i["document_type"]).name, i["form"], i["reason"], finding)
        for i, finding in zip(json.loads(items), json.loads(stored.body)["findings"], strict=True)
    )
    return _slip(conn, desk, row, SlipKind.SUPPLEMENT, asked_at, asked=asked)


def _slip(conn: Connection, desk: Desk, row: DossierRow, kind: SlipKind, at: datetime, **said: Any) -> Slip:
    return Slip(
        kind=kind,
        code=row.code,
        procedure=row.procedure,
        procedure_name=procedure_of(conn, desk, row).name,
        agency=row.agency,
        decided_by=row.decided_by,
        channel=row.channel,
        applicant=_masked(desk.sealer.unseal(row.applicant)),
        filed_at=row.received_at,
        at=at,
        **said,
    )


def _masked(subject: Subject) -> Subject:
    """The last digits are enough for the holder of a slip to see that it is theirs."""
    hidden = "•" * (len(subject.id) - _SHOWN_DIGITS) + subject.id[-_SHOWN_DIGITS:]
    return Subject(subject.kind, hidden, subject.full_name)
