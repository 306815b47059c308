"""What stands before every answer with data: the weather, the token, the form of the question, the licence."""

from dataclasses import dataclass
from time import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mock_vneid.faces.visits import Refusal, Visit, bad_request, body_of, error, visit_of
from mock_vneid.faces.weather import weather
from mock_vneid.faults import NDXP_SERVICES, Face, Struck, is_service
from mock_vneid.misses import nearest, note_refused_token
from mock_vneid.people import Holder
from mock_vneid.situations import known
from mock_vneid.tokens import NDXP, WALLET, Denied, Grant
from mock_vneid.universe import Universe
from mock_vneid.wire import Query, read_query
from mock_vneid.worlds import NO_RIGHT, NOT_LICENSED, World

_ALL_PASSED = ("token", "service", "form", "licence")
_SEARCH: tuple[Face, str, Grant] = ("wallet", "search", WALLET)


@dataclass(slots=True)
class Admitted:
    visit: Visit
    query: Query
    client: str
    struck: Struck
    holder: Holder | None


def authorize(request: Request, visit: Visit, grant: Grant) -> str:
    """The id of the client whose token opens this face, by the first scope of the grant; refused with 401 or 403."""
    world = visit.world
    authorization = request.headers.get("authorization")
    try:
        return world.tokens.check(
            world.keys.tokens, visit.base, authorization, grant.audience, grant.scopes[0], world.now()
        )
    except Denied as denied:
        note_refused_token(visit, authorization, grant)
        raise unauthorized(denied) from denied


def unauthorized(denied: Denied) -> Refusal:
    challenge = f'Bearer error="{denied.error}"'
    return error(denied.status, denied.error, denied.description, {"WWW-Authenticate": challenge})


def forget_token(struck: Struck) -> None:
    if struck.answer("unauthorized"):
        raise unauthorized(Denied(401, "invalid_token", "the sandbox forgot this token, as a fault told it to"))


def _licence(visit: Visit, query: Query, struck: Struck) -> None:
    refusal = visit.world.licence_refusal(query.procedure, query.officer)
    if not struck:
        pass
    elif struck.answer("not_licensed"):
        refusal = NOT_LICENSED
    elif struck.answer("no_right"):
        refusal = NO_RIGHT
    if refusal:
        allowed = visit.world.state.procedures if refusal is NOT_LICENSED else visit.world.state.officers
        what, asked = ("procedure", query.procedure) if refusal is NOT_LICENSED else ("officer", query.officer)
        visit.entry.refuse("licence", nearest(what, asked, sorted(allowed or ())))
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
    forget_token(struck)
    visit.entry.matched = ("token",)
    if face == "ndxp" and not is_service(face, service):
        visit.entry.refuse("service", nearest("service", service, NDXP_SERVICES))
        raise error(404, "unknown_service", f"a code has 1 to 32 of A-Z, a-z, 0-9 and -: {', '.join(NDXP_SERVICES)}, …")
    visit.entry.matched = ("token", "service")
    if isinstance(question, Refusal):
        visit.entry.refuse("form")
        raise question
    visit.entry.matched = ("token", "service", "form")
    _licence(visit, question, struck)
    visit.entry.matched = _ALL_PASSED
    holder = known(struck, visit.world.holder(question.holder.id))
    if struck.answer("replayed_answer"):
        question = question.model_copy(update={"request_id": f"earlier-{question.request_id}"[:64]})
    return Admitted(visit, question, client, struck, holder)


def admit_calmly(
    universe: Universe, world: World, base: str, path: str, service: str | None, authorization: str, body: bytes
) -> Admitted | None:
    """As `admit` does, at once, for a good question that no fault matches; None, and nothing noted, for any other.

    `service` is a well-formed code of the NDXP, or None for the wallet's search.
    """
    face, service, grant = _SEARCH if service is None else ("ndxp", service, NDXP)
    try:
        query = read_query(body)
        holder_id = query.holder.id
        if world.matching_faults(face, service, holder_id, query.types, counted=False):
            return None
        if world.licence_refusal(query.procedure, query.officer):
            return None
        client = world.tokens.check(
            world.keys.tokens, base, authorization, grant.audience, grant.scopes[0], world.now()
        )
    except (ValueError, Denied):
        return None
    world.matching_faults(face, service, holder_id, query.types)  # now that it is answered here, its misses count
    entry = world.journal.open(time(), face, "POST", path)
    entry.service, entry.client, entry.matched, entry.status = service, client, _ALL_PASSED, 200
    visit = Visit(universe, world, entry, base)
    _note(visit, query)
    return Admitted(visit, query, client, Struck([], world.state.seed, entry.faults), world.holder(holder_id))


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
