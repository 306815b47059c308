"""One row → what it says, or every fault in it. What is published already plays no part here."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from app.domain.catalogue import MemberStatus, Relation, TypeSubject
from app.domain.corrections import inconsistency
from app.domain.evidence import Source
from app.domain.imports.layouts import Layout
from app.domain.readings import AskedForm, ComponentKind, Reading

V = TypeVar("V")
Read = Callable[[str], Reading]

PROCEDURE_CODE = re.compile(r"[0-9]\.[0-9]{6}")
TYPE_CODE = re.compile(r"[A-Z0-9_]{1,64}")
LONGEST_NAME = 2_000
LONGEST_TEXT = 10_000
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_CUT_CODE = re.compile(r"[0-9]\.[0-9]{1,5}")
_SEVERAL = re.compile(r"[|;,\n]")
_LINES = re.compile(r"[|\n]")

_LEVELS = {
    **dict.fromkeys(("ministry", "bộ", "cấp bộ", "trung ương", "cấp trung ương"), "ministry"),
    **dict.fromkeys(("province", "tỉnh", "cấp tỉnh"), "province"),
    **dict.fromkeys(("commune", "xã", "cấp xã"), "commune"),
    **dict.fromkeys(("other", "khác", "cơ quan khác"), "other"),
}
_RETIRED = {
    **dict.fromkeys(("", "active", "còn hiệu lực", "đang có hiệu lực", "công bố", "công khai", "đã công khai"), False),
    **dict.fromkeys(("retired", "hết hiệu lực", "bãi bỏ", "bị bãi bỏ", "đã bãi bỏ", "hủy bỏ", "không công khai"), True),
}
_YES = {"yes": True, "true": True, "có": True, "no": False, "false": False, "không": False}
_KINDS = {k.value: k for k in ComponentKind}
_FORMS = {f.value: f for f in AskedForm}
_RELATIONS: dict[str, Relation | None] = {"": None, **{r.value: r for r in Relation}}
_DOCUMENT_KINDS = {"official": "official", "party": "party", "chính thức": "official", "tự lập": "party"}
_SUBJECTS = {s.value: s.value for s in TypeSubject} | {"cá nhân": "person", "tổ chức": "organization"}
_STATUSES = {s.value: s.value for s in MemberStatus} | {"đã xác nhận": "confirmed", "ứng viên": "candidate"}
_SOURCES = {"wallet": Source.WALLET.value, "registry": Source.REGISTRY.value, "vneid": Source.WALLET.value}


class Fault(NamedTuple):
    """What is wrong in a row: its number, the column, a code for programs, and words that say how to mend it."""

    row: int
    column: str | None
    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class ProcedureLine:
    row: int
    code: str
    facts: Mapping[str, str]
    valid_from: date | None
    retired: bool


@dataclass(frozen=True, slots=True)
class ComponentLine:
    row: int
    code: str
    position: int
    text: str
    valid_from: date | None


@dataclass(frozen=True, slots=True)
class MemberLine:
    """`given` stands; a row is known by what it has `added`, and where that is new, `filled` fills the gaps.

    `component`: official words in which the act names the papers, to be read.
    """

    row: int
    list_id: str
    code: str
    given: Mapping[str, Any]
    added: Mapping[str, list[Any]]
    filled: Mapping[str, Any]
    component: str | None = None


@dataclass(frozen=True, slots=True)
class NamedOnly:
    """A row that names a service nobody has found the code of."""

    row: int
    list_id: str
    name: str


@dataclass(frozen=True, slots=True)
class TypeLine:
    row: int
    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SourceLine:
    row: int
    document_type: str
    source: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    row: int
    text: str
    reading: Reading
    note: str | None


Line = ProcedureLine | ComponentLine | MemberLine | NamedOnly | TypeLine | SourceLine | CorrectionLine


class Cells:
    """One row while it is read. A value that cannot be used is a fault, and a harmless stand-in is given back."""

    def __init__(self, row: int, cells: Mapping[str, str], numbers: Collection[str] = ()) -> None:
        self.row, self.faults = row, list[Fault]()
        self._cells, self._numbers = cells, numbers

    def fail(self, column: str | None, code: str, vi: str, en: str) -> None:
        self.faults.append(Fault(self.row, column, code, vi, en))

    def text(self, column: str, longest: int = LONGEST_NAME, *, required: bool = False) -> str:
        """The words on one line."""
        words = " ".join(self._cells.get(column, "").split())
        return self._bounded(column, words, longest, required=required)

    def words(self, column: str, longest: int = LONGEST_TEXT) -> str:
        """The words as they stand, line ends kept."""
        return self._bounded(column, self._cells.get(column, ""), longest, required=True)

    def _bounded(self, column: str, words: str, longest: int, *, required: bool) -> str:
        if required and not words:
            self.fail(column, "empty", "Ô này không được để trống.", "This cell must not be empty.")
        if len(words) > longest:
            self.fail(
                column,
                "too_long",
                f"Nội dung dài quá {longest} ký tự.",
                f"Longer than {longest} characters.",
            )
        return words

    def procedure(self, column: str) -> str:
        code = self.text(column, required=True)
        if code and not PROCEDURE_CODE.fullmatch(code):
            self._wrong_code(column, code)
        return code

    def _wrong_code(self, column: str, code: str) -> None:
        if _CUT_CODE.fullmatch(code) or column in self._numbers:
            self.fail(
                column,
                "code_as_number",
                "Mã thủ tục bị đọc thành số nên mất số 0: hãy định dạng cột là Văn bản (Text) rồi gõ lại đủ d.dddddd.",
                "The code was turned into a number and lost zeros: format the column as Text and type all of d.dddddd.",
            )
        else:
            self.fail(
                column,
                "code_form",
                "Mã thủ tục phải có dạng d.dddddd, ví dụ 1.001193.",
                "A procedure's code has the form d.dddddd, for example 1.001193.",
            )

    def document_type(self, column: str) -> str:
        code = self.text(column, required=True)
        if code and not TYPE_CODE.fullmatch(code):
            self.fail(
                column,
                "type_form",
                "Mã loại giấy tờ chỉ gồm chữ in hoa không dấu, chữ số và _, ví dụ GIAY_KHAI_SINH.",
                "A document type's code has capitals, digits and _ only, for example GIAY_KHAI_SINH.",
            )
        return code

    def several(self, column: str, pattern: re.Pattern[str] | None = None) -> list[str]:
        """Codes parted by `|`, `;`, `,` or a line end, each once."""
        found = _distinct(_SEVERAL.split(self._cells.get(column, "")))
        for code in found if pattern else ():
            if pattern and not pattern.fullmatch(code):
                self.fail(
                    column,
                    "code_form",
                    "Trong ô có mã sai dạng; nhiều mã cách nhau bằng dấu |.",
                    "The cell holds a malformed code; several codes are parted by |.",
                )
                break
        return found

    def lines(self, column: str) -> list[str]:
        """Texts parted by `|` or a line end, each once."""
        return _distinct(_LINES.split(self._cells.get(column, "")))

    def day(self, column: str) -> date | None:
        words = self.text(column)
        if not words:
            return None
        found = _DAY.fullmatch(words.removesuffix("T00:00:00"))
        try:
            if found:
                y, m, d = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
                day = date(int(y), int(m), int(d))
                if date(1990, 1, 1) <= day <= date(2100, 12, 31):
                    return day
        except ValueError:
            pass
        self.fail(
            column,
            "day",
            "Phải là ngày có thật từ 1990 đến 2100, dạng YYYY-MM-DD hoặc ngày/tháng/năm.",
            "Must be a real day between 1990 and 2100, as YYYY-MM-DD or day/month/year.",
        )
        return None

    def whole(self, column: str, most: int) -> int:
        words = self.text(column)
        if words.isascii() and words.isdigit() and 1 <= int(words[:6]) <= most and len(words) <= 6:
            return int(words)
        self.fail(
            column, "count", f"Phải là số nguyên từ 1 đến {most}.", f"Must be a whole number between 1 and {most}."
        )
        return 1

    def choice(self, column: str, choices: Mapping[str, V]) -> V:
        words = self.text(column).casefold()
        if words not in choices:
            vi, en = ", ".join(filter(None, choices)), ", ".join(c for c in choices if c and c.isascii())
            self.fail(column, "choice", f"Chỉ nhận một trong: {vi}.", f"Must be one of: {en}.")
        return choices.get(words, next(iter(choices.values())))


def line_of(layout: Layout, cells: Cells) -> list[Line]:
    """The row as its layout has it; what is wrong stands in `cells.faults`, and then the lines do not count."""
    return _READERS[layout.name](cells)


def _procedure(c: Cells) -> list[Line]:
    code = c.procedure("code")
    facts = {"name": c.text("name", required=True), "sector": c.text("sector"), "level": _level(c)}
    facts["agency"] = c.text("agency")
    if basis := c.text("basis"):
        facts["basis"] = basis
    return [ProcedureLine(c.row, code, facts, c.day("valid_from"), c.choice("status", _RETIRED))]


def _level(c: Cells) -> str:
    """Our codes, the highest first, joined by `|`; empty where the file says nothing."""
    words = [w.casefold() for w in c.several("level")]
    if any(w not in _LEVELS for w in words):
        c.fail(
            "level",
            "choice",
            "Cấp thực hiện chỉ nhận: bộ, tỉnh, xã, khác (nhiều cấp cách nhau bằng |); không còn cấp huyện.",
            "A level is one of ministry, province, commune, other (several parted by |). There is no district level.",
        )
    given = {_LEVELS.get(w, "other") for w in words}
    return "|".join(level for level in ("ministry", "province", "commune", "other") if level in given)


def _component(c: Cells) -> list[Line]:
    code, position = c.procedure("procedure_code"), c.whole("position", 999)
    return [ComponentLine(c.row, code, position, c.words("name"), c.day("valid_from"))]


def _member(c: Cells) -> list[Line]:
    given: dict[str, Any] = {key: text for key in ("name", "basis", "field", "note") if (text := c.text(key))}
    if c.text("status"):
        given["status"] = c.choice("status", _STATUSES)
    start, until = c.day("from"), c.day("until")
    if start and until and until < start:
        c.fail("until", "period", "until không được trước from.", "until may not lie before from.")
    given |= {key: day.isoformat() for key, day in (("from", start), ("until", until)) if day}
    lists: dict[str, list[Any]] = {
        "document_types": c.several("document_types", TYPE_CODE),
        "services": c.several("services"),
        "provisions": c.lines("provisions"),
        "numbers": [c.whole("number", 99_999)] if c.text("number") else [],
    }
    given |= {key: values for key, values in lists.items() if values}
    return [MemberLine(c.row, c.text("list", required=True), c.text("code", required=True), given, {}, {})]


def _annex(c: Cells) -> list[Line]:
    annex = c.choice("annex", {"1": "1", "2": "2", "i": "1", "ii": "2", "phụ lục i": "1", "phụ lục ii": "2"})
    code, number, name = (
        c.procedure("procedure_code"),
        c.whole("number", 99_999),
        c.text("procedure_name", required=True),
    )
    act = ", ".join(c.lines("legal_documents"))
    amended = [f"{p} {act}".strip() for p in c.lines("provisions")]
    filled: dict[str, Any] = {"name": name, "status": MemberStatus.CONFIRMED.value, "provisions": amended}
    if ministry := c.text("field"):
        filled["field"] = ministry
    added: dict[str, list[Any]] = {"numbers": [number], "services": c.several("service")}
    component = c.words("component")
    return [MemberLine(c.row, f"nq66.7-annex-{annex}", code, {}, added, filled, component)]


def _candidate(c: Cells) -> list[Line]:
    name = c.text("name", required=True)
    codes = c.several("procedure_code_candidates", PROCEDURE_CODE)
    if not codes:
        return [NamedOnly(c.row, "no-paper-services", name)]
    filled = {"name": name, "status": MemberStatus.CANDIDATE.value}
    return [MemberLine(c.row, "no-paper-services", code, {}, {}, filled) for code in codes]


def _type(c: Cells) -> list[Line]:
    facts = {key: text for key in ("name", "name_en", "issuer", "basis") if (text := c.text(key))}
    code = c.document_type("code")
    c.text("name", required=True)
    if c.text("kind"):
        facts["kind"] = c.choice("kind", _DOCUMENT_KINDS)
        facts["subject"] = c.choice("subject", _SUBJECTS)
    return [TypeLine(c.row, code, facts)]


def _source(c: Cells) -> list[Line]:
    source: dict[str, Any] = {"source": c.choice("source", _SOURCES), "basis": c.text("basis", required=True)}
    if service := c.text("service", 32):
        source["service"] = service
    if (source["source"] == Source.REGISTRY.value) != bool(service):
        c.fail(
            "service",
            "registry_service",
            "Nguồn registry phải nêu mã dịch vụ; nguồn wallet thì không.",
            "A registry source names its service, and only a registry source does.",
        )
    start, until = c.day("from"), c.day("until")
    if start and until and until < start:
        c.fail("until", "period", "until không được trước from.", "until may not lie before from.")
    source |= {key: day.isoformat() for key, day in (("from", start), ("until", until)) if day}
    if procedures := c.several("procedures", PROCEDURE_CODE):
        source["procedures"] = procedures
    return [SourceLine(c.row, c.document_type("document_type"), source)]


def _correction(c: Cells) -> list[Line]:
    if not c.text("conditional"):
        c.choice("conditional", _YES)
    reading = label_of(c)
    if wrong := inconsistency(reading):
        c.fail("document_types", *wrong)
    return [CorrectionLine(c.row, c.words("name"), reading, c.text("note") or None)]


def label_of(c: Cells) -> Reading:
    """A person's reading of a text, in the columns of a correction; it may contradict itself."""
    return Reading(
        kind=c.choice("kind", _KINDS),
        document_types=tuple(c.several("document_types", TYPE_CODE)),
        relation=c.choice("relation", _RELATIONS),
        form=c.choice("form", _FORMS),
        conditional=c.choice("conditional", {**_YES, "": False}),
    )


_READERS: Mapping[str, Callable[[Cells], list[Line]]] = {
    "procedures": _procedure,
    "components": _component,
    "lists": _member,
    "annexes": _annex,
    "candidates": _candidate,
    "document_types": _type,
    "sources": _source,
    "corrections": _correction,
}


def _distinct(words: list[str]) -> list[str]:
    return list(dict.fromkeys(w for word in words if (w := " ".join(word.split()))))
