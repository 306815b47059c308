"""`/v1/publications`: the monthly list, frozen and signed; what changed; a feed for those who follow."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response, Security
from fastapi.exceptions import RequestValidationError

from app.api import examples
from app.api.caching import cached
from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, json_answer, key_of
from app.api.schemas.catalogue import Page
from app.api.schemas.common import problems
from app.api.schemas.monthly_lists import (
    MONTH,
    ChangesIn,
    ChangesOut,
    KeySetOut,
    PublicationBrief,
    PublicationDone,
    PublicationIn,
    PublicationOut,
    PublicationQuery,
    PublicationsIn,
)
from app.api.security import Call, authenticated
from app.api.views import monthly_lists as views
from app.domain.decisions import canonical
from app.freshness import FOR_EVER, FRESH
from app.services import monthly_lists
from app.services.desk import Desk
from app.services.monthly_lists import Issue
from app.sheets import Format

router = APIRouter(tags=["Công bố"], route_class=StrictRoute)

Writer = Annotated[Call, Security(authenticated, scopes=["catalogue:write"])]
MonthPath = Annotated[str, Path(pattern=MONTH, description="Tháng `yyyy-mm` / the month", examples=["2025-10"])]
_FEED = 100  # entries: eight years of months
_JOSE = "application/jose"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_LOCATION = {
    "Location": {"description": "Nơi đọc bản đã công bố / where it is read", "schema": {"type": "string"}},
}
_READ = {
    "publication": {
        "operationId": "readPublication",
        "parameters": {"month": "$response.body#/month", "revision": "$response.body#/revision"},
    },
    "changes": {
        "operationId": "readPublicationChanges",
        "parameters": {"month": "$response.body#/month", "revision": "$response.body#/revision"},
    },
}
_KEPT: dict[int | str, dict[str, Any]] = {
    304: {"description": "Bản đã có vẫn đúng (If-None-Match) / what you have is still right"}
}


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@router.post(
    "/v1/publications",
    operation_id="publishMonth",
    summary="Công bố danh mục của một tháng, hoặc đính chính",
    status_code=201,
    response_model=PublicationDone,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    responses={
        **problems(400, 401, 403, 409, 413, 415, 422, 503),
        200: {"model": PublicationDone, "description": "Tháng này đã công bố đúng như vậy / it said so already"},
        201: {"description": "Đã công bố / published", "headers": _LOCATION, "links": _READ},
    },
)
async def publish(
    call: Writer, body: Annotated[PublicationIn, Body(openapi_examples=examples.PUBLICATIONS)]
) -> Response:
    """Đóng băng và ký danh mục giấy tờ tích hợp cùng các danh sách, theo ngày cuối tháng (tháng này: theo hôm nay).

    Bản đã công bố không sửa được; đính chính là bản mới, phải có lý do. Frozen and signed, as of the month's last day,
    or today while it lasts. What is published cannot be altered: a correction is a new revision with a reason.
    """
    key = await key_of(call, "POST /v1/publications")
    done = await monthly_lists.publish(call.desk, call.caller.client_id, body.month, body.reason, key)
    return json_answer(done.body, done.status, done.headers)


@router.get(
    "/v1/publications",
    operation_id="listPublications",
    summary="Các bản đã công bố, tháng mới nhất trước",
    response_model=Page[PublicationBrief],
    responses={**problems(422, 503), **_KEPT},
)
async def publications(request: Request, asked: Annotated[PublicationsIn, Query()]) -> Response:
    """Mọi bản của mọi tháng, chưa kèm nội dung / every revision of every month, without its content."""
    after = None
    if asked.cursor:
        month, _, revision = asked.cursor.partition(".")
        after = month, int(revision)
    found, more = await monthly_lists.page(_desk(request), after, asked.limit)
    cursor = f"{found[-1].month}.{found[-1].revision}" if more else None
    body = canonical({"items": [monthly_lists.shown(b) for b in found], "next_cursor": cursor})
    return cached(request, body, "application/json", FRESH)


@router.get(
    "/v1/publications/jwks",
    operation_id="readPublicationKeys",
    summary="Khóa công khai để kiểm tra chữ ký",
    response_model=KeySetOut,
    responses=_KEPT,
)
async def keys(request: Request) -> Response:
    """ES256; `kid` là dấu vân tay của khóa (RFC 7638) / `kid` is the key's own thumbprint."""
    body = canonical({"keys": [_desk(request).publication_key.jwk()]})
    return cached(request, body, "application/json", FRESH)


