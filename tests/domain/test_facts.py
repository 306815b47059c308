from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cases import Item
from app.domain.catalogue import Form
from app.domain.decisions import canonical, conclude
from app.domain.errors import ProcedureNotInForce, UnknownProcedure
from app.domain.evidence import Answer, Compared, Said, Source
from app.domain.facts import Facts, decide, facts_from
from app.domain.persons import SubjectKind
from app.domain.values import replace
from tests.law.casebook import catalogue, rulebook

ON = date(2026, 11, 20)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ANSWERS = st.builds(
    Answer,
    source=st.sampled_from(Source),
    document_type=TEXTS,
    said=st.sampled_from(Said),
    checked_at=TEXTS,
    service=st.none() | TEXTS,
    cause=st.none() | TEXTS,
    matches=st.booleans(),
    issued_on=st.none() | st.dates(),
    valid_until=st.none() | st.dates(),
    revoked_on=st.none() | st.dates(),
    document_ref=st.none() | TEXTS,
    digest=st.none() | TEXTS,
    result_code=st.none() | TEXTS,
    disagrees_with=st.none() | st.sampled_from(Compared),
)
ITEMS = st.builds(
    Item,
    ref=TEXTS,
    document_type=TEXTS,
    form=st.sampled_from(Form),
    holder=st.sampled_from(SubjectKind),
    holder_named=st.booleans(),
    declined_sync=st.booleans(),
    answers=st.lists(ANSWERS, max_size=3).map(tuple),
)
FACTS = st.builds(
    Facts,
    decision_id=TEXTS,
    decided_at=TEXTS,
    procedure=TEXTS,
    law_as_of=st.dates(),
    items=st.lists(ITEMS, max_size=3).map(tuple),
    case=st.none() | TEXTS,
    wait_over=st.booleans(),
    confirmed_lists_only=st.booleans(),
)


def item(code: str, ref: str = "a") -> Item:
    return Item(ref, code, Form.COPY, SubjectKind.PERSON)


def facts(*items: Item, procedure: str = "P-CA-NHAN", on: date = ON) -> Facts:
    return Facts("D-1", "2026-11-20T08:00:00+07:00", procedure, on, items)


@given(FACTS)
def test_any_facts_survive_being_stored(known: Facts) -> None:
    stored = known.bytes()
    assert facts_from(stored) == known
    assert facts_from(stored).bytes() == stored


def test_a_decision_carries_its_day_and_both_revisions() -> None:
    body = decide(facts(item("VAN_BANG")), catalogue(), rulebook()).body()
    assert body["law_as_of"] == "2026-11-20"
    assert body["catalogue_revision"] == 1
    assert body["rulebook_revision"] == rulebook().revision
    assert [f["ref"] for f in body["findings"]] == ["a"]  # type: ignore[attr-defined]


def test_facts_from_before_it_was_kept_what_a_document_contradicts_are_judged_in_the_words_of_their_day() -> None:
    known = facts(
        replace(item("CAN_CUOC"), answers=(Answer(Source.WALLET, "CAN_CUOC", Said.DOCUMENT, "t", matches=False),))
    )
    before = known.bytes().replace(b',"disagrees_with":null', b"")
    assert before != known.bytes()
    assert facts_from(before) == known
    (finding,) = decide(facts_from(before), catalogue(), rulebook()).findings
    assert finding.remedy.body() == {
        "actor": "office",
        "action": "check_typing_then_correct_database",
        "text": {
            "vi": "Cơ quan kiểm tra lại họ tên, ngày sinh đã nhập; nếu nhập đúng thì đối chiếu bản chính và hướng dẫn "
            "công dân điều chỉnh thông tin trong cơ sở dữ liệu.",
            "en": "The office checks what was typed first; if it is right, compares the original and helps the citizen "
            "to have the database corrected.",
        },
    }


def test_only_a_decision_with_a_paper_that_waits_is_waiting() -> None:
    silent = Answer(Source.WALLET, "CAN_CUOC", Said.NO_ANSWER, "t")
    waiting = decide(facts(replace(item("CAN_CUOC"), answers=(silent,))), catalogue(), rulebook())
    assert waiting.waiting
    assert not decide(facts(item("VAN_BANG")), catalogue(), rulebook()).waiting


def test_a_decision_about_no_paper_is_lawful() -> None:
    assert conclude(()).value == "lawful"


def test_a_procedure_has_to_be_known_and_in_force() -> None:
    with pytest.raises(UnknownProcedure):
        decide(facts(item("VAN_BANG"), procedure="9.999999"), catalogue(), rulebook())
    with pytest.raises(ProcedureNotInForce) as refused:
        decide(facts(item("VAN_BANG"), procedure="P-HAI-BAN", on=date(2023, 12, 31)), catalogue(), rulebook())
    assert refused.value.facts["in_force_from"] == date(2024, 1, 1)


def test_bytes_are_utf8_json_without_spaces_in_the_order_built() -> None:
    assert canonical({"b": "Đường", "a": [1, None, True]}) == '{"b":"Đường","a":[1,null,true]}'.encode()
    for no_json in ({1: "a"}, {"a": "\ud800"}, {"a": {"a set"}}):
        with pytest.raises(TypeError):
            canonical(no_json)


CARD_ANSWERS = st.lists(
    st.builds(
        Answer,
        source=st.sampled_from(Source),
        document_type=st.sampled_from(["CAN_CUOC", "HO_CHIEU"]),
        said=st.sampled_from(Said),
        checked_at=st.sampled_from(["2026-11-20T01:00:00Z", "2026-11-20T02:00:00Z"]),
        service=st.sampled_from([None, "037"]),
        cause=st.none() | TEXTS,
        matches=st.booleans(),
        valid_until=st.none() | st.sampled_from([date(2020, 1, 1), date(2030, 1, 1)]),
        document_ref=st.none() | TEXTS,
        result_code=st.sampled_from([None, "KQ.G01.000001", "KQ.G01.000002"]),
        disagrees_with=st.none() | st.sampled_from(Compared),
    ),
    max_size=3,
).map(tuple)
REMEMBERING = catalogue()


@given(st.lists(CARD_ANSWERS, min_size=1, max_size=3), st.sampled_from(Form), st.booleans())
def test_what_is_remembered_of_other_demands_is_never_seen(
    answers: list[tuple[Answer, ...]], form: Form, declined: bool
) -> None:
    """Findings about the same answers are worked out once; they say what a catalogue that has judged nothing says."""
    items = [
        Item(f"i{n}", "CAN_CUOC", form, SubjectKind.PERSON, declined_sync=declined, answers=a)
        for n, a in enumerate(answers)
    ]
    known = facts(*items)
    fresh = decide(known, replace(catalogue(), memory={}), rulebook())
    remembered = decide(known, REMEMBERING, rulebook())
    assert remembered.bytes() == fresh.bytes() == canonical(remembered.body())
