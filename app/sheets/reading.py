"""A file to rows: which format it is, where its header stands, which of its cells can be used."""

import io
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from app.sheets import delimited, objects
from app.sheets.cells import (
    STRONG,
    Cell,
    Columns,
    Fault,
    Item,
    Number,
    Problem,
    Row,
    SheetRefused,
    checked,
    fold,
    legible,
    mangled,
)
from app.sheets.encodings import opened
from app.sheets.packages import protected
from app.sheets.workbooks import Workbook, macros

MAX_BYTES = 32 << 20
MAX_ROWS = 1_000_000
_MAX_COLUMNS = 1_000
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_LONG_NUMBER = re.compile(r"\d{9,}")
_LOOKED_AT = 100  # rows that tell whether a whole file is mangled


@dataclass(frozen=True)
class Sheet:
    """An open sheet. Iterating (once) gives Row for each good row and Problem for all that is wrong with the others;
    rows that are empty are left out. SheetRefused may come in the middle: then no row of the file counts.
    """

    file: str
    format: str
    """csv, json, ndjson or xlsx"""
    tab: str | None
    """name of the XLSX sheet"""
    headers: Mapping[str, str]
    """column → header as the file has it, to speak of it with people; for JSON it grows as keys are met"""
    rows: Iterator[Item]

    def __iter__(self) -> Iterator[Item]:
        return self.rows


@contextmanager
def read(
    name: str,
    source: bytes | Path,
    columns: Columns | None = None,
    *,
    tab: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
) -> Iterator[Sheet]:
    """Open a sheet for the time of a `with`. `name` is what people call the file; its extension decides only where the
    content does not. Without `columns` every header is a column. Raises SheetRefused, here or while rows come.
    """
    with _stream(source, max_bytes) as stream:
        start = stream.read(4096)
        _refuse_other_formats(name, start, stream)
        stream.seek(0)
        headers: dict[str, str] = {}
        if start.startswith(_ZIP):
            workbook = Workbook(stream)
            found = workbook.tab(tab)
            rows = _table(name, workbook.rows(found), columns, headers, ragged=True)
            yield Sheet(name, "xlsx", found.name, headers, _sound(rows, max_rows))
            return
        text = opened(stream)
        kind = _text_format(name, text)
        text.seek(0)
        if kind == "csv":
            cells = ((number, dict(enumerate(row, 1))) for number, row in delimited.rows(text))
            rows = _table(name, cells, columns, headers, ragged=False)
        else:
            rows = _records(name, objects.rows(text, by_line=kind == "ndjson"), columns, headers)
        yield Sheet(name, kind, None, headers, _sound(rows, max_rows))


def _table(
    file: str,
    rows: Iterator[tuple[int, Mapping[int, Cell] | Fault]],
    columns: Columns | None,
    headers: dict[str, str],
    *,
    ragged: bool,
) -> Iterator[Item]:
    """Rows under a header. `ragged`: the format leaves empty cells out, so a short row is no broken one."""
    at, titles = next(((number, found) for number, cells in rows if (found := _titles(number, cells))), (0, {}))
    if not titles:
        raise _empty()
    places = _places(titles, columns, headers)
    for place in titles.keys() - places.keys():
        yield _unknown(file, at, titles[place])
    blank = _blank(columns) if columns else dict.fromkeys(places.values(), "")
    width = max(titles)
    for number, cells in rows:
        if isinstance(cells, Fault):
            yield Problem(file, number, None, *cells)
            continue
        row = _Row(dict(blank))
        for place, cell in cells.items():
            if place in places:
                row.put(places[place], cell)
            elif place not in titles and checked(cell):
                row.faults[None] = _TOO_MANY
        if not ragged and len(cells) < width and not row.empty():
            row.faults[None] = _TOO_FEW
        yield from row.items(file, number, headers)


def _records(
    file: str,
    rows: Iterator[tuple[int, objects.Pairs | Fault]],
    columns: Columns | None,
    headers: dict[str, str],
) -> Iterator[Item]:
    """Objects: each names its own columns."""
    known = columns.by_header() if columns else {}
    blank = _blank(columns) if columns else {}
    met: dict[str, str | None] = {}  # key → column
    for number, pairs in rows:
        if isinstance(pairs, Fault):
            yield Problem(file, number, None, *pairs)
            continue
        row, seen = _Row(dict(blank)), set[str]()
        for key, cell in pairs:
            if key not in met:
                title = checked(key)
                met[key] = column = None if isinstance(title, Fault) else known.get(fold(key)) if columns else title
                if column is None:
                    yield _unknown(file, number, legible(key))
                elif len(met) > _MAX_COLUMNS:
                    raise _too_many_columns()
                else:
                    headers.setdefault(column, key)
            column = met[key]
            if column in seen:
                row.faults[column] = _DUPLICATE_KEY
            elif column is not None:
                seen.add(column)
                row.put(column, cell)
        if row.empty() and not row.faults:
            continue
        for column in columns.required if columns else ():
            if column not in seen:
                row.faults[column] = _NO_KEY
        yield from row.items(file, number, headers)


