"""Reads the cases and their made-up catalogue, and plays a case against the real rulebook.

A case says what is demanded and what the sources answer; a source that is asked and not named answers `not_held`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.domain.cases import CUTTING_LIST, Item, Setting
from app.domain.catalogue import Acceptance, Catalogue, Component, Form, Relation
from app.domain.decisions import Decision, Finding
from app.domain.evidence import Answer, Compared, LookupStatus, Said, Source
from app.domain.facts import Facts, decide
from app.domain.law import Rulebook
from app.domain.paper_demands import inquire
from app.domain.persons import SubjectKind
from app.domain.publications import Kind, Publication, catalogue_of
from app.domain.values import replace
from app.rulebook.loader import load_rulebook

HERE = Path(__file__).parent


class _Loader(yaml.SafeLoader):
    """`on` is a day's key here, not the truth value YAML 1.1 makes of it."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if not (first in "oO" and tag == "tag:yaml.org,2002:bool")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)


ALWAYS = "2015-01-01"
_ITEM_KEYS = {"demand", "lookups", "holder", "holder_named", "expect"}
_CASE_KEYS = {"case", "on", "procedure", "in_case", "wait_over", "lists", "items", *_ITEM_KEYS}
_DEMAND_KEYS = {"document_type", "form", "declined_sync"}


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


@cache
def catalogue() -> Catalogue:
    return catalogue_of(1, publications())


def publications() -> Iterator[Publication]:
    said = load(HERE / "catalogue.yaml")
    for code, body in said["document_types"].items():
        sources = [_source(s) for s in body.get("sources", ())]
        full = {"kind": "official", "subject": "person", **body, "sources": sources}
        yield Publication(Kind.DOCUMENT_TYPE, code, full)
    for code, versions in said["procedures"].items():
        for version in versions:
            body = {
                "name": code,
                "sector": "Thử nghiệm",
                "level": "province",
                "agency": "H00",
                "valid_from": str(version.get("from", ALWAYS)),
                "components": [_component(n, c) for n, c in enumerate(version["components"], 1)],
            }
            yield Publication(Kind.PROCEDURE, code, body)
    for name, members in said["lists"].items():
        for code, body in members.items():
            row = {**body, "from": str(body["from"]), "basis": rulebook().lists[name].law}
            yield Publication(Kind.LIST_MEMBER, f"{name}/{code}", row)


def _source(said: str | Mapping[str, Any]) -> dict[str, Any]:
    source = {"service": said} if isinstance(said, str) else dict(said)
    if source["service"] == "wallet":
        source = {"source": "wallet"}
    days = {k: str(source[k]) for k in ("from", "until") if k in source}
    return {"source": "registry", "basis": "CT-24-2025", **source, **days}


def _component(position: int, said: str | list[str] | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(said, str):
        said = {"types": [said]}
    elif isinstance(said, list):
        said = {"types": said, "relation": "any_of"}
    given = dict(said)
    types = given.pop("types")
    fixed = {"name": types[0], "form": "copy", "mandatory": True, "acceptance": "data_first", "relation": "one"}
    return {**fixed, **given, "position": position, "document_types": types}


@dataclass(frozen=True)
class Case:
    """One case as written, `file` and all."""

    file: str
    said: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.said["case"])

    @property
    def items(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.said.get("items", (self.said,)))

    @property
    def on(self) -> date:
        return self.said["on"]  # type: ignore[no-any-return]  # YAML's own date

    def facts(self) -> Facts:
        bare = Facts(
            decision_id="D-1",
            decided_at="2026-11-22T08:00:00+07:00",
            procedure=self.said["procedure"],
            law_as_of=self.on,
            items=(),
            case=self.said.get("in_case"),
            wait_over=self.said.get("wait_over", False),
            confirmed_lists_only=self.said.get("lists") == "confirmed",
        )
        return replace(bare, items=tuple(_item(f"i{n}", i, bare, catalogue()) for n, i in enumerate(self.items, 1)))

    def decide(self) -> Decision:
        return decide(self.facts(), catalogue(), rulebook())


def setting_of(facts: Facts, known: Catalogue) -> Setting:
    procedure = known.procedure(facts.procedure, facts.law_as_of)
    return Setting(procedure, facts.law_as_of, facts.case, facts.wait_over, facts.confirmed_lists_only)


def asked(item: Item, facts: Facts, known: Catalogue) -> set[tuple[str, Source, str | None]]:
    """Every question about a paper, as (type, source, service)."""
    inquiry = inquire(item, setting_of(facts, known), known, rulebook().on(facts.law_as_of))
    archive: set[tuple[str, Source, str | None]] = {(t, Source.ARCHIVE, None) for t in inquiry.types}
    return archive | {
        (q.document_type, Source.WALLET if q.service is None else Source.REGISTRY, q.service) for q in inquiry.queries
    }


