"""Presentations: a citizen makes a code for one document, and an office or private body redeems it, once."""

from datetime import UTC, date, datetime
from secrets import token_urlsafe
from time import time
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.admission import authorize, forget_token
from mock_vneid.faces.oidc import logged_in
from mock_vneid.faces.visits import Refusal, Visit, answer, bad_request, body_of, visit_of
from mock_vneid.faces.wallet import LIFETIME
from mock_vneid.faces.wallet_results import refusal
from mock_vneid.faces.weather import weather
from mock_vneid.faults import Struck
from mock_vneid.forgery import signed
from mock_vneid.ids import another_id, kind_of
from mock_vneid.oidc.accounts import CITIZENS, Account
from mock_vneid.people import FULL_IDENTITY_LEVEL
from mock_vneid.presentations import QR, TYPE, Offer, Presentation, Redemption, Refused, standing
from mock_vneid.situations import held, known, told
from mock_vneid.specs import VIETNAM
from mock_vneid.tokens import WALLET, Client
from mock_vneid.wire import mistakes
from mock_vneid.worlds import World

router = APIRouter(prefix="/w/{world}/wallet", tags=["wallet"])

_REDEEM = WALLET.only("wallet.redeem")
_OFFER = {"mode": "sharing", "document_type": "CAN_CUOC", "purpose": "Đăng ký thường trú", "audience": "office"}
_REDEMPTION = {"request_id": "0d8f1a52-6f0e-4d43-9c57-3b8f0c1f7a10", "code": "7K2MNPQ4RS", "officer": "CB-0001"}


def _documented(model: type[Offer] | type[Redemption], example: dict[str, str]) -> dict[str, Any]:
    content = {"application/json": {"schema": model.model_json_schema(), "example": example}}
    return {"requestBody": {"required": True, "content": content}}


# Making


def offered(presentation: Presentation) -> dict[str, Any]:
    """What the citizen is given. `expires_at` is RFC 3339, by the world's clock."""
    ends = datetime.fromtimestamp(presentation.expires_at, VIETNAM).isoformat(timespec="seconds")
    return {"code": presentation.code, "qr": f"{QR}{presentation.code}", "expires_at": ends}


def made(world: World, account: Account, offer: Offer) -> Presentation:
    """A code for a document that this account's wallet shows. Refused: the account is too low, the wallet has none."""
    if account.level < FULL_IDENTITY_LEVEL:
        raise Refused(403, "LEVEL_TOO_LOW", "an account of level 2 shows documents; this one does not")
    if standing(world.holder(account.id), world.holding(account.id, offer.document_type), world.today()) == "absent":
        raise Refused(422, "NOT_IN_WALLET", "the wallet shows no document of this type")
    return world.presentations.make(account.id, offer, world.now())


@router.post(
    "/presentations",
    status_code=201,
    summary="Make a code for a document of one's own",
    openapi_extra=_documented(Offer, _OFFER),
)
async def present(request: Request) -> Response:
    """Bearer: the access token of a citizen's login with the scope `wallet`. The code lives at most 300 seconds."""
    visit = visit_of(request)
    offer: Offer | Refusal
    try:
        offer = Offer.model_validate_json(await body_of(request, "application/json"))
        visit.entry.types, visit.entry.purpose = [offer.document_type], offer.purpose
    except ValidationError as wrong:
        offer = bad_request(mistakes(wrong))
    except Refusal as refused:
        offer = refused
    _, in_its_place = await weather(visit, "wallet", "present")
    if in_its_place is not None:
        return in_its_place
    who, _ = logged_in(request, visit, CITIZENS, "wallet")
    visit.entry.matched = ("token",)
    if isinstance(offer, Refusal):
        visit.entry.refuse("form")
        raise offer
    visit.entry.matched = ("token", "form")
    try:
        presentation = made(visit.world, who, offer)
    except Refused as no:
        raise _refused(visit, no) from no
    return answer(offered(presentation), 201, {"Cache-Control": "no-store"})


def _refused(visit: Visit, no: Refused) -> Refusal:
    visit.entry.refuse(no.code.lower())
    return refusal(no.status, no.code, no.says)


# Redeeming


