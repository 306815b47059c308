"""The starter catalogue: what the product ships as facts, and what its loader will not take."""

import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.domain.catalogue import Acceptance, DocumentKind, MemberStatus, Relation
from app.domain.paper_demands import integrated_on
from app.domain.persons import SubjectKind
from app.domain.publications import Kind, catalogue_of
from app.rulebook.loader import load_rulebook
from app.rulebook.starter import CATALOGUE, load_agencies, load_places, load_starter
from app.rulebook.yamlfile import RulebookError
from app.settings import Settings
from app.wiring import open_desk

RULEBOOK = load_rulebook()
STARTER = load_starter(RULEBOOK)
KNOWN = catalogue_of(1, STARTER)
TODAY = date(2026, 11, 22)
ANNEXES = ("nq66.7-annex-1", "nq66.7-annex-2")

# Which sources hold which types (the contract of the starter document types).
SOURCES = {
    "CAN_CUOC": {("wallet", None, None), ("registry", "037", None)},
    "THONG_TIN_CU_TRU": {("wallet", None, None), ("registry", "037", None)},
    "GIAY_PHEP_LAI_XE": {("wallet", None, None), ("registry", "GPLX", None)},
    "THE_BHYT": {("wallet", None, None), ("registry", "BHXH", None)},
    "SO_BHXH": {("wallet", None, None), ("registry", "BHXH", None)},
    "GIAY_KHAI_SINH": {("wallet", None, None), ("registry", "HO-TICH", None)},
    "GIAY_CN_KET_HON": {("wallet", None, None), ("registry", "HO-TICH", None)},
    "DANG_KY_XE": {("wallet", None, None), ("registry", "DK-XE", "2026-01-01")},
    "PHIEU_LLTP": {("wallet", None, None), ("registry", "LLTP", "2026-01-01")},
    "DANG_KIEM": {("wallet", None, None)},
    "SO_SUC_KHOE_DIEN_TU": {("wallet", None, None)},
    "GIAY_CN_CAN_CUOC": {("registry", "037", None)},
    "GCN_DKDN": {("registry", "DKDN", None)},
    "GCN_DK_HKD": {("registry", "DK-HKD-HTX", None)},
    "GCN_DK_HTX": {("registry", "DK-HKD-HTX", None)},
    "TRICH_LUC_KHAI_TU": {("registry", "HO-TICH", "2026-01-01")},
    "GIAY_XN_TINH_TRANG_HON_NHAN": {("registry", "HO-TICH", "2026-01-01")},
    "GCN_QSDD": {("registry", "DAT-DAI", "2026-01-01")},
    "GIAY_KSK": {("registry", "SKDT", "2026-01-01")},
}
SECTORS = {
    "Bảo trợ xã hội, bảo hiểm xã hội",
    "Chứng thực",
    "Cấp, quản lý căn cước",
    "Hoạt động xây dựng",
    "Hộ tịch",
    "Lý lịch tư pháp",
    "Nuôi con nuôi",
    "Quản lý xuất nhập cảnh",
    "Quốc tịch",
    "Sát hạch, cấp giấy phép lái xe",
    "Thành lập và hoạt động của doanh nghiệp",
    "Thành lập và hoạt động doanh nghiệp (hộ kinh doanh)",
    "Đăng ký, quản lý cư trú",
    "Đăng ký, quản lý phương tiện giao thông cơ giới, xe máy chuyên dùng",
    "Đất đai",
}
# Rows of the annex whose paper the procedure, as published in 2026, no longer asks for.
ALREADY_CUT = {"1.001146", "1.001194", "1.003494", "2.000986", "2.001023", "2.002031"}
ANNEX_ROWS = "lists/nq66.7-annex-1.bo-tu-phap.yaml"
# Rows of annex I whose service holds none of the papers they name, and why.
ANOTHER_DATABASE = {
    258: "a household business's certificate, which the row looks for among enterprises; its other row is whole",
    351: "an enterprise's certificate, which the row looks for in the population database",
    578: "a marriage certificate, which the row looks for in the population database",
    581: "a marriage certificate, which the row looks for in the population database",
    683: "a marriage certificate, which the row looks for in the population database",
    739: "proof of a divorce: no document type of that kind has the civil register as its source",
}


