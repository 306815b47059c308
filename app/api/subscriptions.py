"""`/v1/subscriptions`: who is told of events, from which place in the log on, and how that goes."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response, Security

from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, json_answer, key_of
from app.api.schemas.catalogue import Page
from app.api.schemas.common import problems
from app.api.schemas.outbox import ReplayIn, SubscribedOut, SubscriptionIn, SubscriptionOut, SubscriptionsIn
from app.api.security import Call, authenticated
from app.domain.decisions import canonical
from app.services import webhooks
from app.services.webhooks import Wanted

router = APIRouter(tags=["Sự kiện"], route_class=StrictRoute)

Reader = Annotated[Call, Security(authenticated, scopes=["dossiers:read"])]
SubscriptionId = Annotated[
    str,
    Path(
        description="Mã đăng ký / the subscription's id",
        pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        examples=["01936f7c-2f4b-7c63-8d2e-0a4b5c6d7e8f"],
    ),
]
_URL = "https://example.invalid/motlan"
EXAMPLES: dict[str, Any] = {
    "all": {"summary": "Mọi sự kiện, từ bây giờ / all events, from now on", "value": {"url": _URL}},
    "dossiers": {
        "summary": "Chỉ khi hồ sơ chuyển trạng thái, từ đầu sổ / moves of dossiers, from the beginning",
        "value": {"url": _URL, "types": ["vn.motlan.dossier.moved"], "cursor": "000000000000000000"},
    },
}
REPLAYS: dict[str, Any] = {
    "beginning": {"summary": "Gửi lại từ đầu / from the beginning", "value": {"cursor": "000000000000000000"}}
}
_LOCATION = {"Location": {"description": "Nơi xem đăng ký / where it is read", "schema": {"type": "string"}}}


def _links(operation_id: str, given: str = "$response.body#/id") -> dict[str, Any]:
    return {
        "subscription": {
            "operationId": operation_id,
            "parameters": {"subscription_id": given},
            "description": "Tình trạng đăng ký / how it goes",
        }
    }


@router.post(
    "/v1/subscriptions",
    operation_id="subscribe",
    summary="Đăng ký nhận sự kiện",
    status_code=201,
    response_model=SubscribedOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses={
        **problems(400, 401, 403, 409, 413, 415, 422, 503),
        201: {"headers": _LOCATION, "links": _links("readSubscription")},
    },
)
async def subscribe(call: Reader, body: Annotated[SubscriptionIn, Body(openapi_examples=EXAMPLES)]) -> Response:
    """Chỉ gửi tới địa chỉ https công khai. Khóa ký `secret` chỉ hiện một lần, hãy cất ngay.

    Events are posted in order, signed, from now or from a cursor on. Only public https addresses are posted to. The
    `secret` is shown here and never again.
    """
    key = await key_of(call, "POST /v1/subscriptions")
    made = await webhooks.subscribe(call.desk, call.caller, Wanted(body.url, tuple(body.types), body.after), key)
    return json_answer(made.body, 201, {"location": f"/v1/subscriptions/{made.id}", "cache-control": "no-store"})


@router.get(
    "/v1/subscriptions",
    operation_id="listSubscriptions",
    summary="Các đăng ký của mình",
    response_model=Page[SubscriptionOut],
    responses=problems(401, 403, 422, 503),
)
async def subscriptions(call: Reader, asked: Annotated[SubscriptionsIn, Query()]) -> Response:
    """Của chính hệ thống đang gọi, không kèm khóa ký / the caller's own, without their secrets."""
    return json_answer(canonical(await webhooks.page(call.desk, call.caller, asked.cursor, asked.limit)))


@router.get(
    "/v1/subscriptions/{subscription_id}",
    operation_id="readSubscription",
    summary="Tình trạng một đăng ký",
    response_model=SubscriptionOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def subscription(call: Reader, subscription_id: SubscriptionId) -> Response:
    """Đã nhận tới đâu, hỏng mấy lần, vì sao bị ngừng / how far it is, what fails, why it was disabled."""
    return json_answer(canonical(await webhooks.find(call.desk, call.caller, subscription_id)))


@router.delete(
    "/v1/subscriptions/{subscription_id}",
    operation_id="unsubscribe",
    summary="Thôi nhận sự kiện",
    status_code=204,
    response_class=Response,
    responses=problems(401, 403, 404, 422, 503),
)
async def unsubscribe(call: Reader, subscription_id: SubscriptionId) -> Response:
    """Bỏ hẳn đăng ký; một lần gửi đang đi có thể còn tới / a delivery under way may still arrive."""
    await webhooks.remove(call.desk, call.caller, subscription_id)
    return Response(status_code=204)


@router.post(
    "/v1/subscriptions/{subscription_id}/enable",
    operation_id="enableSubscription",
    summary="Gửi lại sau khi bị ngừng",
    response_model=SubscriptionOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def enable(call: Reader, subscription_id: SubscriptionId) -> Response:
    """Tiếp từ sự kiện chưa nhận được, không mất gì / goes on from the event it did not take; nothing is missing."""
    return json_answer(canonical(await webhooks.enable(call.desk, call.caller, subscription_id)))


@router.post(
    "/v1/subscriptions/{subscription_id}/replay",
    operation_id="replayEvents",
    summary="Gửi lại từ một vị trí trong sổ",
    response_model=SubscriptionOut,
    responses=problems(400, 401, 403, 404, 413, 415, 422, 503),
)
async def replay(
    call: Reader, subscription_id: SubscriptionId, body: Annotated[ReplayIn, Body(openapi_examples=REPLAYS)]
) -> Response:
    """Mọi sự kiện sau vị trí ấy được gửi lại, đúng thứ tự, với mã cũ / sent again, in order, under the same ids."""
    moved = await webhooks.replay(call.desk, call.caller, subscription_id, int(body.cursor))
    return json_answer(canonical(moved))
