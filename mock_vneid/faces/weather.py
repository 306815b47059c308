"""Faults of transport: what a client sees when the line or the machine at its end is in trouble, not the data."""

import asyncio
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_vneid.faces.visits import Visit
from mock_vneid.faults import Face, Fault, Struck

# The key under which the server hands us the connection of a request (`server.py`).
CONNECTION = "mock_vneid.connection"

_RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: closing sends RST instead of FIN


class NoAnswer(Response):
    """Says nothing: waits for `seconds` (or until the client or the server leaves), then drops the connection."""

    def __init__(self, visit: Visit, seconds: float) -> None:
        super().__init__()
        self._universe, self._seconds = visit.universe, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._seconds:
            leaving = asyncio.ensure_future(_left(receive))
            closing = self._universe.held_until_close()
            await asyncio.wait({leaving, closing}, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            self._universe.let_go(closing)
        await _drop(scope, receive)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drop(scope: Scope, receive: Receive) -> None:
    connection: dict[str, Any] | None = scope.get("extensions", {}).get(CONNECTION)
    if connection is None:  # no socket under us (an in-process transport): the caller sees the same error
        raise ConnectionResetError("the sandbox dropped the connection, as a fault told it to")
    transport: asyncio.Transport = connection["transport"]
    wire = transport.get_extra_info("socket")
    if wire is not None and not transport.is_closing():
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    transport.abort()
    await _left(receive)


def _in_place_of_answer(visit: Visit, fault: Fault) -> Response:
    again = {"Retry-After": "1"}
    match fault.kind:
        case "timeout":
            return NoAnswer(visit, fault.attribute("seconds"))
        case "reset":
            return NoAnswer(visit, 0)
        case "http_500":
            return Response("Internal Server Error", 500, media_type="text/plain")
        case "http_503":
            return Response("Service Unavailable", 503, again, media_type="text/plain")
        case "rate_limit":
            return Response("Too Many Requests", 429, again, media_type="text/plain")
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
    if seconds := struck.latency():
        await asyncio.sleep(seconds)
    fault = struck.transport()
    return struck, None if fault is None else _in_place_of_answer(visit, fault)
