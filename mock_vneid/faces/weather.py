"""Faults of transport: what a client sees when the line or the machine at its end is in trouble, not the data."""

import asyncio
from functools import partial

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_vneid.faces.line import Patience, connection_of, drop
from mock_vneid.faces.spoiling import send_spoiled
from mock_vneid.faces.visits import Visit
from mock_vneid.faults import Face, Fault, Struck

_MAINTENANCE = (
    "<!doctype html><html lang=vi><title>Bảo trì</title><p>Hệ thống đang bảo trì, vui lòng quay lại sau.</p></html>"
)


class NoAnswer(Response):
    """Says nothing: waits for `seconds` (or until the client or the server leaves), then drops the connection."""

    def __init__(self, visit: Visit, seconds: float) -> None:
        super().__init__()
        self._universe, self._seconds = visit.universe, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._seconds:
            async with Patience(self._universe, receive) as patience:
                await patience.wait(self._seconds)
        await drop(scope, receive)


class HalfClosed(NoAnswer):
    """Ends the sending side at once and goes on listening, as long as `NoAnswer` waits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection_of(scope).write_eof()
        await super().__call__(scope, receive, send)


def _again(fault: Fault) -> dict[str, str]:
    return {"Retry-After": str(fault.attribute("seconds"))}


def _in_place_of_answer(visit: Visit, fault: Fault) -> Response:
    match fault.kind:
        case "timeout":
            return NoAnswer(visit, fault.attribute("seconds"))
        case "reset":
            return NoAnswer(visit, 0)
        case "half_close":
            return HalfClosed(visit, fault.attribute("seconds"))
        case "http_500":
            return Response("Internal Server Error", 500, media_type="text/plain")
        case "http_503":
            return Response("Service Unavailable", 503, _again(fault), media_type="text/plain")
        case "rate_limit":
            return Response("Too Many Requests", 429, _again(fault), media_type="text/plain")
        case "redirect":
            return Response("", 302, {"Location": f"{visit.base}/sign-in"})
        case "empty_body":
            return Response(b"", media_type="application/json")
        case "html_page":
            return Response(_MAINTENANCE, media_type="text/html")
        case _:  # garbage: it begins like an answer
            return Response(b'{"request_id": "\xc3\x28", "results": [{"document_type":', media_type="application/json")


async def weather(visit: Visit, face: Face, service: str) -> tuple[Struck, Response | None]:
    """The faults that match this request, after any lateness; and the response in place of the answer, if any."""
    entry = visit.entry
    entry.face, entry.service = face, service[:64]
    faults = visit.world.matching_faults(face, service, entry.holder_id, entry.types)
    struck = Struck(faults, visit.world.state.seed, entry.faults)
    if not faults:
        return struck, None
    if struck.on_the_line():
        visit.spoiled = partial(send_spoiled, visit.universe, struck)
    if seconds := struck.latency():
        await asyncio.sleep(seconds)
    fault = struck.transport()
    return struck, None if fault is None else _in_place_of_answer(visit, fault)
