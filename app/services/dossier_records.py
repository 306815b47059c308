"""A dossier as its record: opened for a change, tied to the version it was seen in, and shown without its applicant."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from app.clock import rfc3339, rfc3339_or_none
from app.domain import deadlines
from app.domain.calendar import VIETNAM
from app.domain.cases import NO_PAPER_SERVICES
from app.domain.catalogue import Catalogue, Component, Procedure
from app.domain.decisions import canonical
from app.domain.dossiers import Actor, Holders, Status, Supplied, components_of, to_supply
from app.domain.errors import DomainError
from app.domain.facts import Filed
from app.domain.persons import Subject, SubjectKind
from app.domain.values import replace
from app.repositories import decisions, dossiers, journal
from app.repositories.dossiers import ComponentRow, DossierRow, MoveRow
from app.repositories.idempotency import Kept, Key
from app.services import announcements, checks, idempotency, organizations, result_records
from app.services.checks import Check, Judged, Line, Prepared
from app.services.desk import Caller, Desk

# What is asked, given the dossier's components and whose papers they are.
Asking = Callable[[Sequence[Component], Holders], tuple[Line, ...]]


_MAY_HAVE_RESULTS = (Status.DONE, Status.RETURNED)
# What a declared form is sealed for.
FORM = "dossier-form"


class UnknownDossier(DomainError):
    code = "unknown-dossier"


class Stale(DomainError):
    """Somebody has changed the dossier since the version the caller has seen."""

    code = "version-stale"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, and kept under an idempotency key: bytes that are JSON, and the headers that go with them."""

    status: int
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """A dossier as read for a change, with what the check of it needs."""

    row: DossierRow
    components: tuple[ComponentRow, ...]
    check: Check
    prepared: Prepared


def etag(version: int) -> str:
    return f'"{version}"'


def row_of(conn: Connection, code: str) -> DossierRow:
    row = dossiers.get(conn, code)
    if row is None:
        raise UnknownDossier
    return row


def seen(conn: Connection, code: str, versions: frozenset[int] | None) -> DossierRow:
    row = row_of(conn, code)
    if versions is not None and row.version not in versions:
        raise Stale(code=code)
    return row


def open_dossier(conn: Connection, desk: Desk, row: DossierRow, asked: "Asking | None" = None) -> Opened:
    """The dossier with a check of all its papers, or of the papers `asked` for now."""
    rows = tuple(dossiers.components(conn, row.code))
    known = desk.snapshots.current(conn)
    filed = _filed(conn, row)
    procedure = desk.snapshots.filed_under(conn, known, row.procedure, filed)
    components = components_of(procedure, row.case, [])
    subject = desk.sealer.unseal(row.applicant)
    holders = Holders(known, subject, {r.position: desk.sealer.unseal(r.holder) for r in rows if r.holder})
    check = Check(
        purpose="dossier" if asked is None else "supplement_request",
        procedure=row.procedure,
        agency=row.agency,
        officer=row.officer,
        channel=row.channel,
        subject=subject,
        # A new demand is judged by the law of its own day; the papers filed, by that of the day of receipt.
        on=row.law_as_of if asked is None else desk.clock.today(),
        lines=(asked or lines_of)(components, holders),
        case=row.case,
        wait_over=desk.clock.now() >= row.wait_until,
        dossier_code=row.code,
        filed=filed,
        representative=_unconfirmed(conn, desk, row.code, subject) if asked is None else None,
    )
    return Opened(row, rows, check, checks.prepare(conn, desk, check, filed_under=procedure))


def _unconfirmed(conn: Connection, desk: Desk, code: str, subject: Subject) -> Subject | None:
    """Who acts for an organisation and is still to be confirmed."""
    return organizations.unconfirmed(conn, desk, code) if subject.kind is SubjectKind.ORGANIZATION else None


def _filed(conn: Connection, row: DossierRow) -> Filed:
    """The first decision was made with the catalogue of the day of receipt."""
    return Filed(decisions.first_revision(conn, row.code), row.law_as_of)


def lines_of(components: Sequence[Component], holders: Holders) -> tuple[Line, ...]:
    """One line per component and type that is judged; the reference says which."""
    return tuple(
        Line(ref_of(c.position, code), code, c.form, holder)
        for c in components
        for code, holder in holders.papers(c).items()
    )


def takes_paper(desk: Desk, known: Catalogue, procedure: str, on: date) -> bool:
    """Not so the services that are wholly electronic."""
    lists = known.memberships(procedure, on, confirmed_only=desk.settings.lists == "confirmed")
    return not (NO_PAPER_SERVICES in lists and desk.rulebook.on(on).in_force("no-paper-service"))


def ref_of(position: int, document_type: str) -> str:
    return f"{position}.{document_type}"


async def on_opened(
    desk: Desk,
    caller: Caller,
    key: Key | None,
    open_: Callable[[Connection], Opened],
    write: Callable[[Connection, Opened, Judged], Answer],
) -> Answer:
    """Read, ask, judge, write."""
    async with idempotency.released_on_failure(desk, key):
        opened = await (desk.db.read(open_) if key is None else desk.db.write(open_))
        check = replace(opened.check, officer=caller.officer) if caller.officer else opened.check
        judged = await checks.judge(desk, check, opened.prepared)
        return await checks.keep(desk, caller, judged, lambda conn: write(conn, opened, judged))


def change(conn: Connection, row: DossierRow, values: Mapping[str, Any]) -> None:
    if not dossiers.change(conn, row.code, row.version, values):
        raise Stale(code=row.code)