class _Row:
    """A row while its cells are looked at."""

    def __init__(self, cells: dict[str, str]) -> None:
        self.cells, self.faults = cells, dict[str | None, Fault]()
        self._numbers: set[str] = set()

    def put(self, column: str, cell: Cell) -> None:
        found = checked(cell)
        if isinstance(found, Fault):
            self.faults[column] = found
        else:
            self.cells[column] = str(found)
            if isinstance(found, Number):
                self._numbers.add(column)

    def empty(self) -> bool:
        return not any(self.cells.values())

    def items(self, file: str, number: int, headers: Mapping[str, str]) -> Iterator[Item]:
        for column, fault in self.faults.items():
            yield Problem(file, number, None if column is None else headers.get(column, column), *fault)
        if not self.faults and not self.empty():
            yield Row(number, self.cells, frozenset(self._numbers))


def _titles(number: int, cells: Mapping[int, Cell] | Fault) -> dict[int, str]:
    """Place → header, of those that are not empty."""
    titles: dict[int, str] = {}
    for place, cell in {1: cells}.items() if isinstance(cells, Fault) else cells.items():
        title = checked(cell)
        if isinstance(title, Fault):
            raise SheetRefused(
                title.code,
                f"Hàng {number} phải là hàng tiêu đề của bảng, nhưng: {title.vi}",
                f"Row {number} must be the header of the table, but: {title.en}",
            )
        if title:
            titles[place] = str(title)
            if len(titles) > _MAX_COLUMNS:
                raise _too_many_columns()
    return titles


def _places(titles: Mapping[int, str], columns: Columns | None, headers: dict[str, str]) -> dict[int, str]:
    """Place → column, and into `headers` the header it was found under."""
    known = columns.by_header() if columns else {title: title for title in titles.values()}
    places: dict[int, str] = {}
    for place, title in titles.items():
        column = known.get(fold(title) if columns else title)
        if column is None:
            continue
        if column in headers:
            raise SheetRefused(
                "duplicate_columns",
                f"Hai cột cùng là “{_quoted(column)}”: “{_quoted(headers[column])}” và “{_quoted(title)}”; hãy bỏ hoặc "
                "đổi tên một cột.",
                f"Two columns mean “{_quoted(column)}”: “{_quoted(headers[column])}” and “{_quoted(title)}”; remove or "
                "rename one.",
            )
        headers[column] = title
        places[place] = column
    if columns and (missing := [columns.headers_of(c) for c in columns.required if c not in headers]):
        found = ", ".join(f"“{_quoted(title)[:40]}”" for title in [*titles.values()][:10])
        raise SheetRefused(
            "missing_columns",
            f"Thiếu cột {'; '.join(missing)}. Hàng đầu của bảng phải là tiêu đề; tiêu đề đọc được: {found}.",
            f"Missing columns: {'; '.join(missing)}. The first row must be the header; headers found: {found}.",
        )
    return places


def _blank(columns: Columns) -> dict[str, str]:
    return dict.fromkeys((*columns.required, *columns.optional), "")


def _sound(rows: Iterator[Item], max_rows: int) -> Iterator[Item]:
    """The same rows, if the first of them do not show that the whole file is in an old encoding."""
    first = list(islice(rows, _LOOKED_AT))
    texts = [text for item in first if isinstance(item, Row) for text in item.cells.values()]
    bad = sum(isinstance(item, Problem) and item.code == "mangled_text" for item in first)
    bad += sum(mangled(text) > 0 for text in texts)
    if bad >= 3 and bad > sum(STRONG.search(text) is not None for text in texts):
        raise SheetRefused(
            "mangled_text",
            "Chữ tiếng Việt trong tệp bị hỏng vì bảng mã cũ (TCVN3, VNI hay UTF-8 đọc sai); hãy chuyển toàn bộ sang "
            "Unicode rồi nhập lại.",
            "The Vietnamese text of the file comes from an old encoding (TCVN3, VNI, or UTF-8 read wrongly); convert "
            "all of it to Unicode and import again.",
        )
    return _limited(chain(first, rows), max_rows)


def _limited(rows: Iterator[Item], max_rows: int) -> Iterator[Item]:
    count = last = 0
    for item in rows:
        number = item.number if isinstance(item, Row) else item.row
        count, last = count + (number != last), number
        # One more: a problem of the header counts as a row too.
        if count > max_rows + 1 or (count > max_rows and isinstance(item, Row)):
            raise SheetRefused(
                "too_many_rows",
                f"Tệp có hơn {max_rows} hàng; hãy chia thành nhiều tệp.",
                f"The file has more than {max_rows} rows; split it.",
            )
        yield item


