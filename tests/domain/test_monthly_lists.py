"""What a month's publication says, and what changed from one to another, each with the law that did it."""

import copy
import json
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Catalogue, MemberStatus
from app.domain.law import Period, Rulebook
from app.domain.monthly_lists import (
    Change,
    MonthNotBegun,
    canonical_json,
    changes,
    citation,
    grounds,
    joined,
    last_day,
    split,
    stated,
)
from app.domain.publications import catalogue_of
from app.domain.values import replace
from app.rulebook.loader import load_rulebook
from app.rulebook.starter import load_starter
from app.services.catalogue import integrated_documents

Body = dict[str, Any]
DECEMBER, JANUARY = date(2025, 12, 31), date(2026, 1, 31)
TODAY = date(2026, 11, 23)


@cache
def law() -> Rulebook:
    return load_rulebook()


@cache
def starter() -> Catalogue:
    return catalogue_of(1, load_starter(law()))


def said(day: date, known: Catalogue | None = None) -> Body:
    known = known or starter()
    return stated(known, law(), day, integrated_documents(known, law(), day))


def with_type(code: str, **change: Any) -> Catalogue:
    types = dict(starter().document_types)
    types[code] = replace(types[code], **change)
    return replace(starter(), document_types=types)


def types(*found: Change) -> list[str]:
    return [c.code for c in found]


def cited(*found: Change) -> set[tuple[str, str | None]]:
    return {(c.law, c.provision) for change in found for c in change.citations}


def codes(change: Change) -> list[str]:
    return [d.code for d in change.differences]


# ---- the day --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("month", "day"),
    [
        ("2026-10", date(2026, 10, 31)),
        ("2026-02", date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 29)),
        ("2025-12", date(2025, 12, 31)),
        ("2026-11", TODAY),
    ],
)
def test_a_months_list_states_its_last_day_and_the_present_months_states_today(month: str, day: date) -> None:
    assert last_day(month, TODAY) == day


def test_a_month_that_has_not_begun_states_nothing() -> None:
    with pytest.raises(MonthNotBegun):
        last_day("2026-12", TODAY)
    assert last_day("2026-12", date(2026, 12, 1)) == date(2026, 12, 1)


# ---- what is stated -------------------------------------------------------------------------------------------------


def test_the_documents_are_those_of_the_integrated_list_with_their_sources() -> None:
    published = {d["document_type"]: d for d in said(JANUARY)["documents"]}
    for row in integrated_documents(starter(), law(), JANUARY):
        found = published.pop(row["type"].code)
        assert [(s["source"], s["service"], s["basis"]) for s in found["sources"]] == [
            (s.source.value, s.service, s.basis) for s in row["sources"]
        ]
        assert found["citations"] == [c.body() for c in grounds(law().on(JANUARY), row["type"], row["sources"])]
        assert found["citations"]
    assert published == {}


def test_a_source_cites_the_provision_of_the_act_it_rests_on() -> None:
    (death,) = [d for d in said(JANUARY)["documents"] if d["document_type"] == "TRICH_LUC_KHAI_TU"]
    (source,) = death["sources"]
    assert {c["law"] for c in source["citations"]} == {"NQ-66.7-2025"}
    assert "Điều 4 khoản 2 điểm d" in {c["provision"] for c in source["citations"]}
    assert source["replaces_since"] == "2026-01-01"


def test_lists_stand_with_what_is_declared_loaded_and_confirmed_and_only_while_in_force() -> None:
    before, after = ({x["list"]: x for x in said(day)["lists"]} for day in (DECEMBER, JANUARY))
    assert "nq66.7-annex-1" not in before
    annex = after["nq66.7-annex-1"]
    assert annex["loaded"] == len(annex["members"]) > 700
    assert annex["confirmed"] == sum(m["status"] == "confirmed" for m in annex["members"])
    assert annex["declared"] == law().lists["nq66.7-annex-1"].declared
    assert annex["citations"] == [c.body() for c in law().on(JANUARY).cite(law().lists["nq66.7-annex-1"].cites)]
    assert all(m["name"] for m in annex["members"])


