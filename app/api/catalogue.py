"""`/v1/procedures`, `…/document-types`, `…/lists`, `…/laws`, `…/integrated-documents`: all read, few publish."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response, Security

from app.api import examples
from app.api.caching import Answers, cached
from app.api.problems import Problem, safe
from app.api.requests import StrictRoute
from app.api.schemas.catalogue import (
    AsOfIn,
    DocumentTypeIn,
    DocumentTypeOut,
    IntegratedListOut,
    KnownIn,
    LawOut,
    LawsIn,
    ListBrief,
    ListMemberIn,
    ListOut,
    Page,
    PageIn,
    ProcedureBrief,
    ProcedureIn,
    ProcedureOut,
    ProceduresIn,
    PublishedOut,
)
from app.api.schemas.common import problems
from app.api.security import Call, authenticated
from app.api.views import catalogue as views
from app.domain.catalogue import Catalogue
from app.domain.errors import ProcedureNotInForce, UnknownDocumentType, UnknownList, UnknownProcedure
from app.freshness import FRESH
from app.services import catalogue
from app.services.desk import Desk

router = APIRouter(tags=["Danh mục"], route_class=StrictRoute)

Writer = Annotated[Call, Security(authenticated, scopes=["catalogue:write"])]
Known = Annotated[KnownIn, Query()]
Paged = Annotated[PageIn, Query()]
ProcedurePath = Annotated[str, Path(pattern=r"^[0-9]\.[0-9]{6}$", examples=["1.001193"])]
TypePath = Annotated[str, Path(pattern="^[A-Z0-9_]{1,64}$", examples=["GIAY_KHAI_SINH"])]
ListPath = Annotated[str, Path(pattern="^[a-z0-9.-]{1,40}$", examples=["nq66.7-annex-1"])]
MemberPath = Annotated[str, Path(pattern=r"^([0-9]\.[0-9]{6}|[A-Z0-9_]{1,64})$", examples=["1.001193"])]
_READ = problems(422, 503)
_READ_ONE = problems(404, 422, 503)
_PUBLISH: dict[int | str, dict[str, Any]] = {
    **problems(400, 401, 403, 404, 413, 415, 422, 503),
    200: {"description": "Phiên bản mới, hoặc đã có đúng như vậy / a new version, or the very same is there already"},
    201: {"model": PublishedOut, "description": "Đã công bố mới / published for the first time"},
}


async def _known(request: Request, asked: KnownIn) -> tuple[Desk, Catalogue]:
    desk: Desk = request.app.state.desk
    return desk, await desk.db.read(desk.snapshots.known_on, asked.as_known)


def _day(asked: AsOfIn, desk: Desk) -> date:
    return asked.as_of or desk.clock.today()


@router.get(
    "/v1/procedures",
    operation_id="listProcedures",
    summary="Danh sách thủ tục hành chính",
    response_model=Page[ProcedureBrief],
    responses=_READ,
)
async def procedures(request: Request, asked: Annotated[ProceduresIn, Query()]) -> dict[str, Any]:
    """Phiên bản có hiệu lực vào ngày hỏi / the versions in force on the day."""
    desk, known = await _known(request, asked)
    return views.procedures(known, _day(asked, desk), asked.sector, asked.cursor, asked.limit)


@router.get(
    "/v1/procedures/{code}",
    operation_id="readProcedure",
    summary="Một thủ tục với các thành phần hồ sơ",
    response_model=ProcedureOut,
    responses=_READ_ONE,
)
async def procedure(request: Request, code: ProcedurePath, asked: Known) -> dict[str, Any]:
    """Thành phần, trường hợp, danh sách mà thủ tục thuộc về / components, cases, lists it stands on."""
    desk, known = await _known(request, asked)
    day = _day(asked, desk)
    try:
        return views.procedure(known, known.procedure(code, day), day)
    except (UnknownProcedure, ProcedureNotInForce) as e:
        raise Problem("not-in-catalogue", facts=safe(e)) from None


@router.put(
    "/v1/procedures/{code}",
    operation_id="publishProcedure",
    summary="Công bố một phiên bản thủ tục",
    response_model=PublishedOut,
    responses={**_PUBLISH, **problems(409)},
)
async def publish_procedure(
    call: Writer,
    code: ProcedurePath,
    body: Annotated[ProcedureIn, Body(openapi_examples=examples.PROCEDURES)],
    response: Response,
) -> dict[str, Any]:
    """Thành phần đòi `paper_only` với giấy tờ đã tích hợp thì bị từ chối: 409.

    A component that insists on paper of an integrated type is itself refused.
    """
    done = await catalogue.publish_procedure(call.desk, call.caller.client_id, code, _body(body))
    return _published(done, code, response)


@router.get(
    "/v1/document-types",
    operation_id="listDocumentTypes",
    summary="Danh sách loại giấy tờ",
    response_model=Page[DocumentTypeOut],
    responses=_READ,
)
async def document_types(request: Request, asked: Paged) -> dict[str, Any]:
    """Mỗi loại với các nguồn dữ liệu có hiệu lực vào ngày hỏi / each with its sources in force on the day."""
    desk, known = await _known(request, asked)
    return views.document_types(known, _day(asked, desk), asked.cursor, asked.limit)


@router.get(
    "/v1/document-types/{code}",
    operation_id="readDocumentType",
    summary="Một loại giấy tờ",
    response_model=DocumentTypeOut,
    responses=_READ_ONE,
)
async def document_type(request: Request, code: TypePath, asked: Known) -> dict[str, Any]:
    """Nguồn dữ liệu của loại giấy tờ vào ngày hỏi / its sources in force on the day."""
    desk, known = await _known(request, asked)
    try:
        return views.document_type(known.document_type(code), _day(asked, desk))
    except UnknownDocumentType as e:
        raise Problem("not-in-catalogue", facts=safe(e)) from None


@router.put(
    "/v1/document-types/{code}",
    operation_id="publishDocumentType",
    summary="Công bố một loại giấy tờ",
    response_model=PublishedOut,
    responses=_PUBLISH,
)
async def publish_document_type(
    call: Writer,
    code: TypePath,
    body: Annotated[DocumentTypeIn, Body(openapi_examples=examples.DOCUMENT_TYPES)],
    response: Response,
) -> dict[str, Any]:
    """Một phiên bản mới, không bao giờ sửa lịch sử. Nguồn `registry` nêu `service`: mã dịch vụ dữ liệu trên NDXP.

    A new version, never an edit of history. A `registry` source names the NDXP data service that is asked, by its code:
    `037`, `HO-TICH`, or whatever the platform calls a new one; the sandbox answers for any code.
    """
    done = await catalogue.publish_document_type(call.desk, call.caller.client_id, code, _body(body))
    return _published(done, code, response)


@router.get(
    "/v1/lists",
    operation_id="listLists",
    summary="Các danh sách kèm theo văn bản",
    response_model=Page[ListBrief],
    responses=_READ,
)
async def lists(request: Request, asked: Paged) -> dict[str, Any]:
    """Số mục văn bản nêu (`declared`) và số đã nạp (`loaded`) / how many the act says, how many are known here."""
    desk, known = await _known(request, asked)
    return views.lists(known, desk.rulebook, _day(asked, desk), asked.cursor, asked.limit)


@router.get(
    "/v1/lists/{list_id}",
    operation_id="readList",
    summary="Một danh sách với các mục",
    response_model=ListOut,
    responses=_READ_ONE,
)
async def list_(request: Request, list_id: ListPath, asked: Paged) -> dict[str, Any]:
    """Mỗi mục: đã xác nhận hay mới là ứng viên, văn bản ghi gì; từng trang / confirmed or candidate; paged."""
    desk, known = await _known(request, asked)
    if list_id not in desk.rulebook.lists:
        raise Problem("not-in-catalogue")
    return views.list_of(known, desk.rulebook, list_id, _day(asked, desk), asked.cursor, asked.limit)


@router.put(
    "/v1/lists/{list_id}/members/{code}",
    operation_id="publishListMember",
    summary="Công bố một mục của danh sách",
    response_model=PublishedOut,
    responses=_PUBLISH,
)
async def publish_list_member(
    call: Writer,
    list_id: ListPath,
    code: MemberPath,
    body: Annotated[ListMemberIn, Body(openapi_examples=examples.LIST_MEMBERS)],
    response: Response,
) -> dict[str, Any]:
    """Mỗi ngày `from` là một phiên bản; cùng `from` thì thay phiên bản ấy, từ bản danh mục này trở đi.

    A dated version: on a day the one that began last decides, through its `until`. The same `from` again replaces it.
    """
    try:
        done = await catalogue.publish_list_member(call.desk, call.caller.client_id, list_id, code, _body(body))
    except (UnknownList, UnknownProcedure, UnknownDocumentType) as e:
        # In an address it is not there; in the body it is a fault of what was sent.
        if not {list_id, code}.intersection(e.facts.values()):
            raise
        raise Problem("not-in-catalogue", facts=safe(e)) from None
    return _published(done, code, response)


@router.get(
    "/v1/laws",
    operation_id="listLaws",
    summary="Văn bản và điều khoản mà hệ thống viện dẫn",
    response_model=Page[LawOut],
    responses=_READ,
)
async def laws(request: Request, asked: Annotated[LawsIn, Query()]) -> dict[str, Any]:
    """Hiệu lực vào ngày hỏi, lời văn nếu đã đọc được, ngày đối chiếu gần nhất / in force or not, words, last check."""
    desk: Desk = request.app.state.desk
    return views.laws(desk.rulebook, _day(asked, desk), asked.cursor, asked.limit)


@router.get(
    "/v1/integrated-documents",
    operation_id="listIntegratedDocuments",
    summary="Danh mục giấy tờ đã tích hợp, dữ liệu thay giấy",
    response_model=IntegratedListOut,
    responses={**_READ, 304: {"description": "Không đổi (If-None-Match) / unchanged"}},
)
async def integrated_documents(request: Request, asked: Paged) -> Response:
    """Danh mục mà trung tâm phục vụ hành chính công phải công bố / the list every one-stop centre must publish."""
    desk, known = await _known(request, asked)
    day = _day(asked, desk)

    def write() -> bytes:
        found = catalogue.integrated_documents(known, desk.rulebook, day)
        shown = views.integrated(known, desk.rulebook, found, day, asked.cursor, asked.limit)
        return IntegratedListOut.model_validate(shown).model_dump_json(by_alias=True).encode()

    answers: Answers = request.app.state.answers
    body = answers.about(known, ("integrated-documents", day, asked.cursor, asked.limit), write)
    return cached(request, body, "application/json", FRESH)


def _body(body: DocumentTypeIn | ProcedureIn | ListMemberIn) -> dict[str, Any]:
    """What is published: the fields that were sent, dates as text, null meaning left out."""
    return body.model_dump(mode="json", by_alias=True, exclude_none=True)


def _published(done: catalogue.Published, code: str, response: Response) -> dict[str, Any]:
    response.status_code = 201 if done.created else 200
    return {"code": code, "revision": done.revision, "changed": done.changed}
