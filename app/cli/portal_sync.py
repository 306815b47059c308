"""`motlan catalogue sync`: the national portal's procedures beside the catalogue's, and the difference published."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from app.cli.opening import at_desk
from app.domain.definitions import Definition
from app.domain.portal_sync import Change, Difference, national_code
from app.domain.publications import Publication
from app.services.desk import Desk
from app.services.imports import Tick, published_any
from app.services.portal_sync import PortalUnavailable, Synced, pull, settle

DIFFERS, UNAVAILABLE = 1, 3
_TOLD = 40  # rows of each table on a screen; --json gives all


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("ngày có dạng YYYY-MM-DD / a day is YYYY-MM-DD") from None


def _code(text: str) -> str:
    if national_code(text) is None:
        raise typer.BadParameter("mã thủ tục có dạng d.dddddd / a procedure's code is d.dddddd")
    return text


def register(catalogue: typer.Typer) -> None:
    """Add the command to `motlan catalogue`."""
    catalogue.command("sync")(sync)


def sync(
    since: Annotated[
        date | None,
        typer.Option(
            parser=_day, metavar="YYYY-MM-DD", help="Bỏ qua thủ tục Cổng ghi là đổi trước ngày này / changed since."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ so sánh / compare, publish nothing.")] = False,
    only: Annotated[
        list[str] | None, typer.Option(parser=_code, metavar="CODE", help="Chỉ thủ tục này; lặp lại được / only this.")
    ] = None,
    by: Annotated[str, typer.Option(help="Người làm, ghi vào phiên bản / who does it, kept.")] = "motlan",
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON / print JSON.")] = False,
) -> None:
    """Đồng bộ với Cổng Dịch vụ công quốc gia; thoát 0: xong, 1: chạy thử thấy khác, 2: dùng sai, 3: Cổng không đáp.

    Pull the national portal's procedures and publish what differs as one revision. Exit 0: published, or nothing to
    publish; 1: a dry run found new or changed procedures; 2: wrong use; 3: the portal did not answer, nothing was done.
    A procedure withdrawn from the portal is told and stays in the catalogue.
    """
    try:
        done = at_desk(lambda desk: _synced(desk, since, only or [], by, dry_run=dry_run))
    except PortalUnavailable as e:
        why = _WHY.get(e.cause, "")
        typer.echo(f"Cổng không trả lời, chưa đổi gì / the portal is not available: {why} [{e.cause}]", err=True)
        raise typer.Exit(UNAVAILABLE) from None
    if as_json:
        body = {"dry_run": dry_run, "revision": done.revision, **_body(done.difference)}
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    else:
        _tell(done, dry_run=dry_run)
    if dry_run and done.difference.definitions:
        raise typer.Exit(DIFFERS)


async def _synced(desk: Desk, since: date | None, only: list[str], by: str, *, dry_run: bool) -> Synced:
    from app.rulebook.starter import load_starter
    from app.wiring import open_portal, seed

    portal = open_portal(desk.settings)
    try:
        with _progress() as tick:
            pulled = await pull(portal, desk.settings.portal_agency, since=since, only=only, tick=tick)
    finally:
        await portal.close()
    shipped: Sequence[Publication] = ()
    if not await desk.db.read(published_any):
        # A fresh database: what ships with the product comes first, as when the service starts.
        if dry_run:
            shipped = load_starter(desk.rulebook)
        else:
            await asyncio.to_thread(seed, desk)
    return await settle(desk, pulled, by, dry_run=dry_run, shipped=shipped)


@contextmanager
def _progress() -> Iterator[Tick]:
    """A bar on standard error; nothing where that is no terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Cổng Dịch vụ công quốc gia", total=None)

        def tick(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield tick


def _body(found: Difference) -> dict[str, Any]:
    return {
        "new": [_definition(d) for d in found.new],
        "changed": [{**_definition(c.definition), "changes": [_change(x) for x in c.changes]} for c in found.changed],
        "withdrawn": [{"code": code, "name": name} for code, name in found.withdrawn],
        "not_listed": found.not_listed,
        "unchanged": len(found.unchanged),
        "failed": [{"code": f.code, "cause": f.cause} for f in found.failed],
    }


def _definition(d: Definition) -> dict[str, Any]:
    """`components` is None where they are not known, not where none is asked for."""
    count = None if d.parts is None else len(d.parts)
    return {"code": d.code, "name": d.name, "valid_from": d.valid_from.isoformat(), "components": count}


def _change(c: Change) -> dict[str, Any]:
    return {"what": c.what, "position": c.position, "before": c.before, "after": c.after}


def _tell(done: Synced, *, dry_run: bool) -> None:
    found = done.difference
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=140)
    new = [(d.code, d.name, str(d.valid_from), "?" if d.parts is None else str(len(d.parts))) for d in found.new]
    _table(console, "Mới / new", ("Mã / code", "Tên / name", "Từ / from", "Thành phần / components"), new)
    changed = [
        (c.definition.code, str(c.definition.valid_from), _what(x), x.before or "", x.after or "")
        for c in found.changed
        for x in c.changes
    ]
    columns = ("Mã / code", "Từ / from", "Đổi / changed", "Trước / before", "Sau / after")
    _table(console, "Thay đổi / changed", columns, changed, show_lines=True)
    _table(
        console,
        "Không còn hiệu lực trên Cổng, danh mục giữ nguyên / withdrawn on the portal, kept here",
        ("Mã / code", "Tên / name"),
        found.withdrawn,
    )
    failed = [(f.code, f.cause, _WHY.get(f.cause, "")) for f in found.failed]
    _table(console, "Không lấy được / not taken", ("Mã / code", "Lý do / cause", ""), failed)
    counts = {
        "mới / new": len(found.new),
        "đổi / changed": len(found.changed),
        "không đổi / unchanged": len(found.unchanged),
        "thôi hiệu lực / withdrawn": len(found.withdrawn),
        "Cổng không liệt kê / not listed there": len(found.not_listed),
        "không lấy được / not taken": len(found.failed),
    }
    said = "chạy thử, chưa đổi gì / dry run" if dry_run else "không có gì để công bố / nothing to publish"
    head = said if done.revision is None else f"phiên bản / revision {done.revision}"
    console.print(Text(f"{head}: " + ", ".join(f"{what} {n}" for what, n in counts.items() if n)), soft_wrap=True)


