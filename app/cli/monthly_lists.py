"""`motlan catalogue publish`: the month's list, frozen and signed."""

import asyncio
import json
import re
import sys
from typing import Annotated

import typer

from app.cli.opening import at_desk
from app.domain.monthly_lists import CorrectionReasonRequired, MonthNotBegun
from app.services import imports, monthly_lists
from app.services.desk import Desk
from app.services.monthly_lists import Answer

REFUSED, USAGE = 1, 2
_MONTH = re.compile("(199[0-9]|20[0-9]{2})-(0[1-9]|1[0-2])")


def register(catalogue: typer.Typer) -> None:
    """Add the command to `motlan catalogue`."""
    catalogue.command("publish")(publish)


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise typer.BadParameter("tháng có dạng YYYY-MM / a month is YYYY-MM")
    return text


def _reason(text: str) -> str:
    if not text.strip() or len(text) > 1000 or not text.isprintable():
        raise typer.BadParameter("lý do: một dòng, 1 đến 1000 ký tự / a reason: one line, 1 to 1000 characters")
    return text


def publish(
    month: Annotated[
        str,
        typer.Argument(
            parser=_month, metavar="YYYY-MM", help="Tháng đã qua hoặc tháng này / a month past, or the present one."
        ),
    ],
    reason: Annotated[
        str | None,
        typer.Option(parser=_reason, metavar="TEXT", help="Bắt buộc khi đính chính / compulsory for a correction."),
    ] = None,
    by: Annotated[str, typer.Option(help="Người công bố / who publishes.")] = "motlan",
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON / print JSON.")] = False,
) -> None:
    """Công bố danh mục của một tháng, ký số; thoát 0: xong hoặc không đổi, 1: phải nêu lý do, 2: dùng sai.

    Publish a month's list, frozen and signed, as of its last day (today, while it lasts). What is published is never
    changed: where the month would now say something else, a correction is a new revision and needs --reason.
    """
    try:
        done = at_desk(lambda desk: _published(desk, by, month, reason))
    except MonthNotBegun:
        typer.echo("tháng này chưa đến / this month has not begun", err=True)
        raise typer.Exit(USAGE) from None
    except CorrectionReasonRequired:
        typer.echo(
            "tháng này đã công bố và nội dung nay đã khác: đính chính phải kèm --reason / "
            "published already, and it would now say something else: a correction needs --reason",
            err=True,
        )
        raise typer.Exit(REFUSED) from None
    if as_json:
        sys.stdout.write(json.dumps(json.loads(done.body), ensure_ascii=False, indent=1) + "\n")
        return
    brief = done.brief
    said = "đã công bố / published" if done.changed else "không đổi / unchanged"
    typer.echo(f"{said}: {brief.month}, bản số / revision {brief.revision}, theo ngày / as of {brief.as_of}")
    typer.echo(f"SHA-256 {brief.digest}")
    typer.echo(f"/danh-muc/{brief.month} · {done.headers['location']}")


async def _published(desk: Desk, by: str, month: str, reason: str | None) -> Answer:
    from app.wiring import seed

    if not await desk.db.read(imports.published_any):
        # A fresh database: what ships with the product comes first, as when the service starts.
        await asyncio.to_thread(seed, desk)
    return await monthly_lists.publish(desk, by, month, reason)
