"""What commands print: tables a screen or a log takes, and files."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

WIDE = 160


def out(content: bytes | Iterable[Any], output: Path | None) -> None:
    """Bytes, or what rich prints, to the file or to standard output."""
    if isinstance(content, bytes):
        if output is None:
            sys.stdout.buffer.write(content)
        else:
            output.write_bytes(content)
        return
    if output is None:
        _print(content, Console(width=None if sys.stdout.isatty() else WIDE))
        return
    with output.open("w", encoding="utf-8") as file:
        _print(content, Console(file=file, width=WIDE))


def sheet(
    shape: str, output: Path | None, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]], title: str
) -> None:
    """CSV, JSON or XLSX; a workbook is not poured onto a terminal."""
    from app.sheets import Format, write

    if shape == "xlsx" and output is None and sys.stdout.isatty():
        raise typer.BadParameter("XLSX cần --output / XLSX needs --output")
    out(write(Format(shape), columns, rows, title=title), output)


def table(widths: Mapping[str, int]) -> Table:
    """One line a row: what is wider than its column ends in an ellipsis."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name, width in widths.items():
        made.add_column(name, no_wrap=True, width=width + 1)
    return made


def _print(parts: Iterable[Any], console: Console) -> None:
    for part in parts:
        console.print(part)