@router.post(
    "/presentations/redeem",
    summary="Redeem a code, once",
    openapi_extra={**_documented(Redemption, _REDEMPTION), "security": [{"wallet": ["wallet.redeem"]}]},
)
async def redeem(request: Request) -> Response:
    """What the citizen chose to show, now; the same request again is answered alike.

    Refused: 404 UNKNOWN_CODE, 403 WRONG_AUDIENCE and WRONG_PURPOSE, 410 ALREADY_USED and CODE_EXPIRED.
    """
    visit = visit_of(request)
    world, now = visit.world, visit.world.now()
    asked: Redemption | Refusal
    presentation = None
    try:
        asked = Redemption.model_validate_json(await body_of(request, "application/json"))
        presentation = world.presentations.find(asked.code, now)
        _note(visit, asked, presentation)
    except ValidationError as wrong:
        asked = bad_request(mistakes(wrong))
    except Refusal as refused:
        asked = refused
    struck, in_its_place = await weather(visit, "wallet", "redeem")
    if in_its_place is not None:
        return in_its_place
    visit.entry.client = client_id = authorize(request, visit, _REDEEM)
    forget_token(struck)
    visit.entry.matched = ("token",)
    if isinstance(asked, Refusal):
        visit.entry.refuse("form")
        raise asked
    visit.entry.matched = ("token", "form")
    try:
        if presentation is None:
            raise Refused(404, "UNKNOWN_CODE", "no such code; it may be of another world, or mistyped")
        return answer(_redeemed(visit, struck, presentation, client_id, asked), headers={"Cache-Control": "no-store"})
    except Refused as no:
        raise _refused(visit, no) from no


def _note(visit: Visit, asked: Redemption, presentation: Presentation | None) -> None:
    entry = visit.entry
    entry.request_id, entry.procedure, entry.officer = asked.request_id, asked.procedure, asked.officer
    if presentation is not None:
        entry.holder_kind, entry.holder_id = kind_of(presentation.holder_id), presentation.holder_id
        entry.types, entry.purpose = [presentation.offer.document_type], presentation.offer.purpose


def _redeemed(
    visit: Visit, struck: Struck, presentation: Presentation, client_id: str, asked: Redemption
) -> dict[str, Any]:
    used_by = (client_id, asked.request_id)
    if presentation.used_by == used_by and presentation.answer is not None:
        return presentation.answer
    client = visit.world.state.clients.get(client_id) or Client(client_id)
    presentation.check(client, asked, visit.world.now())
    visit.entry.matched = ("token", "form", "code")
    presentation.used_by, presentation.answer = used_by, _shown(visit, struck, presentation, client_id, asked)
    return presentation.answer


def _shown(
    visit: Visit, struck: Struck, presentation: Presentation, client_id: str, asked: Redemption
) -> dict[str, Any]:
    """The answer. Whose document it is, is told by sharing alone; validation says whether it is good."""
    world, offer = visit.world, presentation.offer
    document_type = offer.document_type
    holder = known(struck, world.holder(presentation.holder_id))
    holding = held(world, struck, "wallet", holder, document_type) if holder else None
    written = told(world, struck, holder, document_type, holding) if holder and holding else {}
    status = standing(holder, holding, world.today())
    if status == "valid" and written.get("revoked_on"):  # by a fault: what is written decides
        status = "revoked"
    elif status == "valid" and date.fromisoformat(written.get("valid_until", "9999-12-31")) < world.today():
        status = "expired"
    issued_at = int(time()) - struck.age(document_type)
    claims: dict[str, Any] = {
        "iss": visit.base,
        "aud": client_id,
        "iat": issued_at,
        "exp": issued_at + LIFETIME,
        "jti": token_urlsafe(16),
        "request_id": asked.request_id,
        "mode": offer.mode,
        "purpose": offer.purpose,
        "document_type": document_type,
    }
    body: dict[str, Any] = {
        "request_id": asked.request_id,
        "mode": offer.mode,
        "purpose": offer.purpose,
        "document_type": document_type,
        "status": status,
        "answered_at": datetime.fromtimestamp(issued_at, UTC).isoformat(timespec="seconds"),
    }
    if offer.mode == "validation":
        claims["valid"] = status == "valid"
    else:
        holder_id = presentation.holder_id
        if struck.document("wrong_person", document_type):
            holder_id = another_id(holder_id)
        body["holder"] = {"kind": kind_of(holder_id), "id": holder_id}
        fields = {} if status == "absent" else {name: written[name] for name in presentation.fields if name in written}
        claims |= {"status": status, "holder": body["holder"], "fields": fields}
    body["presentation"] = signed(world.keys, TYPE, claims, struck, document_type)
    return body
