"""XLSX, row by row with bounded memory: what a person typed into the cells, never what a formula last gave.

Why not openpyxl for reading: its read-only mode keeps an element for every row, a tree for every part and all cells of
one row in memory (a small file can claim 200 MiB of them), drops rows that are out of order, learns of merged cells too
late and takes `x005F_` out of texts. It stays the judge of which number formats are dates.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, time
from decimal import Decimal
from typing import BinaryIO, NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from app.sheets.cells import MAX_CELL, Cell, Fault, Number, SheetRefused, too_long
from app.sheets.packages import Attributes, Package, bomb, damaged

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
_MAX_STRINGS, _MAX_STRINGS_LENGTH = 1_000_000, 32 << 20
_MAX_MERGED = 100_000
_MAX_STYLES = 65_536
_MAX_SHEETS = 1_000

_ADDRESS = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")

Cells = dict[int, Cell]  # column, from 1 → cell; what is empty is left out


class Tab(NamedTuple):
    name: str
    part: str
    hidden: bool


class Workbook:
    """The sheets of a workbook, and the rows of one of them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._package = package = Package(stream)
        main = next((target for _, kind, target in package.relations("") if kind == "officeDocument"), "")
        if main.endswith(".bin") or main not in package:
            raise _not_a_workbook()
        if "xl/vbaProject.bin" in package or self._has_macros():
            raise macros()
        related = {number: (kind, target) for number, kind, target in package.relations(main)}
        self.tabs, self._epoch = self._tabs(
            main, {i: target for i, (kind, target) in related.items() if kind == "worksheet"}
        )
        parts = dict(related.values())
        self._dates = self._date_styles(parts.get("styles", ""))
        self._strings = self._shared_strings(parts.get("sharedStrings", ""))

    def tab(self, name: str | None) -> Tab:
        """The sheet of this name, or the first that is not hidden."""
        for tab in self.tabs:
            if tab.name == name or (name is None and not tab.hidden):
                if tab.hidden:
                    raise SheetRefused(
                        "hidden_sheet",
                        f"Trang tính “{name}” đang ẩn; hãy cho hiện (Unhide) để mọi người thấy những gì được nhập.",
                        f"The sheet “{name}” is hidden; unhide it so that people see what is imported.",
                    )
                return tab
        there = ", ".join(f"“{tab.name}”" for tab in self.tabs[:10] if not tab.hidden)
        raise SheetRefused(
            "no_sheet",
            f"Không có trang tính {f'“{name}”' if name else 'nào đang hiện'}. Tệp có: {there or 'không có'}.",
            f"There is no {f'sheet “{name}”' if name else 'visible sheet'}. The file has: {there or 'none'}.",
        )

    def rows(self, tab: Tab) -> Iterator[tuple[int, Cells | Fault]]:
        """(Excel's row number, cells) for each row that holds anything, in order; a Fault if cells are merged."""
        merged = self._merged_rows(tab)
        sheet = _SheetHandlers(self._strings, self._dates, self._epoch)
        for _ in self._package.parsing(tab.part, sheet.start, sheet.end, sheet.text):
            while sheet.ready:
                number, cells = sheet.ready.popleft()
                yield number, _MERGED if merged(number) else cells

    def _has_macros(self) -> bool:
        found: list[str] = []

        def start(tag: str, given: Attributes) -> None:
            if "macroEnabled" in given.get("ContentType", ""):
                found.append(tag)

        if "[Content_Types].xml" not in self._package:
            raise _not_a_workbook()
        self._package.parse("[Content_Types].xml", start)
        return bool(found)

    def _tabs(self, main: str, sheets: dict[str, str]) -> tuple[list[Tab], datetime]:
        tabs: list[Tab] = []
        epoch = CALENDAR_WINDOWS_1900

        def start(tag: str, given: Attributes) -> None:
            nonlocal epoch
            if tag == "workbookPr" and given.get("date1904") in {"1", "true"}:
                epoch = CALENDAR_MAC_1904
            elif tag == "sheet" and given.get("id") in sheets:
                hidden = given.get("state", "visible") != "visible"
                tabs.append(Tab(given.get("name", ""), sheets[given["id"]], hidden))
                if len(tabs) > _MAX_SHEETS:
                    raise bomb()

        self._package.parse(main, start)
        return tabs, epoch

    def _date_styles(self, part: str) -> set[int]:
        """Numbers of the cell styles that show a date or a time of day."""
        formats, styles = dict(BUILTIN_FORMATS), set[int]()
        inside = False
        count = 0

        def start(tag: str, given: Attributes) -> None:
            nonlocal inside, count
            if tag == "numFmt":
                formats[_whole(given.get("numFmtId"))] = given.get("formatCode", "")[:255]
                if len(formats) > _MAX_STYLES:
                    raise bomb()
            elif tag == "cellXfs":
                inside = True
            elif tag == "xf" and inside:
                shown = formats.get(_whole(given.get("numFmtId", "0")), "General")
                if is_date_format(shown) and not is_timedelta_format(shown):
                    styles.add(count)
                count += 1
                if count > _MAX_STYLES:
                    raise bomb()

        def end(tag: str) -> None:
            nonlocal inside
            inside = inside and tag != "cellXfs"

        if part in self._package:
            self._package.parse(part, start, end)
        return styles

    def _shared_strings(self, part: str) -> list[Cell]:
        strings: list[Cell] = []
        text = _Text()
        length = 0

        def end(tag: str) -> None:
            nonlocal length
            text.end(tag)
            if tag == "si":
                strings.append(found := text.take())
                length += len(found)
                if len(strings) > _MAX_STRINGS or length > _MAX_STRINGS_LENGTH:
                    raise bomb()

        if part in self._package:
            self._package.parse(part, text.start, end, text.add)
        return strings

    def _merged_rows(self, tab: Tab) -> Callable[[int], bool]:
        """Whether a row is part of merged cells. They stand after the rows, so the part is read twice."""
        spans: list[tuple[int, int]] = []

        def start(tag: str, given: Attributes) -> None:
            if tag == "mergeCell":
                first, _, last = given.get("ref", "").partition(":")
                spans.append((_address(first)[0], _address(last or first)[0]))
                if len(spans) > _MAX_MERGED:
                    raise bomb()

        if tab.part not in self._package:
            raise damaged()
        self._package.parse(tab.part, start)
        firsts, lasts = list[int](), list[int]()
        for first, last in sorted(spans):
            if lasts and first <= lasts[-1]:
                lasts[-1] = max(lasts[-1], last)
            else:
                firsts.append(first)
                lasts.append(last)

        def merged(row: int) -> bool:
            at = bisect_right(firsts, row) - 1
            return at >= 0 and row <= lasts[at]

        return merged


