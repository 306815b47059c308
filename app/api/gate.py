"""The one middleware, pure ASGI: a trace id, limits before anything is parsed, and one log line and count a request."""

import re
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from types import TracebackType

from fastapi import Response
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid4

from app.api.problems import answered, problem
from app.api.requests import QuickRoute, StrictRequest
from app.logs import log

MAX_BODY = 1024 * 1024
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
# Nine digits in a row could be somebody's number: such a trace id is not taken over, and none is made.
_LONG_NUMBER = re.compile(r"[0-9]{9}")
_JSON = re.compile(rb"application/(?:[a-z0-9.-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_FORM = re.compile(rb"application/x-www-form-urlencoded\s*(?:;.*)?", re.IGNORECASE)
_SHEET = re.compile(
    rb"(?:text/csv|application/(?:json|x-ndjson|vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet))\s*(?:;.*)?",
    re.IGNORECASE,
)
_LINES = re.compile(rb"application/(?:x-)?(?:ndjson|jsonl)\s*(?:;.*)?", re.IGNORECASE)
# Where a body may be something else than a small JSON object: what it may be, and how many bytes of it.
_BODIES = {
    "/v1/imports": (_SHEET, 32 * MAX_BODY),
    "/v1/paper-demands/batch": (_LINES, 2**63),  # taken line by line, each with a limit of its own
    "/oauth/token": (_FORM, MAX_BODY),
}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter("motlan_http_requests_total", "Requests by route template and status", ["method", "route", "status"])
SECONDS = Histogram("motlan_http_request_seconds", "Time to the whole answer, by route template", ["method", "route"])
_requests, _seconds = lru_cache(1024)(REQUESTS.labels), lru_cache(256)(SECONDS.labels)


class BodyTooLarge(HTTPException):
    def __init__(self) -> None:
        super().__init__(413)


class AnswerCutShort(Exception):
    """Raised to the server when an answer had begun, so that it drops the connection; says nothing of what happened."""


class Gate:
    """Wraps the app. What the caller sent never reaches a log or a metric: only route templates do."""

    def __init__(self, app: ASGIApp, quick: Iterable[QuickRoute] = ()) -> None:
        self._app = app
        # Bound once: the logger of the module is put together anew at every line.
        self._log = log.bind()
        self._quick = {(method, r.path): (r, r.quick_handler()) for r in quick for method in r.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        trace_id = scope["trace_id"] = _trace_id(headers.get(b"traceparent"))
        added = ((b"x-trace-id", trace_id.encode()), (b"x-content-type-options", b"nosniff"))
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        try:
            refused = _refused(scope, headers)
            if refused is not None:
                await problem(refused, trace_id)(scope, receive, sending)
            else:
                quick = self._quick.get((scope["method"], scope["path"]))
                await (_served(*quick) if quick else self._app)(
                    scope, _limited(receive, _body_allowed(scope["path"])[1]), sending
                )
        except Exception as e:  # noqa: BLE001 - whatever went wrong is answered as one problem
            # The type and the place, never the text: it may quote what was sent.
            log.error("unexpected error", trace_id=trace_id, kind=type(e).__name__, where=_place(e.__traceback__))
            if status:
                raise AnswerCutShort from None
            await problem("internal-error", trace_id)(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            _requests(method, route, status).inc()
            _seconds(method, route).observe(seconds)
            self._log.info(
                "request",
                trace_id=trace_id,
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
                client=scope.get("caller"),
            )


def _served(route: QuickRoute, handle: Callable[[StrictRequest], Awaitable[Response]]) -> ASGIApp:
    """A quick route as the framework would serve it: its errors go to the app's own handlers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route
        request = StrictRequest(scope, receive)
        try:
            answer = await handle(request)
        except Exception as e:  # noqa: BLE001 - what has no handler is raised again
            answer = await answered(request, e)
        await answer(scope, receive, send)

    return app


def _trace_id(traceparent: bytes | None) -> str:
    """The caller's trace (W3C Trace Context), or a new one."""
    if traceparent is not None and (given := _TRACEPARENT.fullmatch(traceparent)):
        trace_id = given[1].decode()
        if not _LONG_NUMBER.search(trace_id):
            return trace_id
    while _LONG_NUMBER.search(trace_id := uuid4().hex):
        pass
    return trace_id


def _body_allowed(path: str) -> tuple[re.Pattern[bytes], int]:
    return _BODIES.get(path) or (_FORM if path.startswith("/oauth/") else _JSON, MAX_BODY)


def _refused(scope: Scope, headers: dict[bytes, bytes]) -> str | None:
    """What is wrong with the request before its body is read."""
    a_call = scope["path"].startswith(("/v1/", "/oauth/"))
    # No page's address holds a NUL, and PostgreSQL cannot even be asked about one; calls have shapes that say so.
    if not a_call and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
        return "not-found"
    expected, most = _body_allowed(scope["path"])
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > most:
        return "body-too-large"
    if scope["method"] not in ("POST", "PUT") or not (length.strip(b"0") or b"transfer-encoding" in headers):
        return None
    if not a_call:
        return None
    packed = headers.get(b"content-encoding", b"identity").lower() != b"identity"
    return "unsupported-media-type" if packed or not expected.fullmatch(headers.get(b"content-type", b"")) else None


def _limited(receive: Receive, most: int) -> Receive:
    """The body, but not more of it than is allowed, whatever its header said."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise BodyTooLarge
        return message

    return receiving


def _place(tb: TracebackType | None) -> str:
    while tb and tb.tb_next:
        tb = tb.tb_next
    return f"{tb.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{tb.tb_lineno}" if tb else ""
