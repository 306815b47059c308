"""The decision over its whole fact space: every procedure and paper of a made-up catalogue, every answer, form, day.

What single cases say in words stands in `tests/law/cases`.
"""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.cases import Item
from app.domain.catalogue import DocumentKind, Form, Relation
from app.domain.decisions import Finding, Outcome, Reason, canonical
from app.domain.errors import HolderRequired
from app.domain.evidence import Compared, LookupStatus, Source
from app.domain.facts import Facts, decide, facts_from
from app.domain.paper_demands import assess, inquire, integrated_on
from app.domain.persons import SubjectKind
from app.domain.values import replace
from tests.law.casebook import answer_of, asked, catalogue, granted, rulebook, setting_of

CT24, NQ66 = date(2025, 9, 13), date(2026, 1, 1)
TURNS = [
    *("2018-06-21", "2021-12-06", "2023-01-01", "2024-07-01", "2025-07-01", "2025-09-13", "2025-10-01", "2025-10-31"),
    *("2026-01-01", "2026-03-01", "2026-07-01", "2026-08-05", "2026-09-28", "2027-03-01"),
]
DAYS = st.sampled_from([date.fromisoformat(t) - timedelta(days=n) for t in TURNS for n in (0, 1)])
SINCE_CT24 = DAYS.filter(lambda d: d >= CT24)
PROCEDURES = sorted(set(catalogue().procedures) - {"P-HAI-BAN"})
STATUSES = sorted(LookupStatus)
REFUSALS_BY_DATA = {
    Outcome.REFUSE_PAPER_USE_WALLET,
    Outcome.REFUSE_PAPER_USE_REGISTRY,
    Outcome.REFUSE_PAPER_USE_ARCHIVE,
}


@st.composite
def demands(draw: st.DrawFn, days: st.SearchStrategy[date] = DAYS) -> tuple[Facts, Item]:
    """One demand with every source that is asked answering something."""
    facts = Facts(
        decision_id="D-1",
        decided_at="2026-11-22T08:00:00+07:00",
        procedure=draw(st.sampled_from(PROCEDURES)),
        law_as_of=draw(days),
        items=(),
        wait_over=draw(st.booleans()),
        confirmed_lists_only=draw(st.booleans()),
    )
    known = catalogue().procedure(facts.procedure, facts.law_as_of)
    inside = sorted({t for c in known.components for t in c.document_types})
    code = draw(st.sampled_from(inside) | st.sampled_from(sorted(catalogue().document_types)))
    kinds = [k for k in SubjectKind if catalogue().document_types[code].may_belong_to(k)]
    item = Item(
        ref="a",
        document_type=code,
        form=draw(st.sampled_from(Form)),
        holder=draw(st.sampled_from(kinds)),
        declined_sync=draw(st.booleans()),
    )
    answers = []
    for about, source, service in sorted(asked(item, facts, catalogue()), key=str):
        can = [s for s in STATUSES if source is Source.WALLET or s is not LookupStatus.NOT_LINKED]
        says = draw(st.sampled_from([*(s.value for s in can), *({"disagrees_with": c} for c in Compared)]))
        answers.append(answer_of(about, service or source.value, says, facts.law_as_of))
    item = replace(item, answers=tuple(answers))
    return replace(facts, items=(item,)), item


def judged(facts: Facts, item: Item) -> Finding:
    return decide(replace(facts, items=(item,)), catalogue(), rulebook()).findings[0]


@given(demands())
def test_every_demand_gets_a_finding_that_says_why_and_what_to_do(demand: tuple[Facts, Item]) -> None:
    facts, item = demand
    finding = judged(facts, item)
    assert all(s.strip() for s in (finding.because.vi, finding.because.en))
    assert all(s.strip() for s in (finding.remedy.text.vi, finding.remedy.text.en, finding.remedy.action))
    assert finding.trace
    assert (finding.outcome is Outcome.PAPER_LAWFUL) == (finding.lawful_if == ())
    assert (
        finding.outcome in {Outcome.PAPER_LAWFUL, Outcome.REFUSE_CERTIFIED_COPY}
        or "original" not in finding.lawful_forms
    )