def note_move(
    conn: Connection,
    desk: Desk,
    caller: Caller,
    row: DossierRow,
    to: Status,
    reason: str | None,
    actor: Actor = Actor.HANDLER,
) -> None:
    """Keep the move in the dossier's history and the journal, and tell others of it; after the dossier's change."""
    now = desk.clock.now()
    moved = {
        "from_status": row.status,
        "to_status": int(to),
        "reason": reason,
        "client": caller.client_id,
        "moved_at": now,
        "actor": actor.value,
    }
    dossiers.add_move(conn, {"dossier_code": row.code, "version": row.version + 1, **moved})
    facts = {"dossier": row.code, "from": row.status, "to": int(to), "client": caller.client_id}
    journal.append(conn, now, "gate.dossier.moved", facts)
    announcements.dossier_moved(conn, desk, row.code, moved)


def settled(conn: Connection, desk: Desk, code: str, status: int, key: Key | None) -> Answer:
    """The dossier after the change, as answered and kept."""
    answer = answer_of(conn, desk, row_of(conn, code), tuple(dossiers.components(conn, code)), status)
    idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
    return answer


def procedure_of(conn: Connection, desk: Desk, row: DossierRow) -> Procedure:
    """The procedure as it was published when the dossier was received."""
    return desk.snapshots.filed_under(conn, desk.snapshots.current(conn), row.procedure, _filed(conn, row))


def answer_of(conn: Connection, desk: Desk, row: DossierRow, rows: Sequence[ComponentRow], status: int) -> Answer:
    procedure = procedure_of(conn, desk, row)
    latest = decisions.get(conn, row.decision_id)
    assert latest is not None
    made = decisions.of_dossier(conn, row.code)
    moves = dossiers.moves(conn, row.code) if row.version > 1 else ()
    issued = result_records.of_dossier(conn, desk, row.code) if row.status in _MAY_HAVE_RESULTS else ()
    acting = organizations.of_dossier(conn, row.code)
    body = canonical(body_of(desk, row, rows, procedure, made, latest.body, moves, issued, acting))
    return Answer(status, body, {"etag": etag(row.version)})


def body_of(
    desk: Desk,
    row: DossierRow,
    rows: Sequence[ComponentRow],
    procedure: Procedure,
    decision_ids: list[str],
    decision: bytes,
    moves: Sequence[MoveRow] = (),
    issued: Sequence[Mapping[str, Any]] = (),
    representation: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The dossier as callers see it; nothing of the applicant stands in it."""
    findings = {f["ref"]: f for f in json.loads(decision)["findings"]}
    components = {c.position: c for c in procedure.components}
    waiting = row.recheck_at is not None
    return {
        "code": row.code,
        "status": row.status,
        "version": row.version,
        "procedure": row.procedure,
        "case": row.case,
        "agency": row.agency,
        "channel": row.channel,
        "received_at": rfc3339(row.received_at),
        "law_as_of": row.law_as_of.isoformat(),
        "wait_until": rfc3339(row.wait_until) if waiting else None,
        "components": [
            {
                "position": r.position,
                "name": components[r.position].name if r.position in components else None,
                "supplied": r.supplied,
                "findings": [f for ref, f in findings.items() if ref.split(".", 1)[0] == str(r.position)],
            }
            for r in rows
        ],
        **json.loads(row.conclusion),
        "decisions": decision_ids,
        "decided_by": row.decided_by,
        "due_on": _day(row.due_at),
        "due_at": rfc3339_or_none(row.due_at),
        "paused": row.paused_at is not None,
        "ask_by": rfc3339_or_none(row.ask_by),
        "ended_at": rfc3339_or_none(row.ended_at),
        "late": deadlines.late(row, desk.clock.now()).body(),
        "history": [_move(m) for m in moves],
        "results": list(issued),
        "representation": representation and {**representation, "waiting": bool(representation["waiting"]) and waiting},
        "form": _form(desk, row),
        "wishes": json.loads(row.wishes) if row.wishes else None,
    }


def _move(m: MoveRow) -> dict[str, Any]:
    at = rfc3339(m.moved_at)
    return {"from": m.from_status, "to": m.to_status, "reason": m.reason, "actor": m.actor, "at": at}


def _day(moment: datetime | None) -> str | None:
    return moment.astimezone(VIETNAM).date().isoformat() if moment else None


def _form(desk: Desk, row: DossierRow) -> dict[str, Any] | None:
    """Which form was handed in and which of its fields were filled; what stands in them stays sealed."""
    if row.form is None:
        return None
    form = json.loads(desk.sealer.unseal_bytes(row.form, FORM))
    values = form.pop("values")
    return {**form, "fields": sorted(values)}


def conclusion_of(desk: Desk, prepared: Prepared, rows: Sequence[ComponentRow], judged: Judged) -> bytes:
    """What is really still needed, and what was handed back."""
    check, procedure = judged.check, prepared.procedure
    on_paper = takes_paper(desk, prepared.catalogue, check.procedure, check.on)
    by_ref = {f.ref: f for f in judged.decision.findings}
    supplied = {r.position: Supplied(r.supplied) for r in rows}
    needed = []
    for c in procedure.in_case(check.case):
        own = [f for code in c.document_types if (f := by_ref.get(ref_of(c.position, code)))]
        if (need := to_supply(c, supplied.get(c.position, Supplied.NONE), own, on_paper=on_paper)) is not None:
            needed.append(need.body())
    return canonical({"to_supply": needed, "handed_back": [r.position for r in rows if r.handed_back]})
