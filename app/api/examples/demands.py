"""Demands for paper, one for each outcome."""

import json
from typing import Any

from app.api.examples.people import AGENCY, AN, BINH, COMPANY, CUC, DUNG, EN, GIANG, LAM, PHUC, example


def _demand(
    procedure: str, subject: dict[str, str], document_type: str, form: str = "copy", **more: Any
) -> dict[str, Any]:
    item = {"ref": "a", "document_type": document_type, "form": form, **more}
    return {"procedure": procedure, "agency": AGENCY, "channel": "counter", "subject": subject, "items": [item]}


DEMANDS: dict[str, Any] = {
    "use_wallet": example(
        "REFUSE_PAPER_USE_WALLET: đã có trên VNeID",
        _demand("1.001022", AN, "CAN_CUOC"),
        "Căn cước đã liên kết trên VNeID / the identity card is linked on VNeID.",
    ),
    "use_registry": example(
        "REFUSE_PAPER_USE_REGISTRY: cơ sở dữ liệu đã có",
        _demand("1.003583", BINH, "GIAY_CN_KET_HON"),
        "Chưa liên kết, nhưng CSDL hộ tịch có / not linked, but the civil-status database holds it.",
    ),
    "use_archive": example(
        "REFUSE_PAPER_USE_ARCHIVE: kho dữ liệu của tỉnh đã có",
        _demand("1.004772", LAM, "VAN_BANG"),
        "Kết quả do tỉnh cấp đã lưu kho / a result the province issued is in its archive.",
    ),
    "sync_first": example(
        "SYNC_FIRST: hướng dẫn liên kết trên VNeID trước",
        _demand("1.004222", CUC, "DANG_KIEM"),
        "Có trên VNeID nhưng chưa liên kết / on VNeID, but not linked yet.",
    ),
    "sync_declined": example(
        "REFUSE_PAPER_ELECTRONIC_ONLY (sync_declined): không đồng ý liên kết, dịch vụ không thu giấy",
        _demand("1.004222", CUC, "DANG_KIEM", "original", declined_sync=True),
        "Trên dịch vụ không thu giấy thì chỉ nhận bản điện tử / on a no-paper service: electronic only.",
    ),
    "wait_source": example(
        "WAIT_SOURCE: nguồn dữ liệu không trả lời",
        _demand("1.001022", EN, "CAN_CUOC"),
        "VNeID và NDXP đang lỗi với công dân này / both sources fail for this made-up citizen.",
    ),
    "not_in_dossier": example(
        "REFUSE_NOT_IN_DOSSIER: ngoài thành phần hồ sơ",
        _demand("1.001193", AN, "THE_BHYT"),
    ),
    "electronic_only": example(
        "REFUSE_PAPER_ELECTRONIC_ONLY: dịch vụ không thu giấy",
        _demand("3.000347", PHUC, "GIAY_KSK_LAI_XE", "original"),
        "Ngay cả giấy chưa tích hợp cũng chỉ nhận bản điện tử / no paper, even of a type with no source.",
    ),
    "certified_copy": example(
        "REFUSE_CERTIFIED_COPY: bản chính là đủ",
        _demand("1.003583", DUNG, "GIAY_CN_KET_HON", "certified_copy"),
    ),
    "lawful_not_held": example(
        "PAPER_LAWFUL (not_held): không nguồn nào có",
        _demand("1.003583", DUNG, "GIAY_CN_KET_HON", "original"),
    ),
    "lawful_not_integrated": example(
        "PAPER_LAWFUL (not_integrated): chưa tích hợp",
        _demand("1.004772", DUNG, "VAN_BANG", "original"),
    ),
    "lawful_party": example(
        "PAPER_LAWFUL (party_document): giấy tự lập",
        _demand("1.003583", AN, "TO_KHAI", "original"),
    ),
    "lawful_expired": example(
        "PAPER_LAWFUL (expired): giấy phép hết hạn",
        _demand("3.000346", PHUC, "GIAY_PHEP_LAI_XE"),
    ),
    "lawful_revoked": example(
        "PAPER_LAWFUL (revoked): giấy phép đã bị thu hồi",
        _demand("3.000346", GIANG, "GIAY_PHEP_LAI_XE"),
    ),
    "lawful_mismatch": example(
        "PAPER_LAWFUL (mismatch): họ tên đã nhập không khớp",
        _demand("1.003583", {**AN, "full_name": "NGUYỄN THỊ ANH"}, "GIAY_CN_KET_HON", "original"),
        "Cán bộ kiểm tra lại họ tên đã nhập / the officer checks the typing first.",
    ),
    "rule_not_in_force": example(
        "PAPER_LAWFUL (rule_not_in_force): ngày trước Chỉ thị 24",
        {**_demand("1.003583", AN, "GIAY_CN_KET_HON"), "demanded_on": "2025-09-12"},
    ),
    "organization": example(
        "Tổ chức: đăng ký doanh nghiệp đã có trong cơ sở dữ liệu",
        _demand("2.001583", COMPANY, "GCN_DKDN"),
    ),
}

BATCHES: dict[str, Any] = {
    "three_lines": example(
        "Hai yêu cầu và một dòng hỏng / two demands and a bad line",
        "".join(
            json.dumps(line, ensure_ascii=False) + "\n"
            for line in (DEMANDS["use_wallet"]["value"], {"procedure": "1.001022"}, DEMANDS["lawful_party"]["value"])
        ),
        "Dòng hỏng chỉ hỏng riêng nó / the bad line is answered by its own problem, the others are judged.",
    ),
}
