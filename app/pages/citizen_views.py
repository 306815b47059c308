"""The facts of a citizen's own pages, as their templates take them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.catalogue import Catalogue, Form
from app.domain.decisions import Outcome
from app.domain.dossiers import ENDED, Status
from app.domain.reports import ReportStatus, taken_back
from app.domain.wording import database
from app.pages.dossier_views import (
    LOOK_UP,
    SIGNS,
    STATUSES,
    WAIT,
    WITHOUT_RESULT,
    paper,
    parts,
    procedure_name,
    type_name,
)
from app.pages.slips import FORMS as SLIP_FORMS
from app.pages.wording import FORMS, TAKEN_BACK
from app.services.citizens import Mine, Mismatch
from app.services.slips import SlipKind

View = dict[str, Any]

# For what somebody's data were looked up, by a look-up's purpose.
PURPOSES = {
    "paper_demand": "Xem một yêu cầu giấy tờ đối với bạn có đúng không",
    "dossier": "Giải quyết hồ sơ của bạn",
    "supplement_request": "Xem một yêu cầu bổ sung đối với bạn có đúng không",
    "prefill": "Điền sẵn biểu mẫu cho bạn",
    "presentation": "Bạn đưa mã chia sẻ để kiểm tra",
    "report": "Xem phản ánh của bạn",
    "result": "Đọc kết quả đã cấp cho bạn",
}
RESULT_STATUSES = {
    "valid": "Còn hiệu lực",
    "not_yet": "Chưa đến ngày có hiệu lực",
    "expired": "Đã hết hạn",
    "revoked": "Đã bị thu hồi",
}
REPORT_STATUSES = {
    ReportStatus.FILED: "Đã chuyển đến cơ quan, chờ trả lời",
    ReportStatus.ANSWERED: "Cơ quan đã trả lời",
    ReportStatus.CLOSED: "Đã khép lại",
}
# Where a record is usually corrected, by the data service that holds it; None: the wallet.
CORRECTED_AT = {
    None: "Công an cấp xã nơi cư trú (dữ liệu trên VNeID lấy từ cơ sở dữ liệu gốc)",
    "037": "Công an cấp xã nơi cư trú",
    "HO-TICH": "Ủy ban nhân dân cấp xã nơi đã đăng ký hộ tịch, hoặc nơi cư trú",
    "GPLX": "cơ quan Công an đã cấp giấy phép lái xe",
    "BHXH": "cơ quan bảo hiểm xã hội đang quản lý",
    "DKDN": "cơ quan đăng ký kinh doanh cấp tỉnh",
    "DK-HKD-HTX": "cơ quan đăng ký kinh doanh đã cấp giấy",
    "DAT-DAI": "văn phòng đăng ký đất đai nơi có đất",
    "DK-XE": "cơ quan Công an đã đăng ký xe",
    "LLTP": "cơ quan Công an cấp phiếu lý lịch tư pháp",
    "SKDT": "cơ sở khám bệnh, chữa bệnh đã ghi hồ sơ",
}
# What of a result's data has a name that people know.
LABELS = {
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "sex": "Giới tính",
    "nationality": "Quốc tịch",
    "ethnicity": "Dân tộc",
    "birth_place": "Nơi sinh",
    "home_town": "Quê quán",
    "address": "Nơi cư trú",
    "mother": "Họ và tên mẹ",
    "mother_name": "Họ và tên mẹ",
    "father": "Họ và tên cha",
    "father_name": "Họ và tên cha",
    "registered_on": "Ngày đăng ký",
}
# What data say in one word, in people's words.
_VALUES = {("sex", "male"): "Nam", ("sex", "female"): "Nữ"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Whether the registers name who acts for an organisation as its legal representative.
STANDINGS = {
    "confirmed": "Đã xác nhận, không phải nộp giấy chứng minh",
    "not_representative": "Cơ sở dữ liệu ghi người khác là người đại diện",
    "no_answer": "Chưa xác nhận được, không ảnh hưởng việc nhận hồ sơ",
}
# Statuses in which the applicant may still have something to bring.
_TO_SUPPLY = frozenset({Status.NEW, Status.RECEIVED, Status.SUPPLEMENT_REQUESTED})
# A slip's place in the address of its dossier.
SLIPS = {SlipKind.RECEIPT: "tiep-nhan", SlipKind.SUPPLEMENT: "bo-sung", SlipKind.REFUSAL: "tu-choi"}
_SETTLED = "Việc chờ nguồn dữ liệu đã kết thúc, mọi giấy tờ đã có kết luận"
# Moves whose reason the applicant is owed; others' reasons are the office's own notes.
_REASON_OWED = frozenset({Status.NOT_RECEIVED, Status.FEE_DUE, Status.WITHDRAWN, Status.STOPPED})


def dossier_view(mine: Mine, known: Catalogue) -> View:
    body, status = mine.body, Status(mine.body["status"])
    found = parts(body, known, on_pages=mine.filed_here)
    # Once the office works on it, nothing more is to be brought unless it asks; once it has ended, nothing at all.
    shown = SIGNS if status in _TO_SUPPLY else (LOOK_UP, WAIT) if status not in ENDED else ()
    return {
        "code": body["code"],
        "version": body["version"],
        "procedure": body["procedure"],
        "procedure_name": procedure_name(known, body["procedure"]),
        "case": body["case"],
        "status": STATUSES[status],
        "agency": body["agency"],
        "decided_by": body["decided_by"],
        "received_at": _moment(body["received_at"]),
        "due_at": _moment(body["due_at"]),
        "paused": body["paused"],
        "ended": body["ended_at"] is not None,
        "dropped": status in WITHOUT_RESULT,
        "overdue": body["late"]["overdue"],
        "groups": [(sign, own) for sign in shown if (own := [p for p in found if p.sign is sign])],
        "rest": [p for p in found if p.sign not in shown],
        "asked": [_asked(a, known) for a in mine.asked],
        "history": _history(mine),
        "results": [{**r, "name": type_name(known, r["document_type"])} for r in body["results"]],
        "representation": _representation(body.get("representation")),
        "slips": [(SLIPS[kind], SLIP_FORMS[kind].title) for kind in mine.slips],
        "withdrawable": mine.withdrawable,
    }


def _representation(body: Mapping[str, Any] | None) -> View | None:
    """Whether the registers confirm who acts for the organisation."""
    if body is None:
        return None
    return {"word": STANDINGS[body["status"]], "where": place("registry", body["service"]) if body["service"] else None}


def _asked(asked: Any, known: Catalogue) -> View:
    items = [
        {
            "name": type_name(known, item["document_type"]),
            "form": FORMS[Form(item["form"])],
            "reason": item["reason"],
            "paper": paper(item["finding"], known),
        }
        for item in asked.items
    ]
    return {"id": asked.id, "at": asked.asked_at, "items": items}


def _history(mine: Mine) -> list[View]:
    """What happened since it was handed in, in its order."""
    settled = [{"at": at, "status": _SETTLED, "by": "hệ thống", "reason": None} for at in mine.settled_at]
    return sorted([*map(_move, mine.body["history"]), *settled], key=lambda entry: entry["at"])


def _move(move: Mapping[str, Any]) -> View:
    to = Status(move["to"])
    by = "bạn" if move.get("actor") == "citizen" else "cơ quan"
    reason = move["reason"] if to in _REASON_OWED else None
    return {"at": _moment(move["at"]), "status": STATUSES[to], "by": by, "reason": reason}


def tracked_view(row: Any, known: Catalogue) -> View:
    """One look-up: when, who, where, what, for which of the citizen's own dossiers, and whether there was an answer."""
    return {
        "at": row.looked_up_at,
        "who": _who(row),
        "where": place(row.source, row.service),
        "what": [type_name(known, code) for code in row.document_types.split()],
        "purpose": PURPOSES.get(row.purpose, row.purpose),
        "procedure": procedure_name(known, row.procedure) if row.procedure else None,
        "dossier": row.dossier_code,
        "answered": row.cause is None,
    }


