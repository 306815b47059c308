import json

import pytest

from app.domain.catalogue import Relation
from app.domain.readings import DOUBTS, AskedForm, Because, ComponentKind, Doubt, Reading

PAPER = Reading(
    ComponentKind.MIXED,
    ("TO_KHAI", "CAN_CUOC"),
    Relation.ALL_OF,
    AskedForm.ORIGINAL_OR_COPY,
    conditional=True,
    because=(Because("document_type", "Tờ khai", "TO_KHAI"),),
    doubts=(Doubt("cut_off"), Doubt("writer_unnamed", "văn bản")),
)
NOTHING = Reading(ComponentKind.INSTRUCTION, (), None, AskedForm.UNSPECIFIED, conditional=False)


@pytest.mark.parametrize("reading", [PAPER, NOTHING], ids=["papers", "nothing"])
def test_a_reading_comes_back_from_json_as_it_went(reading: Reading) -> None:
    assert Reading.parse(json.loads(json.dumps(reading.body()))) == reading


def test_a_reading_without_its_reasons_can_be_parsed() -> None:
    body = {k: v for k, v in PAPER.body().items() if k not in ("because", "doubts")}
    assert (Reading.parse(body).because, Reading.parse(body).doubts) == ((), ())


def test_only_a_doubtful_reading_needs_review() -> None:
    assert (PAPER.needs_review, NOTHING.needs_review) == (True, False)


def test_every_doubt_has_words_in_both_languages() -> None:
    assert all(text.vi.endswith(".") and text.en.endswith(".") and text.vi != text.en for text in DOUBTS.values())
    assert Doubt("cut_off").text is DOUBTS["cut_off"]
