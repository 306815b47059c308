"""Errors on pages, as pages: whatever the service answers as problem+json where a person is reading becomes HTML."""

import json

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.freshness import KEEP_NOTHING
from app.pages.asked import FIRST, LAST
from app.pages.site import SECURITY, render

PATHS = (
    "/danh-muc",
    "/thu-tuc",
    "/van-ban",
    "/static",
    "/cua-toi",
    "/ket-qua",
    "/quay",
    "/dang-",
    "/can-bo",
    "/da-thoat",
)
# Calls of other systems, whoever makes them.
_CALLS = ("/v1/", "/oauth/", "/docs", "/openapi.json", "/static-offline-docs", "/healthz", "/readyz", "/metrics")
_PROBLEM = b"application/problem+json"


def problem_page(status: int, trace_id: str = "", *, fault: str = "", path: str = "") -> bytes:
    """The page of an error; `fault` names what was wrong with an address (`day`, `month`, `page`, `case`, `edition`)
    or with what was sent (`form`, `forged`, `too-long`); at `path` a day may be chosen again.
    """
    shown = status if status in (403, 404, 405, 422, 429, 503) else 422 if 400 <= status < 500 else 500
    return render("problem.html", status=shown, trace_id=trace_id, fault=fault, path=path, first=FIRST, last=LAST)


class PagesForProblems:
    """Pure ASGI, around everything else; a call of the API passes after one look at its path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _read_by_a_person(scope):
            await self._app(scope, receive, send)
            return
        begun: Message | None = None
        said = b""

        async def sending(message: Message) -> None:
            nonlocal begun, said
            if message["type"] == "http.response.start" and (b"content-type", _PROBLEM) in message["headers"]:
                begun = message
            elif begun is None:
                await send(message)
            else:
                said += message.get("body", b"")
                if not message.get("more_body", False):
                    await _send_page(begun, said, send)

        await self._app(scope, receive, sending)


async def _send_page(begun: Message, said: bytes, send: Send) -> None:
    body = problem_page(begun["status"], str(json.loads(said).get("trace_id", "")))
    headers = MutableHeaders(raw=list(begun["headers"]))
    headers.update({**SECURITY, "cache-control": KEEP_NOTHING, "vary": "accept"})
    headers["content-type"], headers["content-length"] = "text/html; charset=utf-8", str(len(body))
    await send({**begun, "headers": headers.raw})
    await send({"type": "http.response.body", "body": body})


def _read_by_a_person(scope: Scope) -> bool:
    path: str = scope["path"]
    if path.startswith(_CALLS):
        return False
    if path == "/" or path.startswith(PATHS):
        return True
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
