"""What stands before every answer with data: the weather, the token, the form of the question, the licence."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.visits import Refusal, Visit, bad_request, body_of, error, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.faults import NDXP_SERVICES, Face, Struck
from mock_vneid.people import Holder
from mock_vneid.tokens import Denied, Grant
from mock_vneid.wire import Query, read_query
from mock_vneid.worlds import NO_RIGHT, NOT_LICENSED


@dataclass(slots=True)
class Admitted:
    visit: Visit
    query: Query
    client: str
    struck: Struck
    holder: Holder | None


def authorize(request: Request, visit: Visit, grant: Grant) -> str:
    """The id of the client whose token opens this face; refused with 401 or 403 (RFC 6750)."""
    world = visit.world
    try:
        return world.tokens.check(
            world.keys.tokens,
            visit.base,
            request.headers.get("authorization"),
            grant.audience,
            grant.scopes[0],
            world.now(),
        )
    except Denied as denied:
        challenge = f'Bearer error="{denied.error}"'
        raise error(denied.status, denied.error, denied.description, {"WWW-Authenticate": challenge}) from denied


def _licence(visit: Visit, query: Query, struck: Struck) -> None:
    refusal = visit.world.licence_refusal(query.procedure, query.officer)
    if struck.answer("not_licensed"):
        refusal = NOT_LICENSED
    elif struck.answer("no_right"):
        refusal = NO_RIGHT
    if refusal:
        raise Refusal(403, {"error_code": refusal[0], "message": refusal[1]})


def _note(visit: Visit, query: Query) -> None:
    entry = visit.entry
    entry.request_id, entry.procedure, entry.officer, entry.purpose = (
        query.request_id,
        query.procedure,
        query.officer,
        query.purpose,
    )
    entry.holder_kind, entry.holder_id, entry.types = query.holder.kind, query.holder.id, query.types


async def admit(request: Request, face: Face, service: str, grant: Grant) -> Admitted | Response:
    """Let the question in; or the response that a fault puts in the place of an answer. Everything else is refused.

    The question is read first, since a fault may match its person, but its mistakes are told only to who holds a token.
    """
    visit = visit_of(request)
    question: Query | Refusal
    try:
        question = read_query(await body_of(request, "application/json"))
        _note(visit, question)
    except ValueError as wrong:
        question = bad_request(str(wrong))
    except Refusal as refusal:
        question = refusal
    struck, in_its_place = await weather(visit, face, service)
    if in_its_place is not None:
        return in_its_place
    visit.entry.client = client = authorize(request, visit, grant)
    if face == "ndxp" and service not in NDXP_SERVICES:
        raise error(404, "unknown_service", f"the services are: {', '.join(NDXP_SERVICES)}")
    if isinstance(question, Refusal):
        raise question
    _licence(visit, question, struck)
    return Admitted(visit, question, client, struck, visit.world.holder(question.holder.id))


def _inline(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inline(parts[schema["$ref"].rpartition("/")[2]], parts)
        return {name: _inline(part, parts) for name, part in schema.items() if name != "$defs"}
    return [_inline(part, parts) for part in schema] if isinstance(schema, list) else schema


def documented(scope: str) -> dict[str, Any]:
    """The OpenAPI of a face that reads its body itself: the query, and the token it wants."""
    schema = Query.model_json_schema()
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": _inline(schema, schema.get("$defs", {})),
                    "example": {
                        "request_id": "0d8f1a52-6f0e-4d43-9c57-3b8f0c1f7a10",
                        "procedure": "1.001193",
                        "officer": "CB-0001",
                        "purpose": "paper-demand",
                        "holder": {"kind": "person", "id": "042190000001"},
                        "types": ["CAN_CUOC", "GIAY_KHAI_SINH"],
                    },
                }
            },
        },
        "security": [{scope.partition(".")[0]: [scope]}],
    }
