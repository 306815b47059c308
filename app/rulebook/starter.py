"""The starter catalogue: curated facts in YAML → publications. Refuses what does not fit together, by file and line."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.catalogue import Acceptance, DocumentKind, Form, MemberStatus, Relation, TypeSubject
from app.domain.dossiers import AGENCY
from app.domain.evidence import Source
from app.domain.law import ListLaw, Rulebook
from app.domain.publications import Kind, Publication
from app.rulebook.yamlfile import Entry, load, load_list

CATALOGUE = Path(__file__).parent / "catalogue"
LEVELS = ("ministry", "province", "commune")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def load_starter(rulebook: Rulebook, folder: Path = CATALOGUE) -> tuple[Publication, ...]:
    """Document types, then procedures, then list members. Raises RulebookError."""
    types = tuple(_document_types(load_list(folder / "document_types.yaml"), rulebook))
    codes = {p.key for p in types}
    services = {s["service"] for p in types for s in p.body["sources"] if "service" in s}
    procedures = tuple(
        p for path in sorted((folder / "procedures").glob("*.yaml")) for p in _procedures(load(path), codes, rulebook)
    )
    members = tuple(_members(folder / "lists", codes, services, rulebook))
    return (*types, *procedures, *members)


@cache
def load_places(name: str, folder: Path = CATALOGUE) -> tuple[dict[str, str], ...]:
    """Small official code lists: `statuses` (code, name) and `communes` (code, name, kind)."""
    file = load(folder / f"{name}.yaml")
    file.text("basis")
    rows = tuple({key: value for key, value in e.pairs() if isinstance(value, str)} for e in file.entries(name))
    file.close()
    return rows


def load_agencies(path: Path | None = None, *, demo: bool) -> Mapping[str, str]:
    """The names of agencies by their codes; a province's own file takes the place of ours. Raises RulebookError."""
    file = load(path or CATALOGUE / "agencies.yaml")
    file.text("basis")
    names: dict[str, str] = {}
    for e in file.entries("agencies"):
        code, name, made_up = e.text("code"), e.text("name"), e.flag("demo", default=False)
        e.close()
        if not AGENCY.fullmatch(code):
            e.fail_at("code", f"{code} is no agency's code, such as 000.00.00.H27")
        if code in names:
            e.fail_at("code", f"{code} stands here already")
        names[code] = name
        if made_up and not demo:
            del names[code]
    file.close()
    if not names:
        file.fail("`agencies` names no agency")
    return names


def _document_types(entries: tuple[Entry, ...], rulebook: Rulebook) -> Iterator[Publication]:
    for e in entries:
        code = e.text("code")
        body: dict[str, Any] = {
            "name": e.text("name"),
            "kind": e.choice("kind", DocumentKind).value,
            "subject": e.choice("subject", TypeSubject).value,
            "sources": [_source(s, rulebook) for s in e.entries("sources")],
            "name_en": e.text_or_none("name_en"),
            "issuer": e.text_or_none("issuer"),
            "result_codes": list(e.texts("result_code")),
            "basis": e.text("basis"),
        }
        e.close()
        if body["sources"] and body["kind"] == DocumentKind.PARTY.value:
            e.fail(f"{code} is written by the parties and cannot have a source")
        yield Publication(Kind.DOCUMENT_TYPE, code, _without_none(body))


def _source(entry: Entry, rulebook: Rulebook) -> dict[str, Any]:
    body: dict[str, Any] = {
        "source": entry.choice("source", Source).value,
        "service": entry.text_or_none("service"),
        "from": _day(entry, "from"),
        "until": _day(entry, "until"),
        "procedures": list(entry.texts("procedures")) or None,
        "basis": _law(entry, "basis", rulebook),
    }
    entry.close()
    if (body["source"] == Source.REGISTRY.value) != (body["service"] is not None):
        entry.fail("a registry source names its service, and only a registry source does")
    return _without_none(body)


