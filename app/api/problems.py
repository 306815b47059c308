"""The one place where an error becomes problem+json (RFC 9457), in Vietnamese and English, saying how to mend it.

Nothing the caller sent is echoed: a citizen's number in a wrong place must not come back.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.api.schemas.common import input_names
from app.api.wording import CATALOGUE, FIELD_FAULTS, Words
from app.db import DatabaseUnavailable
from app.domain.errors import DomainError, HolderRequired
from app.domain.forms import FieldFault, FormInvalid
from app.freshness import KEEP_NOTHING
from app.logs import log
from app.services import idempotency

MEDIA_TYPE = "application/problem+json"
# Facts of an error of meaning that come from our own data. The others repeat what was sent and are not shown.
_SAFE_FACTS = frozenset(
    "allowed cases components in_force_from known retired_from known_from status subject "
    "citations fault finding lists remedy".split()
)

# The fields whose value such a fact repeats.
_FIELDS = {
    "procedure": {"procedure", "procedures"},
    "document_type": {"document_type", "document_types"},
    "law": {"basis", "cites"},
}

# What an address does not name, by the part of it that stands before the code; where none fits, the general one.
MISSING = {
    "procedures": "not-in-catalogue",
    "components": "not-in-catalogue",
    "document-types": "not-in-catalogue",
    "lists": "not-in-catalogue",
    "members": "not-in-catalogue",
    "decisions": "unknown-decision",
    "dossiers": "unknown-dossier",
    "imports": "unknown-import",
    "outbox": "unknown-message",
    "subscriptions": "unknown-subscription",
    "prefills": "unknown-prefill",
    "presentations": "unknown-presentation",
    "publications": "unknown-publication",
    "reports": "unknown-report",
    "results": "unknown-result",
}
# What the framework raises by itself.
_BY_STATUS = {
    400: "bad-json",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
}


class Problem(Exception):
    """Raised by the API itself for what is no error of meaning (a missing header, a wrong media type)."""

    def __init__(
        self, code: str, headers: Mapping[str, str] | None = None, facts: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.headers, self.facts = code, headers, facts


def body_of(code: str, trace_id: str) -> dict[str, Any]:
    """The members every problem has."""
    words: Words = CATALOGUE[code]
    return {
        "type": f"urn:motlan:problem:{code}",
        "title": words.title_vi,
        "status": words.status,
        "detail": words.detail_vi,
        "title_en": words.title_en,
        "detail_en": words.detail_en,
        "code": code,
        "trace_id": trace_id,
    }


def problem(
    code: str,
    trace_id: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
    facts: Mapping[str, Any] | None = None,
    **members: Any,
) -> Response:
    """The answer for one code of the catalogue; `facts` and `members` are safe to show."""
    body = body_of(code, trace_id)
    if facts:
        body["facts"] = dict(facts)
    if errors:
        body["errors"] = list(errors)
    body.update(members)
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return Response(raw, CATALOGUE[code].status, dict(headers or {}), MEDIA_TYPE)


def trace_of(request: Request) -> str:
    return str(request.scope.get("trace_id", ""))


def install(app: FastAPI) -> None:
    """Every error of the app ends here."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, e: Problem) -> Response:
        return problem(e.code, trace_of(request), headers=e.headers, facts=e.facts)

    @app.exception_handler(DomainError)
    async def _domain(request: Request, e: DomainError) -> Response:
        return problem(e.code, trace_of(request), facts=safe(e), errors=_places(e, request))

    @app.exception_handler(FormInvalid)
    async def _form(request: Request, e: FormInvalid) -> Response:
        return problem(e.code, trace_of(request), errors=[_declared(f) for f in e.faults[:300]])

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, e: RequestValidationError) -> Response:
        faults = e.errors()
        if any(f["type"] == "json_invalid" for f in faults):
            return problem("bad-json", trace_of(request))
        # Nothing bears a code that no code can be: whatever else is wrong, there is nothing here to send it to.
        if named := [f for f in faults if f["loc"][0] == "path"]:
            return problem(_missing(request, named), trace_of(request), errors=[_field(f) for f in named])
        return problem("invalid-request", trace_of(request), errors=[_field(f) for f in faults[:50]])

    @app.exception_handler(HTTPException)
    async def _http(request: Request, e: HTTPException) -> Response:
        code = _BY_STATUS.get(e.status_code, "internal-error")
        headers = {"allow": ", ".join(_allowed(request))} if e.status_code == 405 else e.headers
        return problem(code, trace_of(request), headers=headers)

    @app.exception_handler(idempotency.Repeated)
    async def _repeated(request: Request, e: idempotency.Repeated) -> Response:
        headers = {"cache-control": KEEP_NOTHING, **e.kept.headers, "idempotent-replayed": "true"}
        return Response(e.kept.body, e.kept.status, headers, "application/json")

    @app.exception_handler(idempotency.KeyReused)
    async def _reused(request: Request, _: Exception) -> Response:
        return problem("idempotency-key-reused", trace_of(request))

    @app.exception_handler(idempotency.StillRunning)
    async def _running(request: Request, _: Exception) -> Response:
        return problem("request-in-progress", trace_of(request), headers={"retry-after": "1"})

    @app.exception_handler(idempotency.KeyLost)
    async def _lost(request: Request, _: Exception) -> Response:
        return problem("request-in-progress", trace_of(request), headers={"retry-after": "1"})

    @app.exception_handler(DatabaseUnavailable)
    async def _unavailable(request: Request, e: DatabaseUnavailable) -> Response:
        log.error("database unavailable", trace_id=trace_of(request), kind=type(e).__name__)
        return problem("temporarily-unavailable", trace_of(request), headers={"retry-after": "2"})


