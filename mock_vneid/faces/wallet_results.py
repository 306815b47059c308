"""The wallet takes results that offices deliver: who sends must hold a token, who signs must be an issuer it knows."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.admission import authorize, forget_token
from mock_vneid.faces.visits import Refusal, Visit, answer, bad_request, body_of, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.jws import LONGEST
from mock_vneid.misses import nearest
from mock_vneid.people import Person
from mock_vneid.results import BadResult, Result, glance, opened
from mock_vneid.tokens import WALLET
from mock_vneid.wire import RequestId, Wire, mistakes
from mock_vneid.worlds import LimitReached, World

router = APIRouter(prefix="/w/{world}/wallet", tags=["wallet"])

_DELIVER = WALLET.only("wallet.deliver")


class Delivery(Wire):
    request_id: RequestId
    result: Annotated[str, Field(min_length=1, max_length=LONGEST, description="a compact JWS, typ vn-result+jwt")]


_EXAMPLE = {"request_id": "0d8f1a52-6f0e-4d43-9c57-3b8f0c1f7a10", "result": "eyJhbGciOiJFUzI1NiIs…"}


def refusal(status: int, code: str, message: str, **more: Any) -> Refusal:
    """No: in the words the wallet's services use."""
    return Refusal(status, {"error_code": code, "message": message, **more})


async def _read(request: Request, visit: Visit) -> Delivery | Refusal:
    """The delivery, noted in the journal as far as it can be read: a fault may match its holder or type."""
    try:
        delivery = Delivery.model_validate_json(await body_of(request, "application/json"))
    except ValidationError as wrong:
        return bad_request(mistakes(wrong))
    except Refusal as refused:
        return refused
    entry = visit.entry
    entry.request_id = delivery.request_id
    if claims := glance(delivery.result):
        entry.holder_kind, entry.holder_id = claims.holder.kind, claims.holder.id
        entry.types, entry.procedure = [claims.document_type], claims.procedure
    return delivery


@router.post(
    "/results",
    status_code=201,
    summary="Deliver a result to its holder's wallet",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": Delivery.model_json_schema(), "example": _EXAMPLE}},
        },
        "security": [{"wallet": ["wallet.deliver"]}],
    },
)
async def deliver(request: Request) -> Response:
    """201 the first time; 200 when it, or a newer version, is there already.

    Refused: 400 BAD_RESULT (`check` names what failed), 409 RESULT_DIFFERS, 422 NO_ACCOUNT, 507 FULL.
    """
    visit = visit_of(request)
    delivery = await _read(request, visit)
    struck, in_its_place = await weather(visit, "wallet", "deliver")
    if in_its_place is not None:
        return in_its_place
    visit.entry.client = authorize(request, visit, _DELIVER)
    forget_token(struck)
    visit.entry.matched = ("token",)
    if isinstance(delivery, Refusal):
        visit.entry.refuse("form")
        raise delivery
    visit.entry.matched = ("token", "form")
    result = _believed(visit, delivery.result)
    visit.entry.matched = ("token", "form", "result")
    status, word = _stored(visit, result)
    visit.entry.matched = ("token", "form", "result", "account")
    return answer(
        {"request_id": delivery.request_id, "status": word, "document_ref": result.reference(visit.world.state.seed)},
        status,
    )


def _believed(visit: Visit, jws: str) -> Result:
    issuers = visit.world.state.issuers
    try:
        return opened(jws, issuers)
    except BadResult as bad:
        asked = glance(jws)
        near = nearest("issuer", asked.iss, list(issuers)) if asked and bad.check == "issuer" else None
        visit.entry.refuse(bad.check, near or bad.says)
        raise refusal(400, "BAD_RESULT", bad.says, check=bad.check) from bad


def _stored(visit: Visit, result: Result) -> tuple[int, str]:
    """The status and word of the answer, with the result in its place."""
    world = visit.world
    before = world.state.results.known.get(result.name)
    if before is not None:
        if _place(before) != _place(result):
            visit.entry.refuse("version", "issuer and jti were right; holder or document_type is another than before")
            raise refusal(409, "RESULT_DIFFERS", "this result is known, of another holder or another type")
        if before.claims.version > result.claims.version:
            return 200, "superseded"
        if before.claims.version == result.claims.version:
            if before.jws == result.jws:
                return 200, "stored"
            visit.entry.refuse("version", "issuer, jti and version were right; the bytes are others than before")
            raise refusal(409, "RESULT_DIFFERS", "this version of the result is known, and it was other bytes")
    if not (_has_account(world, result.holder_id) or _has_account(world, result.recipient_id)):
        visit.entry.refuse("account", "the result is right; its holder has no account here")
        raise refusal(422, "NO_ACCOUNT", "the holder has no account: hand the result over in another way")
    try:
        world.put_result(result)
    except LimitReached as full:
        raise refusal(507, "FULL", str(full)) from full
    return 201, "stored"


def _has_account(world: World, holder_id: str | None) -> bool:
    holder = world.holder(holder_id) if holder_id else None
    return holder is not None and not (isinstance(holder, Person) and holder.identity_level < 1)


def _place(result: Result) -> tuple[str, str]:
    return result.holder_id, result.claims.document_type
