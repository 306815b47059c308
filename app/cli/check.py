"""`motlan check`: a file of demands judged as the service would, a line in, a line out."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, nullcontext
from pathlib import Path
from typing import IO, Annotated

import typer

from app.cli.opening import at_desk
from app.services.desk import Caller, Desk

_PIECE = 64 * 1024
# What a problem's line begins with, whatever its number.
_PROBLEM = b'"problem":{'


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="NDJSON; - là đầu vào chuẩn / - is standard input.")],
    output: Annotated[Path | None, typer.Option(help="Ghi vào tệp này / write to this file, not to stdout.")] = None,
) -> None:
    """Kiểm tra cả tệp yêu cầu (mỗi dòng như thân của POST /v1/paper-demands); thoát 1 nếu có dòng hỏng.

    Judge a file of demands. Each line is checked in full, as the service does with the same settings: the sources are
    asked and the decision is kept. Exit code 1 where a line could not be judged; a refusal is a result.
    """
    piped = str(file) == "-"
    if not piped and not file.is_file():
        raise typer.BadParameter("không có tệp này / no such file", param_hint="FILE")
    with (
        nullcontext(sys.stdin.buffer) if piped else file.open("rb") as given,
        output.open("wb") if output else nullcontext(sys.stdout.buffer) as written,
    ):
        size = None if piped else file.stat().st_size
        good, bad = at_desk(lambda desk: _judge(desk, given, size, written))
        written.flush()
    typer.echo(f"{good + bad} dòng / lines, {bad} dòng hỏng / bad", err=True)
    raise typer.Exit(1 if bad else 0)


async def _judge(desk: Desk, given: IO[bytes], size: int | None, written: IO[bytes]) -> tuple[int, int]:
    """How many lines were judged, and how many could not be."""
    from fastapi import FastAPI, Request
    from rich.console import Console
    from rich.progress import Progress

    from app.api import problems
    from app.api.batch import WIDTH, Numbered, judged, lines_of
    from app.logs import configure
    from app.services.batch import in_order

    configure("error")
    caller, app = Caller("motlan-check", frozenset()), FastAPI()
    problems.install(app)
    request = Request({"type": "http", "app": app, "headers": []})
    counts = [0, 0]
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(given.name, total=size)

        async def pieces() -> AsyncIterator[bytes]:
            while piece := await asyncio.to_thread(given.read, _PIECE):
                yield piece
                progress.advance(task, len(piece))

        async def judge(line: Numbered) -> bytes:
            return await judged(desk, caller, request, line)

        async with aclosing(in_order(lines_of(pieces()), judge, WIDTH)) as answers:
            async for answer in answers:
                written.write(answer)
                counts[_PROBLEM in answer[:40]] += 1
    return counts[0], counts[1]