def test_a_citation_is_read_back_as_it_was() -> None:
    for c in law().on(JANUARY).cite_rule("use-registry", "GIAY_KHAI_SINH"):
        assert citation(json.loads(json.dumps(c.body()))) == c


def test_what_is_signed_holds_the_digests_of_the_members_and_both_together_are_the_statement() -> None:
    whole = said(JANUARY)
    signed, members = split(whole)
    assert all("members" not in x and len(x["members_sha256"]) == 64 for x in signed["lists"])
    assert {k: len(v) for k, v in members.items()} == {x["list"]: x["loaded"] for x in whole["lists"]}
    again = joined(json.loads(canonical_json(signed)), json.loads(canonical_json(members)))
    assert changes(whole, again) == changes(whole, whole)
    other = copy.deepcopy(whole)
    other["lists"][0]["members"][0]["status"] = "other"
    assert canonical_json(split(other)[0]) != canonical_json(signed)


JSON = st.recursive(
    st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz_", max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_the_bytes_are_those_that_anyone_makes_of_the_same_values_by_rfc_8785(value: Any) -> None:
    """Python's own writer gives the same: sorted by name, no spaces, nothing escaped that need not be."""
    theirs = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value).decode() == theirs


# ---- what changed ---------------------------------------------------------------------------------------------------


def test_nothing_changes_from_a_statement_to_itself() -> None:
    documents, lists = changes(said(JANUARY), said(JANUARY))
    assert not documents and lists == ()


def test_without_a_statement_before_everything_is_new() -> None:
    documents, lists = changes(None, said(JANUARY))
    assert len(documents.added) == len(said(JANUARY)["documents"])
    assert {x.list_id for x in lists} == {x["list"] for x in said(JANUARY)["lists"] if x["members"]}


def test_a_resolution_that_comes_into_force_brings_papers_by_its_own_article() -> None:
    documents, lists = changes(said(DECEMBER), said(JANUARY))
    came = {c.code: cited(c) for c in documents.added}
    assert came.keys() == {"GCN_QSDD", "GIAY_KSK", "GIAY_XN_TINH_TRANG_HON_NHAN", "TRICH_LUC_KHAI_TU"}
    assert ("NQ-66.7-2025", "Điều 4 khoản 2 điểm d") in came["TRICH_LUC_KHAI_TU"]
    assert documents.removed == ()
    changed = {c.code: c for c in documents.changed}
    assert codes(changed["DANG_KY_XE"]) == ["source_added", "law_added"]
    assert ("NQ-66.7-2025", "Điều 4 khoản 6") in cited(changed["DANG_KY_XE"])
    assert codes(changed["CAN_CUOC"]) == ["law_added"]
    assert cited(changed["CAN_CUOC"]) == {("NQ-66.7-2025", p) for p in ("Điều 2 khoản 1", "Điều 4 khoản 1 điểm a")}
    annexes = {x.list_id: x for x in lists}
    assert len(annexes["nq66.7-annex-2"].members.added) == 8
    assert cited(*annexes["nq66.7-annex-2"].members.added) == {("NQ-66.7-2025", "Điều 3 khoản 3, Phụ lục II")}


def test_a_resolution_that_ends_is_law_removed() -> None:
    documents, _ = changes(said(date(2027, 2, 28)), said(date(2027, 3, 1)))
    (card,) = [c for c in documents.changed if c.code == "CAN_CUOC"]
    gone = [d for d in card.differences if d.code == "law_removed"]
    assert {c.law for d in gone for c in d.citations} == {"NQ-66.7-2025"}


def test_a_paper_whose_sources_end_is_removed_and_says_on_what_it_stood() -> None:
    ended = tuple(
        replace(s, period=Period(s.period.start, date(2026, 1, 15)))
        for s in starter().document_type("GIAY_KSK").sources
    )
    documents, _ = changes(said(date(2026, 1, 10)), said(JANUARY, with_type("GIAY_KSK", sources=ended)))
    assert types(*documents.removed) == ["GIAY_KSK"]
    assert ("NQ-66.7-2025", "Điều 4 khoản 9") in cited(*documents.removed)


