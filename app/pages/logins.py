"""Signing in and out: `/dang-nhap` for citizens, `/can-bo` for officers."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Query, Request, Response

from app.domain.sessions import LOGIN_LASTS, Visitor, way_back
from app.logs import log
from app.pages import visits
from app.pages.site import html, render
from app.services import sessions
from app.services.sessions import NotLoggedIn

router = APIRouter(include_in_schema=False)

Wanted = Annotated[str, Query(alias="ve")]
_LONGEST = 4000  # characters of a redirect's query
# Causes by what the person can do about them; whatever is not here could not be verified.
_DECLINED = frozenset(
    "access_denied consent_required interaction_required login_required unmet_authentication_requirements".split()
)
_SILENT = frozenset(
    "temporarily_unavailable server_error timeout unreachable rate_limited rejected no_token bad_metadata "
    "public_url_not_https".split()
)
_OVER = frozenset({"unknown_login", "code_refused", "no_code"})
_GROUPS = (
    (_DECLINED, "declined", 403),
    (_SILENT, "silent", 503),
    (_OVER, "over", 400),
    (frozenset({"no_role"}), "no-role", 403),
)


@router.get("/dang-nhap")
async def citizens_sign_in(request: Request, ve: Wanted = "") -> Response:
    return await _begin(request, Visitor.CITIZEN, ve)


@router.get("/can-bo")
async def officers_sign_in(request: Request, ve: Wanted = "") -> Response:
    return await _begin(request, Visitor.OFFICER, ve)


@router.get("/dang-nhap/ve")
async def citizens_return(request: Request) -> Response:
    return await _finish(request, Visitor.CITIZEN)


@router.get("/can-bo/ve")
async def officers_return(request: Request) -> Response:
    return await _finish(request, Visitor.OFFICER)


@router.post("/doi-tai-khoan")
async def switch_accounts(request: Request) -> Response:
    """Between one's own account and an organisation's: chosen anew at VNeID. What was opened stays until then."""
    session = await visits.citizen(request)
    await visits.form(request, session)
    return await _lead_out(request, Visitor.CITIZEN, "", "select_account")


@router.post("/dang-xuat")
async def citizens_sign_out(request: Request) -> Response:
    return await _end(request, Visitor.CITIZEN)


@router.post("/can-bo/dang-xuat")
async def officers_sign_out(request: Request) -> Response:
    return await _end(request, Visitor.OFFICER)


@router.get("/da-thoat")
async def signed_out(request: Request) -> Response:
    return html(request, render("signed_out.html"), headers=visits.headers(visits.desk_of(request)))


async def _begin(request: Request, kind: Visitor, wanted: str) -> Response:
    desk = visits.desk_of(request)
    if _other_loopback(request, desk.settings.base_url):
        return visits.go(f"{desk.settings.base_url}{visits.SIGN_IN[kind]}?{urlencode({'ve': way_back(kind, wanted)})}")
    if desk.settings.env == "production" and not desk.settings.base_url.startswith("https:"):
        return _not_logged_in(request, kind, "public_url_not_https")  # a cookie in the open would be anybody's
    if await visits.whoever(request, kind) is not None:
        return visits.go(way_back(kind, wanted))
    return await _lead_out(request, kind, wanted)


async def _lead_out(request: Request, kind: Visitor, wanted: str, prompt: str | None = None) -> Response:
    """To the provider; a cookie tells this browser from others when it comes back."""
    desk = visits.desk_of(request)
    try:
        begun = await sessions.begin(desk, kind, wanted, prompt)
    except NotLoggedIn as e:
        return _not_logged_in(request, kind, e.cause)
    response = visits.go(begun.address)
    visits.set_cookie(desk, response, None, begun.browser, int(LOGIN_LASTS.total_seconds()))
    return response


def _other_loopback(request: Request, base: str) -> bool:
    """Whether the browser says `localhost` where we say `127.0.0.1`: its cookies would not be there on its return."""
    return {request.url.hostname, urlsplit(base).hostname} == {"localhost", "127.0.0.1"}


async def _finish(request: Request, kind: Visitor) -> Response:
    """Back from the provider. The visit that begins has a secret of its own, whatever the browser brought along."""
    desk = visits.desk_of(request)
    browser = request.cookies.get(visits.cookie_name(desk, None))
    before = request.cookies.get(visits.cookie_name(desk, kind))
    try:
        opened = await sessions.finish(desk, kind, _told(request), browser, before)
    except NotLoggedIn as e:
        return _not_logged_in(request, kind, e.cause)
    response = visits.go(opened.way_back)
    visits.drop_cookie(desk, response, None)
    visits.set_cookie(desk, response, kind, opened.secret)
    return response


def _told(request: Request) -> dict[str, str]:
    """What the redirect brought; what stands there twice says nothing."""
    query = request.url.query
    pairs = parse_qsl(query) if len(query) <= _LONGEST else []
    names = [name for name, _ in pairs]
    return dict(pairs) if len(set(names)) == len(names) else {}


async def _end(request: Request, kind: Visitor) -> Response:
    desk = visits.desk_of(request)
    session = await visits.whoever(request, kind)
    if session is None:
        # A form of another site comes without the cookie too: it must not take away that of a visit which goes on.
        return visits.go("/da-thoat")
    await visits.form(request, session)
    address = await sessions.close(desk, session)
    response = visits.go(address or "/da-thoat")
    visits.drop_cookie(desk, response, kind)
    return response


def _not_logged_in(request: Request, kind: Visitor, cause: str) -> Response:
    known = ((group, status) for causes, group, status in _GROUPS if cause in causes)
    group, status = next(known, ("unverified", 403))
    log.warning("not logged in", visitor=kind.value, cause=cause, trace_id=request.scope.get("trace_id"))
    body = render("sign_in_problem.html", group=group, officer=kind is Visitor.OFFICER, again=visits.SIGN_IN[kind])
    return html(request, body, status, headers=visits.headers(visits.desk_of(request)))
