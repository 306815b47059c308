"""The monthly list: what a month's publication says, and what changed from one to another, by which law.

A publication is read from its own bytes for ever, so everything a reader needs stands in it: names, dates, citations.
"""

import calendar
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from app.domain.cases import once_each
from app.domain.catalogue import Catalogue, DocumentType, ListMember, MemberStatus, TypeSource
from app.domain.decisions import Text
from app.domain.errors import DomainError
from app.domain.guidance import replaced_since
from app.domain.law import Citation, CitationStatus, LawOn, ListLaw, Rulebook
from app.domain.wording import database

Body = Mapping[str, Any]
# What a publication states; the rest of its content says when and from what it was made.
STATED = ("documents", "lists")


class MonthNotBegun(DomainError):
    """A publication states what is, not what will be."""

    code = "month-not-begun"


class CorrectionReasonRequired(DomainError):
    """The month is published already and would now say something else: a correction says why."""

    code = "correction-reason-required"


class UnknownPublication(DomainError):
    code = "unknown-publication"


def canonical_json(content: object) -> bytes:
    """RFC 8785: members by name, no spaces, UTF-8. So for texts, whole numbers and null: all that is here."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def last_day(month: str, today: date) -> date:
    """The day whose law a month's list states: its last one, or today while the month lasts. Raises MonthNotBegun."""
    year, number = int(month[:4]), int(month[5:])
    if date(year, number, 1) > today:
        raise MonthNotBegun
    return min(date(year, number, calendar.monthrange(year, number)[1]), today)


# ---- what is stated -------------------------------------------------------------------------------------------------


