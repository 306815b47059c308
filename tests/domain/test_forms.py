"""What may be written into a form, and what stands when it is laid over what was filled in."""

import json
import unicodedata
from datetime import date
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.decisions import Text
from app.domain.forms import (
    Choice,
    Declared,
    Fault,
    Field,
    FieldFault,
    FieldSource,
    Form,
    Format,
    Role,
    SourceKind,
    declare,
    fault_of,
    schema,
)
from app.rulebook.forms import load_forms

TODAY = date(2026, 11, 23)
POPULATION = (FieldSource(SourceKind.POPULATION, "full_name"),)


def field(form: Format, code: str = "a", **change: Any) -> Field:
    choices = (Choice("x", Text("X", "X")), Choice("y", Text("Y", "Y"))) if form is Format.CHOICE else ()
    given = {"required": False, "locked": False, "choices": choices, **change}
    return Field(code, Text("Nhãn", "Label"), Role.APPLICANT, form, **given)


def form_of(*fields: Field) -> Form:
    return Form("1.000000", Text("T", "T"), "Mẫu thử", TODAY, confirmed=False, revision="r", fields=fields)


GOOD: dict[Format, list[Any]] = {
    Format.TEXT: ["Một câu, dài; ngắn", "x"],
    Format.NAME: ["NGUYỄN VĂN AN", unicodedata.normalize("NFD", "TRẦN THỊ BÌNH")],
    Format.ADDRESS: ["Số 1, Phường Thành Sen"],
    Format.NUMBER_OF_PAPER: ["12/2020", "AB 123456", "01.Đ-2"],
    Format.DAY: ["2026-02-28", "1900-01-01"],
    Format.BIRTH: ["1965", "2026-11-23"],
    Format.CITIZEN_ID: ["042190100001"],
    Format.ORGANIZATION_ID: ["3000000012", "3000000012001"],
    Format.PHONE: ["0912345678", "+84912345678"],
    Format.EMAIL: ["a@b.vn"],
    Format.COUNT: [0, 12],
    Format.FLAG: [True, False],
    Format.CHOICE: ["x"],
}
BAD: list[tuple[Format, Any, Fault]] = [
    (Format.TEXT, "", Fault.BLANK),
    (Format.TEXT, "   ", Fault.BLANK),
    (Format.TEXT, "a\x00b", Fault.MALFORMED),
    (Format.TEXT, "a\u2028b", Fault.MALFORMED),
    (Format.TEXT, "a" * 1001, Fault.TOO_LONG),
    (Format.TEXT, 1, Fault.NOT_TEXT),
    (Format.TEXT, ["a"], Fault.NOT_TEXT),
    (Format.NUMBER_OF_PAPER, "a#b", Fault.PAPER_NUMBER),
    (Format.DAY, "2026-02-30", Fault.DAY),
    (Format.DAY, "20260228", Fault.DAY),
    (Format.DAY, "1800-01-01", Fault.DAY_BOUNDS),
    (Format.BIRTH, "2027", Fault.FUTURE),
    (Format.BIRTH, "1990-02-30", Fault.CALENDAR),
    (Format.BIRTH, "90", Fault.FORMAT),
    (Format.CITIZEN_ID, "04219010000", Fault.DIGITS),
    (Format.CITIZEN_ID, "999190100001", Fault.PROVINCE),
    (Format.CITIZEN_ID, "042999100001", Fault.CENTURY),
    (Format.CITIZEN_ID, "042299100001", Fault.YEAR),
    (Format.ORGANIZATION_ID, "123", Fault.DIGITS),
    (Format.PHONE, "12345", Fault.PHONE),
    (Format.PHONE, "０９１２３４５６７８", Fault.PHONE),
    (Format.EMAIL, "a@b", Fault.EMAIL),
    (Format.COUNT, True, Fault.NOT_COUNT),
    (Format.COUNT, -1, Fault.NOT_COUNT),
    (Format.COUNT, "1", Fault.NOT_COUNT),
    (Format.FLAG, 1, Fault.NOT_FLAG),
    (Format.FLAG, "true", Fault.NOT_FLAG),
    (Format.CHOICE, "z", Fault.NO_CHOICE),
]


