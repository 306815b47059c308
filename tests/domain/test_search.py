from datetime import date

import pytest

from app.domain.catalogue import Catalogue
from app.domain.publications import Kind, Publication, catalogue_of
from app.domain.search import Found, ProcedureIndex
from tests.desk import procedure_body

DAY = date(2026, 11, 23)


def known(*procedures: tuple[str, str, str, str, str]) -> Catalogue:
    bodies = [
        (code, {**procedure_body(valid_from=start), "name": name, "sector": sector, "agency": agency})
        for code, name, sector, agency, start in procedures
    ]
    return catalogue_of(1, [Publication(Kind.PROCEDURE, code, body) for code, body in bodies])


CATALOGUE = known(
    ("1.000001", "Đăng ký khai sinh", "Hộ tịch", "Ủy ban nhân dân cấp xã", "2025-07-01"),
    ("1.000002", "Đăng ký lại khai sinh", "Hộ tịch", "Ủy ban nhân dân cấp xã", "2025-07-01"),
    ("1.000003", "Sinh hoạt hè: khai báo", "Văn hóa", "Sở Văn hóa", "2025-07-01"),
    ("1.000004", "Cấp giấy phép xây dựng", "Xây dựng", "Sở Xây dựng", "2025-07-01"),
    ("1.000005", "Cấp thẻ mới", "Căn cước", "Công an cấp xã", "2027-01-01"),
    ("1.000006", "Tên cũ", "Đất đai", "Sở Nông nghiệp", "2020-01-01"),
    ("1.000006", "Tên mới", "Đất đai", "Sở Nông nghiệp", "2026-01-01"),
)


def find(words: str, day: date = DAY, **filters: str) -> Found:
    return ProcedureIndex(CATALOGUE).find(words, day, **filters)


def codes(found: Found) -> list[str]:
    return [p.code[-1] for p in found.procedures]


@pytest.mark.parametrize("words", ["khai sinh", "KHAI SINH", "khai  sính"])
def test_words_are_found_whatever_their_accents_and_case(words: str) -> None:
    assert codes(find(words)) == ["1", "2", "3"]


def test_words_side_by_side_in_the_name_come_first() -> None:
    assert codes(find("lai khai sinh")) == ["2"]
    assert codes(find("khai bao")) == ["3"]
    assert codes(find("dang khai")) == ["1", "2"]
    assert codes(find("hoat sinh")) == ["3"]


@pytest.mark.parametrize("words", ["1.000004", "1000004", " 1.000004 "])
def test_a_code_is_found_with_and_without_its_dot(words: str) -> None:
    assert codes(find(words)) == ["4"]


def test_the_beginning_of_a_word_is_enough_and_its_middle_is_not() -> None:
    assert codes(find("xay dun")) == ["4"]
    assert codes(find("ay dung")) == []


def test_sector_and_agency_are_searched_too() -> None:
    assert codes(find("ho tich")) == ["1", "2"]
    assert codes(find("so xay dung")) == ["4"]


def test_filters_narrow_what_the_words_find_and_facets_count_the_words_alone() -> None:
    found = find("khai sinh", sector="ho-tich")
    assert codes(found) == ["1", "2"]
    assert [(f.slug, f.name, f.procedures) for f in found.sectors] == [
        ("ho-tich", "Hộ tịch", 2),
        ("van-hoa", "Văn hóa", 1),
    ]
    assert codes(find("khai sinh", agency="so-van-hoa")) == ["3"]
    assert codes(find("khai sinh", sector="khong-co")) == []


def test_a_procedure_published_without_an_agency_stands_under_none() -> None:
    index = ProcedureIndex(known(("1.000001", "Đăng ký", "Hộ tịch", "", "2025-07-01")))
    assert index.find("dang ky", DAY).agencies == ()


def test_only_versions_in_force_on_the_day_are_found() -> None:
    assert codes(find("the moi")) == []
    assert codes(find("the moi", date(2027, 1, 1))) == ["5"]
    assert codes(find("ten cu")) == []
    assert codes(find("ten cu", date(2025, 12, 31))) == ["6"]
    assert codes(find("ten moi")) == ["6"]


def test_without_words_everything_in_force_is_there_by_name() -> None:
    assert [p.name for p in find("").procedures] == [
        "Cấp giấy phép xây dựng",
        "Đăng ký khai sinh",
        "Đăng ký lại khai sinh",
        "Sinh hoạt hè: khai báo",
        "Tên mới",
    ]
