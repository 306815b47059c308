"""A dossier as people read it, applicant and officer alike: its status in words, each component as one plain sign."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.domain.catalogue import Catalogue
from app.domain.decisions import Outcome
from app.domain.dossiers import Status

Body = Mapping[str, Any]

STATUSES = {
    Status.NEW: "Mới nộp, chờ tiếp nhận",
    Status.RECEIVED: "Đã tiếp nhận",
    Status.NOT_RECEIVED: "Không được tiếp nhận",
    Status.IN_PROGRESS: "Đang giải quyết",
    Status.SUPPLEMENT_REQUESTED: "Chờ bạn bổ sung",
    Status.FEE_DUE: "Chờ thực hiện nghĩa vụ tài chính",
    Status.WITHDRAWN: "Đã rút hồ sơ",
    Status.STOPPED: "Dừng giải quyết",
    Status.DONE: "Đã có kết quả",
    Status.RETURNED: "Đã trả kết quả",
}


# Ended, and nothing is to be fetched.
WITHOUT_RESULT = frozenset({Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED})


class Sign(NamedTuple):
    """`key` names the sign in addresses and styles; `hint` says what it means for the applicant."""

    key: str
    name: str
    hint: str


BRING = Sign("bring", "Mang theo", "Bạn cần nộp hoặc xuất trình giấy tờ này.")
LOOK_UP = Sign("look-up", "Cơ quan tự tra cứu", "Bạn không phải nộp, không phải xuất trình.")
SYNC = Sign("sync", "Liên kết trên VNeID", "Hãy liên kết giấy tờ này trên VNeID; không đồng ý thì được dùng bản giấy.")
WAIT = Sign("wait", "Chờ nguồn dữ liệu", "Chưa phải làm gì: hệ thống đang tự tra cứu lại.")
ELECTRONIC = Sign("electronic", "Chỉ bản điện tử", "Gửi bản điện tử; cơ quan không nhận bản giấy.")
PROMISED = Sign(
    "promised",
    "Bạn báo sẽ đưa",
    "Cơ quan chưa nhận được. Hãy đưa bản điện tử hoặc mã chia sẻ VNeID tại bộ phận một cửa kèm mã hồ sơ, hoặc gửi theo "
    "cách cơ quan hướng dẫn.",
)
GIVEN = Sign("given", "Đã nộp", "Đã nhận của bạn.")
OPTIONAL = Sign("optional", "Không bắt buộc", "Chỉ nộp khi thuộc trường hợp nêu trong tên giấy tờ.")
SIGNS = (BRING, LOOK_UP, SYNC, WAIT, ELECTRONIC, PROMISED)
"""Where something is done or still to do; a component that is given, or asks for nothing, has one of the two others."""

_NEEDLESS = frozenset(
    {
        Outcome.REFUSE_PAPER_USE_WALLET,
        Outcome.REFUSE_PAPER_USE_REGISTRY,
        Outcome.REFUSE_PAPER_USE_ARCHIVE,
        Outcome.REFUSE_NOT_IN_DOSSIER,
    }
)


class Paper(NamedTuple):
    """One document type of a component, and what was concluded about it."""

    name: str
    lawful: bool
    finding: Body


class Part(NamedTuple):
    """One component of a dossier; `unjudged` are papers still needed of which nobody said whose they are."""

    position: int
    name: str
    sign: Sign
    papers: tuple[Paper, ...]
    unjudged: tuple[str, ...]


def parts(body: Body, known: Catalogue, *, on_pages: bool) -> tuple[Part, ...]:
    """The components of a dossier's body, each with its sign; `on_pages`: it was filed on ours, which take no files, so
    that until an office has received it whole its papers are promised.
    """
    promised = on_pages and all(move["to"] != Status.RECEIVED for move in body["history"])
    needs = {need["position"]: need for need in body["to_supply"]}
    return tuple(
        Part(
            c["position"],
            c["name"] or f"Thành phần {c['position']}",
            sign_of(c["supplied"], c["findings"], needs.get(c["position"]), PROMISED if promised else GIVEN),
            tuple(paper(f, known) for f in c["findings"]),
            _unjudged(c, needs.get(c["position"]), known),
        )
        for c in body["components"]
    )


def _unjudged(component: Body, need: Body | None, known: Catalogue) -> tuple[str, ...]:
    judged = {f["document_type"] for f in component["findings"]}
    return tuple(type_name(known, code) for code in need["document_types"] if code not in judged) if need else ()


def paper(finding: Body, known: Catalogue) -> Paper:
    return Paper(type_name(known, finding["document_type"]), finding["outcome"] == Outcome.PAPER_LAWFUL, finding)


def sign_of(supplied: str, findings: Sequence[Body], need: Body | None, given: Sign = GIVEN) -> Sign:
    """What one component means for the applicant; `need` is its entry in `to_supply`, where it has one."""
    if need is not None:
        if need["action"] == "link_on_vneid":
            return SYNC
        return ELECTRONIC if need["forms"] == ["electronic"] else BRING
    outcomes = {f["outcome"] for f in findings}
    if outcomes & _NEEDLESS:
        return LOOK_UP
    if Outcome.WAIT_SOURCE in outcomes:
        return WAIT
    if supplied != "none":
        return given
    return SYNC if Outcome.SYNC_FIRST in outcomes else OPTIONAL


def type_name(known: Catalogue, code: str) -> str:
    found = known.document_types.get(code)
    return found.name if found else code


def procedure_name(known: Catalogue, code: str) -> str:
    found = known.procedures.get(code)
    return found[-1].name if found else code
