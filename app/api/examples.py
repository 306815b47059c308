"""Runnable examples for Swagger UI: one made-up citizen of the sandbox for each outcome (`mock_vneid`'s default world).

The procedures are real ones of the starter catalogue.
"""

import json
from typing import Any

AN = {"kind": "person", "id": "042190000001", "full_name": "NGUYỄN THỊ AN", "birth_date": "1990-05-12"}
BINH = {"kind": "person", "id": "042085000002", "full_name": "TRẦN VĂN BÌNH", "birth_date": "1985-03-20"}
CUC = {"kind": "person", "id": "042192000003", "full_name": "LÊ THỊ CÚC", "birth_date": "1992-11-02"}
DUNG = {"kind": "person", "id": "042078000004", "full_name": "PHẠM VĂN DŨNG", "birth_date": "1978-07-07"}
EN = {"kind": "person", "id": "042195000005", "full_name": "HOÀNG THỊ ÉN", "birth_date": "1995-01-30"}
PHUC = {"kind": "person", "id": "042080000006", "full_name": "VÕ VĂN PHÚC", "birth_date": "1980-09-09"}
GIANG = {"kind": "person", "id": "042088000007", "full_name": "ĐẶNG VĂN GIANG", "birth_date": "1988-04-04"}
HOA = {"kind": "person", "id": "042193000008", "full_name": "BÙI THỊ HOA", "birth_date": "1993-12-12"}
LAM = {"kind": "person", "id": "042082000011", "full_name": "CAO VĂN LÂM", "birth_date": "1982-02-28"}
COMPANY = {"kind": "organization", "id": "3000000012", "full_name": "CÔNG TY TNHH MỘT LẦN THỬ NGHIỆM"}
AGENCY = "000.00.00.H27"


def _demand(
    procedure: str, subject: dict[str, str], document_type: str, form: str = "copy", **more: Any
) -> dict[str, Any]:
    item = {"ref": "a", "document_type": document_type, "form": form, **more}
    return {"procedure": procedure, "agency": AGENCY, "channel": "counter", "subject": subject, "items": [item]}


def _example(summary: str, value: Any, description: str = "") -> dict[str, Any]:
    return {"summary": summary, "description": description, "value": value}


DEMANDS: dict[str, Any] = {
    "use_wallet": _example(
        "REFUSE_PAPER_USE_WALLET: đã có trên VNeID",
        _demand("1.001022", AN, "CAN_CUOC"),
        "Căn cước đã liên kết trên VNeID / the identity card is linked on VNeID.",
    ),
    "use_registry": _example(
        "REFUSE_PAPER_USE_REGISTRY: cơ sở dữ liệu đã có",
        _demand("1.003583", BINH, "GIAY_CN_KET_HON"),
        "Chưa liên kết, nhưng CSDL hộ tịch có / not linked, but the civil-status database holds it.",
    ),
    "use_archive": _example(
        "REFUSE_PAPER_USE_ARCHIVE: kho dữ liệu của tỉnh đã có",
        _demand("1.004772", LAM, "VAN_BANG"),
        "Kết quả do tỉnh cấp đã lưu kho / a result the province issued is in its archive.",
    ),
    "sync_first": _example(
        "SYNC_FIRST: hướng dẫn liên kết trên VNeID trước",
        _demand("1.004222", CUC, "DANG_KIEM"),
        "Có trên VNeID nhưng chưa liên kết / on VNeID, but not linked yet.",
    ),
    "sync_declined": _example(
        "REFUSE_PAPER_ELECTRONIC_ONLY (sync_declined): không đồng ý liên kết, dịch vụ không thu giấy",
        _demand("1.004222", CUC, "DANG_KIEM", "original", declined_sync=True),
        "Trên dịch vụ không thu giấy thì chỉ nhận bản điện tử / on a no-paper service: electronic only.",
    ),
    "wait_source": _example(
        "WAIT_SOURCE: nguồn dữ liệu không trả lời",
        _demand("1.001022", EN, "CAN_CUOC"),
        "VNeID và NDXP đang lỗi với công dân này / both sources fail for this made-up citizen.",
    ),
    "not_in_dossier": _example(
        "REFUSE_NOT_IN_DOSSIER: ngoài thành phần hồ sơ",
        _demand("1.001193", AN, "THE_BHYT"),
    ),
    "electronic_only": _example(
        "REFUSE_PAPER_ELECTRONIC_ONLY: dịch vụ không thu giấy",
        _demand("3.000347", PHUC, "GIAY_KSK_LAI_XE", "original"),
        "Ngay cả giấy chưa tích hợp cũng chỉ nhận bản điện tử / no paper, even of a type with no source.",
    ),
    "certified_copy": _example(
        "REFUSE_CERTIFIED_COPY: bản chính là đủ",
        _demand("1.003583", DUNG, "GIAY_CN_KET_HON", "certified_copy"),
    ),
    "lawful_not_held": _example(
        "PAPER_LAWFUL (not_held): không nguồn nào có",
        _demand("1.003583", DUNG, "GIAY_CN_KET_HON", "original"),
    ),
    "lawful_not_integrated": _example(
        "PAPER_LAWFUL (not_integrated): chưa tích hợp",
        _demand("1.004772", DUNG, "VAN_BANG", "original"),
    ),
    "lawful_party": _example(
        "PAPER_LAWFUL (party_document): giấy tự lập",
        _demand("1.003583", AN, "TO_KHAI", "original"),
    ),
    "lawful_expired": _example(
        "PAPER_LAWFUL (expired): giấy phép hết hạn",
        _demand("3.000346", PHUC, "GIAY_PHEP_LAI_XE"),
    ),
    "lawful_revoked": _example(
        "PAPER_LAWFUL (revoked): giấy phép đã bị thu hồi",
        _demand("3.000346", GIANG, "GIAY_PHEP_LAI_XE"),
    ),
    "lawful_mismatch": _example(
        "PAPER_LAWFUL (mismatch): họ tên đã nhập không khớp",
        _demand("1.003583", {**AN, "full_name": "NGUYỄN THỊ ANH"}, "GIAY_CN_KET_HON", "original"),
        "Cán bộ kiểm tra lại họ tên đã nhập / the officer checks the typing first.",
    ),
    "rule_not_in_force": _example(
        "PAPER_LAWFUL (rule_not_in_force): ngày trước Chỉ thị 24",
        {**_demand("1.003583", AN, "GIAY_CN_KET_HON"), "demanded_on": "2025-09-12"},
    ),
    "organization": _example(
        "Tổ chức: đăng ký doanh nghiệp đã có trong cơ sở dữ liệu",
        _demand("2.001583", COMPANY, "GCN_DKDN"),
    ),
}

