"""`/v1/presentations`: a citizen's share code redeemed, and the paper that is demanded all the same."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response, Security

from app.api import examples
from app.api.links import to_paper_demand
from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, json_answer, key_of
from app.api.schemas.common import problems
from app.api.schemas.presentations import DemandedIn, DemandedOut, VerifiedOut, VerifyIn
from app.api.security import Call, also, authenticated
from app.services import presentations

router = APIRouter(tags=["Mã chia sẻ"], route_class=StrictRoute)

PresentationId = Annotated[UUID, Path(description="Mã lần kiểm tra", examples=["019ac000-0000-7000-8000-000000000000"])]
Verifier = Annotated[Call, Security(authenticated, scopes=["demands:write", "presentations:verify"])]


@router.post(
    "/v1/presentations/verify",
    operation_id="verifyPresentation",
    summary="Kiểm tra mã chia sẻ của công dân",
    response_model=VerifiedOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses={
        **problems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503),
        200: {"links": to_paper_demand()},
    },
)
async def verify(
    call: Verifier,
    body: Annotated[VerifyIn, Body(openapi_examples=examples.PRESENTATIONS)],
) -> Response:
    """Mã dùng một lần: có/không, hoặc các trường công dân đã chọn. Mỗi lần dùng đều hiện ra với chủ giấy tờ. Hãy gửi
    Idempotency-Key: câu trả lời bị mất thì gửi lại đúng khóa đó.

    A code is used up once: yes or no, or the fields the citizen has chosen. Every use is shown to the document's
    holder. Send an Idempotency-Key: when the answer is lost, the same key gets it again. Without an answer of the
    wallet nothing is concluded (503). A body outside the State needs the scope `presentations:verify` only.
    """
    if body.verifier.kind == "office":
        also(call, "demands:write")
    key = await key_of(call, "POST /v1/presentations/verify")
    return json_answer(await presentations.verify(call.desk, call.caller, body.asked(), key))


@router.post(
    "/v1/presentations/{presentation_id}/paper-demand",
    operation_id="demandPresentedPaper",
    summary="Kiểm tra việc đòi giấy tờ sau khi công dân đã xuất trình từ VNeID",
    response_model=DemandedOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses=problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def demand(
    call: Verifier,
    presentation_id: PresentationId,
    body: Annotated[DemandedIn, Body(openapi_examples=examples.PRESENTED_PAPERS)],
) -> Response:
    """Cơ quan nhà nước: theo quy tắc của cửa kiểm tra. Tổ chức ngoài nhà nước: đề nghị không đòi (Chỉ thị 24 Mục 4
    điểm d), và không được đòi từ 28/09/2026 (Nghị định 320/2026 Điều 2). Lần đòi được ghi lại.

    An office is judged by the gate's own rule. A body outside the State is advised against it (Directive 24, a
    request), and refused from 2026-09-28 on (Decree 320/2026 Article 2). The attempt is kept.
    """
    key = await key_of(call, f"POST /v1/presentations/{presentation_id}/paper-demand")
    return json_answer(await presentations.demand(call.desk, call.caller, str(presentation_id), body.paper(), key))
