"""`/v1/reports`: what citizens report of papers demanded of them, read and answered by the office."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response, Security

from app.api import examples
from app.api.links import to_decision
from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, json_answer, key_of
from app.api.schemas.catalogue import Page
from app.api.schemas.common import problems
from app.api.schemas.reports import ReportAnswerIn, ReportOut, ReportsIn
from app.api.security import Call, authenticated
from app.domain.decisions import canonical
from app.domain.reports import ReportStatus
from app.services import reports

router = APIRouter(tags=["Phản ánh"], route_class=StrictRoute)

ReportId = Annotated[UUID, Path(description="Mã phản ánh", examples=["5f6c1b4e-3d52-5c0e-9a51-5b4a0e7f2a11"])]
Reader = Annotated[Call, Security(authenticated, scopes=["dossiers:read"])]
Writer = Annotated[Call, Security(authenticated, scopes=["dossiers:write"])]


@router.get(
    "/v1/reports",
    operation_id="listReports",
    summary="Phản ánh “tôi bị yêu cầu giấy tờ”, cũ nhất trước",
    response_model=Page[ReportOut],
    responses=problems(401, 403, 422, 503),
)
async def listed(call: Reader, asked: Annotated[ReportsIn, Query()]) -> Response:
    """Của một cơ quan, hoặc của tất cả; người phản ánh không được nêu tên.

    Of one agency, or of all; who reports is not named.
    """
    status = ReportStatus(asked.status) if asked.status else None
    found = await reports.of_agency(call.desk, asked.agency, status, asked.cursor, asked.limit)
    body = {"items": found.items, "next_cursor": found.next_cursor}
    return json_answer(canonical(body))


@router.get(
    "/v1/reports/{report_id}",
    operation_id="readReport",
    summary="Đọc một phản ánh",
    response_model=ReportOut,
    responses={
        **problems(401, 403, 404, 422, 503),
        200: {"links": to_decision("$response.body#/decision_id")},
    },
)
async def read(call: Reader, report_id: ReportId) -> Response:
    """Nội dung, kết luận, câu trả lời / what was reported, concluded and answered."""
    return json_answer(canonical(await reports.of_id(call.desk, str(report_id))))


@router.post(
    "/v1/reports/{report_id}/answer",
    operation_id="answerReport",
    summary="Trả lời một phản ánh",
    response_model=ReportOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def answer(
    call: Writer,
    report_id: ReportId,
    body: Annotated[ReportAnswerIn, Body(openapi_examples=examples.REPORT_ANSWERS)],
) -> Response:
    """Một phản ánh được trả lời một lần; công dân đọc rồi khép lại.

    A report is answered once; the citizen reads it and closes the report.
    """
    key = await key_of(call, f"POST /v1/reports/{report_id}/answer")
    answered = await reports.answer(call.desk, call.caller, str(report_id), body.text, key)
    return json_answer(answered.body, answered.status, answered.headers)