def _item(ref: str, said: Mapping[str, Any], facts: Facts, known: Catalogue) -> Item:
    demand = said["demand"]
    assert demand.keys() <= _DEMAND_KEYS, f"unknown words in the demand: {demand.keys() - _DEMAND_KEYS}"
    own = demand["document_type"]
    item = Item(
        ref=ref,
        document_type=own,
        form=Form(demand.get("form", "copy")),
        holder=SubjectKind(said.get("holder", "person")),
        holder_named=said.get("holder_named", False),
        declined_sync=demand.get("declined_sync", False),
    )
    named: dict[tuple[str, Source, str | None], Answer] = {}
    for key, status in said.get("lookups", {}).items():
        about = {key: status} if key not in known.document_types else status
        code = key if key in known.document_types else own
        for source, says in about.items():
            answer = answer_of(code, source, says, facts.law_as_of)
            named[code, answer.source, answer.service] = answer
    if "error" in said.get("expect", {}):
        return item
    questions = asked(item, facts, known)
    assert named.keys() <= questions, f"nobody asks {named.keys() - questions}"
    silent = sorted(questions - named.keys(), key=str)
    answers = (*named.values(), *(Answer(s, code, Said.NOTHING, "t", service) for code, s, service in silent))
    return replace(item, answers=tuple(answers))


def answer_of(code: str, source: str, says: str | Mapping[str, Any], on: date) -> Answer:
    """`says`: a lookup status, or the document's own dates and marks as a source returns them; `mismatch` alone is one
    from before it was kept with what.
    """
    known = {"wallet": Source.WALLET, "archive": Source.ARCHIVE}
    where = known.get(source, Source.REGISTRY)
    service = None if source in known else source
    bare = Answer(where, code, Said.DOCUMENT, "2026-11-22T08:00:00+07:00", service, document_ref="doc-1")
    if not isinstance(says, str) and "disagrees_with" in says:
        return replace(bare, matches=False, disagrees_with=Compared(says["disagrees_with"]))
    if not isinstance(says, str):
        return replace(bare, **says)
    match LookupStatus(says):
        case LookupStatus.HELD:
            return bare
        case LookupStatus.NOT_LINKED:
            return replace(bare, said=Said.NOT_LINKED)
        case LookupStatus.NOT_HELD:
            return replace(bare, said=Said.NOTHING)
        case LookupStatus.EXPIRED:
            return replace(bare, valid_until=on - timedelta(days=1))
        case LookupStatus.REVOKED:
            return replace(bare, revoked_on=on)
        case LookupStatus.MISMATCH:
            return replace(bare, matches=False)
        case LookupStatus.NO_ANSWER:
            return replace(bare, said=Said.NO_ANSWER, cause="timeout")


def cases() -> list[Case]:
    """All cases, by file; a word nobody knows is refused, since a misspelt expectation holds by itself."""
    found = []
    for path in sorted((HERE / "cases").glob("*.yaml")):
        for said in load(path):
            assert said.keys() <= _CASE_KEYS, f"{path.name}: {said.get('case')}: {said.keys() - _CASE_KEYS}"
            found.append(Case(path.name, said))
    return found


# ---- what a finding says would make the paper lawful, made so -------------------------------------------------------


def granted(whole: Facts, item: Item, facts: set[str], sources: set[str]) -> Finding:
    """The finding, if these facts of `lawful_if` were so; `sources` are those named with `no_source_holds_it`."""
    world = catalogue()
    whole = replace(whole, wait_over=whole.wait_over or "wait_over" in facts)
    if "component_published" in facts:
        world = _with_component(world, whole, item.document_type)
        item = _answered(item, whole, world, sources)
    if "no_source_holds_it" in facts:
        item = replace(item, answers=tuple(_without(a) if _name(a) in sources else a for a in item.answers))
    if "citizen_declines_sync" in facts:
        item = replace(item, declined_sync=True)
    if "form_original" in facts:
        item = replace(item, form=Form.ORIGINAL)
    if "form_electronic" in facts:
        item = replace(item, form=Form.ELECTRONIC)
    return decide(replace(whole, items=(item,)), world, rulebook()).findings[0]


def _name(answer: Answer) -> str:
    return f"{answer.service or answer.source.value}:{answer.document_type}"


def _without(answer: Answer) -> Answer:
    return Answer(answer.source, answer.document_type, Said.NOTHING, answer.checked_at, answer.service)


def _answered(item: Item, facts: Facts, world: Catalogue, holding: set[str]) -> Item:
    """A paper newly in the dossier: the sources that were not asked before now are, and those named hold it."""
    answers = []
    for code, source, service in sorted(asked(item, facts, world), key=str):
        answer = Answer(source, code, Said.DOCUMENT, "t", service)
        answers.append(answer if _name(answer) in holding else _without(answer))
    return replace(item, answers=tuple(answers))


def _with_component(world: Catalogue, facts: Facts, code: str) -> Catalogue:
    old = world.procedure(facts.procedure, facts.law_as_of)
    new = Component(99, code, (code,), Relation.ONE, Form.COPY, mandatory=True, acceptance=Acceptance.DATA_FIRST)
    procedures = {**world.procedures, old.code: (replace(old, components=(*old.components, new)),)}
    members = {name: rows for name, rows in world.members.items() if name != CUTTING_LIST}
    return replace(world, procedures=procedures, members=members)
