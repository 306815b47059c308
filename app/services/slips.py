"""What a dossier's slips say: the receipt with its appointment, the refusal, the request to supplement.

A slip says who it is for by name and by the last digits of their number, and nothing more of them.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from app.domain.dossiers import Status, Supplied
from app.domain.errors import DomainError
from app.domain.persons import Subject, masked
from app.repositories import decisions, dossiers
from app.repositories.dossiers import DossierRow, MoveRow
from app.services.desk import Desk
from app.services.dossier_records import procedure_of, row_of
from app.services.sessions import officer_of


class SlipKind(StrEnum):
    RECEIPT = "receipt"
    REFUSAL = "refusal"
    SUPPLEMENT = "supplement"


class SlipNotDue(DomainError):
    """Nothing has happened yet that this slip could say."""

    code = "slip-not-due"


@dataclass(frozen=True, slots=True)
class Handed:
    """One line of a receipt, by its number there; `supplied` as in the dossier, `handed_back` where the service takes
    no paper.
    """

    number: int
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
    """`at`: when the dossier was received, refused, or asked to be supplemented, and `by` whom: an officer's code, None
    where it was a system. `applicant` has a masked number.

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
    by: str | None = None
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
    known = {c.position: c for c in procedure_of(conn, desk, row).components}
    due, received = row.due_at, _moved(conn, row, Status.RECEIVED)
    # What is needed in other cases alone, and was not given, is no part of this dossier.
    part = [
        c
        for c in dossiers.components(conn, row.code)
        if c.supplied != Supplied.NONE or c.position not in known or known[c.position].mandatory
    ]
    handed = tuple(
        Handed(n, known[c.position].name if c.position in known else str(c.position), c.supplied, c.handed_back)
        for n, c in enumerate(part, 1)
    )
    announced = due is None or due.year in desk.calendar.announced
    said = {"due_at": due, "announced": announced, "components": handed, "by": _officer(received)}
    return _slip(conn, desk, row, SlipKind.RECEIPT, row.started_at, **said)


def _refusal(conn: Connection, desk: Desk, row: DossierRow) -> Slip:
    refused = _moved(conn, row, Status.NOT_RECEIVED)
    if refused is None:
        raise SlipNotDue(status=row.status)
    return _slip(conn, desk, row, SlipKind.REFUSAL, refused.moved_at, reason=refused.reason, by=_officer(refused))


def _moved(conn: Connection, row: DossierRow, to: Status) -> MoveRow | None:
    return next((m for m in dossiers.moves(conn, row.code) if m.to_status == to), None)


def _officer(move: MoveRow | None) -> str | None:
    return officer_of(move.client) if move else None


def _supplement(conn: Connection, desk: Desk, row: DossierRow) -> Slip:
    """Of the latest request that was sent: every paper on it was found lawful, or it would not have been."""
    sent = dossiers.last_supplement_sent(conn, row.code)
    if sent is None:
        raise SlipNotDue(status=row.status)
    asked_at, client, decision_id, items = sent
    stored = decisions.get(conn, decision_id)
    assert stored is not None
    known = desk.snapshots.current(conn)
    asked = tuple(
        AskedFor(known.document_type(i["document_type"]).name, i["form"], i["reason"], finding)
        for i, finding in zip(json.loads(items), json.loads(stored.body)["findings"], strict=True)
    )
    return _slip(conn, desk, row, SlipKind.SUPPLEMENT, asked_at, asked=asked, by=officer_of(client))


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
    return Subject(subject.kind, masked(subject.id), subject.full_name)