def annex_rows(annex: str) -> list[dict[str, Any]]:
    """All rows of an annex as they stand in the files: every value a text or a list of texts."""
    files = sorted((CATALOGUE / "lists").glob(f"{annex}.*.yaml"))
    return [row for f in files for row in yaml.load(f.read_text(encoding="utf-8"), yaml.BaseLoader)["rows"]]


def test_seventy_document_types_have_exactly_the_sources_of_the_contract() -> None:
    held = {
        code: {(s.source.value, s.service, s.period.start.isoformat() if s.period.start else None) for s in t.sources}
        for code, t in KNOWN.document_types.items()
        if t.sources
    }
    assert len(KNOWN.document_types) == 70
    assert held == SOURCES


def test_what_the_parties_write_belongs_to_anybody_and_has_no_source() -> None:
    party = [t for t in KNOWN.document_types.values() if t.kind is DocumentKind.PARTY]
    assert {"TO_KHAI", "HOP_DONG", "DIEU_LE", "VAN_BAN_UY_QUYEN", "ANH_CHAN_DUNG"} <= {t.code for t in party}
    assert all(t.may_belong_to(kind) for t in party for kind in SubjectKind)
    assert not any(t.sources for t in party)


def test_at_least_sixty_real_procedures_of_every_named_sector() -> None:
    sectors = Counter(versions[0].sector for versions in KNOWN.procedures.values())
    assert sectors.total() >= 60
    assert set(sectors) >= SECTORS


def test_every_row_names_the_official_document_it_rests_on() -> None:
    assert all(p.body["basis"] for p in STARTER)


def test_no_component_insists_on_paper_of_an_integrated_type() -> None:
    law = RULEBOOK.on(TODAY)
    unlawful = [
        (procedure.code, component.position)
        for versions in KNOWN.procedures.values()
        for procedure in versions
        for component in procedure.components
        if component.acceptance is Acceptance.PAPER_ONLY
        and any(integrated_on(KNOWN.document_type(t), procedure.code, TODAY, law) for t in component.document_types)
    ]
    assert unlawful == []


def test_a_case_never_stands_alone() -> None:
    assert [code for code, versions in KNOWN.procedures.items() if len(versions[0].cases) == 1] == []


def test_choices_name_different_types() -> None:
    for versions in KNOWN.procedures.values():
        for component in versions[0].components:
            assert len(set(component.document_types)) == len(component.document_types)
            assert (component.relation is Relation.ONE) == (len(component.document_types) == 1)


def test_annex_rows_are_confirmed_and_speak_of_papers_the_procedure_asks_for() -> None:
    silent = set()
    for (member,) in KNOWN.members["nq66.7-annex-1"].values():
        assert member.status is MemberStatus.CONFIRMED
        if member.code not in KNOWN.procedures:
            continue
        asked = {t for c in KNOWN.procedures[member.code][0].components for t in c.document_types}
        if not member.document_types <= asked:
            silent.add(member.code)
    assert silent == ALREADY_CUT


@pytest.mark.parametrize(("annex", "rows", "procedures"), [("nq66.7-annex-1", 798, 765), ("nq66.7-annex-2", 8, 8)])
def test_the_annexes_of_nq_66_7_are_loaded_in_full(annex: str, rows: int, procedures: int) -> None:
    found = annex_rows(annex)
    assert len(found) == RULEBOOK.lists[annex].declared_rows == rows
    members = KNOWN.members[annex]
    assert len(members) == len({row["procedure"] for row in found}) == procedures
    assert {n for (m,) in members.values() for n in m.numbers} == set(
        range(1, max(int(r["number"]) for r in found) + 1)
    )
    assert all(m.name and m.provisions and m.field and m.document_types for (m,) in members.values())


