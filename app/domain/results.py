"""What an office issues: a result under its national code, electronic by default; what may be charged for a copy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.catalogue import Catalogue, DocumentKind, DocumentType
from app.domain.decisions import ListNote, Text
from app.domain.errors import DomainError, HolderRequired
from app.domain.law import Citation, LawOn
from app.domain.persons import Subject
from app.domain.values import Frozen

# National codes of results of administrative procedures (kết quả giải quyết TTHC).
CODE = re.compile(r"KQ\.[A-Z0-9]+(\.[A-Z0-9]+)*")
# The papers that are to be issued through VNeID: of persons, of organisations (CT 24, Phụ lục III, IV).
ESSENTIAL_LISTS = ("ct24-annex-3", "ct24-annex-4")


class UnknownResult(DomainError):
    code = "unknown-result"


class NotIntact(DomainError):
    """What is stored is not what was signed; `fault` says how it shows."""

    code = "result-not-intact"


class NotAResult(DomainError):
    """What the parties write themselves is issued by no office."""

    code = "not-a-result"


class UnknownResultCode(DomainError):
    """The type has national result codes, and this is none of them; `known` are those it has."""

    code = "unknown-result-code"


class ResultDates(DomainError):
    """Issued on a day to come, or valid until a day before it was issued."""

    code = "result-dates"


class NotReplaceable(DomainError):
    """What is to be replaced is unknown, of somebody else or of another type, or does not hold any more."""

    code = "not-replaceable"


class AlreadyRevoked(DomainError):
    code = "result-already-revoked"


class PhysicalNotAsked(DomainError):
    """An essential paper is issued on paper only when the citizen asks for it."""

    code = "physical-not-asked"


class FeeRefused(DomainError):
    """A law has dropped this fee; `finding` says which."""

    code = "fee-refused"


class FeePurpose(StrEnum):
    """What a fee for a physical copy is charged for."""

    PRODUCING = "producing"
    PRINTING = "printing"
    ISSUING = "issuing"


class Fee(Frozen):
    amount_vnd: int
    purpose: FeePurpose


class Result(Frozen):
    """What an office says it issues. What is None: the type's own code, the applicant, today."""

    document_type: str
    result_code: str | None = None
    number: str | None = None
    holder: Subject | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    data: Mapping[str, Any] | None = None
    physical: bool = False
    fee: Fee | None = None
    replaces: str | None = None

    def __repr__(self) -> str:
        return f"Result({self.document_type})"


class FeeOutcome(StrEnum):
    REFUSE_FEE = "REFUSE_FEE"
    # Charged under rules that the Directive orders to be amended: a person has to look at it.
    FEE_FLAGGED = "FEE_FLAGGED"
    # Nothing the service knows speaks of this fee, for or against.
    FEE_NOT_COVERED = "FEE_NOT_COVERED"


@dataclass(frozen=True, slots=True)
class FeeFinding:
    """The conclusion about a fee for making a physical copy of a document of this type."""

    outcome: FeeOutcome
    document_type: str
    purpose: FeePurpose
    because: Text
    remedy: Text
    citations: tuple[Citation, ...]
    lists: tuple[ListNote, ...]

    def body(self) -> dict[str, object]:
        return {
            "outcome": self.outcome.value,
            "document_type": self.document_type,
            "for": self.purpose.value,
            "because": self.because.body(),
            "remedy": self.remedy.body(),
            "citations": [c.body() for c in self.citations],
            "lists": [n.body() for n in self.lists],
        }


def code_of(known: DocumentType, given: str | None) -> str:
    """The result's national code. Raises UnknownResultCode.

    A type whose codes are not known here takes any code of the right form; the only one of a type need not be given.
    """
    if given is None and len(known.result_codes) == 1:
        return known.result_codes[0]
    if given is None or not CODE.fullmatch(given) or (known.result_codes and given not in known.result_codes):
        raise UnknownResultCode(document_type=known.code, known=list(known.result_codes))
    return given


