"""What a sheet is made of: cells, the faults a cell can have, rows, problems; and when a text is clean."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

MAX_CELL = 32_767  # characters; Excel's own limit, held in every format so that any sheet can become any other

_OUTER = (
    " \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
    "\u180e\u200b\u200c\u200d\u2060\ufeff"  # of no width
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNFIT = re.compile(f"(?P<half>{_SURROGATE.pattern})|(?P<lost>\ufffd)|{_CONTROL.pattern}")
_LINE_END = re.compile("\r\n?")
_FOLDED_AWAY = re.compile(r"[\s_*\u200b\ufeff-]+")

# Letters that only Vietnamese written in Unicode has: one of them, and the text was not mangled.
STRONG = re.compile("[\u1ea0-\u1ef9ăđơưĂĐƠƯ]")
# What TCVN3, VNI and UTF-8 look like when read as Windows-1252.
_GARBLED = re.compile(
    "á[º»]|Ä[‘\x91]|Æ[°¡]"  # UTF-8: "Thá»§ tá»¥c"
    "|[A-Za-z][µ¸¶¹¨©ª¬®¾¼½÷]|[µ¸¶¹¨©ª¬®¾¼½÷][A-Za-z]|[a-z][À-ÖØ-Þ]"  # TCVN3: "hµnh chÝnh", "x¸c nhËn"
    "|[aeiouyAEIOUY][øûïåëüäØÛÏÅËÜÄ]|[ñÑ][aeiouyöô]"  # VNI: "tuïc haønh", "ñôn"
)


class SheetRefused(Exception):
    """The file as a whole cannot be read. `vi` and `en` say what is wrong and how to mend it."""

    def __init__(self, code: str, vi: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.vi, self.en = code, vi, en


class Fault(NamedTuple):
    """What is wrong with one cell, before anybody knows in which file, row and column it stands."""

    code: str
    vi: str
    en: str


class Number(str):
    """A cell that its file stored as a number, in its shortest exact decimal form: zeros at either end may be lost."""

    __slots__ = ()


Cell = str | Fault


class Problem(NamedTuple):
    """What is wrong with one row. `row` counts as a person sees it, `column` is the header as the file has it."""

    file: str
    row: int
    column: str | None
    code: str
    message_vi: str
    message_en: str


class Row(NamedTuple):
    """One good row: its number as a person sees it, column → clean text ('' if empty), and the columns whose cell
    was stored as a number (XLSX, JSON), where zeros at either end may have been lost.
    """

    number: int
    cells: Mapping[str, str]
    numbers: frozenset[str] = frozenset()


Item = Row | Problem


@dataclass(frozen=True)
class Columns:
    """The columns a caller knows. `aliases`: another header → the column it means. Case, spaces, `_`, `-` and `*` in a
    header do not matter.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def by_header(self) -> dict[str, str]:
        """Folded header → column."""
        own = {fold(c): c for c in (*self.required, *self.optional)}
        return {fold(header): column for header, column in self.aliases.items()} | own

    def headers_of(self, column: str) -> str:
        """All headers a column may stand under, for a person."""
        return " / ".join((column, *(h for h, c in self.aliases.items() if c == column)))


def fold(header: str) -> str:
    """The form in which headers are compared: case, spaces, `_`, `-` and `*` do not count."""
    return _FOLDED_AWAY.sub("", unicodedata.normalize("NFC", header)).casefold()


def clean(text: str) -> str:
    """NFC, lines ended by a line feed alone, nothing invisible at either end."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = _LINE_END.sub("\n", text)
    return text.strip(_OUTER)


def legible(text: str) -> str:
    """The text with U+FFFD for every character that no file may carry."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("\ufffd", text))


def checked(cell: Cell) -> Cell:
    """The clean cell, or the fault that keeps it from being used."""
    if type(cell) is not str:
        return cell
    if cell.isascii() and cell.isprintable() and len(cell) <= MAX_CELL:
        return cell.strip()
    text = clean(cell)
    if len(text) > MAX_CELL:
        return too_long(len(text))
    if found := _UNFIT.search(text):
        return _HALF if found["half"] else _LOST if found["lost"] else _INVISIBLE
    return _MANGLED if mangled(text) >= 2 else text


def mangled(text: str) -> int:
    """How many traces of an old Vietnamese encoding a text shows; 0 as soon as one letter proves it was not mangled."""
    return 0 if text.isascii() or STRONG.search(text) else len(_GARBLED.findall(text))


def too_long(length: int | None = None) -> Fault:
    found = f" ({length})" if length else ""
    return Fault(
        "too_long",
        f"Ô dài quá {MAX_CELL} ký tự{found}; hãy rút gọn hoặc tách nội dung.",
        f"The cell is longer than {MAX_CELL} characters{found}; shorten or split it.",
    )


_HALF = Fault(
    "half_character",
    "Ô có nửa ký tự Unicode (surrogate lẻ); hãy gõ lại ký tự bị hỏng.",
    "The cell holds half a Unicode character (a lone surrogate); type the damaged character again.",
)
_INVISIBLE = Fault(
    "control_character",
    "Ô có ký tự điều khiển không nhìn thấy; hãy gõ lại nội dung của ô.",
    "The cell holds an invisible control character; type its content again.",
)
_LOST = Fault(
    "lost_character",
    "Ô có ký tự � : chữ gốc đã mất khi chuyển bảng mã; hãy gõ lại từ văn bản gốc.",
    "The cell holds � : a letter was lost in a conversion; type it again from the original.",
)
_MANGLED = Fault(
    "mangled_text",
    "Chữ trong ô bị hỏng vì bảng mã cũ (TCVN3, VNI hay UTF-8 đọc sai); hãy chuyển sang Unicode rồi nhập lại.",
    "The text comes from an old encoding (TCVN3, VNI, or UTF-8 read wrongly); convert it to Unicode and import again.",
)