def stated(known: Catalogue, rulebook: Rulebook, day: date, integrated: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The integrated list and the lists in force on a day. `integrated` are the types that replace paper on it, each
    with its sources, as `GET /v1/integrated-documents` gives them.
    """
    law = rulebook.on(day)
    return {
        "documents": [_document(known, law, row["type"], row["sources"]) for row in integrated],
        "lists": [_list(known, law, entry) for _, entry in sorted(rulebook.lists.items()) if entry.period.covers(day)],
    }


def split(statement: Body) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is signed, and the members of each list: in what is signed stands their digest (SHA-256 of their canonical
    JSON). So a signature covers a thousand rows, and stays small enough for whoever verifies it.
    """
    members = {x["list"]: x["members"] for x in statement["lists"]}
    lists = [
        {k: v for k, v in x.items() if k != "members"} | {"members_sha256": _digest(x["members"])}
        for x in statement["lists"]
    ]
    return {**statement, "lists": lists}, members


def joined(content: Body, members: Mapping[str, Any]) -> dict[str, Any]:
    """A statement whole again, from the two that `split` gave."""
    return {**content, "lists": [{**x, "members": members[x["list"]]} for x in content["lists"]]}


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def grounds(law: LawOn, t: DocumentType, sources: Iterable[TypeSource]) -> tuple[Citation, ...]:
    """What makes data of these sources stand instead of the paper: the rules in force, and laws of the type's own."""
    cites: list[Citation] = []
    for s in sources:
        cites += law.cite_rule(f"use-{s.source.value}", t.code)
        if own := law.type_law(t.code, s.service):
            cites += law.cite(own.cites)
    return once_each(cites)


def _document(known: Catalogue, law: LawOn, t: DocumentType, sources: Sequence[TypeSource]) -> dict[str, Any]:
    return {
        "document_type": t.code,
        "name": t.name,
        "subject": t.subject.value,
        "sources": [_source(law, t, s) for s in sources],
        "citations": _bodies(grounds(law, t, sources)),
        "lists": [
            {"list": name, "status": m.status.value, "citations": _bodies(law.cite(law.list_law(name).cites))}
            for name, m in sorted(known.memberships(t.code, law.day).items())
        ],
    }


def _source(law: LawOn, t: DocumentType, s: TypeSource) -> dict[str, Any]:
    """`citations`: the act this source rests on, by its provisions where it is one of the grounds."""
    own = [c for c in grounds(law, t, [s]) if c.law == s.basis]
    return {
        "source": s.source.value,
        "service": s.service,
        "from": _day(s.period.start),
        "until": _day(s.period.until),
        "replaces_since": _day(replaced_since(law, t.code, s)),
        "procedures": sorted(s.procedures),
        "basis": s.basis,
        "basis_title": law.rulebook.laws[s.basis].name,
        "citations": _bodies(own or law.cite_law(s.basis)),
    }


def _list(known: Catalogue, law: LawOn, entry: ListLaw) -> dict[str, Any]:
    members = known.members_on(entry.id, law.day)
    return {
        "list": entry.id,
        "title": entry.title,
        "subject": entry.subject,
        "law": entry.law,
        "citations": _bodies(law.cite(entry.cites)),
        "from": _day(entry.period.start),
        "until": _day(entry.period.until),
        "declared": entry.declared,
        "loaded": len(members),
        "confirmed": sum(m.status is MemberStatus.CONFIRMED for m in members),
        "members": [_member(known, law.day, m) for m in members],
    }


def _member(known: Catalogue, day: date, m: ListMember) -> dict[str, Any]:
    return {
        "code": m.code,
        "name": m.name or known.name_of(m.code, day),
        "status": m.status.value,
        "from": _day(m.period.start),
        "until": _day(m.period.until),
        "basis": m.basis,
        "document_types": sorted(m.document_types),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _bodies(cites: Iterable[Citation]) -> list[dict[str, object]]:
    return [c.body() for c in cites]


def citation(body: Body) -> Citation:
    """A citation as it was published."""
    start = body["in_force_from"]
    status = CitationStatus(body["status"])
    return Citation(body["law"], body["provision"], body["title"], date.fromisoformat(start) if start else None, status)


# ---- what changed ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was: what, in words, and the law that did it."""

    code: str
    said: Text
    citations: tuple[Citation, ...]

    def body(self) -> dict[str, Any]:
        return {"code": self.code, **self.said.body(), "citations": _bodies(self.citations)}


@dataclass(frozen=True, slots=True)
class Change:
    """A document type or a list's member that came, went or changed."""

    code: str
    name: str | None
    citations: tuple[Citation, ...]
    differences: tuple[Difference, ...] = ()

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "citations": _bodies(self.citations),
            "differences": [d.body() for d in self.differences],
        }


@dataclass(frozen=True, slots=True)
class Changes:
    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    changed: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def body(self) -> dict[str, Any]:
        return {
            "added": [c.body() for c in self.added],
            "removed": [c.body() for c in self.removed],
            "changed": [c.body() for c in self.changed],
        }


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What changed on one list; its title and subject as last published."""

    list_id: str
    title: str
    subject: str
    members: Changes

    def body(self) -> dict[str, Any]:
        return {"list": self.list_id, "title": self.title, "subject": self.subject, **self.members.body()}


def changes(before: Body | None, after: Body) -> tuple[Changes, tuple[ListChanges, ...]]:
    """Of the documents, and of each list that changed; everything is new where there was nothing before.

    What came or changed cites the law as published after, what went the law as published before.
    """
    old = before or {name: [] for name in STATED}
    documents = _compared(old["documents"], after["documents"], "document_type", _grounds_of, _document_differences)
    was, now = _by(old["lists"], "list"), _by(after["lists"], "list")
    lists = [_list_changes(was.get(name), now.get(name)) for name in sorted(was.keys() | now.keys())]
    return documents, tuple(x for x in lists if x.members)


def _list_changes(before: Body | None, after: Body | None) -> ListChanges:
    entry = after or before
    assert entry is not None
    cites = _cited(entry)
    members = _compared(
        before["members"] if before else [],
        after["members"] if after else [],
        "code",
        lambda _: cites,
        lambda was, now: _member_differences(was, now, cites),
    )
    return ListChanges(entry["list"], entry["title"], entry["subject"], members)


def _compared(
    before: Sequence[Body],
    after: Sequence[Body],
    key: str,
    grounds_of: Callable[[Body], tuple[Citation, ...]],
    differences: Callable[[Body, Body], list[Difference]],
) -> Changes:
    was, now = _by(before, key), _by(after, key)
    changed = []
    for code in sorted(was.keys() & now.keys()):
        if found := differences(was[code], now[code]):
            cites = once_each(c for d in found for c in d.citations)
            changed.append(Change(code, now[code]["name"], cites, tuple(found)))
    return Changes(
        tuple(Change(code, now[code]["name"], grounds_of(now[code])) for code in sorted(now.keys() - was.keys())),
        tuple(Change(code, was[code]["name"], grounds_of(was[code])) for code in sorted(was.keys() - now.keys())),
        tuple(changed),
    )


def _by(found: Iterable[Body], key: str) -> dict[str, Body]:
    return {x[key]: x for x in found}


def _cited(*bodies: Body) -> tuple[Citation, ...]:
    return once_each(citation(c) for body in bodies for c in body["citations"])


def _grounds_of(document: Body) -> tuple[Citation, ...]:
    """The acts its sources rest on first: they are what brought it; then the rules."""
    return _cited(*document["sources"], document)


def _document_differences(before: Body, after: Body) -> list[Difference]:
    found = [
        Difference(code, said, ())
        for code, said in (
            ("name", Text(f"tên cũ: {before['name']}", f"formerly called: {before['name']}")),
            ("subject", Text("đổi đối tượng", "it is of another kind of subject")),
        )
        if before[code] != after[code]
    ]
    was, now = _sources(before), _sources(after)
    for at in sorted(now.keys() - was.keys()):
        said = Text(f"thêm nguồn dữ liệu: {_place(now[at])}", f"a source was added: {at}")
        found.append(Difference("source_added", said, _cited(*now[at]) or _cited(after)))
    for at in sorted(was.keys() - now.keys()):
        ended = max((s["until"] for s in was[at] if s["until"]), default="")
        said = Text(
            f"không còn nguồn dữ liệu: {_place(was[at])}" + (f", đến hết ngày {_vn(ended)}" if ended else ""),
            f"a source is gone: {at}" + (f", through {ended}" if ended else ""),
        )
        found.append(Difference("source_removed", said, _cited(*was[at]) or _cited(before)))
    for at in sorted(now.keys() & was.keys()):
        if _dates(was[at]) != _dates(now[at]):
            said = Text(
                f"nguồn dữ liệu đổi ngày, phạm vi hoặc căn cứ: {_place(now[at])}",
                f"a source holds for other days or procedures, or rests on another act: {at}",
            )
            found.append(Difference("source_changed", said, _cited(*now[at]) or _cited(after)))
    return [*found, *_law_differences(before, after), *_listing_differences(before, after)]


def _law_differences(before: Body, after: Body) -> list[Difference]:
    """Provisions that now make data stand instead of the paper, and those that no longer do."""
    was, now = _cited(before), _cited(after)
    found = []
    if new := tuple(c for c in now if not _among(c, was)):
        found.append(Difference("law_added", Text("thêm căn cứ", "more law to rest on"), new))
    if gone := tuple(c for c in was if not _among(c, now)):
        found.append(Difference("law_removed", Text("căn cứ không còn áp dụng", "law that no longer holds"), gone))
    return found


def _listing_differences(before: Body, after: Body) -> list[Difference]:
    was, now = _by(before["lists"], "list"), _by(after["lists"], "list")
    found = []
    for name in sorted(was.keys() | now.keys()):
        if name not in was:
            said = Text("thêm vào phụ lục", f"now on {name}")
            found.append(Difference("list_added", said, _cited(now[name])))
        elif name not in now:
            found.append(
                Difference("list_removed", Text("đưa khỏi phụ lục", f"no longer on {name}"), _cited(was[name]))
            )
        elif was[name]["status"] != now[name]["status"]:
            said = Text("đổi tình trạng xác nhận trong phụ lục", f"confirmed or not on {name}")
            found.append(Difference("list_status", said, _cited(now[name])))
    return found


def _member_differences(before: Body, after: Body, cites: tuple[Citation, ...]) -> list[Difference]:
    words = {
        "status": Text("đổi tình trạng xác nhận", "confirmed or not"),
        "from": Text("đổi ngày bắt đầu", "it begins on another day"),
        "until": Text("đổi ngày kết thúc", "it ends on another day"),
        "basis": Text("đổi căn cứ", "it rests on another act"),
        "document_types": Text("đổi giấy tờ được thay thế", "other papers are replaced"),
        "name": Text("đổi tên", "another name"),
    }
    return [Difference(name, said, cites) for name, said in words.items() if before[name] != after[name]]


def _among(c: Citation, cites: Iterable[Citation]) -> bool:
    return any((c.law, c.provision) == (other.law, other.provision) for other in cites)


def _sources(document: Body) -> dict[str, list[Body]]:
    """By what is asked: one service may be a source under several acts, each for procedures of its own."""
    found: dict[str, list[Body]] = {}
    for s in document["sources"]:
        found.setdefault(s["service"] or "VNeID", []).append(s)
    return found


def _dates(sources: Iterable[Body]) -> list[tuple[object, ...]]:
    return [(s["from"], s["until"], s["procedures"], s["basis"]) for s in sources]


def _place(sources: Sequence[Body]) -> str:
    service = sources[0]["service"]
    return "VNeID" if service is None else database(service)


def _vn(day: str) -> str:
    return f"{day[8:]}/{day[5:7]}/{day[:4]}"
