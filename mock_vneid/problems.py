"""The one shape of the control door's errors: `application/problem+json` (RFC 9457), each mistake with its field."""

from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_vneid.jws import compact_json
from mock_vneid.masking import legible

MOST_BYTES = 1024 * 1024
MOST_FILE_BYTES = 8 * 1024 * 1024
FILES = ("/worlds/import",)


class MistakeOut(BaseModel):
    field: str
    problem: str


class ProblemOut(BaseModel):
    type: str
    title: str
    status: int
    detail: str
    errors: list[MistakeOut] | None = None


class Problem(Exception):
    def __init__(self, status: int, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors


def _response(problem: Problem) -> Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return Response(compact_json(body), problem.status, media_type="application/problem+json")


async def on_problem(request: Request, error: Problem) -> Response:
    return _response(error)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    response = _response(Problem(error.status_code, str(error.detail)))
    response.headers.update(error.headers or {})
    return response


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """What is wrong, field by field; what was sent is not repeated."""
    mistakes = [
        {
            "field": legible(".".join(str(step) for step in found["loc"])),
            "problem": "this is not JSON" if found["type"] == "json_invalid" else found["msg"],
        }
        for found in error.errors()
    ]
    detail = "; ".join(f"{mistake['field']}: {mistake['problem']}" for mistake in mistakes)
    return _response(Problem(422, detail, mistakes))


class BodyLimit:
    """Refuses bodies above 1 MiB, files above 8 MiB (413), whether their length is announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        received = 0
        most = MOST_FILE_BYTES if scope["path"] in FILES else MOST_BYTES

        async def counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413, f"the body is larger than {most >> 20} MiB", {"Connection": "close"})
            return message

        await self._app(scope, counting, send)


class NoContent:
    """A 204 has no body, and so no media type."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 204:
                headers = [header for header in message["headers"] if header[0] != b"content-type"]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, sending)
