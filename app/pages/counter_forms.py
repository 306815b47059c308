"""What officers type into the counter's forms, read leniently where a person writes and strictly where it counts.

A reader gives what was meant and a fault for each field it could not read; what was typed goes back into the form.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid4

from app.domain.catalogue import Form as PaperForm
from app.domain.catalogue import Procedure
from app.domain.dossiers import AGENCY, Supplied
from app.domain.persons import (
    Subject,
    SubjectKind,
    birth_date_fault,
    birth_year,
    citizen_id_fault,
    organization_id_fault,
)
from app.domain.results import Result
from app.pages.counter_views import CHANNELS, Chosen
from app.pages.visits import Form
from app.services.dossiers import Offered, Submission
from app.services.idempotency import Key
from app.services.supplement_requests import Asked

LONGEST = 1000  # characters of a reason
MOST_LINES = 12
_NAME = 300
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_SHARE_CODE = re.compile(r"[A-Z0-9]{10}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

NUMBER_FAULTS = {
    "digits": "Số định danh cá nhân có đúng 12 chữ số; mã số tổ chức có 10 hoặc 13 chữ số.",
    "province": "Ba chữ số đầu không phải mã tỉnh nào: kiểm tra lại từng chữ số.",
    "century": "Chữ số thứ tư chỉ nhận 0 đến 3: kiểm tra lại từng chữ số.",
    "year": "Năm sinh trong số định danh ở tương lai: kiểm tra lại từng chữ số.",
}
BIRTH_FAULTS = {
    "format": "Ghi ngày/tháng/năm, ví dụ 12/05/1990, hoặc chỉ năm sinh.",
    "calendar": "Không có ngày này trong lịch.",
    "future": "Ngày sinh ở tương lai.",
}

WRONG_YEAR = "Năm sinh không khớp với số định danh: hãy kiểm tra lại."
MISMATCHED = "Họ tên, ngày sinh không khớp với số định danh: hãy kiểm tra lại."
SURE = "Nếu đã đối chiếu với giấy tờ và vẫn đúng, hãy đánh dấu vào ô xác nhận ở cuối trang."

Faults = dict[str, str]

# Results about somebody who does not apply themselves, a child or the dead: whoever is meant has to be named.
_OF_ANOTHER = frozenset({"GIAY_KHAI_SINH", "GIAY_CHUNG_SINH", "TRICH_LUC_KHAI_TU", "GIAY_BAO_TU"})
# The fields of a move, as a page that asks once more carries them.
_OF_RESULT = ("type", "number", "id", "full_name", "birth_date", "until", "physical")
_MOVE = ("version", "key", "to", "reason", *(f"result_{name}" for name in _OF_RESULT))


def text(fields: Mapping[str, str], name: str, most: int = LONGEST) -> str:
    """What stands in a field, without control characters and the space around it; no more than `most` characters."""
    return _CONTROL.sub("", fields.get(name, "").replace("\r\n", "\n")).strip()[:most]


def digits(typed: str) -> str:
    """A number as people write it, with spaces, dots or dashes between the groups."""
    return re.sub(r"[\s.\-]", "", typed)


def iso_day(typed: str) -> str:
    """`12/05/1990` as `1990-05-12`; what is not written that way stays as it is."""
    found = _DAY.fullmatch(typed)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else typed


def key_of(fields: Form, client: str, route: str, *only: str) -> Key:
    """The claim of one sent form: sent twice it is one, changed (in the fields of `only`, where some are named) and
    sent again it is another.
    """
    try:
        given = str(UUID(fields.get("key", "")))
    except ValueError:
        given = str(uuid4())
    said = sorted((name, value) for name, value in fields.multi_items() if (name in only if only else name != "csrf"))
    digest = sha256(repr(said).encode()).hexdigest()
    return Key(client, f"POST {route}", f"{given}:{digest[:16]}", digest, str(uuid4()))


def fresh_key() -> str:
    return str(uuid4())


# ---- filing ---------------------------------------------------------------------------------------------------------


def submission(
    fields: Form, procedure: Procedure, case: str | None, agency: str, officer: str, today: date
) -> tuple[Submission | None, Faults]:
    """A dossier to be filed, or what keeps it from being one."""
    faults: Faults = {}
    applicant = _subject(fields, "", fields.get("kind", ""), today, faults)
    channel = fields.get("channel", "")
    if channel not in CHANNELS:
        faults["channel"] = "Chọn cách nộp hồ sơ."
    decided_by = text(fields, "decided_by", 40).upper() or None
    if decided_by and not AGENCY.fullmatch(decided_by):
        faults["decided_by"] = "Mã cơ quan có dạng 000.00.00.H27."
    offered = [_offered(fields, c.position, today, faults) for c in procedure.in_case(case)]
    if faults or applicant is None:
        return None, faults
    wishes = {"physical_result": True} if fields.get("physical") else None
    filed = Submission(
        procedure.code, agency, officer, channel, applicant, case, tuple(offered), decided_by=decided_by, wishes=wishes
    )
    return filed, faults


def doubts(filed: Submission) -> Faults:
    """What a number itself says against the birth date typed beside it; nobody is looked up for that."""
    named = {"": filed.applicant} | {f"-{o.position}": o.holder for o in filed.offered if o.holder}
    found: Faults = {}
    for after, who in named.items():
        if who.kind is SubjectKind.PERSON and who.birth_date and int(who.birth_date[:4]) != birth_year(who.id):
            found[f"holder-id{after}" if after else "birth_date"] = WRONG_YEAR
    return {**found, "sure": SURE} if found else {}


def doubted(filed: Submission, refs: Iterable[str]) -> Faults:
    """Where what was typed does not agree with what the sources hold; `refs` begin with a component's position."""
    others = {str(o.position) for o in filed.offered if o.holder}
    found: Faults = {}
    for position in (ref.partition(".")[0] for ref in refs):
        found["holder-id-" + position if position in others else "full_name"] = MISMATCHED
    return {**found, "sure": SURE}


