"""The starter catalogue: what the product ships as facts, and what its loader will not take."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from app.domain.catalogue import Acceptance, DocumentKind, MemberStatus, Relation
from app.domain.paper_demands import integrated_on
from app.domain.persons import SubjectKind
from app.domain.publications import Kind, catalogue_of
from app.rulebook.loader import load_rulebook
from app.rulebook.starter import CATALOGUE, load_places, load_starter
from app.rulebook.yamlfile import RulebookError

RULEBOOK = load_rulebook()
STARTER = load_starter(RULEBOOK)
KNOWN = catalogue_of(1, STARTER)
TODAY = date(2026, 11, 22)

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
    for member in KNOWN.members["nq66.7-annex-1"].values():
        assert member.status is MemberStatus.CONFIRMED
        asked = {t for c in KNOWN.procedures[member.code][0].components for t in c.document_types}
        if not member.document_types <= asked:
            silent.add(member.code)
    assert silent == ALREADY_CUT


def test_what_was_not_found_in_an_official_text_is_a_candidate() -> None:
    for list_id in (*(f"ct24-annex-{n}" for n in range(1, 7)), "no-paper-services"):
        members = KNOWN.members[list_id].values()
        declared = RULEBOOK.lists[list_id].declared
        assert declared is not None and 0 < len(members) < declared
        assert {m.status for m in members} == {MemberStatus.CANDIDATE}


def test_communes_and_statuses_are_whole() -> None:
    communes = load_places("communes")
    assert Counter(c["kind"] for c in communes) == {"phường": 9, "xã": 60}
    assert len({c["code"] for c in communes}) == 69
    assert [s["code"] for s in load_places("statuses")] == [str(n) for n in range(1, 11)]


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
        ("lists/nq66.7-annex-1.part1.yaml", '"1.000080"', '"1.999999"', "is not in the starter catalogue"),
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