class _Text:
    """The text of <t> elements, phonetic guides left out, and no more of it than a cell may hold."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = self._phonetic = 0
        self._open = False

    def start(self, tag: str, _: Attributes) -> None:
        if tag == "rPh":
            self._phonetic += 1
        elif tag == "t":
            self._open = not self._phonetic

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._phonetic -= 1
        elif tag == "t":
            self._open = False

    def add(self, text: str) -> None:
        if self._open:
            self.put(text)

    def put(self, text: str) -> None:
        # An escape takes seven characters for one.
        if self._length <= 7 * MAX_CELL:
            self._parts.append(text)
            self._length += len(text)

    def take(self) -> Cell:
        text = "".join(self._parts)
        self._parts.clear()
        self._length = 0
        if "_x" in text:
            text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        return text if len(text) <= 2 * MAX_CELL else too_long()


class _SheetHandlers:
    """Expat handlers that turn a worksheet into rows, in `ready`."""

    def __init__(self, strings: list[Cell], dates: set[int], epoch: datetime) -> None:
        self.ready: deque[tuple[int, Cells]] = deque()
        self._strings, self._dates, self._epoch = strings, dates, epoch
        self._row = self._column = 0
        self._cells: Cells = {}
        self._type = ""
        self._style = 0
        self._formula = self._in_value = False
        self._text = _Text()

    def start(self, tag: str, given: Attributes) -> None:
        if tag == "c":
            self._begin_cell(given)
        elif tag == "row":
            number = _whole(given["r"]) if "r" in given else self._row + 1
            if not self._row < number <= MAX_ROW:
                raise damaged()
            self._row, self._column, self._cells = number, 0, {}
        elif tag == "v":
            self._in_value = True
        elif tag == "f":
            self._formula = True
        else:
            self._text.start(tag, given)

    def end(self, tag: str) -> None:
        if tag == "c":
            if self._column and (cell := self._cell()):
                self._cells[self._column] = cell
        elif tag == "row":
            if self._cells:
                self.ready.append((self._row, self._cells))
            self._cells = {}
        elif tag == "v":
            self._in_value = False
        else:
            self._text.end(tag)

    def text(self, text: str) -> None:
        if self._in_value:
            self._text.put(text)
        else:
            self._text.add(text)

    def _begin_cell(self, given: Attributes) -> None:
        row, column = _address(given["r"]) if "r" in given else (self._row, self._column + 1)
        # Order is what lets rows be given out as they come; every program writes it.
        if row != self._row or not self._column < column <= MAX_COLUMN:
            raise damaged()
        self._column = column
        self._type, self._style = given.get("t", "n"), _whole(given.get("s", "0"))
        self._formula = False
        self._text.take()

    def _cell(self) -> Cell:
        text = self._text.take()
        if self._formula:
            return _FORMULA
        if isinstance(text, Fault) or not text:
            return text
        if self._type == "s":
            at = _whole(text)
            if at >= len(self._strings):
                raise damaged()
            return self._strings[at]
        if self._type in {"inlineStr", "str", "d"}:
            return text
        if self._type == "b":
            return "true" if text == "1" else "false"
        return _ERROR if self._type == "e" else self._number(text)

    def _number(self, text: str) -> Cell:
        if not _NUMBER.fullmatch(text):
            return _ERROR
        # Excel writes 17 digits of what it holds in binary (1.0125660000000001); the shortest decimal was typed.
        value = float(text)
        if self._style not in self._dates:
            return Number(_plain(value)) if abs(value) < 1e300 else _ERROR
        try:
            when = from_excel(value, self._epoch)
        except (OverflowError, ValueError):
            return _DATE
        if isinstance(when, datetime):
            return when.date().isoformat() if when.time() == time() else when.isoformat(timespec="seconds")
        return when.isoformat(timespec="seconds") if isinstance(when, time) else _DATE


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")


def _whole(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        raise damaged()
    return int(text)


def _address(text: str) -> tuple[int, int]:
    """`B7` → (7, 2)."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        raise damaged()
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def macros() -> SheetRefused:
    return SheetRefused(
        "macros",
        "Tệp có macro (.xlsm); hãy lưu lại dạng .xlsx không macro.",
        "The workbook carries macros (.xlsm); save it as .xlsx without them.",
    )


