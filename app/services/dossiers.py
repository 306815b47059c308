"""A dossier at the gate: filed, read, looked at again, moved on, and asked to be supplemented only lawfully."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from app.db import DatabaseUnavailable
from app.domain.calendar import wait_ends
from app.domain.cases import NO_PAPER_SERVICES
from app.domain.catalogue import Catalogue, Procedure
from app.domain.decisions import canonical
from app.domain.dossiers import (
    MAY_ASK_SUPPLEMENT,
    NEEDS_REASON,
    Status,
    Supplied,
    components_of,
    dossier_code,
    move,
)
from app.domain.errors import DomainError, TransitionNotAllowed
from app.domain.persons import Subject
from app.logs import log
from app.repositories import dossiers
from app.repositories.dossiers import ComponentRow, DossierRow
from app.repositories.idempotency import Kept, Key
from app.services import checks, idempotency
from app.services.checks import Check, Judged, Prepared
from app.services.desk import Caller, Desk
from app.services.dossier_records import (
    Answer,
    Opened,
    Stale,
    answer_of,
    body_of,
    change,
    conclusion_of,
    etag,
    lines_of,
    note_move,
    on_opened,
    open_dossier,
    row_of,
    seen,
    settled,
)

# Statuses in which the sources may still be asked again for a dossier.
_OPEN = MAY_ASK_SUPPLEMENT


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
    procedure = prepared.procedure
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
        conclusion=conclusion_of(procedure, check.case, rows, judged.decision.findings),
    )
    dossiers.add(conn, row, rows)
    checks.record(conn, caller, checks.with_code(judged, code))
    body = canonical(body_of(row, rows, procedure, [judged.decision.decision_id], judged.body))
    answer = Answer(201, body, {"etag": etag(1), "location": f"/v1/dossiers/{code}"})
    idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
    return answer


def _check_of(desk: Desk, known: Catalogue, submission: Submission, *, wait_over: bool) -> Check:
    on = desk.clock.today()
    procedure = known.judged_by(submission.procedure, on)
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
        lines=lines_of(components, holders),
        case=submission.case,
        wait_over=wait_over,
    )


def _component_rows(
    desk: Desk, known: Catalogue, procedure: Procedure, submission: Submission, on: date
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
        row = row_of(conn, code)
        return answer_of(conn, desk, row, tuple(dossiers.components(conn, code)), 200)

    return await desk.db.read(select)


# ---- looking again ------------------------------------------------------------------------------------------------


async def recheck(desk: Desk, caller: Caller, code: str, versions: frozenset[int] | None, key: Key | None) -> Answer:
    """Ask the sources again and conclude anew; the dossier's version counts up.

    `versions` are those the caller has seen (None: whichever it is). Raises UnknownDossier, Stale,
    TransitionNotAllowed where the dossier is closed.
    """

    def open_(conn: Connection) -> Opened:
        idempotency.claim(conn, desk, key)
        row = seen(conn, code, versions)
        if Status(row.status) not in _OPEN:
            raise TransitionNotAllowed(status=row.status, allowed=sorted(int(s) for s in _OPEN))
        return open_dossier(conn, desk, row)

    def write(conn: Connection, opened: Opened, judged: Judged) -> Answer:
        row = opened.row
        now = desk.clock.now()
        findings = judged.decision.findings
        change(
            conn,
            row,
            {
                "decision_id": judged.decision.decision_id,
                "rechecks": row.rechecks + 1,
                "recheck_at": _next_look(desk, judged, now, row.wait_until, row.rechecks + 1),
                "conclusion": conclusion_of(opened.prepared.procedure, row.case, opened.components, findings),
            },
        )
        checks.record(conn, caller, judged)
        return settled(conn, desk, code, 200, key)

    return await on_opened(desk, caller, key, open_, write)


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
        row = seen(conn, code, versions)
        status = move(Status(row.status), to)
        if status in NEEDS_REASON and not reason:
            raise ReasonRequired(to=int(to))
        change(conn, row, {"status": int(status), **({"recheck_at": None} if status not in _OPEN else {})})
        note_move(conn, desk, caller, row, status, reason)
        return settled(conn, desk, code, 200, key)

    return await desk.db.write(write)


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
