"""What the national portal is told of a dossier, made from its rows when it is sent: as of one event of its life."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from app.domain.catalogue import Procedure
from app.domain.dossiers import Status, Supplied
from app.domain.facts import Filed
from app.domain.outbox import Event, EventType, Standing, begun, standing
from app.domain.values import Frozen
from app.registries.portal_dossiers import Report, ReportedPaper, ReportedResult, Step
from app.repositories import decisions, dossiers, outbox, results
from app.repositories.dossiers import ComponentRow, DossierRow
from app.services.desk import Desk

_ENDED = (Status.DONE, Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED)


class Told(Frozen):
    """A dossier as of an event: as it stood after it, as it stood before it, and the event as a step of the work."""

    after: Report
    before: Report
    step: Step


def told_of(conn: Connection, desk: Desk, code: str, event: Event) -> Told:
    """`event` may be one of a result: it is told with the dossier it ended."""
    row = dossiers.get(conn, code)
    assert row is not None
    assert event.number is not None  # it is put into the outbox with its number
    log = outbox.history(conn, code)
    start = begun(log, Status(row.status))
    # Told late, it must not say what came after: the portal takes no step of a dossier that has ended. What came after
    # is told by the numbers, in which order messages go out.
    lived = [e for e in log if e.number is not None and e.number <= event.number]
    now, then = standing(lived, start), standing((e for e in lived if e.seq != event.seq), start)
    procedure = _procedure(conn, desk, row)
    findings = _findings(conn, code, event)
    components = dossiers.components(conn, code)
    issued = _results(conn, desk, code, event)

    def report(at: Standing) -> Report:
        finished = (at.reached[s] for s in _ENDED if s in at.reached)
        return Report(
            code=code,
            procedure=row.procedure,
            procedure_name=procedure.name,
            sector=procedure.sector,
            channel=row.channel,
            applicant=desk.sealer.unseal(row.applicant),
            agency=row.decided_by or row.agency,
            status=at.status,
            received_at=row.received_at,
            due_at=row.due_at,
            finished_at=next(finished, None),
            returned_at=at.reached.get(Status.RETURNED) if at.status is Status.RETURNED else None,
            refused_at=at.reached.get(Status.NOT_RECEIVED),
            papers=_papers(procedure, components, findings),
            results=issued,
            level_2=any(x["source"] == "wallet" and x["status"] == "held" for f in findings for x in f["lookups"]),
            url=f"{desk.settings.base_url}/v1/dossiers/{code}",
        )

    step = Step(code, row.officer, event.at, _status(event, now), event.number, event.type == EventType.SETTLED)
    return Told(report(now), report(then), step)


def _status(event: Event, now: Standing) -> Status:
    return Status.SUPPLEMENT_REQUESTED if event.type == EventType.SUPPLEMENT_REQUESTED else now.status


def _procedure(conn: Connection, desk: Desk, row: DossierRow) -> Procedure:
    filed = Filed(decisions.first_revision(conn, row.code), row.law_as_of)
    return desk.snapshots.filed_under(conn, desk.snapshots.current(conn), row.procedure, filed)


def _findings(conn: Connection, code: str, event: Event) -> list[dict[str, Any]]:
    """Those of the latest decision on the papers filed, as it was when the event happened."""
    body = decisions.on_papers(conn, code, event.at)
    findings: list[dict[str, Any]] = json.loads(body)["findings"] if body else []
    return findings


def _results(conn: Connection, desk: Desk, code: str, event: Event) -> tuple[ReportedResult, ...]:
    """Those in force; a revoked one is no longer the person's."""
    catalogue = desk.snapshots.current(conn)
    found = [r for r in results.of_dossier(conn, code) if r.issued_at <= event.at and r.revoked_on is None]
    return tuple(
        ReportedResult(
            catalogue.document_type(r.document_type).name, r.result_code, f"{desk.settings.base_url}/v1/results/{r.id}"
        )
        for r in found
    )


def _papers(
    procedure: Procedure, rows: Sequence[ComponentRow], findings: Sequence[dict[str, Any]]
) -> tuple[ReportedPaper, ...]:
    """What was handed in and kept, and what data stands in for; the flags of the finding that replaced the paper."""
    names = {c.position: c.name for c in procedure.components}
    papers = []
    for row in rows:
        flags = [f["flags"] for f in findings if f["ref"].split(".", 1)[0] == str(row.position)]
        replaced = next((f for f in flags if f["DuocSoHoa"]), None)
        handed_in = row.supplied != Supplied.NONE and not row.handed_back
        if replaced or handed_in:
            code = f"{procedure.code}-{row.position}"
            papers.append(ReportedPaper(code, names.get(row.position, code), replaced or {}))
    return tuple(papers)
