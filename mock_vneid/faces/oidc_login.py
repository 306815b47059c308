"""The front door of the login: where browsers come (authorize, login, end_session), and what is pushed ahead (PAR).

It stands twice, as the back doors do: for citizens, and for the officers of offices below `/staff`.
"""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.oidc_clients import FORM, NO_STORE, authenticated, note_account, read_form, refused
from mock_vneid.faces.visits import Refusal, Visit, answer, body_of, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.misses import nearest
from mock_vneid.oidc import claims
from mock_vneid.oidc.accounts import CITIZENS, Account, named, provider_of, refusal
from mock_vneid.oidc.logins import (
    PUSHED_LIFETIME,
    SESSION_LIFETIME,
    Asked,
    Logins,
    Logout,
    Refused,
    Session,
    public_sid,
)
from mock_vneid.oidc.pages import candidates, page
from mock_vneid.oidc.requests import NoAddress, addressee, callback, checked, parameters

router = APIRouter()
_login = APIRouter(tags=["login"])  # of either provider

COOKIE = "mock_vneid_session"
_PUSHED = "urn:ietf:params:oauth:request_uri:"
_TOLD = {
    "oidc": {
        "profile": "họ tên, ngày sinh, giới tính",
        "vneid": "số định danh, loại và mức tài khoản (khi thay mặt tổ chức: cả mã số và tên tổ chức)",
        "wallet": "và được thay bạn tạo mã chia sẻ giấy tờ",
    },
    "staff": {"profile": "họ tên", "staff": "mã cán bộ, cơ quan và nhiệm vụ"},
}
# Faults that stand in for the answer to a login, with the words of the error.
_DENIED = "the person refused"
_BY_NAME = {"access_denied": _DENIED, "temporarily_unavailable": "the login is out of order for a moment"}


def _home(visit: Visit) -> str:
    return f"/w/{visit.world.name}{provider_of(visit.entry.path).path}/oidc"


def _issuer(visit: Visit) -> str:
    return provider_of(visit.entry.path).issuer(visit.base)


def _logins(visit: Visit) -> Logins:
    return provider_of(visit.entry.path).logins(visit.world)


def _account(visit: Visit, person_id: str, acting_for: str | None) -> Account | None:
    return provider_of(visit.entry.path).find(visit.world, person_id, acting_for)


def _stopped(visit: Visit, code: str, description: str) -> Response:
    """A page, for there is nowhere to send the browser to."""
    visit.entry.error, visit.entry.says = code, description
    return page(
        "message",
        400,
        title="Không tiếp tục được",
        text="Ứng dụng đã gửi một yêu cầu không đúng. Hãy báo cho người làm ra nó.",
        error=code,
        description=description,
    )


def _redirect(visit: Visit, target: str, session: Session | None = None) -> Response:
    """303: whatever brought the browser here, it goes on with GET."""
    response = Response(status_code=303, headers={"Location": target, **NO_STORE, "Referrer-Policy": "no-referrer"})
    if session is not None:
        keep_session(visit, response, session)
    return response


