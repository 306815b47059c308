"""`motlan catalogue lint`, `proposals`, `replaced`: the review of components at the keyboard and in CI."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from app.cli import screen
from app.cli.opening import refuse_old_schema, settings
from app.domain.errors import DomainError
from app.domain.restructuring import Line, Review, Verdict
from app.domain.restructuring_totals import GROUPS, Asked, Tally, Totals, totals
from app.services import restructuring
from app.services.restructuring import Reviewed, Scope

FOUND, USAGE = 1, 2
Row = Sequence[restructuring.Cell]


class Shape(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class FailOn(StrEnum):
    NOT_LAWFUL = "not_lawful_since"
    CUT = "cut"
    ELECTRONIC_ONLY = "electronic_only"
    DATA_FIRST = "data_first"
    OVERDUE = "overdue"
    NEEDS_REVIEW = "needs_review"
    NEVER = "never"


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("ngày có dạng YYYY-MM-DD / a day is YYYY-MM-DD") from None


Day = Annotated[
    date | None, typer.Option("--as-of", parser=day, metavar="YYYY-MM-DD", help="Luật vào ngày này / law of this day.")
]
Known = Annotated[
    date | None,
    typer.Option(
        "--as-known",
        parser=day,
        metavar="YYYY-MM-DD",
        help="Danh mục như đã công bố đến hết ngày này / the catalogue as published by then.",
    ),
]
OnList = Annotated[str | None, typer.Option("--list", help="Chỉ danh sách này / only this list, e.g. nq66.7-annex-1.")]
Agency = Annotated[str | None, typer.Option(help="Một phần tên cơ quan, không cần dấu / part of the agency's name.")]
Sector = Annotated[str | None, typer.Option(help="Một phần tên lĩnh vực, không cần dấu / part of the sector's name.")]
Level = Annotated[str | None, typer.Option(help="ministry, province, commune")]
OutputShape = Annotated[Shape, typer.Option("--format", help="Dạng kết quả / the form of the output.")]
Output = Annotated[Path | None, typer.Option(help="Ghi vào tệp này / write to this file.")]


def register(catalogue: typer.Typer) -> None:
    """Add the commands to `motlan catalogue`."""
    from app.cli.impact import impact

    for command in (lint, proposals, replaced, impact):
        catalogue.command(command.__name__)(command)


def lint(
    on_list: OnList = None,
    agency: Agency = None,
    sector: Sector = None,
    level: Level = None,
    as_of: Day = None,
    as_known: Known = None,
    shape: OutputShape = Shape.TABLE,
    output: Output = None,
    counts: Annotated[
        Path | None,
        typer.Option(help="Số hồ sơ mỗi năm / dossiers a year: procedure_code, dossiers_per_year (CSV, JSON, XLSX)."),
    ] = None,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(help="Thoát 1 khi gặp; lặp lại được / exit 1 when found. [not_lawful_since, cut]"),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Bảng gồm cả thành phần giữ nguyên / all lines.")] = False,
) -> None:
    """Rà soát thành phần hồ sơ; thoát 0: không có gì trái luật, 1: có, 2: dùng sai / review components."""
    dossiers = _counts(counts) if counts else None
    found = _reviewed(as_of, as_known, Scope(on_list, agency, sector, level))
    reviews = found.report.reviews
    summed = totals(found.report, dossiers)
    if shape is Shape.TABLE:
        screen.out(_lint_tables(found, summed, every=every, counted=dossiers is not None), output)
    elif shape is Shape.JSON:
        screen.out(_json(found, summed, counted=dossiers is not None), output)
    else:
        rows = restructuring.line_rows(reviews)
        screen.sheet(shape.value, output, restructuring.LINE_COLUMNS, rows, "Rà soát")
    wanted = set(fail_on or (FailOn.NOT_LAWFUL, FailOn.CUT))
    if any(_fails(line, wanted) for r in reviews for line in r.lines or ()):
        raise typer.Exit(FOUND)


def proposals(
    on_list: Annotated[str, typer.Argument(metavar="LIST", help="ct24-annex-1, ct24-annex-2")],
    as_of: Day = None,
    as_known: Known = None,
    shape: OutputShape = Shape.TABLE,
    output: Output = None,
) -> None:
    """Đề xuất thủ tục cho Phụ lục I, II Chỉ thị 24, đặt cạnh những gì đã nạp / proposed and loaded members."""
    found = _reviewed(as_of, as_known, restructuring.EVERYTHING)
    try:
        rows = found.proposals(on_list)
    except DomainError:
        raise typer.BadParameter("chỉ có / only ct24-annex-1, ct24-annex-2") from None
    counts = f"{on_list}: văn bản nêu / declared {found.rulebook.lists[on_list].declared}, " + ", ".join(
        f"{what} {n}"
        for what, n in (
            ("đã nạp / loaded", sum(p.loaded is not None for p in rows)),
            ("đề xuất / proposed", sum(p.proposed for p in rows)),
            ("cả hai / both", sum(p.proposed and p.loaded is not None for p in rows)),
        )
    )
    _rows(shape, output, restructuring.PROPOSAL_COLUMNS, restructuring.proposal_rows(on_list, rows), counts)


def replaced(
    as_of: Day = None, as_known: Known = None, shape: OutputShape = Shape.TABLE, output: Output = None
) -> None:
    """Phụ lục I Nghị quyết 66.7: thủ tục nào còn yêu cầu giấy tờ đã được thay; thoát 1 nếu còn / still asked?"""
    found = _reviewed(as_of, as_known, restructuring.EVERYTHING)
    rows = found.annex_rows()
    counts = ", ".join(f"{asked.value} {sum(r.asked is asked for r in rows)}" for asked in Asked)
    _rows(shape, output, restructuring.ANNEX_COLUMNS, restructuring.annex_sheet_rows(rows), counts)
    if any(r.overdue_since for r in rows):
        raise typer.Exit(FOUND)


def _fails(line: Line, wanted: set[FailOn]) -> bool:
    return (
        line.verdict.value in wanted
        or (FailOn.OVERDUE in wanted and line.overdue)
        or (FailOn.NEEDS_REVIEW in wanted and not line.sure)
    )


def _reviewed(as_of: date | None, as_known: date | None, scope: Scope) -> Reviewed:
    """The review of the database's catalogue; no source is asked, so no desk is opened."""
    from app.clock import Clock
    from app.db import Database
    from app.rulebook.loader import load_rulebook
    from app.services.snapshots import Snapshots

    given = settings()
    refuse_old_schema(given)
    database = Database.open(given.database_url, readers=1, writers=1)
    try:
        known = database.read_sync(Snapshots().known_on, as_known)
        confirmed = given.lists == "confirmed"
        day = as_of or Clock().today()
        return restructuring.reviewed_at_hand(known, load_rulebook(), day, scope, confirmed_lists_only=confirmed)
    except DomainError as e:
        typer.echo(f"{e.code}: {e}", err=True)
        raise typer.Exit(USAGE) from None
    finally:
        database.dispose()