@router.get(
    "/v1/publications/feed.atom",
    operation_id="followPublications",
    summary="Nguồn tin Atom về các bản công bố",
    response_class=Response,
    responses={
        **problems(503),
        **_KEPT,
        200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}, "description": "Atom (RFC 4287)"},
    },
)
async def feed(request: Request) -> Response:
    """Mỗi bản công bố là một mục, mới nhất trước / an entry for each revision, the latest first."""
    desk = _desk(request)
    found, updated = await monthly_lists.feed(desk, _FEED)
    body = views.feed(found, updated, desk.settings.base_url, desk.settings.portal_agency)
    return cached(request, body, "application/atom+xml", FRESH)


@router.get(
    "/v1/publications/{month}",
    operation_id="readPublication",
    summary="Danh mục đã công bố của một tháng, kèm chữ ký",
    response_model=PublicationOut,
    responses={
        **problems(404, 422, 503),
        **_KEPT,
        200: {
            "content": {
                Format.CSV.media_type.partition(";")[0]: _BINARY,
                Format.XLSX.media_type: _BINARY,
                _JOSE: {"schema": {"type": "string"}},
            },
            "description": "Theo `format` / as `format` asks",
        },
    },
)
async def publication(request: Request, month: MonthPath, asked: Annotated[PublicationQuery, Query()]) -> Response:
    """Kiểm tra chữ ký: viết `content` theo RFC 8785, mã hóa base64url, đặt vào giữa hai dấu chấm của `signature`, rồi
    kiểm tra JWS với khóa `kid` trong `/v1/publications/jwks`; hoặc lấy `format=jws` và kiểm tra luôn. Các mục của một
    danh sách được ký qua `members_sha256`.

    To verify: write `content` as RFC 8785 has it, base64url it, put it between the two dots of `signature`, and verify
    the JWS with the key `kid` of `/v1/publications/jwks`; or take `format=jws` as it is. The members of a list are
    signed through its `members_sha256`.
    """
    issue = await monthly_lists.read(_desk(request), month, asked.revision)
    keep = FRESH if asked.revision is None else FOR_EVER
    if asked.format == "json":
        return cached(request, views.whole(issue), "application/json", keep)
    if asked.format == "jws":
        return cached(request, views.jws(issue), _JOSE, keep, _named(issue, "jws"))
    form = Format(asked.format)
    body = await asyncio.to_thread(views.sheet, issue, form, asked.part)
    return cached(request, body, form.media_type, keep, _named(issue, form.value, asked.part))


@router.get(
    "/v1/publications/{month}/changes",
    operation_id="readPublicationChanges",
    summary="Thêm, bớt, thay đổi so với lần công bố trước, do văn bản nào",
    response_model=ChangesOut,
    responses={**problems(404, 422, 503), **_KEPT},
)
async def changes(request: Request, month: MonthPath, asked: Annotated[ChangesIn, Query()]) -> Response:
    """Mỗi thay đổi kèm điều khoản đã tạo ra nó / each with the article that did it."""
    if asked.since and asked.since > month:
        raise RequestValidationError([{"type": "fault", "loc": ("query", "since"), "ctx": {"fault": "since_later"}}])
    desk = _desk(request)
    two = await desk.db.read(monthly_lists.compared_with, month, asked.revision, asked.since)
    found = await monthly_lists.compare(desk, *two)
    return cached(request, canonical(found.body()), "application/json", FRESH)


def _named(issue: Issue, ending: str, part: str = "documents") -> dict[str, str]:
    brief = issue.brief
    name = "danh-sach" if part == "lists" else "danh-muc"
    return {"content-disposition": f'attachment; filename="{name}-{brief.month}-ban-{brief.revision}.{ending}"'}
