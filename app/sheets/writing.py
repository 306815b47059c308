"""Rows to a file. Equal rows give equal bytes (for one version of zlib), so a digest can stand for the content."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.sheets.cells import MAX_CELL, clean, legible
from app.sheets.delimited import guarded
from app.sheets.workbooks import MAX_ROW

Value = str | int | None
Rows = Iterable[Sequence[Value]]

_DAY_ONE = datetime(1980, 1, 1)  # noqa: DTZ001 - zip and OOXML know no zone; the first day a zip can name
_EXACT = 10**15  # Excel keeps fifteen digits of a number
_MEASURED = 200  # rows that decide how wide a column is
_NARROWEST, _WIDEST = 10, 60  # characters
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    NDJSON = "ndjson"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.NDJSON: "application/x-ndjson",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(format: Format, columns: Sequence[str], rows: Rows, *, title: str = "Một Lần") -> bytes:
    """The sheet as a file. Each row has a value for every column; texts are cleaned as `read` cleans them; `title`
    names the XLSX sheet. Raises ValueError for a row of another length, a text over MAX_CELL, too many rows for Excel.
    """
    writer = {Format.CSV: _csv, Format.JSON: _json, Format.NDJSON: _ndjson}.get(format)
    tidy = ([_tidy(value) for _, value in zip(columns, row, strict=True)] for row in rows)
    return writer(columns, tidy) if writer else _xlsx(columns, tidy, title)


def _tidy(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = legible(clean(value))
    if len(text) > MAX_CELL:
        raise ValueError(f"a cell of {len(text)} characters; the limit is {MAX_CELL}")
    return text


def _text(value: Value) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _csv(columns: Sequence[str], rows: Rows) -> bytes:
    """With the mark: without it Excel reads UTF-8 as the code page of the machine and every diacritic is lost."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow([guarded(column) for column in columns])
    sheet.writerows([guarded(v) if isinstance(v, str) else _text(v) for v in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _json(columns: Sequence[str], rows: Rows) -> bytes:
    items = b",\n".join(_objects(columns, rows))
    return b"[\n" + items + b"\n]\n" if items else b"[]\n"


def _ndjson(columns: Sequence[str], rows: Rows) -> bytes:
    return b"".join(item + b"\n" for item in _objects(columns, rows))


def _objects(columns: Sequence[str], rows: Rows) -> Iterator[bytes]:
    for row in rows:
        yield json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, separators=(",", ":")).encode()


def _xlsx(columns: Sequence[str], rows: Rows, title: str) -> bytes:
    # All rows are looked at before openpyxl opens its temporary file: nothing may fail while that is open.
    held = [[_escaped(value) for value in row] for row in rows]
    if len(held) >= MAX_ROW:
        raise ValueError(f"an XLSX sheet has at most {MAX_ROW} rows")
    book = Workbook(write_only=True)
    book.properties.creator = "Một Lần"
    book.properties.created = _DAY_ONE
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns):
        longest = max((len(_text(value)) for value in (column, *(row[number] for row in held[:_MEASURED]))), default=0)
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(max(longest + 2, _NARROWEST), _WIDEST)

    bold, wrapped = Font(bold=True), Alignment(vertical="top", wrap_text=True)

    def cell(value: Value, font: Font | None = None) -> Cell:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT:
            made = WriteOnlyCell(sheet, value)
        else:
            # Set by hand: openpyxl would take `=1+1` for a formula. Text format and the quote prefix keep it text, and
            # 1.010000 whole, when a person edits the cell.
            made = WriteOnlyCell(sheet, "")
            made.value = _text(value)
            made.data_type = "s"
            made.number_format = "@"
            made.quotePrefix = True
        made.alignment = wrapped
        if font:
            made.font = font
        return made

    sheet.append([cell(column, bold) for column in columns])
    for row in held:
        sheet.append([cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return _without_time(out)


def _escaped(value: Value) -> Value:
    """Excel reads `_x0041_` in a text as A, and openpyxl cuts what is too long without a word."""
    if not isinstance(value, str):
        return value
    text = _LOOKS_ESCAPED.sub("_x005F_", value)
    if len(text) > MAX_CELL:
        raise ValueError("a cell is too long once its underscores are escaped")
    return text


def _without_time(made: io.BytesIO) -> bytes:
    """The same package with every time set to the first day of the format."""
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            if part.filename == "docProps/core.xml":
                body = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", body)
            entry = zipfile.ZipInfo(part.filename, _DAY_ONE.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            new.writestr(entry, body, zipfile.ZIP_DEFLATED, 6)
    return out.getvalue()


def _sheet_name(title: str) -> str:
    """Excel takes 31 characters and none of these signs."""
    return re.sub(r"[\\/*?:\[\]]", " ", legible(title)).strip("' ")[:31] or "Sheet1"
