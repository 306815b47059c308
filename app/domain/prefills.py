"""What the State's answers put into a form: each field with its source and date, or why it could not be filled.

A source that is silent says nothing of anybody: its fields are missing with the cause. Two sources that contradict each
other fill nothing either; the person says it, and the database is corrected.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from app.domain.decisions import Text
from app.domain.evidence import LookupStatus
from app.domain.forms import Field, FieldSource, Form, Format, Role, SourceKind, Value, fault_of, written
from app.domain.persons import Subject, name_key, same_birth
from app.domain.text import plain
from app.domain.values import Frozen


class Why(StrEnum):
    """Why a field is left to the person; of several sources, the first of these that one of them gives."""

    SOURCES_DIFFER = "sources_differ"
    NO_ANSWER = "no_answer"
    MISMATCH = "mismatch"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_LINKED = "not_linked"
    UNUSABLE = "unusable"
    NOT_RECORDED = "not_recorded"
    NOT_HELD = "not_held"
    NOT_NAMED = "not_named"
    NO_SOURCE = "no_source"


_ORDER = {why: place for place, why in enumerate(Why)}
_OF_STATUS = {status: Why(status.value) for status in LookupStatus if status is not LookupStatus.HELD}

WORDS: Mapping[Why, Text] = {
    Why.SOURCES_DIFFER: Text(
        "các nguồn dữ liệu ghi khác nhau: hãy tự khai, và đề nghị cơ quan chủ quản đính chính",
        "the sources contradict each other: say it yourself, and have the database corrected",
    ),
    Why.NO_ANSWER: Text(
        "nguồn dữ liệu không trả lời: điền lại sau, hoặc tự khai",
        "the source did not answer: fill in again later, or say it yourself",
    ),
    Why.MISMATCH: Text(
        "họ tên hoặc ngày sinh không khớp với dữ liệu: kiểm tra lại, hoặc tự khai và đề nghị đính chính",
        "name or birth date do not match the data: check them, or say it yourself and have the data corrected",
    ),
    Why.REVOKED: Text("giấy tờ đã bị thu hồi: hãy tự khai", "the document has been revoked: say it yourself"),
    Why.EXPIRED: Text("giấy tờ đã hết hạn: hãy tự khai", "the document has expired: say it yourself"),
    Why.NOT_LINKED: Text(
        "giấy tờ chưa liên kết trên VNeID: liên kết rồi điền lại, hoặc tự khai",
        "the document is not linked on VNeID: link it and fill in again, or say it yourself",
    ),
    Why.UNUSABLE: Text(
        "dữ liệu của nguồn không hợp với mục này: hãy tự khai",
        "what the source says does not suit this field: say it yourself",
    ),
    Why.NOT_RECORDED: Text(
        "có bản ghi nhưng không ghi mục này: hãy tự khai", "there is a record without this datum: say it yourself"
    ),
    Why.NOT_HELD: Text("không nguồn nào có: hãy tự khai", "no source holds it: say it yourself"),
    Why.NOT_NAMED: Text(
        "chưa cho biết người này là ai: nêu số định danh để tra cứu, hoặc tự khai",
        "nobody was named for this part: give the number to look it up, or say it yourself",
    ),
    Why.NO_SOURCE: Text("không có nguồn dữ liệu: hãy tự khai", "there is no source: say it yourself"),
}


class Asked(Frozen):
    """One source of a field as it is asked on a day; `service` is the data service, where there is one."""

    source: FieldSource
    service: str | None = None


class Said(Frozen):
    """What one source said of one document (or record) of one person. `facts` only of what is held."""

    status: LookupStatus
    checked_at: str
    cause: str | None = None
    issued_on: date | None = None
    facts: Mapping[str, str] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Said({self.status.value})"


# Whose, and where it was asked: the wallet has no service, the archive neither.
Heard = Mapping[tuple[Role, SourceKind, str | None, str | None], Said]


def place(role: Role, asked: Asked) -> tuple[Role, SourceKind, str | None, str | None]:
    return role, asked.source.kind, asked.source.document_type, asked.service


class Filled(Frozen):
    """One field: a value with where it is from, or why there is none (`asked`, `cause`: of the source that says so)."""

    field: Field
    value: Value | None = None
    asked: Asked | None = None
    said: Said | None = None
    missing: Why | None = None

    def __repr__(self) -> str:
        return f"Filled({self.field.code}, {self.state})"

    @property
    def state(self) -> str:
        if self.value is None:
            return "missing"
        return "locked" if self.field.locked else "editable"

    def body(self) -> dict[str, object]:
        at = self.asked
        origin = at and {
            "kind": at.source.kind.value,
            "service": at.service,
            "document_type": at.source.document_type,
            "field": at.source.field,
            "checked_at": self.said.checked_at if self.said else None,
            "issued_on": self.said.issued_on.isoformat() if self.said and self.said.issued_on else None,
        }
        words = WORDS[self.missing] if self.missing else None
        return {
            "code": self.field.code,
            "whose": self.field.whose.value,
            "state": self.state,
            "value": self.value,
            "source": origin,
            "missing": words
            and {
                "reason": self.missing,
                "cause": self.said.cause if self.said else None,
                **words.body(),
            },
        }


def fill(
    form: Form,
    asking: Mapping[str, Sequence[Asked]],
    people: Mapping[Role, Subject],
    heard: Heard,
    today: date,
    now: str,
) -> tuple[Filled, ...]:
    """The form's fields in order. `asking`: the sources of each field in force today, by its code."""
    return tuple(_filled(f, asking.get(f.code, ()), people.get(f.whose), heard, today, now) for f in form.fields)