async def answered(request: Request, e: Exception) -> Response:
    """The answer of the handler the app has for an error; raises the error again where it has none."""
    handlers = request.app.exception_handlers
    handle = next((handlers[kind] for kind in type(e).__mro__ if kind in handlers), None)
    if handle is None:
        raise e
    answer: Response = await handle(request, e)
    return answer


def safe(e: DomainError) -> dict[str, Any]:
    """The facts of an error of meaning that may be shown."""
    # A paper that needs its holder is one the catalogue knows, and so is its component.
    more = {"document_type", "position"} if isinstance(e, HolderRequired) else set()
    return {k: v for k, v in e.facts.items() if k in _SAFE_FACTS | more}


def _allowed(request: Request) -> list[str]:
    """All methods of this address; each route alone would name only its own."""
    return [
        method
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
        if any(r.matches({**request.scope, "method": method})[0] is Match.FULL for r in request.app.routes)
    ]


def _missing(request: Request, faults: Sequence[Mapping[str, Any]]) -> str:
    """What is not there where a part of the address has not the form of a code: the first such part says it."""
    parts = request.scope["route"].path.split("/")
    first = min(parts.index(f"{{{f['loc'][1]}}}") for f in faults)
    return MISSING.get(parts[first - 1], _BY_STATUS[404])


def _places(e: DomainError, request: Request) -> list[dict[str, Any]]:
    """Where in the body the value stands that an error of meaning is about, instead of the value."""
    words, sent = CATALOGUE[e.code], request.scope.get("json")
    if isinstance(e, HolderRequired):
        return [_holder_needed(e, at) for at in _without_holder(e, sent)[:50]]
    places = [
        at
        for fact, names in _FIELDS.items()
        for at, value in _leaves(sent, "body")
        if fact in e.facts and value == e.facts[fact] and names.intersection(at.split("/")[-2:])
    ]
    return [{"at": at, "kind": e.code, "vi": words.title_vi, "en": words.title_en} for at in places[:50]]


def _without_holder(e: HolderRequired, sent: Any) -> list[str]:
    """Where a holder is to be named: at the component of a dossier, or at the paper demanded. One that is named is of
    the wrong kind, and is pointed at itself.
    """
    code, subject, position = e.facts["document_type"], e.facts["subject"], e.facts.get("position")
    asked = list(_asked(sent)) if isinstance(sent, dict) else []
    if position is not None:
        given = [(at, one) for at, one in asked if one.get("position") == position]
        return [f"{at}/holder" if one.get("holder") else at for at, one in given] or ["body/components"]
    papers = [(at, one.get("holder")) for at, one in asked if one.get("document_type") == code]
    wrong = [f"{at}/holder" for at, holder in papers if holder and holder.get("kind") != subject]
    unnamed = [f"{at}/document_type" for at, holder in papers if not holder]
    return wrong if wrong and e.facts.get("named", True) else unnamed


def _asked(sent: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The papers and components a body names, each with its place."""
    yield "body", sent
    for name in ("paper", "result"):
        if isinstance(sent.get(name), dict):
            yield f"body/{name}", sent[name]
    for name in ("items", "components"):
        yield from ((f"body/{name}/{n}", one) for n, one in enumerate(sent.get(name) or ()))


def _holder_needed(e: HolderRequired, at: str) -> dict[str, Any]:
    """Whose paper it is; in a dossier, with which position to say so."""
    vi, en = FIELD_FAULTS[f"holder_{e.facts['subject']}"]
    if (position := e.facts.get("position")) is not None:
        vi, en = (
            f"{said}; {where.format(position=position)}"
            for said, where in zip((vi, en), FIELD_FAULTS["holder_at"], strict=True)
        )
    return {"at": at, "kind": e.code, "vi": vi, "en": en}


def _leaves(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(inner, f"{at}/{key}")
    else:
        yield at, value


def _declared(fault: FieldFault) -> dict[str, Any]:
    """One wrong value of a form; a field that the form does not have may itself be somebody's number."""
    vi, en = FIELD_FAULTS[fault.fault]
    return {"at": f"body/form/values/{fault.code or '…'}", "kind": fault.fault.value, "vi": vi, "en": en}


def _field(fault: Mapping[str, Any]) -> dict[str, Any]:
    """One wrong field: where, what is wrong, how to mend it. The value never stands in it."""
    kind = str(fault["type"])
    context = fault.get("ctx") or {}
    words = FIELD_FAULTS.get(context.get("fault") or kind) or FIELD_FAULTS["default"]
    shown = {k: v for k, v in context.items() if k in ("expected", "min_length", "max_length", "le", "ge", "gt", "lt")}
    return {
        "at": _pointer(fault["loc"]),
        "kind": context.get("fault") or kind,
        "vi": words[0].format_map(_Lenient(shown)),
        "en": words[1].format_map(_Lenient(shown)),
    }


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _pointer(loc: Sequence[Any]) -> str:
    """Where it stands, as `body/items/0/form`; a name that is not one of ours may itself be somebody's number."""
    first, *rest = loc
    shown = [str(p) if isinstance(p, int) or first in ("header", "path") or p in input_names() else "…" for p in rest]
    return "/".join([str(first), *shown])