def test_each_row_says_which_provision_of_which_act_it_amends() -> None:
    act = re.compile(r" (Luật|Nghị định|Nghị quyết|Quyết định|Thông tư)\b.* [0-9]+/[0-9]{4}/[A-ZĐ0-9-]*[A-ZĐa-z0-9]$")
    point = re.compile(r"^(Điểm|Khoản|Điều|Tiết|Mục|Mẫu|Phần|Phụ lục|Số thứ tự) ")
    said = {p for annex in ANNEXES for row in annex_rows(annex) for p in row["provisions"]}
    assert [p for p in said if not act.search(p) or not point.match(p)] == []


def test_a_row_that_names_a_service_names_a_paper_of_it() -> None:
    """Only the rows listed above do not; each of those is a slip of the act or a paper no source holds."""
    rows = [row for row in annex_rows("nq66.7-annex-1") if row.get("services")]
    others = set()
    for row in rows:
        services = {s.service for t in row["types"] for s in KNOWN.document_type(t).sources}
        if services.isdisjoint(row["services"]):
            others.add(int(row["number"]))
    assert others == set(ANOTHER_DATABASE)
    assert len(others) / len(rows) <= 0.03


def test_a_member_gathers_the_facts_of_all_its_rows() -> None:
    (member,) = KNOWN.members["nq66.7-annex-1"]["1.003204"]
    assert member.code not in KNOWN.procedures
    assert member.numbers == (764,)
    assert member.field == "Bộ Công an"
    assert member.services == ("DKDN", "LLTP")
    assert {"GCN_DKDN", "GCN_DK_HKD", "PHIEU_LLTP"} <= member.document_types
    assert [p.split(" Điều ")[0] for p in member.provisions] == ["Điểm a khoản 2", "Điểm a khoản 4"]
    assert KNOWN.members["nq66.7-annex-1"]["1.013861"][0].note == "CSDL định danh điện tử tổ chức; thay thế một phần"


def test_the_annexes_are_shipped_as_facts_without_the_acts_sentences_on_the_papers() -> None:
    facts = {"number", "procedure", "name", "types", "services", "database", "provisions", "note"}
    rows = [row for annex in ANNEXES for row in annex_rows(annex)]
    assert {key for row in rows for key in row} == facts
    assert {row["note"] for row in rows if "note" in row} == {"thay thế một phần"}
    assert all(row["database"].startswith("CSDL ") for row in rows if "database" in row)
    assert max(len(p) for row in rows for p in row["provisions"]) < 200


def test_what_was_not_found_in_an_official_text_is_a_candidate() -> None:
    for list_id in (*(f"ct24-annex-{n}" for n in range(1, 7)), "no-paper-services"):
        members = KNOWN.members[list_id].values()
        declared = RULEBOOK.lists[list_id].declared
        assert declared is not None and 0 < len(members) < declared
        assert {m.status for (m,) in members} == {MemberStatus.CANDIDATE}


def test_communes_and_statuses_are_whole() -> None:
    communes = load_places("communes")
    assert Counter(c["kind"] for c in communes) == {"phường": 9, "xã": 60}
    assert len({c["code"] for c in communes}) == 69
    assert [s["code"] for s in load_places("statuses")] == [str(n) for n in range(1, 11)]


def test_agencies_have_names_and_the_made_up_one_is_for_the_demo_alone() -> None:
    assert load_agencies(demo=False) == {"000.00.00.H27": "Ủy ban nhân dân tỉnh Hà Tĩnh"}
    assert load_agencies(demo=True).keys() == {"000.00.00.H27", "000.00.31.H27"}