def _procedures(file: Entry, codes: set[str], rulebook: Rulebook) -> Iterator[Publication]:
    sector = file.text("sector")
    for e in file.entries("procedures"):
        code = e.text("code")
        components = [_component(c, codes, rulebook) for c in e.entries("components")]
        body: dict[str, Any] = {
            "name": e.text("name"),
            "sector": sector,
            "level": e.text("level"),
            "agency": e.text("agency"),
            "valid_from": e.day("valid_from").isoformat(),
            "components": components,
            "basis": e.text("basis"),
            **_processing(e),
        }
        e.close()
        if body["level"] not in LEVELS:
            e.fail_at("level", f"`level` must be one of {', '.join(LEVELS)}")
        positions = [c["position"] for c in components]
        if not positions or len(set(positions)) != len(positions):
            e.fail_at("components", f"{code}: components need positions of their own")
        yield Publication(Kind.PROCEDURE, code, body)
    file.close()


def _processing(entry: Entry) -> dict[str, Any]:
    """The time an act names for the procedure; nothing where none is known to."""
    if not entry.has("processing"):
        return {}
    e = entry.entry("processing")
    until = e.text_or_none("same_day")
    given = {key: e.number_or_none(key) for key in ("working_days", "working_hours")}
    body = _without_none({**given, "same_day": until, "basis": e.text("basis")})
    e.close()
    if len(body) != 2 or 0 in body.values():
        e.fail("exactly one of `working_days`, `working_hours` and `same_day` is needed")
    if until and not _TIME.fullmatch(until):
        e.fail_at("same_day", "`same_day` must be a time, HH:MM")
    return {"processing": body}


def _component(entry: Entry, codes: set[str], rulebook: Rulebook) -> dict[str, Any]:
    types = list(entry.texts("types"))
    body: dict[str, Any] = {
        "position": entry.number("position"),
        "name": entry.text("name"),
        "document_types": types,
        "relation": entry.choice("relation", Relation).value,
        "form": entry.choice("form", Form).value,
        "mandatory": entry.flag("mandatory", default=True),
        "acceptance": entry.choice("acceptance", Acceptance).value,
        "case": entry.text_or_none("case"),
        "holder": entry.text_or_none("holder"),
        "mandatory_when": entry.text_or_none("mandatory_when"),
        "cites": [_known_law(entry, "cites", law, rulebook) for law in entry.texts("cites")] or None,
    }
    entry.close()
    _known_types(entry, "types", types, codes)
    if (body["relation"] == Relation.ONE.value) != (len(types) == 1):
        entry.fail_at("relation", "`one` goes with one type, any_of and all_of with several")
    return _without_none(body)


def _members(folder: Path, codes: set[str], services: set[str], rulebook: Rulebook) -> Iterator[Publication]:
    for list_id in ("nq66.7-annex-1", "nq66.7-annex-2"):
        files = [load(path) for path in sorted(folder.glob(f"{list_id}.*.yaml"))]
        yield from _annex_members(list_id, files, codes, services, rulebook)
    for path in sorted(p for p in folder.glob("*.yaml") if not p.name.startswith("nq66.7-")):
        file = load(path)
        if file.has("lists"):
            for e in file.entries("lists"):
                yield from _list_members(e, codes, rulebook)
            file.close()
        else:
            yield from _list_members(file, codes, rulebook)


