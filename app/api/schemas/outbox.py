"""The log of events, subscribers to it, and messages that came to a stop."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.api.schemas.catalogue import count
from app.api.schemas.common import Input, Output, fault
from app.domain.outbox import EventType

EventTypeName = Literal[
    "vn.motlan.dossier.received",
    "vn.motlan.dossier.moved",
    "vn.motlan.dossier.settled",
    "vn.motlan.dossier.supplement-requested",
    "vn.motlan.result.issued",
    "vn.motlan.result.revoked",
    "vn.motlan.report.filed",
    "vn.motlan.report.answered",
    "vn.motlan.subscription.disabled",
]
DestinationName = Literal["portal", "wallet"]
StateName = Literal["waiting", "delivered", "dead", "undeliverable", "discarded"]
Limit = Annotated[int, BeforeValidator(count), Field(ge=1, le=200, description="Số mục mỗi trang / items a page")]
Cursor = Annotated[
    str,
    StringConstraints(pattern="^[0-9]{1,18}$"),
    Field(description="Vị trí trong sổ sự kiện / a place in the log", examples=["000000000000000000"]),
]


def _distinct(types: list[str]) -> list[str]:
    if len(set(types)) != len(types):
        raise fault("distinct_types")
    return types


class EventsIn(Input):
    cursor: Cursor | None = Field(
        None, description="`next_cursor` đã nhận; bỏ trống: từ đầu / what you were given; left out: from the beginning"
    )
    limit: Limit = 100

    @property
    def after(self) -> int:
        return int(self.cursor or 0)


class EventOut(Output):
    """CloudEvents 1.0. Nothing of a person stands in it: read the dossier for more. `id` is the same when it is sent
    again; `sequence` is the event's place in the log, and a cursor.
    """

    specversion: Literal["1.0"]
    id: str = Field(examples=["01936f7c-2f4b-7c63-8d2e-0a4b5c6d7e8f"])
    source: str = Field(examples=["urn:motlan:000.00.00.H27"])
    type: str = Field(examples=[EventType.MOVED.value])
    subject: str = Field(
        description="Mã hồ sơ, kết quả, phản ánh / what it is about", examples=["000.00.00.H27-261122-0001"]
    )
    time: datetime
    datacontenttype: Literal["application/json"]
    sequence: str = Field(examples=["000000000000000042"])
    data: dict[str, Any] = Field(
        examples=[{"dossier": "000.00.00.H27-261122-0001", "from": 2, "to": 4, "counted": True}]
    )


class EventsOut(Output):
    items: list[EventOut]
    next_cursor: str = Field(
        description="Luôn có: gửi lại bằng `cursor` để đọc tiếp, ngay hoặc sau này / go on from here, now or later",
        examples=["000000000000000042"],
    )


class SubscriptionIn(Input):
    url: Annotated[
        str,
        StringConstraints(min_length=1, max_length=500, pattern=r"^https?://[!-~]+$"),
        Field(
            description="Địa chỉ https công khai; không chuyển hướng / public https, no redirects",
            examples=["https://example.invalid/motlan"],
        ),
    ]
    types: Annotated[list[EventTypeName], Field(max_length=20), AfterValidator(_distinct)] = Field(
        default=[], description="Loại sự kiện; bỏ trống: tất cả / left out: all"
    )
    cursor: Cursor | None = Field(
        None, description="Bắt đầu sau vị trí này; bỏ trống: từ bây giờ / begin behind this place; left out: now"
    )

    @property
    def after(self) -> int | None:
        return None if self.cursor is None else int(self.cursor)


class ReplayIn(Input):
    cursor: Cursor = Field(description="Gửi lại những gì sau vị trí này / what lies behind this place is sent again")


class SubscriptionsIn(Input):
    cursor: str | None = Field(
        None, max_length=36, pattern="^[0-9a-f-]+$", description="`next_cursor` của trang trước / of the page before"
    )
    limit: Limit = 50


class SubscriptionOut(Output):
    """`cursor`: the last event it has taken. `disabled` after too many failures in a row, with the last one's cause."""

    id: str = Field(examples=["01936f7c-2f4b-7c63-8d2e-0a4b5c6d7e8f"])
    url: str
    types: list[str]
    status: Literal["active", "disabled"]
    cursor: str
    failures: int = Field(description="Số lần hỏng liên tiếp / failures in a row")
    failing_since: datetime | None
    cause: str | None = Field(examples=["timeout"])
    next_try_at: datetime | None
    created_at: datetime
    disabled_at: datetime | None


class SubscribedOut(SubscriptionOut):
    secret: str | None = Field(
        description="Chỉ hiện một lần; null khi câu trả lời được gửi lại / shown once, null in a kept answer",
        examples=["whsec_…"],
    )


class MessagesIn(Input):
    status: StateName = Field("dead", description="Tình trạng / which messages")
    destination: DestinationName | None = Field(None, description="Nơi nhận / where to")
    cursor: Annotated[str, StringConstraints(pattern="^[0-9]{1,18}$")] | None = Field(
        None, description="`next_cursor` của trang trước / of the page before"
    )
    limit: Limit = 50

    @property
    def before(self) -> int | None:
        return None if self.cursor is None else int(self.cursor)


class MessageOut(Output):
    """One message to the portal or the wallet. `stream`: messages of one stream go out one after the other."""

    id: int
    destination: DestinationName
    kind: Literal["report", "update", "progress", "result"]
    stream: str = Field(examples=["dossier:000.00.00.H27-261122-0001"])
    subject: str
    status: StateName
    attempts: int
    cause: str | None = Field(examples=["procedure_not_published"])
    due_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