def _table(
    console: Console, title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, show_lines: bool = False
) -> None:
    if not rows:
        return
    console.print(Text(title, "bold"))
    table = Table(*columns, show_lines=show_lines)
    for row in rows[:_TOLD]:
        table.add_row(*map(Text, row))
    console.print(table)
    if len(rows) > _TOLD:
        more = len(rows) - _TOLD
        console.print(Text(f"… và {more} dòng nữa, xem --json / and {more} more, see --json", "dim"))


def _what(c: Change) -> str:
    return _FIELDS[c.what] if c.position is None else f"{_FIELDS[c.what]} {c.position}"


_FIELDS = {
    "name": "tên / name",
    "sector": "lĩnh vực / sector",
    "level": "cấp / level",
    "agency": "cơ quan / agency",
    "component": "thành phần / component",
}
_WHY = {
    "timeout": "quá thời gian chờ / no answer in time",
    "unreachable": "không kết nối được / no connection",
    "no_token": "Cổng không mở phiên: kiểm tra tài khoản / no session was given: check the account",
    "server_error": "Cổng báo lỗi / an error over there",
    "rate_limited": "hỏi quá dày / asked too often",
    "rejected": "Cổng từ chối câu hỏi / the question was refused",
    "garbage": "câu trả lời sai dạng / an answer of another shape",
    "wrong_request": "câu trả lời cho thủ tục khác / an answer about another procedure",
    "not_asked": "Cổng đã ngừng trả lời trước đó / the portal had fallen silent",
    "not_listed": "không có trong danh sách được hỏi / not in the list asked for",
    "not_found": "có trong danh sách mà không có nội dung / listed, and not there",
    "code_form": "mã không có dạng của thủ tục / not the form of a procedure's code",
    "another_variant": "đã lấy bản khác của cùng thủ tục / another variant of the procedure was taken",
    "level_choice": "cấp thực hiện lạ / a level nobody knows",
}
