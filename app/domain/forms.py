"""Forms of procedures: which data a dossier declares, whose they are, and where the State holds each of them already.

A field names its sources in the order in which they are believed. What a person types is checked here, field by field
and all at once; what a source said stands in a prefill (`app.domain.prefills`).
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from app.domain.decisions import Text
from app.domain.errors import DomainError
from app.domain.persons import (
    BIRTH_PROVINCES,
    SubjectKind,
    birth_date_fault,
    citizen_id_fault,
    organization_id_fault,
)
from app.domain.values import Frozen

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
# The population service; its record of a person is asked for with one document type, the card it stands for.
POPULATION, CARD = "037", "CAN_CUOC"

Value = str | bool | int
Values = Mapping[str, Value]


class Role(StrEnum):
    """Whose datum a field is."""

    APPLICANT = "applicant"
    CHILD = "child"
    FATHER = "father"
    MOTHER = "mother"
    SPOUSE = "spouse"
    DECEASED = "deceased"
    ORGANIZATION = "organization"
    REPRESENTATIVE = "representative"

    @property
    def kind(self) -> SubjectKind | None:
        """What may take this part; None: a person or an organisation."""
        if self is Role.APPLICANT:
            return None
        return SubjectKind.ORGANIZATION if self is Role.ORGANIZATION else SubjectKind.PERSON


class SourceKind(StrEnum):
    """`account`: the number under which the applicant is logged in; `request`: the number a related person was named
    by; `population`: the record of 037; the others hold documents.
    """

    ACCOUNT = "account"
    REQUEST = "request"
    POPULATION = "population"
    REGISTRY = "registry"
    WALLET = "wallet"
    ARCHIVE = "archive"

    @property
    def holds_documents(self) -> bool:
        return self in (SourceKind.REGISTRY, SourceKind.WALLET, SourceKind.ARCHIVE)


# What can be known of the population record: the JSON of the exchange tells the first three, the gateway's SOAP all.
POPULATION_FIELDS = (
    *("full_name", "birth_date", "sex", "marital_status", "nationality", "ethnicity", "religion", "origin"),
    *("birth_registered_in", "permanent_address", "current_address", "father", "mother", "spouse", "household_head"),
)


class FieldSource(Frozen):
    """Where one datum stands: `field` of the record or document; `document_type` where the source holds documents."""

    kind: SourceKind
    field: str
    document_type: str | None = None


class Format(StrEnum):
    TEXT = "text"
    NAME = "name"
    ADDRESS = "address"
    NUMBER_OF_PAPER = "number_of_paper"
    DAY = "day"
    BIRTH = "birth"
    CITIZEN_ID = "citizen_id"
    ORGANIZATION_ID = "organization_id"
    PHONE = "phone"
    EMAIL = "email"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"


class Choice(Frozen):
    code: str
    label: Text


class Field(Frozen):
    """One datum of a form. `locked`: what a source says of it may not be changed in the form."""

    code: str
    label: Text
    whose: Role
    format: Format
    required: bool
    locked: bool
    sources: tuple[FieldSource, ...] = ()
    choices: tuple[Choice, ...] = ()


class Form(Frozen):
    """The data a procedure's dossier declares; `basis` names the official form it follows, `revision` its content.

    `confirmed`: the fields were compared with the printed form in the gazette, on the day `checked_on`.
    """

    procedure: str
    title: Text
    basis: str
    checked_on: date
    confirmed: bool
    revision: str
    fields: tuple[Field, ...]

    def field(self, code: str) -> Field | None:
        return next((f for f in self.fields if f.code == code), None)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Everybody it is about, the applicant first."""
        return tuple(role for role in Role if any(f.whose is role for f in self.fields))


# ---- what may be written ------------------------------------------------------------------------------------------

# These patterns stand in the JSON Schema and are what the check goes by, so that neither takes what the other refuses.
# They are written for every dialect: no look-around, nothing that one language reads otherwise than another.


def _days(years: str, leap_years: str) -> str:
    """The days of the calendar in these years."""
    long, short = "(?:0[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|[12][0-9]|30)"
    months = f"(?:0[13578]|1[02])-{long}|(?:0[469]|11)-{short}|02-(?:0[1-9]|1[0-9]|2[0-8])"
    return f"(?:(?:{years})-(?:{months})|(?:{leap_years})-02-29)"


