"""What to bring, on both sides of every date, and always as the gate would judge it."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Catalogue, Form
from app.domain.errors import ProcedureNotInForce, UnknownProcedure
from app.domain.evidence import Source
from app.domain.guidance import Guidance, Guide, Paper, Way, guidance, replaced_since
from app.domain.law import Rulebook
from app.domain.paper_demands import integrated_on
from app.domain.publications import Kind, Publication, catalogue_of
from app.domain.values import replace
from app.rulebook.loader import load_rulebook
from app.rulebook.starter import load_starter
from tests.desk import component, procedure_body

P = "9.000001"
NOW = "2026-11-23"
Json = dict[str, Any]


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


@cache
def starter() -> tuple[Publication, ...]:
    return tuple(load_starter(rulebook()))


def known(*components: Json, lists: dict[str, Json] | None = None, **more: Any) -> Catalogue:
    own = [Publication(Kind.PROCEDURE, P, {**procedure_body(*components), **more})]
    own += [Publication(Kind.LIST_MEMBER, f"{name}/{P}", body) for name, body in (lists or {}).items()]
    types = [p for p in starter() if p.kind is Kind.DOCUMENT_TYPE]
    return catalogue_of(1, [*types, *own])


def guided(*components: Json, day: str = NOW, confirmed_only: bool = False, **more: Any) -> Guidance:
    law = rulebook().on(date.fromisoformat(day))
    return guidance(known(*components, **more), law, P, confirmed_only=confirmed_only)


def only(found: Guidance) -> Guide:
    (guide,) = found.guides
    return guide


def ways(guide: Guide) -> dict[str, str]:
    return {p.type.code: p.way.value for n in guide.needs for p in n.papers}


def paper(code: str, day: str = NOW, **more: Any) -> Paper:
    guide = only(guided(component(1, code), day=day, **more))
    return guide.needs[0].papers[0]


def cited(p: Paper) -> list[str]:
    return [c.law for c in p.citations]


def member(start: str, *types: str, status: str = "confirmed", basis: str = "NQ-66.7-2025") -> Json:
    return {"from": start, "status": status, "basis": basis, "document_types": list(types)}


def test_each_paper_goes_its_own_way() -> None:
    found = only(guided(component(1, "TO_KHAI"), component(2, "VAN_BANG"), component(3, "CAN_CUOC")))
    assert ways(found) == {"TO_KHAI": "write", "VAN_BANG": "bring", "CAN_CUOC": "look_up"}
    assert [n.component.position for n in found.by(Way.WRITE, Way.BRING)] == [1, 2]


@pytest.mark.parametrize(
    ("code", "before", "since"),
    [
        ("CAN_CUOC", "2025-09-12", "2025-09-13"),
        ("TRICH_LUC_KHAI_TU", "2025-12-31", "2026-01-01"),
        ("THONG_TIN_CU_TRU", "2022-12-31", "2023-01-01"),
    ],
)
def test_a_paper_is_brought_until_the_day_on_which_data_replace_it(code: str, before: str, since: str) -> None:
    earlier = paper(code, before)
    assert (earlier.way, earlier.citations, earlier.sources) == (Way.BRING, (), ())
    later = paper(code, since)
    assert later.way is Way.LOOK_UP
    assert later.sources
    assert later.citations


def test_a_source_is_named_from_its_own_first_day_on() -> None:
    def places(day: str) -> set[str | None]:
        return {s.service for s in paper("PHIEU_LLTP", day).sources}

    assert places("2025-12-31") == {None}
    assert places("2026-01-01") == {None, "LLTP"}


def test_what_binds_the_office_is_cited_the_strongest_first() -> None:
    assert cited(paper("GIAY_KHAI_SINH"))[0] == "ND-118-2025"
    assert "ND-118-2025" not in cited(paper("GIAY_KHAI_SINH", "2026-08-04"))
    assert cited(paper("GIAY_KHAI_SINH", "2025-09-13")) == ["ND-69-2024", "CT-24-2025"]


def test_after_a_look_up_in_vain_the_original_may_be_asked_for_and_no_certified_copy() -> None:
    found = paper("GIAY_KHAI_SINH")
    assert found.then is Form.ORIGINAL
    assert {c.law for c in found.if_not_found} == {"NQ-66.7-2025"}
    assert {c.law for c in found.no_certified_copy} == {"CT-24-2025"}


def test_one_paper_of_a_choice_that_is_looked_up_spares_the_others() -> None:
    found = only(guided(component(1, "CAN_CUOC", "HO_CHIEU", relation="any_of")))
    (need,) = found.needs
    assert need.way is Way.LOOK_UP
    assert need.is_choice
    passport = found.papers(Way.LOOK_UP)[1]
    assert (passport.type.code, passport.sources) == ("HO_CHIEU", ())
    assert [t.code for t in passport.instead] == ["CAN_CUOC"]


def test_a_choice_that_nobody_can_look_up_is_brought_as_one_of_its_papers() -> None:
    (need,) = only(guided(component(1, "CAN_CUOC", "HO_CHIEU", relation="any_of"), day="2025-09-12")).needs
    assert (need.way, len(need.papers), need.is_choice) == (Way.BRING, 2, True)


def test_a_choice_among_ones_own_papers_is_written() -> None:
    (need,) = only(guided(component(1, "TO_KHAI", "MAU_DIEN_TU", relation="any_of"))).needs
    assert (need.way, need.is_choice) == (Way.WRITE, True)


def test_of_several_papers_that_are_all_needed_each_goes_its_own_way() -> None:
    found = only(guided(component(1, "GIAY_KHAI_SINH", "VAN_BANG", relation="all_of")))
    assert [(n.way, [p.type.code for p in n.papers], n.is_choice) for n in found.needs] == [
        (Way.LOOK_UP, ["GIAY_KHAI_SINH"], False),
        (Way.BRING, ["VAN_BANG"], False),
    ]


def test_every_case_is_told_whole() -> None:
    found = guided(
        component(1, "CAN_CUOC"), component(2, "VAN_BANG", case="A"), component(3, "GIAY_CHUNG_SINH", case="B")
    )
    assert {g.case: set(ways(g)) for g in found.guides} == {
        "A": {"CAN_CUOC", "VAN_BANG"},
        "B": {"CAN_CUOC", "GIAY_CHUNG_SINH"},
    }


def test_whose_paper_it_is_and_when_it_is_needed_are_told_as_published() -> None:
    needed = component(
        1, "GIAY_CN_KET_HON", holder="parent", mandatory=False, mandatory_when="cha mẹ có đăng ký kết hôn"
    )
    (need,) = only(guided(needed)).needs
    assert (need.component.holder, need.component.mandatory_when) == ("parent", "cha mẹ có đăng ký kết hôn")


@pytest.mark.parametrize(
    ("day", "way"),
    [
        ("2025-12-31", Way.LOOK_UP),
        ("2026-01-01", Way.CUT),
        ("2027-02-28", Way.CUT),
        ("2027-03-01", Way.LOOK_UP),
    ],
)
def test_a_paper_is_cut_while_the_list_that_cuts_it_is_in_force(day: str, way: Way) -> None:
    lists = {"nq66.7-annex-2": member("2026-01-01", "GIAY_KHAI_SINH")}
    found = paper("GIAY_KHAI_SINH", day, lists=lists)
    assert found.way is way
    if way is Way.CUT:
        assert [c.law for c in found.citations] == ["NQ-66.7-2025", "ND-118-2025"]


def test_a_choice_goes_on_without_the_paper_that_was_cut() -> None:
    lists = {"nq66.7-annex-2": member("2026-01-01", "HO_CHIEU")}
    (need,) = only(guided(component(1, "HO_CHIEU", "VAN_BANG", relation="any_of"), lists=lists)).needs
    assert (need.way, [p.type.code for p in need.papers]) == (Way.BRING, ["VAN_BANG"])


def test_data_of_a_paper_that_was_cut_stand_in_for_the_rest_of_its_choice() -> None:
    lists = {"nq66.7-annex-2": member("2026-01-01", "GIAY_KHAI_SINH")}
    (need,) = only(guided(component(1, "GIAY_KHAI_SINH", "VAN_BANG", relation="any_of"), lists=lists)).needs
    (left,) = need.papers
    assert (need.way, left.type.code, [t.code for t in left.instead]) == (Way.LOOK_UP, "VAN_BANG", ["GIAY_KHAI_SINH"])


def test_a_choice_of_which_all_was_cut_is_cut() -> None:
    lists = {"nq66.7-annex-2": member("2026-01-01", "GIAY_KHAI_SINH", "VAN_BANG")}
    (need,) = only(guided(component(1, "GIAY_KHAI_SINH", "VAN_BANG", relation="any_of"), lists=lists)).needs
    assert (need.way, len(need.papers)) == (Way.CUT, 2)


def test_a_service_without_paper_takes_electronic_forms_alone() -> None:
    lists = {"no-paper-services": member("2025-10-01", basis="KH-02-2025", status="candidate")}
    components = component(1, "TO_KHAI"), component(2, "VAN_BANG"), component(3, "CAN_CUOC")
    found = only(guided(*components, lists=lists))
    assert ways(found) == {"TO_KHAI": "send", "VAN_BANG": "send", "CAN_CUOC": "look_up"}
    assert found.takes_no_paper
    card = found.papers(Way.LOOK_UP)[0]
    assert (card.then, {c.law for c in card.if_not_found}) == (Form.ELECTRONIC, {"CT-24-2025", "KH-02-2025"})
    assert not only(guided(*components, lists=lists, day="2025-09-30")).takes_no_paper
    assert not only(guided(*components, lists=lists, confirmed_only=True)).takes_no_paper


def test_what_can_be_linked_is_told_apart() -> None:
    assert only(guided(component(1, "CAN_CUOC"))).linkable
    assert not only(guided(component(1, "GCN_DKDN"))).linkable


def test_a_component_that_should_have_been_cut_says_so() -> None:
    assert not paper("GIAY_KHAI_SINH", "2025-12-31").overdue
    assert paper("GIAY_KHAI_SINH", "2026-01-01").overdue


def test_nothing_is_promised_of_a_procedure_whose_components_nobody_knows() -> None:
    catalogue = known(component(1, "CAN_CUOC"))
    unknown = replace(catalogue.procedures[P][0], components=(), components_known=False)
    found = guidance(replace(catalogue, procedures={P: (unknown,)}), rulebook().on(date(2026, 11, 23)), P)
    assert (found.guides, found.beyond, found.archive) == ((), (), ())


def test_nothing_is_called_beyond_a_dossier_that_waits_for_review() -> None:
    catalogue = known(component(1, "VAN_BANG"))
    law = rulebook().on(date(2026, 11, 23))
    assert guidance(catalogue, law, P).beyond
    doubtful = replace(catalogue.procedures[P][0], doubtful=(1,))
    found = guidance(replace(catalogue, procedures={P: (doubtful,)}), law, P)
    assert found.beyond == ()
    assert only(found).needs[0].doubtful


def test_lists_are_those_of_the_day_and_of_the_setting() -> None:
    lists = {"ct24-annex-1": member("2025-09-13", status="candidate", basis="CT-24-2025")}
    assert [m.list_id for m in guided(component(1, "CAN_CUOC"), lists=lists).lists] == ["ct24-annex-1"]
    assert guided(component(1, "CAN_CUOC"), lists=lists, day="2025-09-12").lists == ()
    assert guided(component(1, "CAN_CUOC"), lists=lists, confirmed_only=True).lists == ()


def test_an_unknown_procedure_and_one_not_yet_in_force_are_told_apart() -> None:
    with pytest.raises(UnknownProcedure):
        guidance(known(), rulebook().on(date(2026, 11, 23)), "9.999999")
    with pytest.raises(ProcedureNotInForce):
        guided(component(1, "CAN_CUOC"), day="2019-12-31")


def test_readers_do_not_touch_what_the_checks_remember() -> None:
    catalogue = known(component(1, "CAN_CUOC"))
    guidance(catalogue, rulebook().on(date(2026, 11, 23)), P)
    assert catalogue.memory == {}


def _all_papers(found: Guidance) -> Iterator[Paper]:
    return (p for g in found.guides for n in g.needs for p in n.papers)


@given(
    st.sampled_from(sorted({p.key for p in starter() if p.kind is Kind.PROCEDURE})),
    st.dates(date(2026, 1, 1), date(2028, 1, 1)),
)
def test_an_office_looks_up_exactly_what_is_integrated_or_may_be_stood_in_for(code: str, day: date) -> None:
    law = rulebook().on(day)
    for found in _all_papers(guidance(_starter_catalogue(), law, code)):
        if found.way is Way.CUT:
            continue
        integrated = integrated_on(found.type, code, day, law)
        assert (found.way is Way.LOOK_UP) == (integrated or bool(found.instead))
        assert bool(found.sources) == integrated
        assert found.way is not Way.LOOK_UP or found.citations


@cache
def _starter_catalogue() -> Catalogue:
    return catalogue_of(1, starter())


def test_since_when_data_replace_a_paper() -> None:
    types = known().document_types
    law = rulebook().on(date(2026, 11, 23))

    def since(code: str) -> dict[str, date | None]:
        return {s.service or "vneid": replaced_since(law, code, s) for s in types[code].sources}

    assert since("PHIEU_LLTP") == {"vneid": date(2025, 9, 13), "LLTP": date(2026, 1, 1)}
    assert since("THONG_TIN_CU_TRU") == {"vneid": date(2025, 9, 13), "037": date(2023, 1, 1)}
    earlier = rulebook().on(date(2025, 9, 12))
    assert [replaced_since(earlier, "CAN_CUOC", s) for s in types["CAN_CUOC"].sources] == [None, None]
    (wallet,) = [s for s in types["PHIEU_LLTP"].sources if s.source is Source.WALLET]
    assert replaced_since(rulebook().on(date(2025, 9, 13)), "PHIEU_LLTP", wallet) == date(2025, 9, 13)
