"""A dossier at the gate: filed, read, looked at again, moved on, and asked to be supplemented only lawfully."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from app.domain.calendar import VIETNAM, wait_ends
from app.domain.catalogue import Catalogue, Procedure
from app.domain.decisions import canonical
from app.domain.dossiers import (
    ENDED,
    Actor,
    Holders,
    Status,
    Supplied,
    components_of,
    dossier_code,
    move,
    needs_reason,
    province_of,
)
from app.domain.errors import DomainError, TransitionNotAllowed
from app.domain.organizations import NotRepresentative, Standing, fit
from app.domain.persons import Subject
from app.domain.results import Result
from app.logs import log
from app.repositories import dossiers
from app.repositories.dossiers import ComponentRow, DossierRow
from app.repositories.idempotency import Kept, Key
from app.services import announcements, checks, deadlines, idempotency, organizations, prefills, results
from app.services.checks import Check, Judged, Prepared
from app.services.desk import Caller, Desk
from app.services.dossier_records import (
    FORM,
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
    takes_paper,
)

# Statuses in which the sources may still be asked again for a dossier: also while a fee is due, or what waited then
# would wait for ever.
_OPEN = frozenset(Status) - ENDED
# Waiting dossiers looked at again side by side.
AT_ONCE = 16


class ReasonRequired(DomainError):
    code = "reason-required"


class NotInProvince(DomainError):
    """The agency named to decide belongs to another province."""

    code = "not-in-province"


class ResultNotDue(DomainError):
    """A result is issued by completing a dossier, and by no other move."""

    code = "result-not-due"


@dataclass(frozen=True, slots=True)
class Offered:
    """What the citizen offers for one component."""

    position: int
    supplied: Supplied
    holder: Subject | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What the applicant declares: the form's revision, the prefill it began from, and the value of each field.

    `prefilled`, once it was checked: the fields that stand as the State had filled them.
    """

    values: Mapping[str, Any] = field(repr=False)
    revision: str | None = None
    prefill_id: str | None = None
    prefilled: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        told = {"revision": self.revision, "prefill_id": self.prefill_id, "prefilled": list(self.prefilled)}
        return {**told, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Submission:
    """`decided_by`: the agency that decides, where it is not the one that receives. `wishes`: as in the body sent.
    `representative`: who acts for the organisation that applies.
    """

    procedure: str
    agency: str
    officer: str
    channel: str
    applicant: Subject
    case: str | None
    offered: tuple[Offered, ...]
    decided_by: str | None = None
    form: Form | None = None
    wishes: Mapping[str, Any] | None = None
    representative: Subject | None = None


# ---- filing -------------------------------------------------------------------------------------------------------


async def submit(desk: Desk, caller: Caller, submission: Submission, key: Key | None, *, sure: bool = True) -> Answer:
    """File a dossier: every paper of it is judged, and only what is really needed is asked for.

    Who is not `sure` that the people in it are who their numbers say has nothing filed where a source doubts it: its
    look-ups are on record all the same. Raises IdentityDoubted for that, UnknownProcedure, ProcedureNotInForce,
    CaseRequired, UnknownCase, UnknownPosition, HolderRequired, NotInProvince, RepresentativeUnfit, NotRepresentative,
    and what an idempotency key raises.
    """
    if submission.representative is not None:
        fit(submission.applicant, submission.representative)
    if submission.decided_by and province_of(submission.decided_by) != province_of(desk.settings.portal_agency):
        raise NotInProvince
    received_at = desk.clock.now()
    # The day is that of the moment, also when the next one begins while the dossier is being filed.
    day = received_at.astimezone(VIETNAM).date()
    limit = desk.rulebook.on(day).wait_limit(submission.channel)
    wait_until = wait_ends(received_at, limit, desk.calendar)

    def read(conn: Connection) -> tuple[Check, Prepared, Submission]:
        idempotency.claim(conn, desk, key)
        known = desk.snapshots.current(conn)
        check = _check_of(known, submission, day, wait_over=received_at >= wait_until)
        formed = replace(submission, form=_form_checked(conn, desk, caller, submission))
        return check, checks.prepare(conn, desk, check), formed

    async with idempotency.released_on_failure(desk, key):
        check, prepared, formed = await (desk.db.read(read) if key is None else desk.db.write(read))
        judged = await checks.judge(desk, check, prepared)

        def write(conn: Connection) -> Answer:
            if not sure:
                checks.refuse_doubted(judged)
            return _file(conn, desk, caller, formed, judged, prepared, received_at, wait_until, key)

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
    check, found = judged.check, judged.representation
    if found is not None and found.standing is Standing.NOT_REPRESENTATIVE:
        raise NotRepresentative
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
        conclusion=conclusion_of(desk, prepared, rows, judged),
        decided_by=submission.decided_by or check.agency,
        # Until it is received in full, the dossier is due as if it had been received when it was filed.
        due_at=deadlines.due(desk, procedure, check.channel, day, received_at),
        ask_by=deadlines.ask_by(desk, check.channel, day, received_at),
        form=desk.sealer.seal_bytes(canonical(submission.form.body()), FORM) if submission.form else None,
        wishes=canonical(dict(submission.wishes)) if submission.wishes else None,
    )
    dossiers.add(conn, row, rows)
    if check.representative is not None and found is not None:
        organizations.note(conn, desk, code, check.representative, found)
    checks.record(conn, caller, checks.with_code(judged, code))
    announcements.dossier_filed(conn, desk, code)
    acting = found.body() if found else None
    made = [judged.decision.decision_id]
    body = canonical(body_of(desk, row, rows, procedure, made, judged.body, representation=acting))
    answer = Answer(201, body, {"etag": etag(1), "location": f"/v1/dossiers/{code}"})
    idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
    return answer


