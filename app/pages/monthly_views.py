"""A month's list as its page shows it, made from the publication's own bytes alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from app.domain.cases import once_each
from app.domain.catalogue import DocumentKind, DocumentType, MemberStatus, TypeSource, TypeSubject
from app.domain.evidence import Source
from app.domain.law import Citation, Period
from app.domain.monthly_lists import Change as DocumentChange
from app.domain.monthly_lists import ListChanges, citation
from app.domain.text import plain
from app.pages import wording
from app.pages.views import PUBLISHED_LISTS, Holding, Row, View, listed_rows
from app.services.monthly_lists import Brief, Compared


class Published(NamedTuple):
    """One signed publication; `reason` is given where it corrects an earlier one of the same month."""

    revision: int
    published_at: datetime
    digest: str
    reason: str | None = None
    catalogue_revision: int = 0
    rulebook_revision: str = ""


class Change(NamedTuple):
    """A document type that came, went or changed; `what` says how, in words."""

    name: str
    citations: tuple[Citation, ...]
    what: str = ""


class Edition(NamedTuple):
    """A month of which there is a publication, by its first day, and where to read it."""

    month: date
    address: str


def editions(found: Iterable[Brief]) -> list[Edition]:
    return [Edition(_first(b.month), f"/danh-muc/{b.month}") for b in found]


def published_list(found: Compared) -> View:
    """The page of a publication: made from its own bytes alone, so that it stays as it was published."""
    brief, content = found.issue.brief, found.issue.stated
    made_of = brief.catalogue_revision, brief.rulebook_revision
    published = Published(brief.revision, brief.published_at, brief.digest, brief.reason, *made_of)
    return monthly_list(
        _first(brief.month),
        published,
        frozen_rows(content),
        since=_first(found.before.brief.month) if found.before else None,
        added=_changes(found.documents.added) if found.before else (),
        removed=_changes(found.documents.removed),
        changed=[*_changes(found.documents.changed), *(_list_change(x) for x in found.lists if found.before)],
    )


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def frozen_rows(content: Mapping[str, Any]) -> list[Row]:
    """The rows of the integrated list as a publication states them, by name."""
    return sorted((_frozen(d) for d in content["documents"]), key=lambda row: plain(row.type.name))


def _frozen(d: Mapping[str, Any]) -> Row:
    lists = {x["list"]: x for x in d["lists"]}
    return Row(
        DocumentType(d["document_type"], d["name"], DocumentKind.OFFICIAL, TypeSubject(d["subject"])),
        tuple(_frozen_holding(s) for s in d["sources"]),
        tuple(citation(c) for c in d["citations"]),
        tuple(
            (citation(c), lists[name]["status"] == MemberStatus.CANDIDATE.value)
            for name in PUBLISHED_LISTS
            if name in lists
            for c in lists[name]["citations"]
        ),
    )


def _frozen_holding(s: Mapping[str, Any]) -> Holding:
    start, until, since = (s[k] and date.fromisoformat(s[k]) for k in ("from", "until", "replaces_since"))
    source = TypeSource(Source(s["source"]), s["service"], Period(start, until), frozenset(s["procedures"]), s["basis"])
    return Holding(source, since, s["basis_title"], len(source.procedures))


def _changes(found: Iterable[DocumentChange]) -> list[Change]:
    return [Change(c.name or c.code, c.citations, "; ".join(d.said.vi for d in c.differences)) for c in found]


def _list_change(found: ListChanges) -> Change:
    """A whole list in one line: how many came, went and changed."""
    what = "thủ tục" if found.subject == "procedure" else "giấy tờ"
    counts = (("thêm", found.members.added), ("đưa ra", found.members.removed), ("thay đổi", found.members.changed))
    said = ", ".join(f"{verb} {wording.number(len(members))} {what}" for verb, members in counts if members)
    members = (*found.members.added, *found.members.removed, *found.members.changed)
    return Change(found.title, once_each(c for m in members for c in m.citations), said)


def monthly_list(
    month: date,
    publication: Published,
    frozen: Sequence[Row],
    *,
    since: date | None = None,
    added: Sequence[Change] = (),
    removed: Sequence[Change] = (),
    changed: Sequence[Change] = (),
) -> View:
    """`month` and `since`, the one compared with, by their first day; `frozen` are the rows as published."""
    return {
        **listed_rows(frozen, frozen),
        "month": month,
        "publication": publication,
        "newest": publication.revision,
        "since": since,
        "added": added,
        "removed": removed,
        "changed": changed,
    }