@given(demands())
def test_facts_survive_storage_and_are_judged_again_to_the_same_bytes(demand: tuple[Facts, Item]) -> None:
    facts, _ = demand
    again = facts_from(facts.bytes())
    assert again == facts
    one, other = (decide(f, catalogue(), rulebook()).body() for f in (facts, again))
    assert canonical(one) == canonical(other)


def oracle(facts: Facts, item: Item) -> tuple[Outcome, Reason]:  # noqa: C901 — a second reading of the law, in one go
    """The steps in plain words, for a paper that nothing may stand in for."""
    on, code = facts.law_as_of, item.document_type
    known = catalogue().document_types[code]
    lists = set(catalogue().memberships(facts.procedure, on, confirmed_only=facts.confirmed_lists_only))
    sources = known.sources_for(facts.procedure, on)
    said = [(a.source, a.status(on), a.service) for a in item.answers]
    statuses = {status for _, status, _ in said}
    no_paper = "no-paper-services" in lists and item.form is not Form.ELECTRONIC and on >= date(2025, 10, 1)
    residence = code == "THONG_TIN_CU_TRU" and on >= date(2023, 1, 1)
    lawful = Outcome.REFUSE_PAPER_ELECTRONIC_ONLY if no_paper else Outcome.PAPER_LAWFUL
    skipped = False

    components = catalogue().procedure(facts.procedure, on).components
    if on >= date(2018, 6, 21) and not any(code in c.document_types for c in components):
        return Outcome.REFUSE_NOT_IN_DOSSIER, Reason.NOT_IN_COMPONENTS
    (cutting,) = catalogue().members["nq66.7-annex-2"].get(facts.procedure, (None,))
    if "nq66.7-annex-2" in lists and cutting and code in cutting.document_types and on <= date(2027, 2, 28):
        return Outcome.REFUSE_NOT_IN_DOSSIER, Reason.CUT_BY_LIST
    if known.kind is DocumentKind.PARTY:
        return lawful, Reason.PARTY_DOCUMENT
    if not sources and (Source.ARCHIVE, LookupStatus.HELD, None) not in said:
        return lawful, Reason.NOT_INTEGRATED
    for source, start in ((Source.WALLET, CT24), (Source.REGISTRY, CT24), (Source.ARCHIVE, date(2021, 12, 6))):
        for where, status, service in said:
            if where is source and status is LookupStatus.HELD:
                if on >= start or (residence and service == "037"):
                    return Outcome(f"REFUSE_PAPER_USE_{source.name}"), Reason(f"held_in_{source.value}")
                skipped = True
    against = statuses & {LookupStatus.EXPIRED, LookupStatus.REVOKED, LookupStatus.MISMATCH}
    silent = LookupStatus.NO_ANSWER in statuses
    if LookupStatus.NOT_LINKED in statuses and not silent and not against and not item.declined_sync:
        if on >= CT24:
            return Outcome.SYNC_FIRST, Reason.NOT_LINKED
        skipped = True
    if silent:
        if on >= CT24 or (residence and (Source.REGISTRY, LookupStatus.NO_ANSWER, "037") in said):
            return (lawful, Reason.SOURCE_UNAVAILABLE) if facts.wait_over else (Outcome.WAIT_SOURCE, Reason.NO_ANSWER)
        skipped = True
    own = Reason.NOT_HELD
    if LookupStatus.NOT_LINKED in statuses and item.declined_sync:
        own = Reason.SYNC_DECLINED
    for status in (LookupStatus.EXPIRED, LookupStatus.REVOKED, LookupStatus.MISMATCH):
        own = Reason(status.value) if status in statuses else own
    own = own if sources else Reason.NOT_INTEGRATED
    if no_paper:
        return lawful, own
    if item.form is Form.CERTIFIED_COPY and sources and (on >= CT24 or residence):
        return Outcome.REFUSE_CERTIFIED_COPY, own
    return lawful, Reason.RULE_NOT_IN_FORCE if skipped else own


