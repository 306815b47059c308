"""Dossiers and what becomes of them."""

from typing import Any

from app.api.examples.people import AGENCY, AN, BINH, COMPANY, EN, PHUC, example

_BIRTH = {
    "procedure": "1.003583",
    "agency": AGENCY,
    "channel": "counter",
    "applicant": AN,
    "components": [
        {"position": 1, "supplied": "electronic"},
        {"position": 2, "supplied": "none"},
        {"position": 4, "supplied": "none", "holder": AN},
        {"position": 5, "supplied": "none"},
    ],
}
_CHILD = {"kind": "person", "id": "042326000020", "full_name": "NGUYỄN HÀ MY", "birth_date": "2026-11-02"}
_REPRESENTATIVE = {"kind": "person", "id": "042176990036"}
DOSSIERS: dict[str, Any] = {
    "birth": example("Đăng ký khai sinh: chỉ còn phải nộp giấy chứng sinh", _BIRTH),
    "waiting": example(
        "Nguồn dữ liệu không trả lời: hồ sơ chờ, tự tra cứu lại",
        {**_BIRTH, "applicant": EN, "components": [{"position": 1, "supplied": "electronic"}]},
    ),
    "no_paper": example(
        "Dịch vụ không thu giấy: bản giấy được trả lại",
        {
            "procedure": "3.000347",
            "agency": AGENCY,
            "channel": "online",
            "applicant": PHUC,
            "components": [{"position": 2, "supplied": "paper"}],
        },
    ),
    "company": example(
        "Doanh nghiệp, người đại diện được đối chiếu với đăng ký doanh nghiệp",
        {
            "procedure": "1.012790",
            "agency": AGENCY,
            "channel": "online",
            "applicant": {"kind": "organization", "id": "3002990001"},
            "representative": _REPRESENTATIVE,
            "components": [{"position": 3, "supplied": "none", "holder": _REPRESENTATIVE}],
        },
        "Người đại diện mới từ 05/10/2026; người cũ (042070990037) bị từ chối / her predecessor is refused.",
    ),
}
PREFILLS: dict[str, Any] = {
    "marriage": example(
        "Điền sẵn tờ khai đăng ký kết hôn của hai bên",
        {
            "procedure": "1.000894",
            "agency": AGENCY,
            "purpose": "own_dossier",
            "applicant": AN,
            "related": {"spouse": BINH},
        },
        "Mỗi trường có nguồn và ngày, hoặc lý do còn thiếu / each field with its source, or why it is missing.",
    ),
    "licence": example(
        "Điền sẵn đơn đổi giấy phép lái xe tại quầy",
        {"procedure": "3.000347", "agency": AGENCY, "purpose": "counter", "applicant": AN},
    ),
}
SIGNATURES: dict[str, Any] = {
    "refused": example(
        "REFUSE_SIGNATURE: đã đăng nhập VNeID thì không phải ký số",
        {"procedure": "1.000894", "channel": "online", "subject": {"kind": "person", "authenticated_by": "vneid"}},
    ),
    "lawful": example(
        "SIGNATURE_LAWFUL: không đăng nhập",
        {"procedure": "1.000894", "channel": "online", "subject": {"kind": "person", "authenticated_by": "none"}},
    ),
}
RECHECKS: dict[str, Any] = {"now": example("Tra cứu lại ngay / look again now", {})}
REPLAYS: dict[str, Any] = {
    "same": example("Như đã quyết định / as it was judged", {}),
    "what_if": example(
        "Nếu luật của ngày khác được áp dụng? / under the law of another day", {"law_as_of": "2025-09-12"}
    ),
}
TRANSITIONS: dict[str, Any] = {
    "receive": example("1 → 2: tiếp nhận", {"to": 2}),
    "process": example("2 → 4: chuyển xử lý", {"to": 4}),
    "reject": example("1 → 3: không tiếp nhận", {"to": 3, "reason": "Không thuộc thẩm quyền giải quyết"}),
    "withdraw": example("→ 7: công dân rút bằng văn bản", {"to": 7, "reason": "Đơn xin rút hồ sơ ngày 23/11/2026"}),
    "counter": example("1 → 2: bộ phận một cửa tiếp nhận", {"to": 2, "as": "one_stop"}),
    "complete": example(
        "4 → 9: xử lý xong, cấp kết quả",
        {
            "to": 9,
            "result": {
                "document_type": "GIAY_KHAI_SINH",
                "result_code": "KQ.G15.000031",
                "number": "12/2026",
                "holder": _CHILD,
                "data": {"full_name": "NGUYỄN HÀ MY", "birth_date": "2026-11-02", "sex": "female"},
            },
        },
        "Giấy khai sinh của con được ký, lưu kho, gửi vào ví của người nộp / the child's birth certificate is signed, "
        "archived, sent to the applicant's wallet.",
    ),
    "return": example("9 → 10: đã trả kết quả", {"to": 10, "as": "one_stop"}),
}
SUPPLEMENTS: dict[str, Any] = {
    "lawful": example(
        "Được phép: giấy chứng sinh chưa tích hợp",
        {"items": [{"document_type": "GIAY_CHUNG_SINH", "form": "original", "reason": "Chưa có trong hồ sơ"}]},
    ),
    "refused": example(
        "409: căn cước đã có trên VNeID",
        {"items": [{"document_type": "CAN_CUOC", "form": "copy", "reason": "Lưu hồ sơ"}]},
    ),
}
_OFFICE = {"kind": "office", "agency": AGENCY, "officer": "CB-0001"}
_PRIVATE = {"kind": "private", "organization": COMPANY["id"]}
PRESENTATIONS: dict[str, Any] = {
    "office": example(
        "Cơ quan kiểm tra mã chia sẻ tại quầy",
        {"code": "K7M2QX9HBA", "purpose": "Đăng ký khai sinh", "verifier": _OFFICE, "procedure": "1.001193"},
        "Tạo mã **chia sẻ**, cùng mục đích, trên trang ví của hộp cát (cổng 9000, /w/default/oidc/wallet) "
        "rồi thay vào đây trong vòng 5 phút / make a *sharing* code for this purpose on the sandbox's wallet page and "
        "put it here within 5 minutes.",
    ),
    "private": example(
        "Tổ chức ngoài nhà nước, rồi vẫn đòi bản sao",
        {
            "code": "P4R8TN3WDC",
            "purpose": "Mở tài khoản ngân hàng",
            "verifier": _PRIVATE,
            "paper_demanded": {"document_type": "CAN_CUOC", "form": "copy"},
        },
        "Từ 28/09/2026: REFUSE_PAPER_SHOWN; trước đó: ADVISED_AGAINST.",
    ),
}
PRESENTED_PAPERS: dict[str, Any] = {
    "copy": example("Đòi bản sao", {"document_type": "CAN_CUOC", "form": "copy"}),
    "of_an_office": example(
        "Cơ quan: kèm thủ tục", {"document_type": "CAN_CUOC", "form": "copy", "procedure": "1.001193"}
    ),
}
REPORT_ANSWERS: dict[str, Any] = {
    "apology": example(
        "Đã bỏ yêu cầu",
        {"text": "Cơ quan xin lỗi và đã bỏ yêu cầu này; cán bộ tiếp nhận đã được nhắc tra cứu dữ liệu trước khi hỏi."},
    ),
}
REVOCATIONS: dict[str, Any] = {"wrong": example("Cấp nhầm", {"reason": "Cấp nhầm nội dung, cấp lại sau"})}
REPLACEMENTS: dict[str, Any] = {
    "name": example(
        "Đính chính tên đệm",
        {
            "reason": "Sai tên đệm",
            "result": {
                "document_type": "GIAY_KHAI_SINH",
                "number": "12/2026",
                "holder": {**_CHILD, "full_name": "NGUYỄN HẠ MY"},
                "data": {"full_name": "NGUYỄN HẠ MY", "birth_date": "2026-11-02", "sex": "female"},
            },
        },
        "Kết quả cũ bị thu hồi trong cùng lần ghi / the old one is revoked in the same commit.",
    )
}
FEE_DEMANDS: dict[str, Any] = {
    "flagged": example(
        "FEE_FLAGGED: giấy tờ thiết yếu, Chỉ thị 24 yêu cầu bỏ khoản thu",
        {"procedure": "1.001193", "document_type": "GIAY_KHAI_SINH", "for": "printing"},
    ),
    "not_covered": example(
        "FEE_NOT_COVERED: ngoài danh mục giấy tờ thiết yếu",
        {"procedure": "1.001193", "document_type": "GIAY_CHUNG_SINH", "for": "issuing"},
    ),
}