def _form_checked(conn: Connection, desk: Desk, caller: Caller, submission: Submission) -> Form | None:
    """The form laid over its prefill. Raises what `prefills.check` raises."""
    sent = submission.form
    if sent is None:
        return None
    whose = submission.procedure, submission.applicant
    kept = prefills.check(conn, desk, caller, *whose, sent.values, sent.revision, sent.prefill_id)
    return Form(kept.values, kept.revision, kept.prefill_id, kept.prefilled)


def _check_of(known: Catalogue, submission: Submission, on: date, *, wait_over: bool) -> Check:
    procedure = known.judged_by(submission.procedure, on)
    components = components_of(procedure, submission.case, [o.position for o in submission.offered])
    holders = Holders(known, submission.applicant, {o.position: o.holder for o in submission.offered if o.holder})
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
        representative=submission.representative,
    )


def _component_rows(
    desk: Desk, known: Catalogue, procedure: Procedure, submission: Submission, on: date
) -> tuple[ComponentRow, ...]:
    """What was offered; paper is handed back where the service takes none."""
    on_paper = takes_paper(desk, known, procedure.code, on)
    offered = {o.position: o for o in submission.offered}
    rows = []
    for component in procedure.in_case(submission.case):
        o = offered.get(component.position) or Offered(component.position, Supplied.NONE)
        handed_back = not on_paper and o.supplied is Supplied.PAPER
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
        again_at = _next_look(desk, judged, now, row.wait_until, row.rechecks + 1)
        change(
            conn,
            row,
            {
                "decision_id": judged.decision.decision_id,
                "rechecks": row.rechecks + 1,
                "recheck_at": again_at,
                "conclusion": conclusion_of(desk, opened.prepared, opened.components, judged),
            },
        )
        if opened.check.representative is not None and judged.representation is not None:
            organizations.note(conn, desk, code, opened.check.representative, judged.representation)
        checks.record(conn, caller, judged)
        waited = row.recheck_at is not None
        announcements.dossier_rechecked(conn, desk, code, settled=waited and again_at is None)
        return settled(conn, desk, code, 200, key)

    return await on_opened(desk, caller, key, open_, write)


def _next_look(desk: Desk, judged: Judged, now: datetime, wait_until: datetime, done: int) -> datetime | None:
    """When to ask again: later each time, but at the end of the wait at the latest. None when nothing waits."""
    unconfirmed = judged.representation is not None and judged.representation.waits and now < wait_until
    if not judged.decision.waiting and not unconfirmed:
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
    *,
    actor: Actor = Actor.HANDLER,
    result: Result | None = None,
) -> Answer:
    """Move a dossier to another national status; `result` is what is issued with 9.

    Raises UnknownDossier, Stale, TransitionNotAllowed, ReasonRequired, ResultNotDue, and what issuing a result raises.
    """

    def write(conn: Connection) -> Answer:
        idempotency.claim(conn, desk, key)
        row = seen(conn, code, versions)
        status = move(Status(row.status), to, actor)
        if needs_reason(status, actor) and not reason:
            raise ReasonRequired(to=int(to))
        if result is not None and status is not Status.DONE:
            raise ResultNotDue(to=int(to))
        change(conn, row, {"status": int(status), **deadlines.moved(conn, desk, row, status), **_no_more_looks(status)})
        note_move(conn, desk, caller, row, status, reason, actor)
        if result is not None:
            issued = results.issue(conn, desk, caller, row, result)
            announcements.result_issued(conn, desk, issued.result_id)
        return settled(conn, desk, code, 200, key)

    return await desk.db.write(write)


def _no_more_looks(to: Status) -> dict[str, Any]:
    return {} if to in _OPEN else {"recheck_at": None}


async def recheck_due(desk: Desk, limit: int = AT_ONCE) -> int:
    """Ask again for dossiers that wait for a silent source, side by side: one that is silent still costs each of them
    the whole time a look-up may take. How many there were, `limit` at the most. For the worker.
    """
    now = desk.clock.now()
    lease = now + timedelta(seconds=60)
    codes = await desk.db.write(dossiers.claim_due, now, lease, limit)
    async with asyncio.TaskGroup() as looking:
        for code in codes:
            looking.create_task(_recheck_due(desk, code))
    return len(codes)


async def _recheck_due(desk: Desk, code: str) -> None:
    try:
        await recheck(desk, Caller("worker", frozenset()), code, None, None)
    except (Stale, TransitionNotAllowed):
        pass  # somebody acted on it meanwhile; if it still waits, it will be due again
    except Exception as e:  # noqa: BLE001 - one that cannot be looked at must not keep the others waiting
        log.error("recheck failed", code=code, kind=type(e).__name__)