def _offered(fields: Form, position: int, today: date, faults: Faults) -> Offered:
    given = fields.get(f"given-{position}", Supplied.NONE.value)
    if given not in set(Supplied):
        faults[f"given-{position}"] = "Chọn một trong các cách."
        given = Supplied.NONE.value
    holder = None
    if text(fields, f"holder-id-{position}", 40):
        kind = SubjectKind.PERSON if len(digits(fields[f"holder-id-{position}"])) == 12 else SubjectKind.ORGANIZATION
        holder = _subject(fields, "holder-", kind.value, today, faults, f"-{position}")
    return Offered(position, Supplied(given), holder)


def _subject(fields: Form, before: str, kind: str, today: date, faults: Faults, after: str = "") -> Subject | None:
    """A person or organisation; the faults stand under the fields' own names."""
    if kind not in set(SubjectKind):
        faults["kind"] = "Chọn cá nhân hay tổ chức."
        return None
    number = digits(text(fields, f"{before}id{after}", 40))
    of_person = kind == SubjectKind.PERSON
    wrong = citizen_id_fault(number, today) if of_person else organization_id_fault(number)
    if wrong:
        faults[f"{before}id{after}"] = NUMBER_FAULTS[wrong]
    born = iso_day(text(fields, f"{before}birth_date{after}", 20)) if of_person else ""
    if born and (fault := birth_date_fault(born, today)):
        faults[f"{before}birth_date{after}"] = BIRTH_FAULTS[fault]
    name = " ".join(text(fields, f"{before}full_name{after}", _NAME).split())
    return Subject(SubjectKind(kind), number, name or None, born or None) if not wrong else None


# ---- acting on a dossier --------------------------------------------------------------------------------------------


def chosen(fields: Form) -> list[Chosen]:
    """The lines of the form in which papers are asked for, as typed; empty ones are kept where they are."""
    count = min(len(fields.getlist("document_type")), MOST_LINES)
    columns = [[*fields.getlist(name), *[""] * count][:count] for name in ("document_type", "form", "reason")]
    return [Chosen(t, f, _CONTROL.sub("", reason).strip()[:LONGEST]) for t, f, reason in zip(*columns, strict=True)]


def asked(lines: list[Chosen], known_types: frozenset[str]) -> tuple[list[Asked], Faults]:
    """What is asked of the citizen, or what is wrong, by line (`document_type-1`); empty lines ask for nothing."""
    faults: Faults = {}
    found = []
    for n, line in enumerate(lines, 1):
        if not line.document_type and not line.reason:
            continue
        if line.document_type not in known_types:
            faults[f"document_type-{n}"] = "Chọn loại giấy tờ."
        if line.form not in set(PaperForm):
            faults[f"form-{n}"] = "Chọn hình thức."
        if not line.reason:
            faults[f"reason-{n}"] = "Ghi lý do để công dân hiểu vì sao cần giấy tờ này."
        if not {f"document_type-{n}", f"form-{n}", f"reason-{n}"} & faults.keys():
            found.append(Asked(line.document_type, PaperForm(line.form), line.reason))
    if not found and not faults:
        faults["document_type-1"] = "Chọn ít nhất một giấy tờ."
    return found, faults


def result(fields: Form, known_types: frozenset[str], today: date) -> tuple[Result | None, Faults]:
    """The result that is issued with a decision, where the officer names one.

    A holder is named where the paper is not the applicant's own; of papers about a child or the dead that is never
    left to be understood, and neither is their number.
    """
    faults: Faults = {}
    code = fields.get("result_type", "")
    if not code:
        return None, faults
    if code not in known_types:
        faults["result_type"] = "Chọn loại kết quả."
    until = iso_day(text(fields, "result_until", 20))
    valid_until = None
    if until:
        try:
            valid_until = date.fromisoformat(until)
        except ValueError:
            faults["result_until"] = "Ghi ngày/tháng/năm, ví dụ 31/12/2030."
    number = text(fields, "result_number", 100) or None
    holder = None
    if code in _OF_ANOTHER or any(text(fields, f"result_{name}", _NAME) for name in ("id", "full_name", "birth_date")):
        holder = _subject(fields, "result_", SubjectKind.PERSON, today, faults)
    if code in _OF_ANOTHER and not number:
        faults["result_number"] = "Ghi số của giấy tờ này."
    if code in _OF_ANOTHER and not text(fields, "result_full_name", _NAME):
        faults["result_full_name"] = "Ghi họ tên của người được cấp."
    physical = bool(fields.get("result_physical"))
    return Result(code, number=number, holder=holder, valid_until=valid_until, physical=physical), faults


def carried(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was typed for a move, to be sent again as it was."""
    return [(name, fields[name]) for name in _MOVE if fields.get(name)]


def share_code(typed: str) -> str | None:
    """The ten characters of a share code, as scanned (`vneid-share:…`) or as read out; None where it is none."""
    letters = re.sub(r"[\s-]", "", typed.strip().removeprefix("vneid-share:")).upper()
    return letters if _SHARE_CODE.fullmatch(letters) else None