def _not_a_workbook() -> SheetRefused:
    return SheetRefused(
        "not_a_workbook",
        "Tệp nén này không phải bảng tính .xlsx (có thể là .ods, .docx, .xlsb hay .zip); hãy lưu lại dạng .xlsx hoặc "
        "CSV UTF-8.",
        "This archive is no .xlsx workbook (it may be .ods, .docx, .xlsb or .zip); save it as .xlsx or CSV UTF-8.",
    )


_FORMULA = Fault(
    "formula",
    "Ô chứa công thức; công thức không được tính. Hãy dán lại dạng giá trị (Paste Special → Values).",
    "The cell holds a formula, and formulas are not evaluated. Paste it again as a value (Paste Special → Values).",
)
_MERGED = Fault(
    "merged_cells",
    "Hàng nằm trong các ô gộp; hãy bỏ gộp (Unmerge) và điền đủ từng ô.",
    "The row is part of merged cells; unmerge them and fill in every cell.",
)
_ERROR = Fault(
    "error_value",
    "Ô chứa lỗi của Excel (#N/A, #REF!…) hoặc số không đọc được; hãy nhập lại giá trị.",
    "The cell holds an Excel error (#N/A, #REF!…) or a number that cannot be read; enter its value again.",
)
_DATE = Fault(
    "bad_date",
    "Ô định dạng ngày nhưng giá trị không phải là ngày; hãy nhập lại dạng YYYY-MM-DD.",
    "The cell is formatted as a date but its value is none; enter it again as YYYY-MM-DD.",
)
