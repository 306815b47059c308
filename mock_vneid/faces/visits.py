"""One request to a face: which world it is in, what the journal notes of it, and under which base URL it came."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_vneid.journal import Entry
from mock_vneid.jws import compact_json
from mock_vneid.universe import Universe
from mock_vneid.worlds import World

MOST_BYTES = 64 * 1024  # of a request's body; 512 types of the longest names are below 35 KB
_NOTED = 200  # characters of a path that the journal keeps

_PATH = re.compile(r"/w/([^/]+)(/(?:([^/]*).*)?)?", re.DOTALL)
_HOST = re.compile(rb"[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?")


# The start of a response and its whole body, to be sent on as a fault lets them.
Spoiled = Callable[[Message, bytes, Scope, Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Visit:
    universe: Universe
    world: World
    entry: Entry
    base: str  # the world's base URL, and so its issuer
    spoiled: Spoiled | None = None  # sends the finished answer in place of us, when a fault may yet spoil it


class Refusal(Exception):
    """An answer that is no data: status, body and headers."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(compact_json(body), status, headers, media_type="application/json")


def error(status: int, code: str, description: str, headers: dict[str, str] | None = None) -> Refusal:
    return Refusal(status, {"error": code, "error_description": description}, headers)


def bad_request(description: str) -> Refusal:
    return error(400, "bad_request", description)


class Recorder:
    """Finds the world of each request and opens its journal entry, whatever becomes of the request afterwards."""

    def __init__(self, app: ASGIApp, universe: Universe) -> None:
        self._app, self._universe = app, universe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        world = self._universe.find(found[1])
        if world is None:
            unknown = {
                "error": "unknown_world",
                "error_description": "there is no world of this name; POST /worlds on the control door makes one",
            }
            await answer(unknown, 404)(scope, receive, send)
            return
        entry = world.journal.open(time(), (found[3] or "")[:_NOTED], scope["method"], (found[2] or "/")[:_NOTED])
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        base = base_of(self._universe, world, scope["scheme"], host)
        if base is None:
            entry.status = 400
            await answer({"error": "bad_request", "error_description": "the Host header names no host"}, 400)(
                scope, receive, send
            )
            return
        visit = scope.setdefault("state", {})["visit"] = Visit(self._universe, world, entry, base)
        start: Message = {}
        body = bytearray()

        async def noting(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                entry.status, start = message["status"], message
            if visit.spoiled is None:
                await send(message)
            elif message["type"] == "http.response.body":  # held until it is whole
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await visit.spoiled(start, bytes(body), scope, receive, send)

        await self._app(scope, receive, noting)


def base_of(universe: Universe, world: World, scheme: str, host: bytes) -> str | None:
    """The base URL of a world, as this request has it; None when its Host header names no host."""
    if universe.public_url:
        return f"{universe.public_url}/w/{world.name}"
    return f"{scheme}://{host.decode('ascii')}/w/{world.name}" if _HOST.fullmatch(host) else None


def visit_of(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


async def body_of(request: Request, media_type: str) -> bytes:
    """The whole body. Refused: another media type (415), more than 64 KiB (413)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
        raise error(415, "bad_request", f"send {media_type}")
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > MOST_BYTES:
            raise error(413, "bad_request", "the body is larger than 64 KiB", {"Connection": "close"})
    return bytes(parts)
