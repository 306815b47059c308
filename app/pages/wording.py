"""Words of the pages that are not written in a template: names of codes, dates, citations."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from app.domain.calendar import VIETNAM
from app.domain.catalogue import Form, TypeSource
from app.domain.evidence import Source
from app.domain.law import Citation
from app.domain.text import slug
from app.domain.wording import database

LEVELS = {"ministry": "Cấp bộ", "province": "Cấp tỉnh", "commune": "Cấp xã"}
TAKEN_BACK = "Đã rút"  # of a report
FORMS = {
    Form.ORIGINAL: "bản chính",
    Form.COPY: "bản sao",
    Form.CERTIFIED_COPY: "bản sao chứng thực",
    Form.ELECTRONIC: "bản điện tử",
}
# Whose paper it is, where it is not the applicant's own.
HOLDERS = {
    "spouse": "của vợ hoặc chồng",
    "parent": "của cha, mẹ",
    "child": "của con, trẻ em",
    "deceased": "của người đã chết",
    "representative": "của người đại diện",
    "guardian": "của người giám hộ",
    "ward": "của người được giám hộ",
    "owner": "của chủ sở hữu",
    "other": "của người có liên quan",
}
SUBJECTS = {
    "person": "Giấy tờ của người dân",
    "organization": "Giấy tờ của tổ chức, doanh nghiệp",
    "any": "Giấy tờ của người dân và tổ chức",
}
# What a rule of the decision does with the provisions it cites.
RULES = {
    "not-in-dossier": "Chỉ được yêu cầu giấy tờ có trong thành phần hồ sơ đã công bố",
    "use-wallet": "Giấy tờ đã có trên VNeID thì không yêu cầu bản giấy",
    "use-registry": "Giấy tờ đã có trong cơ sở dữ liệu kết nối thì không yêu cầu bản giấy",
    "use-archive": "Kết quả tỉnh đã cấp và lưu kho thì dùng lại, không yêu cầu nộp lại",
    "sync-first": "Giấy tờ chưa liên kết thì hướng dẫn liên kết trên VNeID trước khi hỏi bản giấy",
    "wait-for-source": "Nguồn dữ liệu chưa trả lời thì chờ, chưa hỏi người dân",
    "no-certified-copy": "Không yêu cầu bản sao chứng thực của giấy tờ đã có dữ liệu",
    "no-paper-service": "Dịch vụ thiết yếu không thu thành phần hồ sơ giấy",
    "paper-after-lookup": "Đã tra cứu mà không có dữ liệu thì được đề nghị xuất trình bản chính",
    "paper-after-incident": "Dữ liệu sai hoặc gặp sự cố thì được đề nghị bổ sung",
    "sync-declined": "Người dân không đồng ý liên kết thì được dùng bản giấy",
    "one-complete-notice": "Thông báo bổ sung phải đầy đủ, chỉ một lần",
    "physical-on-request": "Giấy tờ thiết yếu cấp bản điện tử; bản giấy chỉ khi công dân yêu cầu",
    "physical-fee": "Khoản thu cho việc sản xuất, in, cấp bản giấy của giấy tờ thiết yếu bị đánh dấu",
    "private-paper-advised": "Đã xuất trình từ VNeID thì tổ chức ngoài nhà nước được đề nghị không đòi bản giấy",
    "private-paper-refused": "Đã xuất trình từ VNeID thì tổ chức ngoài nhà nước không được đòi bản giấy",
    "no-eform-signature": "Đã đăng nhập qua VNeID hoặc Cổng Dịch vụ công thì không phải ký số vào biểu mẫu điện tử",
}


def day(value: date) -> str:
    return f"{value.day:02d}/{value.month:02d}/{value.year}"


def month(value: date) -> str:
    return f"tháng {value.month:02d}/{value.year}"


def moment(value: datetime) -> str:
    """In Vietnam, to the minute: `10:05 ngày 23/11/2026`."""
    there = value.astimezone(VIETNAM)
    return f"{there:%H:%M} ngày {day(there.date())}"


def day_there(value: datetime) -> str:
    """The day in Vietnam."""
    return day(value.astimezone(VIETNAM).date())


def place(source: TypeSource) -> str:
    """Where the data are, for a reader: `VNeID`, or the name of the database."""
    if source.source is Source.WALLET:
        return "VNeID"
    name = database(source.service)
    return name[0].upper() + name[1:]


def source_slug(source: TypeSource) -> str:
    return "vneid" if source.source is Source.WALLET else slug(source.service or "")


def cite(c: Citation) -> str:
    """`Nghị định 118/2025/NĐ-CP, Điều 4 khoản 2a`."""
    return f"{c.title}, {c.provision}" if c.provision else c.title


def number(value: int) -> str:
    """Thousands apart, as Vietnamese writes them: `1.355`."""
    return f"{value:,}".replace(",", ".")


def whose_right(because: str) -> str:
    """A finding's words with who may do it: an applicant reads "may be asked for" as a right of theirs."""
    return f"Cơ quan đ{because[1:]}" if because.startswith("Được yêu cầu ") else because


FILTERS: dict[str, Callable[..., Any]] = {
    "ngay": day,
    "thang": month,
    "luc": moment,
    "ngay_o_viet_nam": day_there,
    "noi": place,
    "trich_dan": cite,
    "so": number,
    "slug": slug,
    "ai_duoc": whose_right,
}
