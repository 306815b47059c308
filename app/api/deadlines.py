"""`/v1/reports/deadlines` and a dossier's slips: what was promised by when, and what is printed of it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response, Security

from app.api.dossiers import DossierCode, Reader
from app.api.requests import StrictRoute, json_answer
from app.api.schemas.common import problems
from app.api.schemas.deadlines import DeadlinesIn, DeadlinesOut
from app.api.security import Call, authenticated
from app.domain.decisions import canonical
from app.services import deadlines
from app.services.slips import SlipKind

router = APIRouter(tags=["Hồ sơ"], route_class=StrictRoute)

Auditor = Annotated[Call, Security(authenticated, scopes=["reports:read"])]
Kind = Annotated[
    Literal["receipt", "refusal", "supplement"],
    Path(description="Giấy tiếp nhận và hẹn trả, phiếu từ chối, phiếu yêu cầu bổ sung", examples=["receipt"]),
]


@router.get(
    "/v1/reports/deadlines",
    operation_id="reportDeadlines",
    summary="Hồ sơ đúng hạn, quá hạn, yêu cầu bổ sung muộn hoặc nhiều lần, theo cơ quan giải quyết",
    response_model=DeadlinesOut,
    responses=problems(401, 403, 422, 503),
)
async def report(call: Auditor, asked: Annotated[DeadlinesIn, Query()]) -> Response:
    """Theo ngày nhận; chỉ số đếm, không nêu tên ai.

    By the day of receipt and the agency that decides: counts alone, nobody is named.
    """
    found = await deadlines.report(call.desk, asked.start, asked.until, asked.agency)
    return json_answer(canonical(found))


@router.get(
    "/v1/dossiers/{code}/slips/{kind}",
    operation_id="printSlip",
    summary="In phiếu: tiếp nhận và hẹn trả, từ chối, yêu cầu bổ sung",
    response_class=Response,
    responses={
        **problems(401, 403, 404, 409, 422, 503),
        200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "Trang in A4 / a page to print"},
    },
)
async def slip(call: Reader, code: DossierCode, kind: Kind) -> Response:
    """Trang in khổ A4, có tên người nộp và bốn số cuối của số định danh: chỉ giao cho người đó.

    A page to print on A4 with the applicant's name and the last four digits of their number: theirs alone.
    """
    page = await call.request.app.state.slip(call.desk, code, SlipKind(kind))
    return Response(page, 200, call.request.app.state.private_headers, "text/html; charset=utf-8")
