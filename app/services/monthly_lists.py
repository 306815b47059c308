"""The monthly publication: frozen, signed and only ever followed by another; read by whoever wants to."""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.clock import rfc3339
from app.domain.decisions import canonical
from app.domain.monthly_lists import (
    STATED,
    Changes,
    CorrectionReasonRequired,
    ListChanges,
    UnknownPublication,
    canonical_json,
    changes,
    joined,
    last_day,
    split,
    stated,
)
from app.registries.jose import sign_octets
from app.repositories import catalogue, journal
from app.repositories import monthly_lists as rows
from app.repositories.idempotency import Kept, Key
from app.repositories.monthly_lists import Brief
from app.services import idempotency
from app.services.catalogue import integrated_documents
from app.services.desk import Desk

__all__ = [
    "Answer",
    "Brief",
    "Compared",
    "Issue",
    "compare",
    "compared_with",
    "feed",
    "latest",
    "page",
    "publish",
    "published",
    "read",
    "shown",
]

TYPE = "motlan-monthly-list+json"
"""The `typ` of a publication's signature: no other thing this service signs has it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A publication whole: `content` are the bytes that were signed, `members` those of its lists."""

    brief: Brief
    content: bytes
    members: bytes

    @property
    def stated(self) -> dict[str, Any]:
        return joined(json.loads(self.content), json.loads(self.members))


@dataclass(frozen=True, slots=True)
class Answer:
    """`changed` is False where the month said so already, and nothing was published."""

    brief: Brief
    changed: bool
    body: bytes

    @property
    def status(self) -> int:
        return 201 if self.changed else 200

    @property
    def headers(self) -> dict[str, str]:
        return {"location": f"/v1/publications/{self.brief.month}?revision={self.brief.revision}"}


async def publish(desk: Desk, by: str, month: str, reason: str | None, key: Key | None = None) -> Answer:
    """Publish a month's list, or a correction of it; the same statement again is no new revision.

    Raises MonthNotBegun, CorrectionReasonRequired, and what an idempotency key raises.
    """

    def write(conn: Connection) -> Answer:
        idempotency.claim(conn, desk, key)
        brief, changed = published(conn, desk, by, month, reason)
        answer = Answer(brief, changed, canonical({**shown(brief), "changed": changed}))
        idempotency.settle(conn, key, Kept(answer.status, answer.headers, answer.body))
        return answer

    return await desk.db.write(write)


def published(conn: Connection, desk: Desk, by: str, month: str, reason: str | None) -> tuple[Brief, bool]:
    """The month's publication in this transaction, and whether it is new. Raises what `publish` does."""
    # The catalogue's own lock: no revision comes between what is read and what is signed, nor two of one number.
    catalogue.lock(conn)
    day = last_day(month, desk.clock.today())
    known = desk.snapshots.current(conn)
    signed, members = split(stated(known, desk.rulebook, day, integrated_documents(known, desk.rulebook, day)))
    before = rows.find(conn, month)
    if before is not None:
        said = json.loads(rows.content(conn, month, before.revision)[0])
        if canonical_json({name: said[name] for name in STATED}) == canonical_json(signed):
            return before, False
        if reason is None:
            raise CorrectionReasonRequired
    now = desk.clock.now()
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as it is written in what is signed
    revision = before.revision + 1 if before else 1
    content = canonical_json(
        {
            "month": month,
            "revision": revision,
            "as_of": day.isoformat(),
            "published_at": rfc3339(at),
            "reason": reason,
            "catalogue_revision": known.revision,
            "rulebook_revision": desk.rulebook.revision,
            **signed,
        }
    )
    header, _, signature = sign_octets(content, desk.publication_key, TYPE).split(".")
    new = Brief(
        month=month,
        revision=revision,
        as_of=day,
        digest=hashlib.sha256(content).hexdigest(),
        signature=f"{header}..{signature}",
        catalogue_revision=known.revision,
        rulebook_revision=desk.rulebook.revision,
        published_at=at,
        published_by=by,
        reason=reason,
    )
    rows.add(conn, new, content, canonical_json(members))
    facts = {"month": month, "revision": revision, "digest": new.digest, "by": by}
    facts |= {"catalogue_revision": new.catalogue_revision, "rulebook_revision": new.rulebook_revision}
    journal.append(conn, at, "catalogue.monthly_list.published", facts)
    return new, True


