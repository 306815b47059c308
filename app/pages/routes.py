"""The public pages: the integrated list, the procedures with what to bring for them, the law. Nobody's data is here."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request, Response
from starlette.exceptions import HTTPException

from app.domain.errors import ProcedureNotInForce, UnknownProcedure
from app.domain.guidance import guidance
from app.domain.monthly_lists import UnknownPublication
from app.freshness import FOR_EVER, KEEP_NOTHING
from app.pages import (
    asked,
    citizen_filing,
    citizens,
    counter,
    counter_codes,
    counter_filing,
    counter_reports,
    logins,
    monthly_views,
    results,
    views,
    visits,
)
from app.pages.problems import PagesForProblems, problem_page
from app.pages.site import SECURITY, Address, Site, html, site_of
from app.pages.slips import slip
from app.pages.static import ASSETS

router = APIRouter(include_in_schema=False)

Words = Annotated[str, Query(alias="q")]
Day = Annotated[str, Query(alias="ngay")]
_METHODS = ["GET", "HEAD"]


def install(app: FastAPI) -> None:
    """Needs `app.state.desk`. Call it last: the problem pages stand around everything else."""
    app.state.site = Site(app.state.desk)
    # Printed for systems that call with a token as well: the API renders no page of its own.
    app.state.slip, app.state.private_headers = slip, {**SECURITY, "cache-control": KEEP_NOTHING}
    app.include_router(router)
    # Routes are tried one after the other, and the public pages are read by far more people than all else.
    app.router.routes.insert(0, app.router.routes.pop())
    for part in (logins.router, results.router):
        app.include_router(part)
    visits.install(app)
    # The pages of filing before the dossier's: `moi` is no code.
    app.include_router(citizen_filing.router)
    citizens.install(app)
    for part in (counter_filing.router, counter_codes.router, counter_reports.router, counter.router):
        app.include_router(part)
    app.add_exception_handler(counter.NotYours, counter.not_yours)
    app.add_exception_handler(asked.Unreadable, _unreadable)
    app.add_middleware(PagesForProblems)


async def _unreadable(request: Request, e: Exception) -> Response:
    fault = e.fault if isinstance(e, asked.Unreadable) else ""
    return _problem(request, 422, fault, request.url.path)


def _problem(request: Request, status: int, fault: str = "", path: str = "") -> Response:
    body = problem_page(status, str(request.scope.get("trace_id", "")), fault=fault, path=path)
    return html(request, body, status, headers={**SECURITY, "cache-control": KEEP_NOTHING})


def _dated(asked_for: str, day: date) -> str:
    """The day as it stands in the page's own address: only where it was asked for."""
    return day.isoformat() if asked_for else ""


@router.api_route("/", methods=_METHODS)
async def home(request: Request) -> Response:
    site = site_of(request)
    known, day = await site.catalogue(), site.today()
    make = partial(views.home, known, site.desk.rulebook, day)
    return site.answer(request, "home.html", Address("/"), known, day, make)


@router.api_route("/danh-muc", methods=_METHODS)
async def integrated_list(
    request: Request,
    q: Words = "",
    ngay: Day = "",
    doi_tuong: Annotated[str, Query(alias="doi-tuong")] = "",
    nguon: str = "",
    thang: str = "",
) -> Response:
    """The documents that data replace, on a day; filtered by words, subject, source and the month they began."""
    site = site_of(request)
    (known, editions), day = await site.listed(), asked.day(ngay, site.today())
    words, withheld = asked.words(q)
    subject, source, month = asked.choice(doi_tuong), asked.choice(nguon), asked.month(thang)
    query = {"q": words, "doi-tuong": subject, "nguon": source, "thang": month, "ngay": _dated(ngay, day)}
    filters = views.Filters(words, subject, source, month)
    address = Address("/danh-muc", query | _hint(withheld))

    def make() -> views.View:
        found = views.integrated_list(known, site.desk.rulebook, day, filters)
        return found | {"withheld": withheld, "editions": monthly_views.editions(editions)}

    shown = [(e.month, e.revision) for e in editions]
    return site.answer(request, "integrated_list.html", address, known, day, make, shown)