def test_a_province_names_its_own_agencies(tmp_path: Path) -> None:
    path = tmp_path / "cua-tinh.yaml"
    path.write_text("basis: Quyết định thử\nagencies:\n  - {code: 000.00.12.H99, name: Sở Thử}\n", encoding="utf-8")
    assert load_agencies(path, demo=True) == {"000.00.12.H99": "Sở Thử"}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("[{code: 000.00.00.h27, name: Tỉnh}]", "3: 000.00.00.h27 is no agency's code"),
        ("[{code: H27, name: Tỉnh},\n   {code: H27, name: Huyện}]", "4: H27 stands here already"),
        ("[{code: H27}]", "3: `name` is missing"),
        ("[{code: H27, name: ' '}]", "3: `name` must be a text"),
        ("[{code: H27, name: Tỉnh, nam: x}]", "3: unknown key `nam`"),
        ("[{code: H27, name: Tỉnh, demo: yes}]", "3: `demo` must be true or false"),
        ("[]", "1: `agencies` names no agency"),
    ],
)
def test_a_wrong_file_of_agencies_is_refused_with_file_and_line(tmp_path: Path, rows: str, says: str) -> None:
    path = tmp_path / "cua-tinh.yaml"
    path.write_text(f"basis: Quyết định thử\nagencies:\n  {rows}\n", encoding="utf-8")
    with pytest.raises(RulebookError, match=f"cua-tinh.yaml:{says}"):
        load_agencies(path, demo=True)


@pytest.mark.parametrize("name", ["khong-co.yaml", "."])
def test_a_file_of_agencies_that_cannot_be_read_is_said_at_the_start(tmp_path: Path, name: str) -> None:
    settings = Settings(env="test", agencies=str(tmp_path / name), database_url=f"sqlite:///{tmp_path}/x.sqlite3")
    with pytest.raises(RulebookError, match=":1: the file "):
        open_desk(settings)


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        ("document_types.yaml", "kind: official", "kind: offical", "`kind` must be one of"),
        ("document_types.yaml", "name_en: Identity card", "nam_en: Identity card", "unknown key `nam_en`"),
        ("document_types.yaml", 'service: "037", ', "", "a registry source names its service"),
        ("procedures/ho-tich.yaml", "types: [TO_KHAI]", "types: [TO_KHAY]", "TO_KHAY is not in document_types.yaml"),
        ("procedures/ho-tich.yaml", "level: commune", "level: district", "`level` must be one of"),
        ("procedures/ho-tich.yaml", "relation: one", "relation: any_of", "`one` goes with one type"),
        ("procedures/ho-tich.yaml", "valid_from: 2025-07-01", "valid_from: 2025-02-30", "must be a day"),
        (ANNEX_ROWS, '"1.000080"', '"1.00008"', "1.00008 is no procedure code"),
        (ANNEX_ROWS, '"1.000080"', '"1.000094"', "another row calls 1.000094"),
        (ANNEX_ROWS, "number: 443", "number: 444", "row 444 is about 1.000080 already"),
        (ANNEX_ROWS, "number: 443", "number: '443a'", "`number` must be a whole number"),
        (ANNEX_ROWS, "types: [CAN_CUOC]", "types: [CAN_CUOCC]", "CAN_CUOCC is not in document_types.yaml"),
        (ANNEX_ROWS, "types: [CAN_CUOC]", "types: []", "`types` names no document type"),
        (ANNEX_ROWS, 'services: ["037"]', "services: [CSDL]", "no document type has the service CSDL as a source"),
        (ANNEX_ROWS, 'services: ["037"], ', "", "names its `services`, or the `database` that has none"),
        (ANNEX_ROWS, "provisions: [", "provision: [", "unknown key `provision`"),
        (ANNEX_ROWS, "field:", "ministry:", "`field` is missing"),
        ("lists/ct24-annexes.yaml", "id: ct24-annex-1", "id: ct24-annex-9", "is not in lists.yaml"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(
    tmp_path: Path, file: str, before: str, after: str, says: str
) -> None:
    shutil.copytree(CATALOGUE, tmp_path / "catalogue")
    path = tmp_path / "catalogue" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(RulebookError, match=rf"{path.name}:\d+: .*{says}"):
        load_starter(RULEBOOK, tmp_path / "catalogue")


def test_publications_come_in_an_order_in_which_each_can_be_checked() -> None:
    kinds = [p.kind for p in STARTER]
    order = [Kind.DOCUMENT_TYPE, Kind.PROCEDURE, Kind.LIST_MEMBER]
    assert kinds == sorted(kinds, key=order.index)
