"""Publishing the catalogue: every change is a new revision, and one that demands paper unlawfully is refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.clock import Clock
from app.domain.cases import replaces
from app.domain.catalogue import Acceptance, Catalogue, DocumentType
from app.domain.decisions import canonical
from app.domain.errors import DomainError, UnknownDocumentType, UnknownLaw, UnknownList, UnknownProcedure
from app.domain.law import Rulebook
from app.domain.paper_demands import integrated_on
from app.domain.publications import Kind, Publication, procedure
from app.repositories import catalogue, journal
from app.services.desk import Desk

# Bytes of one journal entry that name what was published, body by body.
_LONGEST_ENTRY = 64 * 1024


class PaperOnlyRefused(DomainError):
    """A component insists on paper of a type that data replaces: it may not be published."""

    code = "paper-demand-refused"


@dataclass(frozen=True, slots=True)
class Published:
    """`changed` is False when the very same body was there already: no revision is spent on it."""

    revision: int
    changed: bool
    created: bool


def seed(conn: Connection, clock: Clock, starter: Sequence[Publication]) -> int:
    """Publish what is new in the starter catalogue since it was last seeded; what was published here stays."""
    catalogue.lock(conn)
    # Not the definitions: a province's texts are megabytes, and none ships.
    known = catalogue.origins(conn, {p.kind for p in starter})
    new = []
    for p in starter:
        origin, digest = known.get(p.slot, ("starter", None))
        if origin == "starter" and digest != catalogue.digest_of(canonical(p.body)):
            new.append(p)
    if not new:
        return catalogue.head(conn)
    return release(conn, clock, new, by="motlan", origin="starter")


async def publish_document_type(desk: Desk, by: str, code: str, body: Mapping[str, Any]) -> Published:
    """Raises UnknownLaw, UnknownProcedure (a source limited to a procedure nobody knows)."""

    def check(known: Catalogue) -> None:
        for source in body["sources"]:
            _known_law(desk.rulebook, source["basis"])
            for name in source.get("procedures") or ():
                if name not in known.procedures:
                    raise UnknownProcedure(procedure=name)

    return await _publish(desk, by, Publication(Kind.DOCUMENT_TYPE, code, body), check)


async def publish_procedure(desk: Desk, by: str, code: str, body: Mapping[str, Any]) -> Published:
    """Raises UnknownDocumentType, UnknownLaw, PaperOnlyRefused."""

    def check(known: Catalogue) -> None:
        refused = []
        for component in procedure(code, body).components:
            for act in component.cites:
                _known_law(desk.rulebook, act)
            types = [known.document_type(t) for t in component.document_types]
            if component.acceptance is Acceptance.PAPER_ONLY:
                start = max(date.fromisoformat(body["valid_from"]), desk.clock.today())
                found = [t.code for t in types if _integrated_from(t, code, start, desk.rulebook)]
                refused += [{"position": component.position, "document_type": t} for t in found]
        if refused:
            raise PaperOnlyRefused(procedure=code, components=refused)

    return await _publish(desk, by, Publication(Kind.PROCEDURE, code, body), check)


async def publish_list_member(desk: Desk, by: str, list_id: str, code: str, body: Mapping[str, Any]) -> Published:
    """Raises UnknownList, UnknownLaw, UnknownProcedure or UnknownDocumentType (of the member or the papers named)."""
    law = desk.rulebook.lists.get(list_id)
    if law is None:
        raise UnknownList(list=list_id)

    def check(known: Catalogue) -> None:
        if law.subject == "procedure" and code not in known.procedures:
            raise UnknownProcedure(procedure=code)
        if law.subject == "document_type" and code not in known.document_types:
            raise UnknownDocumentType(document_type=code)
        _known_law(desk.rulebook, body["basis"])
        for name in body.get("document_types") or ():
            known.document_type(name)

    return await _publish(desk, by, Publication(Kind.LIST_MEMBER, f"{list_id}/{code}", body), check)


async def _publish(desk: Desk, by: str, new: Publication, check: Callable[[Catalogue], None]) -> Published:
    def write(conn: Connection) -> Published:
        catalogue.lock(conn)
        revision = catalogue.head(conn)
        before = _latest(conn, revision, new)
        if before is not None and canonical(before.body) == canonical(new.body):
            return Published(revision, changed=False, created=False)
        check(desk.snapshots.at(conn, revision))
        revision = release(conn, desk.clock, [new], by=by, origin="api")
        return Published(revision, changed=True, created=before is None)

    return await desk.db.write(write)


def _latest(conn: Connection, revision: int, new: Publication) -> Publication | None:
    same = (p for p in reversed(catalogue.publications_of(conn, revision, new.kind, new.key)) if p.slot == new.slot)
    return next(same, None)


def release(conn: Connection, clock: Clock, new: Sequence[Publication], *, by: str, origin: str) -> int:
    """A new revision with its journal entry, in the caller's transaction, which holds the catalogue's lock.

    The entry has the digest of each body; of a large publication their number and one digest over all.
    """
    at = clock.now()
    revision = catalogue.publish(conn, new, at=at, by=by, origin=origin)
    published = [[p.kind.value, p.key, catalogue.digest_of(canonical(p.body))] for p in new]
    facts: dict[str, Any] = {"revision": revision, "by": by}
    if len(whole := canonical(published)) <= _LONGEST_ENTRY:
        facts["published"] = published
    else:
        facts |= {"count": len(published), "published_digest": catalogue.digest_of(whole)}
    journal.append(conn, at, "catalogue.revision.published", facts)
    return revision


def _integrated_from(document_type: DocumentType, code: str, start: date, rulebook: Rulebook) -> bool:
    """The type is integrated on some day from `start` on: on that day, or on one on which a source or a rule begins."""
    days = {start}
    for source in document_type.sources:
        days |= {source.period.start} if source.period.start and source.period.start > start else set()
    rules = (v.period.start for name in ("use-wallet", "use-registry") for v in rulebook.rules[name])
    days |= {d for d in rules if d and d > start}
    days |= {t.period.start for t in rulebook.type_laws if t.period.start and t.period.start > start}
    return any(integrated_on(document_type, code, day, rulebook.on(day)) for day in days)


def _known_law(rulebook: Rulebook, law: str) -> None:
    if law not in rulebook.laws:
        raise UnknownLaw(law=law)


def integrated_documents(snapshot: Catalogue, rulebook: Rulebook, on: date) -> list[dict[str, Any]]:
    """The types that replace paper on a day, with the sources that do: what an office must publish monthly."""
    law = rulebook.on(on)
    found = []
    for t in sorted(snapshot.document_types.values(), key=lambda t: t.code):
        sources = [s for s in t.sources if s.period.covers(on) and replaces(law, t.code, s)]
        if sources:
            found.append({"type": t, "sources": sources, "citations": law.cite_rule("use-registry", t.code)})
    return found
