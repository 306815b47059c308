"""What the two observed logins have in common: who may be answered where, one-time codes, and tokens for userinfo.

There is no page of personas here: `login_hint` names who logs in (a citizen's number; through the national portal an
organisation's too); without it a small form asks for the number. `nonce`, PKCE and `prompt` play no part, as observed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from html import escape
from secrets import token_urlsafe
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.oidc_clients import NO_STORE, invalid_client, read_form, refused
from mock_vneid.faces.visits import Visit, error, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.faults import Face
from mock_vneid.ids import id_problem, kind_of
from mock_vneid.oidc.logins import CODE_LIFETIME, Logins, Shelf
from mock_vneid.oidc.requests import NoAddress, addressee, callback, parameters
from mock_vneid.people import Holder, Person
from mock_vneid.tokens import LIFETIME
from mock_vneid.worlds import World


@dataclass(frozen=True, slots=True)
class Code:
    """A login on its way to its client. `holder_id`: who logged in."""

    face: Face
    client_id: str
    redirect_uri: str
    holder_id: str


@dataclass(slots=True)
class _Under:
    """What is under way in one world, forgotten with its logins."""

    codes: Shelf[Code]
    tokens: Shelf[Code]


_UNDER_WAY: WeakKeyDictionary[Logins, _Under] = WeakKeyDictionary()


def _under(visit: Visit) -> _Under:
    logins = visit.world.logins
    if logins not in _UNDER_WAY:
        _UNDER_WAY[logins] = _Under(Shelf(CODE_LIFETIME), Shelf(LIFETIME))
    return _UNDER_WAY[logins]


def opaque(world: World, what: str, holder_id: str) -> str:
    """A name of this holder in this world that says nothing of them."""
    text = f"{what}|{world.state.seed}|{holder_id}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _account(visit: Visit, holder_id: str, *, organizations: bool) -> Holder | None:
    """Who may log in: a person with an account of level 1 or 2; an organisation, where those are let in."""
    kind = kind_of(holder_id)
    if id_problem(kind, holder_id) is not None or (kind == "organization" and not organizations):
        return None
    holder = visit.world.holder(holder_id)
    return None if isinstance(holder, Person) and holder.identity_level < 1 else holder


def _form(params: Mapping[str, str], wrong: bool) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in params.items()
        if name != "login_hint"
    )
    problem = "<p>Không có tài khoản nào của số này.</p>" if wrong else ""
    page = (
        '<!doctype html><html lang="vi"><meta charset="utf-8"><title>mock_vneid</title>'
        "<p><strong>Hệ thống thử, không phải VNeID. Mọi người ở đây đều không có thật.</strong></p>"
        f'{problem}<form method="get">{hidden}<label>Số định danh <input name="login_hint" required></label> '
        "<button>Đăng nhập</button></form></html>"
    )
    security = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"}
    return Response(page, 200, {**NO_STORE, **security}, media_type="text/html")


async def begin(
    request: Request, face: Face, *, organizations: bool = False
) -> Response | tuple[Visit, str, dict[str, str]]:
    """A login asked for by a browser: where it goes back to, with the code and the state; or a response to end with."""
    visit = visit_of(request)
    _, in_its_place = await weather(visit, face, "auth")
    if in_its_place is not None:
        return in_its_place
    try:
        params, twice = parameters(request.url.query)
        client = addressee(params, twice, visit.world.state.clients)
    except (NoAddress, ValueError) as wrong:
        raise refused("invalid_request", str(wrong) if isinstance(wrong, NoAddress) else "the query is none") from wrong
    target, state = params["redirect_uri"], {name: params[name] for name in ("state",) if name in params}
    visit.entry.client = client.id
    if params.get("response_type") != "code" or "openid" not in params.get("scope", "").split():
        visit.entry.error = "invalid_request"
        return sent_back(callback(target, {"error": "invalid_request", **state}))
    hint = params.get("login_hint")
    holder = _account(visit, hint, organizations=organizations) if hint else None
    if holder is None:
        return _form(params, wrong=hint is not None)
    visit.entry.holder_kind, visit.entry.holder_id = kind_of(holder.id), holder.id
    code = _under(visit).codes.put(Code(face, client.id, target, holder.id), visit.world.now())
    return visit, target, {"code": code, **state}


def sent_back(location: str) -> Response:
    return Response(status_code=302, headers={"Location": location, **NO_STORE, "Referrer-Policy": "no-referrer"})


async def redeemed(request: Request, face: Face) -> Response | tuple[Visit, str]:
    """A token for the userinfo of the login behind a code, which is spent. Refused as RFC 6749 §5.2 has it."""
    visit = visit_of(request)
    _, in_its_place = await weather(visit, face, "token")
    if in_its_place is not None:
        return in_its_place
    form = await read_form(request)
    client_id = _authenticated(visit, form)
    if form.get("grant_type") != "authorization_code":
        raise refused("unsupported_grant_type", "this endpoint knows authorization_code only")
    now, under = visit.world.now(), _under(visit)
    code = under.codes.take(form.get("code", ""), now)
    if code is None or (code.face, code.client_id) != (face, client_id):
        raise refused("invalid_grant", "no such code of this client; a code is good once, and for a minute")
    if form.get("redirect_uri") != code.redirect_uri:
        raise refused("invalid_grant", "redirect_uri is not the one the code was sent to")
    return visit, under.tokens.put(code, now, token_urlsafe(32))


def _authenticated(visit: Visit, form: Mapping[str, str]) -> str:
    client = visit.world.state.clients.get(form.get("client_id", ""))
    shown = form.get("client_secret", "")
    if client is None or not client.secret or not compare_digest(shown.encode(), client.secret.encode()):
        raise invalid_client("client_id and client_secret of a registered client, in the form")
    visit.entry.client = client.id
    return client.id


def logged_in(visit: Visit, face: Face, token: str) -> Holder:
    """Whoever this token was given for, as the world knows them now. Refused with 401: no such token of this face."""
    code = _under(visit).tokens.get(token, visit.world.now())
    holder = visit.world.holder(code.holder_id) if code and code.face == face else None
    if code is None or holder is None:
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise error(401, "invalid_token", "no such token of this login, or it has run out", challenge)
    visit.entry.client = code.client_id
    visit.entry.holder_kind, visit.entry.holder_id = kind_of(holder.id), holder.id
    return holder
