"""The facts of each page, as its template takes them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.domain.cases import NO_PAPER_SERVICES
from app.domain.catalogue import (
    Catalogue,
    DocumentType,
    Form,
    ListMember,
    MemberStatus,
    TypeSource,
    TypeSubject,
)
from app.domain.evidence import Source
from app.domain.guidance import Guidance, Guide, Way, replaced_since
from app.domain.law import ARTICLE_4, Citation, Law, LawOn, Provision, Rulebook
from app.domain.monthly_lists import grounds
from app.domain.search import ProcedureIndex
from app.domain.text import plain
from app.pages import wording
from app.services.catalogue import integrated_documents

View = dict[str, Any]
PAGE = 25
# Numbers in a text are ordered by their value: Điều 2 before Điều 10.
_PIECES = re.compile(r"[0-9]+|[^0-9]+")
# Documents that an act publishes as integrated; its other annexes only propose some.
PUBLISHED_LISTS = ("ct24-annex-3", "ct24-annex-4")
_SUBJECT_SLUGS = {TypeSubject.PERSON: "nguoi-dan", TypeSubject.ORGANIZATION: "to-chuc", TypeSubject.ANY: "ca-hai"}


class Notes:
    """The grounds of a page, numbered in the order in which they are first mentioned."""

    def __init__(self) -> None:
        self._numbers: dict[Citation, int] = {}

    def refs(self, citations: Iterable[Citation]) -> list[int]:
        return [self._numbers.setdefault(c, len(self._numbers) + 1) for c in citations]

    def items(self) -> list[tuple[int, Citation]]:
        return [(number, c) for c, number in self._numbers.items()]


# ---- / --------------------------------------------------------------------------------------------------------------


def home(known: Catalogue, rulebook: Rulebook, day: date) -> View:
    return {
        "documents": len(integrated_documents(known, rulebook, day)),
        "procedures": sum(versions[0].valid_from <= day for versions in known.procedures.values()),
        "acts": sum(law.period.covers(day) for law in rulebook.laws.values()),
    }


# ---- /danh-muc ------------------------------------------------------------------------------------------------------


class Filters(NamedTuple):
    words: str = ""
    subject: str = ""
    source: str = ""
    month: str = ""


class Choice(NamedTuple):
    value: str
    name: str
    chosen: bool


class Holding(NamedTuple):
    """One source of a document type: where, since when, by which act, and whether only in some procedures."""

    source: TypeSource
    since: date | None
    basis: str
    procedures: int


@dataclass(frozen=True, slots=True)
class Row:
    """A document type that data replace. `lists` are those that publish it, each with whether it is a candidate."""

    type: DocumentType
    holdings: tuple[Holding, ...]
    citations: tuple[Citation, ...]
    lists: tuple[tuple[Citation, bool], ...]

    @property
    def in_wallet(self) -> bool:
        return any(h.source.source is Source.WALLET for h in self.holdings)


def rows(known: Catalogue, rulebook: Rulebook, day: date) -> list[Row]:
    """The integrated list as it is read: each document type with its sources, by name."""
    law = rulebook.on(day)
    found = [_row(known, law, x["type"], x["sources"]) for x in integrated_documents(known, rulebook, day)]
    return sorted(found, key=lambda row: plain(row.type.name))


def _row(known: Catalogue, law: LawOn, t: DocumentType, sources: Sequence[TypeSource]) -> Row:
    holdings = tuple(
        Holding(s, replaced_since(law, t.code, s), law.rulebook.laws[s.basis].name, len(s.procedures)) for s in sources
    )
    listed = known.memberships(t.code, law.day)
    lists = [
        (cited, listed[name].status is MemberStatus.CANDIDATE)
        for name in PUBLISHED_LISTS
        if name in listed
        for cited in law.cite(law.list_law(name).cites)
    ]
    return Row(t, holdings, grounds(law, t, sources), tuple(lists))


def integrated_list(known: Catalogue, rulebook: Rulebook, day: date, asked: Filters) -> View:
    every = rows(known, rulebook, day)
    shown = [row for row in every if _passes(row, asked)]
    return {
        **listed_rows(every, shown),
        "asked": asked,
        "filtered": any(asked),
        "total": len(every),
        "unconfirmed": _unconfirmed(rulebook, *(row.citations for row in every)),
        "subjects": [
            Choice(value, wording.SUBJECTS[s.value], value == asked.subject) for s, value in _SUBJECT_SLUGS.items()
        ],
        "sources": _sources(every, asked.source),
        "months": _months(every, asked.month),
    }


def listed_rows(every: Sequence[Row], shown: Sequence[Row]) -> View:
    """Rows by subject; what all of them cite is said once, and only the rest beside each."""
    general = _shared(every)
    of_wallet = [c for c in _shared([row for row in every if row.in_wallet]) if c not in general]
    common = {*general, *of_wallet}
    groups = (
        (wording.SUBJECTS[s.value], anchor, [row for row in shown if row.type.subject is s])
        for s, anchor in _SUBJECT_SLUGS.items()
    )
    return {
        "groups": [group for group in groups if group[2]],
        "shown": len(shown),
        "general": general,
        "of_wallet": of_wallet,
        "own": {row.type.code: [c for c in row.citations if c not in common] for row in shown},
        "candidates": any(candidate for row in shown for _, candidate in row.lists),
    }


def _shared(every: Sequence[Row]) -> list[Citation]:
    """What every row cites: said once, above the table."""
    return [c for c in every[0].citations if all(c in row.citations for row in every)] if every else []


def _passes(row: Row, asked: Filters) -> bool:
    text = " " + plain(" ".join([row.type.name, row.type.code, *(wording.place(h.source) for h in row.holdings)]))
    return (
        all(f" {word}" in text for word in plain(asked.words).split())
        and asked.subject in ("", _SUBJECT_SLUGS[row.type.subject])
        and (not asked.source or any(wording.source_slug(h.source) == asked.source for h in row.holdings))
        and (not asked.month or any(h.since and h.since.isoformat().startswith(asked.month) for h in row.holdings))
    )


def _sources(every: Sequence[Row], chosen: str) -> list[Choice]:
    names = {wording.source_slug(h.source): wording.place(h.source) for row in every for h in row.holdings}
    return [Choice(v, n, v == chosen) for v, n in sorted(names.items(), key=lambda x: (x[0] != "vneid", plain(x[1])))]


def _months(every: Sequence[Row], chosen: str) -> list[Choice]:
    starts = {h.since for row in every for h in row.holdings if h.since}
    firsts = sorted({start.replace(day=1) for start in starts}, reverse=True)
    return [Choice(f"{m:%Y-%m}", wording.month(m), f"{m:%Y-%m}" == chosen) for m in firsts]


def _unconfirmed(rulebook: Rulebook, *cited: Iterable[Citation]) -> list[str]:
    """The cited acts whose entry waits to be compared with the gazette."""
    acts = {c.law for citations in cited for c in citations}
    return sorted(rulebook.laws[act].name for act in acts if act in rulebook.laws and not rulebook.laws[act].confirmed)


# ---- /thu-tuc -------------------------------------------------------------------------------------------------------


def procedures(known: Catalogue, index: ProcedureIndex, day: date, asked: Mapping[str, str], page: int) -> View:
    sector, agency = asked["linh-vuc"], asked["co-quan"]
    found = index.find(asked["q"], day, sector=sector, agency=agency)
    pages = max(1, -(-len(found.procedures) // PAGE))
    start = (page - 1) * PAGE
    return {
        "asked": asked,
        "found": found.procedures[start : start + PAGE],
        "count": len(found.procedures),
        "first": start + 1,
        "page": page,
        "pages": pages,
        "nearby": [n for n in range(1, pages + 1) if n in (1, pages) or abs(n - page) <= 1],
        "sectors": [Choice(f.slug, f"{f.name} ({f.procedures})", f.slug == sector) for f in found.sectors],
        "agencies": [Choice(f.slug, f"{f.name} ({f.procedures})", f.slug == agency) for f in found.agencies],
        "filtered": bool(asked["q"] or sector or agency),
        "total": len(known.procedures),
    }


# ---- /thu-tuc/{code} ------------------------------------------------------------------------------------------------


def procedure(found: Guidance, rulebook: Rulebook, chosen: int) -> View:
    guides = list(enumerate(found.guides, 1))
    cited = [p.citations for g in found.guides for n in g.needs for p in n.papers]
    return {
        "found": found,
        "procedure": found.procedure,
        "guides": [(n, g) for n, g in guides if chosen in (0, n)],
        "cases": [(n, g.case) for n, g in guides if g.case],
        "chosen": chosen,
        "notes": Notes(),
        "lists": [_listed(member, rulebook.on(found.day)) for member in found.lists],
        "no_paper": next((c for g in found.guides for c in _no_paper(g)), ()),
        "no_paper_candidate": any(
            m.list_id == NO_PAPER_SERVICES and m.status is MemberStatus.CANDIDATE for m in found.lists
        ),
        "unconfirmed": _unconfirmed(rulebook, *cited),
    }


def _no_paper(guide: Guide) -> Iterator[tuple[Citation, ...]]:
    """The law by which the service takes nothing on paper."""
    yield from (p.citations for p in guide.papers(Way.SEND))
    yield from (p.if_not_found for p in guide.papers(Way.LOOK_UP) if p.then is Form.ELECTRONIC)


def _listed(member: ListMember, law: LawOn) -> View:
    listed = law.list_law(member.list_id)
    return {
        "title": listed.title,
        "citations": law.cite(listed.cites),
        "candidate": member.status is MemberStatus.CANDIDATE,
        "since": member.period.start or listed.period.start,
    }


# ---- /van-ban -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Act:
    """An act in force with its provisions in force; `uses` of each say what the service does by it."""

    law: Law
    provisions: tuple[tuple[Provision, tuple[str, ...]], ...] = field(default=())


def provisions(known: Catalogue, rulebook: Rulebook, day: date) -> View:
    uses = dict(_uses(known, rulebook, day))
    by_act: dict[str, list[Provision]] = {}
    for p in rulebook.provisions.values():
        if p.period.covers(day):
            by_act.setdefault(p.law.id, []).append(p)
    in_force = sorted(
        (law for law in rulebook.laws.values() if law.period.covers(day)),
        key=lambda law: (law.issued_on or date.min, law.id),
        reverse=True,
    )
    acts = [
        Act(law, tuple((p, uses.get(p.id, ())) for p in sorted(by_act.get(law.id, ()), key=_order))) for law in in_force
    ]
    return {"acts": [a for a in acts if a.provisions], "others": [a.law for a in acts if not a.provisions]}


def _order(p: Provision) -> list[tuple[int, str]]:
    """Articles before annexes, by number."""
    return [(int(x), "") if x.isdigit() else (0, x) for x in _PIECES.findall(p.provision or "")]


def _uses(known: Catalogue, rulebook: Rulebook, day: date) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the service does by each provision on a day: provision id → sentences."""
    found: dict[str, list[str]] = {}

    def note(ids: Iterable[str], sentence: str) -> None:
        for name in ids:
            if sentence not in found.setdefault(name, []):
                found[name].append(sentence)

    def name_of(code: str) -> str:
        return known.document_types[code].name if code in known.document_types else code

    for rule, versions in rulebook.rules.items():
        cites = (c for v in versions if v.period.covers(day) for c in v.cites)
        note((c for c in cites if c != ARTICLE_4), wording.RULES[rule])
    for code, point in rulebook.article_4.items():
        note([point], f"Dữ liệu thay giấy tờ: {name_of(code)}")
    for own in rulebook.type_laws:
        if own.period.covers(day):
            note(own.cites, f"Dữ liệu thay giấy tờ: {name_of(own.document_type)}")
    for listed in rulebook.lists.values():
        if listed.period.covers(day):
            note(listed.cites, f"Danh sách: {listed.title}")
    for limit in rulebook.wait_limits:
        if limit.period.covers(day):
            note(limit.cites, "Thời hạn cơ quan được chờ nguồn dữ liệu trả lời")
    for provision, sentences in found.items():
        yield provision, tuple(sentences)
