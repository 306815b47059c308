"""A file of the catalogue: read, held against what is published, published as one revision or refused whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from app import sheets
from app.domain.imports import (
    LAYOUTS,
    Cells,
    Fault,
    ImportKind,
    Known,
    Layout,
    Line,
    Neighbour,
    Read,
    fold_header,
    line_of,
    plan,
    recognise,
    texts_of,
)
from app.domain.publications import Body, Kind
from app.domain.readings import Reading
from app.repositories import catalogue
from app.services.catalogue import release
from app.services.desk import Desk

# Problems shown one by one; the others are counted.
MOST_SHOWN = 1000
_EVERY = 200  # rows between two words about progress

# How far the work is: rows done, and of how many (None while they are counted). What it raises ends the work.
Tick = Callable[[int, int | None], None]
Overlay = dict[tuple[str, str, str], Body]
P = TypeVar("P")

# What each kind of file is held against.
_NEEDS = {
    ImportKind.DOCUMENT_TYPES: (Kind.DOCUMENT_TYPE,),
    ImportKind.SOURCES: (Kind.DOCUMENT_TYPE, Kind.PROCEDURE, Kind.DEFINITION),
    ImportKind.PROCEDURES: (Kind.DEFINITION, Kind.PROCEDURE),
    ImportKind.COMPONENTS: (Kind.DEFINITION, Kind.PROCEDURE, Kind.CORRECTION),
    ImportKind.LISTS: (Kind.LIST_MEMBER, Kind.DOCUMENT_TYPE, Kind.PROCEDURE, Kind.DEFINITION),
    ImportKind.CORRECTIONS: (Kind.DOCUMENT_TYPE, Kind.CORRECTION),
}


class Status(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    # Recognised as no part of the catalogue, or as one that is taken only when asked for by name.
    NOT_IMPORTED = "not_imported"


@dataclass(frozen=True, slots=True)
class Options:
    """`by` whom; `valid_from`: the day the file's definitions hold from; `strict`: a warning refuses too."""

    by: str
    dry_run: bool = False
    strict: bool = False
    valid_from: date | None = None


@dataclass
class Shown(Generic[P]):
    """The first MOST_SHOWN of what there is to say; `more` counts the rest."""

    items: list[P] = field(default_factory=list)
    more: int = 0

    def add(self, item: P) -> None:
        if len(self.items) < MOST_SHOWN:
            self.items.append(item)
        else:
            self.more += 1

    def with_more(self, items: Iterable[P]) -> "Shown[P]":
        both = Shown(list(self.items), self.more)
        for item in items:
            both.add(item)
        return both

    def __len__(self) -> int:
        return len(self.items) + self.more


@dataclass
class Prepared:
    """A file as far as it can be read without looking at what is published."""

    name: str
    kind: ImportKind | None = None
    rows: int = 0
    lines: list[Line] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    problems: Shown[sheets.Problem] = field(default_factory=Shown)
    warnings: Shown[sheets.Problem] = field(default_factory=Shown)
    not_imported: tuple[str, str] | None = None

    def located(self, fault: Fault) -> sheets.Problem:
        column = None if fault.column is None else self.headers.get(fault.column, fault.column)
        return sheets.Problem(self.name, fault.row, column, fault.code, fault.vi, fault.en)


@dataclass(frozen=True)
class Outcome:
    """What came of one file. `revision` is that of the catalogue where something was published."""

    name: str
    status: Status
    kind: ImportKind | None
    rows: int
    counts: Mapping[str, int]
    problems: Shown[sheets.Problem]
    warnings: Shown[sheets.Problem]
    not_imported: tuple[str, str] | None = None
    revision: int | None = None

    @property
    def changes(self) -> int:
        return self.counts.get("new", 0) + self.counts.get("changed", 0)

    def body(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value if self.kind else None,
            "rows": self.rows,
            "counts": dict(self.counts),
            "problems": [_body(p) for p in self.problems.items],
            "more_problems": self.problems.more,
            "warnings": [_body(p) for p in self.warnings.items],
            "more_warnings": self.warnings.more,
        }


def _body(p: sheets.Problem) -> dict[str, Any]:
    words = {"vi": p.message_vi, "en": p.message_en}
    return {"file": p.file, "row": p.row, "column": p.column, "code": p.code, **words}


def prepare(
    name: str, source: bytes | Path, kind: ImportKind | None, read: Read, tick: Tick = lambda _done, _total: None
) -> Prepared:
    """Recognise the file and read its rows and official texts; nothing is looked up. Long work: it needs no database.

    What is wrong with the file stands in the result. What `tick` raises goes through.
    """
    made = Prepared(name)
    try:
        layout = _layout(made, source, kind)
        if layout is not None:
            made.kind = layout.kind
            _read_rows(made, source, layout, tick)
    except sheets.SheetRefused as e:
        made.lines.clear()
        made.problems = Shown([sheets.Problem(name, 0, None, e.code, e.vi, e.en)])
    if not made.problems:
        _read_texts(made, read, tick)
    return made


