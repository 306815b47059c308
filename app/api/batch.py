"""`POST /v1/paper-demands/batch`: a line, a demand; a line, its answer. Streamed both ways, in constant memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Request, Response, Security
from starlette.types import Receive, Scope, Send
from uuid_utils import uuid7

from app.api import examples
from app.api.paper_demands import check_of
from app.api.problems import Problem, answered, problem, trace_of
from app.api.requests import IDEMPOTENCY_KEY, StrictRoute, key_name, strict_json, validated
from app.api.schemas.common import problems
from app.api.schemas.paper_demands import DemandIn
from app.api.security import Call, authenticated
from app.api.spool import Spool
from app.services import paper_demands
from app.services.batch import in_order
from app.services.desk import Caller, Desk
from app.services.idempotency import Key

MAX_LINE = 64 * 1024
# Checks of one batch under way at once: enough to keep the sources busy, few enough to leave the counter its turn.
WIDTH = 16
ROUTE = "POST /v1/paper-demands/batch"
MEDIA_TYPE = "application/x-ndjson"

router = APIRouter(tags=["Yêu cầu giấy tờ"], route_class=StrictRoute)


class Numbered(NamedTuple):
    """A line of the input by its number, the first being 1; None where it was longer than MAX_LINE."""

    number: int
    text: bytes | None


@router.post(
    "/v1/paper-demands/batch",
    operation_id="assessPaperDemands",
    summary="Kiểm tra nhiều yêu cầu: mỗi dòng một yêu cầu",
    response_class=Response,
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY],
        "requestBody": {
            "required": False,  # no lines, no answers
            "content": {
                MEDIA_TYPE: {
                    "schema": {"type": "string", "format": "binary", "description": "NDJSON, mỗi dòng tối đa 64 KiB"},
                    "examples": examples.BATCHES,
                }
            },
        },
    },
    responses={
        **problems(401, 403, 413, 415, 422, 503),
        200: {
            "description": "Mỗi dòng: quyết định, hoặc lỗi của riêng dòng đó / a decision, or that line's problem",
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def assess(call: Annotated[Call, Security(authenticated, scopes=["demands:write"])]) -> Response:
    """NDJSON vào, NDJSON ra, theo đúng thứ tự: `{"line": n, …quyết định}` hoặc `{"line": n, "problem": {…}}`.

    Each line is a body of `POST /v1/paper-demands`, judged and kept as one: the decision is committed before its line
    leaves. A bad line is answered by its problem and the rest goes on; empty lines are passed over. With an
    `Idempotency-Key` a batch that broke off may be sent again: lines that were judged are answered as they were.
    """
    key = key_name(call.request)

    async def judge(line: Numbered) -> bytes:
        return await judged(call.desk, call.caller, call.request, line, key)

    return Streamed(judge)


async def judged(desk: Desk, caller: Caller, request: Request, line: Numbered, key: str | None = None) -> bytes:
    """The answer line: the decision as committed, or what is wrong with the line."""
    own = Request({**request.scope, "json": None})
    try:
        answer = await _decided(desk, caller, own, line, key)
    except Exception as e:  # noqa: BLE001 - whatever is wrong with one line, the others go on
        answer = await _refusal(own, e)
    return b'{"line":%d,%b\n' % (line.number, answer)


async def _decided(desk: Desk, caller: Caller, request: Request, line: Numbered, key: str | None) -> bytes:
    if line.text is None:
        raise Problem("line-too-long")
    try:
        body = request.scope["json"] = strict_json(line.text)
    except (ValueError, RecursionError):
        raise Problem("bad-json") from None
    demand = validated(DemandIn, body)
    claim = None
    if key is not None:
        digest = hashlib.sha256(line.text).hexdigest()
        claim = Key(caller.client_id, ROUTE, f"{key}/{line.number}", digest, str(uuid7()))
    return (await paper_demands.demand(desk, caller, check_of(desk, demand), claim))[1:]


async def _refusal(request: Request, e: Exception) -> bytes:
    try:
        answer = await answered(request, e)
    except Exception:  # noqa: BLE001 - what has no handler is no more than an error inside
        answer = problem("internal-error", trace_of(request))
    body = bytes(answer.body)
    # A line that was judged before is no problem: its decision.
    return body[1:] if answer.status_code == 200 else b'"problem":%b}' % body


async def lines_of(chunks: AsyncIterator[bytes], most: int = MAX_LINE) -> AsyncIterator[Numbered]:
    """The lines of a stream of bytes, empty ones left out. Of one that is too long no more than `most` is kept."""
    number, begun, long = 1, bytearray(), False
    async for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            begun += piece[: most + 1 - len(begun)] if not long else b""
            if long or len(begun) > most:
                yield Numbered(number, None)
            elif begun.strip():
                yield Numbered(number, bytes(begun))
            number, long = number + 1, False
            begun.clear()
        begun += rest[: most + 1 - len(begun)]
        if len(begun) > most:
            long = True
            begun.clear()
    if long or begun.strip():
        yield Numbered(number, None if long else bytes(begun))


class Streamed(Response):
    """Answers lines while it is being sent them, until the client has heard all or has gone."""

    media_type = MEDIA_TYPE

    def __init__(self, judge: Callable[[Numbered], Awaitable[bytes]]) -> None:
        super().__init__(headers={"cache-control": "no-store"})
        del self.headers["content-length"]
        self._judge = judge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        spool = Spool()
        answering = asyncio.create_task(self._answer(spool, send))
        listening = asyncio.create_task(_listen(spool, receive))
        try:
            await asyncio.wait((answering, listening), return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                await answering
        finally:
            for task in (answering, listening):
                task.cancel()
            await asyncio.gather(answering, listening, return_exceptions=True)
            spool.close()

    async def _answer(self, spool: Spool, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        answers = in_order(lines_of(_chunks(spool)), self._judge, WIDTH)
        try:
            async for line in answers:
                await send({"type": "http.response.body", "body": line, "more_body": True})
        finally:
            await answers.aclose()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _listen(spool: Spool, receive: Receive) -> None:
    """Take in what the client sends; comes back when it has gone."""
    while (message := await receive())["type"] != "http.disconnect":
        if chunk := message.get("body", b""):
            await spool.put(chunk)
        if not message.get("more_body", False):
            await spool.end()


async def _chunks(spool: Spool) -> AsyncIterator[bytes]:
    while (chunk := await spool.get()) is not None:
        yield chunk
