"""`/quay/bao-cao`: citizens' reports of papers demanded of them, which the office has to answer."""

import json
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from app.domain.catalogue import Catalogue, Form
from app.domain.reports import LONGEST, ReportNotOpen, ReportStatus, UnknownReport, taken_back
from app.pages import counter_forms, visits, wording
from app.pages.counter import Officer, acting, agency_of, once
from app.pages.counter_views import DONE, OUTCOMES, REFUSED, verdicts
from app.pages.dossier_views import procedure_name, type_name
from app.pages.site import site_of
from app.services import decisions, reports
from app.services.decisions import UnknownDecision
from app.services.sessions import Session

router = APIRouter(include_in_schema=False, prefix="/quay/bao-cao")
_STATUSES = {
    ReportStatus.FILED: "Chờ trả lời",
    ReportStatus.ANSWERED: "Đã trả lời",
    ReportStatus.CLOSED: "Đã khép lại",
}
_PAGE = 25


@router.get("")
async def listed(request: Request, session: Officer, sau: str = "", xong: str = "") -> Response:
    """The agency's reports, the oldest first; `sau`: the id after which the page begins."""
    desk = visits.desk_of(request)
    try:
        found = await reports.of_agency(desk, agency_of(session), None, sau or None, _PAGE)
    except UnknownReport:
        raise HTTPException(404) from None
    known = await site_of(request).catalogue()
    view = {"rows": [_row(r, known) for r in found.items], "next": found.next_cursor, "done": DONE.get(xong)}
    return visits.private(request, "counter_reports.html", view)


@router.get("/{report_id}")
async def one(request: Request, session: Officer, report_id: str) -> Response:
    return await _page(request, session, report_id)


@router.post("/{report_id}")
async def answer(request: Request, session: Officer, report_id: str) -> Response:
    fields, desk = await visits.form(request, session), visits.desk_of(request)
    acting(session)
    await _mine(request, session, report_id)
    text = counter_forms.text(fields, "answer", LONGEST)
    if not text:
        faults = {"answer": "Ghi cơ quan đã xử lý thế nào."}
        return await _page(request, session, report_id, faults=faults, status=422)
    key = counter_forms.key_of(fields, session.caller.client_id, f"/quay/bao-cao/{report_id}")
    try:
        await once(lambda: reports.answer(desk, session.caller, report_id, text, key))
    except ReportNotOpen:
        faults = {"answer": "Phản ánh này vừa được trả lời hoặc đã khép lại. Nội dung bạn viết còn ở dưới đây."}
        return await _page(request, session, report_id, faults=faults, typed=text, status=409)
    return visits.go("/quay/bao-cao?xong=tra-loi")


async def _mine(request: Request, session: Session, report_id: str) -> dict[str, Any]:
    """A report about this officer's agency; another's is not there."""
    try:
        found = await reports.of_id(visits.desk_of(request), report_id)
    except UnknownReport:
        raise HTTPException(404) from None
    if found["agency"] != agency_of(session):
        raise HTTPException(404)
    return found


async def _page(
    request: Request,
    session: Session,
    report_id: str,
    *,
    faults: dict[str, str] | None = None,
    typed: str = "",
    status: int = 200,
) -> Response:
    report = await _mine(request, session, report_id)
    desk, known = visits.desk_of(request), await site_of(request).catalogue()
    try:
        decision = json.loads(await decisions.read(desk, report["decision_id"]))
    except UnknownDecision:
        raise HTTPException(404) from None
    view = {
        "report": _row(report, known),
        "verdict": verdicts(decision, known)[0],
        "open": report["status"] == ReportStatus.FILED,
        "typed": typed,
        "faults": faults or {},
        "longest": LONGEST,
        "key": counter_forms.fresh_key(),
    }
    return visits.private(request, "counter_report.html", view, status)


def _row(report: dict[str, Any], known: Catalogue) -> dict[str, Any]:
    withdrawn = taken_back(report["status"], report["answered_at"])
    return {
        **report,
        "procedure_name": procedure_name(known, report["procedure"]),
        "document_name": type_name(known, report["document_type"]),
        "form_name": wording.FORMS[Form(report["form"])],
        "demanded_on": date.fromisoformat(report["demanded_on"]),
        "filed_at": datetime.fromisoformat(report["filed_at"]),
        "answered_at": datetime.fromisoformat(report["answered_at"]) if report["answered_at"] else None,
        "status_name": wording.TAKEN_BACK if withdrawn else _STATUSES[ReportStatus(report["status"])],
        "changed_at": datetime.fromisoformat(report["closed_at"] or report["answered_at"] or report["filed_at"]),
        "outcome_name": OUTCOMES.get(report["outcome"], REFUSED),
    }