def shown(brief: Brief) -> dict[str, Any]:
    return {
        "month": brief.month,
        "revision": brief.revision,
        "as_of": brief.as_of.isoformat(),
        "published_at": rfc3339(brief.published_at),
        "reason": brief.reason,
        "catalogue_revision": brief.catalogue_revision,
        "rulebook_revision": brief.rulebook_revision,
        "digest": brief.digest,
        "signature": brief.signature,
    }


async def read(desk: Desk, month: str, revision: int | None = None) -> Issue:
    """A revision of a month; the latest where none is named. Raises UnknownPublication."""
    return await desk.db.read(lambda conn: _whole(conn, _find(conn, month, revision)))


def _find(conn: Connection, month: str, revision: int | None) -> Brief:
    brief = rows.find(conn, month, revision)
    if brief is None:
        raise UnknownPublication
    return brief


def _whole(conn: Connection, brief: Brief) -> Issue:
    return Issue(brief, *rows.content(conn, brief.month, brief.revision))


async def page(desk: Desk, after: tuple[str, int] | None, limit: int) -> tuple[list[Brief], bool]:
    """The latest month first, in it the latest revision; and whether there are more."""
    found = await desk.db.read(rows.page, after, limit + 1)
    return found[:limit], len(found) > limit


async def feed(desk: Desk, limit: int) -> tuple[list[Brief], datetime]:
    """The revisions published last, and since when the feed is as it is."""

    def reading(conn: Connection) -> tuple[list[Brief], datetime]:
        found = rows.latest_published(conn, limit)
        started = catalogue.published_at(conn, 1)
        return found, found[0].published_at if found else started or desk.clock.now()

    return await desk.db.read(reading)


def latest(conn: Connection) -> tuple[Brief, ...]:
    """The latest revision of each month, the latest month first."""
    newest: dict[str, Brief] = {}
    for brief in rows.page(conn, None, 1200):
        newest.setdefault(brief.month, brief)
    return tuple(newest.values())


@dataclass(frozen=True, slots=True)
class Compared:
    """A publication beside the one it is compared with; None where there was nothing before it."""

    issue: Issue
    before: Issue | None
    documents: Changes
    lists: tuple[ListChanges, ...]

    def body(self) -> dict[str, Any]:
        return {
            "month": self.issue.brief.month,
            "revision": self.issue.brief.revision,
            "since": _which(self.before.brief) if self.before else None,
            **self.documents.body(),
            "lists": [x.body() for x in self.lists],
        }


def _which(brief: Brief) -> dict[str, Any]:
    return {"month": brief.month, "revision": brief.revision}


async def compare(desk: Desk, brief: Brief, before: Brief | None) -> Compared:
    """What a publication changed, beside another (see `compared_with`); everything is new beside none."""

    def reading(conn: Connection) -> tuple[Issue, Issue | None]:
        return _whole(conn, brief), _whole(conn, before) if before else None

    # Half a megabyte is taken apart: beside the event loop, and with no connection held.
    return await asyncio.to_thread(_compared, *await desk.db.read(reading))


def compared_with(
    conn: Connection, month: str, revision: int | None = None, since: str | None = None
) -> tuple[Brief, Brief | None]:
    """A publication and the one to compare it with: the latest revision of `since`, or, where that is its own month,
    the revision it corrects; where nothing is named, the month published before it, if there is one.

    Raises UnknownPublication.
    """
    brief = _find(conn, month, revision)
    if since == month:
        return brief, _find(conn, month, brief.revision - 1)
    earlier = since or rows.month_before(conn, month)
    return brief, _find(conn, earlier, None) if earlier else None


def _compared(issue: Issue, before: Issue | None) -> Compared:
    documents, lists = changes(before.stated if before else None, issue.stated)
    return Compared(issue, before, documents, lists)
