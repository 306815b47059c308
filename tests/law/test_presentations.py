"""Every case of `presentations.yaml` against the real rulebook, and whether both sides of each date have one."""

from typing import Any

import pytest

from app.domain.catalogue import Form
from app.domain.presentations import Advice, AdviceOutcome, AdviceReason, Shown, Standing, advise
from tests.law.casebook import HERE, catalogue, load, rulebook
from tests.law.test_cases import sides, written

CASES: list[dict[str, Any]] = load(HERE / "presentations.yaml")
RULES = ("private-paper-advised", "private-paper-refused")


def concluded(case: dict[str, Any]) -> Advice:
    shown = Shown(case["shown"]["document_type"], Standing(case["shown"]["standing"]))
    demanded = catalogue().document_type(case["demanded"]["document_type"])
    return advise(shown, demanded, Form(case["demanded"]["form"]), rulebook().on(case["on"]))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["case"])
def test_the_case_holds(case: dict[str, Any]) -> None:
    advice = concluded(case)
    assert (advice.outcome, advice.reason) == (case["outcome"], case["reason"])
    assert [written(c) for c in advice.citations] == case["citing"]
    said = [advice.because.vi, advice.because.en, advice.remedy.text.vi, advice.remedy.text.en]
    assert all(text and "{" not in text for text in said)


def test_there_are_cases_for_every_outcome_and_reason() -> None:
    found = [concluded(c) for c in CASES]
    assert {a.outcome for a in found} == set(AdviceOutcome)
    assert {a.reason for a in found} == set(AdviceReason)
    assert {c["shown"]["standing"] for c in CASES} == set(Standing)
    assert {c["demanded"]["form"] for c in CASES} == set(Form)


def test_both_sides_of_every_date_have_a_case_about_what_was_shown() -> None:
    of_what_was_shown = {c["on"] for c in CASES if c["reason"] in ("shown_from_wallet", "rule_not_in_force")}
    wanted = {day for rule in RULES for v in rulebook().rules[rule] for pair in sides(v.period) for day in pair}
    assert sorted(wanted - of_what_was_shown) == []


def test_a_request_is_never_called_a_refusal() -> None:
    for case in CASES:
        advice = concluded(case)
        if advice.outcome is AdviceOutcome.ADVISED_AGAINST:
            assert "đề nghị" in advice.because.vi and "Không được" not in advice.because.vi