def _who(row: Any) -> View:
    """Who looked: the office, and in it the officer or the system."""
    if row.purpose == "report":
        # It names the office that is reported on; it was the service itself that looked.
        return {"office": None, "kind": "Hệ thống Một Lần, theo phản ánh của bạn", "by": None, "officer": None}
    # A body outside the State is named by its number.
    kind = "Tổ chức" if row.agency.isdigit() else "Cơ quan"
    by = "hệ thống" if row.purpose == "result" else "cán bộ"
    return {"office": row.agency, "kind": kind, "by": by, "officer": row.officer}


def mismatch_view(m: Mismatch, known: Catalogue) -> View:
    service = m.service if m.source == "registry" else None
    return {
        "dossier": m.dossier,
        "name": type_name(known, m.document_type),
        "where": place(m.source, m.service),
        "corrected_at": CORRECTED_AT.get(service, "cơ quan đã cấp giấy tờ"),
        "checked_at": _moment(m.checked_at),
    }


def report_view(row: Any, known: Catalogue) -> View:
    return {
        "id": row.id,
        "status": TAKEN_BACK if taken_back(row.status, row.answered_at) else REPORT_STATUSES[ReportStatus(row.status)],
        "closed": row.status == ReportStatus.CLOSED,
        "procedure": row.procedure,
        "procedure_name": procedure_name(known, row.procedure),
        "document": type_name(known, row.document_type),
        "form": FORMS[Form(row.form)],
        "agency": row.agency,
        "demanded_on": row.demanded_on,
        "filed_at": row.filed_at,
        "answered_at": row.answered_at,
        "closed_at": row.closed_at,
        "settled": row.settled,
        "lawful": row.outcome == Outcome.PAPER_LAWFUL,
        "waiting": row.outcome == Outcome.WAIT_SOURCE,
    }


def written_on(claims: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is written on a result beside whose it is. A list or an object is data for systems: people read the rest."""
    holder = claims["holder"]
    return [
        (LABELS.get(name, name), _VALUES.get((name, str(value)), as_read(value)))
        for name, value in claims.get("data", {}).items()
        if isinstance(value, str | int) and holder.get(name) != value
    ]


def born(claims: Mapping[str, Any]) -> str:
    """The birth date of whose result it is, as it is read; nothing where it does not stand there."""
    return as_read(claims["holder"].get("birth_date", ""))


def as_read(value: str | int) -> str:
    """A value as people read it: days as they are written here, truth values in words."""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, str) and _DAY.fullmatch(value):
        return "/".join(reversed(value.split("-")))
    return str(value)


def place(source: str, service: str | None) -> str:
    """Where the data are: `VNeID`, or the name of the database."""
    if source != "registry":
        return "VNeID" if source == "wallet" else "Kho dữ liệu của tỉnh"
    name = database(service)
    return name[0].upper() + name[1:]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
