"""Sheets for the tests: files made by hand, byte for byte, and what came of reading them."""

import io
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from app.sheets import MAX_ROWS, Columns, Problem, Row, SheetRefused, read

CODE_AND_NAME = Columns(("code", "name"), ("note",), {"Mã thủ tục": "code", "Tên thủ tục": "name"})
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


class Found(NamedTuple):
    rows: list[Row]
    problems: list[Problem]

    @property
    def cells(self) -> list[dict[str, str]]:
        return [dict(row.cells) for row in self.rows]

    @property
    def told(self) -> list[tuple[int, str | None, str]]:
        return [(p.row, p.column, p.code) for p in self.problems]


def read_all(
    name: str,
    source: bytes | str | Path,
    columns: Columns | None = None,
    *,
    tab: str | None = None,
    max_rows: int = MAX_ROWS,
) -> Found:
    raw = source.encode() if isinstance(source, str) else source
    with read(name, raw, columns, tab=tab, max_rows=max_rows) as sheet:
        items = list(sheet)
    problems = [item for item in items if isinstance(item, Problem)]
    assert all(p.file == name and p.message_vi and p.message_en for p in problems)
    return Found([item for item in items if isinstance(item, Row)], problems)


def refusal(name: str, source: bytes | str | Path, columns: Columns | None = None, *, tab: str | None = None) -> str:
    """The code under which a file is refused as a whole."""
    with pytest.raises(SheetRefused) as refused:
        read_all(name, source, columns, tab=tab)
    assert refused.value.vi
    assert refused.value.en
    return refused.value.code


def windows_1258(text: str) -> bytes:
    """As Windows writes it: the letter with its hat or horn, then the tone as a mark of its own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones))
        out += base + "".join(p for p in parts if p in tones)
    return out.encode("cp1258")


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def text_row(number: int, *cells: str) -> str:
    inside = "".join(
        f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in enumerate(cells)
    )
    return f'<row r="{number}">{inside}</row>'


def workbook(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    strings: str = "",
    styles: str = "",
    properties: str = "",
    content_type: str = f"{_TYPES}.sheet.main+xml",
    more: Mapping[str, bytes] | None = None,
) -> bytes:
    """An XLSX from the XML of its sheets, by name."""
    states = states or {}
    tabs, relations = "", ""
    parts: dict[str, bytes] = {}
    for number, (name, xml) in enumerate(sheets.items(), 1):
        tabs += f'<sheet name="{name}" sheetId="{number}" r:id="r{number}" state="{states.get(name, "visible")}"/>'
        relations += f'<Relationship Id="r{number}" Type="{_RELATIONS}/worksheet" Target="worksheets/s{number}.xml"/>'
        parts[f"xl/worksheets/s{number}.xml"] = xml.encode()
    for kind, body in (("sharedStrings", strings), ("styles", styles)):
        if body:
            relations += f'<Relationship Id="{kind}" Type="{_RELATIONS}/{kind}" Target="/xl/{kind}.xml"/>'
            parts[f"xl/{kind}.xml"] = body.encode()
    package = "http://schemas.openxmlformats.org/package/2006"
    parts |= {
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types"><Override PartName="/xl/workbook.xml" '
            f'ContentType="{content_type}"/></Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{properties}<sheets>{tabs}</sheets></workbook>'
        ).encode(),
    } | dict(more or {})
    return zipped(parts)


def one_sheet(rows: str, *, before: str = "", after: str = "", strings: str = "", styles: str = "") -> bytes:
    return workbook({"Bảng": sheet_xml(rows, before=before, after=after)}, strings=strings, styles=styles)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()
