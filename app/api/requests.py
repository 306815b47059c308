"""How bodies and shared headers are read, and how an answer that was kept goes out."""

import hashlib
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NoReturn, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import SecurityScopes
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from uuid_utils import uuid7

from app.api.problems import Problem
from app.api.security import Call, authenticated
from app.freshness import KEEP_NOTHING
from app.services.idempotency import Key

M = TypeVar("M", bound=BaseModel)

_ETAG = re.compile(r'"([0-9]{1,9})"')
_TAG = r'(W/)?"[!#-~]*"'
_IF_MATCH = re.compile(rf"(\*|{_TAG}(, ?{_TAG})*)")
_KEY = re.compile(r"[!-~]{1,255}")

# Read by hand below: a header declared to the framework costs every request 18 µs, a sixth of all it spends here.
IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    # No example: Swagger UI would send it with every body, and the second one would be refused.
    "description": "Cùng khóa và nội dung thì nhận lại đúng câu trả lời cũ / same key, same body: the kept answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": f"^{_KEY.pattern}$"},
}
IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": 'ETag của hồ sơ, ví dụ `"3"`; thiếu thì 428, cũ thì 412 / the ETag; 428 without, 412 when stale',
    "schema": {"type": "string", "maxLength": 200, "pattern": f"^{_IF_MATCH.pattern}$"},
    "example": '"1"',
}


_KEPT_BY_NOBODY = {"cache-control": KEEP_NOTHING}


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_distinct, parse_constant=_no_constant)


def strict_json(raw: bytes) -> Any:
    """Raises ValueError, RecursionError."""
    return _JSON.decode(raw.decode())


class StrictRequest(Request):
    """JSON as RFC 8259 has it: UTF-8, each key once (two readers could differ on which one counts), no NaN."""

    async def body(self) -> bytes:
        # A body mostly comes in one piece; the framework's stream of pieces costs six times as much.
        if not hasattr(self, "_body"):
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            pieces = [message.get("body", b"")]
            while message.get("more_body", False):
                message = await self._receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                pieces.append(message.get("body", b""))
            self._body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return self._body

    async def json(self) -> Any:
        # Kept for errors of meaning, which say where in the body they lie.
        body = self.scope["json"] = strict_json(await self.body())
        return body


class StrictRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return handler


class QuickRoute(StrictRoute):
    """A route of `(call, body)` alone, which the gate serves without the framework's routing and its general way of
    solving dependencies: together they cost more than the check itself. It is declared, documented and checked like any
    other, and its errors are answered in the same place.
    """

    def quick_handler(self) -> Callable[[StrictRequest], Coroutine[Any, Any, Response]]:
        (security,), (field,) = self.dependant.dependencies, self.dependant.body_params
        scopes = SecurityScopes(security.own_oauth_scopes)
        model: type[BaseModel] = field.field_info.annotation  # type: ignore[assignment]  # what the route declares
        endpoint = self.endpoint

        async def handler(request: StrictRequest) -> Response:
            call = await authenticated(request, scopes)
            answer: Response = await endpoint(call, await _body(request, model))
            return answer

        return handler


async def _body(request: StrictRequest, model: type[BaseModel]) -> BaseModel:
    """The body as its model. Raises RequestValidationError, Problem."""
    if not await request.body():
        raise RequestValidationError([{"type": "missing", "loc": ("body",), "msg": "", "input": None}])
    try:
        return validated(model, await request.json())
    except (ValueError, RecursionError):
        raise Problem("bad-json") from None


def validated(model: type[M], body: Any) -> M:
    """A JSON value as its model. Raises RequestValidationError."""
    try:
        return model.model_validate(body, from_attributes=True)
    except ValidationError as e:
        faults = e.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**fault, "loc": ("body", *fault["loc"])} for fault in faults]) from None


async def key_of(call: Call, route: str) -> Key | None:
    """The claim a request makes with its Idempotency-Key; `route` is the call it is for, path values included."""
    name = key_name(call.request)
    if name is None:
        return None
    digest = hashlib.sha256(await call.request.body()).hexdigest()
    return Key(call.caller.client_id, route, name, digest, str(uuid7()))


def key_name(request: Request) -> str | None:
    """The Idempotency-Key itself. Raises Problem."""
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise Problem("invalid-idempotency-key")
    return keys[0]


def versions_of(call: Call) -> frozenset[int] | None:
    """The versions an If-Match allows; None for `*`. Weak tags never match (RFC 9110 §13.1.1)."""
    given = call.request.headers.getlist("if-match")
    if not given:
        raise Problem("precondition-required")
    tags = ", ".join(given)
    if len(tags) > 200 or not _IF_MATCH.fullmatch(tags):
        raise Problem("invalid-if-match")
    if tags == "*":
        return None
    return frozenset(int(found[1]) for tag in tags.split(",") if (found := _ETAG.fullmatch(tag.strip())))


def json_answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Bytes that are JSON already, as they were committed: for the caller, and for nobody to keep, unless `headers` say
    otherwise.
    """
    return JsonBytes(body, status, headers)


class JsonBytes(Response):
    """Puts its headers together in a third of the framework's time; for answers that have a body, and headers that
    say nothing of its type and length.
    """

    media_type = "application/json"

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        given = {"cache-control": KEEP_NOTHING, **headers} if headers else _KEPT_BY_NOBODY
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(self.body)),
            *[(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
        ]
