"""`motlan catalogue …`: import files, show a procedure, review and correct how its components were read."""

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from app.cli.opening import at_desk
from app.db import DatabaseUnavailable
from app.domain.catalogue import Procedure, Relation
from app.domain.definitions import Definition
from app.domain.errors import DomainError, UnknownDocumentType, UnknownPosition
from app.domain.imports import LAYOUTS, Cells, ImportKind, label_of
from app.domain.readings import DOUBTS, AskedForm, ComponentKind, Doubt, Reading
from app.services import imports, readings
from app.services.desk import Desk
from app.services.imports import Options, Outcome, Overlay, Status, Tick
from app.sheets import Columns, Problem, SheetRefused
from app.sheets import read as read_sheet

REFUSED, USAGE = 1, 2
_TOLD = 40  # problems told on a screen; --json gives up to a thousand

catalogue = typer.Typer(no_args_is_help=True, help="Danh mục thủ tục / the catalogue of procedures.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("ngày có dạng YYYY-MM-DD / a day is YYYY-MM-DD") from None


By = Annotated[str, typer.Option(help="Người làm, ghi vào phiên bản / who does it, kept with the revision.")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="Mã thủ tục / the procedure's code, d.dddddd.")]
Position = Annotated[int, typer.Argument(metavar="POSITION", help="Vị trí của thành phần / the component's position.")]
AsJson = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON / print JSON.")]


@catalogue.command("import")
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="CSV, JSON, NDJSON, XLSX; docs/imports.md."),
    ],
    kind: Annotated[
        ImportKind | None, typer.Option(help="Loại tệp; không nêu thì theo hàng tiêu đề / by header.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra / report, publish nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Cảnh báo cũng từ chối / a warning refuses too.")] = False,
    valid_from: Annotated[
        date | None,
        typer.Option(parser=_day, metavar="YYYY-MM-DD", help="Hiệu lực từ ngày / the definitions hold from this day."),
    ] = None,
    by: By = "motlan",
    as_json: AsJson = False,
) -> None:
    """Nhập tệp vào danh mục, mỗi tệp một giao dịch; thoát 0: xong, 1: có tệp bị từ chối, 2: dùng sai.

    Import files, one transaction each; exit 0: done (or nothing new), 1: a file was refused, 2: wrong use. Files are
    taken in the order in which they rest on each other; after a refused one, those that follow it are not tried.
    """
    options = Options(by, dry_run, strict, valid_from)
    try:
        outcomes = at_desk(lambda desk: _imported(desk, files, kind, options, quiet=as_json))
    except DatabaseUnavailable:
        typer.echo("cơ sở dữ liệu đang bận, hãy chạy lại / the database is busy, run it again", err=True)
        raise typer.Exit(USAGE) from None
    if as_json:
        shown = [_outcome_json(o) for o in outcomes]
        sys.stdout.write(json.dumps({"dry_run": dry_run, "files": shown}, ensure_ascii=False, indent=1) + "\n")
    else:
        _tell(outcomes, dry_run=dry_run, left=len(files) - len(outcomes))
    if any(o.status is Status.REFUSED for o in outcomes):
        raise typer.Exit(REFUSED)


async def _imported(
    desk: Desk, files: list[Path], kind: ImportKind | None, options: Options, *, quiet: bool
) -> list[Outcome]:
    from app.rulebook.starter import load_starter
    from app.wiring import seed

    overlay: Overlay = {}
    if not await desk.db.read(imports.published_any):
        # A fresh database: what ships with the product comes first, as when the service starts.
        if options.dry_run:
            overlay = {p.slot: p.body for p in load_starter(desk.rulebook)}
        else:
            await asyncio.to_thread(seed, desk)
    prepared = []
    for path in files:
        with _progress(path.name, quiet=quiet) as tick:
            prepared.append(imports.prepare(path.name, path, kind, desk.read, tick))
    return await imports.import_all(desk, prepared, options, overlay)


