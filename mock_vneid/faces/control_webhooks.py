"""The control door's part for the wallet's webhooks: who is told, what happened, and what became of each delivery."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mock_vneid.faces.control import WorldDep
from mock_vneid.problems import ProblemOut
from mock_vneid.webhooks import KEPT, EventType, Outcome, told

router = APIRouter(
    prefix="/worlds/{world}/webhooks",
    tags=["webhooks"],
    responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}},
)


class SubscriberOut(BaseModel):
    id: str
    client: str
    url: str
    events: list[EventType]
    signature: str
    disabled: bool = Field(description="it answered 410; PUT or replay makes it active again")


class DeliveryOut(BaseModel):
    sequence: int
    event: str
    type: EventType
    holder: str
    document_type: str
    subscription: str
    outcome: Outcome = Field(description="failed: given up; dropped: its subscription went, or was replayed")
    attempts: list[dict[str, Any]]


class WebhooksOut(BaseModel):
    subscriptions: list[SubscriberOut]
    events: int = Field(description="that are kept for a replay")
    deliveries: list[DeliveryOut] = Field(description="oldest first")


@router.get("")
async def read_webhooks(
    world: WorldDep,
    subscription: str | None = None,
    outcome: Outcome | None = None,
    limit: Annotated[int, Query(ge=1, le=KEPT)] = 100,
) -> WebhooksOut:
    """The subscriptions of this world, and its newest deliveries."""
    webhooks = world.webhooks
    found = [
        delivery
        for delivery in webhooks.deliveries()
        if subscription in (None, delivery.subscription) and outcome in (None, delivery.outcome)
    ]
    return WebhooksOut(
        subscriptions=[
            SubscriberOut(
                id=one.id,
                client=one.client,
                url=one.url,
                events=sorted(one.events),
                signature=one.signature,
                disabled=one.id in webhooks.disabled,
            )
            for one in webhooks.subscriptions.values()
        ],
        events=len(webhooks.events),
        deliveries=[DeliveryOut.model_validate(one) for one in told(found[-limit:])],
    )


@router.post("/retry", status_code=202)
async def retry_webhooks(world: WorldDep) -> None:
    """Try at once what waits for its next attempt."""
    world.webhooks.retry()
