"""The forms of procedures: YAML → `Form`. Refuses what does not fit together, by file and line.

`data.yaml` is a dictionary of the data that forms have in common, each with its sources; a form takes them for a role
(`{whose: child, data: [full_name, birth_date]}`) and adds what is its own. `as` is what a datum is called in a form.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from app.domain.decisions import Text
from app.domain.forms import POPULATION_FIELDS, Choice, Field, FieldSource, Form, Format, Role, SourceKind
from app.rulebook.yamlfile import Entry, load

FORMS = Path(__file__).parent / "catalogue" / "forms"
_DICTIONARY = "data.yaml"
# Of a source without a document only these may be asked.
_WITHOUT_SOURCES = frozenset({Format.FLAG, Format.COUNT})


@cache
def load_forms(folder: Path = FORMS) -> Mapping[str, Form]:
    """All forms, by the procedure's code. Raises RulebookError."""
    shared = (folder / _DICTIONARY).read_bytes()
    dictionary = load(folder / _DICTIONARY)
    data = dict(dictionary.pairs())
    forms: dict[str, Form] = {}
    for path in sorted(p for p in folder.glob("*.yaml") if p.name != _DICTIONARY):
        file = load(path)
        digest = hashlib.sha256(shared + path.read_bytes()).hexdigest()[:16]
        for entry in file.entries("forms"):
            for form in _forms(entry, data, digest):
                if form.procedure in forms:
                    entry.fail_at("procedures", f"{form.procedure} has a form already")
                forms[form.procedure] = form
        file.close()
    return forms


def _forms(entry: Entry, data: Mapping[str, Entry | str], digest: str) -> Iterator[Form]:
    """One form, for each of its procedures."""
    codes = entry.texts("procedures")
    title, basis, checked_on = _label(entry.entry("title")), entry.text("basis"), entry.day("checked_on")
    confirmed = entry.flag("confirmed", default=False)
    roles = dict(_roles(entry.entry("roles")))
    fields = tuple(f for e in entry.entries("fields") for f in _fields(e, data, roles))
    entry.close()
    if not codes:
        entry.fail("`procedures` names no procedure")
    known = [f.code for f in fields]
    if twice := sorted({code for code in known if known.count(code) > 1}):
        entry.fail_at("fields", f"the field {twice[0]} stands twice")
    for code in codes:
        yield Form(code, title, basis, checked_on, confirmed, digest, fields)


def _roles(entry: Entry) -> Iterator[tuple[Role, Text]]:
    for name, label in entry.pairs():
        if name not in list(Role) or isinstance(label, str):
            entry.fail_at(name, f"a role is one of {', '.join(Role)}, with what it is called in `vi` and `en`")
        yield Role(name), _label(label)


def _fields(entry: Entry, data: Mapping[str, Entry | str], roles: Mapping[Role, Text]) -> Iterator[Field]:
    whose = entry.choice("whose", Role)
    if whose not in roles:
        entry.fail_at("whose", f"`roles` does not say what the {whose} is called")
    required = entry.flag("required", default=False)
    if not entry.has("data"):
        yield _field(entry, entry.text("code"), whose, required, None)
        return
    names = entry.texts("data")
    entry.close()
    for name in names:
        datum = data.get(name)
        if datum is None or isinstance(datum, str):
            entry.fail_at("data", f"{name} is not in {_DICTIONARY}")
        yield _field(datum, f"{whose}_{datum.text_or_none('as') or name}", whose, required, roles[whose])


def _field(entry: Entry, code: str, whose: Role, required: bool, of: Text | None) -> Field:
    kind = entry.choice("format", Format)
    label = _label(entry, close=False)
    if of:
        label = Text(f"{label.vi} ({of.vi})", f"{label.en} ({of.en})")
    sources = tuple(_source(entry, said, whose) for said in entry.texts("sources"))
    choices = tuple(Choice(c.text("code"), _label(c)) for c in entry.entries("choices"))
    # What the State says of a person is not for the form to change; only where the form asks for something new it is.
    locked = entry.flag("locked", default=bool(sources))
    entry.close()
    if (kind is Format.CHOICE) != bool(choices):
        entry.fail(f"{code}: `choices` go with the format choice, and with no other")
    if sources and kind in _WITHOUT_SOURCES:
        entry.fail(f"{code}: a source says texts; a {kind} is declared")
    if locked and not sources:
        entry.fail(f"{code}: nothing locks what no source says")
    return Field(code, label, whose, kind, required, locked, sources, choices)


def _source(entry: Entry, said: str, whose: Role) -> FieldSource:
    """`number` · `population/sex` · `registry/CAN_CUOC/issued_on`."""
    source = None
    match said.split("/"):
        case ["number"]:
            source = FieldSource(SourceKind.ACCOUNT if whose is Role.APPLICANT else SourceKind.REQUEST, "id")
        case ["population", name] if name in POPULATION_FIELDS and whose is not Role.ORGANIZATION:
            source = FieldSource(SourceKind.POPULATION, name)
        case [("registry" | "wallet" | "archive") as kind, document_type, name] if document_type and name:
            source = FieldSource(SourceKind(kind), name, document_type)
    if source is None:
        entry.fail_at("sources", f"{said}: number, population/FIELD, or registry|wallet|archive/TYPE/FIELD")
    return source


def _label(entry: Entry, *, close: bool = True) -> Text:
    label = Text(entry.text("vi"), entry.text("en"))
    if close:
        entry.close()
    return label
