"""The catalogue and the law as JSON bodies."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from app.domain.catalogue import (
    Catalogue,
    Component,
    DocumentType,
    ListMember,
    MemberStatus,
    Procedure,
    Processing,
    TypeSource,
)
from app.domain.errors import ProcedureNotInForce
from app.domain.law import Law, Period, Provision, Rulebook

T = TypeVar("T")


def page(
    found: Iterable[T], code: Callable[[T], str], view: Callable[[T], dict[str, Any]], cursor: str | None, limit: int
) -> dict[str, Any]:
    """One page of what is sorted by code; the cursor is the last code of the page before, so inserts shift nothing."""
    after = [x for x in found if cursor is None or code(x) > cursor]
    shown = after[:limit]
    more = len(after) > limit
    return {"items": [view(x) for x in shown], "next_cursor": code(shown[-1]) if more else None}


def procedures(known: Catalogue, day: date, sector: str | None, cursor: str | None, limit: int) -> dict[str, Any]:
    found = []
    for code in sorted(known.procedures):
        try:
            version = known.procedure(code, day)
        except ProcedureNotInForce:
            continue
        if sector is None or version.sector == sector:
            found.append(version)
    return page(found, lambda p: p.code, _brief, cursor, limit)


def procedure(known: Catalogue, version: Procedure, day: date) -> dict[str, Any]:
    return {
        **_brief(version),
        "basis": version.basis,
        "processing": _processing(version.processing),
        "cases": list(version.cases),
        "components": [_component(c) for c in version.components],
        "lists": [{"list": name, "status": m.status.value} for name, m in known.memberships(version.code, day).items()],
    }


def _processing(known: Processing | None) -> dict[str, Any] | None:
    if known is None:
        return None
    until = f"{known.same_day:%H:%M}" if known.same_day else None
    given = {"working_days": known.working_days, "working_hours": known.working_hours}
    return {**given, "same_day": until, "basis": known.basis}


def _brief(p: Procedure) -> dict[str, Any]:
    return {
        "code": p.code,
        "name": p.name,
        "sector": p.sector,
        "level": p.level,
        "agency": p.agency,
        "valid_from": p.valid_from,
    }


def _component(c: Component) -> dict[str, Any]:
    return {
        "position": c.position,
        "name": c.name,
        "document_types": list(c.document_types),
        "relation": c.relation.value,
        "case": c.case,
        "form": c.form.value,
        "mandatory": c.mandatory,
        "acceptance": c.acceptance.value,
        "holder": c.holder,
        "cites": list(c.cites),
        "mandatory_when": c.mandatory_when,
    }


def document_types(known: Catalogue, day: date, cursor: str | None, limit: int) -> dict[str, Any]:
    found = sorted(known.document_types.values(), key=lambda t: t.code)
    return page(found, lambda t: t.code, lambda t: document_type(t, day), cursor, limit)


def document_type(t: DocumentType, day: date) -> dict[str, Any]:
    return {
        "code": t.code,
        "name": t.name,
        "kind": t.kind.value,
        "subject": t.subject.value,
        "sources": [_source(s) for s in t.sources if s.period.covers(day)],
        "basis": t.basis,
    }


def _source(s: TypeSource) -> dict[str, Any]:
    return {
        "source": s.source.value,
        "service": s.service,
        "from": s.period.start,
        "until": s.period.until,
        "procedures": sorted(s.procedures),
        "basis": s.basis,
    }


def lists(known: Catalogue, rulebook: Rulebook, day: date, cursor: str | None, limit: int) -> dict[str, Any]:
    return page(sorted(rulebook.lists), str, lambda name: _list(known, rulebook, name, day), cursor, limit)


def list_of(
    known: Catalogue, rulebook: Rulebook, name: str, day: date, cursor: str | None, limit: int
) -> dict[str, Any]:
    members = known.members_on(name, day)
    shown = page(members, lambda m: m.code, lambda m: _member(known, m, day), cursor, limit)
    return {
        **_list(known, rulebook, name, day),
        "members": shown["items"],
        "next_cursor": shown["next_cursor"],
    }


def _member(known: Catalogue, m: ListMember, day: date) -> dict[str, Any]:
    return {
        "code": m.code,
        "name": m.name or known.name_of(m.code, day),
        "from": m.period.start,
        "until": m.period.until,
        "status": m.status.value,
        "basis": m.basis,
        "document_types": sorted(m.document_types),
        "services": list(m.services),
        "provisions": list(m.provisions),
        "numbers": list(m.numbers),
        "field": m.field,
        "note": m.note,
    }


def _list(known: Catalogue, rulebook: Rulebook, name: str, day: date) -> dict[str, Any]:
    law = rulebook.lists[name]
    members = known.members_on(name, day)
    return {
        "id": law.id,
        "title": law.title,
        "subject": law.subject,
        "law": law.law,
        "citations": [c.body() for c in rulebook.on(day).cite(law.cites)],
        "in_force_from": law.period.start,
        "in_force_until": law.period.until,
        "declared": law.declared,
        "loaded": len(members),
        "confirmed": sum(m.status is MemberStatus.CONFIRMED for m in members),
    }


def laws(rulebook: Rulebook, day: date, cursor: str | None, limit: int) -> dict[str, Any]:
    by_law: dict[str, list[Provision]] = {}
    for p in rulebook.provisions.values():
        by_law.setdefault(p.law.id, []).append(p)
    found = sorted(rulebook.laws.values(), key=lambda law: law.id)
    return page(found, lambda law: law.id, lambda law: _law(law, by_law.get(law.id, ()), day), cursor, limit)


def _law(law: Law, provisions: Sequence[Provision], day: date) -> dict[str, Any]:
    return {
        "id": law.id,
        "name": law.name,
        "title": law.title,
        "issuer": law.issuer,
        "issued_on": law.issued_on,
        **_period(law.period, day),
        "reference": law.reference,
        "confirmed": law.confirmed,
        "checked_on": law.checked_on,
        "provisions": [
            {
                "id": p.id,
                "provision": p.provision,
                **_period(p.period, day),
                "words": p.words,
                "reference": p.reference,
                "confidence": p.confidence,
                "checked_on": p.checked_on,
            }
            for p in provisions
        ],
    }


def _period(period: Period, day: date) -> dict[str, Any]:
    return {"in_force_from": period.start, "in_force_until": period.until, "in_force": period.covers(day)}


def integrated(
    known: Catalogue,
    rulebook: Rulebook,
    found: Sequence[Mapping[str, Any]],
    day: date,
    cursor: str | None,
    limit: int,
) -> dict[str, Any]:
    return {
        "as_of": day,
        "catalogue_revision": known.revision,
        "rulebook_revision": rulebook.revision,
        **page(found, lambda row: str(row["type"].code), _integrated, cursor, limit),
    }


def _integrated(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "document_type": row["type"].code,
        "name": row["type"].name,
        "subject": row["type"].subject.value,
        "sources": [_source(s) for s in row["sources"]],
        "citations": [c.body() for c in row["citations"]],
    }
