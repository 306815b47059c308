"""CSV: comma, semicolon or tab, told by the header; RFC 4180 quoting; the number of a row is that of its first line."""

import csv
import io
import re
from collections.abc import Iterator

from app.sheets.cells import SheetRefused
from app.sheets.encodings import MAX_LINE, line_too_long, lines

_DELIMITERS = ",;\t"
_SEP = re.compile(r"sep=([,;\t])\s*$", re.IGNORECASE)  # a line Excel writes and reads for itself
_QUOTED = re.compile('"[^"]*"?')
# A text a spreadsheet would run is written with an apostrophe before it; so is one that already looks like that.
_RISKY = re.compile(r"['\s]*[=+\-@＝＋－＠]")


def guarded(text: str) -> str:
    """The text as no spreadsheet will run it. `unguarded` gives the text back."""
    return "'" + text if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


def rows(text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) for every line that is not blank; raises SheetRefused where quoting is broken."""
    source = _Lines(text)
    delimiter = source.delimiter()
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        source.begin()
        try:
            cells = next(reader, None)
        except csv.Error:
            raise SheetRefused(
                "quotes",
                f'Dấu nháy kép không cân ở dòng bắt đầu từ dòng {source.first}: mỗi ô mở bằng " phải đóng bằng ", và '
                'dấu " bên trong ô phải viết thành "".',
                f'Quotation marks do not match in the row that begins at line {source.first}: a cell opened by " must '
                'be closed by ", and a " inside it is written "".',
            ) from None
        if cells is None:
            return
        if cells:
            yield source.first, [unguarded(cell) for cell in cells]


class _Lines:
    """The lines for csv.reader, counted; one record may not swallow the file."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._lines = lines(text)
        self._ahead: list[str] = []
        self._number = self._taken = 0
        self.first = 1

    def delimiter(self) -> str:
        """What stands most often between the headers, quoted parts left out."""
        line = next(self._lines, "")
        if said := _SEP.match(line):
            self._number += 1
            return said[1]
        self._ahead.append(line)
        bare = _QUOTED.sub("", line)
        return max(_DELIMITERS, key=bare.count)

    def begin(self) -> None:
        self.first, self._taken = self._number + 1, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._ahead.pop() if self._ahead else next(self._lines)
        self._number += 1
        self._taken += len(line)
        if self._taken > MAX_LINE:
            raise line_too_long(self.first)
        return line
