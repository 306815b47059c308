"""What a new list, a new law or an import changes, before it is published: two reviews held side by side."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from app.domain.catalogue import Catalogue
from app.domain.impact import Impact, impact
from app.domain.publications import Kind, Publication, catalogue_of
from app.repositories import catalogue
from app.services import imports
from app.services.decisions import UnknownRevision
from app.services.desk import Desk
from app.services.imports import Options, Outcome, Overlay, Prepared, Status
from app.services.restructuring import EVERYTHING, Scope, known_list, reviewed_at_hand


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the law of a day, and a revision of the catalogue (None: as last published)."""

    on: date
    revision: int | None = None


async def between(desk: Desk, before: Side, after: Side, scope: Scope = EVERYTHING) -> Impact:
    """What changes from one side to the other. Raises UnknownRevision, UnknownList, MissingLaw."""
    known_list(desk.rulebook, scope)
    old, new = await desk.db.read(_catalogues, desk, before, after)
    return await asyncio.to_thread(_held_together, desk, (old, before.on), (new, after.on), scope)


async def of_drafts(
    desk: Desk, files: Sequence[Prepared], on: date, scope: Scope = EVERYTHING
) -> tuple[list[Outcome], Impact | None]:
    """What files would change were they imported now; nothing is published. No impact where one would be refused."""
    known_list(desk.rulebook, scope)
    overlay: Overlay = {}
    outcomes = await imports.import_all(desk, files, Options("draft", dry_run=True), overlay)
    if any(o.status is Status.REFUSED for o in outcomes):
        return outcomes, None
    drafted = [Publication(Kind(kind), key, body) for (kind, key, _), body in overlay.items()]

    def read(conn: Connection) -> tuple[Catalogue, Catalogue]:
        current = desk.snapshots.current(conn)
        published = catalogue.publications(conn, current.revision)
        return current, catalogue_of(current.revision, (*published, *drafted))

    old, new = await desk.db.read(read)
    return outcomes, await asyncio.to_thread(_held_together, desk, (old, on), (new, on), scope)


def _catalogues(conn: Connection, desk: Desk, before: Side, after: Side) -> tuple[Catalogue, Catalogue]:
    return _catalogue(conn, desk, before.revision), _catalogue(conn, desk, after.revision)


def _catalogue(conn: Connection, desk: Desk, revision: int | None) -> Catalogue:
    if revision is None:
        return desk.snapshots.current(conn)
    if not 1 <= revision <= catalogue.head(conn):
        raise UnknownRevision(revision=revision)
    return desk.snapshots.at(conn, revision)


def _held_together(desk: Desk, before: tuple[Catalogue, date], after: tuple[Catalogue, date], scope: Scope) -> Impact:
    confirmed = desk.settings.lists == "confirmed"
    old, new = (
        reviewed_at_hand(known, desk.rulebook, on, confirmed_lists_only=confirmed).report
        for known, on in (before, after)
    )
    # A procedure that joins or leaves a list is shown under it: what is out of scope on both sides is left out.
    held = {r.code for report in (old, new) for r in report.reviews if scope.holds(r)}
    return impact(*(report.only(lambda r: r.code in held) for report in (old, new)))