@router.api_route("/danh-muc/{month}", methods=_METHODS)
async def monthly_list(request: Request, month: str, ban: str = "") -> Response:
    """A month's list as it was published and signed: its latest revision, or the one asked for."""
    site = site_of(request)
    known, revision = await site.catalogue(), asked.number(ban, "edition")
    if not asked.is_month(month):
        raise HTTPException(404)
    try:
        brief, view, edition = await site.published(month, revision or None)
    except UnknownPublication:
        raise HTTPException(404) from None
    newest = next(e.revision for e in (await site.listed())[1] if e.month == month)
    address = Address(f"/danh-muc/{month}", {"ban": str(revision or "")})

    def make() -> views.View:
        return view | {"newest": max(newest, brief.revision)}

    return site.answer(request, "monthly_list.html", address, known, brief.as_of, make, (edition, newest))


@router.api_route("/thu-tuc", methods=_METHODS)
async def procedures(
    request: Request,
    q: Words = "",
    ngay: Day = "",
    linh_vuc: Annotated[str, Query(alias="linh-vuc")] = "",
    co_quan: Annotated[str, Query(alias="co-quan")] = "",
    trang: str = "",
) -> Response:
    """Procedures by words, code, sector and agency, a page at a time."""
    site = site_of(request)
    known, day = await site.catalogue(), asked.day(ngay, site.today())
    words, withheld = asked.words(q)
    page = asked.number(trang, "page") or 1
    chosen = {"linh-vuc": asked.choice(linh_vuc), "co-quan": asked.choice(co_quan)}
    query = {"q": words, **chosen, "trang": str(page) if page > 1 else "", "ngay": _dated(ngay, day)}
    address = Address("/thu-tuc", query | _hint(withheld))
    index = await site.index(known)

    def make() -> views.View:
        return views.procedures(known, index, day, address.query, page) | {"withheld": withheld}

    return site.answer(request, "procedures.html", address, known, day, make)


@router.api_route("/thu-tuc/{code}", methods=_METHODS)
async def procedure(
    request: Request, code: str, ngay: Day = "", truong_hop: Annotated[str, Query(alias="truong-hop")] = ""
) -> Response:
    """What to bring for one procedure, in each of its cases or in the one chosen."""
    site = site_of(request)
    known, day = await site.catalogue(), asked.day(ngay, site.today())
    chosen = asked.number(truong_hop, "case")
    try:
        version = known.procedure(code, day)
    except UnknownProcedure:
        raise HTTPException(404) from None
    except ProcedureNotInForce:
        return _problem(request, 404, "not-in-force")
    if chosen > len(version.cases):
        raise asked.Unreadable("case")
    address = Address(f"/thu-tuc/{code}", {"truong-hop": str(chosen or ""), "ngay": _dated(ngay, day)})

    def make() -> views.View:
        rulebook = site.desk.rulebook
        confirmed = site.desk.settings.lists == "confirmed"
        found = guidance(known, rulebook.on(day), code, confirmed_only=confirmed)
        return views.procedure(found, rulebook, chosen)

    return site.answer(request, "procedure.html", address, known, day, make)


@router.api_route("/van-ban", methods=_METHODS)
async def provisions(request: Request, ngay: Day = "") -> Response:
    """The provisions in force on a day, by act, each with what the service does by it."""
    site = site_of(request)
    known, day = await site.catalogue(), asked.day(ngay, site.today())
    address = Address("/van-ban", {"ngay": _dated(ngay, day)})
    make = partial(views.provisions, known, site.desk.rulebook, day)
    return site.answer(request, "provisions.html", address, known, day, make)


@router.api_route("/static/{name}", methods=_METHODS)
async def static(request: Request, name: str) -> Response:
    """The stylesheet and the icon; their names change with them, so they may be kept for ever."""
    asset = ASSETS.get(f"/static/{name}")
    if asset is None:
        raise HTTPException(404)
    headers = {"cache-control": FOR_EVER, "content-length": str(len(asset.content))}
    headers["cross-origin-resource-policy"] = "same-origin"
    body = b"" if request.method == "HEAD" else asset.content
    return Response(body, headers=headers, media_type=asset.media_type)


def _hint(withheld: bool) -> dict[str, str]:
    """A page that says why it did not search is another page, and its address holds no number."""
    return {"da-bo-so": "1"} if withheld else {}