def _counts(path: Path) -> dict[str, int]:
    """Dossiers a year by procedure code, or a list of what is wrong with the file."""
    from app.sheets import Columns, Problem, SheetRefused, read

    problems: list[Problem] = []
    rows = []
    try:
        with read(path.name, path, Columns(("procedure_code", "dossiers_per_year"))) as sheet:
            for row in sheet.rows:
                if isinstance(row, Problem):
                    problems += [row] if row.code != "unknown_column" else []
                elif not (row.cells["dossiers_per_year"].isascii() and row.cells["dossiers_per_year"].isdigit()):
                    words = ("phải là số nguyên", "must be a whole number")
                    problems.append(Problem(path.name, row.number, "dossiers_per_year", "count", *words))
                else:
                    rows.append(row.cells)
    except (SheetRefused, OSError) as e:
        typer.echo(str(e), err=True)
        raise typer.Exit(USAGE) from None
    for p in problems[:20]:
        typer.echo(f"{p.file}:{p.row} {p.column}: {p.message_vi} / {p.message_en}", err=True)
    if problems:
        raise typer.Exit(USAGE)
    return restructuring.dossier_counts(rows)


# ---- output ---------------------------------------------------------------------------------------------------------


def _rows(shape: Shape, output: Path | None, columns: Sequence[str], rows: Iterable[Row], summary: str) -> None:
    if shape is not Shape.TABLE:
        screen.sheet(shape.value, output, columns, rows, "Một Lần")
        return
    table = screen.table({column: _WIDTHS.get(column, 10) for column in columns})
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    screen.out([table, summary], output)


