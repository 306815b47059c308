"""Files of the catalogue without a file: headers are recognised, rows read, and held against what is published."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Relation
from app.domain.corrections import correction, inconsistency
from app.domain.definitions import FIRST_DAY
from app.domain.imports import (
    LAYOUTS,
    Cells,
    ImportKind,
    Known,
    Layout,
    Line,
    Neighbour,
    Plan,
    columns_of,
    fold_header,
    line_of,
    plan,
    recognise,
    texts_of,
)
from app.domain.law import ListLaw, Period
from app.domain.publications import Kind, Publication, definition
from app.domain.readings import AskedForm, ComponentKind, Doubt, Reading

TODAY = date(2026, 11, 23)
BY_NAME = {layout.name: layout for layout in LAYOUTS}
CARD = Reading(ComponentKind.OFFICIAL_DOCUMENT, ("CAN_CUOC",), Relation.ONE, AskedForm.COPY, False)
FORM = Reading(ComponentKind.PARTY_DOCUMENT, ("TO_KHAI",), Relation.ONE, AskedForm.UNSPECIFIED, False)
UNSURE = Reading(
    ComponentKind.OFFICIAL_DOCUMENT, ("KHAC",), Relation.ONE, AskedForm.COPY, False, doubts=(Doubt("unknown_paper"),)
)
TYPE = {"name": "Căn cước", "kind": "official", "subject": "person", "sources": []}
PROCEDURE = {"code": "9.200001", "name": "Thủ tục A", "sector": "Thử", "level": "tỉnh|xã", "agency": "Sở Thử"}
Published = Mapping[tuple[str, str, str], Mapping[str, Any]]


def read_word(text: str) -> Reading:
    """A reader that knows two words."""
    return CARD if "căn cước" in text else FORM if "đơn" in text.casefold() else UNSURE


def headers(layout: Layout) -> set[str]:
    return {fold_header(c) for c in layout.required}


def read(layout: str, *rows: Mapping[str, str], numbers: frozenset[str] = frozenset()) -> tuple[list[Line], list[str]]:
    """The lines of rows, and where each fault stands: `row:column:code`."""
    lines: list[Line] = []
    faults: list[str] = []
    for number, row in enumerate(rows, 2):
        cells = Cells(number, row, numbers)
        lines += line_of(BY_NAME[layout], cells)
        faults += [f"{f.row}:{f.column}:{f.code}" for f in cells.faults]
        assert all(f.vi.strip() and f.en.isascii() for f in cells.faults)
    return lines, faults


def faults_of(layout: str, **row: str) -> list[str]:
    return [fault.removeprefix("2:") for fault in read(layout, row)[1]]


def listed(subject: str = "procedure", declared: int | None = None) -> ListLaw:
    return ListLaw("ct24-annex-1", "Phụ lục", subject, "CT-24-2025", (), Period(FIRST_DAY), declared, None, None)


def known(*publications: Publication, as_asked: date | None = None, today: date = TODAY) -> Known:
    lists = {
        "ct24-annex-1": listed(declared=2),
        "ct24-annex-3": listed("document_type"),
        "nq66.7-annex-1": listed(),
        "no-paper-services": listed(),
    }
    slots = {p.slot: p.body for p in publications}
    return Known(slots, {"CT-24-2025", "NQ-66.7-2025"}, lists, today, "officer", as_asked)


def planned(layout: str, rows: list[dict[str, str]], given: Known) -> Plan:
    lines, faults = read(layout, *rows)
    assert faults == []
    return plan(BY_NAME[layout].kind, lines, {t: read_word(t) for t in texts_of(lines)}, given)


def after(given: Known, made: Plan, *, today: date | None = None, as_asked: date | None = None) -> Known:
    """What is published once the plan is."""
    slots = {**given.slots, **{p.slot: p.body for p in made.publications}}
    return Known(slots, given.laws, given.lists, today or given.today, given.by, as_asked)


def refusals(made: Plan) -> list[str]:
    return [f"{f.row}:{f.column}:{f.code}" for f in made.faults]


def warned(made: Plan) -> list[str]:
    return [f"{f.row}:{f.code}" for f in made.warnings]


def component(position: int, text: str, code: str = "9.200001", **more: str) -> dict[str, str]:
    return {"procedure_code": code, "position": str(position), "name": text, **more}


# ---- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda x: x.name)
def test_each_layout_is_recognised_by_its_required_columns(layout: Layout) -> None:
    assert recognise(headers(layout)) is layout
    assert recognise(headers(layout), layout.kind) is layout


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda x: x.name)
def test_columns_an_alias_names_are_columns_of_the_layout(layout: Layout) -> None:
    own = {*layout.required, *layout.optional, *layout.ignored}
    assert set(layout.aliases.values()) <= own
    assert len(own) == len({fold_header(c) for c in own})


def test_vietnamese_headers_are_recognised_however_they_are_typed() -> None:
    assert (
        recognise(map(fold_header, ["Mã thủ tục", "TÊN THỦ TỤC*", "Lĩnh_vực", "Cấp  thực hiện", "cơ quan"]))
        is (BY_NAME["procedures"])
    )
    decomposed = "Ma\u0303 thu\u0309 tu\u0323c"
    assert columns_of(BY_NAME["procedures"])[fold_header(decomposed)] == "code"


@pytest.mark.parametrize(
    "columns",
    [
        "id,number,title,issuer,issued_on,effective_on,in_force_until,topic",
        "code,sector,level,name,source,confidence",
        "result_code,name,procedure_codes,procedure_count",
        "code,name,kind,province_code,source,confidence",
    ],
)
def test_a_neighbour_of_the_catalogue_is_told_from_it(columns: str) -> None:
    found = recognise(map(fold_header, columns.split(",")))
    assert isinstance(found, Neighbour)
    assert found.vi and found.en.isascii() is not None


def test_a_header_that_fits_nothing_is_not_guessed_at() -> None:
    assert recognise(["a", "b"]) is None
    assert recognise(headers(BY_NAME["procedures"]), ImportKind.COMPONENTS) is None


# ---- rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"code": "9.12"}, "code:code_as_number"),
        ({"code": "9"}, "code:code_form"),
        ({"code": "9.200001a"}, "code:code_form"),
        ({"code": "９.200001"}, "code:code_form"),
        ({"code": ""}, "code:empty"),
        ({"name": ""}, "name:empty"),
        ({"name": "a" * 2001}, "name:too_long"),
        ({"level": "huyện"}, "level:choice"),
        ({"valid_from": "2026-02-30"}, "valid_from:day"),
        ({"valid_from": "1/2/26"}, "valid_from:day"),
        ({"valid_from": "1989-12-31"}, "valid_from:day"),
        ({"status": "không rõ"}, "status:choice"),
    ],
)
def test_a_row_of_procedures_that_cannot_be_used_says_why(change: dict[str, str], fault: str) -> None:
    assert faults_of("procedures", **{**PROCEDURE, **change}) == [fault]


def test_all_faults_of_a_row_are_told_at_once() -> None:
    assert faults_of("procedures", **{**PROCEDURE, "code": "x", "name": "", "level": "huyện"}) == [
        "code:code_form",
        "name:empty",
        "level:choice",
    ]


def test_a_code_stored_as_a_number_is_known_for_one() -> None:
    _, faults = read("procedures", {**PROCEDURE, "code": "91234567"}, numbers=frozenset({"code"}))
    assert faults == ["2:code:code_as_number"]


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ("bộ|tỉnh|khác", "ministry|province|other"),
        ("xã|tỉnh", "province|commune"),
        ("Cấp Tỉnh; Cấp Xã", "province|commune"),
        ("province", "province"),
        ("", ""),
    ],
)
def test_levels_are_our_codes_the_highest_first(given: str, level: str) -> None:
    (line,), _ = read("procedures", {**PROCEDURE, "level": given})
    assert line.facts["level"] == level  # type: ignore[union-attr]  # a procedure's line


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"position": "0"}, "position:count"),
        ({"position": "1.5"}, "position:count"),
        ({"position": "١"}, "position:count"),
        ({"position": "1000"}, "position:count"),
        ({"name": ""}, "name:empty"),
        ({"name": "a" * 10_001}, "name:too_long"),
        ({"procedure_code": "1.12"}, "procedure_code:code_as_number"),
    ],
)
def test_a_row_of_components_that_cannot_be_used_says_why(change: dict[str, str], fault: str) -> None:
    assert faults_of("components", **{**component(1, "Đơn"), **change}) == [fault]


@pytest.mark.parametrize(
    ("layout", "row", "fault"),
    [
        ("annexes", {"annex": "3"}, "annex:choice"),
        ("annexes", {"number": "-1"}, "number:count"),
        ("lists", {"status": "maybe"}, "status:choice"),
        ("lists", {"from": "2026-01-02", "until": "2026-01-01"}, "until:period"),
        ("lists", {"document_types": "CAN_CUOC|giấy"}, "document_types:code_form"),
        ("candidates", {"procedure_code_candidates": "1.001193|x"}, "procedure_code_candidates:code_form"),
        ("document_types", {"code": "can cuoc"}, "code:type_form"),
        ("document_types", {"kind": "giấy"}, "kind:choice"),
        ("document_types", {"kind": "official", "subject": ""}, "subject:choice"),
        ("sources", {"source": "registry", "service": ""}, "service:registry_service"),
        ("sources", {"source": "archive"}, "source:choice"),
        ("corrections", {"kind": "instruction"}, "document_types:reading_papers"),
        ("corrections", {"relation": ""}, "document_types:reading_relation"),
        ("corrections", {"conditional": "maybe"}, "conditional:choice"),
    ],
)
def test_other_rows_that_cannot_be_used_say_why(layout: str, row: dict[str, str], fault: str) -> None:
    good = {
        "annexes": {
            "annex": "1",
            "number": "7",
            "procedure_code": "9.200001",
            "procedure_name": "A",
            "component": "Bản sao căn cước",
            "service": "037",
        },
        "lists": {"list": "ct24-annex-1", "code": "9.200001"},
        "candidates": {"position": "1", "name": "Dịch vụ", "procedure_code_candidates": "9.200001"},
        "document_types": {"code": "CAN_CUOC", "name": "Căn cước", "subject": "person"},
        "sources": {"document_type": "CAN_CUOC", "source": "wallet", "basis": "CT-24-2025"},
        "corrections": {
            "name": "Đơn",
            "kind": "party_document",
            "document_types": "TO_KHAI",
            "relation": "one",
            "form": "original",
            "conditional": "no",
        },
    }[layout]
    assert faults_of(layout, **good) == []
    assert faults_of(layout, **{**good, **row})[:1] == [fault]


@given(st.dictionaries(st.sampled_from(sorted({c for x in LAYOUTS for c in columns_of(x).values()})), st.text()))
def test_no_row_of_any_text_raises(row: dict[str, str]) -> None:
    for layout in LAYOUTS:
        cells = Cells(2, row)
        line_of(layout, cells)
        assert all(f.vi and f.en for f in cells.faults)


# ---- procedures ------------------------------------------------------------------------------------------------------


def test_a_procedure_new_here_is_published_from_the_first_day_without_components() -> None:
    made = planned("procedures", [PROCEDURE], known())
    (new,) = made.publications
    assert (new.kind, new.key) == (Kind.DEFINITION, "9.200001")
    assert new.body == {
        "name": "Thủ tục A",
        "sector": "Thử",
        "level": "province|commune",
        "agency": "Sở Thử",
        "valid_from": FIRST_DAY.isoformat(),
    }
    assert definition(new.key, new.body).parts is None


def test_the_same_file_again_publishes_nothing() -> None:
    first = planned("procedures", [PROCEDURE], known())
    again = planned("procedures", [PROCEDURE], after(known(), first))
    assert again.publications == [] and again.counts["unchanged"] == 1


def test_a_changed_procedure_begins_on_the_day_of_the_import_and_keeps_its_components() -> None:
    there = after(known(), planned("procedures", [PROCEDURE], known()))
    there = after(there, planned("components", [component(1, "Bản sao căn cước")], there))
    made = planned("procedures", [{**PROCEDURE, "name": "Thủ tục A (sửa)"}], there)
    (new,) = made.publications
    assert new.body["valid_from"] == TODAY.isoformat()
    assert [c["text"] for c in new.body["components"]] == ["Bản sao căn cước"]
    assert made.counts["changed"] == 1


@pytest.mark.parametrize("where", ["column", "option"])
def test_a_day_that_is_given_is_the_day_it_holds_from(where: str) -> None:
    day = date(2027, 3, 1)
    row = {**PROCEDURE, "valid_from": "1/3/2027"} if where == "column" else PROCEDURE
    given = known(as_asked=day if where == "option" else None)
    first = planned("procedures", [row], given)
    assert first.publications[0].body["valid_from"] == "2027-03-01"
    again = planned("procedures", [row], after(given, first, as_asked=given.as_asked))
    assert again.publications == []


def test_a_file_about_today_is_not_held_against_a_version_of_the_future() -> None:
    there = after(known(), planned("procedures", [PROCEDURE], known()))
    later = {**PROCEDURE, "name": "Tên mới", "valid_from": "2027-03-01"}
    there = after(there, planned("procedures", [later], there))
    assert planned("procedures", [PROCEDURE], there).publications == []


def test_what_a_person_has_read_stands_over_a_first_import() -> None:
    body = {"name": "A", "sector": "", "level": "", "agency": "", "valid_from": "2024-05-01", "components": []}
    made = planned("procedures", [PROCEDURE], known(Publication(Kind.PROCEDURE, "9.200001", body)))
    assert made.publications[0].body["valid_from"] == "2024-05-01"


def test_a_code_twice_in_a_file_is_refused_and_points_at_the_first() -> None:
    made = planned("procedures", [PROCEDURE, PROCEDURE], known())
    assert refusals(made) == ["3:code:duplicate"]
    assert "2" in made.faults[0].vi


def test_a_retired_procedure_that_was_never_here_is_told_and_not_published() -> None:
    made = planned("procedures", [{**PROCEDURE, "status": "Bãi bỏ"}], known())
    assert (made.publications, warned(made), made.counts["retired"]) == ([], ["2:retired"], 1)


def test_a_retired_procedure_ends_on_the_day_of_the_import_once() -> None:
    there = after(known(), planned("procedures", [PROCEDURE], known()))
    gone = {**PROCEDURE, "status": "Bãi bỏ"}
    made = planned("procedures", [gone], there)
    (publication,) = made.publications
    assert (publication.body["valid_from"], publication.body["retired"]) == (TODAY.isoformat(), True)
    assert planned("procedures", [gone], after(there, made)).publications == []


def test_a_procedure_that_comes_back_is_in_force_again() -> None:
    there = after(known(), planned("procedures", [PROCEDURE], known()))
    ended = after(there, planned("procedures", [{**PROCEDURE, "status": "Bãi bỏ"}], there))
    (publication,) = planned("procedures", [PROCEDURE], ended).publications
    assert "retired" not in publication.body


# ---- components ------------------------------------------------------------------------------------------------------


def with_procedure() -> Known:
    return after(known(), planned("procedures", [PROCEDURE], known()))


def test_components_complete_the_definition_of_its_own_day() -> None:
    rows = [component(2, "Đơn đề nghị"), component(1, "Bản sao căn cước")]
    made = planned("components", rows, with_procedure())
    (new,) = made.publications
    assert new.body["valid_from"] == FIRST_DAY.isoformat()
    assert [(c["position"], c["reading"]["document_types"]) for c in new.body["components"]] == [
        (1, ["CAN_CUOC"]),
        (2, ["TO_KHAI"]),
    ]
    assert made.counts == {"new": 1, "changed": 0, "unchanged": 0, "components": 2, "texts": 2, "needs_review": 0}


def test_the_same_components_in_another_order_publish_nothing() -> None:
    rows = [component(2, "Đơn đề nghị"), component(1, "Bản sao căn cước")]
    there = after(with_procedure(), planned("components", rows, with_procedure()))
    assert planned("components", rows[::-1], there).publications == []


def test_changed_words_begin_on_the_day_of_the_import() -> None:
    there = after(with_procedure(), planned("components", [component(1, "Bản sao căn cước")], with_procedure()))
    made = planned("components", [component(1, "Bản chính căn cước")], there)
    assert made.publications[0].body["valid_from"] == TODAY.isoformat()
    assert made.counts["changed"] == 1


def test_the_same_words_read_better_are_no_new_version() -> None:
    there = after(with_procedure(), planned("components", [component(1, "Giấy lạ")], with_procedure()))
    lines, _ = read("components", component(1, "Giấy lạ"))
    made = plan(ImportKind.COMPONENTS, lines, {"Giấy lạ": CARD}, there)
    assert made.publications[0].body["valid_from"] == FIRST_DAY.isoformat()


def test_a_procedure_the_file_does_not_name_stays_as_it_is() -> None:
    other = {**PROCEDURE, "code": "9.200002"}
    there = after(known(), planned("procedures", [PROCEDURE, other], known()))
    made = planned("components", [component(1, "Đơn")], there)
    assert [p.key for p in made.publications] == ["9.200001"]


def test_components_of_an_unknown_procedure_are_refused_with_a_remedy() -> None:
    made = planned("components", [component(1, "Đơn"), component(2, "Đơn khác")], known())
    assert refusals(made) == ["2:procedure_code:unknown_procedure"]
    assert "import the procedures first" in made.faults[0].en


def test_components_for_a_day_before_the_procedure_are_refused() -> None:
    there = with_procedure()
    made = planned("components", [component(1, "Đơn", valid_from="2020-01-01")], there)
    assert refusals(made) == ["2:procedure_code:not_in_force"]


def test_a_position_twice_and_two_days_of_one_procedure_are_refused() -> None:
    rows = [component(1, "Đơn"), component(1, "Đơn khác"), component(2, "Đơn", valid_from="2027-01-01")]
    assert refusals(planned("components", rows, with_procedure())) == ["3:position:duplicate", "4:valid_from:other_day"]


def test_components_of_a_procedure_a_person_published_take_its_name() -> None:
    body = {"name": "Đã đọc", "sector": "S", "level": "commune", "agency": "", "valid_from": "2025-07-01"}
    there = known(Publication(Kind.PROCEDURE, "9.200001", {**body, "components": []}))
    (new,) = planned("components", [component(1, "Đơn")], there).publications
    assert (new.body["name"], new.body["valid_from"]) == ("Đã đọc", "2025-07-01")


def test_doubtful_words_wait_for_review_unless_a_reviewer_has_spoken() -> None:
    made = planned("components", [component(1, "Giấy lạ")], with_procedure())
    assert made.counts["needs_review"] == 1
    spoken = correction("GIẤY  lạ;", CARD, None, "reviewer", TODAY)
    there = Known({**with_procedure().slots, spoken.slot: spoken.body}, {}, {}, TODAY, "officer")
    made = planned("components", [component(1, "Giấy lạ")], there)
    assert made.counts["needs_review"] == 0
    # The reviewer's reading is laid over the words when they are shown; what is published is the service's own.
    assert made.publications[0].body["components"][0]["reading"]["document_types"] == ["KHAC"]


# ---- lists -----------------------------------------------------------------------------------------------------------

ANNEX = {
    "annex": "1",
    "number": "7",
    "procedure_code": "9.200001",
    "procedure_name": "Thủ tục A",
    "component": "Bản sao căn cước",
    "service": "037",
    "legal_documents": "Nghị định 1/2020/NĐ-CP",
    "provisions": "Khoản 1 Điều 2",
    "field": "BỘ THỬ",
}
CARD_TYPE = Publication(Kind.DOCUMENT_TYPE, "CAN_CUOC", TYPE)


def test_rows_of_an_annex_become_one_member_with_the_papers_read_from_its_words() -> None:
    rows = [ANNEX, {**ANNEX, "number": "8", "service": "HO-TICH", "provisions": "Điều 9"}]
    made = planned("annexes", rows, known(CARD_TYPE))
    (new,) = made.publications
    assert new.key == "nq66.7-annex-1/9.200001"
    assert new.body == {
        "numbers": [7, 8],
        "services": ["037", "HO-TICH"],
        "name": "Thủ tục A",
        "status": "confirmed",
        "provisions": ["Khoản 1 Điều 2 Nghị định 1/2020/NĐ-CP", "Điều 9 Nghị định 1/2020/NĐ-CP"],
        "field": "BỘ THỬ",
        "document_types": ["CAN_CUOC"],
        "from": FIRST_DAY.isoformat(),
        "basis": "CT-24-2025",
    }
    assert planned("annexes", rows, after(known(CARD_TYPE), made)).publications == []


def test_a_member_somebody_has_looked_at_stands_until_a_row_brings_something_new() -> None:
    looked_at = {
        "from": "2026-01-01",
        "status": "confirmed",
        "basis": "NQ-66.7-2025",
        "document_types": ["CAN_CUOC"],
        "name": "Tên đã rà soát",
        "numbers": [7],
        "services": ["037"],
    }
    there = known(CARD_TYPE, Publication(Kind.LIST_MEMBER, "nq66.7-annex-1/9.200001", looked_at))
    assert planned("annexes", [ANNEX], there).publications == []
    (new,) = planned("annexes", [ANNEX, {**ANNEX, "number": "8"}], there).publications
    assert (new.body["numbers"], new.body["name"]) == ([7, 8], "Tên đã rà soát")


def test_words_of_an_annex_that_name_no_paper_wait_for_a_person() -> None:
    made = planned("annexes", [{**ANNEX, "component": "Giấy lạ"}], known(CARD_TYPE))
    assert warned(made) == ["2:needs_review"]
    assert "document_types" not in made.publications[0].body


def test_candidates_are_candidates_and_a_name_without_a_code_is_told() -> None:
    rows = [
        {"position": "1", "name": "Dịch vụ", "procedure_code_candidates": "9.200001|9.200002"},
        {"position": "2", "name": "Dịch vụ chưa rõ mã", "procedure_code_candidates": ""},
    ]
    made = planned("candidates", rows, known())
    assert {p.key: p.body["status"] for p in made.publications} == {
        "no-paper-services/9.200001": "candidate",
        "no-paper-services/9.200002": "candidate",
    }
    assert warned(made) == ["3:unmatched"]


def test_a_candidate_never_takes_a_confirmation_back() -> None:
    body = {"from": "2025-10-01", "status": "confirmed", "basis": "CT-24-2025"}
    there = known(Publication(Kind.LIST_MEMBER, "no-paper-services/9.200001", body))
    row = {"position": "1", "name": "Dịch vụ", "procedure_code_candidates": "9.200001"}
    assert planned("candidates", [row], there).publications == []


def test_a_list_says_what_it_gives_and_keeps_the_rest() -> None:
    row = {"list": "ct24-annex-1", "code": "9.200001", "name": "Thủ tục A"}
    made = planned("lists", [row], known())
    assert made.publications[0].body["status"] == "candidate"
    there = after(known(), made)
    (new,) = planned("lists", [{**row, "name": "", "status": "confirmed"}], there).publications
    assert new.body == {**made.publications[0].body, "status": "confirmed"}


def test_a_list_shorter_than_its_act_declares_is_warned_about() -> None:
    row = {"list": "ct24-annex-1", "code": "9.200001", "name": "Thủ tục A"}
    made = planned("lists", [row], known())
    assert warned(made) == ["1:declared"]
    assert "2" in made.warnings[0].en and "1" in made.warnings[0].en
    assert warned(planned("lists", [row, {**row, "code": "9.200002"}], known())) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"list": "no-such-list"}, "list:unknown_list"),
        ({"code": "1.12"}, "code:code_form"),
        ({"name": ""}, "code:unknown_procedure"),
        ({"basis": "ND-0-0000"}, "basis:unknown_law"),
        ({"document_types": "GIAY_LA"}, "document_types:unknown_type"),
        ({"list": "ct24-annex-3", "code": "GIAY_LA"}, "code:unknown_type"),
        ({"until": "2020-01-01"}, "until:period"),
    ],
)
def test_a_member_that_names_the_unknown_is_refused(row: dict[str, str], fault: str) -> None:
    given = {"list": "ct24-annex-1", "code": "9.200001", "name": "Thủ tục A", **row}
    assert refusals(planned("lists", [given], known(CARD_TYPE))) == [f"2:{fault}"]


def test_rows_that_contradict_each_other_about_one_member_are_refused() -> None:
    row = {"list": "ct24-annex-1", "code": "9.200001", "name": "Thủ tục A"}
    made = planned("lists", [{**row, "status": "confirmed"}, {**row, "status": "candidate"}], known())
    assert refusals(made) == ["3:status:contradicts"]


def test_a_member_that_begins_on_another_day_is_a_version_beside_the_first() -> None:
    first = {"list": "ct24-annex-1", "code": "9.200001", "name": "Thủ tục A", "from": "2025-10-01"}
    second = {**first, "from": "2026-06-01", "status": "confirmed"}
    there = after(known(), planned("lists", [{**first, "until": "2025-12-31"}], known()))
    made = planned("lists", [second], there)
    assert made.counts["new"] == 1
    assert [(p.body["from"], p.body.get("until")) for p in made.publications] == [("2026-06-01", None)]
    there = after(there, made)
    assert planned("lists", [first, second], there).publications == []
    # A row that names no day speaks of the version that begins last.
    (new,) = planned("lists", [{**first, "from": "", "until": "2026-12-31"}], there).publications
    assert (new.body["from"], new.body["until"]) == ("2026-06-01", "2026-12-31")


def test_one_file_may_bring_both_versions_of_a_member_if_each_row_says_which() -> None:
    row = {"list": "ct24-annex-1", "code": "9.200001", "name": "Thủ tục A"}
    dated = [{**row, "from": "2025-10-01", "until": "2025-12-31"}, {**row, "from": "2026-06-01"}]
    assert len(planned("lists", dated, known()).publications) == 2
    assert refusals(planned("lists", [*dated, row], known())) == ["4:from:which_period"]


def test_a_member_that_begins_at_no_date_stays_that_version() -> None:
    body = {"status": "candidate", "basis": "CT-24-2025"}
    there = known(Publication(Kind.LIST_MEMBER, "ct24-annex-1/9.200001", body))
    row = {"list": "ct24-annex-1", "code": "9.200001", "name": "Thủ tục A", "status": "confirmed"}
    (new,) = planned("lists", [row], there).publications
    assert "from" not in new.body


# ---- document types, sources, corrections ----------------------------------------------------------------------------


def test_a_row_that_only_names_a_known_type_leaves_it_as_it_was_reviewed() -> None:
    row = {"code": "CAN_CUOC", "name": "Tên khác", "subject": "organization"}
    made = planned("document_types", [row], known(CARD_TYPE))
    assert (made.publications, made.counts["unchanged"]) == ([], 1)


def test_a_new_type_needs_its_kind() -> None:
    row = {"code": "GIAY_MOI", "name": "Giấy mới"}
    assert refusals(planned("document_types", [row], known())) == ["2:kind:kind_missing"]
    (new,) = planned("document_types", [{**row, "kind": "official", "subject": "any"}], known()).publications
    assert new.body == {"name": "Giấy mới", "kind": "official", "subject": "any", "sources": []}


def test_a_changed_type_keeps_its_sources() -> None:
    source = {"source": "wallet", "basis": "CT-24-2025"}
    there = known(Publication(Kind.DOCUMENT_TYPE, "CAN_CUOC", {**TYPE, "sources": [source]}))
    row = {"code": "CAN_CUOC", "name": "Tên mới", "kind": "official", "subject": "person"}
    (new,) = planned("document_types", [row], there).publications
    assert (new.body["name"], new.body["sources"]) == ("Tên mới", [source])
    party = {**row, "kind": "party"}
    assert refusals(planned("document_types", [party], there)) == ["2:kind:party_source"]


def test_a_source_is_added_or_takes_the_place_of_its_like() -> None:
    rows = [
        {"document_type": "CAN_CUOC", "source": "wallet", "basis": "CT-24-2025"},
        {"document_type": "CAN_CUOC", "source": "registry", "service": "037", "basis": "CT-24-2025"},
    ]
    made = planned("sources", rows, known(CARD_TYPE))
    there = after(known(CARD_TYPE), made)
    (body,) = [p.body for p in made.publications]
    assert [s["source"] for s in body["sources"]] == ["wallet", "registry"]
    (new,) = planned("sources", [{**rows[0], "until": "2026-12-31"}], there).publications
    assert [(s["source"], s.get("until")) for s in new.body["sources"]] == [
        ("wallet", "2026-12-31"),
        ("registry", None),
    ]
    assert planned("sources", rows, there).publications == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"document_type": "GIAY_LA"}, "document_type:unknown_type"),
        ({"basis": "ND-0-0000"}, "basis:unknown_law"),
        ({"procedures": "9.200009"}, "procedures:unknown_procedure"),
        ({"document_type": "TO_KHAI"}, "document_type:party_source"),
    ],
)
def test_a_source_that_names_the_unknown_is_refused(row: dict[str, str], fault: str) -> None:
    there = known(CARD_TYPE, Publication(Kind.DOCUMENT_TYPE, "TO_KHAI", {**TYPE, "kind": "party"}))
    given = {"document_type": "CAN_CUOC", "source": "wallet", "basis": "CT-24-2025", **row}
    assert refusals(planned("sources", [given], there)) == [f"2:{fault}"]


CORRECTION = {
    "name": "Giấy lạ",
    "kind": "official_document",
    "document_types": "CAN_CUOC",
    "relation": "one",
    "form": "copy",
    "conditional": "no",
}


def test_corrections_are_kept_under_their_words_and_the_same_again_is_nothing() -> None:
    made = planned("corrections", [CORRECTION], known(CARD_TYPE))
    there = after(known(CARD_TYPE), made, today=date(2027, 1, 1))
    assert planned("corrections", [CORRECTION], there).publications == []
    (new,) = planned("corrections", [{**CORRECTION, "form": "original"}], there).publications
    assert new.body["corrected_on"] == "2027-01-01" and new.body["by"] == "officer"


def test_corrections_that_contradict_or_name_an_unknown_type_are_refused() -> None:
    rows = [CORRECTION, {**CORRECTION, "name": "giấy lạ.", "form": "original"}, CORRECTION]
    assert refusals(planned("corrections", rows, known(CARD_TYPE))) == ["3:name:contradicts"]
    assert refusals(planned("corrections", [CORRECTION], known())) == ["2:document_types:unknown_type"]


@pytest.mark.parametrize("kind", ComponentKind)
@pytest.mark.parametrize("types", [(), ("CAN_CUOC",)])
@pytest.mark.parametrize("relation", [None, Relation.ONE])
def test_a_reading_names_papers_and_their_relation_or_neither(
    kind: ComponentKind, types: tuple[str, ...], relation: Relation | None
) -> None:
    reading = Reading(kind, types, relation, AskedForm.COPY, False)
    may = {
        ComponentKind.INSTRUCTION: [False],
        ComponentKind.DATA_STATEMENT: [False, True],
    }.get(kind, [True])
    assert (inconsistency(reading) is None) == (bool(types) in may and bool(types) == (relation is not None))