@pytest.mark.parametrize("form", list(Format))
def test_what_suits_a_field_is_taken(form: Format) -> None:
    assert [fault_of(field(form), said, TODAY) for said in GOOD[form]] == [None] * len(GOOD[form])


@pytest.mark.parametrize(("form", "said", "fault"), BAD)
def test_what_does_not_is_named(form: Format, said: Any, fault: Fault) -> None:
    assert fault_of(field(form), said, TODAY) is fault


@given(form=st.sampled_from(list(Format)), said=st.one_of(st.text(), st.integers(), st.booleans(), st.floats()))
def test_nothing_that_is_sent_breaks_the_check(form: Format, said: Any) -> None:
    assert fault_of(field(form), said, TODAY) in (None, *Fault)


# Text as people write it, and as machines do: near what suits a field, and far from it.
NEAR = {
    Format.NUMBER_OF_PAPER: "[0-9A-Za-zĐđ./ #-]{0,70}",
    Format.DAY: "(1[89]|2[01])[0-9][0-9]-[01][0-9]-[0-3][0-9]",
    Format.BIRTH: "[0-9]{4}(-[01][0-9]-[0-3][0-9])?",
    Format.CITIZEN_ID: "0[0-9][0-9][0-4][0-9]{7,9}",
    Format.ORGANIZATION_ID: "[0-9]{9,14}",
    Format.PHONE: "(0|\\+84|84)[0-9]{8,11}",
    Format.EMAIL: "[a-zđ @.]{0,9}@[a-z.]{0,9}",
}
FEBRUARY = st.builds("{:04d}-02-{}".format, st.integers(1800, 2300), st.sampled_from(["28", "29", "30"]))


def sent(form: Format) -> st.SearchStrategy[Any]:
    texts = st.text(max_size=20) | st.text("aĐ \t\n\x85\xa0\u00ad\u200b\u2028\u3000\ufeff\ufffd😀", max_size=6)
    if form in NEAR:
        texts |= st.from_regex(NEAR[form], fullmatch=True)
    if form in (Format.DAY, Format.BIRTH):
        texts |= FEBRUARY
    numbers = st.integers() | st.floats() | st.sampled_from([0, 10**12, 10**12 + 1, 3.0, -0.0])
    known = st.sampled_from([*GOOD[form], *(said for of, said, _ in BAD if of is form)])
    return texts | numbers | st.booleans() | st.none() | known | st.integers(60, 1002).map(lambda n: "a" * n)


@settings(max_examples=200)
@pytest.mark.parametrize("form", list(Format))
@given(data=st.data(), required=st.booleans())
def test_the_schema_and_the_check_take_the_same(form: Format, data: st.DataObject, required: bool) -> None:
    """No client is led astray by the schema. What lies in the future only the service knows."""
    whole = form_of(field(form, required=required))
    said = data.draw(sent(form))
    faults = {f.fault for f in declare(whole, {"a": said}, {}, frozenset(), TODAY).faults}
    if faults & {Fault.FUTURE, Fault.YEAR}:
        return
    suits = validator(form, required).is_valid({"a": said})
    assert suits is not bool(faults)


@cache
def validator(form: Format, required: bool) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema(form_of(field(form, required=required)), {}))


@pytest.mark.parametrize("form", list(Format))
def test_the_schema_says_what_must_be_there_and_what_may_not(form: Format) -> None:
    for required in (True, False):
        assert validator(form, required).is_valid({"a": GOOD[form][0]})
        assert validator(form, required).is_valid({"a": None}) is not required
        assert validator(form, required).is_valid({}) is not required
        assert not validator(form, required).is_valid({"b": 1, "a": GOOD[form][0]})