def test_a_source_that_goes_says_when_it_ended_and_by_which_law_it_was_there() -> None:
    was = starter().document_type("DANG_KY_XE")
    known = with_type(
        was.code,
        sources=tuple(
            replace(s, period=Period(s.period.start, date(2026, 2, 15))) if s.service else s for s in was.sources
        ),
    )
    documents, _ = changes(said(JANUARY, known), said(date(2026, 2, 28), known))
    (change,) = documents.changed
    assert codes(change)[0] == "source_removed"
    assert "đến hết ngày 15/02/2026" in change.differences[0].said.vi
    assert ("NQ-66.7-2025", "Điều 4 khoản 6") in cited(change)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "Tên mới"}, "name"),
        ({"procedures": frozenset({"1.001193"})}, "source_changed"),
        ({"basis": "NQ-66.7-2025"}, "source_changed"),
    ],
)
def test_what_is_otherwise_about_a_paper_is_said(change: Body, code: str) -> None:
    was = starter().document_type("SO_SUC_KHOE_DIEN_TU")
    named = {k: v for k, v in change.items() if k == "name"}
    sources = tuple(replace(s, **{k: v for k, v in change.items() if k != "name"}) for s in was.sources)
    documents, _ = changes(said(JANUARY), said(JANUARY, with_type(was.code, sources=sources, **named)))
    (found,) = documents.changed
    assert codes(found) == [code]
    if code != "name":
        assert found.citations


def test_one_service_under_two_acts_is_compared_whole() -> None:
    was = starter().document_type("GIAY_KSK")
    two = (*was.sources, replace(was.sources[0], procedures=frozenset({"1.001193"}), basis="CT-24-2025"))
    documents, _ = changes(said(JANUARY, with_type(was.code, sources=two)), said(JANUARY))
    (found,) = documents.changed
    assert codes(found) == ["source_changed"]


def test_a_member_that_is_confirmed_is_a_change_of_its_list() -> None:
    members = dict(starter().members["ct24-annex-3"])
    code, (member,) = next((c, own) for c, own in members.items() if own[0].status is MemberStatus.CANDIDATE)
    members[code] = (replace(member, status=MemberStatus.CONFIRMED),)
    known = replace(starter(), members={**starter().members, "ct24-annex-3": members})
    documents, lists = changes(said(JANUARY), said(JANUARY, known))
    (annex,) = lists
    assert (annex.list_id, types(*annex.members.changed)) == ("ct24-annex-3", [code])
    assert cited(*annex.members.changed) == {("CT-24-2025", "Phụ lục III")}
    assert [codes(c) for c in documents.changed] in ([["list_status"]], [])


SOME = st.deferred(lambda: st.lists(st.sampled_from(sorted(starter().document_types)), unique=True))


@given(SOME, SOME)
def test_what_came_and_what_went_change_places_when_time_is_turned_round(first: list[str], second: list[str]) -> None:
    whole = said(JANUARY)

    def only(kept: list[str]) -> Body:
        return {**whole, "documents": [d for d in whole["documents"] if d["document_type"] in kept]}

    there, back = changes(only(first), only(second))[0], changes(only(second), only(first))[0]
    assert (types(*there.added), types(*there.removed)) == (types(*back.removed), types(*back.added))
    assert there.changed == back.changed == ()
    assert all(c.citations for c in (*there.added, *there.removed))


def test_comparing_changes_neither_statement() -> None:
    before, after = said(DECEMBER), said(JANUARY)
    kept = copy.deepcopy((before, after))
    changes(before, after)
    assert (before, after) == kept


def test_the_body_of_a_change_is_plain_json() -> None:
    documents, lists = changes(said(DECEMBER), said(JANUARY))
    text = json.dumps([documents.body(), [x.body() for x in lists]])
    assert json.loads(text)[0]["added"][0].keys() == {"code", "name", "citations", "differences"}
