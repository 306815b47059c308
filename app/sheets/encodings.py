"""Bytes to text: UTF-8, UTF-16 with a mark, Windows-1258. Anything else is refused with a way to mend it."""

import codecs
import io
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from app.sheets.cells import STRONG, SheetRefused

_CHUNK = 1 << 16
MAX_LINE = 1 << 20  # characters in one line and in one CSV record: 30 of the longest cells
# Seen in TCVN3, VNI and Western texts read as Windows-1258, hardly ever in Vietnamese.
_FOREIGN = re.compile("[¡-¦¨-ª¬®¯´-¶¸¹¼-¿ÄÅÆÇËÎÏÑÖØÛÜßäåæçëîïñöøûü÷ÿ‚ƒ„†‡ˆ‰‹Œ˜›œŸ]")
_STRAY = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def opened(stream: BinaryIO) -> io.TextIOWrapper:
    """The text of the whole stream, line ends as they are. Every byte has been looked at: reading cannot fail later."""
    encoding = _encoding(stream)
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding, newline="")


def lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines with their ends; no line may be so long that it fills the memory."""
    number = 0
    while line := text.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE:
            raise line_too_long(number)
        yield line


def line_too_long(number: int) -> SheetRefused:
    return SheetRefused(
        "line_too_long",
        f"Dòng {number} dài quá {MAX_LINE} ký tự: tệp không phải bảng, hoặc có dấu nháy kép chưa đóng.",
        f"Line {number} is longer than {MAX_LINE} characters: this is no table, or a quotation mark was never closed.",
    )


def _encoding(stream: BinaryIO) -> str:
    stream.seek(0)
    start = stream.read(4)
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if marked else "utf-8-sig"
    try:
        for text in _decoded(stream, encoding):
            if "\0" in text:
                raise SheetRefused(
                    "nul_bytes",
                    "Tệp có byte NUL: không phải tệp văn bản, hoặc là UTF-16 thiếu dấu BOM. Hãy lưu lại dạng UTF-8.",
                    "The file holds NUL bytes: it is no text, or UTF-16 without its mark. Save it again as UTF-8.",
                )
    except UnicodeError:
        if marked or not _reads_as_1258(stream):
            raise _unreadable() from None
        return "cp1258"
    return encoding


def _decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _reads_as_1258(stream: BinaryIO) -> bool:
    """Nearly any bytes are Windows-1258; only a text whose letters are Vietnamese and whose tone marks sit on a letter
    that can bear them was meant to be.
    """
    strong = foreign = stray = 0
    try:
        for part in _decoded(stream, "cp1258"):
            text = unicodedata.normalize("NFC", part)
            if "\0" in text:
                return False
            strong += len(STRONG.findall(text))
            foreign += len(_FOREIGN.findall(text))
            stray += len(_STRAY.findall(text))
    except UnicodeError:
        return False
    return strong > 0 and foreign * 5 <= strong and stray * 10 <= strong


def _unreadable() -> SheetRefused:
    return SheetRefused(
        "encoding",
        "Tệp không phải UTF-8, cũng không phải tiếng Việt Windows-1258 (có thể là TCVN3, VNI hay Windows-1252). Trong "
        "Excel hãy chọn Lưu thành (Save As) → “CSV UTF-8”; nếu chữ dùng phông .VnTime hay VNI thì chuyển sang Unicode "
        "trước.",
        "The file is neither UTF-8 nor Vietnamese in Windows-1258 (it may be TCVN3, VNI or Windows-1252). In Excel "
        "choose Save As → “CSV UTF-8”; if the text uses a .VnTime or VNI font, convert it to Unicode first.",
    )
