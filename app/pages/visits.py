"""Visits of people who are signed in: who is there, what they may send, and pages that nobody keeps.

A route of a signed-in page takes `Annotated[Session, Depends(citizen)]` (or `officer`), answers with `private`, and
reads what is sent to it with `form`.
"""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import FastAPI, Request, Response
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import RedirectResponse

from app.domain.sessions import Visitor, way_back
from app.domain.text import seen
from app.freshness import KEEP_NOTHING
from app.pages import asked
from app.pages.problems import problem_page
from app.pages.site import SECURITY, Address, html, render
from app.services import sessions
from app.services.desk import Desk
from app.services.sessions import Session

Form = ImmutableMultiDict[str, str]

SIGN_IN = {Visitor.CITIZEN: "/dang-nhap", Visitor.OFFICER: "/can-bo"}
SIGN_OUT = {Visitor.CITIZEN: "/dang-xuat", Visitor.OFFICER: "/can-bo/dang-xuat"}
_COOKIES = {Visitor.CITIZEN: "motlan", Visitor.OFFICER: "motlan-quay"}
LONGEST_FORM = 64 * 1024
_MOST_FIELDS = 300
_FORM = "application/x-www-form-urlencoded"


class SignInNeeded(Exception):
    """Nobody is signed in, or the visit is over."""

    def __init__(self, kind: Visitor, wanted: str) -> None:
        super().__init__(kind.value)
        self.kind, self.wanted = kind, wanted


class FormRefused(Exception):
    """What was sent is not taken: `fault` is `forged` (403), `too-long` (413) or `too-many` (429)."""

    statuses = {"forged": 403, "too-long": 413, "too-many": 429}  # noqa: RUF012 - never changed

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def install(app: FastAPI) -> None:
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(FormRefused, _form_refused)


async def _sign_in(request: Request, e: Exception) -> Response:
    assert isinstance(e, SignInNeeded)
    return go(f"{SIGN_IN[e.kind]}?ve={quote(e.wanted, safe='/')}")


async def _form_refused(request: Request, e: Exception) -> Response:
    assert isinstance(e, FormRefused)
    status = FormRefused.statuses[e.fault]
    body = problem_page(status, str(request.scope.get("trace_id", "")), fault=e.fault)
    return html(request, body, status, headers={**SECURITY, "cache-control": KEEP_NOTHING})


# ---- who is there -------------------------------------------------------------------------------------------------


async def citizen(request: Request) -> Session:
    """The citizen who is signed in. Raises SignInNeeded."""
    return await _visitor(request, Visitor.CITIZEN)


async def officer(request: Request) -> Session:
    """The officer who is signed in. Raises SignInNeeded."""
    return await _visitor(request, Visitor.OFFICER)


async def _visitor(request: Request, kind: Visitor) -> Session:
    session = await whoever(request, kind)
    if session is None:
        # What was sent is not kept over a login: who comes back begins at the first page.
        wanted = str(request.url.path) if request.method in ("GET", "HEAD") else ""
        query = request.url.query
        raise SignInNeeded(kind, way_back(kind, f"{wanted}?{query}" if query else wanted))
    request.state.session = session
    return session


async def whoever(request: Request, kind: Visitor) -> Session | None:
    desk = desk_of(request)
    return await sessions.of(desk, request.cookies.get(cookie_name(desk, kind)), kind)


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


# ---- what is sent -------------------------------------------------------------------------------------------------


async def form(request: Request, session: Session) -> Form:
    """The fields of a form of ours: at most 64 KiB, from this very site and visit, without what nobody sees in them.

    Raises FormRefused; Unreadable where the body is no form.
    """
    if _foreign(request):
        raise FormRefused("forged")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise asked.Unreadable("form")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise FormRefused("too-long")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict", encoding="utf-8"
        )
    except ValueError:
        raise asked.Unreadable("form") from None
    fields: Form = ImmutableMultiDict([(name, seen(text)) for name, text in pairs])
    if not hmac.compare_digest(fields.get("csrf", "").encode(), session.csrf.encode()):
        raise FormRefused("forged")
    return fields


def _foreign(request: Request) -> bool:
    """Whether the browser says that another site sent this. One that says nothing still has to know the token."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin != _origin(desk_of(request).settings.base_url)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


# ---- what is answered ---------------------------------------------------------------------------------------------


def private(request: Request, template: str, view: Mapping[str, Any], status: int = 200) -> Response:
    """A page for the one who is signed in (`session` in the template): kept by nobody, not even the browser."""
    desk = desk_of(request)
    session: Session = request.state.session
    values = {"address": Address(request.url.path), "today": desk.clock.today(), "sign_out": SIGN_OUT[session.kind]}
    body = render(template, **{**values, "session": session, "agencies": desk.agencies, **view})
    return html(request, body, status, headers=headers(desk))


def headers(desk: Desk) -> dict[str, str]:
    """Of pages with forms that may end at a provider's door: browsers hold a form's redirects to the policy too."""
    issuers = dict.fromkeys(map(_origin, (desk.settings.citizens_issuer, desk.settings.staff_issuer)))
    policy = SECURITY["content-security-policy"].replace(
        "form-action 'self'", f"form-action 'self' {' '.join(issuers)}"
    )
    return {**SECURITY, "content-security-policy": policy, "cache-control": KEEP_NOTHING, "vary": "cookie"}


def go(address: str) -> RedirectResponse:
    """303: whatever brought the browser here, it goes on with GET."""
    return RedirectResponse(address, 303, {"cache-control": KEEP_NOTHING, "referrer-policy": "no-referrer"})


# ---- cookies ------------------------------------------------------------------------------------------------------


def cookie_name(desk: Desk, kind: Visitor | None) -> str:
    """Of a visit, or (None) of a login on its way. `__Host-` where it can be: no other host or path can set that."""
    name = "motlan-login" if kind is None else _COOKIES[kind]
    return f"__Host-{name}" if _over_tls(desk) else name


def set_cookie(desk: Desk, response: Response, kind: Visitor | None, secret: str, seconds: int | None = None) -> None:
    """Until the browser closes, unless `seconds` are given."""
    response.set_cookie(
        cookie_name(desk, kind),
        secret,
        max_age=seconds,
        path="/",
        secure=_over_tls(desk),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(desk: Desk, response: Response, kind: Visitor | None) -> None:
    response.delete_cookie(cookie_name(desk, kind), path="/", secure=_over_tls(desk), httponly=True, samesite="lax")


def _over_tls(desk: Desk) -> bool:
    return desk.settings.base_url.startswith("https:")
