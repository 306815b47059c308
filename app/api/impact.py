"""`GET /v1/impact`: what a new list, a new law or a new revision changes, procedure by procedure."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Security

from app.api.requests import StrictRoute
from app.api.schemas.common import problems
from app.api.schemas.impact import ImpactIn, ImpactOut
from app.api.security import Call, authenticated
from app.api.views import impact as views
from app.services import impact
from app.services.impact import Side
from app.services.restructuring import Scope

router = APIRouter(tags=["Rà soát"], route_class=StrictRoute)


@router.get(
    "/v1/impact",
    operation_id="compareReviews",
    summary="Thay đổi giữa hai ngày hoặc hai phiên bản, theo thủ tục và cơ quan",
    response_model=ImpactOut,
    responses=problems(401, 403, 422, 503),
)
async def compare(
    call: Annotated[Call, Security(authenticated, scopes=["reports:read"])], asked: Annotated[ImpactIn, Query()]
) -> dict[str, Any]:
    """Luật, danh sách hay danh mục mới làm thay đổi thành phần hồ sơ nào; hỏi trước cả khi ngày đó tới.

    Which components come to another verdict between two days (law in force, lists, sources) or two revisions of the
    catalogue; the day may lie ahead.
    """
    today = call.desk.clock.today()
    scope = Scope(asked.list, asked.agency, asked.sector, asked.level)
    before, after = Side(asked.start or today, asked.from_revision), Side(asked.to or today, asked.to_revision)
    found = await impact.between(call.desk, before, after, scope)
    return views.impact(found, asked.cursor, asked.limit)
