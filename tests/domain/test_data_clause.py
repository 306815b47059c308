"""Which words let data come before paper. The sentences are made up in the manner of real ones."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.data_clause import data_clause, handed_back, words_yield
from app.domain.definitions import Part
from app.domain.readings import AskedForm, ComponentKind, Reading


@pytest.mark.parametrize(
    "text",
    [
        "Giấy khai sinh. Trường hợp đã có thông tin trong CSDL hộ tịch điện tử thì không phải xuất trình.",
        "Giấy tờ về nơi cư trú khi cơ quan đăng ký không thể khai thác được thông tin về nơi cư trú.",
        "Thẻ căn cước (Không yêu cầu nộp khi cơ quan giải quyết khai thác được trên Cơ sở dữ liệu quốc gia về dân cư)",
        "Giấy chứng nhận được thay thế bằng dữ liệu khi Cơ sở dữ liệu quốc gia về đất đai được vận hành",
        "Bản sao thẻ căn cước; người kê khai số định danh cá nhân thì hồ sơ không bao gồm bản sao này",
        "Giấy tờ chứng minh, nếu thông tin chưa được cập nhật trong Cơ sở dữ liệu quốc gia về dân cư",
    ],
)
def test_words_that_excuse_from_paper_where_data_are_found_are_a_data_clause(text: str) -> None:
    assert data_clause(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bản sao Giấy chứng nhận đăng ký doanh nghiệp",
        "Giấy khai sinh (nếu có)",
        "Giấy chứng nhận kết hôn đối với trường hợp là vợ chồng, không phải nộp nếu độc thân",
        "Phiếu in từ Cơ sở dữ liệu quốc gia về dân cư",
        # Two sentences, neither of which says both.
        "Trường hợp mất giấy thì không phải nộp bản chính. Kết quả được cập nhật vào Cơ sở dữ liệu quốc gia về dân cư.",
    ],
)
def test_words_that_excuse_for_another_reason_or_only_name_a_database_are_none(text: str) -> None:
    assert data_clause(text) is None


def test_a_clause_is_found_whatever_the_spelling_of_its_letters() -> None:
    assert data_clause("THẺ CĂN CƯỚC, KHÔNG PHẢI NỘP KHI ĐÃ CÓ TRÊN VNEID")
    assert data_clause(unicodedata.normalize("NFD", "Thẻ căn cước, không phải nộp khi tra cứu được"))


@pytest.mark.parametrize(
    ("kind", "conditional", "text", "yields"),
    [
        (ComponentKind.DATA_STATEMENT, True, "Thông tin về cư trú được khai thác tự động", True),
        (ComponentKind.OFFICIAL_DOCUMENT, True, "Thẻ căn cước, không phải nộp khi tra cứu được", True),
        # A reviewer who says that nothing makes the paper conditional has the last word.
        (ComponentKind.OFFICIAL_DOCUMENT, False, "Thẻ căn cước, không phải nộp khi tra cứu được", False),
        (ComponentKind.OFFICIAL_DOCUMENT, True, "Thẻ căn cước của người được ủy quyền (nếu có)", False),
    ],
)
def test_words_yield_where_the_reading_is_conditional_for_the_sake_of_data(
    kind: ComponentKind, conditional: bool, text: str, yields: bool
) -> None:
    assert words_yield(Part(1, text, Reading(kind, (), None, AskedForm.UNSPECIFIED, conditional))) is yields


def test_a_paper_to_be_given_up_is_told_from_one_that_proves_something() -> None:
    assert handed_back("Chứng nhận đăng ký xe để thu hồi") == "thu hồi"
    assert handed_back("Bản sao Chứng nhận đăng ký xe") is None


WORDS = ["không", "phải", "nộp", "khai thác", "cơ sở dữ liệu", "thông tin", "chưa có", ".", ";", "\n", "thay thế", "a"]


@given(st.lists(st.sampled_from(WORDS), max_size=400).map(" ".join) | st.text(max_size=400))
def test_a_clause_is_always_a_piece_of_the_text(text: str) -> None:
    found = data_clause(text)
    assert found is None or (found and found in unicodedata.normalize("NFC", text))
