"""What the national portal publishes, held against the catalogue and published here as one revision."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from app.domain.definitions import Definition
from app.domain.imports import LAYOUTS, Cells, Layout, line_of
from app.domain.imports.rows import ComponentLine, ProcedureLine
from app.domain.portal_sync import Difference, Failed, Known, Shown, by_national_code, compare
from app.domain.publications import Kind, Publication, definition, definition_body
from app.domain.readings import Reading
from app.registries.answers import NoAnswer, SourceFailed
from app.repositories import catalogue
from app.services.catalogue import release
from app.services.desk import Desk
from app.services.imports import Tick

if TYPE_CHECKING:
    from app.registries.portal import Portal, PublishedComponent, PublishedProcedure

# Questions at a time, and how many in a row may go unanswered before the others are not asked.
WIDTH = 4
_PATIENCE = 12
_DOWN = {
    cause.value
    for cause in (
        NoAnswer.TIMEOUT,
        NoAnswer.UNREACHABLE,
        NoAnswer.NO_TOKEN,
        NoAnswer.UNAUTHORIZED,
        NoAnswer.RATE_LIMITED,
        NoAnswer.SERVER_ERROR,
    )
}
_LAYOUTS = {layout.name: layout for layout in LAYOUTS}


class PortalUnavailable(Exception):
    """The portal gave no list, or none of the procedures it was asked for; `cause` is one of NoAnswer."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class _LeftOut(Exception):
    """One procedure cannot be taken, or was not asked for."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Pulled:
    """What the portal said. `listed`: the national codes of its whole list; None where less than that was asked for."""

    shown: tuple[Shown, ...]
    failed: tuple[Failed, ...]
    listed: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Synced:
    """`revision` is that of the catalogue where something was published."""

    difference: Difference
    revision: int | None


async def pull(
    portal: "Portal",
    agency: str,
    *,
    since: date | None = None,
    only: Collection[str] = (),
    tick: Tick = lambda _done, _total: None,
) -> Pulled:
    """The list, and each procedure of it: those changed on `since` or later or at a day not told, those of `only`.

    `agency`: the code of who asks. A procedure that is not answered stands among the failed ones. Cancelling it leaves
    nothing behind. Raises PortalUnavailable.
    """
    try:
        lines = await portal.procedures(since)
    except SourceFailed as e:
        raise PortalUnavailable(e.cause) from None
    asked, failed = by_national_code((line.code for line in lines), agency)
    listed = frozenset(asked) if since is None and not only else None
    if only:
        wanted = set(only)
        failed = [f for f in failed if f.code in wanted]
        asked = {code: named for code, named in asked.items() if wanted & {code, named}}
        told = {*asked, *asked.values(), *(f.code for f in failed)}
        failed += [Failed(code, "not_listed") for code in sorted(wanted - told)]
    shown = await _ask_all(portal, asked, failed, tick)
    if not shown and (down := [f for f in failed if f.cause in _DOWN]):
        raise PortalUnavailable(down[0].cause)
    return Pulled(tuple(shown), tuple(sorted(failed, key=lambda f: f.code)), listed)


async def _ask_all(portal: "Portal", asked: dict[str, str], failed: list[Failed], tick: Tick) -> list[Shown]:
    """Each is asked for once; a portal that has fallen silent is left alone."""
    shown: list[Shown] = []
    waiting, done, silent = iter(asked.items()), 0, 0
    tick(0, len(asked))

    async def ask() -> None:
        nonlocal done, silent
        for code, named in waiting:
            try:
                if silent >= _PATIENCE:
                    raise _LeftOut("not_asked")
                shown.append(_shown(code, await portal.procedure(named)))
                silent = 0
            except SourceFailed as e:
                silent = silent + 1 if e.cause in _DOWN else 0
                failed.append(Failed(named, e.cause))
            except _LeftOut as e:
                failed.append(Failed(named, e.cause))
            done += 1
            tick(done, len(asked))

    async with asyncio.TaskGroup() as group:
        for _ in range(WIDTH):
            group.create_task(ask())
    return shown


def _shown(code: str, found: "PublishedProcedure | None") -> Shown:
    """By the rules for a row of a file. Raises _LeftOut with what is wrong with it, or not_found."""
    if found is None:
        raise _LeftOut("not_found")
    row = {"code": code, "name": found.name, "sector": found.sector, "level": found.level, "agency": found.agency}
    line = _line("procedures", 0, row)
    assert isinstance(line, ProcedureLine)
    facts = line.facts
    return Shown(
        code=code,
        name=facts["name"],
        sector=facts["sector"],
        level=facts["level"],
        agency=facts["agency"],
        in_force=found.in_force,
        changed_on=found.changed_on,
        texts=tuple(_text(code, c) for c in found.components) or None,
    )


def _text(code: str, component: "PublishedComponent") -> str:
    position = component.position
    line = _line("components", position, {"procedure_code": code, "position": str(position), "name": component.text})
    assert isinstance(line, ComponentLine)
    return line.text


def _line(layout: str, number: int, row: dict[str, str]) -> object:
    of: Layout = _LAYOUTS[layout]
    cells = Cells(number, row)
    (line,) = line_of(of, cells)
    for fault in cells.faults:
        raise _LeftOut(f"{fault.column}_{fault.code}")
    return line


async def settle(
    desk: Desk, pulled: Pulled, by: str, *, dry_run: bool = False, shipped: Sequence[Publication] = ()
) -> Synced:
    """The difference, published as one revision if there is any; a dry run only finds it.

    `shipped`: what a dry run takes for published on a database in which nothing is yet.
    """
    read = cache(desk.read)
    known = await desk.db.read(_known, shipped)
    # Reading texts takes its time: it is done before the catalogue is locked.
    found = await asyncio.to_thread(_difference, pulled, known, read, desk.clock.today())
    if dry_run or not found.definitions:
        return Synced(found, None)
    return await desk.db.write(_apply, desk, pulled, read, by)


def _difference(pulled: Pulled, known: Known, read: Callable[[str], Reading], today: date) -> Difference:
    found = compare(pulled.shown, known, read, today)
    found.failed = list(pulled.failed)
    if pulled.listed is not None:
        found.not_listed = sorted(known.definitions.keys() - pulled.listed)
    return found


def _known(conn: Connection, shipped: Sequence[Publication] = ()) -> Known:
    revision = catalogue.head(conn)
    published = (p for k in (Kind.DEFINITION, Kind.PROCEDURE) for p in catalogue.publications_of(conn, revision, k))
    definitions: dict[str, list[Definition]] = defaultdict(list)
    curated: dict[str, list[date]] = defaultdict(list)
    for (kind, code, start), p in sorted({p.slot: p for p in (*shipped, *published)}.items()):
        if kind == Kind.DEFINITION.value:
            definitions[code].append(definition(code, p.body))
        elif kind == Kind.PROCEDURE.value:
            curated[code].append(date.fromisoformat(start))
    return Known(dict(definitions), dict(curated))


def _apply(conn: Connection, desk: Desk, pulled: Pulled, read: Callable[[str], Reading], by: str) -> Synced:
    """Compared again with what is published now: somebody else may have published in between."""
    catalogue.lock(conn)
    found = _difference(pulled, _known(conn), read, desk.clock.today())
    new = [Publication(Kind.DEFINITION, d.code, definition_body(d)) for d in found.definitions]
    if not new:
        return Synced(found, None)
    return Synced(found, release(conn, desk.clock, new, by=by, origin="portal"))