def _filled(
    field: Field, asking: Sequence[Asked], person: Subject | None, heard: Heard, today: date, now: str
) -> Filled:
    if not asking:
        return Filled(field, missing=Why.NO_SOURCE)
    if person is None:
        return Filled(field, asked=asking[0], missing=Why.NOT_NAMED)
    found = [_one(field, asked, person, heard, today, now) for asked in asking]
    valued = [f for f in found if f.value is not None]
    if not valued:
        return min(found, key=lambda f: _ORDER[f.missing or Why.NO_SOURCE])
    first = valued[0]
    if any(not _alike(field.format, first.value, other.value) for other in valued[1:]):
        return Filled(field, asked=first.asked, said=first.said, missing=Why.SOURCES_DIFFER)
    return first


def _one(field: Field, asked: Asked, person: Subject, heard: Heard, today: date, now: str) -> Filled:
    if not asked.source.kind.holds_documents and asked.source.kind is not SourceKind.POPULATION:
        # The number the person is known by: nobody has to be asked for it.
        return Filled(field, person.id, asked, Said(LookupStatus.HELD, now))
    said = heard[place(field.whose, asked)]
    if said.status is not LookupStatus.HELD:
        return Filled(field, None, asked, said, _OF_STATUS[said.status])
    told = said.facts.get(asked.source.field)
    if not told:
        return Filled(field, None, asked, said, Why.NOT_RECORDED)
    if fault_of(field, told, today):
        return Filled(field, None, asked, said, Why.UNUSABLE)
    return Filled(field, written(told), asked, said)


def _alike(form: Format, one: Value | None, other: Value | None) -> bool:
    """Two sources say the same: names and births as the gate compares them, words without accents, the rest to the
    letter.
    """
    if not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    match form:
        case Format.NAME:
            return name_key(one) == name_key(other)
        case Format.BIRTH:
            return same_birth(one, other)
        case Format.TEXT | Format.ADDRESS:
            return plain(one) == plain(other)
        case _:
            return one == other


class Count(Frozen):
    """Of a form's fields: how many the State filled, and how many are left to declare."""

    fields: int
    filled: int
    locked: int
    required_left: int

    def body(self) -> dict[str, int]:
        return {
            "fields": self.fields,
            "filled": self.filled,
            "locked": self.locked,
            "to_declare": self.fields - self.filled,
            "required_left": self.required_left,
        }


def count(filled: Sequence[Filled]) -> Count:
    states = [f.state for f in filled]
    left = sum(1 for f in filled if f.value is None and f.field.required)
    return Count(len(states), len(states) - states.count("missing"), states.count("locked"), left)


def given(filled: Sequence[Filled]) -> Iterator[tuple[str, Value]]:
    """The values, by the field's code."""
    return ((f.field.code, f.value) for f in filled if f.value is not None)