@pytest.mark.parametrize("procedure", sorted(load_forms()))
def test_every_form_is_a_good_schema(procedure: str) -> None:
    whole = schema(load_forms()[procedure], {})
    assert jsonschema_rs.meta.is_valid(whole)
    assert whole["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    json.dumps(whole)


# ---- laid over what was filled in ---------------------------------------------------------------------------------

NAME = field(Format.NAME, "name", required=True, locked=True, sources=POPULATION)
WHERE = field(Format.ADDRESS, "where", sources=POPULATION)
COUNT = field(Format.COUNT, "count", required=True)
SMALL = form_of(NAME, WHERE, COUNT)
GIVEN = {"name": "AN", "where": "Số 1"}


def declared(said: dict[str, Any]) -> Declared:
    return declare(SMALL, said, GIVEN, frozenset({"name"}), TODAY)


def test_what_is_not_sent_stands_and_what_is_sent_is_laid_over_it() -> None:
    assert declared({"count": 2}).values == GIVEN | {"count": 2}
    assert declared({"count": 2, "where": "Số 2"}).values == {"name": "AN", "where": "Số 2", "count": 2}
    assert declared({"count": 2, "where": None}).values == {"name": "AN", "count": 2}


def test_everything_wrong_is_named_at_once() -> None:
    assert declared({"name": "BÌNH", "where": 5, "123456789012": "x"}).faults == (
        FieldFault(None, Fault.UNKNOWN),
        FieldFault("name", Fault.CHANGED),
        FieldFault("where", Fault.NOT_TEXT),
        FieldFault("count", Fault.REQUIRED),
    )


def test_a_locked_value_is_compared_also_by_its_type() -> None:
    number = form_of(field(Format.COUNT, "n", locked=True))
    for other in (True, 1.5, "1", None, 2):
        assert declare(number, {"n": other}, {"n": 1}, frozenset({"n"}), TODAY).faults
    for same in (1, 1.0):  # one number in JSON
        assert declare(number, {"n": same}, {"n": 1}, frozenset({"n"}), TODAY) == Declared({"n": 1}, ())


def test_what_a_former_form_had_is_left_out() -> None:
    assert declare(SMALL, {"count": 1}, GIVEN | {"gone": "x"}, frozenset({"gone"}), TODAY).values.keys() == {
        "name",
        "where",
        "count",
    }


def good_values(form: Format) -> st.SearchStrategy[Any]:
    if form is Format.COUNT:
        return st.integers(0, 10**12)
    if form is Format.FLAG:
        return st.booleans()
    if form is Format.DAY:
        return st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat)
    if form in (Format.TEXT, Format.NAME, Format.ADDRESS):
        seen = st.characters(categories=("L", "N", "P", "S"))
        return st.text(seen, min_size=1, max_size=40).filter(lambda s: not fault_of(field(form), s, TODAY))
    return st.sampled_from(GOOD[form])


@given(data=st.data())
def test_whatever_is_declared_rightly_comes_back_and_comes_back_again(data: st.DataObject) -> None:
    """Kept and sent once more, it is the same: nothing of it is touched but its Unicode form."""
    form = form_of(*(field(f, f.value) for f in Format))
    said = {f.value: data.draw(good_values(f)) for f in Format}
    first = declare(form, said, {}, frozenset(), TODAY)
    assert first.faults == ()
    assert first.values == {k: unicodedata.normalize("NFC", v) if isinstance(v, str) else v for k, v in said.items()}
    kept = json.loads(json.dumps(first.values))
    assert declare(form, kept, first.values, frozenset(first.values), TODAY) == first


@given(
    locked=st.dictionaries(st.sampled_from([f.value for f in Format]), st.text(min_size=1, max_size=8)),
    said=st.dictionaries(st.sampled_from([f.value for f in Format]), st.one_of(st.text(max_size=8), st.none())),
)
def test_any_difference_in_a_locked_value_is_found_and_nothing_else_is_called_one(
    locked: dict[str, str], said: dict[str, Any]
) -> None:
    form = form_of(*(field(f, f.value) for f in Format))
    faults = declare(form, said, locked, frozenset(locked), TODAY).faults
    nfc = {k: unicodedata.normalize("NFC", v) if isinstance(v, str) else v for k, v in said.items()}
    changed = {k for k in nfc if k in locked and nfc[k] != unicodedata.normalize("NFC", locked[k])}
    assert {f.code for f in faults if f.fault is Fault.CHANGED} == changed
