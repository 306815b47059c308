"""`/v1/imports`: a file is taken in and answered at once; the worker imports it and its progress is read here."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, Security
from fastapi.exceptions import RequestValidationError

from app.api import examples
from app.api.problems import Problem
from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, json_answer, key_of
from app.api.schemas.catalogue import Page
from app.api.schemas.common import problems
from app.api.schemas.imports import ImportBrief, ImportIn, ImportOut, ImportsIn
from app.api.security import Call, authenticated
from app.domain.decisions import canonical
from app.domain.values import replace
from app.services import import_queue
from app.services.import_queue import UnknownImport, Upload

router = APIRouter(tags=["Nhập danh mục"], route_class=StrictRoute)

Writer = Annotated[Call, Security(authenticated, scopes=["catalogue:write"])]
ImportId = Annotated[
    str,
    Path(
        description="Mã lượt nhập / the import's id",
        pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        examples=["01936f7c-2f4b-7c63-8d2e-0a4b5c6d7e8f"],
    ),
]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT = {"type": "string", "minLength": 1}
_FILE = {
    "description": "Tệp, tối đa 32 MiB; các bố cục cột: docs/imports.md / the file itself, at most 32 MiB",
    "required": True,
    "content": {
        "text/csv": {"schema": _TEXT, "examples": examples.IMPORTS_CSV},
        "application/json": {"schema": {}, "examples": examples.IMPORTS_JSON},
        "application/x-ndjson": {"schema": _TEXT, "examples": examples.IMPORTS_NDJSON},
        _XLSX: {"schema": {"type": "string", "contentMediaType": _XLSX}, "examples": examples.IMPORTS_XLSX},
    },
}
_LOCATION = {"Location": {"description": "Nơi xem tiến độ / where progress is read", "schema": {"type": "string"}}}
_LINK = {
    "import": {
        "operationId": "readImport",
        "parameters": {"import_id": "$response.body#/id"},
        "description": "Tiến độ và kết quả / progress and result",
    }
}


@router.post(
    "/v1/imports",
    operation_id="importFile",
    summary="Nhập một tệp vào danh mục",
    status_code=202,
    response_model=ImportOut,
    openapi_extra={"parameters": [IDEMPOTENCY_KEY], "requestBody": _FILE},
    responses={
        **problems(401, 403, 409, 413, 415, 422, 503),
        202: {"description": "Đã nhận; tiến trình nền sẽ nhập / taken in", "headers": _LOCATION, "links": _LINK},
    },
)
async def import_file(call: Writer, asked: Annotated[ImportIn, Query()]) -> Response:
    """Thủ tục, thành phần hồ sơ, danh sách, loại giấy tờ, nguồn dữ liệu, cách đọc đã rà soát: CSV, JSON, NDJSON, XLSX.

    Nothing is half-imported: a file with a bad row is refused whole, with every bad row and how to mend it.
    """
    content = await call.request.body()
    if not content:
        raise RequestValidationError([{"type": "fault", "loc": ("body",), "ctx": {"fault": "empty_file"}}])
    key = await key_of(call, "POST /v1/imports")
    if key is not None:
        # The query is as much part of what is asked as the file.
        said = f"{key.body_digest}?{asked.model_dump_json()}"
        key = replace(key, body_digest=hashlib.sha256(said.encode()).hexdigest())
    upload = Upload(asked.name, content, asked.import_kind(), asked.dry_run, asked.strict, asked.valid_from)
    import_id, body = await import_queue.accept(call.desk, call.caller, upload, key)
    return json_answer(body, 202, {"location": f"/v1/imports/{import_id}"})


@router.get(
    "/v1/imports",
    operation_id="listImports",
    summary="Các lượt nhập, mới nhất trước",
    response_model=Page[ImportBrief],
    responses=problems(401, 403, 422, 503),
)
async def imports(call: Writer, asked: Annotated[ImportsIn, Query()]) -> Response:
    """Không kèm danh sách lỗi; xem từng lượt / without their problems, which each import shows itself."""
    return json_answer(canonical(await import_queue.page(call.desk, asked.cursor, asked.limit)))


@router.get(
    "/v1/imports/{import_id}",
    operation_id="readImport",
    summary="Tiến độ và kết quả một lượt nhập",
    response_model=ImportOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def import_(call: Writer, import_id: ImportId) -> Response:
    """Từng hàng sai: tệp, hàng, cột, sai gì, sửa thế nào / every bad row, what is wrong and how to mend it."""
    try:
        return json_answer(canonical(await import_queue.find(call.desk, import_id)))
    except UnknownImport:
        raise Problem("unknown-import") from None