@settings(max_examples=600)
@given(demands())
def test_the_steps_decide_in_the_order_of_the_contract(demand: tuple[Facts, Item]) -> None:
    facts, item = demand
    components = catalogue().procedure(facts.procedure, facts.law_as_of).components
    containing = [c for c in components if item.document_type in c.document_types]
    assume(not containing or any(c.relation is not Relation.ANY_OF for c in containing))
    finding = judged(facts, item)
    assert (finding.outcome, finding.reason) == oracle(facts, item)


@settings(max_examples=300)
@given(demands())
def test_the_facts_named_make_the_paper_lawful_and_none_is_too_much(demand: tuple[Facts, Item]) -> None:
    facts, item = demand
    finding = judged(facts, item)
    wanted = [f.fact for f in finding.lawful_if]
    sources = {s for f in finding.lawful_if for s in f.sources}
    assert granted(facts, item, set(wanted), sources).outcome is Outcome.PAPER_LAWFUL
    for one in wanted:
        assert granted(facts, item, set(wanted) - {one}, sources).outcome is not Outcome.PAPER_LAWFUL, one


@given(demands(SINCE_CT24), st.data())
def test_data_that_appears_never_makes_a_paper_lawful(demand: tuple[Facts, Item], data: st.DataObject) -> None:
    facts, item = demand
    own = [n for n, a in enumerate(item.answers) if a.document_type == item.document_type]
    assume(own)
    n = data.draw(st.sampled_from(own))
    a = item.answers[n]
    held = answer_of(a.document_type, a.service or a.source.value, "held", facts.law_as_of)
    after = judged(facts, replace(item, answers=(*item.answers[:n], held, *item.answers[n + 1 :])))
    assert after.outcome in REFUSALS_BY_DATA


@given(demands(SINCE_CT24), st.data())
def test_an_outage_never_becomes_a_fact_about_the_citizen(demand: tuple[Facts, Item], data: st.DataObject) -> None:
    facts, item = demand
    inquiry = inquire(item, setting_of(facts, catalogue()), catalogue(), rulebook().on(facts.law_as_of))
    assume(inquiry.queries)
    n = data.draw(st.sampled_from(range(len(item.answers))))
    a = item.answers[n]
    silent = answer_of(a.document_type, a.service or a.source.value, "no_answer", facts.law_as_of)
    answers = (*item.answers[:n], silent, *item.answers[n + 1 :])
    after = judged(replace(facts, wait_over=False), replace(item, answers=answers))
    assert after.outcome in {Outcome.WAIT_SOURCE, *REFUSALS_BY_DATA}


@given(demands())
def test_declining_or_waiting_longer_never_makes_a_lawful_paper_unlawful(demand: tuple[Facts, Item]) -> None:
    facts, item = demand
    assume(judged(facts, item).outcome is Outcome.PAPER_LAWFUL)
    later = judged(replace(facts, wait_over=True), replace(item, declined_sync=True))
    assert later.outcome is Outcome.PAPER_LAWFUL


@given(demands())
def test_an_electronic_form_is_never_refused_for_its_form(demand: tuple[Facts, Item]) -> None:
    facts, item = demand
    outcome = judged(facts, replace(item, form=Form.ELECTRONIC)).outcome
    assert outcome not in {Outcome.REFUSE_CERTIFIED_COPY, Outcome.REFUSE_PAPER_ELECTRONIC_ONLY}


@given(demands())
def test_nobody_is_asked_where_the_paper_is_decided_without_data(demand: tuple[Facts, Item]) -> None:
    facts, item = demand
    inquiry = inquire(item, setting_of(facts, catalogue()), catalogue(), rulebook().on(facts.law_as_of))
    without_data = judged(facts, item).rule in {"not-in-dossier", "party-document"}
    party = catalogue().document_types[item.document_type].kind is DocumentKind.PARTY
    assert (inquiry.types == ()) is (without_data or party)
    if not inquiry.types:
        assert inquiry.queries == ()
    else:
        assert inquiry.types[0] == item.document_type


