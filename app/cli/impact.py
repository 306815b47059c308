"""`motlan catalogue impact`: what changes, procedure by procedure, before it is published."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from app.cli import screen
from app.cli.opening import at_desk
from app.cli.restructuring import Agency, Level, OnList, Output, OutputShape, Sector, Shape, day
from app.domain.errors import DomainError
from app.domain.impact import Impact, LineChange, ProcedureChange
from app.domain.restructuring import Verdict
from app.services import impact as service
from app.services import imports
from app.services.desk import Desk
from app.services.impact import Side
from app.services.imports import Outcome, Status
from app.services.restructuring import Cell, Scope

REFUSED, USAGE = 1, 2
_DAY = "YYYY-MM-DD"
COLUMNS = tuple(
    "procedure_code procedure_name agency change joins leaves position text document_types before after since".split()
)


def impact(
    start: Annotated[date | None, typer.Option("--from", parser=day, metavar=_DAY, help="Từ luật ngày.")] = None,
    to: Annotated[date | None, typer.Option("--to", parser=day, metavar=_DAY, help="Đến luật ngày.")] = None,
    from_revision: Annotated[int | None, typer.Option(help="Từ phiên bản danh mục / from this revision.")] = None,
    to_revision: Annotated[int | None, typer.Option(help="Đến phiên bản danh mục / to this revision.")] = None,
    draft: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="Tệp sẽ nhập; lặp lại được / a file to be imported."),
    ] = None,
    on_list: OnList = None,
    agency: Agency = None,
    sector: Sector = None,
    level: Level = None,
    shape: OutputShape = Shape.TABLE,
    output: Output = None,
) -> None:
    """Thay đổi giữa hai ngày, hai phiên bản, hay nếu nhập các tệp này; không công bố gì; thoát 1: tệp bị từ chối.

    What changes between two days or two revisions, or by importing files: nothing is published. Days may lie ahead;
    what is not given is today, and the latest revision.
    """
    if draft and (from_revision or to_revision or start):
        raise typer.BadParameter("--draft chỉ đi với --to / --draft goes with --to alone")
    scope = Scope(on_list, agency, sector, level)

    async def compare(desk: Desk) -> Impact | None:
        today = desk.clock.today()
        if not draft:
            return await service.between(
                desk, Side(start or today, from_revision), Side(to or today, to_revision), scope
            )
        files = [imports.prepare(path.name, path, None, desk.read) for path in draft]
        outcomes, found = await service.of_drafts(desk, files, to or today, scope)
        _tell(outcomes)
        return found

    try:
        found = at_desk(compare)
    except DomainError as e:
        typer.echo(f"{e.code}: {e}", err=True)
        raise typer.Exit(USAGE) from None
    if found is None:
        raise typer.Exit(REFUSED)
    if shape is Shape.TABLE:
        screen.out(_tables(found), output)
    elif shape is Shape.JSON:
        from app.api.views.impact import impact as view

        body = view(found, None, len(found.procedures))
        del body["next_cursor"]
        screen.out(json.dumps(body, ensure_ascii=False, indent=1, default=str).encode() + b"\n", output)
    else:
        screen.sheet(shape.value, output, COLUMNS, rows(found), "Thay đổi")


def rows(found: Impact) -> Iterator[tuple[Cell, ...]]:
    """One row a component that changes; a procedure that only joins or leaves a list has one without."""
    for p in found.procedures:
        about = (p.code, p.name, p.agency, p.turn.value, " ".join(p.joins), " ".join(p.leaves))
        for change in p.lines:
            line = change.line
            types = "|".join(line.document_types)
            yield (*about, line.position, line.text, types, *_turn(change), str(line.since) if line.since else None)
        if not p.lines:
            yield (*about, None, None, None, None, None, None)


def _turn(change: LineChange) -> tuple[str | None, str | None]:
    before, after = change.before, change.after
    return before.verdict.value if before else None, after.verdict.value if after else None


def _tell(outcomes: Iterable[Outcome]) -> None:
    for o in outcomes:
        if o.status is Status.REFUSED:
            typer.echo(f"{o.name}: bị từ chối / refused; xem: motlan catalogue import --dry-run {o.name}", err=True)


def _tables(found: Impact) -> Iterator[Table | str]:
    for report, word in ((found.before, "từ / from"), (found.after, "đến / to")):
        yield f"{word}: luật ngày / law of {report.as_of}, danh mục / catalogue {report.catalogue_revision}"
    widths = {"thủ tục": 8, "#": 3, "trước / before": 17, "sau / after": 17, "từ / since": 10, "thành phần": 84}
    table = screen.table(widths)
    for p in found.procedures:
        for note in _notes(p):
            table.add_row(p.code, "", "", "", "", escape(note))
        for change in p.lines:
            before, after = (v or "–" for v in _turn(change))
            line = change.line
            text = escape(" ".join(line.text[:200].split()))
            table.add_row(p.code, str(line.position), before, after, str(line.since or ""), text)
    if table.row_count:
        yield table
    offices = screen.table({"cơ quan / agency": 60, "thủ tục": 8, **{v.value: 16 for v in Verdict}})
    for o in found.offices():
        offices.add_row(escape(o.agency), str(o.procedures), *(str(o.to[v]) for v in Verdict))
    yield offices if offices.row_count else "không có gì thay đổi / nothing changes"


def _notes(p: ProcedureChange) -> Iterator[str]:
    if p.turn.value != "changed":
        yield f"{p.turn.value}: {p.name}"
    yield from (f"+ {name}" for name in p.joins)
    yield from (f"- {name}" for name in p.leaves)
