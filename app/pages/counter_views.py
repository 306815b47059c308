"""The facts of the counter's pages, as their templates take them. Pure: what stands in the database is given."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from app.domain.calendar import VIETNAM
from app.domain.catalogue import Catalogue, Component, DocumentKind, Form, Procedure
from app.domain.decisions import Outcome
from app.domain.dossiers import MAY_ASK_SUPPLEMENT, Actor, Status, moves_from
from app.domain.guidance import Guide, Need
from app.domain.persons import Subject, SubjectKind, masked
from app.domain.results import Result
from app.domain.sessions import Role
from app.domain.text import plain
from app.pages import dossier_views, wording
from app.pages.dossier_views import procedure_name, type_name
from app.pages.slips import FORMS
from app.services.counter import OPEN, Listed, Meanwhile, OnDesk, Queue
from app.services.sessions import CITIZENS, Session, officer_of
from app.services.slips import SlipKind

View = dict[str, Any]

STATUSES = dossier_views.STATUSES | {Status.SUPPLEMENT_REQUESTED: "Chờ công dân bổ sung"}
# What an officer does to bring a dossier there. Papers are asked for on a page of their own.
MOVES = {
    Status.RECEIVED: "Tiếp nhận hồ sơ",
    Status.NOT_RECEIVED: "Từ chối tiếp nhận (cần lý do)",
    Status.IN_PROGRESS: "Chuyển giải quyết",
    Status.FEE_DUE: "Chờ công dân thực hiện nghĩa vụ tài chính (cần lý do)",
    Status.WITHDRAWN: "Công dân rút hồ sơ, theo đơn (cần lý do)",
    Status.STOPPED: "Dừng giải quyết (cần lý do)",
    Status.DONE: "Đã giải quyết xong",
    Status.RETURNED: "Đã trả kết quả cho công dân",
}
HINTS = {
    "bring": "Được hỏi công dân giấy tờ này.",
    "look-up": "Không được hỏi: dữ liệu đã có, cơ quan tự khai thác.",
    "sync": "Hướng dẫn công dân liên kết trên VNeID trước; không đồng ý thì mới được hỏi bản giấy.",
    "wait": "Chưa được hỏi: nguồn dữ liệu chưa trả lời, hệ thống tự tra cứu lại.",
    "electronic": "Chỉ nhận bản điện tử, không thu bản giấy.",
    "promised": "Chưa nhận: người nộp báo trên trang, nơi không gửi được tệp.",
    "given": "Đã có trong hồ sơ.",
    "optional": "Chỉ cần khi thuộc trường hợp nêu trong tên giấy tờ.",
}
SUPPLIED = {
    "none": "Không đưa gì",
    "paper": "Đưa bản giấy",
    "electronic": "Gửi bản điện tử",
    "wallet": "Xuất trình trên VNeID",
}
CHANNELS = {"counter": "Tại quầy", "online": "Trực tuyến", "postal": "Bưu chính"}
ROLES = {
    Role.ONE_STOP: "bộ phận một cửa",
    Role.HANDLER: "người giải quyết",
    Role.AUDITOR: "người kiểm tra",
}
DONE = {
    "nop": "Đã nhận hồ sơ.",
    "chuyen": "Đã chuyển trạng thái hồ sơ.",
    "bo-sung": "Đã gửi yêu cầu bổ sung. Hãy in phiếu cho công dân.",
    "tra-cuu": "Đã tra cứu lại các nguồn dữ liệu.",
    "tra-loi": "Đã gửi trả lời.",
}
FIELDS = {
    "full_name": "Họ và tên",
    "birth_date": "Ngày sinh",
    "sex": "Giới tính",
    "number": "Số giấy tờ",
    "id": "Số định danh",
    "issued_on": "Ngày cấp",
    "valid_until": "Có giá trị đến",
    "document_type": "Loại giấy tờ",
    "address": "Nơi cư trú",
}
SLUGS = {SlipKind.RECEIPT: "tiep-nhan", SlipKind.REFUSAL: "tu-choi", SlipKind.SUPPLEMENT: "bo-sung"}
STANDINGS = {
    "valid": "Còn giá trị",
    "expired": "Đã hết hạn",
    "revoked": "Đã bị thu hồi",
    "absent": "Không có trên VNeID",
}
OUTCOMES = {
    Outcome.PAPER_LAWFUL: "Được yêu cầu",
    Outcome.SYNC_FIRST: "Liên kết trên VNeID trước",
    Outcome.WAIT_SOURCE: "Chưa được yêu cầu: chờ nguồn dữ liệu",
    Outcome.REFUSE_PAPER_ELECTRONIC_ONLY: "Không thu bản giấy",
    Outcome.REFUSE_CERTIFIED_COPY: "Không yêu cầu bản sao chứng thực",
}
REFUSED = "Không được yêu cầu"


def actor_of(roles: Iterable[Role]) -> Actor | None:
    """As whom an officer moves dossiers: who decides may also do what the counter does; who only looks, nothing."""
    held = set(roles)
    if Role.HANDLER in held:
        return Actor.HANDLER
    return Actor.ONE_STOP if Role.ONE_STOP in held else None


def roles_of(session: Session) -> str:
    return ", ".join(ROLES[r] for r in Role if r in session.roles) or "chưa được phân công"


def who(client: str) -> str:
    """Who made a change, by the id under which it was made."""
    if officer := officer_of(client):
        return f"cán bộ {officer}"
    return {"worker": "hệ thống, tự động", CITIZENS: "công dân"}.get(client, f"hệ thống {client}")


# ---- the queue ------------------------------------------------------------------------------------------------------


class Filter(NamedTuple):
    slug: str
    name: str
    statuses: tuple[Status, ...]


FILTERS = (
    Filter("", "Đang mở", OPEN),
    *(Filter(str(int(s)), STATUSES[s], (s,)) for s in OPEN),
    Filter("da-xong", "Đã kết thúc", tuple(sorted(set(Status) - set(OPEN)))),
)


def filter_of(slug: str) -> Filter:
    return next((f for f in FILTERS if f.slug == slug), FILTERS[0])


class Row(NamedTuple):
    """A dossier in the queue: `elsewhere` is who decides it if not we, `due` what to read there, `late` why it is."""

    code: str
    procedure: str
    name: str
    status: str
    elsewhere: str
    received_at: datetime
    due_on: date | None
    due: str
    late: str


def queue(found: Queue, known: Catalogue, chosen: Filter, page: int, agency: str) -> View:
    return {
        "rows": [_row(x, known, agency) for x in found.rows],
        "filters": [
            (f, sum(found.counts.get(int(s), 0) for s in f.statuses) if f.slug != "da-xong" else None) for f in FILTERS
        ],
        "chosen": chosen,
        "page": page,
        "more": found.more,
    }


def _row(x: Listed, known: Catalogue, agency: str) -> Row:
    row, due = x.row, x.row.due_at
    words = "tạm dừng" if row.paused_at else "" if due else "chưa có hạn"
    late = "quá hạn" if x.late.overdue else "bổ sung nhiều lần" if x.late.supplements > 1 else ""
    status = STATUSES[Status(row.status)]
    elsewhere = "" if row.decided_by in ("", agency) else row.decided_by
    return Row(
        row.code,
        procedure_name(known, row.procedure),
        x.name or "(chưa ghi tên)",
        status,
        elsewhere,
        row.received_at,
        due.astimezone(VIETNAM).date() if due else None,
        words,
        late,
    )


# ---- one dossier ----------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """One thing that happened to a dossier."""

    at: datetime
    who: str
    what: str
    reason: str | None


def dossier(found: OnDesk, known: Catalogue, actor: Actor | None) -> View:
    row, body = found.row, found.body
    status = Status(row.status)
    allowed = moves_from(status, actor) if actor else frozenset()
    return {
        "row": row,
        "body": body,
        "procedure": procedure_name(known, row.procedure),
        "applicant": found.applicant,
        "masked": masked(found.applicant.id),
        "born": born(found.applicant),
        "status": STATUSES[status],
        "pieces": dossier_views.parts(body, known, on_pages=row.client == CITIZENS),
        "hints": HINTS,
        "channel": CHANNELS[row.channel],
        "moves": [(int(s), name) for s, name in MOVES.items() if s in allowed],
        "may_ask": may_ask(status, actor),
        "may_recheck": actor is not None and status in MAY_ASK_SUPPLEMENT,
        "issues": Status.DONE in allowed,
        "result_types": _results_of(known, row.procedure),
        "entries": _entries(found),
        "slips": _slips(found),
        "results": [(type_name(known, r["document_type"]), r) for r in body["results"]],
    }


def may_ask(status: Status, actor: Actor | None) -> bool:
    """Whether this officer may ask the citizen for more, in this status."""
    return (
        actor is not None
        and status in MAY_ASK_SUPPLEMENT
        and (status is Status.SUPPLEMENT_REQUESTED or Status.SUPPLEMENT_REQUESTED in moves_from(status, actor))
    )


def issuing(found: OnDesk, known: Catalogue, result: Result, today: date) -> View:
    """What an officer is about to issue, said in full before it is signed."""
    holder = result.holder or found.applicant
    return {
        "row": found.row,
        "procedure": procedure_name(known, found.row.procedure),
        "name": type_name(known, result.document_type),
        "holder": holder,
        "own": result.holder is None or result.holder.id == found.applicant.id,
        "number": masked(holder.id) if result.holder is None else holder.id,
        "born": born(holder),
        "result": result,
        "today": today,
    }


def born(subject: Subject) -> str:
    """`03/02/1990`, or the year alone where no more is known."""
    text = subject.birth_date or ""
    return wording.day(date.fromisoformat(text)) if len(text) > len("1990") else text


def _results_of(known: Catalogue, procedure: str) -> list[tuple[str, str]]:
    """What an office may issue: official papers, by name."""
    official = (t for t in known.document_types.values() if t.kind is DocumentKind.OFFICIAL)
    return sorted(((t.code, t.name) for t in official), key=lambda x: plain(x[1]))


def _slips(found: OnDesk) -> list[tuple[str, str]]:
    """The slips there are by now, with their addresses."""
    kinds = {
        SlipKind.RECEIPT: found.row.started_at is not None,
        SlipKind.REFUSAL: any(m.to_status == Status.NOT_RECEIVED for m in found.moves),
        SlipKind.SUPPLEMENT: any(r.outcome == "sent" for r in found.requests),
    }
    return [
        (f"/quay/ho-so/{found.row.code}/phieu/{SLUGS[kind]}", FORMS[kind].title) for kind, due in kinds.items() if due
    ]


def _entries(found: OnDesk) -> list[Entry]:
    entries = [_moved(m.moved_at, m.client, m.to_status, m.reason) for m in found.moves]
    entries += [
        Entry(
            r.asked_at,
            who(r.client),
            "Yêu cầu bổ sung: " + ("đã gửi" if r.outcome == "sent" else "bị từ chối, chưa gửi gì cho công dân"),
            "; ".join(item["reason"] for item in json.loads(r.items)),
        )
        for r in found.requests
    ]
    entries += [
        Entry(
            p.redeemed_at,
            f"cán bộ {p.officer}" if p.officer else who(p.client),
            f"Kiểm tra mã chia sẻ ({p.document_type}): {STANDINGS[p.standing].lower()}",
            p.purpose,
        )
        for p in found.presentations
    ]
    return sorted(entries, key=lambda e: e.at)


def _moved(at: datetime, client: str, to: int, reason: str | None) -> Entry:
    return Entry(at, who(client), STATUSES[Status(to)], reason)


def meanwhile(later: Meanwhile, actor: Actor | None) -> View:
    """What changed since the page was opened, and where this officer may still bring the dossier."""
    allowed = moves_from(later.status, actor) if actor else frozenset()
    return {
        "entries": [_moved(m.moved_at, m.client, m.to_status, m.reason) for m in later.moves],
        "looks": later.looks,
        "version": later.version,
        "status": STATUSES[later.status],
        "moves": [(int(s), name) for s, name in MOVES.items() if s in allowed],
        "may_ask": may_ask(later.status, actor),
    }


# ---- asking for more ------------------------------------------------------------------------------------------------


class Chosen(NamedTuple):
    """One line of the form in which papers are asked for, as typed."""

    document_type: str = ""
    form: str = "original"
    reason: str = ""


def asking(found: OnDesk, known: Catalogue, lines: Sequence[Chosen], faults: Mapping[str, str]) -> View:
    inside = {f["document_type"] for c in found.body["components"] for f in c["findings"]}
    named = sorted(((t.code, t.name) for t in known.document_types.values()), key=lambda x: plain(x[1]))
    return {
        "row": found.row,
        "procedure": procedure_name(known, found.row.procedure),
        "inside": [x for x in named if x[0] in inside],
        "others": [x for x in named if x[0] not in inside],
        "forms": [(f.value, wording.FORMS[f].capitalize()) for f in Form],
        "lines": lines,
        "faults": faults,
        "asked_before": found.row.supplements,
    }


class Verdict(NamedTuple):
    """What is concluded about one demanded paper, as an officer reads it."""

    name: str
    lawful: bool
    word: str
    finding: Mapping[str, Any]


def verdicts(decision: Mapping[str, Any], known: Catalogue) -> list[Verdict]:
    return [verdict(f, known) for f in decision["findings"]]


def verdict(finding: Mapping[str, Any], known: Catalogue) -> Verdict:
    outcome = finding["outcome"]
    word = OUTCOMES.get(outcome, REFUSED)
    return Verdict(type_name(known, finding["document_type"]), outcome == Outcome.PAPER_LAWFUL, word, finding)


# ---- filing ---------------------------------------------------------------------------------------------------------


def subject_kinds() -> list[tuple[str, str]]:
    return [(SubjectKind.PERSON.value, "Cá nhân"), (SubjectKind.ORGANIZATION.value, "Tổ chức")]


class ToFillIn(NamedTuple):
    """A component as the form shows it: how its papers get into the dossier, and whether they may be somebody else's
    (what the parties write themselves is not).
    """

    component: Component
    needs: tuple[Need, ...]
    official: bool


def to_fill_in(procedure: Procedure, guide: Guide) -> list[ToFillIn]:
    found = []
    for c in procedure.in_case(guide.case):
        needs = tuple(n for n in guide.needs if n.component.position == c.position)
        papers = (p for n in needs for p in n.papers)
        found.append(ToFillIn(c, needs, any(p.type.kind is DocumentKind.OFFICIAL for p in papers)))
    return found