@contextmanager
def _progress(name: str, *, quiet: bool) -> Iterator[Tick]:
    """A bar on the terminal, on standard error; nothing where there is none."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(name, total=None)

        def tick(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield tick


def _outcome_json(o: Outcome) -> dict[str, Any]:
    said = None if o.not_imported is None else {"vi": o.not_imported[0], "en": o.not_imported[1]}
    return {"file": o.name, "status": o.status.value, "revision": o.revision, **o.body(), "not_imported": said}


def _tell(outcomes: list[Outcome], *, dry_run: bool, left: int) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for o in outcomes:
        console.print(_headline(o, dry_run=dry_run))
        for problem in o.problems.items[:_TOLD]:
            _tell_problem(console, problem, "red")
        _tell_rest(console, len(o.problems))
        for problem in o.warnings.items[:_TOLD]:
            _tell_problem(console, problem, "yellow")
        _tell_rest(console, len(o.warnings))
    if left:
        console.print(Text(f"{left} tệp sau đó chưa được thử / files after it were not tried", "yellow"))


def _headline(o: Outcome, *, dry_run: bool) -> Text:
    line = Text.assemble((o.name, "bold"), ": ")
    counts = ", ".join(f"{_COUNTED[name]} {n}" for name, n in o.counts.items() if n)
    if o.not_imported is not None:
        return line.append(f"không nhập / not imported: {o.not_imported[0]} / {o.not_imported[1]}", "dim")
    if o.status is Status.REFUSED:
        return line.append(f"bị từ chối, chưa ghi gì / refused, nothing written: {o.rows} hàng / rows", "red")
    said = f"{o.kind}: {o.rows} hàng / rows; {counts}"
    if dry_run:
        return line.append(f"chạy thử / dry run, {said}", "green")
    if o.revision is None:
        return line.append(f"không đổi / unchanged, {said}", "green")
    return line.append(f"phiên bản / revision {o.revision}, {said}", "green")


_COUNTED = {
    "new": "mới / new",
    "changed": "đổi / changed",
    "unchanged": "không đổi / unchanged",
    "retired": "đã bãi bỏ / retired",
    "components": "thành phần / components",
    "texts": "lời văn / texts",
    "needs_review": "cần rà soát / need review",
    "unmatched": "chưa rõ mã / without a code",
}


def _tell_problem(console: Console, p: Problem, style: str) -> None:
    where = f"  {p.file}, hàng / row {p.row}" + (f", cột / column {p.column}" if p.column else "")
    console.print(
        Text.assemble((where if p.row else f"  {p.file}", style), f" [{p.code}] {p.message_vi} / {p.message_en}")
    )


def _tell_rest(console: Console, count: int) -> None:
    if count > _TOLD:
        console.print(Text(f"  … và {count - _TOLD} lỗi nữa, xem --json / and {count - _TOLD} more, see --json", "dim"))


@catalogue.command()
def show(code: Code, as_json: AsJson = False) -> None:
    """Một thủ tục như đã công bố, với cách đọc từng thành phần / a procedure as published, and how it is read."""
    versions, starters = at_desk(lambda desk: _versions(desk, code))
    if not versions and starters:
        _show_starter(starters[-1], as_json=as_json)
        return
    if not versions:
        typer.echo("danh mục không có thủ tục này / not in the catalogue", err=True)
        raise typer.Exit(REFUSED)
    if as_json:
        sys.stdout.write(json.dumps([_version(v) for v in versions], ensure_ascii=False, indent=1) + "\n")
        return
    console = Console(highlight=False)
    for v in versions:
        _tell_name(console, v)
        if v.parts is None:
            console.print("chưa có thành phần hồ sơ / its components are not known here")
            continue
        table = Table("#", "Lời văn / text", "Loại / kind", "Giấy tờ / types", "Hình thức / form", "?")
        for p in v.parts:
            r = p.reading
            mark = "đã sửa" if p.corrected else "cần rà soát" if p.doubtful else ""
            types = (" & " if r.relation is Relation.ALL_OF else " / ").join(r.document_types)
            table.add_row(str(p.position), Text(p.text), r.kind.value, types, r.form.value, mark)
        console.print(table)


async def _versions(desk: Desk, code: str) -> tuple[list[Definition], tuple[Procedure, ...]]:
    """As published from a file; and as the catalogue has it, whoever it is from."""
    known = await desk.db.read(desk.snapshots.current)
    return list(known.definitions.get(code, ())), known.procedures.get(code, ())


def _show_starter(p: Procedure, *, as_json: bool) -> None:
    """A procedure that no import brought: its components were written down, and no text of them was read."""
    typer.echo(
        "chưa nhập định nghĩa của thủ tục này: chỉ biết thành phần trong danh mục có sẵn, không có lời văn đã đọc"
        " / its definition was not imported: only the starter catalogue's components are known, no text was read",
        err=True,
    )
    parts = [
        {"position": c.position, "text": c.name, "case": c.case, "types": list(c.document_types), "form": c.form.value}
        for c in p.components
    ]
    if as_json:
        shown = {**_naming(p), "components": parts if p.components_known else None}
        sys.stdout.write(json.dumps([shown], ensure_ascii=False, indent=1) + "\n")
        return
    console = Console(highlight=False)
    _tell_name(console, p)
    if not p.components_known:
        console.print("chưa có thành phần hồ sơ / its components are not known here")
        return
    table = Table("#", "Tên / name", "Trường hợp / case", "Giấy tờ / types", "Hình thức / form")
    for c in p.components:
        types = (" & " if c.relation is Relation.ALL_OF else " / ").join(c.document_types)
        table.add_row(str(c.position), Text(c.name), Text(c.case or ""), types, c.form.value)
    console.print(table)


def _tell_name(console: Console, v: Definition | Procedure) -> None:
    console.print(Text.assemble((v.code, "bold"), f" {v.name}"))
    console.print(Text(f"{v.sector} · {v.level} · {v.agency} · từ / from {v.valid_from}", "dim"))


def _naming(v: Definition | Procedure) -> dict[str, Any]:
    naming = {"code": v.code, "name": v.name, "sector": v.sector, "level": v.level, "agency": v.agency}
    return {**naming, "valid_from": v.valid_from.isoformat(), "basis": v.basis}


def _version(v: Definition) -> dict[str, Any]:
    parts = None if v.parts is None else [_part(p) for p in v.parts]
    return {**_naming(v), "components": parts}


def _part(p: Any) -> dict[str, Any]:
    return {"position": p.position, "text": p.text, **readings.reading_body(p)}


@catalogue.command()
def review(
    limit: Annotated[int, typer.Option(min=1, help="Số lời văn in ra / how many texts.")] = 50, as_json: AsJson = False
) -> None:
    """Những lời văn chờ người rà soát, vì sao / the texts that wait for a person, and why."""
    found = at_desk(lambda desk: readings.texts(desk, needs_review=True))
    if as_json:
        sys.stdout.write(json.dumps([w.body() for w in found[:limit]], ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("Ở / at", "Lời văn / text", "Đọc ra / read as", "Vì sao / why")
    for w in found[:limit]:
        code, position = w.places[0]
        more = f" (+{len(w.places) - 1})" if len(w.places) > 1 else ""
        r = w.part.reading
        doubts = "\n".join(_doubt(d) for d in r.doubts)
        read_as = f"{r.kind} {' / '.join(r.document_types)}"
        table.add_row(f"{code} {position}{more}", Text(w.part.text), Text(read_as), Text(doubts))
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"{len(found)} lời văn chờ rà soát / texts wait; sửa / correct: motlan catalogue correct CODE POSITION …"
    )


def _doubt(doubt: Doubt) -> str:
    said = DOUBTS.get(doubt.code)
    return (f"“{doubt.words}”: " if doubt.words else "") + (said.vi if said else doubt.code)


@catalogue.command()
def score(
    labels: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="name, kind, document_types, relation, form, conditional."),
    ],
    mistakes: Annotated[bool, typer.Option("--mistakes", help="Kèm từng chỗ sai / with every mistake.")] = False,
) -> None:
    """So cách đọc với nhãn do người gán; in JSON / the readings against labels a person gave, as JSON."""
    from app.domain import reading
    from app.domain.scores import score as scored
    from app.rulebook.dictionary import load_dictionary

    dictionary = load_dictionary()
    try:
        labelled, problems = _labels(labels)
    except SheetRefused as e:
        labelled, problems = [], [Problem(labels.name, 0, None, e.code, e.vi, e.en)]
    if problems:
        for problem in problems[:_TOLD]:
            _tell_problem(Console(stderr=True, soft_wrap=True, highlight=False), problem, "red")
        raise typer.Exit(REFUSED)
    pairs = [(text, label, reading.read(text, dictionary)) for text, label in labelled]
    found: dict[str, Any] = scored((label, read) for _, label, read in pairs)
    if mistakes:
        found["mistakes"] = [
            {"text": text, "label": _said(label), "reading": _said(read)}
            for text, label, read in pairs
            if _said(label) != _said(read)
        ]
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def _labels(path: Path) -> tuple[list[tuple[str, Reading]], list[Problem]]:
    """The labelled texts of a file, and what is wrong with it."""
    layout = next(x for x in LAYOUTS if x.name == "corrections")
    required = ("name", "kind", "document_types", "form")
    more = tuple(c for c in (*layout.required, *layout.optional, *layout.ignored) if c not in required)
    labelled, problems = list[tuple[str, Reading]](), list[Problem]()
    with read_sheet(path.name, path, Columns(required, more, layout.aliases)) as sheet:
        for row in sheet:
            if isinstance(row, Problem):
                problems += [row] if row.code != "unknown_column" else []
                continue
            cells = Cells(row.number, row.cells)
            labelled.append((cells.words("name"), label_of(cells)))
            problems += [Problem(path.name, f.row, f.column, f.code, f.vi, f.en) for f in cells.faults]
    return labelled, problems


def _said(reading: Reading) -> dict[str, Any]:
    said = {key: value for key, value in reading.body().items() if key not in ("because", "doubts")}
    return {**said, "document_types": sorted(reading.document_types)}


@catalogue.command()
def correct(
    code: Code,
    position: Position,
    kind: Annotated[ComponentKind, typer.Option(help="Loại thành phần / kind.")],
    types: Annotated[str, typer.Option(help="Mã loại giấy tờ, cách nhau bằng | / document types, parted by |.")] = "",
    relation: Annotated[Relation | None, typer.Option(help="Mặc định: one nếu có giấy tờ / default: one.")] = None,
    form: Annotated[AskedForm, typer.Option(help="Hình thức được đòi / the form asked for.")] = AskedForm.UNSPECIFIED,
    conditional: Annotated[
        bool, typer.Option("--conditional", help="Chỉ trong trường hợp nào đó / in a case only.")
    ] = False,
    note: Annotated[str | None, typer.Option(help="Ghi chú / a note.")] = None,
    by: By = "motlan",
) -> None:
    """Sửa cách đọc một lời văn; giữ mãi, không lần nhập nào ghi đè / correct a reading; no import overwrites it."""
    named = tuple(dict.fromkeys(t for t in types.replace(",", "|").split("|") if t))
    reading = Reading(kind, named, relation or (Relation.ONE if named else None), form, conditional)
    try:
        done, _ = at_desk(lambda desk: readings.correct(desk, by, code, position, reading, note))
    except DomainError as e:
        typer.echo(_WRONG.get(type(e), "không sửa được / not corrected") + f" ({e})", err=True)
        raise typer.Exit(USAGE) from None
    said = "đã sửa / corrected" if done.changed else "không đổi / unchanged"
    typer.echo(f"{said}: phiên bản / revision {done.revision}")


_WRONG: dict[type[DomainError], str] = {
    UnknownPosition: "thủ tục không có vị trí này / no such position",
    UnknownDocumentType: "không có loại giấy tờ này / no such document type",
    readings.InconsistentReading: "cách đọc tự mâu thuẫn / the reading contradicts itself",
}