def _layout(made: Prepared, source: bytes | Path, kind: ImportKind | None) -> Layout | None:
    """The layout of the file; None where it is none of the catalogue's, which is then said in `made`."""
    with sheets.read(made.name, source) as sheet:
        found = recognise(map(fold_header, sheet.headers), kind)
    if isinstance(found, Neighbour):
        made.not_imported = found.vi, found.en
        return None
    if found is None:
        fitting = [layout for layout in LAYOUTS if kind in (None, layout.kind)]
        shown = "; ".join(f"{layout.name}: {', '.join(layout.required)}" for layout in fitting)
        made.problems.add(
            sheets.Problem(
                made.name,
                1,
                None,
                "unknown_layout",
                f"Hàng tiêu đề không khớp bố cục nào. Các cột bắt buộc: {shown}.",
                f"The header fits no layout. Columns that must be there: {shown}.",
            )
        )
        return None
    if found.on_demand and kind is None:
        made.not_imported = (
            f"các cách đọc đã rà soát, sẽ đứng trên cách đọc của hệ thống: chỉ nhập khi nêu rõ --kind {found.kind}",
            f"reviewed readings, which stand over the service's own: imported only as --kind {found.kind}",
        )
        return None
    return found


def _read_rows(made: Prepared, source: bytes | Path, layout: Layout, tick: Tick) -> None:
    columns = sheets.Columns(layout.required, (*layout.optional, *layout.ignored), layout.aliases)
    with sheets.read(made.name, source, columns) as sheet:
        made.headers = sheet.headers
        last = 0
        for item in sheet:
            if isinstance(item, sheets.Problem):
                unread = item.code == "unknown_column"
                (made.warnings if unread else made.problems).add(item)
                made.rows += not unread and item.row != last
                last = item.row
                continue
            made.rows += 1
            cells = Cells(item.number, item.cells, item.numbers)
            lines = line_of(layout, cells)
            for fault in cells.faults:
                made.problems.add(made.located(fault))
            if not made.problems:
                made.lines += lines
            if made.rows % _EVERY == 0:
                tick(made.rows, None)
    if not made.rows:
        raise sheets.SheetRefused("empty", "Tệp không có hàng nào.", "The file holds no rows.")
    if made.problems:
        made.lines.clear()


def _read_texts(made: Prepared, read: Read, tick: Tick) -> None:
    texts = texts_of(made.lines)
    for number, text in enumerate(texts):
        if number % _EVERY == 0:
            tick(made.rows * number // len(texts), made.rows)
        made.readings[text] = read(text)
    tick(made.rows, made.rows)


def settle(conn: Connection, desk: Desk, made: Prepared, options: Options, overlay: Overlay | None = None) -> Outcome:
    """Publish what has changed, in this transaction, or refuse the file whole.

    A dry run writes nothing: it lays what it would have published over what is published (`overlay`), for the files
    that come after it.
    """
    if made.not_imported or made.problems or made.kind is None:
        status = Status.NOT_IMPORTED if made.not_imported else Status.REFUSED
        return _outcome(made, status, {}, made.problems, made.warnings)
    if not options.dry_run:
        catalogue.lock(conn)
    planned = plan(made.kind, made.lines, made.readings, _known(conn, desk, made.kind, options, overlay))
    # New values: a transaction may be run again.
    problems = made.problems.with_more(map(made.located, planned.faults))
    warnings = made.warnings.with_more(map(made.located, planned.warnings))
    if problems or (options.strict and warnings):
        return _outcome(made, Status.REFUSED, planned.counts, problems, warnings)
    revision = None
    if options.dry_run:
        if overlay is not None:
            overlay |= {p.slot: p.body for p in planned.publications}
    elif planned.publications:
        revision = release(conn, desk.clock, planned.publications, by=options.by, origin="import")
    return _outcome(made, Status.DONE, planned.counts, problems, warnings, revision)


def _outcome(
    made: Prepared,
    status: Status,
    counts: Mapping[str, int],
    problems: Shown[sheets.Problem],
    warnings: Shown[sheets.Problem],
    revision: int | None = None,
) -> Outcome:
    return Outcome(made.name, status, made.kind, made.rows, counts, problems, warnings, made.not_imported, revision)


def _known(conn: Connection, desk: Desk, kind: ImportKind, options: Options, overlay: Overlay | None) -> Known:
    revision = catalogue.head(conn)
    published = (p for needed in _NEEDS[kind] for p in catalogue.publications_of(conn, revision, needed))
    slots = {p.slot: p.body for p in published} | (overlay or {})
    law = desk.rulebook
    return Known(slots, law.laws.keys(), law.lists, desk.clock.today(), options.by, options.valid_from)


def published_any(conn: Connection) -> bool:
    """Something is published: the database is no fresh one."""
    return catalogue.head(conn) > 0


async def import_all(desk: Desk, files: Sequence[Prepared], options: Options, overlay: Overlay) -> list[Outcome]:
    """One transaction a file, each after those it may rest on; those behind a refused one are not tried.

    A dry run tries them all, one over the other.
    """
    outcomes: list[Outcome] = []
    transaction = desk.db.read if options.dry_run else desk.db.write
    for made in in_order(files):
        came = await transaction(settle, desk, made, options, overlay)
        outcomes.append(came)
        if came.status is Status.REFUSED and not options.dry_run:
            break
    return outcomes


def in_order(files: Sequence[Prepared]) -> list[Prepared]:
    """Files given together, each after those it may rest on; what cannot be imported is said first."""
    order = list(ImportKind)
    return sorted(files, key=lambda f: order.index(f.kind) if f.kind else -1)
