"""A dossier's slips as pages to be printed: on A4, without a script, for the counter and for the one they are about.

Each bears the name of its form (Thông tư 03/2025/TT-VPCP, Phụ lục I). They show a person's name: whoever serves them
makes sure of who asks, and that nobody keeps them (`cache-control: no-store`).
"""

from typing import NamedTuple

from app.pages.site import render
from app.services import slips
from app.services.desk import Desk
from app.services.sessions import Session
from app.services.slips import SlipKind

_ACT = "Phụ lục I, Thông tư 03/2025/TT-VPCP"


class FormName(NamedTuple):
    number: str
    title: str
    act: str = _ACT


FORMS = {
    SlipKind.RECEIPT: FormName("Mẫu số 01", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    SlipKind.SUPPLEMENT: FormName("Mẫu số 02", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"),
    SlipKind.REFUSAL: FormName("Mẫu số 03", "Phiếu từ chối tiếp nhận giải quyết hồ sơ"),
}
CHANNELS = {"counter": "Trực tiếp", "online": "Trực tuyến", "postal": "Qua dịch vụ bưu chính"}
SUPPLIED = {
    "none": "Không phải nộp lúc này; cơ quan khai thác dữ liệu hoặc sẽ thông báo",
    "paper": "Đã nộp bản giấy",
    "electronic": "Đã nộp bản điện tử",
    "wallet": "Đã chia sẻ từ VNeID",
}
PAPERS = {
    "original": "bản chính (để đối chiếu)",
    "copy": "bản sao",
    "certified_copy": "bản sao chứng thực",
    "electronic": "bản điện tử",
}


async def slip(desk: Desk, code: str, kind: SlipKind, reader: Session | None = None) -> bytes:
    """The page; for a `reader` with the way back to their dossier. Raises UnknownDossier, SlipNotDue."""
    shown = await desk.db.read(slips.slip, desk, code, kind)
    words = {"channels": CHANNELS, "supplied": SUPPLIED, "papers": PAPERS}
    seen = {"reader": reader, "agencies": desk.agencies, "printed_at": desk.clock.now()}
    return render("slip.html", slip=shown, form=FORMS[kind], **seen, **words)