def issuable(known: DocumentType, holder: Subject) -> None:
    """Raises NotAResult, HolderRequired."""
    if known.kind is DocumentKind.PARTY:
        raise NotAResult(document_type=known.code)
    if not known.may_belong_to(holder.kind):
        raise HolderRequired(document_type=known.code, subject=known.subject.value)


def dated(issued_on: date | None, valid_until: date | None, today: date) -> date:
    """The day of issue. Raises ResultDates."""
    day = issued_on or today
    if day > today or (valid_until is not None and valid_until < day):
        raise ResultDates
    return day


def essential(catalogue: Catalogue, document_type: str, on: date, *, confirmed_only: bool) -> tuple[ListNote, ...]:
    """The lists of essential papers this type stands on; none: it is no essential paper."""
    found = catalogue.memberships(document_type, on, confirmed_only=confirmed_only)
    return tuple(ListNote(name, found[name].status.value) for name in ESSENTIAL_LISTS if name in found)


def refuse_unasked(law: LawOn, lists: tuple[ListNote, ...], *, physical: bool, asked: bool) -> None:
    """Raises PhysicalNotAsked where a physical copy of an essential paper is issued and nobody asked for one."""
    if physical and not asked and lists and law.in_force("physical-on-request"):
        raise PhysicalNotAsked(
            citations=[c.body() for c in law.cite_rule("physical-on-request")],
            remedy=_ELECTRONIC.body(),
            lists=[n.body() for n in lists],
        )


def judge_fee(
    law: LawOn, lists: tuple[ListNote, ...], purpose: FeePurpose, document_type: str, procedure: str
) -> FeeFinding:
    """Whether a fee for a physical copy may be charged: refused where a law has dropped it, flagged where CT 24 orders
    the rules on it to be amended, and otherwise no matter of ours.
    """
    dropped = law.fee_dropped(purpose.value, document_type, procedure)
    citations = law.cite(dropped.cites) if dropped else ()
    if citations:
        words = FeeOutcome.REFUSE_FEE
    elif lists and law.in_force("physical-fee"):
        words, citations = FeeOutcome.FEE_FLAGGED, law.cite_rule("physical-fee")
    else:
        words, lists = FeeOutcome.FEE_NOT_COVERED, ()
    because, remedy = _FEES[words]
    return FeeFinding(words, document_type, purpose, because, remedy, citations, lists)


_ELECTRONIC = Text(
    "Cấp kết quả bản điện tử. Chỉ cấp thêm bản giấy khi công dân yêu cầu: ghi yêu cầu đó vào hồ sơ "
    "(wishes.physical_result).",
    "Issue the electronic result. A physical copy is issued only when the citizen asks for one: note the wish in the "
    "dossier (wishes.physical_result).",
)
_FEES = {
    FeeOutcome.REFUSE_FEE: (
        Text(
            "Khoản thu cho việc sản xuất, in, cấp bản giấy này đã được bỏ.",
            "This fee for producing, printing or issuing the physical copy has been dropped.",
        ),
        Text("Không thu; đã thu thì hoàn trả.", "Do not charge it; give back what was charged."),
    ),
    FeeOutcome.FEE_FLAGGED: (
        Text(
            "Chỉ thị 24 yêu cầu sửa quy định để bỏ khoản thu cho việc sản xuất, in, cấp bản giấy của giấy tờ này; "
            "bản thân Chỉ thị chưa miễn khoản nào.",
            "Directive 24 orders the rules to be amended so that fees for producing, printing or issuing this paper "
            "are dropped; the Directive itself waives none.",
        ),
        Text(
            "Đối chiếu với quy định về phí, lệ phí đang có hiệu lực trước khi thu, và cấp bản điện tử không thu khoản "
            "này.",
            "Compare with the rules on fees in force before charging; issue the electronic form without this fee.",
        ),
    ),
    FeeOutcome.FEE_NOT_COVERED: (
        Text(
            "Bộ quy tắc không có quy định nào về khoản thu này.",
            "The rulebook holds no rule about this fee.",
        ),
        Text(
            "Theo quy định về phí, lệ phí của thủ tục.",
            "Follow the procedure's own rules on fees.",
        ),
    ),
}
