"""Subscriptions: an office asks to be told what becomes of the documents in wallets. `webhooks.py` tells it."""

from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import AfterValidator, Field, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.admission import authorize, forget_token
from mock_vneid.faces.visits import Visit, answer, bad_request, body_of, error, visit_of
from mock_vneid.faces.wallet_results import refusal
from mock_vneid.faces.weather import weather
from mock_vneid.outbound import target_of
from mock_vneid.specs import Words, mistake
from mock_vneid.tokens import WALLET
from mock_vneid.webhooks import EVENTS, MOST_SUBSCRIPTIONS, EventType, Signature, Subscription
from mock_vneid.wire import RequestId, Wire, mistakes

router = APIRouter(prefix="/w/{world}/wallet/subscriptions", tags=["wallet"])

_SUBSCRIBE = WALLET.only("wallet.subscribe")
_ANSWERED: dict[str, Any] = {"security": [{"wallet": ["wallet.subscribe"]}]}
_LEAST_SECRET = 16


def _check_url(url: str) -> str:
    try:
        target_of(url)
    except ValueError as wrong:
        raise mistake(str(wrong)) from None
    return url


class SubscriptionIn(Wire):
    url: Annotated[str, AfterValidator(_check_url)] = Field(examples=["http://127.0.0.1:9999/hooks"])
    secret: Annotated[Words, Field(min_length=_LEAST_SECRET)] | None = Field(
        default=None, description="of `hmac`", examples=["whsec_bWFkZS11cC1hbmQta25vd24="]
    )
    events: Annotated[list[EventType], Field(min_length=1, max_length=len(EVENTS))] = Field(default=list(EVENTS))
    signature: Signature = "hmac"

    @model_validator(mode="after")
    def _has_its_secret(self) -> Self:
        if self.signature == "hmac" and self.secret is None:
            raise mistake(f"secret is missing: `hmac` signs by one of at least {_LEAST_SECRET} characters")
        return self


class _Named(Wire):
    id: RequestId


class Replay(Wire):
    after: Annotated[int, Field(strict=True, ge=0, description="the sequence of the last event that is known")]


def _documented(model: type[Wire]) -> dict[str, Any]:
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {**_ANSWERED, "requestBody": {"required": True, "content": content}}


def _told(visit: Visit, subscription: Subscription) -> dict[str, Any]:
    """The secret is not repeated."""
    webhooks = visit.world.webhooks
    return {
        "id": subscription.id,
        "url": subscription.url,
        "events": [event for event in EVENTS if event in subscription.events],
        "signature": subscription.signature,
        "status": "disabled" if subscription.id in webhooks.disabled else "active",
        "pending": webhooks.count(subscription.id, "pending"),
        "failed": webhooks.count(subscription.id, "failed"),
    }


async def _admitted(request: Request) -> Response | Visit:
    visit = visit_of(request)
    struck, in_its_place = await weather(visit, "wallet", "subscribe")
    if in_its_place is not None:
        return in_its_place
    visit.entry.client = authorize(request, visit, _SUBSCRIBE)
    forget_token(struck)
    visit.entry.matched = ("token",)
    return visit


def _own(visit: Visit, subscription_id: str) -> Subscription:
    found = visit.world.webhooks.subscriptions.get(subscription_id)
    if found is None or found.client != visit.entry.client:
        visit.entry.refuse("subscription")
        raise error(404, "not_found", "no subscription of yours has this id")
    return found


@router.get("", summary="One's own subscriptions", openapi_extra=_ANSWERED)
async def list_subscriptions(request: Request) -> Response:
    visit = await _admitted(request)
    if isinstance(visit, Response):
        return visit
    mine = [one for one in visit.world.webhooks.subscriptions.values() if one.client == visit.entry.client]
    return answer({"items": [_told(visit, one) for one in mine]})


@router.put("/{id}", summary="Subscribe, whole, each time", openapi_extra=_documented(SubscriptionIn))
async def put_subscription(request: Request, id: str) -> Response:
    """Events from now on; `replay` brings earlier ones. A subscription that was disabled is active again."""
    visit = await _admitted(request)
    if isinstance(visit, Response):
        return visit
    try:
        given = SubscriptionIn.model_validate_json(await body_of(request, "application/json"))
        name = _Named.model_validate({"id": id}).id
    except ValidationError as wrong:
        visit.entry.refuse("form")
        raise bad_request(mistakes(wrong)) from wrong
    webhooks, client = visit.world.webhooks, visit.entry.client or ""
    known = webhooks.subscriptions.get(name)
    if known is not None and known.client != client:
        raise refusal(409, "NAME_TAKEN", "another client has a subscription of this id")
    if known is None and len(webhooks.subscriptions) >= MOST_SUBSCRIPTIONS:
        raise refusal(409, "TOO_MANY", f"a world has at most {MOST_SUBSCRIPTIONS} subscriptions; DELETE some first")
    made = Subscription(name, client, given.url, given.secret or "", frozenset(given.events), given.signature)
    return answer(_told(visit, made), 201 if webhooks.put(made) else 200)


@router.get("/{id}", summary="One subscription, and how it stands", openapi_extra=_ANSWERED)
async def read_subscription(request: Request, id: str) -> Response:
    visit = await _admitted(request)
    return visit if isinstance(visit, Response) else answer(_told(visit, _own(visit, id)))


@router.delete("/{id}", status_code=204, summary="Be told nothing more", openapi_extra=_ANSWERED)
async def delete_subscription(request: Request, id: str) -> Response:
    visit = await _admitted(request)
    if isinstance(visit, Response):
        return visit
    visit.world.webhooks.delete(_own(visit, id).id)
    return Response(status_code=204)


@router.post("/{id}/replay", status_code=202, summary="Tell it again", openapi_extra=_documented(Replay))
async def replay(request: Request, id: str) -> Response:
    """Every event after this number once more, holder by holder in order; what was waiting comes with them."""
    visit = await _admitted(request)
    if isinstance(visit, Response):
        return visit
    subscription = _own(visit, id)
    try:
        asked = Replay.model_validate_json(await body_of(request, "application/json"))
    except ValidationError as wrong:
        visit.entry.refuse("form")
        raise bad_request(mistakes(wrong)) from wrong
    return answer({"replayed": visit.world.webhooks.replay(subscription.id, asked.after)}, 202)
