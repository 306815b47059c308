"""`POST /v1/paper-demands`: is this demand for paper lawful?"""

from typing import Annotated

from fastapi import APIRouter, Body, Response, Security

from app.api import examples
from app.api.links import to_decision
from app.api.requests import IDEMPOTENCY_KEY, QuickRoute, json_answer, key_of
from app.api.schemas.common import problems
from app.api.schemas.decisions import DecisionOut
from app.api.schemas.paper_demands import DemandIn, ItemIn
from app.api.security import Call, authenticated
from app.domain.catalogue import Form
from app.domain.persons import Subject
from app.services import paper_demands
from app.services.checks import Check, Line
from app.services.desk import Desk

router = APIRouter(tags=["Yêu cầu giấy tờ"], route_class=QuickRoute)


@router.post(
    "/v1/paper-demands",
    operation_id="assessPaperDemand",
    summary="Kiểm tra một yêu cầu nộp giấy tờ",
    response_model=DecisionOut,
    response_description="Quyết định: từ chối là một kết quả, không phải lỗi / a refusal is a result, not an error",
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses={
        **problems(400, 401, 403, 409, 413, 415, 422, 503),
        200: {"links": to_decision("$response.body#/decision_id")},
    },
)
async def assess(
    call: Annotated[Call, Security(authenticated, scopes=["demands:write"])],
    body: Annotated[DemandIn, Body(openapi_examples=examples.DEMANDS)],
) -> Response:
    """Với từng giấy tờ: được yêu cầu hay không, theo điều khoản nào, làm gì thay thế.

    For each paper: may it be demanded, under which provision, and what to do instead. The decision is kept before it
    is answered.
    """
    key = await key_of(call, "POST /v1/paper-demands")
    return json_answer(await paper_demands.demand(call.desk, call.caller, check_of(call.desk, body), key))


def check_of(desk: Desk, body: DemandIn) -> Check:
    return Check(
        purpose="paper_demand",
        procedure=body.procedure,
        agency=body.agency,
        officer=body.officer or desk.settings.officer,
        channel=body.channel,
        subject=body.subject.subject(),
        on=body.demanded_on or desk.clock.today(),
        lines=tuple(_line(item) for item in body.items),
    )


def _line(item: ItemIn) -> Line:
    holder: Subject | None = item.holder.subject() if item.holder else None
    return Line(item.ref, item.document_type, Form(item.form), holder, item.declined_sync)
