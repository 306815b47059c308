"""Sums over a review, proposals for annexes, and what an annex replaced."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue import Catalogue, MemberStatus, Relation
from app.domain.publications import Publication, catalogue_of
from app.domain.readings import Doubt
from app.domain.restructuring import Report, Verdict, review
from app.domain.restructuring_totals import AnnexRow, Asked, Proposal, annex_rows, proposals, totals
from app.domain.values import replace
from tests.domain.test_restructuring import CLAUSE, CODE, TODAY, member, part, publish, starter, starter_catalogue
from tests.law.casebook import rulebook

CUT_BY = date(2026, 1, 1)
REPORT = review(starter_catalogue(), rulebook(), TODAY)


def made(*published: Publication) -> tuple[Report, Catalogue]:
    known = catalogue_of(2, (*starter(), *published))
    return review(known, rulebook(), TODAY), known


def only(report: Report, code: str = CODE) -> Report:
    return report.only(lambda r: r.code == code)


def test_totals_count_every_component_once_in_the_whole_and_under_each_name() -> None:
    report = review(starter_catalogue(), rulebook(), TODAY)
    summed = totals(report)
    lines = [line for r in report.reviews for line in r.lines or ()]
    assert summed.whole.components == len(lines) == sum(summed.whole.verdicts.values())
    assert summed.whole.verdicts[Verdict.DATA_FIRST] == sum(line.verdict is Verdict.DATA_FIRST for line in lines)
    for group in ("sector", "agency", "level"):
        assert sum(t.components for t in summed.groups[group]) == len(lines)
    assert {t.name for t in summed.groups["level"]} <= {"ministry", "province", "commune"}


def test_a_procedure_handled_at_two_levels_counts_at_both_and_an_unknown_one_has_no_components() -> None:
    report, _ = made(publish(known=False))
    r = only(report).reviews[0]
    both = totals(Report(TODAY, 1, "", (replace(r, level="province|commune"),)))
    assert [(t.name, t.procedures, t.unknown, t.components) for t in both.groups["level"]] == [
        ("commune", 1, 1, 0),
        ("province", 1, 1, 0),
    ]


def test_papers_spared_a_year_are_the_needless_ones_times_the_dossiers() -> None:
    report, _ = made(
        publish(
            part(1, "Căn cước", "CAN_CUOC"),
            part(2, "Giấy khai sinh (nếu có)", "GIAY_KHAI_SINH", conditional=True),
            part(3, "Căn cước hoặc giấy khai sinh", "CAN_CUOC", "GIAY_KHAI_SINH"),
            part(4, "Căn cước, sổ bảo hiểm và bằng", "CAN_CUOC", "SO_BHXH", "VAN_BANG", relation=Relation.ALL_OF),
            part(5, CLAUSE, "CAN_CUOC", conditional=True),
            part(6, "Bằng", "VAN_BANG"),
        )
    )
    whole = totals(only(report), {CODE: 1000}).whole
    assert (whole.at_least, whole.at_most, whole.counted) == (4000, 5000, 1)
    assert totals(only(report)).whole.at_most == 0


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(starter_catalogue().procedures)), st.integers(0, 10**6), max_size=20))
def test_spared_papers_of_groups_that_part_the_whole_add_up_to_it(dossiers: dict[str, int]) -> None:
    summed = totals(REPORT, dossiers)
    for group in ("sector", "agency"):
        assert sum(t.at_most for t in summed.groups[group]) == summed.whole.at_most
    assert summed.whole.at_least <= summed.whole.at_most
    assert summed.whole.counted == len(dossiers)


# ---- proposals ------------------------------------------------------------------------------------------------------


def proposal(list_id: str, *published: Publication) -> Proposal | None:
    report, known = made(*published)
    return next((p for p in proposals(report, known, list_id) if p.code == CODE), None)


def test_a_paper_on_vneid_proposes_annex_1_and_a_paper_in_a_registry_annex_2() -> None:
    business, inspection = part(1, "GCN", "GCN_DKDN"), part(1, "Đăng kiểm", "DANG_KIEM")
    assert proposal("ct24-annex-1", publish(business)) is None
    found = proposal("ct24-annex-2", publish(business))
    assert found and found.papers == ((1, "GCN_DKDN"),)
    assert proposal("ct24-annex-1", publish(inspection))
    assert proposal("ct24-annex-2", publish(inspection)) is None


def test_words_that_yield_to_data_already_propose_the_procedure_all_the_same() -> None:
    assert proposal("ct24-annex-1", publish(part(1, CLAUSE, "CAN_CUOC", conditional=True)))


def test_what_is_loaded_stands_beside_what_is_proposed() -> None:
    loaded = member("ct24-annex-1", status="candidate")
    both = proposal("ct24-annex-1", publish(part(1, "Căn cước", "CAN_CUOC")), loaded)
    assert both and (both.proposed, both.loaded) == (True, MemberStatus.CANDIDATE)
    nothing = proposal("ct24-annex-1", publish(part(1, "Bằng", "VAN_BANG")), loaded)
    assert nothing and (nothing.proposed, nothing.loaded) == (False, MemberStatus.CANDIDATE)
    unheard_of = proposal("ct24-annex-1", loaded)
    assert unheard_of and unheard_of.name is None and not unheard_of.proposed


def test_a_proposal_that_rests_on_nothing_but_doubtful_readings_says_so() -> None:
    doubtful, sure = part(1, "Chứng nhận đăng ký xe để thu hồi", "DANG_KY_XE"), part(2, "Căn cước", "CAN_CUOC")
    one = proposal("ct24-annex-1", publish(doubtful))
    two = proposal("ct24-annex-1", publish(doubtful, sure))
    assert one and two and (one.needs_review, two.needs_review) == (True, False)


# ---- what Annex I replaced ------------------------------------------------------------------------------------------


def annex_row(*published: Publication) -> AnnexRow:
    report, known = made(member("nq66.7-annex-1", "CAN_CUOC", "GIAY_KHAI_SINH"), *published)
    return next(r for r in annex_rows(report, known, CUT_BY) if r.code == CODE)


@pytest.mark.parametrize(
    ("published", "asked", "overdue"),
    [
        ([publish(part(1, "Căn cước", "CAN_CUOC"))], Asked.STILL, CUT_BY),
        ([publish(part(1, CLAUSE, "CAN_CUOC", conditional=True))], Asked.IF_NOT_FOUND, None),
        ([publish(part(1, "Bằng", "VAN_BANG"))], Asked.NO_MORE, None),
        ([publish(known=False)], Asked.UNKNOWN, None),
        ([], Asked.UNKNOWN, None),
    ],
)
def test_every_procedure_of_the_annex_still_asks_or_does_not_or_is_not_known(
    published: list[Publication], asked: Asked, overdue: date | None
) -> None:
    row = annex_row(*published)
    assert (row.asked, row.overdue_since) == (asked, overdue)


def test_the_worst_paper_speaks_for_the_procedure_and_each_paper_for_itself() -> None:
    row = annex_row(publish(part(1, CLAUSE, "CAN_CUOC", conditional=True), part(2, "Khai sinh", "GIAY_KHAI_SINH")))
    assert row.asked is Asked.STILL
    assert row.papers == (("CAN_CUOC", Asked.IF_NOT_FOUND, (1,)), ("GIAY_KHAI_SINH", Asked.STILL, (2,)))


@pytest.mark.parametrize(
    ("conditional", "asked"), [(False, Asked.STILL), (True, Asked.IF_NOT_FOUND)], ids=["paper", "data first"]
)
def test_who_asks_for_a_proof_in_general_words_asks_for_the_paper_and_a_person_looks_at_it(
    conditional: bool, asked: Asked
) -> None:
    words = CLAUSE if conditional else "Giấy tờ chứng minh quan hệ nhân thân"
    row = annex_row(publish(part(1, words, "GIAY_TO_QUAN_HE_NHAN_THAN", conditional=conditional)))
    assert row.papers == (("CAN_CUOC", Asked.NO_MORE, ()), ("GIAY_KHAI_SINH", asked, (1,)))
    assert (row.asked, row.needs_review) == (asked, True)


def test_that_nothing_is_asked_any_more_is_unsure_while_a_line_is_doubtful() -> None:
    doubtful = part(1, "Giấy tờ khác", "KHAC", doubts=(Doubt("no_known_paper", None),))
    assert annex_row(publish(doubtful)).needs_review
    assert not annex_row(publish(part(1, "Bằng", "VAN_BANG"))).needs_review


def test_the_whole_annex_is_answered_for() -> None:
    known = starter_catalogue()
    rows = annex_rows(REPORT, known, CUT_BY)
    assert [r.code for r in rows] == sorted(known.members["nq66.7-annex-1"])
    assert {r.asked for r in rows} >= {Asked.UNKNOWN, Asked.IF_NOT_FOUND}