@given(demands(st.just(date(2026, 11, 20))))
def test_a_source_that_does_not_serve_on_the_day_does_not_count(demand: tuple[Facts, Item]) -> None:
    """Facts judged again on another day, or answers about a paper nobody demanded."""
    facts, item = demand
    on = facts.law_as_of
    strangers = (
        answer_of(item.document_type, "NO-SUCH-SERVICE", "held", on),
        answer_of("GIAY_CO_HAN", "HO-TICH", "held", on),
        answer_of("SO_BHXH", "archive", "held", on),
    )
    assume(item.document_type not in {"SO_BHXH", "GIAY_CO_HAN"})
    assert judged(facts, replace(item, answers=(*item.answers, *strangers))) == judged(facts, item)


def test_a_registry_that_begins_in_2026_does_not_refuse_when_the_same_facts_are_judged_in_2025() -> None:
    on = date(2026, 1, 1)
    answers = (answer_of("DANG_KY_XE", "wallet", "not_held", on), answer_of("DANG_KY_XE", "DK-XE", "held", on))
    item = Item("a", "DANG_KY_XE", Form.COPY, SubjectKind.PERSON, answers=answers)
    facts = Facts("D-1", "2026-01-01T08:00:00+07:00", "P-CA-NHAN", on, (item,))
    assert judged(facts, item).outcome is Outcome.REFUSE_PAPER_USE_REGISTRY
    before = judged(replace(facts, law_as_of=on - timedelta(days=1)), item)
    assert (before.outcome, before.reason) == (Outcome.PAPER_LAWFUL, Reason.NOT_HELD)


def test_a_paper_that_cannot_be_the_holders_needs_to_be_told_whose_it_is() -> None:
    on = date(2026, 11, 20)
    facts = Facts("D-1", "t", "P-TO-CHUC", on, ())
    for named in (False, True):
        item = Item("a", "CAN_CUOC", Form.COPY, SubjectKind.ORGANIZATION, holder_named=named)
        with pytest.raises(HolderRequired) as refused:
            assess(item, setting_of(facts, catalogue()), catalogue(), rulebook().on(on))
        assert refused.value.facts == {"document_type": "CAN_CUOC", "subject": "person", "named": named}


def test_the_sentence_of_a_refusal_names_the_paper_that_stands_in() -> None:
    on = date(2026, 11, 20)
    item = Item("a", "HO_CHIEU", Form.COPY, SubjectKind.PERSON)
    facts = Facts("D-1", "t", "P-LUA-CHON", on, ())
    for source, status in (("wallet", "held"), ("037", "held"), ("archive", "held"), ("wallet", "not_linked")):
        finding = judged(facts, replace(item, answers=(answer_of("CAN_CUOC", source, status, on),)))
        assert finding.via == ("CAN_CUOC",)
        assert "Hộ chiếu" in finding.because.vi
        assert "Thẻ căn cước" in finding.because.vi
        assert "stand in" in finding.because.en


SAYING = st.sampled_from(["not_held", "expired", "revoked", {"disagrees_with": "claim"}, {"disagrees_with": "record"}])


@given(st.tuples(SAYING, SAYING, SAYING))
def test_a_mismatch_is_put_to_the_typing_unless_databases_alone_disagree(
    says: tuple[str | dict[str, str], ...],
) -> None:
    on = date(2026, 11, 20)
    known = zip(("wallet", "GPLX", "archive"), says, strict=True)
    answers = tuple(answer_of("GIAY_PHEP_LAI_XE", source, said, on) for source, said in known)
    item = Item("a", "GIAY_PHEP_LAI_XE", Form.COPY, SubjectKind.PERSON, answers=answers)
    finding = judged(Facts("D-1", "t", "P-CA-NHAN", on, ()), item)
    against = {a.disagrees_with for a in answers} - {None}
    assert (finding.reason is Reason.MISMATCH) == bool(against)
    assert (finding.remedy.action == "check_typing_then_correct_database") == (Compared.CLAIM in against)
    assert (finding.remedy.action == "ask_keeper_to_correct") == (against == {Compared.RECORD})


