"""`/v1/events`: what has happened, in one order, read from any place; and the shape in which subscribers are told."""

from typing import Annotated

from fastapi import APIRouter, Body, Header, Query, Response, Security

from app.api.requests import StrictRoute, json_answer
from app.api.schemas.common import problems
from app.api.schemas.outbox import EventOut, EventsIn, EventsOut
from app.api.security import Call, authenticated
from app.domain.decisions import canonical
from app.services import outbox

router = APIRouter(tags=["Sự kiện"], route_class=StrictRoute)
webhooks = APIRouter(tags=["Sự kiện"])

Reader = Annotated[Call, Security(authenticated, scopes=["dossiers:read"])]


@router.get(
    "/v1/events",
    operation_id="listEvents",
    summary="Sổ sự kiện, theo thứ tự",
    response_model=EventsOut,
    responses=problems(401, 403, 422, 503),
)
async def events(call: Reader, asked: Annotated[EventsIn, Query()]) -> Response:
    """Không sự kiện nào bị bỏ sót khi đọc tiếp từ `next_cursor`; không có dữ liệu cá nhân.

    The log of events. Whoever goes on from `next_cursor` misses none, and reads each dossier's in order.
    """
    return json_answer(canonical(await outbox.events(call.desk, asked.after, asked.limit)))


@webhooks.post(
    "motlan-event",
    operation_id="receiveEvent",
    summary="Sự kiện được gửi tới hệ thống đã đăng ký",
    status_code=204,
    response_class=Response,
)
async def receive(
    body: Annotated[EventOut, Body(media_type="application/cloudevents+json")],
    webhook_id: Annotated[str, Header(description="Mã sự kiện, như `id`: gửi lại thì vẫn mã ấy / the event's id")],
    webhook_timestamp: Annotated[str, Header(description="Giây Unix lúc gửi / Unix seconds of this attempt")],
    webhook_signature: Annotated[
        str, Header(description="`v1,` + base64 HMAC-SHA256(secret, `{webhook-id}.{webhook-timestamp}.{body}`)")
    ],
) -> None:
    """Chữ ký theo Standard Webhooks. Trả lời 2xx là đã nhận; khác 2xx thì gửi lại, chậm dần, đúng thứ tự.

    CloudEvents 1.0, signed as Standard Webhooks has it. Answer 2xx within ten seconds once it is kept; anything else is
    sent again, later each time, and nothing behind it comes before it. 410 ends the subscription. An event may come
    twice: its id tells.
    """
