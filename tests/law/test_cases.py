"""Every case of `cases/` and `waits.yaml` against the real rulebook, and whether together they cover it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.domain.calendar import VIETNAM, wait_ends
from app.domain.catalogue import Form
from app.domain.decisions import Finding, Outcome, Reason, canonical
from app.domain.errors import DomainError, MissingLaw
from app.domain.evidence import LookupStatus, Source
from app.domain.facts import decide, facts_from
from app.domain.law import ARTICLE_4, Citation, LawOn, Period
from app.domain.values import replace
from app.rulebook.loader import load_calendar
from tests.law.casebook import HERE, Case, cases, catalogue, granted, load, rulebook

CASES = cases()
JUDGED = [c for c in CASES if all("error" not in i["expect"] for i in c.items)]
WAITS: list[dict[str, Any]] = load(HERE / "waits.yaml")
DAY = timedelta(days=1)
_EXPECTABLE = {
    *("outcome", "reason", "rule", "via", "citing", "citing_exactly", "not_citing", "lawful_forms", "lists"),
    *("should_have_been_cut", "lawful_if", "remedy", "flags", "lookups", "decision"),
}


def named(case: Case) -> str:
    return f"{case.file}: {case.title}"


def written(citation: Citation) -> str:
    return f"{citation.law} {citation.provision}" if citation.provision else citation.law


def spoken_of(wanted: str, citation: Citation) -> bool:
    """A case names an act, or an act with its provision."""
    return wanted in (citation.law, written(citation))


def in_order(wanted: Iterable[str], citations: Iterable[Citation]) -> bool:
    rest = iter(citations)
    return all(any(spoken_of(w, c) for c in rest) for w in wanted)


# ---- the cases ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_case_holds(case: Case) -> None:
    if "error" in case.items[0]["expect"]:
        with pytest.raises(DomainError) as refused:
            case.decide()
        assert refused.value.code == case.items[0]["expect"]["error"]
        return
    decision = case.decide()
    for finding, item in zip(decision.findings, case.items, strict=True):
        expect = item["expect"]
        assert expect.keys() <= _EXPECTABLE, f"unknown words: {expect.keys() - _EXPECTABLE}"
        seen = {
            "outcome": finding.outcome.value,
            "reason": finding.reason.value,
            "rule": finding.rule,
            "via": list(finding.via),
            "citing_exactly": [written(c) for c in finding.citations],
            "lawful_forms": list(finding.lawful_forms),
            "lists": {n.list: n.status for n in finding.lists},
            "should_have_been_cut": finding.should_have_been_cut,
            "lawful_if": [f.fact for f in finding.lawful_if],
            "remedy": finding.remedy.action,
            "flags": finding.flags.body(),
            "decision": decision.outcome.value,
        }
        assert {k: v for k, v in seen.items() if k in expect} == {k: v for k, v in expect.items() if k in seen}
        assert in_order(expect.get("citing", ()), finding.citations), seen["citing_exactly"]
        assert not [w for w in expect.get("not_citing", ()) if any(spoken_of(w, c) for c in finding.citations)]
        statuses = {x.answer.service or x.source.value: x.status.value for x in finding.lookups}
        assert expect.get("lookups", {}).items() <= statuses.items()


@pytest.mark.parametrize("case", JUDGED, ids=named)
def test_stored_facts_are_judged_again_to_the_same_bytes(case: Case) -> None:
    facts = case.facts()
    stored = facts_from(facts.bytes())
    assert stored == facts
    again = decide(stored, catalogue(), rulebook())
    assert canonical(again.body()) == canonical(case.decide().body())


@pytest.mark.parametrize("case", JUDGED, ids=named)
def test_every_finding_says_why_and_what_to_do(case: Case) -> None:
    for finding in case.decide().findings:
        said = [finding.because.vi, finding.because.en, finding.remedy.text.vi, finding.remedy.text.en]
        assert all(text and not text.isspace() for text in said)
        assert "None" not in " ".join(said)
        assert finding.remedy.actor in {"office", "citizen", "system"}
        assert finding.trace


@pytest.mark.parametrize("case", JUDGED, ids=named)
def test_the_facts_named_would_make_the_paper_lawful_and_none_of_them_is_too_much(case: Case) -> None:
    for item, finding in zip(case.facts().items, case.decide().findings, strict=True):
        facts = [f.fact for f in finding.lawful_if]
        sources = {s for f in finding.lawful_if for s in f.sources}
        assert (finding.outcome is Outcome.PAPER_LAWFUL) == (not facts)
        assert granted(case.facts(), item, set(facts), sources).outcome is Outcome.PAPER_LAWFUL
        for left_out in facts:
            short = granted(case.facts(), item, set(facts) - {left_out}, sources)
            assert short.outcome is not Outcome.PAPER_LAWFUL, f"{left_out} was not needed"


# ---- the wait -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wait", WAITS, ids=lambda w: w["case"])
def test_the_wait_ends(wait: dict[str, Any]) -> None:
    received: datetime = wait["received"]
    law = rulebook().on(received.astimezone(VIETNAM).date())
    if wait["ends"] == "none":
        with pytest.raises(MissingLaw):
            law.wait_limit(wait["channel"])
        return
    limit = law.wait_limit(wait["channel"])
    if "limit" in wait:
        name = "working_hours" if limit.working_hours is not None else "working_days"
        limit = replace(limit, **{name: wait["limit"]})
    else:
        assert [written(c) for c in law.cite(limit.cites)] == wait["citing"]
    assert wait_ends(received, limit, load_calendar()) == wait["ends"]


# ---- do the cases cover the law? ------------------------------------------------------------------------------------


def findings() -> Iterator[tuple[Case, Finding]]:
    return ((case, finding) for case in JUDGED for finding in case.decide().findings)


def test_there_are_cases_for_every_outcome_reason_and_lookup_status() -> None:
    found = [f for _, f in findings()]
    assert {f.outcome for f in found} == set(Outcome)
    assert {f.reason for f in found} == set(Reason)
    assert {x.status for f in found for x in f.lookups} == set(LookupStatus)
    assert {x.source for f in found for x in f.lookups} == set(Source)
    assert {i.form for c in JUDGED for i in c.facts().items} == set(Form)


def test_a_case_has_a_sentence_of_its_own() -> None:
    titles = [c.title for c in CASES] + [w["case"] for w in WAITS]
    assert len(set(titles)) == len(titles)
    assert len(CASES) >= 80


def sides(period: Period) -> Iterator[tuple[date, date]]:
    """(a day outside, the day inside) at each end of a period."""
    if period.start:
        yield period.start - DAY, period.start
    if period.until:
        yield period.until + DAY, period.until


def days_of_cases() -> set[date]:
    return {c.on for c in CASES}


def test_both_sides_of_every_rule_list_deadline_and_source_have_a_case() -> None:
    book = rulebook()
    periods = [v.period for versions in book.rules.values() for v in versions]
    periods += [t.period for t in book.type_laws]
    periods += [x.period for x in book.lists.values()]
    periods += [Period(x.cut_by) for x in book.lists.values()] + [Period(book.article_4_cut_by)]
    periods += [s.period for t in catalogue().document_types.values() for s in t.sources]
    periods += [Period(v.valid_from) for v in catalogue().procedures["P-HAI-BAN"]]
    wanted = {day for period in periods for pair in sides(period) for day in pair}
    assert sorted(wanted - days_of_cases()) == []


def test_both_sides_of_every_deadline_to_cut_are_seen_in_the_findings() -> None:
    book = rulebook()
    said = {(case.on, f.should_have_been_cut) for case, f in findings()}
    deadlines = {x.cut_by for x in book.lists.values() if x.cut_by} | {book.article_4_cut_by}
    assert {(d, True) for d in deadlines} | {(d - DAY, False) for d in deadlines} <= said


def test_both_sides_of_every_wait_have_a_case_for_their_channel() -> None:
    have = {(w["channel"], w["received"].astimezone(VIETNAM).date()) for w in WAITS}
    wanted = {(limit.channel, day) for limit in rulebook().wait_limits for pair in sides(limit.period) for day in pair}
    assert sorted(wanted - have) == []


def cited_periods() -> Iterator[tuple[str, Period]]:
    """Every provision some rule cites, with the days on which it can be cited: rule, provision and act in force."""
    book = rulebook()
    elsewhere = {
        "one-complete-notice",
        "no-eform-signature",
        "physical-on-request",
        "physical-fee",
        "private-paper-advised",
        "private-paper-refused",
    }
    groups = [(v.period, v.cites) for n, vs in book.rules.items() for v in vs if n not in elsewhere]
    groups += [(t.period, t.cites) for t in book.type_laws]
    groups += [(x.period, x.cites) for x in book.lists.values() if x.subject == "procedure"]
    for period, cites in groups:
        for name in cites:
            known = book.provisions[name]
            starts = [p.start for p in (period, known.period, known.law.period) if p.start]
            ends = [p.until for p in (period, known.period, known.law.period) if p.until]
            yield name, Period(max(starts), min(ends, default=None))


@pytest.mark.parametrize(("name", "period"), sorted(set(cited_periods()), key=str), ids=str)
def test_both_sides_of_every_cited_provision_are_seen_in_the_findings(name: str, period: Period) -> None:
    def cites(finding: Finding, law: LawOn) -> bool:
        points = {name, *law.rulebook.article_4.values()} if name == ARTICLE_4 else {name}
        return bool({c for p in points for c in law.cite((p,))} & set(finding.citations))

    said = {(case.on, cites(f, rulebook().on(case.on))) for case, f in findings()}
    wanted = {(inside, True) for _, inside in sides(period)} | {(outside, False) for outside, _ in sides(period)}
    assert sorted(wanted - said) == []


@pytest.mark.parametrize("code", sorted(rulebook().article_4))
def test_each_paper_of_article_4_is_refused_under_its_own_point_while_the_resolution_holds(code: str) -> None:
    known = catalogue().document_types[code]
    service = next(s.service for s in known.sources if s.service)
    holder = "organization" if known.subject == "organization" else "person"
    point = rulebook().provisions[rulebook().article_4[code]].provision
    for on, cited in ((date(2026, 1, 1), True), (date(2027, 2, 28), True), (date(2027, 3, 1), False)):
        said = {
            "case": code,
            "on": on,
            "procedure": "P-DIEU-4",
            "holder": holder,
            "demand": {"document_type": code},
            "lookups": {service: "held"},
        }
        finding = Case("article 4", said).decide().findings[0]
        assert finding.outcome is Outcome.REFUSE_PAPER_USE_REGISTRY
        assert (f"NQ-66.7-2025 {point}" in {written(c) for c in finding.citations}) is cited
        assert finding.should_have_been_cut
