"""The one middleware, pure ASGI: a trace id, limits before anything is parsed, and one log line and count a request."""

import re
import time
from secrets import token_hex

from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem
from app.logs import log

MAX_BODY = 1024 * 1024
_TRACEPARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_JSON = re.compile(rb"application/(?:[a-z0-9.-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)

REQUESTS = Counter("motlan_http_requests_total", "Requests by route template and status", ["method", "route", "status"])
SECONDS = Histogram("motlan_http_request_seconds", "Time to the whole answer, by route template", ["method", "route"])


class BodyTooLarge(HTTPException):
    def __init__(self) -> None:
        super().__init__(413)


class Gate:
    """Wraps the app. What the caller sent never reaches a log or a metric: only route templates do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        given = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
        trace_id = given[1].decode() if given else token_hex(16)
        scope["trace_id"] = trace_id
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-trace-id", trace_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        try:
            refused = _refused(scope, headers)
            if refused is not None:
                await problem(refused, trace_id)(scope, receive, sending)
            else:
                await self._app(scope, _limited(receive), sending)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            REQUESTS.labels(method, route, status).inc()
            SECONDS.labels(method, route).observe(seconds)
            log.info(
                "request",
                trace_id=trace_id,
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
                client=scope.get("caller"),
            )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _refused(scope: Scope, headers: dict[bytes, bytes]) -> str | None:
    """What is wrong with the request before its body is read."""
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > MAX_BODY:
        return "body-too-large"
    has_body = (length.isdigit() and int(length) > 0) or b"transfer-encoding" in headers
    if has_body and scope["path"].startswith("/v1/") and not _JSON.fullmatch(headers.get(b"content-type", b"")):
        return "unsupported-media-type"
    return None


def _limited(receive: Receive) -> Receive:
    """The body, but not more of it than is allowed, whatever its header said."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            raise BodyTooLarge
        return message

    return receiving
