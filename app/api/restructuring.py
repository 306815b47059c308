"""`/v1/restructuring`: every component held against the law, what annexes should name, what is overdue."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Security

from app.api.requests import StrictRoute
from app.api.schemas.catalogue import KnownIn, PageIn
from app.api.schemas.common import problems
from app.api.schemas.restructuring import (
    ProposalsIn,
    ProposalsOut,
    ReplacedListOut,
    RestructuringIn,
    RestructuringOut,
)
from app.api.security import Call, authenticated
from app.api.views import restructuring as views
from app.services import restructuring
from app.services.restructuring import EVERYTHING, Reviewed, Scope

router = APIRouter(tags=["Rà soát"], route_class=StrictRoute)

Reader = Annotated[Call, Security(authenticated, scopes=["reports:read"])]
_PROBLEMS = problems(401, 403, 422, 503)


async def _reviewed(call: Call, asked: KnownIn, scope: Scope = EVERYTHING) -> Reviewed:
    day = asked.as_of or call.desk.clock.today()
    return await restructuring.reviewed(call.desk, day, asked.as_known, scope)


@router.get(
    "/v1/restructuring",
    operation_id="reviewComponents",
    summary="Rà soát từng thành phần hồ sơ theo luật vào ngày hỏi",
    response_model=RestructuringOut,
    responses=_PROBLEMS,
)
async def review(call: Reader, asked: Annotated[RestructuringIn, Query()]) -> dict[str, Any]:
    """Giữ, tra cứu dữ liệu trước, cắt, chỉ nhận điện tử, hay không còn được yêu cầu từ ngày nào; kèm căn cứ.

    Each component: keep, data first, cut, electronic only, or not lawful since a day, with the law, what replaces the
    paper and how sure the reading is. It agrees with what `POST /v1/paper-demands` decides when the sources hold the
    paper.
    """
    scope = Scope(asked.list, asked.agency, asked.sector, asked.level)
    return views.report(await _reviewed(call, asked, scope), asked.cursor, asked.limit)


@router.get(
    "/v1/restructuring/proposals",
    operation_id="proposeAnnexMembers",
    summary="Đề xuất thủ tục cho Phụ lục I, II Chỉ thị 24",
    response_model=ProposalsOut,
    responses=_PROBLEMS,
)
async def proposals(call: Reader, asked: Annotated[ProposalsIn, Query()]) -> dict[str, Any]:
    """Thủ tục có ít nhất một giấy tờ đã tích hợp, đặt cạnh những gì đã nạp; chỉ là đề xuất.

    Procedures with at least one integrated paper, side by side with what is loaded. Proposals: nothing is published.
    """
    return views.proposals(await _reviewed(call, asked), asked.list, asked.cursor, asked.limit)


@router.get(
    "/v1/restructuring/replaced",
    operation_id="listReplacedComponents",
    summary="Phụ lục I Nghị quyết 66.7: thủ tục nào còn yêu cầu giấy tờ đã được thay thế",
    response_model=ReplacedListOut,
    responses=_PROBLEMS,
)
async def replaced(call: Reader, asked: Annotated[PageIn, Query()]) -> dict[str, Any]:
    """Còn yêu cầu (quá hạn từ 01/01/2026), chỉ khi không tra cứu được, không còn yêu cầu, hoặc chưa biết hồ sơ.

    For every procedure of the annex: still asked for (overdue since 2026-01-01), only where data are not found, no
    longer asked for, or no definition is known.
    """
    return views.replaced(await _reviewed(call, asked), asked.cursor, asked.limit)
