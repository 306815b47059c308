"""Every case of `results.yaml`: paper only on request, and fees for it, under the real rulebook and under one that
drops a fee.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.law import FeeLaw, LawOn, Period, Rulebook
from app.domain.results import FeePurpose, PhysicalNotAsked, essential, judge_fee, refuse_unasked
from app.domain.values import replace
from tests.law.casebook import HERE, catalogue, load, rulebook

CASES: dict[str, list[dict[str, Any]]] = load(HERE / "results.yaml")
_WORDS = {"case", "on", "document_type", "confirmed_only", "expect"}


def title(case: Mapping[str, Any]) -> str:
    return str(case["case"])


def law_of(case: Mapping[str, Any]) -> LawOn:
    return _book(case.get("dropped")).on(case["on"])


def _book(dropped: Mapping[str, Any] | None) -> Rulebook:
    if dropped is None:
        return rulebook()
    purposes, types, procedures = (frozenset(dropped.get(key, ())) for key in ("for", "document_types", "procedures"))
    period = Period(dropped["from"], dropped.get("until"))
    law = FeeLaw(purposes, types, procedures, period, tuple(dropped["cites"]))
    return replace(rulebook(), fees_dropped=(law,), _days={})


def lists_of(case: Mapping[str, Any]) -> Any:
    confirmed_only = case.get("confirmed_only", False)
    return essential(catalogue(), case["document_type"], case["on"], confirmed_only=confirmed_only)


def written(citations: Any) -> list[str]:
    return [f"{c['law']} {c['provision']}" for c in citations]


@pytest.mark.parametrize("case", CASES["physical"], ids=title)
def test_paper_is_issued_on_request(case: dict[str, Any]) -> None:
    assert case.keys() <= _WORDS | {"physical", "asked"}
    lists, facts = lists_of(case), {}
    try:
        refuse_unasked(law_of(case), lists, physical=case.get("physical", False), asked=case.get("asked", False))
    except PhysicalNotAsked as refused:
        facts = refused.facts
    assert written(facts.get("citations", ())) == case["expect"]["refused"]
    if facts:
        assert {n["list"]: n["status"] for n in facts["lists"]} == case["expect"]["lists"]  # type: ignore[attr-defined]
        assert facts["remedy"]


@pytest.mark.parametrize("case", CASES["fees"], ids=title)
def test_a_fee_is_judged(case: dict[str, Any]) -> None:
    assert case.keys() <= _WORDS | {"for", "dropped"}
    expect = case["expect"]
    found = judge_fee(law_of(case), lists_of(case), FeePurpose(case["for"]), case["document_type"], "P-CT24")
    assert found.outcome.value == expect["outcome"]
    assert written(found.body()["citations"]) == expect["citing"]
    if "lists" in expect:
        assert {n.list: n.status for n in found.lists} == expect["lists"]
    assert all(text for text in (found.because.vi, found.because.en, found.remedy.vi, found.remedy.en))


def test_the_rulebook_that_is_shipped_drops_no_fee() -> None:
    """No act that drops one was found; the Directive orders the rules to be amended and is none itself."""
    assert rulebook().fees_dropped == ()


def test_a_case_has_a_sentence_of_its_own() -> None:
    titles = [title(case) for cases in CASES.values() for case in cases]
    assert len(set(titles)) == len(titles)
