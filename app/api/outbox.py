"""`/v1/outbox`: messages to the portal and the wallet that wait or came to a stop, tried again or given up."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, Security

from app.api.requests import StrictRoute, json_answer
from app.api.schemas.catalogue import Page
from app.api.schemas.common import problems
from app.api.schemas.outbox import MessageOut, MessagesIn
from app.api.security import Call, also, authenticated
from app.domain.decisions import canonical
from app.domain.outbox import Destination, State
from app.services import outbox

router = APIRouter(tags=["Vận hành"], route_class=StrictRoute)

Reader = Annotated[Call, Security(authenticated, scopes=["journal:read"])]
Writer = Annotated[Call, Security(authenticated, scopes=["dossiers:write"])]
MessageId = Annotated[int, Path(description="Số của tin / the message's number", ge=1, le=2**53 - 1, examples=[1])]
_PROBLEMS: dict[int | str, dict[str, Any]] = problems(401, 403, 404, 409, 422, 503)


@router.get(
    "/v1/outbox",
    operation_id="listMessages",
    summary="Tin gửi Cổng và VNeID: đang chờ, hỏng hẳn",
    response_model=Page[MessageOut],
    responses=problems(401, 403, 422, 503),
)
async def messages(call: Reader, asked: Annotated[MessagesIn, Query()]) -> Response:
    """Mới nhất trước; mặc định là những tin đã hỏng hẳn, kèm lý do / the latest first; by default the dead ones."""
    destination = Destination(asked.destination) if asked.destination else None
    found = await outbox.page(call.desk, State(asked.status), destination, asked.before, asked.limit)
    return json_answer(canonical(found))


@router.post(
    "/v1/outbox/{message_id}/retry",
    operation_id="retryMessage",
    summary="Gửi lại một tin đã hỏng",
    response_model=MessageOut,
    responses=_PROBLEMS,
)
async def retry(call: Writer, message_id: MessageId) -> Response:
    """Sau khi đã sửa nguyên nhân; các tin sau nó đi tiếp theo thứ tự. Cần cả quyền `journal:read`.

    Those behind it follow in order. For who operates the service: the scope `journal:read` is needed too.
    """
    also(call, "journal:read")
    return json_answer(canonical(await outbox.retry(call.desk, call.caller, message_id)))


@router.post(
    "/v1/outbox/{message_id}/discard",
    operation_id="discardMessage",
    summary="Bỏ một tin đã hỏng",
    response_model=MessageOut,
    responses=_PROBLEMS,
)
async def discard(call: Writer, message_id: MessageId) -> Response:
    """Nơi nhận sẽ không bao giờ biết điều nó nói; các tin sau nó đi tiếp. Cần cả quyền `journal:read`.

    Given up for good, so that the next may go. For who operates the service: the scope `journal:read` is needed too.
    """
    also(call, "journal:read")
    return json_answer(canonical(await outbox.discard(call.desk, call.caller, message_id)))
