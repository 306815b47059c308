"""What can be published in the catalogue, as the JSON bodies in which it is sent, stored and hashed.

One body ↔ one domain value; the shapes are those of the catalogue's `PUT` calls.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

from app.domain.catalogue import (
    Acceptance,
    Catalogue,
    Component,
    DocumentKind,
    DocumentType,
    Form,
    ListMember,
    MemberStatus,
    Procedure,
    Processing,
    Relation,
    TypeSource,
    TypeSubject,
)
from app.domain.definitions import Definition, Part, corrected, procedure_of, renamed
from app.domain.evidence import Source
from app.domain.law import Period
from app.domain.readings import Reading

Body = Mapping[str, Any]
V = TypeVar("V", Procedure, Definition)


class Kind(StrEnum):
    DOCUMENT_TYPE = "document_type"
    PROCEDURE = "procedure"
    LIST_MEMBER = "list_member"
    DEFINITION = "definition"
    CORRECTION = "correction"


# Where the body of a dated version says from when it holds.
_FIRST_DAY = {Kind.PROCEDURE: "valid_from", Kind.DEFINITION: "valid_from", Kind.LIST_MEMBER: "from"}


@dataclass(frozen=True, slots=True)
class Publication:
    """One published body. `key`: the type's code, the procedure's code, `list/code`, or a component's `text_key`.

    Procedures and definitions have one body per key and `valid_from`, members of a list one per key and `from`; a later
    publication of the same two replaces it from its revision on.
    """

    kind: Kind
    key: str
    body: Body

    @property
    def slot(self) -> tuple[str, str, str]:
        """What a later publication replaces."""
        first_day = _FIRST_DAY.get(self.kind)
        return self.kind.value, self.key, (self.body.get(first_day) or "") if first_day else ""


def catalogue_of(revision: int, publications: Iterable[Publication]) -> Catalogue:
    """The catalogue after these publications, in their order."""
    latest = {p.slot: p for p in publications}
    types: dict[str, DocumentType] = {}
    versions: dict[str, list[Procedure]] = defaultdict(list)
    defined: dict[str, list[Definition]] = defaultdict(list)
    members: dict[str, dict[str, list[ListMember]]] = defaultdict(lambda: defaultdict(list))
    corrections: dict[str, Reading] = {}
    for p in latest.values():
        match p.kind:
            case Kind.DOCUMENT_TYPE:
                types[p.key] = document_type(p.key, p.body)
            case Kind.PROCEDURE:
                versions[p.key].append(procedure(p.key, p.body))
            case Kind.LIST_MEMBER:
                list_id, code = p.key.split("/", 1)
                members[list_id][code].append(list_member(list_id, code, p.body))
            case Kind.DEFINITION:
                defined[p.key].append(definition(p.key, p.body))
            case Kind.CORRECTION:  # pragma: no branch (these are all there are)
                corrections[p.key] = Reading.parse(p.body["reading"])
    definitions = {code: _by_date(corrected(d, corrections) for d in found) for code, found in defined.items()}
    codes = {**versions, **defined}
    procedures = {code: _judged_by(versions.get(code, ()), definitions.get(code, ())) for code in codes}
    listed = {name: {code: _by_start(own) for code, own in found.items()} for name, found in members.items()}
    return Catalogue(revision, types, procedures, listed, definitions)


def _judged_by(read: Iterable[Procedure], defined: Sequence[Definition]) -> tuple[Procedure, ...]:
    """The versions to judge with, by date: what a person has read stands over the service's reading of that day, and of
    every later day on which the components' official words are still those.
    """
    curated = {p.valid_from: p for p in read}
    versions = dict(curated)
    for definition_ in defined:
        day = definition_.valid_from
        if day not in curated:
            before = max((d for d in curated if d < day), default=None)
            words = _in_force(defined, before).words if before else None
            if before and words and words == definition_.words:
                versions[day] = renamed(curated[before], definition_)
            else:
                versions[day] = procedure_of(definition_)
    return _by_date(versions.values())


def _in_force(defined: Sequence[Definition], on: date) -> Definition:
    """The definition of a day, or the first of all where there was none yet."""
    return next((d for d in reversed(defined) if d.valid_from <= on), defined[0])


def _by_date(versions: Iterable[V]) -> tuple[V, ...]:
    return tuple(sorted(versions, key=lambda v: v.valid_from))


def _by_start(members: Iterable[ListMember]) -> tuple[ListMember, ...]:
    """One without a first day begins before all others."""
    return tuple(sorted(members, key=lambda m: m.period.start or date.min))


def document_type(code: str, body: Body) -> DocumentType:
    return DocumentType(
        code=code,
        name=body["name"],
        kind=DocumentKind(body["kind"]),
        subject=TypeSubject(body["subject"]),
        sources=tuple(_source(s) for s in body["sources"]),
        basis=body.get("basis"),
        result_codes=tuple(body.get("result_codes") or ()),
    )


def procedure(code: str, body: Body) -> Procedure:
    return Procedure(
        code=code,
        name=body["name"],
        sector=body["sector"],
        level=body["level"],
        agency=body["agency"],
        valid_from=date.fromisoformat(body["valid_from"]),
        components=tuple(_component(c) for c in body["components"]),
        basis=body.get("basis"),
        processing=_processing(body.get("processing")),
    )


def _processing(body: Body | None) -> Processing | None:
    if body is None:
        return None
    until = body.get("same_day")
    same_day = time.fromisoformat(until) if until else None
    return Processing(body["basis"], body.get("working_days"), body.get("working_hours"), same_day)


def definition(code: str, body: Body) -> Definition:
    parts = body.get("components")
    return Definition(
        code=code,
        name=body["name"],
        sector=body["sector"],
        level=body["level"],
        agency=body["agency"],
        valid_from=date.fromisoformat(body["valid_from"]),
        parts=None if parts is None else tuple(_part(p) for p in parts),
        basis=body.get("basis"),
        retired=body.get("retired", False),
    )


def definition_body(defined: Definition) -> dict[str, Any]:
    """The body `definition` reads."""
    body: dict[str, Any] = {
        "name": defined.name,
        "sector": defined.sector,
        "level": defined.level,
        "agency": defined.agency,
        "valid_from": defined.valid_from.isoformat(),
    }
    if defined.parts is not None:
        body["components"] = [
            {"position": p.position, "text": p.text, "reading": p.reading.body()} for p in defined.parts
        ]
    if defined.basis is not None:
        body["basis"] = defined.basis
    if defined.retired:
        body["retired"] = True
    return body


def list_member(list_id: str, code: str, body: Body) -> ListMember:
    return ListMember(
        list_id=list_id,
        code=code,
        period=_period(body),
        status=MemberStatus(body["status"]),
        basis=body["basis"],
        document_types=frozenset(body.get("document_types") or ()),
        name=body.get("name"),
        services=tuple(body.get("services") or ()),
        provisions=tuple(body.get("provisions") or ()),
        numbers=tuple(body.get("numbers") or ()),
        field=body.get("field"),
        note=body.get("note"),
    )


def _period(body: Body) -> Period:
    start, until = body.get("from"), body.get("until")
    return Period(date.fromisoformat(start) if start else None, date.fromisoformat(until) if until else None)


def _source(body: Body) -> TypeSource:
    return TypeSource(
        source=Source(body["source"]),
        service=body.get("service"),
        period=_period(body),
        procedures=frozenset(body.get("procedures") or ()),
        basis=body["basis"],
    )


def _part(body: Body) -> Part:
    return Part(body["position"], body["text"], Reading.parse(body["reading"]))


def _component(body: Body) -> Component:
    return Component(
        position=body["position"],
        name=body["name"],
        document_types=tuple(body["document_types"]),
        relation=Relation(body["relation"]),
        form=Form(body["form"]),
        mandatory=body["mandatory"],
        acceptance=Acceptance(body["acceptance"]),
        case=body.get("case"),
        holder=body.get("holder"),
        cites=tuple(body.get("cites") or ()),
        mandatory_when=body.get("mandatory_when"),
    )