BATCHES: dict[str, Any] = {
    "three_lines": _example(
        "Hai yêu cầu và một dòng hỏng / two demands and a bad line",
        "".join(
            json.dumps(line, ensure_ascii=False) + "\n"
            for line in (DEMANDS["use_wallet"]["value"], {"procedure": "1.001022"}, DEMANDS["lawful_party"]["value"])
        ),
        "Dòng hỏng chỉ hỏng riêng nó / the bad line is answered by its own problem, the others are judged.",
    ),
}

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
_REPRESENTATIVE = {"kind": "person", "id": "042176990036"}
DOSSIERS: dict[str, Any] = {
    "birth": _example("Đăng ký khai sinh: chỉ còn phải nộp giấy chứng sinh", _BIRTH),
    "waiting": _example(
        "Nguồn dữ liệu không trả lời: hồ sơ chờ, tự tra cứu lại",
        {**_BIRTH, "applicant": EN, "components": [{"position": 1, "supplied": "electronic"}]},
    ),
    "no_paper": _example(
        "Dịch vụ không thu giấy: bản giấy được trả lại",
        {
            "procedure": "3.000347",
            "agency": AGENCY,
            "channel": "online",
            "applicant": PHUC,
            "components": [{"position": 2, "supplied": "paper"}],
        },
    ),
    "company": _example(
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
    "marriage": _example(
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
    "licence": _example(
        "Điền sẵn đơn đổi giấy phép lái xe tại quầy",
        {"procedure": "3.000347", "agency": AGENCY, "purpose": "counter", "applicant": AN},
    ),
}
SIGNATURES: dict[str, Any] = {
    "refused": _example(
        "REFUSE_SIGNATURE: đã đăng nhập VNeID thì không phải ký số",
        {"procedure": "1.000894", "channel": "online", "subject": {"kind": "person", "authenticated_by": "vneid"}},
    ),
    "lawful": _example(
        "SIGNATURE_LAWFUL: không đăng nhập",
        {"procedure": "1.000894", "channel": "online", "subject": {"kind": "person", "authenticated_by": "none"}},
    ),
}
RECHECKS: dict[str, Any] = {"now": _example("Tra cứu lại ngay / look again now", {})}
REPLAYS: dict[str, Any] = {
    "same": _example("Như đã quyết định / as it was judged", {}),
    "what_if": _example(
        "Nếu luật của ngày khác được áp dụng? / under the law of another day", {"law_as_of": "2025-09-12"}
    ),
}
TRANSITIONS: dict[str, Any] = {
    "receive": _example("1 → 2: tiếp nhận", {"to": 2}),
    "process": _example("2 → 4: chuyển xử lý", {"to": 4}),
    "reject": _example("1 → 3: không tiếp nhận", {"to": 3, "reason": "Không thuộc thẩm quyền giải quyết"}),
    "withdraw": _example("→ 7: công dân rút bằng văn bản", {"to": 7, "reason": "Đơn xin rút hồ sơ ngày 23/11/2026"}),
    "counter": _example("1 → 2: bộ phận một cửa tiếp nhận", {"to": 2, "as": "one_stop"}),
    "complete": _example(
        "4 → 9: xử lý xong, cấp kết quả",
        {
            "to": 9,
            "result": {
                "document_type": "GIAY_KHAI_SINH",
                "result_code": "KQ.G15.000031",
                "number": "12/2026",
                "data": {"full_name": "NGUYỄN HÀ MY", "birth_date": "2026-11-02", "sex": "female"},
            },
        },
        "Kết quả được ký, lưu kho và gửi vào ví / signed, archived and sent to the wallet.",
    ),
}
SUPPLEMENTS: dict[str, Any] = {
    "lawful": _example(
        "Được phép: giấy chứng sinh chưa tích hợp",
        {"items": [{"document_type": "GIAY_CHUNG_SINH", "form": "original", "reason": "Chưa có trong hồ sơ"}]},
    ),
    "refused": _example(
        "409: căn cước đã có trên VNeID",
        {"items": [{"document_type": "CAN_CUOC", "form": "copy", "reason": "Lưu hồ sơ"}]},
    ),
}
_OFFICE = {"kind": "office", "agency": AGENCY, "officer": "CB-0001"}
_PRIVATE = {"kind": "private", "organization": COMPANY["id"]}
PRESENTATIONS: dict[str, Any] = {
    "office": _example(
        "Cơ quan kiểm tra mã chia sẻ tại quầy",
        {"code": "K7M2QX9HBA", "purpose": "Đăng ký khai sinh", "verifier": _OFFICE, "procedure": "1.001193"},
        "Mã do công dân tạo trên VNeID, sống vài phút / made by the citizen on VNeID, alive for some minutes.",
    ),
    "private": _example(
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
    "copy": _example("Đòi bản sao", {"document_type": "CAN_CUOC", "form": "copy"}),
    "of_an_office": _example(
        "Cơ quan: kèm thủ tục", {"document_type": "CAN_CUOC", "form": "copy", "procedure": "1.001193"}
    ),
}
REPORT_ANSWERS: dict[str, Any] = {
    "apology": _example(
        "Đã bỏ yêu cầu",
        {"text": "Cơ quan xin lỗi và đã bỏ yêu cầu này; cán bộ tiếp nhận đã được nhắc tra cứu dữ liệu trước khi hỏi."},
    ),
}
REVOCATIONS: dict[str, Any] = {"wrong": _example("Cấp nhầm", {"reason": "Cấp nhầm nội dung, cấp lại sau"})}
REPLACEMENTS: dict[str, Any] = {
    "name": _example(
        "Đính chính tên đệm",
        {
            "reason": "Sai tên đệm",
            "result": {"document_type": "GIAY_KHAI_SINH", "number": "01/2026", "data": {"full_name": "NGUYỄN HÀ MY"}},
        },
        "Kết quả cũ bị thu hồi trong cùng lần ghi / the old one is revoked in the same commit.",
    )
}
FEE_DEMANDS: dict[str, Any] = {
    "flagged": _example(
        "FEE_FLAGGED: giấy tờ thiết yếu, Chỉ thị 24 yêu cầu bỏ khoản thu",
        {"procedure": "1.001193", "document_type": "GIAY_KHAI_SINH", "for": "printing"},
    ),
    "not_covered": _example(
        "FEE_NOT_COVERED: ngoài danh mục giấy tờ thiết yếu",
        {"procedure": "1.001193", "document_type": "GIAY_CHUNG_SINH", "for": "issuing"},
    ),
}
PROCEDURES: dict[str, Any] = {
    "lawful": _example(
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
    "refused": _example(
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
    "official": _example(
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
    "confirmed": _example(
        "Một mục đã xác nhận",
        {"from": "2025-09-13", "status": "confirmed", "basis": "CT-24-2025"},
    )
}
PUBLICATIONS: dict[str, Any] = {
    "month": _example("201: công bố một tháng; gửi lại mà không có gì đổi: 200", {"month": "2025-10"}),
    "correction": _example(
        "201: đính chính, có lý do, khi danh mục đã khác",
        {"month": "2025-10", "reason": "Bổ sung mục còn thiếu trong phụ lục"},
    ),
    "future": _example("422: tháng chưa đến", {"month": "2099-12"}),
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
    "official": _example(
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
    "instruction": _example(
        "200: chỉ là hướng dẫn, không đòi giấy tờ",
        {"kind": "instruction", "document_types": [], "form": "unspecified", "conditional": False},
    ),
    "unknown_type": _example(
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
