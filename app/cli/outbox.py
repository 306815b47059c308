"""`motlan outbox`: messages to the portal and the wallet that came to a stop, tried again or given up."""

import json
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

import typer

from app.cli.opening import at_desk
from app.domain.outbox import Destination, State
from app.services.desk import Caller, Desk

outbox = typer.Typer(no_args_is_help=True, help="Tin gửi Cổng và VNeID / messages to the portal and the wallet.")

_CALLER = Caller("motlan-cli", frozenset())
_To = Annotated[Destination | None, typer.Option("--to", help="Chỉ nơi nhận này / this destination alone.")]


@outbox.command("list")
def list_(
    status: Annotated[State, typer.Option(help="Tình trạng / which messages.")] = State.DEAD,
    to: _To = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Số dòng / at most so many.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON / print JSON.")] = False,
) -> None:
    """Liệt kê, mới nhất trước; mặc định là tin đã hỏng hẳn / list, the latest first; by default the dead ones."""
    from app.services.outbox import page

    found = at_desk(lambda desk: page(desk, status, to, None, limit))["items"]
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        return
    for message in found:
        typer.echo(_line(message))
    if not found:
        typer.echo("không có tin nào / none")


@outbox.command()
def retry(
    ids: Annotated[list[int] | None, typer.Argument(help="Số của tin / the messages' numbers.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Mọi tin đã hỏng hẳn / every dead message.")] = False,
    to: _To = None,
) -> None:
    """Gửi lại; thoát 1 nếu có tin không gửi lại được / try again; exit 1 where one could not be."""
    from app.services import outbox as service

    if bool(ids) == everything:
        typer.echo("nêu số của tin, hoặc --all / give numbers, or --all", err=True)
        raise typer.Exit(2)
    if everything:
        count = at_desk(lambda desk: service.retry_all(desk, _CALLER, to))
        typer.echo(f"gửi lại / tried again: {count}")
    else:
        _each(ids or [], _retry)


@outbox.command()
def discard(ids: Annotated[list[int], typer.Argument(help="Số của tin / the messages' numbers.")]) -> None:
    """Bỏ hẳn tin đã hỏng; các tin sau nó đi tiếp / give dead messages up; those behind them go out."""
    _each(ids, _discard)


async def _retry(message_id: int, desk: Desk) -> dict[str, Any]:
    from app.services import outbox as service

    return await service.retry(desk, _CALLER, message_id)


async def _discard(message_id: int, desk: Desk) -> dict[str, Any]:
    from app.services import outbox as service

    return await service.discard(desk, _CALLER, message_id)


def _each(ids: list[int], act: Callable[[int, Desk], Awaitable[dict[str, Any]]]) -> None:
    from app.domain.errors import DomainError

    refused = False
    for message_id in ids:
        try:
            typer.echo(_line(at_desk(partial(act, message_id))))
        except DomainError as e:
            refused = True
            typer.echo(f"{message_id}: {e.code}", err=True)
    if refused:
        raise typer.Exit(1)


def _line(m: dict[str, Any]) -> str:
    cause = f" [{m['cause']}]" if m["cause"] else ""
    return f"{m['id']}  {m['status']:<13} {m['destination']:<6} {m['kind']:<8} {m['stream']}  ×{m['attempts']}{cause}"
