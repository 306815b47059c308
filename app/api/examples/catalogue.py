"""What is published, imported and corrected."""

from typing import Any

from app.api.examples.people import AGENCY, example

PROCEDURES: dict[str, Any] = {
    "lawful": example(
        "Công bố được",
        {
            "name": "Thủ tục thử nghiệm",
            "sector": "Thử nghiệm",
            "level": "province",
            "agency": AGENCY,
            "valid_from": "2026-01-01",
            "components": [
                {
                    "position": 1,
                    "name": "Giấy tờ tùy thân",
                    "document_types": ["CAN_CUOC", "HO_CHIEU"],
                    "relation": "any_of",
                    "form": "copy",
                    "mandatory": True,
                    "acceptance": "data_first",
                }
            ],
        },
    ),
    "refused": example(
        "409: đòi bản giấy của giấy tờ đã tích hợp",
        {
            "name": "Thủ tục đòi bản giấy",
            "sector": "Thử nghiệm",
            "level": "province",
            "agency": AGENCY,
            "valid_from": "2026-01-01",
            "components": [
                {
                    "position": 1,
                    "name": "Bản sao giấy khai sinh",
                    "document_types": ["GIAY_KHAI_SINH"],
                    "relation": "one",
                    "form": "copy",
                    "mandatory": True,
                    "acceptance": "paper_only",
                }
            ],
        },
    ),
}
DOCUMENT_TYPES: dict[str, Any] = {
    "official": example(
        "Giấy tờ có nguồn dữ liệu từ một ngày",
        {
            "name": "Giấy tờ thử nghiệm",
            "kind": "official",
            "subject": "person",
            "sources": [{"source": "registry", "service": "HO-TICH", "from": "2026-01-01", "basis": "NQ-66.7-2025"}],
        },
    )
}
LIST_MEMBERS: dict[str, Any] = {
    "confirmed": example(
        "Một mục đã xác nhận",
        {"from": "2025-09-13", "status": "confirmed", "basis": "CT-24-2025"},
    )
}
PUBLICATIONS: dict[str, Any] = {
    "month": example("201: công bố một tháng; gửi lại mà không có gì đổi: 200", {"month": "2025-10"}),
    "correction": example(
        "201: đính chính, có lý do, khi danh mục đã khác",
        {"month": "2025-10", "reason": "Bổ sung mục còn thiếu trong phụ lục"},
    ),
    "future": example("422: tháng chưa đến", {"month": "2099-12"}),
}
# A file is the body itself: these are what Swagger UI sends.
_PROCEDURE_ROWS = "code,name,sector,level,agency\n9.100002,Thủ tục nhập thử,Thử nghiệm,tỉnh|xã,Sở Thử nghiệm\n"
_COMPONENT_ROW = {"procedure_code": "1.001193", "position": 1, "name": "Bản sao giấy chứng nhận kết hôn"}
IMPORTS_CSV: dict[str, Any] = {
    "procedures": {"summary": "done: một thủ tục, chưa có thành phần hồ sơ", "value": _PROCEDURE_ROWS},
    "bad_row": {
        "summary": "refused: mã thủ tục bị Excel đổi thành số",
        "value": _PROCEDURE_ROWS.replace("9.100002", "9.1"),
    },
    "not_catalogue": {
        "summary": "refused: hàng tiêu đề không phải của danh mục",
        "value": "a,b\n1,2\n",
    },
}
IMPORTS_JSON: dict[str, Any] = {
    "components": {"summary": "done: thành phần hồ sơ của một thủ tục", "value": [_COMPONENT_ROW]}
}
IMPORTS_NDJSON: dict[str, Any] = {
    "components": {
        "summary": "done: mỗi dòng một thành phần hồ sơ",
        "value": '{"procedure_code": "1.001193", "position": 1, "name": "Bản sao giấy chứng nhận kết hôn"}\n',
    }
}
IMPORTS_XLSX: dict[str, Any] = {
    "file": {"summary": "Tệp XLSX: chọn tệp trên máy / choose a file", "externalValue": "procedures.xlsx"}
}
READINGS: dict[str, Any] = {
    "official": example(
        "201: giấy tờ do cơ quan nhà nước cấp",
        {
            "kind": "official_document",
            "document_types": ["GIAY_CN_KET_HON"],
            "relation": "one",
            "form": "copy",
            "conditional": False,
            "note": "Đã đối chiếu với văn bản công bố",
        },
    ),
    "instruction": example(
        "200: chỉ là hướng dẫn, không đòi giấy tờ",
        {"kind": "instruction", "document_types": [], "form": "unspecified", "conditional": False},
    ),
    "unknown_type": example(
        "422: loại giấy tờ không có trong danh mục",
        {
            "kind": "official_document",
            "document_types": ["GIAY_KHONG_CO"],
            "relation": "one",
            "form": "copy",
            "conditional": False,
        },
    ),
}
