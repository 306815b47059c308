"""`/v1/readings` and a component's reading: what the service made of an official text, and a reviewer's correction."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response, Security
from pydantic import BeforeValidator

from app.api import examples
from app.api.catalogue import ProcedurePath
from app.api.problems import Problem, safe
from app.api.requests import StrictRoute
from app.api.schemas.catalogue import Page, count
from app.api.schemas.common import problems
from app.api.schemas.imports import ComponentReadingOut, CorrectedOut, ReadingIn, ReadingsIn, TextReadingOut
from app.api.security import Call, authenticated
from app.api.views.catalogue import page
from app.domain.errors import UnknownPosition, UnknownProcedure
from app.services import readings

router = APIRouter(tags=["Nhập danh mục"], route_class=StrictRoute)

Writer = Annotated[Call, Security(authenticated, scopes=["catalogue:write"])]
Position = Annotated[
    int,
    Path(ge=1, le=999, description="Vị trí của thành phần / the component's position", examples=[1]),
    BeforeValidator(count),
]
_PATH = "/v1/procedures/{code}/components/{position}/reading"


@router.get(
    _PATH,
    operation_id="readReading",
    summary="Cách đọc một thành phần hồ sơ",
    response_model=ComponentReadingOut,
    responses=problems(401, 403, 404, 422, 503),
)
async def read(call: Writer, code: ProcedurePath, position: Position) -> dict[str, Any]:
    """Lời văn, đọc ra gì, từ ngữ nào đã quyết định, vì sao cần rà soát / the text, the reading, why."""
    try:
        return (await readings.read(call.desk, code, position)).body()
    except (UnknownProcedure, UnknownPosition) as e:
        raise Problem("not-in-catalogue", facts=safe(e)) from None


@router.put(
    _PATH,
    operation_id="correctReading",
    summary="Sửa cách đọc một thành phần hồ sơ",
    response_model=CorrectedOut,
    responses={
        **problems(400, 401, 403, 404, 413, 415, 422, 503),
        200: {"description": "Đã thay, hoặc đã có đúng như vậy / replaced, or the very same is there already"},
        201: {"model": CorrectedOut, "description": "Sửa lần đầu / corrected for the first time"},
    },
)
async def correct(
    call: Writer,
    code: ProcedurePath,
    position: Position,
    body: Annotated[ReadingIn, Body(openapi_examples=examples.READINGS)],
    response: Response,
) -> dict[str, Any]:
    """Giữ theo lời văn: mọi nơi có đúng lời văn ấy, và không lần nhập nào ghi đè / kept by its words.

    It is dated and a new revision; the procedure's published text stays as it is.
    """
    try:
        done, place = await readings.correct(
            call.desk, call.caller.client_id, code, position, body.reading(), body.note
        )
    except (UnknownProcedure, UnknownPosition) as e:
        raise Problem("not-in-catalogue", facts=safe(e)) from None
    response.status_code = 201 if done.created else 200
    return {"code": code, "revision": done.revision, "changed": done.changed, "component": place.body()}


@router.get(
    "/v1/readings",
    operation_id="listReadings",
    summary="Các lời văn thành phần hồ sơ và cách đọc",
    response_model=Page[TextReadingOut],
    responses=problems(401, 403, 422, 503),
)
async def listed(call: Writer, asked: Annotated[ReadingsIn, Query()]) -> dict[str, Any]:
    """Mỗi lời văn một lần, với mọi nơi nó đứng; `needs_review=true`: những gì chờ rà soát / each text once."""
    found = await readings.texts(call.desk, needs_review=asked.needs_review)
    return page(found, lambda w: w.key, lambda w: w.body(), asked.cursor, asked.limit)
