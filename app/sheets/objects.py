"""JSON (an array of objects, or {"items": […]}) and NDJSON, one object at a time.

Numbers keep the digits they were written with; a key that stands twice is seen; nothing is read into a tree as a whole.
"""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

from app.sheets.cells import Cell, Fault, Number, SheetRefused
from app.sheets.encodings import MAX_LINE, lines

Pairs = list[tuple[str, Cell]]
_SPACE = re.compile(r"[ \t\r\n]*")
_WORDS = {True: "true", False: "false", None: ""}


class _Object(list[tuple[str, Any]]):
    """A JSON object as its pairs: a dict would hide a key that stands twice."""


def _no_constant(word: str) -> str:
    raise ValueError(f"{word} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=Number, parse_float=Number, parse_constant=_no_constant
)


def rows(text: io.TextIOWrapper, *, by_line: bool) -> Iterator[tuple[int, Pairs | Fault]]:
    """(number, pairs) for each object: NDJSON counts lines, JSON counts items from 1. A value that is no object, or a
    line that is no JSON, is a Fault; JSON broken as a whole raises SheetRefused.
    """
    if not by_line:
        window = _Window(text)
        yield from enumerate(map(_pairs, window.items()), 1)
        window.end()
        return
    for number, line in enumerate(lines(text), 1):
        if line.strip():
            yield number, _line(line)


def is_ndjson(text: io.TextIOWrapper) -> bool:
    """Whether a text that begins with `{` is one object a line, and not one object with `items`."""
    window = _Window(text)
    try:
        found = window.value()
    except SheetRefused:
        return False
    return window.peek() == "{" or not any(key == "items" for key, _ in found)


def _line(line: str) -> Pairs | Fault:
    try:
        value, end = _DECODER.raw_decode(line, _space(line, 0))
    except RecursionError:
        return _NOT_FLAT
    except ValueError:
        return _NOT_JSON
    return _pairs(value) if _space(line, end) == len(line) else _NOT_JSON


def _pairs(value: object) -> Pairs | Fault:
    if not isinstance(value, _Object):
        return Fault(
            "not_an_object",
            'Mỗi hàng phải là một đối tượng JSON: {"cột": "giá trị"}.',
            'Each row must be a JSON object: {"column": "value"}.',
        )
    return [(key, _cell(found)) for key, found in value]


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value
    return _WORDS[value] if value is None or isinstance(value, bool) else _NOT_FLAT


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


class _Window:
    """A part of the text that always holds the whole next value, if that is no longer than MAX_LINE."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._held, self._at, self._line, self._ended = "", 0, 1, False

    def items(self) -> Iterator[object]:
        if self._take("["):
            yield from self._array()
            return
        if not self._take("{"):
            raise self._broken()
        seen = False
        while not self._take("}"):
            key = self.value()
            if not isinstance(key, str) or isinstance(key, Number) or not self._take(":"):
                raise self._broken()
            if key != "items":
                self.value()
            elif seen or not self._take("["):
                raise self._broken()
            else:
                seen = True
                yield from self._array()
            if not self._take(",") and self.peek() != "}":
                raise self._broken()
        if not seen:
            raise SheetRefused(
                "no_items",
                'JSON phải là một mảng đối tượng, hoặc {"items": […]}.',
                'The JSON must be an array of objects, or {"items": […]}.',
            )

    def _array(self) -> Iterator[object]:
        if self._take("]"):
            return
        while True:
            yield self.value()
            if self._take("]"):
                return
            if not self._take(","):
                raise self._broken()

    def value(self) -> Any:
        self.peek()
        try:
            value, end = _DECODER.raw_decode(self._held, self._at)
        except RecursionError:
            raise SheetRefused(
                "too_deep",
                f"JSON lồng quá sâu ở dòng {self._line}; mỗi hàng phải là một đối tượng phẳng.",
                f"The JSON nests too deeply at line {self._line}; each row must be a flat object.",
            ) from None
        except ValueError:
            raise self._broken() from None
        self._move(end)
        return value

    def peek(self) -> str:
        """The next character that is no space; '' at the end."""
        while True:
            if not self._ended and len(self._held) - self._at < MAX_LINE:
                more = self._text.read(2 * MAX_LINE)
                self._held, self._at, self._ended = self._held[self._at :] + more, 0, not more
            self._move(_space(self._held, self._at))
            if self._at < len(self._held) or self._ended:
                return self._held[self._at : self._at + 1]

    def end(self) -> None:
        if self.peek():
            raise self._broken()

    def _take(self, sign: str) -> bool:
        found = self.peek() == sign
        if found:
            self._at += 1
        return found

    def _move(self, end: int) -> None:
        self._line += self._held.count("\n", self._at, end)
        self._at = end

    def _broken(self) -> SheetRefused:
        return SheetRefused(
            "json",
            f"JSON sai cú pháp ở quanh dòng {self._line}, hoặc một mục dài quá {MAX_LINE} ký tự.",
            f"The JSON is broken near line {self._line}, or one item is longer than {MAX_LINE} characters.",
        )


_NOT_FLAT = Fault(
    "not_text",
    "Giá trị phải là chữ hoặc số, không phải danh sách hay đối tượng.",
    "The value must be text or a number, not a list or an object.",
)
_NOT_JSON = Fault(
    "json",
    "Dòng này không phải JSON đúng cú pháp.",
    "This line is not well-formed JSON.",
)
