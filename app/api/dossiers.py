"""`/v1/dossiers`: filed, read, looked at again, moved on, asked to be supplemented."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response, Security

from app.api import examples
from app.api.links import to_decision, to_dossier
from app.api.problems import problem, trace_of
from app.api.requests import IDEMPOTENCY_KEY, IF_MATCH, StrictRoute, json_answer, key_of, versions_of
from app.api.schemas.common import problems
from app.api.schemas.dossiers import (
    DossierIn,
    DossierOut,
    FormIn,
    OfferedIn,
    RecheckIn,
    SupplementIn,
    SupplementItemIn,
    SupplementOut,
    SupplementRefusedOut,
    TransitionIn,
)
from app.api.security import Call, authenticated
from app.domain.catalogue import Form
from app.domain.dossiers import CODE, Actor, Status, Supplied
from app.services import dossiers, idempotency, supplement_requests
from app.services.dossier_records import Answer
from app.services.dossiers import Form as Declared
from app.services.dossiers import Offered, Submission
from app.services.supplement_requests import Asked

router = APIRouter(tags=["Hồ sơ"], route_class=StrictRoute)

DossierCode = Annotated[
    str, Path(description="Mã hồ sơ", pattern=f"^{CODE.pattern}$", examples=["000.00.00.H27-261122-0001"])
]
Reader = Annotated[Call, Security(authenticated, scopes=["dossiers:read"])]
Writer = Annotated[Call, Security(authenticated, scopes=["dossiers:write"])]
_CHANGE: dict[str, Any] = {"parameters": [IF_MATCH, IDEMPOTENCY_KEY]}
_CHANGE_PROBLEMS: dict[int | str, dict[str, Any]] = problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)
_ETAG = {"ETag": {"description": "Phiên bản của hồ sơ, gửi lại bằng If-Match", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "Địa chỉ của hồ sơ / where it is read", "schema": {"type": "string"}}}
_CHANGED: dict[int | str, dict[str, Any]] = {200: {"headers": _ETAG, "links": to_dossier()}}


@router.post(
    "/v1/dossiers",
    operation_id="submitDossier",
    summary="Nộp hồ sơ",
    status_code=201,
    response_model=DossierOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses={
        **problems(400, 401, 403, 409, 413, 415, 422, 503),
        201: {"headers": {**_ETAG, **_LOCATION}, "links": to_dossier() | to_decision("$response.body#/decisions/0")},
    },
)
async def submit(
    call: Writer,
    body: Annotated[DossierIn, Body(openapi_examples=examples.DOSSIERS)],
) -> Response:
    """Mỗi giấy tờ của hồ sơ được kiểm tra; `to_supply` là những gì thực sự còn phải nộp.

    Every paper of the dossier is judged; `to_supply` is what is really still needed.
    """
    key = await key_of(call, "POST /v1/dossiers")
    submission = Submission(
        procedure=body.procedure,
        agency=body.agency,
        officer=body.officer or call.desk.settings.officer,
        channel=body.channel,
        applicant=body.applicant.subject(),
        case=body.case,
        offered=tuple(_offered(c) for c in body.components),
        decided_by=body.decided_by,
        form=_form(body.form) if body.form else None,
        wishes=body.wishes.model_dump() if body.wishes else None,
        representative=body.representative.subject() if body.representative else None,
    )
    return _out(await dossiers.submit(call.desk, call.caller, submission, key))


@router.get(
    "/v1/dossiers/{code}",
    operation_id="readDossier",
    summary="Đọc hồ sơ",
    response_model=DossierOut,
    responses={**problems(401, 403, 404, 422, 503), **_CHANGED},
)
async def read(call: Reader, code: DossierCode) -> Response:
    """Trạng thái, kết luận từng giấy tờ, những gì còn phải nộp / status, findings, what is still needed."""
    return _out(await dossiers.read(call.desk, code))


@router.post(
    "/v1/dossiers/{code}/recheck",
    operation_id="recheckDossier",
    summary="Tra cứu lại các nguồn dữ liệu cho hồ sơ",
    response_model=DossierOut,
    openapi_extra=_CHANGE,
    responses={**_CHANGE_PROBLEMS, **_CHANGED},
)
async def recheck(
    call: Writer,
    code: DossierCode,
    body: Annotated[RecheckIn | None, Body(openapi_examples=examples.RECHECKS)] = None,
) -> Response:
    """Hệ thống tự tra cứu lại; lệnh này dành cho khi muốn biết ngay / asks the sources again at once."""
    versions = versions_of(call)
    key = await key_of(call, f"POST /v1/dossiers/{code}/recheck")
    return _out(await dossiers.recheck(call.desk, call.caller, code, versions, key))


@router.post(
    "/v1/dossiers/{code}/transitions",
    operation_id="moveDossier",
    summary="Chuyển trạng thái hồ sơ",
    response_model=DossierOut,
    openapi_extra=_CHANGE,
    responses={**_CHANGE_PROBLEMS, **_CHANGED},
)
async def move(
    call: Writer,
    code: DossierCode,
    body: Annotated[TransitionIn, Body(openapi_examples=examples.TRANSITIONS)],
) -> Response:
    """Giữa mười trạng thái quốc gia; 3, 5, 6, 7 và 8 phải có lý do (7: công dân đã xin rút bằng văn bản).

    Lý do không thay cho yêu cầu bổ sung giấy tờ, và chỉ yêu cầu bổ sung đã gửi mới tạm dừng thời gian giải quyết.

    Among the ten national statuses; 3, 5, 6, 7 and 8 need a reason (7: the citizen's written wish). A reason is
    internal and asks the citizen for nothing: papers are asked for by a supplement request alone, and only that stops
    the clock.
    """
    versions = versions_of(call)
    key = await key_of(call, f"POST /v1/dossiers/{code}/transitions")
    actor, result = Actor(body.actor), body.result.result() if body.result else None
    moved = await dossiers.transition(
        call.desk, call.caller, code, versions, Status(body.to), body.reason, key, actor=actor, result=result
    )
    return _out(moved)


@router.post(
    "/v1/dossiers/{code}/supplement-requests",
    operation_id="requestSupplement",
    summary="Yêu cầu bổ sung giấy tờ",
    status_code=201,
    response_model=SupplementOut,
    openapi_extra=_CHANGE,
    responses={
        **_CHANGE_PROBLEMS,
        201: {"headers": _ETAG, "links": to_dossier() | to_decision("$response.body#/decision/decision_id")},
        409: {
            "model": SupplementRefusedOut,
            "description": "Có giấy tờ không được phép yêu cầu, hoặc trạng thái không cho phép",
        },
    },
)
async def request_supplement(
    call: Writer,
    code: DossierCode,
    body: Annotated[SupplementIn, Body(openapi_examples=examples.SUPPLEMENTS)],
) -> Response:
    """Chỉ gửi tới công dân khi mọi giấy tờ đều được phép yêu cầu; nếu không, 409 kèm quyết định, không gửi gì.

    Sent only when every item is lawful; otherwise 409 with the decision inside, and nothing reaches the citizen.
    """
    versions = versions_of(call)
    key = await key_of(call, f"POST /v1/dossiers/{code}/supplement-requests")
    asked = [_asked(item) for item in body.items]
    try:
        answer = await supplement_requests.request(call.desk, call.caller, code, versions, asked, key)
    except idempotency.Repeated as e:
        answer = Answer(e.kept.status, e.kept.body, {**e.kept.headers, "idempotent-replayed": "true"})
    if answer.status == 409:
        decision = json.loads(answer.body)
        return problem("paper-demand-refused", trace_of(call.request), headers=answer.headers, decision=decision)
    return _out(answer)


def _out(answer: Answer) -> Response:
    return json_answer(answer.body, answer.status, answer.headers)


def _offered(c: OfferedIn) -> Offered:
    return Offered(c.position, Supplied(c.supplied), c.holder.subject() if c.holder else None)


def _form(form: FormIn) -> Declared:
    return Declared(form.values, form.revision, form.prefill_id)


def _asked(item: SupplementItemIn) -> Asked:
    holder = item.holder.subject() if item.holder else None
    return Asked(item.document_type, Form(item.form), item.reason, holder)
