"""A dossier at the gate: filed, read, looked at again, moved on, and asked to be supplemented only lawfully."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.clock import rfc3339
from app.db import DatabaseUnavailable
from app.domain.calendar import wait_ends
from app.domain.cases import NO_PAPER_SERVICES
from app.domain.catalogue import Catalogue, Component, Form, Procedure
from app.domain.decisions import Conclusion, Finding, canonical
from app.domain.dossiers import (
    MAY_ASK_SUPPLEMENT,
    NEEDS_REASON,
    Status,
    Supplied,
    components_of,
    dossier_code,
    move,
    to_supply,
)
from app.domain.errors import DomainError, TransitionNotAllowed
from app.domain.persons import Subject
from app.logs import log
from app.repositories import decisions, dossiers, journal
from app.repositories.dossiers import ComponentRow, DossierRow
from app.repositories.idempotency import Kept, Key
from app.services import checks, idempotency
from app.services.checks import Check, Judged, Line, Prepared
from app.services.desk import Caller, Desk

# Statuses in which the sources may still be asked again for a dossier.
_OPEN = MAY_ASK_SUPPLEMENT


class UnknownDossier(DomainError):
    code = "unknown-dossier"


class Stale(DomainError):
    """Somebody has changed the dossier since the version the caller has seen."""

    code = "version-stale"


class ReasonRequired(DomainError):
    code = "reason-required"


@dataclass(frozen=True, slots=True)
class Offered:
    """What the citizen offers for one component."""

    position: int
    supplied: Supplied
    holder: Subject | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    procedure: str
    agency: str
    officer: str
    channel: str
    applicant: Subject
    case: str | None
    offered: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One item of a supplement request."""

    document_type: str
    form: Form
    reason: str
    holder: Subject | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered and kept under an idempotency key."""

    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Opened:
    """A dossier as read for a change, with what the check of it needs."""

    row: DossierRow
    components: tuple[ComponentRow, ...]
    check: Check
    prepared: Prepared


def etag(version: int) -> str:
    return f'"{version}"'


# ---- filing -------------------------------------------------------------------------------------------------------


async def submit(desk: Desk, caller: Caller, submission: Submission, key: Key | None) -> Answer:
    """File a dossier: every paper of it is judged, and only what is really needed is asked for.

    Raises UnknownProcedure, ProcedureNotInForce, CaseRequired, UnknownCase, UnknownPosition, HolderRequired, and what
    an idempotency key raises.
    """
    received_at = desk.clock.now()
    limit = desk.rulebook.on(desk.clock.today()).wait_limit(submission.channel)
    wait_until = wait_ends(received_at, limit, desk.calendar)

    def read(conn: Connection) -> tuple[Check, Prepared]:
        idempotency.claim(conn, desk, key)
        known = desk.snapshots.current(conn)
        check = _check_of(desk, known, submission, wait_over=received_at >= wait_until)
        return check, checks.prepare(conn, desk, check)

    async with idempotency.released_on_failure(desk, key):
        check, prepared = await (desk.db.read(read) if key is None else desk.db.write(read))
        judged = await checks.judge(desk, check, prepared)

        def write(conn: Connection) -> Answer:
            return _file(conn, desk, caller, submission, judged, prepared, received_at, wait_until, key)

        return await checks.keep(desk, caller, judged, write)


def _file(
    conn: Connection,
    desk: Desk,
    caller: Caller,
    submission: Submission,
    judged: Judged,
    prepared: Prepared,
    received_at: datetime,
    wait_until: datetime,
    key: Key | None,
) -> Answer:
    check = judged.check
    day = check.on
    code = dossier_code(check.agency, day, dossiers.next_counter(conn, check.agency, day))
    procedure = prepared.catalogue.procedure(check.procedure, day)
    rows = _component_rows(desk, prepared.catalogue, procedure, submission, day)
    row = DossierRow(
        code=code,
        version=1,
        status=Status.NEW,
        procedure=check.procedure,
        case=check.case,
        agency=check.agency,
        officer=check.officer,
        channel=check.channel,
        client=caller.client_id,
        applicant=desk.sealer.seal(check.subject),
        applicant_mark=desk.sealer.mark(check.subject.kind, check.subject.id),
        received_at=received_at,
        law_as_of=day,
        wait_until=wait_until,
        recheck_at=_next_look(desk, judged, received_at, wait_until, 0),
        rechecks=0,
        decision_id=judged.decision.decision_id,
        conclusion=_conclusion(procedure, check.case, rows, judged.decision.findings),
    )
    dossiers.add(conn, row, rows)
    checks.record(conn, caller, checks.with_code(judged, code))
    body = canonical(_body(row, rows, procedure, [judged.decision.decision_id], judged.body))
    answer = Answer(201, body, {"etag": etag(1), "location": f"/v1/dossiers/{code}"})
    idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
    return answer


def _check_of(desk: Desk, known: Catalogue, submission: Submission, *, wait_over: bool) -> Check:
    on = desk.clock.today()
    procedure = known.procedure(submission.procedure, on)
    offered = {o.position: o for o in submission.offered}
    components = components_of(procedure, submission.case, list(offered))
    holders = {position: o.holder for position, o in offered.items()}
    return Check(
        purpose="dossier",
        procedure=submission.procedure,
        agency=submission.agency,
        officer=submission.officer,
        channel=submission.channel,
        subject=submission.applicant,
        on=on,
        lines=_lines(components, holders),
        case=submission.case,
        wait_over=wait_over,
    )


def _lines(components: Sequence[Component], holders: Mapping[int, Subject | None]) -> tuple[Line, ...]:
    """One line per component and type asked for; the reference says which."""
    return tuple(
        Line(_ref(c.position, code), code, c.form, holders.get(c.position))
        for c in components
        for code in c.document_types
    )


def _ref(position: int, document_type: str) -> str:
    return f"{position}.{document_type}"


def _component_rows(
    desk: Desk, known: Catalogue, procedure: Procedure, submission: Submission, on: Any
) -> tuple[ComponentRow, ...]:
    """What was offered; paper is handed back where the service takes none."""
    confirmed_only = desk.settings.lists == "confirmed"
    lists = known.memberships(procedure.code, on, confirmed_only=confirmed_only)
    takes_no_paper = NO_PAPER_SERVICES in lists and desk.rulebook.on(on).in_force("no-paper-service")
    offered = {o.position: o for o in submission.offered}
    rows = []
    for component in procedure.in_case(submission.case):
        o = offered.get(component.position) or Offered(component.position, Supplied.NONE)
        handed_back = takes_no_paper and o.supplied is Supplied.PAPER
        holder = desk.sealer.seal(o.holder) if o.holder else None
        rows.append(ComponentRow(component.position, o.supplied.value, handed_back, holder))
    return tuple(rows)


# ---- reading ------------------------------------------------------------------------------------------------------


async def read(desk: Desk, code: str) -> Answer:
    """The dossier as it stands. Raises UnknownDossier."""

    def select(conn: Connection) -> Answer:
        row = _row(conn, code)
        return _answer(conn, desk, row, tuple(dossiers.components(conn, code)), 200)

    return await desk.db.read(select)


def _row(conn: Connection, code: str) -> DossierRow:
    row = dossiers.get(conn, code)
    if row is None:
        raise UnknownDossier
    return row


def _answer(conn: Connection, desk: Desk, row: DossierRow, rows: Sequence[ComponentRow], status: int) -> Answer:
    procedure = desk.snapshots.current(conn).procedure(row.procedure, row.law_as_of)
    latest = decisions.get(conn, row.decision_id)
    assert latest is not None
    body = canonical(_body(row, rows, procedure, decisions.of_dossier(conn, row.code), latest.body))
    return Answer(status, body, {"etag": etag(row.version)})


def _body(
    row: DossierRow, rows: Sequence[ComponentRow], procedure: Procedure, decision_ids: list[str], decision: bytes
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
    }


def _conclusion(
    procedure: Procedure, case: str | None, rows: Sequence[ComponentRow], findings: Sequence[Finding]
) -> bytes:
    """What is really still needed, and what was handed back."""
    by_ref = {f.ref: f for f in findings}
    supplied = {r.position: Supplied(r.supplied) for r in rows}
    needed = []
    for c in procedure.in_case(case):
        own = [f for code in c.document_types if (f := by_ref.get(_ref(c.position, code)))]
        if (need := to_supply(c, supplied.get(c.position, Supplied.NONE), own)) is not None:
            needed.append(need.body())
    return canonical({"to_supply": needed, "handed_back": [r.position for r in rows if r.handed_back]})


# ---- looking again ------------------------------------------------------------------------------------------------


async def recheck(desk: Desk, caller: Caller, code: str, versions: frozenset[int] | None, key: Key | None) -> Answer:
    """Ask the sources again and conclude anew; the dossier's version counts up.

    `versions` are those the caller has seen (None: whichever it is). Raises UnknownDossier, Stale,
    TransitionNotAllowed where the dossier is closed.
    """

    def open_(conn: Connection) -> _Opened:
        idempotency.claim(conn, desk, key)
        row = _seen(conn, code, versions)
        if Status(row.status) not in _OPEN:
            raise TransitionNotAllowed(status=row.status, allowed=sorted(int(s) for s in _OPEN))
        return _open(conn, desk, row, None)

    def write(conn: Connection, opened: _Opened, judged: Judged) -> Answer:
        row = opened.row
        now = desk.clock.now()
        procedure = opened.prepared.catalogue.procedure(row.procedure, row.law_as_of)
        _change(
            conn,
            row,
            {
                "decision_id": judged.decision.decision_id,
                "rechecks": row.rechecks + 1,
                "recheck_at": _next_look(desk, judged, now, row.wait_until, row.rechecks + 1),
                "conclusion": _conclusion(procedure, row.case, opened.components, judged.decision.findings),
            },
        )
        checks.record(conn, caller, judged)
        return _settled(conn, desk, code, 200, key)

    return await _on_opened(desk, caller, key, open_, write)


def _open(conn: Connection, desk: Desk, row: DossierRow, asked: Sequence[Asked] | None) -> _Opened:
    """The dossier with a check of all its papers, or of the papers asked for now."""
    rows = tuple(dossiers.components(conn, row.code))
    known = desk.snapshots.current(conn)
    holders = {r.position: desk.sealer.unseal(r.holder) for r in rows if r.holder}
    procedure = known.procedure(row.procedure, row.law_as_of)
    components = components_of(procedure, row.case, [])
    if asked is None:
        lines, purpose = _lines(components, holders), "dossier"
    else:
        purpose = "supplement_request"
        lines = tuple(
            Line(f"{n}.{a.document_type}", a.document_type, a.form, a.holder or _holder(components, holders, a))
            for n, a in enumerate(asked, 1)
        )
    check = Check(
        purpose=purpose,
        procedure=row.procedure,
        agency=row.agency,
        officer=row.officer,
        channel=row.channel,
        subject=desk.sealer.unseal(row.applicant),
        # A new demand is judged by the law of its own day; the papers filed, by that of the day of receipt.
        on=row.law_as_of if asked is None else desk.clock.today(),
        lines=lines,
        case=row.case,
        wait_over=desk.clock.now() >= row.wait_until,
        dossier_code=row.code,
    )
    return _Opened(row, rows, check, checks.prepare(conn, desk, check))


def _holder(components: Sequence[Component], holders: Mapping[int, Subject], asked: Asked) -> Subject | None:
    """Whose paper it is, when the dossier said so for the component that asks for it."""
    return next(
        (holders[c.position] for c in components if asked.document_type in c.document_types and c.position in holders),
        None,
    )


def _next_look(desk: Desk, judged: Judged, now: datetime, wait_until: datetime, done: int) -> datetime | None:
    """When to ask again: later each time, but at the end of the wait at the latest. None when nothing waits."""
    if not judged.decision.waiting:
        return None
    pause = timedelta(seconds=min(desk.settings.recheck_after * 2**done, 900))
    return min(now + pause, max(wait_until, now))


# ---- moving on ----------------------------------------------------------------------------------------------------


async def transition(
    desk: Desk,
    caller: Caller,
    code: str,
    versions: frozenset[int] | None,
    to: Status,
    reason: str | None,
    key: Key | None,
) -> Answer:
    """Move a dossier to another national status. Raises UnknownDossier, Stale, TransitionNotAllowed, ReasonRequired."""

    def write(conn: Connection) -> Answer:
        idempotency.claim(conn, desk, key)
        row = _seen(conn, code, versions)
        status = move(Status(row.status), to)
        if status in NEEDS_REASON and not reason:
            raise ReasonRequired(to=int(to))
        _change(conn, row, {"status": int(status), **({"recheck_at": None} if status not in _OPEN else {})})
        _note_move(conn, desk, caller, row, status, reason)
        return _settled(conn, desk, code, 200, key)

    return await desk.db.write(write)


def _note_move(conn: Connection, desk: Desk, caller: Caller, row: DossierRow, to: Status, reason: str | None) -> None:
    now = desk.clock.now()
    dossiers.add_move(
        conn,
        {
            "dossier_code": row.code,
            "version": row.version + 1,
            "from_status": row.status,
            "to_status": int(to),
            "reason": reason,
            "client": caller.client_id,
            "moved_at": now,
        },
    )
    facts = {"dossier": row.code, "from": row.status, "to": int(to), "client": caller.client_id}
    journal.append(conn, now, "gate.dossier.moved", facts)


# ---- asking for more ----------------------------------------------------------------------------------------------


async def request_supplement(
    desk: Desk, caller: Caller, code: str, versions: frozenset[int] | None, asked: Sequence[Asked], key: Key | None
) -> Answer:
    """Ask the citizen for more papers: sent when every one of them is lawful, refused whole otherwise.

    A refusal changes nothing in the dossier; the attempt is kept. Raises UnknownDossier, Stale, TransitionNotAllowed.
    """

    def open_(conn: Connection) -> _Opened:
        idempotency.claim(conn, desk, key)
        row = _seen(conn, code, versions)
        if Status(row.status) not in MAY_ASK_SUPPLEMENT:
            raise TransitionNotAllowed(status=row.status, allowed=sorted(int(s) for s in MAY_ASK_SUPPLEMENT))
        return _open(conn, desk, row, asked)

    def write(conn: Connection, opened: _Opened, judged: Judged) -> Answer:
        row = opened.row
        lawful = judged.decision.outcome is Conclusion.LAWFUL
        warned = dossiers.supplement_requests_sent(conn, code) > 0
        checks.record(conn, caller, judged)
        request_id = str(uuid7())
        dossiers.add_supplement_request(
            conn,
            {
                "id": request_id,
                "dossier_code": code,
                "decision_id": judged.decision.decision_id,
                "outcome": "sent" if lawful else "refused",
                "items": canonical(
                    [{"document_type": a.document_type, "form": a.form.value, "reason": a.reason} for a in asked]
                ),
                "client": caller.client_id,
                "asked_at": judged.decided_at,
            },
        )
        if not lawful:
            if not _unchanged(conn, row):
                raise Stale(code=code)
            answer = Answer(409, judged.body, {})
        else:
            _change(conn, row, {"status": int(Status.SUPPLEMENT_REQUESTED)})
            if Status(row.status) is not Status.SUPPLEMENT_REQUESTED:
                _note_move(conn, desk, caller, row, Status.SUPPLEMENT_REQUESTED, None)
            answer = _sent(desk, row, request_id, judged, warned=warned)
        idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
        return answer

    return await _on_opened(desk, caller, key, open_, write)


def _sent(desk: Desk, row: DossierRow, request_id: str, judged: Judged, *, warned: bool) -> Answer:
    body: dict[str, Any] = {
        "id": request_id,
        "code": row.code,
        "status": int(Status.SUPPLEMENT_REQUESTED),
        "version": row.version + 1,
        "decision": judged.decision.body(),
        "warnings": [],
    }
    if warned:
        body["warnings"] = [
            {
                "code": "second-supplement-request",
                "vi": "Hồ sơ đã có yêu cầu bổ sung trước đó: thông báo phải đầy đủ trong một lần; chỉ số phục vụ có "
                "thể tính hồ sơ là trễ hạn.",
                "en": "This dossier was asked for supplements before: the notice must be complete in one go, and the "
                "service index may count the dossier as late.",
                "citations": [c.body() for c in desk.rulebook.on(desk.clock.today()).cite_rule("one-complete-notice")],
            }
        ]
    return Answer(201, canonical(body), {"etag": etag(row.version + 1)})


# ---- shared -------------------------------------------------------------------------------------------------------


async def _on_opened(
    desk: Desk,
    caller: Caller,
    key: Key | None,
    open_: Callable[[Connection], _Opened],
    write: Callable[[Connection, _Opened, Judged], Answer],
) -> Answer:
    """Read, ask, judge, write."""
    async with idempotency.released_on_failure(desk, key):
        opened = await (desk.db.read(open_) if key is None else desk.db.write(open_))
        judged = await checks.judge(desk, opened.check, opened.prepared)
        return await checks.keep(desk, caller, judged, lambda conn: write(conn, opened, judged))


def _seen(conn: Connection, code: str, versions: frozenset[int] | None) -> DossierRow:
    row = _row(conn, code)
    if versions is not None and row.version not in versions:
        raise Stale(code=code)
    return row


def _change(conn: Connection, row: DossierRow, values: Mapping[str, Any]) -> None:
    if not dossiers.change(conn, row.code, row.version, values):
        raise Stale(code=row.code)


def _unchanged(conn: Connection, row: DossierRow) -> bool:
    return _row(conn, row.code).version == row.version


def _settled(conn: Connection, desk: Desk, code: str, status: int, key: Key | None) -> Answer:
    """The dossier after the change, as answered and kept."""
    answer = _answer(conn, desk, _row(conn, code), tuple(dossiers.components(conn, code)), status)
    idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
    return answer


async def recheck_due(desk: Desk, limit: int = 5) -> int:
    """Ask again for the dossiers that wait for a silent source; how many there were. For the worker."""
    now = desk.clock.now()
    lease = now + timedelta(seconds=60)
    codes = await desk.db.write(dossiers.claim_due, now, lease, limit)
    caller = Caller("worker", frozenset())
    for code in codes:
        try:
            await recheck(desk, caller, code, None, None)
        except (Stale, TransitionNotAllowed):
            continue  # somebody acted on it meanwhile; if it still waits, it will be due again
        except DatabaseUnavailable:
            raise
        except Exception as e:  # noqa: BLE001 - one that cannot be looked at must not keep the others waiting
            log.error("recheck failed", code=code, kind=type(e).__name__)
    return len(codes)
