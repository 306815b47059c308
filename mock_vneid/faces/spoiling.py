"""Faults of the line: the answer was right when it was finished, and is not when it arrives."""

import json
from collections.abc import Callable
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from mock_vneid.faces.line import Patience, end
from mock_vneid.faults import Struck
from mock_vneid.jws import compact_json
from mock_vneid.universe import Universe

_BLANKS = b" " * 64 * 1024


async def send_spoiled(
    universe: Universe, struck: Struck, start: Message, body: bytes, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send this finished answer as the faults that match its request let it arrive."""
    headers = MutableHeaders(raw=list(start["headers"]))
    body = _reshaped(struck, start["status"], headers, body)
    headers["content-length"] = str(len(body))
    if struck.answer("wrong_content_type"):
        headers["content-type"] = "text/html; charset=utf-8"
    if struck.answer("stale_cache"):
        headers["age"] = str(struck.age())
    start = {**start, "headers": headers.raw}
    if huge := struck.answer("huge"):
        await _send_huge(huge.attribute("kb"), start, body, send)
    elif struck.answer("truncated"):
        await send(start)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await end(scope, receive)
    elif slow := struck.answer("slow_bytes"):
        await send(start)
        async with Patience(universe, receive) as patience:
            size, pause = slow.attribute("bytes"), slow.attribute("ms") / 1000
            for at in range(0, len(body), size):
                await send({"type": "http.response.body", "body": body[at : at + size], "more_body": True})
                if not await patience.wait(pause):
                    break
        await send({"type": "http.response.body", "body": b""})
    else:
        await send(start)
        await send({"type": "http.response.body", "body": body})


async def _send_huge(kib: int, start: Message, body: bytes, send: Send) -> None:
    headers = MutableHeaders(raw=start["headers"])
    del headers["content-length"]
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": True})
    for left in range(kib * 1024, 0, -len(_BLANKS)):
        await send({"type": "http.response.body", "body": _BLANKS[:left], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


# The answer in another shape


def _reshaped(struck: Struck, status: int, headers: MutableHeaders, body: bytes) -> bytes:
    """The same answer as another version, with its entries doubled or in another order; only a 200 or 201 in JSON."""
    if status not in (200, 201) or not headers.get("content-type", "").startswith("application/json"):
        return body
    try:
        said = json.loads(body)
    except ValueError:  # garbage already
        return body
    if isinstance(said, dict):
        if any(isinstance(part, list) and part for part in said.values()):
            if struck.answer("duplicate"):
                said = _with_lists(said, lambda entries: [twin for entry in entries for twin in (entry, entry)])
            if struck.answer("out_of_order"):
                said = _with_lists(said, lambda entries: entries[::-1])
        if struck.answer("schema_drift"):
            said = {"apiVersion": "2.0", "data": _drifted(said)}
    return compact_json(said)


def _with_lists(said: dict[str, Any], change: Callable[[list[Any]], list[Any]]) -> dict[str, Any]:
    return {name: change(part) if isinstance(part, list) else part for name, part in said.items()}


def _drifted(said: Any) -> Any:
    if isinstance(said, dict):
        return {_renamed(name): _drifted(part) for name, part in said.items()}
    return [_drifted(part) for part in said] if isinstance(said, list) else said


def _renamed(name: str) -> str:
    first, *others = name.split("_")
    return first.lower() + "".join(other.capitalize() for other in others)