_FOURTH = "(?:0[48]|[2468][048]|[13579][26])"  # 04, 08 … 96
_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
# What nobody sees, or sees as something else: controls, spaces other than the space, marks of direction, private use.
_UNSEEN = (
    r"\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ue000-\uf8ff"
    r"\ufeff\ufff0-\uffff"
)
_TEXT = f"^[^{_UNSEEN}]*[^ {_UNSEEN}][^{_UNSEEN}]*$"
_LENGTHS = {Format.TEXT: 1000, Format.NAME: 300, Format.ADDRESS: 500, Format.NUMBER_OF_PAPER: 64, Format.EMAIL: 254}
_PATTERNS = {
    Format.TEXT: _TEXT,
    Format.NAME: _TEXT,
    Format.ADDRESS: _TEXT,
    Format.NUMBER_OF_PAPER: r"^[0-9A-Za-zĐđ./ -]*[0-9A-Za-zĐđ][0-9A-Za-zĐđ./ -]*$",
    Format.DAY: f"^{_days('(?:19|20)[0-9]{2}|2100', f'(?:19|20){_FOURTH}|2000')}$",
    Format.BIRTH: f"^(?:{_YEAR}|{_days(_YEAR, f'[0-9]{{2}}{_FOURTH}|{_FOURTH}00')})$",
    Format.CITIZEN_ID: f"^(?:{'|'.join(sorted(BIRTH_PROVINCES))})[0-3][0-9]{{8}}$",
    Format.ORGANIZATION_ID: r"^[0-9]{10}([0-9]{3})?$",
    Format.PHONE: r"^(0|\+84)[0-9]{9,10}$",
    Format.EMAIL: rf"^[^@ {_UNSEEN}]+@[^@ {_UNSEEN}]+\.[^@ {_UNSEEN}]+$",
}
_COMPILED = {form: re.compile(pattern[1:-1]) for form, pattern in _PATTERNS.items()}
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")  # a surrogate alone: no pattern can name it, no database keeps it
_MOST = 1_000_000_000_000


class Fault(StrEnum):
    """What is wrong with one value. The value itself stands in no error."""

    UNKNOWN = "unknown_field"
    REQUIRED = "required"
    CHANGED = "changed"
    NOT_TEXT = "string_type"
    NOT_FLAG = "flag"
    NOT_COUNT = "count_of"
    TOO_LONG = "long"
    BLANK = "blank"
    MALFORMED = "text"
    NO_CHOICE = "choice"
    PAPER_NUMBER = "number_of_paper"
    DAY = "day"
    DAY_BOUNDS = "day_bounds"
    PHONE = "phone"
    EMAIL = "email"
    # As `persons` names what is wrong with a number or a birth date.
    DIGITS = "digits"
    PROVINCE = "province"
    CENTURY = "century"
    YEAR = "year"
    FORMAT = "format"
    CALENDAR = "calendar"
    FUTURE = "future"


class ProcedureWithoutForm(DomainError):
    code = "procedure-without-form"


class FormOutdated(DomainError):
    """The revision of the form that was filled in is not the one in use."""

    code = "form-outdated"


class FieldFault(Frozen):
    """`code` is a field of the form, or None where the form has no such field: then its name is not repeated."""

    code: str | None
    fault: Fault


class FormInvalid(DomainError):
    """What was filled in does not suit the form; `faults` has everything that is wrong, and no value."""

    code = "form-invalid"

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__()
        self.faults = faults


class PrefilledValueChanged(FormInvalid):
    """Among the faults is a value of the State's that came back changed."""

    code = "prefilled-value-changed"


_OF_PATTERN = {
    Format.NUMBER_OF_PAPER: Fault.PAPER_NUMBER,
    Format.DAY: Fault.DAY,
    Format.PHONE: Fault.PHONE,
    Format.EMAIL: Fault.EMAIL,
}


def fault_of(field: Field, said: object, today: date) -> Fault | None:
    """What is wrong with a value, or None: then it suits the schema too, and what suits the schema has no fault but
    that it lies in a time to come (`FUTURE`, `YEAR`), which no schema can know.
    """
    if field.format is Format.FLAG:
        return None if isinstance(said, bool) else Fault.NOT_FLAG
    if field.format is Format.COUNT:
        counted = isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= _MOST
        return None if counted else Fault.NOT_COUNT
    if not isinstance(said, str):
        return Fault.NOT_TEXT
    if field.format is Format.CHOICE:
        return None if any(c.code == said for c in field.choices) else Fault.NO_CHOICE
    return _fault_of_text(field.format, said, today)


def _fault_of_text(form: Format, said: str, today: date) -> Fault | None:
    if len(said) > _LENGTHS.get(form, 64):
        return Fault.TOO_LONG
    if not said.strip():
        return Fault.BLANK
    wrong: str | None = None
    if form is Format.CITIZEN_ID:
        wrong = citizen_id_fault(said, today)
    elif form is Format.ORGANIZATION_ID:
        wrong = organization_id_fault(said)
    elif form is Format.BIRTH:
        wrong = birth_date_fault(said, today)
    elif not _COMPILED[form].fullmatch(said) or _HALF_A_CHARACTER.search(said):
        beyond = form is Format.DAY and birth_date_fault(said, date.max) is None and len(said) == len("2026-11-23")
        return Fault.DAY_BOUNDS if beyond else _OF_PATTERN.get(form, Fault.MALFORMED)
    return Fault(wrong) if wrong else None


