"""What all pages share: templates, the stylesheet, headers, and answering from what is rendered already.

A page is a value of the catalogue's and the rulebook's revision, the day and its own address. So its ETag is known
before it is rendered, and many readers of one page cost one rendering.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import segno
from cachetools import LRUCache
from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Connection

from app.domain.catalogue import Catalogue
from app.domain.search import ProcedureIndex
from app.freshness import FRESH, etag_of, still_has
from app.pages import asked, monthly_views, wording
from app.pages.static import ICON, STYLESHEET
from app.pages.views import View
from app.services import monthly_lists
from app.services.desk import Desk
from app.services.monthly_lists import Brief

_HERE = Path(__file__).parent
_MOST_FOUND = 20  # procedures shown of a search
_VIEWS = 12  # publications kept ready to be rendered: a year
_RENDERED_BYTES = 16 * 1024 * 1024
_HTML = "text/html; charset=utf-8"

SECURITY = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "content-language": "vi",
}


def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters.update(wording.FILTERS)
    found.globals.update(stylesheet=STYLESHEET.path, icon=ICON.path, wording=wording)
    return found


_TEMPLATES = _environment()


def _build() -> str:
    """Digest of everything a page's words come from, beside the data: a new version of the program is a new page."""
    digest = hashlib.sha256()
    for folder in (_HERE, _HERE.parent / "domain"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".html", ".css", ".svg"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


_BUILD = _build()


@dataclass(frozen=True, slots=True)
class Address:
    """A page's own address: the path, and what of the query counts, in one order. Nothing else is remembered of it."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        given = {k: v for k, v in self.query.items() if v}
        return f"{self.path}?{urlencode(given)}" if given else self.path

    def but(self, **change: object) -> str:
        """The same with some parameters changed (`truong_hop` for `truong-hop`); an empty value leaves it out."""
        return str(Address(self.path, {**self.query, **{k.replace("_", "-"): str(v) for k, v in change.items()}}))


class Site:
    """The pages of one running service. Used from its event loop alone."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.base = desk.settings.base_url
        self._rendered: LRUCache[str, bytes] = LRUCache(_RENDERED_BYTES, getsizeof=len)
        self._asked: asyncio.Future[Catalogue] | None = None
        self._listed: asyncio.Future[tuple[Catalogue, tuple[Brief, ...]]] | None = None
        self._published: LRUCache[object, View] = LRUCache(_VIEWS)
        self._indexed: tuple[Catalogue, ProcedureIndex] | None = None

    async def catalogue(self) -> Catalogue:
        """The catalogue as last published. Readers who come while the database is asked share its answer, so that any
        number of them leaves its connections to the checks.
        """
        if self._asked is None or self._asked.done():
            self._asked = asyncio.ensure_future(self.desk.db.read(self.desk.snapshots.current))
        return await asyncio.shield(self._asked)

    async def listed(self) -> tuple[Catalogue, tuple[Brief, ...]]:
        """The catalogue, and the latest publication of each month, the latest month first: of one moment, and asked for
        as the catalogue is.
        """

        def read(conn: Connection) -> tuple[Catalogue, tuple[Brief, ...]]:
            return self.desk.snapshots.current(conn), monthly_lists.latest(conn)

        if self._listed is None or self._listed.done():
            self._listed = asyncio.ensure_future(self.desk.db.read(read))
        return await asyncio.shield(self._listed)

    async def published(self, month: str, revision: int | None) -> tuple[Brief, View, object]:
        """A publication, what its page shows, and what tells that page from another. Raises UnknownPublication."""
        brief, before = await self.desk.db.read(monthly_lists.compared_with, month, revision)
        edition = brief.digest, before and before.digest
        view = self._published.get(edition)
        if view is None:
            found = await monthly_lists.compare(self.desk, brief, before)
            view = self._published[edition] = await asyncio.to_thread(monthly_views.published_list, found)
        return brief, view, edition

    async def index(self, known: Catalogue) -> ProcedureIndex:
        """The search index of this catalogue; made beside the event loop when a new revision is first searched."""
        indexed = self._indexed
        if indexed is None or indexed[0] is not known:
            indexed = self._indexed = known, await asyncio.to_thread(ProcedureIndex, known)
        return indexed[1]

    def today(self) -> date:
        return self.desk.clock.today()

    def answer(
        self,
        request: Request,
        template: str,
        address: Address,
        known: Catalogue,
        day: date,
        make: Callable[[], Mapping[str, Any]],
        edition: object = None,
    ) -> Response:
        """The page, rendered at most once for one state of the world; 304 where the reader has it. `edition` is what
        else the page hangs on: the publications it shows.
        """
        tag = self._tag(address, known, day, edition)
        headers = {**SECURITY, "cache-control": FRESH, "etag": tag}
        if still_has(request.headers.getlist("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        body = self._rendered.get(tag)
        if body is None:
            body = self._rendered[tag] = self.render(template, address, known, day, **make())
        return html(request, body, headers=headers)

    def render(self, template: str, address: Address, known: Catalogue, day: date, **values: Any) -> bytes:
        official = self.base + str(address)
        return render(
            template,
            **values,
            address=address,
            day=day,
            today=self.today(),
            official=official,
            qr=qr_of(official),
            revision=known.revision,
            rulebook_revision=self.desk.rulebook.revision,
        )

    def _tag(self, address: Address, known: Catalogue, day: date, edition: object) -> str:
        rulebook, lists = self.desk.rulebook.revision, self.desk.settings.lists
        # Today too: pages say whether the day asked for is past, present or to come.
        parts = (_BUILD, self.base, str(address), known.revision, rulebook, lists, day, self.today(), edition)
        return etag_of(repr(parts).encode())


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


async def searched(request: Request, q: str) -> dict[str, Any]:
    """The procedures that words or a code lead to, the first of them, and how many there are."""
    site = site_of(request)
    words, withheld = asked.words(q)
    index = await site.index(await site.catalogue())
    found = index.find(words, site.today()).procedures if words else ()
    return {"words": words, "withheld": withheld, "found": found[:_MOST_FOUND], "count": len(found)}


def render(template: str, **values: Any) -> bytes:
    return _TEMPLATES.get_template(template).render(values).encode("utf-8", "replace")


def html(request: Request, body: bytes, status: int = 200, *, headers: Mapping[str, str]) -> Response:
    shown = b"" if request.method == "HEAD" else body
    return Response(shown, status, {**headers, "content-length": str(len(body))}, _HTML)


def qr_of(text: str) -> Markup:
    """The text as an inline SVG that scales with its box; nothing where it is too long to be one (over 2 KiB)."""
    try:
        code = segno.make(text, error="m", micro=False)
    except segno.DataOverflowError:
        return Markup()
    # What segno writes is digits and path letters only.
    return Markup(code.svg_inline(omitsize=True, border=2))  # noqa: S704
