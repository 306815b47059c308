"""A citizen reports that a paper was demanded of them: judged at once, sent to the office, followed to its end.

The office learns what was demanded and where, never by whom it is told.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from app.clock import rfc3339
from app.domain.calendar import VIETNAM
from app.domain.catalogue import Form, TypeSubject
from app.domain.decisions import Outcome, canonical
from app.domain.reports import MOST_A_DAY, ReportNotOpen, ReportStatus, TooManyReports, UnknownReport
from app.domain.values import Frozen
from app.repositories import decisions, journal, reports
from app.repositories.decisions import Stored
from app.repositories.idempotency import Kept, Key
from app.repositories.reports import ReportRow
from app.services import announcements, checks, idempotency
from app.services.checks import Check, Line, Prepared
from app.services.desk import Caller, Desk
from app.services.dossier_records import Answer
from app.services.sessions import Session

PURPOSE = "report"
PAGE = 25
_SAID, _ANSWER = "report-said", "report-answer"
_IDS = UUID("8a4b5f5e-8d0c-4c07-9d57-2f8f2b6d1c55")


class Told(Frozen):
    """What the citizen says was demanded of them. `key` tells one form from another: sent twice, it is one report;
    sent again with other words in it, it is another.
    """

    procedure: str
    document_type: str
    form: Form
    agency: str
    demanded_on: date
    said: str | None
    key: str


class Report(Frozen):
    """A report as its reporter reads it; `finding` is the conclusion about the paper."""

    row: ReportRow
    said: str | None
    answer: str | None
    finding: dict[str, Any]


class _Overtaken(Exception):
    """The report was judged again or closed meanwhile: the look-ups made for nothing stay on record."""


# ---- the citizen ----------------------------------------------------------------------------------------------------


async def file(desk: Desk, session: Session, told: Told) -> str:
    """The id of the report, which is judged and kept before it is given.

    Raises TooManyReports, UnknownProcedure, ProcedureNotInForce, ComponentsUnknown, UnknownDocumentType,
    HolderRequired.
    """
    mark = mark_of(desk, session)
    report_id = _id_of(mark, told)
    asked = told.procedure, told.document_type, told.form, told.agency, told.demanded_on

    def read(conn: Connection) -> tuple[Check, Prepared] | None:
        if reports.get(conn, report_id) is not None:
            return None
        _refuse_too_many(conn, desk, mark)
        return _prepared(conn, desk, session, *asked)

    found = await desk.db.read(read)
    if found is None:
        return report_id
    check, prepared = found
    judged = await checks.judge(desk, check, prepared)
    row = ReportRow(
        id=report_id,
        version=1,
        status=ReportStatus.FILED.value,
        reporter_mark=mark,
        procedure=told.procedure,
        document_type=told.document_type,
        form=told.form.value,
        agency=told.agency,
        demanded_on=told.demanded_on,
        said=desk.sealer.seal_bytes(told.said.encode(), _SAID) if told.said else None,
        decision_id=judged.decision.decision_id,
        outcome=judged.decision.findings[0].outcome.value,
        filed_at=judged.decided_at,
    )

    def write(conn: Connection) -> None:
        _refuse_too_many(conn, desk, mark)
        checks.record(conn, session.caller, judged)
        # Sent twice at once: who comes second finds the first one's.
        if not reports.add(conn, row):
            return
        facts = {"report": row.id, "decision": row.decision_id, "agency": row.agency, "outcome": row.outcome}
        journal.append(conn, row.filed_at, "gate.report.filed", facts)
        announcements.report_filed(conn, desk, row.id)

    await checks.keep(desk, session.caller, judged, write)
    return report_id


def _prepared(
    conn: Connection,
    desk: Desk,
    session: Session,
    procedure: str,
    document_type: str,
    form: Form,
    agency: str,
    demanded_on: date,
) -> tuple[Check, Prepared]:
    """What is to be judged: of an organisation a person's paper is demanded, it is its representative's."""
    known = desk.snapshots.current(conn).document_types.get(document_type)
    personal = known is not None and known.subject is TypeSubject.PERSON
    check = Check(
        purpose=PURPOSE,
        procedure=procedure,
        agency=agency,
        officer=desk.settings.officer,
        channel="counter",
        subject=session.citizen,
        on=demanded_on,
        lines=(Line("1", document_type, form, session.representative if personal else None),),
    )
    check = checks.starting_anew(desk, check)
    return check, checks.prepare(conn, desk, check)


def _id_of(mark: str, told: Told) -> str:
    said = [told.key, told.procedure, told.document_type, told.form, told.agency, told.demanded_on, told.said]
    return str(uuid5(_IDS, f"{mark}:{said}"))


async def judge_again(desk: Desk, session: Session, report_id: str) -> None:
    """Ask again where a source was silent, and not more often than a dossier would; anything else stays as it was
    judged. Raises UnknownReport.
    """

    def read(conn: Connection) -> tuple[ReportRow, datetime]:
        row = _mine(conn, desk, session, report_id)
        return row, _decision(conn, row).decided_at

    row, judged_at = await desk.db.read(read)
    early = desk.clock.now() - judged_at < timedelta(seconds=desk.settings.recheck_after)
    if row.outcome != Outcome.WAIT_SOURCE or row.status == ReportStatus.CLOSED or early:
        return
    asked = row.procedure, row.document_type, Form(row.form), row.agency, row.demanded_on
    check, prepared = await desk.db.read(_prepared, desk, session, *asked)
    judged = await checks.judge(desk, check, prepared)

    def write(conn: Connection) -> None:
        concluded = judged.decision.findings[0].outcome.value
        change = {"decision_id": judged.decision.decision_id, "outcome": concluded}
        if not reports.change(conn, row.id, row.version, change):
            raise _Overtaken
        checks.record(conn, session.caller, judged)

    with suppress(_Overtaken):
        await checks.keep(desk, session.caller, judged, write)


async def close(desk: Desk, session: Session, report_id: str, *, settled: bool | None) -> None:
    """The reporter has taken note of the answer (`settled`: whether it helped), or takes the report back.

    Raises UnknownReport, ReportNotOpen.
    """

    def write(conn: Connection) -> None:
        row = _mine(conn, desk, session, report_id)
        now = desk.clock.now()
        if row.status == ReportStatus.CLOSED:
            raise ReportNotOpen(status=row.status)
        change = {"status": ReportStatus.CLOSED.value, "closed_at": now, "settled": settled}
        if not reports.change(conn, row.id, row.version, change):
            raise ReportNotOpen(status=row.status)
        journal.append(conn, now, "gate.report.closed", {"report": row.id, "settled": settled})

    await desk.db.write(write)


async def of_reporter(desk: Desk, session: Session, page: int) -> tuple[Sequence[ReportRow], bool]:
    """Their reports, the newest first, and whether there is another page."""
    found = await desk.db.read(reports.of_reporter, mark_of(desk, session), PAGE + 1, (page - 1) * PAGE)
    return found[:PAGE], len(found) > PAGE


async def read(desk: Desk, session: Session, report_id: str) -> Report:
    """A report of one's own. Raises UnknownReport: also for another's."""

    def select(conn: Connection) -> Report:
        row = _mine(conn, desk, session, report_id)
        return Report(row, _text(desk, row.said, _SAID), _text(desk, row.answer, _ANSWER), _finding(conn, row))

    return await desk.db.read(select)


def mark_of(desk: Desk, session: Session) -> str:
    subject = session.citizen
    return desk.sealer.mark(subject.kind, subject.id)


def _mine(conn: Connection, desk: Desk, session: Session, report_id: str) -> ReportRow:
    row = reports.get(conn, report_id)
    if row is None or row.reporter_mark != mark_of(desk, session):
        raise UnknownReport
    return row


def _refuse_too_many(conn: Connection, desk: Desk, mark: str) -> None:
    today = datetime.combine(desk.clock.today(), time(), VIETNAM)
    if reports.since(conn, mark, today) >= MOST_A_DAY:
        raise TooManyReports(most=MOST_A_DAY)


def _finding(conn: Connection, row: ReportRow) -> dict[str, Any]:
    finding: dict[str, Any] = json.loads(_decision(conn, row).body)["findings"][0]
    return finding


def _decision(conn: Connection, row: ReportRow) -> Stored:
    kept = decisions.get(conn, row.decision_id)
    assert kept is not None
    return kept


# ---- the office -----------------------------------------------------------------------------------------------------


class Listed(Frozen):
    """One page of reports as the API shows them, and where the next begins."""

    items: list[dict[str, Any]]
    next_cursor: str | None


async def of_agency(
    desk: Desk, agency: str | None, status: ReportStatus | None, after: str | None, limit: int
) -> Listed:
    """Reports to be answered, the oldest first; `after` is the id the page before ended with."""

    def select(conn: Connection) -> Listed:
        behind = None
        if after is not None:
            last = reports.get(conn, after)
            if last is None:
                return Listed([], None)
            behind = last.filed_at, last.id
        found = reports.of_agency(conn, agency, status.value if status else None, behind, limit + 1)
        more = len(found) > limit
        items = [shown(desk, row) for row in found[:limit]]
        return Listed(items, found[limit - 1].id if more else None)

    return await desk.db.read(select)


async def of_id(desk: Desk, report_id: str) -> dict[str, Any]:
    """Raises UnknownReport."""
    return shown(desk, await desk.db.read(_row, report_id))


async def answer(desk: Desk, caller: Caller, report_id: str, text: str, key: Key | None) -> Answer:
    """What the office has done about it. Raises UnknownReport, ReportNotOpen, and what an idempotency key raises."""

    def write(conn: Connection) -> Answer:
        idempotency.claim_sealed(conn, desk, key, PURPOSE)
        row = _row(conn, report_id)
        now = desk.clock.now()
        change = {
            "status": ReportStatus.ANSWERED.value,
            "answer": desk.sealer.seal_bytes(text.encode(), _ANSWER),
            "answered_by": caller.client_id,
            "answered_at": now,
        }
        if row.status != ReportStatus.FILED or not reports.change(conn, row.id, row.version, change):
            raise ReportNotOpen(status=row.status)
        journal.append(conn, now, "gate.report.answered", {"report": row.id, "client": caller.client_id})
        announcements.report_answered(conn, desk, row.id)
        body = canonical(shown(desk, _row(conn, report_id)))
        idempotency.settle_sealed(conn, desk, key, Kept(200, {}, body), PURPOSE)
        return Answer(200, body, {})

    return await desk.db.write(write)


def shown(desk: Desk, row: ReportRow) -> dict[str, Any]:
    """A report as offices see it: nothing of the reporter is in it but what they wrote."""
    return {
        "id": row.id,
        "status": row.status,
        "procedure": row.procedure,
        "document_type": row.document_type,
        "form": row.form,
        "agency": row.agency,
        "demanded_on": row.demanded_on.isoformat(),
        "said": _text(desk, row.said, _SAID),
        "decision_id": row.decision_id,
        "outcome": row.outcome,
        "filed_at": rfc3339(row.filed_at),
        "answer": _text(desk, row.answer, _ANSWER),
        "answered_at": rfc3339(row.answered_at) if row.answered_at else None,
        "closed_at": rfc3339(row.closed_at) if row.closed_at else None,
        "settled": row.settled,
    }


def _row(conn: Connection, report_id: str) -> ReportRow:
    row = reports.get(conn, report_id)
    if row is None:
        raise UnknownReport
    return row


def _text(desk: Desk, sealed: bytes | None, purpose: str) -> str | None:
    return desk.sealer.unseal_bytes(sealed, purpose).decode() if sealed else None


def fresh_key() -> str:
    """For a form that is about to be shown."""
    return str(uuid4())