def _annex_members(
    list_id: str, files: list[Entry], codes: set[str], services: set[str], rulebook: Rulebook
) -> Iterator[Publication]:
    """NQ 66.7's annexes, a file for each ministry: one member per procedure, with the facts of all its rows.

    A procedure need not be in the starter catalogue: the annex itself says what it is called.
    """
    law = rulebook.lists[list_id]
    names: dict[str, str] = {}
    numbered: dict[int, str] = {}
    members: dict[str, dict[str, list[Any]]] = {}
    for file in files:
        ministry = file.text("field")
        for e in file.entries("rows"):
            code, name, number, facts = _annex_row(e, codes, services)
            if names.setdefault(code, name) != name:
                e.fail_at("name", f"another row calls {code} “{names[code]}”")
            if numbered.setdefault(number, code) != code:
                e.fail_at("number", f"row {number} is about {numbered[number]} already")
            member = members.setdefault(code, {})
            for key, said in {**facts, "numbers": [number], "field": [ministry]}.items():
                known = member.setdefault(key, [])
                known += [x for x in said if x not in known]
        file.close()
    for code, member in members.items():
        texts = {key: "; ".join(member.pop(key)) or None for key in ("field", "note")}
        body = {"from": _start(law), "status": MemberStatus.CONFIRMED.value, "basis": law.law, "name": names[code]}
        yield Publication(Kind.LIST_MEMBER, f"{list_id}/{code}", _without_none({**body, **member, **texts}))


def _annex_row(entry: Entry, codes: set[str], services: set[str]) -> tuple[str, str, int, dict[str, list[Any]]]:
    """Code, name, number (several rows may share one), and what the row says of the papers.

    They come from data services, or from a database that has none here: then its name is noted.
    """
    code, name, number = entry.text("procedure"), entry.text("name"), entry.number("number")
    database, note = entry.text_or_none("database"), entry.text_or_none("note")
    facts: dict[str, list[Any]] = {
        "document_types": list(entry.texts("types")),
        "services": list(entry.texts("services")),
        "provisions": list(entry.texts("provisions")),
        "note": [text for text in (database, note) if text],
    }
    entry.close()
    if not re.fullmatch(r"[0-9]\.[0-9]{6}", code):
        entry.fail_at("procedure", f"{code} is no procedure code")
    _known_types(entry, "types", facts["document_types"], codes)
    if not facts["provisions"]:
        entry.fail("`provisions` names no provision")
    for service in facts["services"]:
        if service not in services:
            entry.fail_at("services", f"no document type has the service {service} as a source")
    if bool(facts["services"]) == (database is not None):
        entry.fail("a row names its `services`, or the `database` that has none")
    return code, name, number, facts


def _list_members(entry: Entry, codes: set[str], rulebook: Rulebook) -> Iterator[Publication]:
    """One list's members; what the list is, and how many items its act declares, stands in the law files."""
    list_id = entry.text("id")
    law = rulebook.lists.get(list_id)
    if law is None:
        entry.fail_at("id", f"the list {list_id} is not in lists.yaml")
    for e in entry.entries("members"):
        code = e.text("code")
        if law.subject == "document_type":
            _known_types(e, "code", [code], codes)
        body = {
            "from": _start(law),
            "status": e.choice("status", MemberStatus).value,
            "basis": law.law,
            "note": "; ".join(t for t in (e.text_or_none("service"), e.text("basis")) if t),
        }
        e.close()
        yield Publication(Kind.LIST_MEMBER, f"{list_id}/{code}", body)
    entry.texts("unmatched")
    entry.close()


def _start(law: ListLaw) -> str | None:
    return law.period.start.isoformat() if law.period.start else None


def _known_types(entry: Entry, key: str, types: list[str], codes: set[str]) -> None:
    if not types:
        entry.fail(f"`{key}` names no document type")
    for t in types:
        if t not in codes:
            entry.fail_at(key, f"the document type {t} is not in document_types.yaml")


def _law(entry: Entry, key: str, rulebook: Rulebook) -> str:
    return _known_law(entry, key, entry.text(key), rulebook)


def _known_law(entry: Entry, key: str, law: str, rulebook: Rulebook) -> str:
    if law not in rulebook.laws:
        entry.fail_at(key, f"the law {law} is not in laws.yaml")
    return law


def _day(entry: Entry, key: str) -> str | None:
    day = entry.day_or_none(key)
    return day.isoformat() if day else None


def _without_none(body: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in body.items() if v is not None}