@pytest.mark.parametrize(
    ("sources", "named", "source", "service"),
    [
        (("wallet",), ("ví giấy tờ trên VNeID", "the VNeID wallet"), "wallet", None),
        (("archive",), ("kho dữ liệu của tỉnh", "the province's archive"), "archive", None),
        (
            ("wallet", "GPLX"),
            ("Cơ sở dữ liệu giấy phép lái xe và ví giấy tờ trên VNeID", "the data service GPLX and the VNeID wallet"),
            "registry",
            "GPLX",
        ),
    ],
)
def test_where_databases_disagree_whoever_keeps_the_data_is_named(
    sources: tuple[str, ...], named: tuple[str, str], source: str, service: str | None
) -> None:
    on = date(2026, 11, 20)
    answers = tuple(answer_of("GIAY_PHEP_LAI_XE", s, {"disagrees_with": "record"}, on) for s in sources)
    item = Item("a", "GIAY_PHEP_LAI_XE", Form.COPY, SubjectKind.PERSON, answers=answers)
    remedy = judged(Facts("D-1", "t", "P-CA-NHAN", on, ()), item).remedy
    assert f"trên giấy tờ ở {named[0]} khác" in remedy.text.vi
    assert f"on the document in {named[1]} differs" in remedy.text.en
    assert (remedy.source, remedy.service) == (source, service)


@pytest.mark.parametrize(
    ("code", "procedure", "on", "integrated"),
    [
        ("CAN_CUOC", "P-CA-NHAN", CT24 - timedelta(days=1), False),
        ("CAN_CUOC", "P-CA-NHAN", CT24, True),
        ("THONG_TIN_CU_TRU", "P-CA-NHAN", date(2023, 1, 1), True),
        ("THONG_TIN_CU_TRU", "P-CA-NHAN", date(2022, 12, 31), False),
        ("GCN_QSDD", "P-TO-CHUC", NQ66 - timedelta(days=1), False),
        ("GCN_QSDD", "P-TO-CHUC", NQ66, True),
        ("GIAY_RIENG", "P-RIENG", NQ66, True),
        ("GIAY_RIENG", "P-CA-NHAN", NQ66, False),
        ("VAN_BANG", "P-CA-NHAN", NQ66, False),
        ("TO_KHAI", "P-CA-NHAN", NQ66, False),
    ],
)
def test_a_paper_is_integrated_from_the_day_its_source_and_its_rule_hold(
    code: str, procedure: str, on: date, integrated: bool
) -> None:
    assert integrated_on(catalogue().document_types[code], procedure, on, rulebook().on(on)) is integrated


def test_only_the_fewest_sources_that_would_have_to_lose_the_paper_are_named() -> None:
    on = date(2026, 11, 20)
    item = Item("a", "HO_CHIEU", Form.COPY, SubjectKind.PERSON)
    answers = (
        answer_of("CAN_CUOC", "wallet", "held", on),
        answer_of("CAN_CUOC", "037", "held", on),
        answer_of("GIAY_PHEP_LAI_XE", "wallet", "held", on),
    )
    facts = Facts("D-1", "t", "P-HAI-LUA-CHON", on, ())
    (fact,) = judged(facts, replace(item, answers=answers)).lawful_if
    assert (fact.fact, fact.sources) == ("no_source_holds_it", ("wallet:GIAY_PHEP_LAI_XE",))
    own = answer_of("HO_CHIEU", "archive", "held", on)
    (fact,) = judged(facts, replace(item, answers=(answers[0], own))).lawful_if
    assert fact.sources == ("archive:HO_CHIEU",)


def test_what_the_parties_write_stands_in_for_nothing_and_nobody_is_asked_about_it() -> None:
    facts = Facts("D-1", "t", "P-LUA-CHON", date(2026, 11, 20), ())
    item = Item("a", "VAN_BANG", Form.COPY, SubjectKind.PERSON)
    inquiry = inquire(item, setting_of(facts, catalogue()), catalogue(), rulebook().on(facts.law_as_of))
    assert inquiry.types == ("VAN_BANG",)
