import pytest

from app.domain.catalogue import Relation
from app.domain.readings import AskedForm, ComponentKind, Reading
from app.domain.scores import score


def reading(*types: str, kind: str = "official_document", form: str = "copy", conditional: bool = False) -> Reading:
    return Reading(ComponentKind(kind), types, Relation.ONE, AskedForm(form), conditional)


def test_each_score_counts_its_own_part_of_the_reading() -> None:
    label = reading("CAN_CUOC", "HO_CHIEU")
    scores = score(
        [
            (label, label),
            (label, reading("CAN_CUOC", "TO_KHAI", kind="mixed")),
            (label, reading("HO_CHIEU", "CAN_CUOC", form="original")),
            (label, reading(conditional=True)),
        ]
    )
    assert scores == {
        "kind_accuracy": 0.75,
        "types_precision": 0.8333,
        "types_recall": 0.625,
        "form_accuracy": 0.75,
        "relation_accuracy": 1.0,
        "conditional_accuracy": 0.75,
        "n": 4,
    }


def test_papers_without_a_code_are_left_out() -> None:
    scores = score([(reading("KHAC"), reading("HO_CHIEU", "KHAC")), (reading("HO_CHIEU"), reading("HO_CHIEU"))])
    assert (scores["types_precision"], scores["types_recall"]) == (0.5, 1.0)


@pytest.mark.parametrize("name", ["kind_accuracy", "types_precision", "types_recall", "form_accuracy"])
def test_a_ratio_of_nothing_is_no_number(name: str) -> None:
    scores = score([])
    assert (scores[name], scores["n"]) == (None, 0)