@contextmanager
def _stream(source: bytes | Path, max_bytes: int) -> Iterator[BinaryIO]:
    try:
        stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    except OSError as e:
        raise _unreadable(e.strerror) from e
    with stream:
        if not stream.seekable() or (isinstance(source, Path) and not stat.S_ISREG(source.stat().st_mode)):
            raise _unreadable("not a regular file")
        if stream.seek(0, io.SEEK_END) > max_bytes:
            raise SheetRefused(
                "too_large",
                f"Tệp lớn hơn {max_bytes / (1 << 20):g} MiB; hãy chia thành nhiều tệp.",
                f"The file is larger than {max_bytes / (1 << 20):g} MiB; split it.",
            )
        stream.seek(0)
        yield stream


def _text_format(name: str, text: io.TextIOWrapper) -> str:
    start = text.read(4096).lstrip()
    if start.startswith("["):
        return "json"
    if not start.startswith("{"):
        return "csv"
    text.seek(0)
    return "ndjson" if name.lower().endswith((".ndjson", ".jsonl")) or objects.is_ndjson(text) else "json"


def _refuse_other_formats(name: str, start: bytes, stream: BinaryIO) -> None:
    if not start.strip():
        raise _empty()
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        # A workbook with a password is such a container too.
        if "EncryptedPackage".encode("utf-16-le") in start + stream.read():
            raise protected()
        raise SheetRefused(
            "old_excel",
            "Tệp Excel đời cũ (.xls); hãy mở bằng Excel và lưu lại dạng .xlsx.",
            "An old Excel file (.xls); open it in Excel and save it as .xlsx.",
        )
    if start.startswith(_ZIP) and name.lower().endswith((".xlsm", ".xltm", ".xlam")):
        raise macros()
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_OTHER_FORMATS):
        raise SheetRefused(
            "unsupported",
            "Tệp không phải CSV, JSON, NDJSON hay XLSX (có thể là PDF, RTF, trang web hay tệp nén); hãy lưu bảng dạng "
            ".xlsx hoặc CSV UTF-8.",
            "The file is no CSV, JSON, NDJSON or XLSX (it may be PDF, RTF, a web page or an archive); save the table "
            "as .xlsx or CSV UTF-8.",
        )


_OTHER_FORMATS = (b"%PDF", b"<", b"{\\rtf", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")


def _empty() -> SheetRefused:
    return SheetRefused("empty", "Tệp không có hàng nào.", "The file holds no rows.")


def _unreadable(why: str | None) -> SheetRefused:
    return SheetRefused("unreadable", f"Không mở được tệp ({why}).", f"The file cannot be opened ({why}).")


def _too_many_columns() -> SheetRefused:
    return SheetRefused(
        "too_many_columns",
        f"Bảng có hơn {_MAX_COLUMNS} cột; hãy xoá các cột thừa.",
        f"The table has more than {_MAX_COLUMNS} columns; remove those that are not needed.",
    )


def _unknown(file: str, row: int, title: str) -> Problem:
    shown = _quoted(title)
    return Problem(
        file,
        row,
        shown,
        "unknown_column",
        f"Không biết cột “{shown}”; cột bị bỏ qua. Hãy sửa tên cột hoặc xoá cột.",
        f"The column “{shown}” is not known and is left out. Correct its name or remove it.",
    )


def _quoted(title: str) -> str:
    """A header as a problem may quote it: in a file that has none, the first row may hold somebody's number."""
    return _LONG_NUMBER.sub("…", title)[:100]


_TOO_MANY = Fault(
    "too_many_cells",
    "Hàng có ô nằm ngoài các cột có tiêu đề; nếu nội dung chứa dấu phân cách thì đặt ô trong dấu nháy kép.",
    "The row has cells beyond the columns of the header; put a cell that holds the separator in quotation marks.",
)
_TOO_FEW = Fault(
    "too_few_cells",
    "Hàng có ít ô hơn hàng tiêu đề; hãy thêm dấu phân cách cho các ô trống hoặc nối lại hàng bị ngắt dòng.",
    "The row has fewer cells than the header; add separators for empty cells, or join the row if it was broken in two.",
)
_DUPLICATE_KEY = Fault(
    "duplicate_key",
    "Khoá này có hai lần trong một đối tượng; hãy giữ lại một.",
    "This key stands twice in one object; keep one.",
)
_NO_KEY = Fault(
    "missing_key",
    "Đối tượng thiếu khoá bắt buộc này.",
    "The object lacks this required key.",
)
