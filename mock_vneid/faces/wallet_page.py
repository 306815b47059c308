"""A small page of the wallet: whoever is logged in sees their documents, and makes codes to show them."""

from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.oidc_clients import note_account, read_form
from mock_vneid.faces.oidc_login import COOKIE, keep_session
from mock_vneid.faces.visits import Visit, visit_of
from mock_vneid.faces.wallet_presentations import made, offered
from mock_vneid.faces.weather import weather
from mock_vneid.oidc.accounts import CITIZENS, Account
from mock_vneid.oidc.pages import candidates, page, qr_picture
from mock_vneid.people import wallet_state
from mock_vneid.presentations import FIELDS, Offer, Refused
from mock_vneid.wire import mistakes

# Below `oidc`, where the browser brings the session of the login along.
router = APIRouter(prefix="/w/{world}/oidc", tags=["wallet"])

_LABELS = {
    "full_name": "họ tên",
    "birth_date": "ngày sinh",
    "number": "số",
    "issued_on": "ngày cấp",
    "valid_until": "hạn",
    "revoked_on": "ngày thu hồi",
    "data": "nội dung",
}
_NONE: dict[str, Any] = {"account": None, "problem": "", "offered": None, "picture": "", "purpose": "", "wanted": ""}


@router.get("/wallet", summary="The wallet as its owner sees it: a page")
@router.post("/wallet", summary="Choose whose wallet, or make a code: its forms")
async def wallet(request: Request) -> Response:
    visit = visit_of(request)
    form = await read_form(request) if request.method == "POST" else {}
    _, in_its_place = await weather(visit, "wallet", "present")
    if in_its_place is not None:
        return in_its_place
    world, now = visit.world, visit.world.now()
    session = world.logins.session(request.cookies.get(COOKIE), now)
    if "leave" in form and session is not None:
        world.logins.close_session(session.sid, now)
        session = None
    person_id, _, organization_id = form.get("person", "").partition("/")
    if chosen := CITIZENS.find(world, person_id, organization_id or None):
        session = world.logins.open_session(person_id, now, chosen.acting_for)
    account = CITIZENS.find(world, session.person_id, session.acting_for) if session else None
    if session is None or account is None:
        return _choose(visit, form.get("wanted", "")[:100])
    note_account(visit, CITIZENS, account.id)
    response = _opened(visit, account, form)
    keep_session(visit, response, session)
    return response


def _choose(visit: Visit, wanted: str) -> Response:
    people, _ = candidates(visit.world, CITIZENS, wanted)
    return page("wallet", **_NONE | {"people": people, "wanted": wanted})


def _opened(visit: Visit, account: Account, form: dict[str, str]) -> Response:
    world, told = visit.world, dict(_NONE)
    holder = world.holder(account.id)
    shown = [
        (document_type, holding)
        for document_type, holding in world.holdings(account.id).items()
        if holder and wallet_state(holder, holding) == "linked"
    ]
    if "document_type" in form:
        told["purpose"] = form.get("purpose", "")
        try:
            presentation = made(world, account, _offer(form))
            told["offered"] = offered(presentation)
            told["picture"] = qr_picture(told["offered"]["qr"])
        except ValidationError as wrong:
            told["problem"] = mistakes(wrong)
        except Refused as no:
            told["problem"] = no.says
    received = [one.claims for one in world.state.results.of(account.id) if one.holder_id != account.id]
    told |= {"account": account, "documents": shown, "received": received, "fields": list(_LABELS.items())}
    return page("wallet", **told)


def _offer(form: dict[str, str]) -> Offer:
    chosen = {"fields": [name for name in FIELDS if f"field.{name}" in form]} if form.get("mode") == "sharing" else {}
    told = {name: form.get(name) for name in ("mode", "document_type", "purpose", "audience")}
    return Offer.model_validate({**told, **chosen})