def written(said: Value) -> Value:
    """A value as it is compared and kept: text in one Unicode form, and nothing else of it touched."""
    return unicodedata.normalize("NFC", said) if isinstance(said, str) else said


class Declared(Frozen):
    """A form as filled in: the values that stand, or everything that is wrong with them."""

    values: dict[str, Value]
    faults: tuple[FieldFault, ...]


def declare(form: Form, said: Mapping[str, object], given: Values, locked: frozenset[str], today: date) -> Declared:
    """What a person sends, laid over what was `given` to them, in which the `locked` fields may not differ.

    A field that is not sent stands as given; null means left blank.
    """
    values: dict[str, Value] = {code: known for code, known in given.items() if form.field(code)}
    faults = [FieldFault(None, Fault.UNKNOWN) for code in said if form.field(code) is None]
    for field in form.fields:
        if field.code not in said:
            continue
        new = _number(said[field.code])
        if field.code in locked and not _same(new, given.get(field.code)):
            faults.append(FieldFault(field.code, Fault.CHANGED))
        elif new is None:
            values.pop(field.code, None)
        elif wrong := fault_of(field, new, today):
            faults.append(FieldFault(field.code, wrong))
        elif isinstance(new, str | bool | int):  # pragma: no branch (what has no fault is one of the three)
            values[field.code] = written(new)
    wrong_ones = {f.code for f in faults}
    missing = [f.code for f in form.fields if f.required and f.code not in values and f.code not in wrong_ones]
    return Declared(values, (*faults, *(FieldFault(code, Fault.REQUIRED) for code in missing)))


def _number(said: object) -> object:
    """In JSON 2.0 is the integer 2."""
    return int(said) if isinstance(said, float) and said.is_integer() else said


def _same(new: object, given: Value | None) -> bool:
    """The very value, also by type: in JSON true is not 1."""
    if type(new) is not type(given):
        return False
    return given is not None and isinstance(new, str | bool | int) and written(new) == written(given)


# ---- the form as JSON Schema --------------------------------------------------------------------------------------


def schema(form: Form, sources: Mapping[str, list[dict[str, object]]]) -> dict[str, object]:
    """JSON Schema 2020-12 of the form's values; `sources` are those in force on the day, by the field's code."""
    return {
        "$schema": SCHEMA,
        "$comment": "Of values laid over a prefill, what stands there need not be sent again, and a locked one may not "
        "differ. No birth lies in the future.",
        "$id": f"urn:motlan:form:{form.procedure}:{form.revision}",
        "title": form.title.vi,
        "x-title-en": form.title.en,
        "x-procedure": form.procedure,
        "x-revision": form.revision,
        "x-basis": form.basis,
        "x-checked-on": form.checked_on.isoformat(),
        "x-confirmed": form.confirmed,
        "x-roles": [role.value for role in form.roles],
        "type": "object",
        "additionalProperties": False,
        "properties": {f.code: _property(f, sources.get(f.code, [])) for f in form.fields},
        "required": [f.code for f in form.fields if f.required],
    }


def _property(field: Field, sources: list[dict[str, object]]) -> dict[str, object]:
    return {
        "title": field.label.vi,
        "x-title-en": field.label.en,
        **_shape(field),
        "x-whose": field.whose.value,
        "x-source": sources,
        "x-locked": field.locked and bool(sources),
    }


def _shape(field: Field) -> dict[str, object]:
    form = field.format
    if form is Format.CHOICE:
        choices: list[dict[str, object]] = [
            {"const": c.code, "title": c.label.vi, "x-title-en": c.label.en} for c in field.choices
        ]
        return {"oneOf": choices if field.required else [*choices, {"const": None, "title": "–", "x-title-en": "–"}]}
    shape: dict[str, object] = {"type": "string"}
    if form is Format.FLAG:
        shape = {"type": "boolean"}
    elif form is Format.COUNT:
        shape = {"type": "integer", "minimum": 0, "maximum": _MOST}
    else:
        shape |= {"pattern": _PATTERNS[form], "maxLength": _LENGTHS.get(form, 64)}
        if form is Format.DAY:
            shape["format"] = "date"
        elif form is Format.EMAIL:
            shape["format"] = "email"
    return shape if field.required else {**shape, "type": [shape["type"], "null"]}
