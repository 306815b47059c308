"""`/v1/results`: read, verified, corrected, revoked; `/v1/fee-demands`: may this fee for a physical copy be charged?"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response, Security

from app.api import examples
from app.api.caching import cached
from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, json_answer, key_of
from app.api.schemas.common import problems
from app.api.schemas.monthly_lists import KeySetOut
from app.api.schemas.results import (
    CheckOut,
    FeeDemandIn,
    FeeDemandOut,
    ReplacementIn,
    ResultBrief,
    ResultId,
    ResultOut,
    RevocationIn,
)
from app.api.security import Call, authenticated
from app.domain.decisions import canonical
from app.domain.results import FeePurpose
from app.freshness import FRESH
from app.services import results
from app.services.desk import Desk

router = APIRouter(tags=["Kết quả"], route_class=StrictRoute)

Id = Annotated[ResultId, Path(description="Mã kết quả / the result's id")]
Reader = Annotated[Call, Security(authenticated, scopes=["dossiers:read"])]
Writer = Annotated[Call, Security(authenticated, scopes=["dossiers:write"])]
Asker = Annotated[Call, Security(authenticated, scopes=["demands:write"])]
_LINK = {"result": {"operationId": "readResult", "parameters": {"result_id": "$response.body#/id"}}}
_KEPT: dict[int | str, dict[str, Any]] = {
    304: {"description": "Bản đã có vẫn đúng (If-None-Match) / what you have is still right"}
}


@router.get(
    "/v1/results/keys",
    operation_id="readResultKeys",
    summary="Khóa công khai để kiểm tra chữ ký của kết quả",
    response_model=KeySetOut,
    responses={**problems(503), **_KEPT},
)
async def keys(request: Request) -> Response:
    """Mọi khóa đã từng ký kết quả, khóa hiện nay trước / every key that ever signed a result, the present one first."""
    desk: Desk = request.app.state.desk
    return cached(request, await results.keys(desk), "application/json", FRESH)


@router.get(
    "/v1/results/{result_id}",
    operation_id="readResult",
    summary="Đọc một kết quả đã cấp",
    response_model=ResultOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def read(call: Reader, result_id: Id) -> Response:
    """Kết quả đã ký, kèm tình trạng; người được cấp xem được ai đã đọc.

    The signed result and how it stands; its holder can see who read it.
    """
    answer = await results.read(call.desk, call.caller, result_id)
    return json_answer(answer.body, answer.status, answer.headers)


@router.get(
    "/v1/results/{result_id}/check",
    operation_id="checkResult",
    summary="Kết quả đang lưu có đúng như khi ký không",
    response_model=CheckOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def check(call: Reader, result_id: Id) -> Response:
    """So bản lưu với niêm phong, chữ ký, các ngày ghi kèm và kho dữ liệu / held against seal, signature and archive."""
    found = await results.verify(call.desk, result_id)
    body = {"intact": found.intact, "faults": list(found.faults), "status": found.status}
    return json_answer(canonical(body))


@router.post(
    "/v1/results/{result_id}/revoke",
    operation_id="revokeResult",
    summary="Thu hồi kết quả",
    response_model=ResultBrief,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def revoke(
    call: Writer, result_id: Id, body: Annotated[RevocationIn, Body(openapi_examples=examples.REVOCATIONS)]
) -> Response:
    """Từ hôm nay: phiên bản 2 đã ký ghi ngày thu hồi, kho dữ liệu và các lần kiểm tra sau đều biết.

    As of today: a signed version 2 says so, and every later check knows.
    """
    key = await key_of(call, f"POST /v1/results/{result_id}/revoke")
    answer = await results.revoke(call.desk, call.caller, result_id, body.reason, key)
    return json_answer(answer.body, answer.status, answer.headers)


@router.post(
    "/v1/results/{result_id}/replacements",
    operation_id="replaceResult",
    summary="Đính chính: cấp kết quả mới thay kết quả cũ",
    status_code=201,
    response_model=ResultBrief,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses={**problems(400, 401, 403, 404, 409, 413, 415, 422, 503), 201: {"links": _LINK}},
)
async def replace(
    call: Writer, result_id: Id, body: Annotated[ReplacementIn, Body(openapi_examples=examples.REPLACEMENTS)]
) -> Response:
    """Cùng loại giấy tờ, cùng người; kết quả cũ bị thu hồi trong cùng một lần ghi.

    Of the same type and holder; the old one is revoked in the same commit.
    """
    key = await key_of(call, f"POST /v1/results/{result_id}/replacements")
    answer = await results.replace(call.desk, call.caller, result_id, body.result.result(), body.reason, key)
    return json_answer(answer.body, answer.status, answer.headers)


@router.post(
    "/v1/fee-demands",
    operation_id="assessFee",
    summary="Khoản thu cho bản giấy có được phép không",
    response_model=FeeDemandOut,
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
async def fee(call: Asker, body: Annotated[FeeDemandIn, Body(openapi_examples=examples.FEE_DEMANDS)]) -> Response:
    """Chỉ đánh dấu, trừ khi có văn bản đã bỏ khoản thu (Chỉ thị 24 Mục 4 điểm c là lệnh sửa quy định).

    Flagged only, unless the rulebook holds a law that drops the fee: the Directive orders the rules to be amended.
    """
    purpose = FeePurpose(body.purpose)
    found = results.fee_demand(call.desk, call.caller, body.procedure, body.document_type, purpose, body.demanded_on)
    return json_answer(await found)