def keep_session(visit: Visit, response: Response, session: Session) -> None:
    response.set_cookie(
        COOKIE,
        session.sid,
        max_age=SESSION_LIFETIME,
        path=_home(visit),
        secure=visit.base.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def _back(
    visit: Visit, redirect_uri: str, state: str | None, told: dict[str, str], session: Session | None = None
) -> Response:
    """Back to the client, with `state` as it came and `iss` (RFC 9207)."""
    visit.entry.error, visit.entry.says = told.get("error"), told.get("error_description")
    return _redirect(visit, callback(redirect_uri, {**told, "state": state, "iss": _issuer(visit)}), session)


def _back_with(visit: Visit, asked: Asked, error: str, description: str) -> Response:
    return _back(visit, asked.redirect_uri, asked.state, {"error": error, "error_description": description})


async def _sent(request: Request) -> tuple[dict[str, str], set[str]]:
    """The parameters of a query (GET) or form (POST), and those given twice. NoAddress when they are neither."""
    try:
        if request.method == "GET":
            return parameters(request.url.query)
        return parameters((await body_of(request, FORM)).decode())
    except (ValueError, Refusal) as broken:
        raise NoAddress("the parameters are no query and no form") from broken


# Authorize


@_login.get("/authorize", summary="Log a citizen in (OIDC Core §3.1.2)")
@_login.post("/authorize", summary="The same, with the parameters as a form")
async def authorize(request: Request) -> Response:
    """Answers with a redirect to the client, with the page on which to choose a person, or with why neither may be."""
    visit = visit_of(request)
    _, in_its_place = await weather(visit, provider_of(visit.entry.path).face, "authorize")
    if in_its_place is not None:
        return in_its_place
    clients = visit.world.state.clients
    try:
        params, twice = await _sent(request)
        if params.get("request_uri", "").startswith(_PUSHED):
            return _decided(visit, request, _pushed(visit, params, twice))
        _note_miss(visit, params)
        client = addressee(params, twice, clients)
        visit.entry.client = client.id
    except NoAddress as wrong:
        return _stopped(visit, "invalid_request", str(wrong))
    try:
        return _decided(visit, request, checked(params, twice, client, provider_of(visit.entry.path)))
    except Refused as wrong:
        told = {"error": wrong.error, "error_description": wrong.description}
        return _back(visit, params["redirect_uri"], params.get("state"), told)


def _note_miss(visit: Visit, params: dict[str, str]) -> None:
    """For the journal: the client or redirect URI that was perhaps meant."""
    clients, asked = visit.world.state.clients, params.get("redirect_uri", "")
    client = clients.get(params.get("client_id", ""))
    if client is None:
        visit.entry.refuse("client_id", nearest("client", params.get("client_id", ""), list(clients)))
    elif not client.takes(asked):
        visit.entry.refuse("redirect_uri", nearest("redirect_uri", asked, client.redirect_uris))


def _pushed(visit: Visit, params: dict[str, str], twice: set[str]) -> Asked:
    """The request that was pushed ahead; it is used up by this (RFC 9126 §4)."""
    if twice.intersection(("client_id", "request_uri")):
        raise NoAddress("client_id or request_uri is given twice")
    logins, now = _logins(visit), visit.world.now()
    client_id, name = params.get("client_id"), params["request_uri"].removeprefix(_PUSHED)
    found = logins.pushed.get(name, now)
    if found is None or found.client_id != client_id or client_id not in visit.world.state.clients:
        raise NoAddress("no such request_uri of this client: it was used, it has expired, or it never was")
    logins.pushed.take(name, now)
    visit.entry.client = client_id
    return found


def _decided(visit: Visit, request: Request, asked: Asked) -> Response:
    """At once for whoever is logged in, or is named by a test (`login_hint` with `prompt=none`); else by the page."""
    logins, now = _logins(visit), visit.world.now()
    session = logins.session(request.cookies.get(COOKIE), now)
    if session and asked.max_age is not None and now - session.began_at > asked.max_age:
        session = None
    if "none" in asked.prompt and asked.login_hint is not None:
        person_id, acting_for = _named(visit, asked.login_hint, asked)
        hinted = _account(visit, person_id, acting_for)
        if hinted is None:
            if acting_for is not None and (why := refusal(visit.world, person_id, acting_for)):
                return _back_with(visit, asked, "access_denied", why)
            return _back_with(visit, asked, "login_required", "login_hint is nobody with an account in this world")
        if session is None or _account_of(session) != (person_id, acting_for):
            session = _fresh(visit, request, hinted)
        session.clients.add(asked.client_id)
    if session and _is_another(visit, asked, session):
        session = None
    if "none" in asked.prompt:
        if session is None:
            return _back_with(visit, asked, "login_required", "nobody, or somebody else, is logged in")
        if asked.client_id not in session.clients:
            return _back_with(visit, asked, "consent_required", "the person has not agreed to this client yet")
        return _completed(visit, asked, session)
    if session and not asked.prompt and asked.client_id in session.clients:
        return _completed(visit, asked, session)
    return _question(visit, logins.questions.put(asked, now), asked, asked.login_hint or "")


def _fresh(visit: Visit, request: Request, account: Account) -> Session:
    """A session of this account in the place of the browser's last one."""
    logins, now = _logins(visit), visit.world.now()
    logins.close_session(request.cookies.get(COOKIE, ""), now)
    return logins.open_session(account.person_id, now, account.acting_for)


def _named(visit: Visit, hint: str, asked: Asked) -> tuple[str, str | None]:
    """Who logs in by this hint, and the organisation they act for; an officer acts for none."""
    of_citizens = provider_of(visit.entry.path) is CITIZENS
    return named(visit.world, hint, asked.acting_for) if of_citizens else (hint, None)


def _account_of(session: Session) -> tuple[str, str | None]:
    return session.person_id, session.acting_for


def _is_another(visit: Visit, asked: Asked, session: Session) -> bool:
    """Whether a hint names another account than the one that is logged in."""
    if asked.acting_for not in (None, session.acting_for):
        return True
    if asked.login_hint is not None and _named(visit, asked.login_hint, asked) != _account_of(session):
        return True
    if asked.id_token_hint is None:
        return False
    said = _hinted(visit, asked.id_token_hint)
    who = _account(visit, *_account_of(session))
    return said is None or who is None or said["sub"] != who.sub


def _hinted(visit: Visit, token: str) -> dict[str, Any] | None:
    """What an ID token of this issuer says, expired or not; None when it is none."""
    try:
        said = provider_of(visit.entry.path).key(visit.world).read(token, claims.ID_TOKEN)
    except ValueError:
        return None
    return said if said["iss"] == _issuer(visit) else None


def _completed(visit: Visit, asked: Asked, session: Session) -> Response:
    """The redirect with the code; or with the error that the level of the account, or a fault, is reason for."""
    world, entry, provider = visit.world, visit.entry, provider_of(visit.entry.path)
    note_account(visit, provider, session.account_id)
    who = _account(visit, *_account_of(session))
    if who is None:
        return _back_with(visit, asked, "login_required", "the account is no more, or no longer this person's to use")
    if who.level < asked.level:
        return _back_with(
            visit,
            asked,
            "unmet_authentication_requirements",
            f"acr_values asks for {provider.acr[asked.level]}, the account is of {who.acr}",
        )
    struck = claims.struck_for(provider, world, "authorize", session.account_id, entry.faults)
    for kind, words in _BY_NAME.items():
        if struck.answer(kind):
            return _back_with(visit, asked, kind, words)
    told: dict[str, str | None] = {
        "code": provider.logins(world).consent(asked, session, world.now()),
        "state": asked.state,
        "iss": _issuer(visit),
    }
    if asked.state is not None and struck.document("wrong_state", None):
        told["state"] = f"{asked.state}-another"
    if struck.document("wrong_callback_iss", None):
        told["iss"] = f"{_issuer(visit)}-another"
    if struck.document("no_callback_iss", None):
        told["iss"] = None
    return _redirect(visit, callback(asked.redirect_uri, told), session)


# The page on which to choose


def _question(visit: Visit, question: str, asked: Asked, wanted: str, problem: str = "") -> Response:
    provider = provider_of(visit.entry.path)
    people, more = candidates(visit.world, provider, wanted, asked.acting_for)
    words = _TOLD[provider.face]
    return page(
        "login",
        client_id=asked.client_id,
        told=", ".join(words[scope] for scope in asked.scopes if scope in words) or "một mã riêng, không nói lên ai",
        level=asked.level,
        acting_for=asked.acting_for,
        question=question,
        wanted=wanted,
        people=people,
        more=more,
        staff=provider.face == "staff",
        virtual=visit.world.state.population == "virtual",
        problem=problem,
    )


@_login.post("/login", summary="Search, choose, or refuse: the form of the login page")
async def login(request: Request) -> Response:
    visit = visit_of(request)
    _, in_its_place = await weather(visit, provider_of(visit.entry.path).face, "authorize")
    if in_its_place is not None:
        return in_its_place
    logins, now = _logins(visit), visit.world.now()
    try:
        sent, _ = await _sent(request)
    except NoAddress as wrong:
        return _stopped(visit, "invalid_request", str(wrong))
    question = sent.get("question", "")
    asked = logins.questions.get(question, now)
    if asked is None:
        return _stopped(visit, "invalid_request", "this login has ended, or waited too long: start again at the client")
    visit.entry.client = asked.client_id
    if "deny" in sent:
        logins.questions.take(question, now)
        return _back_with(visit, asked, "access_denied", _DENIED)
    if "person" not in sent:
        return _question(visit, question, asked, sent.get("wanted", "")[:100])
    person_id, _, organization_id = sent["person"].partition("/")
    chosen = _account(visit, person_id, organization_id or None)
    if chosen is None:
        known = organization_id and _account(visit, person_id, None)
        problem = "Người này không đại diện cho tổ chức đó." if known else "Người này không có tài khoản."
        return _question(visit, question, asked, sent.get("wanted", ""), problem)
    if asked.acting_for not in (None, chosen.acting_for):
        return _question(visit, question, asked, "", "Ứng dụng yêu cầu tài khoản của tổ chức.")
    logins.questions.take(question, now)
    return _completed(visit, asked, _fresh(visit, request, chosen))


# Pushed ahead


@_login.post("/par", summary="Push an authorization request ahead (RFC 9126)")
async def push(request: Request) -> Response:
    visit = visit_of(request)
    _, in_its_place = await weather(visit, provider_of(visit.entry.path).face, "par")
    if in_its_place is not None:
        return in_its_place
    form = await read_form(request)
    client = authenticated(visit, request, form)
    params = {name: value for name, value in form.items() if not name.startswith("client_assertion")}
    if "request_uri" in params:
        raise refused("invalid_request", "a pushed request holds no request_uri (RFC 9126 §2.1)")
    params["client_id"] = client.id
    try:
        addressee(params, set(), visit.world.state.clients)
        asked = checked(params, set(), client, provider_of(visit.entry.path))
    except NoAddress as wrong:
        raise refused("invalid_request", str(wrong)) from wrong
    except Refused as wrong:
        raise refused(wrong.error, wrong.description) from wrong
    name = _logins(visit).pushed.put(asked, visit.world.now())
    return answer({"request_uri": f"{_PUSHED}{name}", "expires_in": PUSHED_LIFETIME}, 201, NO_STORE)


# Logout


@_login.get("/end_session", summary="Log out (OpenID Connect RP-Initiated Logout)")
@_login.post("/end_session", summary="The same, with the parameters as a form")
async def end_session(request: Request) -> Response:
    """Ends the session; asks the person first, unless `id_token_hint` shows that the client speaks of this session."""
    visit = visit_of(request)
    _, in_its_place = await weather(visit, provider_of(visit.entry.path).face, "end_session")
    if in_its_place is not None:
        return in_its_place
    logins, now = _logins(visit), visit.world.now()
    session = logins.session(request.cookies.get(COOKIE), now)
    try:
        sent, twice = await _sent(request)
        if twice:
            raise NoAddress(f"given twice: {', '.join(sorted(twice))}")
        if "confirm" in sent:
            logout = logins.logouts.take(sent["confirm"], now)
            if logout is None or session is None or logout.sid != session.sid:
                raise NoAddress("this logout has ended already, or is another session's")
            return _ended(visit, session, logout.target)
        said, target = _leaving(visit, sent)
    except NoAddress as wrong:
        return _stopped(visit, "invalid_request", str(wrong))
    if session and (said is None or said["sid"] != public_sid(session.sid)):
        return page("logout", logout=logins.logouts.put(Logout(session.sid, target), now))
    return _ended(visit, session, target)


def _leaving(visit: Visit, sent: dict[str, str]) -> tuple[dict[str, Any] | None, str | None]:
    """What the hint says, and where to go afterwards: a registered address of a client that is sure, with `state`."""
    said = None
    if "id_token_hint" in sent and (said := _hinted(visit, sent["id_token_hint"])) is None:
        raise NoAddress("id_token_hint was not issued here")
    client_id = sent.get("client_id") or (said["aud"] if said else None)
    if said and said["aud"] != client_id:
        raise NoAddress("client_id is not the one id_token_hint was issued to")
    visit.entry.client = client_id
    target = sent.get("post_logout_redirect_uri")
    if target is None:
        return said, None
    client = visit.world.state.clients.get(client_id or "")
    if client is None or not client.takes_after_logout(target):
        raise NoAddress("post_logout_redirect_uri is not registered for a client named by id_token_hint or client_id")
    return said, callback(target, {"state": sent.get("state")})


def _ended(visit: Visit, session: Session | None, target: str | None) -> Response:
    if session:
        _logins(visit).close_session(session.sid, visit.world.now())
    response = (
        _redirect(visit, target)
        if target
        else page("message", title="Đã đăng xuất", text="Bạn có thể đóng trang này.", error=None, description=None)
    )
    response.delete_cookie(COOKIE, path=_home(visit), httponly=True, samesite="lax")
    return response


router.include_router(_login, prefix="/w/{world}/oidc")
router.include_router(_login, prefix="/w/{world}/staff/oidc")
