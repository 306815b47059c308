"""Every case of `signatures.yaml` against the real rulebook, and whether both sides of each date have one."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.persons import SubjectKind
from app.domain.signatures import RULE, Login, SignatureFinding, SignatureOutcome, SignatureReason, assess
from tests.law.casebook import HERE, load, rulebook

CASES: list[dict[str, Any]] = load(HERE / "signatures.yaml")


def judged(case: dict[str, Any]) -> SignatureFinding:
    return assess(SubjectKind(case["subject"]), Login(case["authenticated_by"]), rulebook().on(case["on"]))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["case"])
def test_the_case_holds(case: dict[str, Any]) -> None:
    finding = judged(case)
    assert (finding.outcome.value, finding.reason.value) == (case["outcome"], case["reason"])
    assert [f"{c.law} {c.provision}" for c in finding.citations] == case["citing"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["case"])
def test_a_finding_says_why_and_what_to_do(case: dict[str, Any]) -> None:
    body: Any = judged(case).body()
    assert all(body["because"].values()) and all(body["remedy"]["text"].values())
    assert (body["rule"], bool(body["lawful_if"])) == ((RULE, True) if body["citations"] else (None, False))


def test_every_outcome_and_reason_has_a_case_and_both_sides_of_every_date() -> None:
    assert {c["outcome"] for c in CASES} == set(SignatureOutcome)
    assert {c["reason"] for c in CASES} == set(SignatureReason)
    (version,) = rulebook().rules[RULE]
    assert version.period.start and version.period.until
    day = timedelta(days=1)
    ends = {version.period.start, version.period.until}
    ends |= {version.period.start - day, version.period.until + day}
    assert ends <= {c["on"] for c in CASES}
