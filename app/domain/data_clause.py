"""Whether a component's own words let data come before paper.

A grammar says what a text asks for; this says on which condition it yields. It looks for two things in one sentence: a
store of data (a database, VNeID, a look-up), and that paper is spared where it is there, or due only where it is not.
"""

import re
import unicodedata

from app.domain.definitions import Part
from app.domain.readings import ComponentKind

_STORE = (
    r"(?:cơ sở dữ liệu|csdl|dữ liệu quốc gia|dữ liệu dân cư|bằng dữ liệu|vneid|định danh (?:và xác thực )?điện tử"
    r"|định danh quốc gia|kho quản lý dữ liệu|hệ thống thông tin|tra cứu|khai thác"
    r"|kê khai số định danh)"
)
_HAND_IN = r"(?:nộp|xuất trình|cung cấp|gửi|tải lên|đính kèm|bổ sung)"
_SPARED = (
    rf"(?:(?:không|khỏi|miễn) (?:phải|cần|yêu cầu|bắt buộc|thu)? ?(?:\S+ ){{0,4}}?{_HAND_IN}|không (?:được )?yêu cầu"
    r"|được miễn|không bao gồm|thay (?:thế )?(?:cho )?(?:việc |giấy tờ )?(?:bằng|nộp|xuất trình)|được thay thế"
    r"|thay thế (?:bản sao|các giấy tờ))"
)
_MISSING = (
    r"(?:(?:không|chưa|mà không|chưa thể) (?:thể )?(?:được )?(?:khai thác|tra cứu|tìm thấy|kết nối|chia sẻ|tích hợp"
    r"|cập nhật|đồng bộ|có (?:thông tin|dữ liệu|sẵn|trong|trên)|đầy đủ|thống nhất|chính xác|xác thực)"
    r"|(?:thông tin|dữ liệu) (?:\S+ ){0,6}?(?:chưa|không) (?:có|đầy đủ|được|thống nhất|khớp))"
)
# A paper that is given up, or written on, is no proof of anything: no data stand in for it.
_HANDED_BACK = re.compile(r"nộp lại|thu hồi|hoàn trả|trả lại|bản gốc|chứng nhận đã cấp")
_SENTENCE = re.compile(r"(?<=[.;\n])\s+")
_DATA = re.compile(_STORE)
_EXCUSE = re.compile(f"{_SPARED}|{_MISSING}")


def data_clause(text: str) -> str | None:
    """The sentence of the text that lets data come first; None where none does."""
    for sentence in _SENTENCE.split(unicodedata.normalize("NFC", text)):
        words = " ".join(sentence.casefold().split())
        if _DATA.search(words) and _EXCUSE.search(words):
            return sentence.strip()
    return None


def handed_back(text: str) -> str | None:
    """The words by which a paper may be asked for to be taken back or changed, not to prove something."""
    found = _HANDED_BACK.search(" ".join(unicodedata.normalize("NFC", text).casefold().split()))
    return found.group() if found else None


def words_yield(part: Part) -> bool:
    """The words ask for paper only where data are not found: outright, or by a clause that excuses from it."""
    reading = part.reading
    if reading.kind is ComponentKind.DATA_STATEMENT:
        return True
    return reading.conditional and data_clause(part.text) is not None
