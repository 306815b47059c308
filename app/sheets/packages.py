"""The zip package of a workbook, opened with limits: number of parts, size, ratio, and XML without a DOCTYPE."""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO
from xml.parsers import expat

from app.sheets.cells import SheetRefused

MAX_UNPACKED = 200 << 20
_MAX_PARTS = 1_000
_MAX_DIRECTORY = 1 << 20
_MAX_RATIO = 150  # a real workbook packs to a tenth or a fiftieth; looked at from 8 MiB on
_RATIO_FROM = 8 << 20
_MAX_TOKEN = 1 << 20  # one tag with its attributes
_MAX_DEPTH = 64
_MAX_NAMES = 5_000
_CHUNK = 1 << 16
_END = b"PK\x05\x06"

Attributes = Mapping[str, str]


class Package:
    """Parts of the zip by name. Every way in which the bytes can be wrong ends in SheetRefused."""

    def __init__(self, stream: BinaryIO) -> None:
        _check_directory(stream)
        try:
            self._zip = zipfile.ZipFile(stream)
            parts = self._zip.infolist()
        except _BROKEN as e:
            raise damaged() from e
        self.names = {part.filename: part for part in parts}
        unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
        if (
            len(parts) > _MAX_PARTS
            or len(self.names) < len(parts)
            or unpacked > MAX_UNPACKED
            or unpacked > max(_RATIO_FROM, packed * _MAX_RATIO)
        ):
            raise bomb()
        if any(p.flag_bits & 1 for p in parts):
            raise protected()
        if any(p.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for p in parts):
            raise damaged()
        self._left = MAX_UNPACKED

    def __contains__(self, part: str) -> bool:
        return part in self.names

    def relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """(id, last word of the type, target part) of everything inside the package that `part` refers to."""
        folder, name = posixpath.split(part)
        found: list[tuple[str, str, str]] = []

        def start(tag: str, given: Attributes) -> None:
            if tag == "Relationship" and given.get("TargetMode") != "External":
                kind = given.get("Type", "").rpartition("/")[2]
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", ""))).lstrip("/")
                found.append((given.get("Id", ""), kind, target))

        at = posixpath.join(folder, "_rels", f"{name}.rels")
        if at in self.names:
            self.parse(at, start)
        return iter(found)

    def parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        """The whole part through the handlers at once."""
        for _ in self.parsing(part, start, end, text):
            pass

    def parsing(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> Iterator[None]:
        """One step for each 64 KiB of the part. Handlers get names without their namespace."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        depth, local = 0, _LocalNames()

        def opening(tag: str, given: Attributes) -> None:
            nonlocal depth
            depth += 1
            if depth > _MAX_DEPTH:
                raise bomb()
            start(local[tag], {local[name]: value for name, value in given.items()})

        def closing(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end:
                end(local[tag])

        parser.StartElementHandler, parser.EndElementHandler = opening, closing
        parser.StartNamespaceDeclHandler = lambda prefix, _: local[prefix or ""]
        if text:
            parser.CharacterDataHandler = text
        # No workbook has a DOCTYPE, and without one there are no entities to blow up or to fetch.
        parser.StartDoctypeDeclHandler = _no_doctype
        fed = 0
        try:
            with self._zip.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    fed += len(chunk)
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise bomb()
                    parser.Parse(chunk, False)
                    if fed - parser.CurrentByteIndex > _MAX_TOKEN:
                        raise bomb()
                    yield
            parser.Parse(b"", True)
        except _BROKEN as e:
            raise damaged() from e
        yield


_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    OverflowError,
    RuntimeError,
)


class _LocalNames(dict[str, str]):
    """Name with namespace → name without. Expat keeps every name it has met, so there may not be many."""

    def __missing__(self, name: str) -> str:
        if len(self) >= _MAX_NAMES:
            raise bomb()
        self[name] = name.rpartition(" ")[2]
        return self[name]


def _no_doctype(*_: object) -> None:
    raise SheetRefused(
        "doctype",
        "Tệp XLSX chứa khai báo DOCTYPE, Excel không bao giờ ghi như vậy; tệp bị từ chối vì lý do an toàn.",
        "The XLSX holds a DOCTYPE, which Excel never writes; the file is refused for safety.",
    )


def _check_directory(stream: BinaryIO) -> None:
    """Look at the end of the zip before a library builds an object for each of a million entries."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 22 - 0xFFFF))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise damaged()
    entries, directory = struct.unpack("<HL", tail[at + 10 : at + 16])
    if entries > _MAX_PARTS or directory > _MAX_DIRECTORY or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise bomb()


def damaged() -> SheetRefused:
    return SheetRefused(
        "damaged",
        "Tệp XLSX bị hỏng hoặc không phải bảng tính; hãy mở bằng Excel và lưu lại dạng .xlsx.",
        "The XLSX is damaged or is no workbook; open it in Excel and save it again as .xlsx.",
    )


def bomb() -> SheetRefused:
    return SheetRefused(
        "too_large_unpacked",
        f"Tệp XLSX bung ra quá lớn (giới hạn {MAX_UNPACKED >> 20} MiB, {_MAX_PARTS} phần, nén {_MAX_RATIO} lần); hãy "
        "xoá định dạng thừa, chép riêng bảng sang tệp mới hoặc dùng CSV.",
        f"The XLSX unpacks to too much (limits: {MAX_UNPACKED >> 20} MiB, {_MAX_PARTS} parts, {_MAX_RATIO} times its "
        "size); copy the table alone into a new file, or use CSV.",
    )


def protected() -> SheetRefused:
    return SheetRefused(
        "password",
        "Tệp được đặt mật khẩu; hãy bỏ mật khẩu trong Excel rồi lưu lại.",
        "The file is protected by a password; remove it in Excel and save again.",
    )
