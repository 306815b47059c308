import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from app.domain.text import plain, slug


def test_accents_case_marks_and_the_two_letters_d_do_not_count() -> None:
    assert plain("Giấy CHỨNG NHẬN đăng-ký,  Ðất (1.001193)") == "giay chung nhan dang ky dat 1 001193"


def test_a_slug_is_the_same_with_hyphens() -> None:
    assert slug("Cấp, quản lý căn cước") == "cap-quan-ly-can-cuoc"


@given(st.text())
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậớờởỡợĐ -"))
def test_both_spellings_of_unicode_come_out_alike(text: str) -> None:
    assert plain(unicodedata.normalize("NFC", text)) == plain(unicodedata.normalize("NFD", text))
    assert plain(text).isascii()