def _json(found: Reviewed, summed: Totals, *, counted: bool) -> bytes:
    from app.api.views.restructuring import report

    body = report(found, None, len(found.report.reviews))
    del body["next_cursor"]
    if counted:
        body["spared_a_year"] = {"at_least": summed.whole.at_least, "at_most": summed.whole.at_most}
    return json.dumps(body, ensure_ascii=False, indent=1, default=str).encode() + b"\n"


_WORDS = {
    Verdict.NOT_LAWFUL: "trái luật / not lawful",
    Verdict.CUT: "đã cắt / cut",
    Verdict.ELECTRONIC_ONLY: "chỉ điện tử / electronic only",
    Verdict.DATA_FIRST: "tra cứu trước / data first",
    Verdict.KEEP: "giữ / keep",
}
_GROUP_WORDS = {
    "list": "Danh sách / list",
    "sector": "Lĩnh vực / sector",
    "agency": "Cơ quan / agency",
    "level": "Cấp / level",
}
# In characters, so that a line fits a wide screen and a log.
_LINE_WIDTHS = {
    "thủ tục": 8,
    "#": 3,
    "kết luận": 14,
    "từ / since": 10,
    "quá hạn": 10,
    "?": 1,
    "giấy tờ / papers": 28,
    "thay bằng / by": 20,
    "thành phần / component": 50,
}
_WIDTHS = {"list": 13, "code": 8, "name": 44, "sector": 18, "agency": 24, "asked": 17, "papers": 22, "positions": 9}
_NAME_WIDTH = 36
_SHOWN = 15  # names of one group on a screen


def _lint_tables(found: Reviewed, summed: Totals, *, every: bool, counted: bool) -> Iterator[Table | str]:
    made = found.report
    yield f"Luật ngày / law of {made.as_of}; danh mục / catalogue {made.catalogue_revision}"
    lines = [(r, line) for r in made.reviews for line in r.lines or () if every or line.verdict.needless]
    if lines:
        table = screen.table(_LINE_WIDTHS)
        for r, line in lines:
            table.add_row(*_cells(r, line))
        yield table
        yield "? = cách đọc chưa chắc, cần người xem lại / the reading is doubtful, to be looked at"
    yield _tallies("", [summed.whole], counted)
    for group in GROUPS:
        heaviest = sorted(summed.groups[group], key=lambda t: -sum(n for v, n in t.verdicts.items() if v.needless))
        yield _tallies(_GROUP_WORDS[group], heaviest[:_SHOWN], counted, more=len(heaviest) - _SHOWN)


def _cells(r: Review, line: Line) -> Iterator[str]:
    yield r.code
    yield str(line.position)
    yield _WORDS[line.verdict].split(" / ", 1)[0]
    yield str(line.since or "")
    yield str(line.deadline or "")
    yield "" if line.sure else "?"
    yield ", ".join(line.document_types)
    yield ", ".join(restructuring.source_name(s) for s in restructuring.sources_of(line))
    yield escape(" ".join(line.text[:200].split()))


def _tallies(title: str, tallies: Iterable[Tally], counted: bool, more: int = 0) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_style="bold", title=title, title_justify="left")
    table.add_column("", no_wrap=True, width=_NAME_WIDTH)
    names = ["thủ tục / procedures", "chưa rõ / unknown", "thành phần / components", *_WORDS.values()]
    names += ["quá hạn / overdue", "cần xem / to review"]
    names += ["bớt/năm từ / spared from", "đến / to"] if counted else []
    for name in names:
        table.add_column(name.replace(" / ", "\n"), justify="right")
    for t in tallies:
        cells = [t.procedures, t.unknown, t.components, *(t.verdicts[v] for v in _WORDS), t.overdue, t.needs_review]
        cells += [t.at_least, t.at_most] if counted else []
        table.add_row(escape(t.name), *map(str, cells))
    if more > 0:
        table.caption = f"và {more} tên nữa: --format csv / and {more} more"
    return table
