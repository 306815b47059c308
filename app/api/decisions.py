"""`/v1/decisions`: a decision read, explained in Vietnamese, and judged again from its stored facts."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response, Security
from fastapi.responses import PlainTextResponse

from app.api import examples
from app.api.explanation import explain
from app.api.requests import StrictRoute, json_answer
from app.api.schemas.common import problems
from app.api.schemas.decisions import DecisionOut, ReplayIn, ReplayOut
from app.api.security import Call, authenticated
from app.domain.decisions import canonical
from app.services import decisions
from app.services.decisions import WhatIf

router = APIRouter(tags=["Quyết định"], route_class=StrictRoute)

DecisionId = Annotated[UUID, Path(description="Mã quyết định", examples=["019ac000-0000-7000-8000-000000000000"])]
Reader = Annotated[Call, Security(authenticated, scopes=["demands:write", "dossiers:read"])]
_PROBLEMS = problems(401, 403, 404, 422, 503)


@router.get(
    "/v1/decisions/{decision_id}",
    operation_id="readDecision",
    summary="Đọc một quyết định",
    response_model=DecisionOut,
    responses=_PROBLEMS,
)
async def read(call: Reader, decision_id: DecisionId) -> Response:
    """Đúng từng byte như khi trả lời / byte for byte as it was answered."""
    return json_answer(await decisions.read(call.desk, str(decision_id)), headers={"cache-control": "private"})


@router.get(
    "/v1/decisions/{decision_id}/explanation",
    operation_id="explainDecision",
    summary="Giải thích một quyết định bằng tiếng Việt",
    response_class=PlainTextResponse,
    responses=_PROBLEMS,
)
async def explanation(call: Reader, decision_id: DecisionId) -> PlainTextResponse:
    """Văn bản đọc được: từng giấy tờ, căn cứ, cách làm thay thế / a text people read, in Vietnamese."""
    decision, name = await decisions.explanation(call.desk, str(decision_id))
    return PlainTextResponse(explain(decision, name))


@router.post(
    "/v1/decisions/{decision_id}/replay",
    operation_id="replayDecision",
    summary="Phán quyết lại từ dữ kiện đã lưu",
    response_model=ReplayOut,
    responses=problems(400, 401, 403, 404, 413, 415, 422, 503),
)
async def replay(
    call: Reader,
    decision_id: DecisionId,
    body: Annotated[ReplayIn | None, Body(openapi_examples=examples.REPLAYS)] = None,
) -> Response:
    """Không có tham số: phải giống hệt. Có ngày hoặc phiên bản khác: "nếu … thì sao?".

    The stored facts judged again give the same bytes; under another day or catalogue revision they say "what if".
    """
    asked = body or ReplayIn()
    what_if = WhatIf(asked.law_as_of, asked.catalogue_revision, asked.catalogue_as_known)
    done = await decisions.replay(call.desk, str(decision_id), what_if)
    answer = {"same": done.same, "differences": done.differences, "decision": json.loads(done.decision)}
    return json_answer(canonical(answer))
