"""`/v1/procedures/{code}/form`, `/v1/prefills`: what a dossier declares, and what the State fills in by itself.

Also `/v1/signature-demands`: may a digital signature be asked for under it?
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Request, Response, Security
from fastapi.responses import JSONResponse

from app.api import examples
from app.api.caching import cached
from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, json_answer, key_of
from app.api.schemas.common import problems
from app.api.schemas.prefills import (
    DeclaredOut,
    FormSchemaOut,
    PrefillIn,
    PrefillOut,
    SignatureDemandIn,
    SignatureFindingOut,
)
from app.api.security import Call, authenticated
from app.domain.dossiers import CODE
from app.domain.persons import SubjectKind
from app.domain.signatures import Login
from app.freshness import FRESH
from app.services import forms, prefills, signatures
from app.services.desk import Desk
from app.services.prefill_sources import Wish
from app.services.signatures import SignatureDemand

router = APIRouter(tags=["Biểu mẫu"], route_class=StrictRoute)

ProcedurePath = Annotated[str, Path(pattern=r"^[0-9]\.[0-9]{6}$", examples=["1.000894"])]
PrefillPath = Annotated[UUID, Path(description="Mã lần điền sẵn", examples=["019ac000-0000-7000-8000-000000000000"])]
Writer = Annotated[Call, Security(authenticated, scopes=["dossiers:write"])]
Reader = Annotated[Call, Security(authenticated, scopes=["dossiers:read"])]
DossierCode = Annotated[
    str, Path(description="Mã hồ sơ", pattern=f"^{CODE.pattern}$", examples=["000.00.00.H27-261122-0001"])
]
_LOCATION = {"Location": {"description": "Địa chỉ của lần điền sẵn / where it is read", "schema": {"type": "string"}}}
_ONE = {"readPrefill": {"operationId": "readPrefill", "parameters": {"prefill_id": "$response.body#/prefill_id"}}}


class SchemaAnswer(JSONResponse):
    media_type = "application/schema+json"


@router.get(
    "/v1/procedures/{code}/form",
    operation_id="readForm",
    summary="Biểu mẫu của một thủ tục (JSON Schema)",
    response_model=FormSchemaOut,
    response_class=SchemaAnswer,
    responses={**problems(404, 422, 503), 304: {"description": "Không đổi (If-None-Match) / unchanged"}},
)
async def form(request: Request, code: ProcedurePath) -> Response:
    """Mỗi trường có nguồn dữ liệu (`x-source`, theo thứ tự) và có bị khóa khi đã điền sẵn không (`x-locked`).

    JSON Schema 2020-12: each field with its sources in force today, in order, and whether it is locked once filled.
    """
    desk: Desk = request.app.state.desk
    return cached(request, await forms.schema(desk, code), SchemaAnswer.media_type, FRESH)


@router.post(
    "/v1/prefills",
    operation_id="fillForm",
    summary="Điền sẵn biểu mẫu từ dữ liệu đã có",
    status_code=201,
    response_model=PrefillOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses={
        **problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
        201: {"headers": _LOCATION, "links": _ONE},
    },
)
async def fill(call: Writer, body: Annotated[PrefillIn, Body(openapi_examples=examples.PREFILLS)]) -> Response:
    """Hỏi mọi nguồn cùng lúc; mỗi trường có nguồn và ngày, hoặc lý do chưa điền được. Nguồn không trả lời không bao giờ
    thành dữ liệu. Bản điền sẵn được niêm phong và giữ trong một ngày để nộp hồ sơ.

    All sources at once; each field with its source and date, or why it is missing. Every look-up is shown to whoever
    was looked up. The prefill is kept sealed for a day; file the dossier with its `prefill_id`.
    """
    key = await key_of(call, "POST /v1/prefills")
    wish = Wish(
        procedure=body.procedure,
        agency=body.agency,
        officer=body.officer or call.desk.settings.officer,
        purpose=body.purpose,
        applicant=body.applicant.subject(),
        case=body.case,
        related=body.related.people(),
    )
    answer = await prefills.fill_in(call.desk, call.caller, wish, key)
    return json_answer(answer.body, answer.status, answer.headers)


@router.get(
    "/v1/prefills/{prefill_id}",
    operation_id="readPrefill",
    summary="Đọc lại bản điền sẵn",
    response_model=PrefillOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def read(call: Writer, prefill_id: PrefillPath) -> Response:
    """Chỉ hệ thống đã yêu cầu, và chỉ đến khi hết hạn / for the system that asked for it, until it expires."""
    answer = await prefills.read_again(call.desk, call.caller, str(prefill_id))
    return json_answer(answer.body, answer.status, answer.headers)


@router.get(
    "/v1/dossiers/{code}/form",
    operation_id="readDeclaredForm",
    summary="Đọc biểu mẫu của hồ sơ",
    response_model=DeclaredOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def declared(call: Reader, code: DossierCode) -> Response:
    """Dữ liệu đã khai; `prefilled` là các trường giữ nguyên như dữ liệu nhà nước. Mỗi lần đọc được ghi nhật ký.

    What was declared; `prefilled` names the fields that stand as the State had filled them. Each reading is noted.
    """
    answer = await prefills.declared(call.desk, call.caller, code)
    return json_answer(answer.body, answer.status, answer.headers)


@router.post(
    "/v1/signature-demands",
    operation_id="assessSignatureDemand",
    summary="Kiểm tra yêu cầu ký số biểu mẫu điện tử",
    response_model=SignatureFindingOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses=problems(400, 401, 403, 409, 413, 415, 422, 503),
)
async def signature(
    call: Annotated[Call, Security(authenticated, scopes=["demands:write"])],
    body: Annotated[SignatureDemandIn, Body(openapi_examples=examples.SIGNATURES)],
) -> Response:
    """Cá nhân đã đăng nhập bằng VNeID hoặc Cổng dịch vụ công thì không phải ký số biểu mẫu điện tử tương tác.

    A person who has logged in through VNeID or the portal need not sign the interactive form (NQ 66.7/2025 Điều 2 khoản
    4). Nobody is named: the answer depends on how somebody has logged in, and on the day.
    """
    key = await key_of(call, "POST /v1/signature-demands")
    subject = body.subject
    day = body.demanded_on or call.desk.clock.today()
    asked = SignatureDemand(
        body.procedure, body.channel, SubjectKind(subject.kind), Login(subject.authenticated_by), day
    )
    return json_answer(await signatures.demand(call.desk, call.caller, asked, key))
