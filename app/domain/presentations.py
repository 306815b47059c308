"""What a citizen shows from the wallet by a share code, and whether the paper may be demanded after that.

An office is judged by the gate's own rule (`paper_demands`). A body outside the State is judged here: it stands under
no duty to look anything up, only under what the law says once the citizen has shown it the data from VNeID.
"""

from enum import StrEnum

from app.domain.catalogue import DocumentType, Form
from app.domain.decisions import Remedy, Text
from app.domain.errors import DomainError
from app.domain.law import Citation, LawOn
from app.domain.values import Frozen


class VerifierKind(StrEnum):
    """Who redeems a code: an office of the State, or a body outside it."""

    OFFICE = "office"
    PRIVATE = "private"


class Mode(StrEnum):
    VALIDATION = "validation"  # yes or no
    SHARING = "sharing"  # the fields the citizen has chosen


class Standing(StrEnum):
    """What the wallet says about the document that was shown."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ABSENT = "absent"


class Refusal(StrEnum):
    """Why the wallet did not redeem a code."""

    USED = "presentation-used"
    EXPIRED = "presentation-expired"
    UNKNOWN = "presentation-unknown"
    WRONG_PURPOSE = "presentation-wrong-purpose"
    WRONG_AUDIENCE = "presentation-wrong-audience"


class NotRedeemed(DomainError):
    """The wallet refused the share code; each error's own `code` is one of `Refusal`."""

    code = Refusal.UNKNOWN.value

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.code = refusal.value


class NothingConcluded(DomainError):
    """The wallet gave no answer that can be believed: that says nothing about the citizen or the document."""

    code = "presentation-not-verified"


class UnknownPresentation(DomainError):
    code = "unknown-presentation"


class DemandUnclear(DomainError):
    """An office's demand is judged by procedure and holder, and one of them was neither said nor shown."""

    code = "presentation-demand-unclear"


class AdviceOutcome(StrEnum):
    """What is said to a body outside the State about one paper it demands."""

    REFUSE_PAPER_SHOWN = "REFUSE_PAPER_SHOWN"
    ADVISED_AGAINST = "ADVISED_AGAINST"
    PAPER_LAWFUL = "PAPER_LAWFUL"


class AdviceReason(StrEnum):
    SHOWN_FROM_WALLET = "shown_from_wallet"
    NOT_SHOWN = "not_shown"  # another document was shown than is demanded
    NOT_VALID = "not_valid"  # what was shown is expired, revoked or absent
    NOT_PAPER = "not_paper"  # an electronic form is demanded
    RULE_NOT_IN_FORCE = "rule_not_in_force"


class Shown(Frozen):
    """What a redeemed code has shown."""

    document_type: str
    standing: Standing


class Advice(Frozen):
    """The conclusion about a paper that a body outside the State demands after the code was redeemed."""

    outcome: AdviceOutcome
    reason: AdviceReason
    rule: str | None
    because: Text
    citations: tuple[Citation, ...]
    remedy: Remedy

    def body(self) -> dict[str, object]:
        return {
            "outcome": self.outcome.value,
            "reason": self.reason.value,
            "rule": self.rule,
            "because": self.because.body(),
            "citations": [c.body() for c in self.citations],
            "remedy": self.remedy.body(),
        }


# The stronger rule first; a rule that is not in force on the day is passed over.
_RULES = (
    ("private-paper-refused", AdviceOutcome.REFUSE_PAPER_SHOWN),
    ("private-paper-advised", AdviceOutcome.ADVISED_AGAINST),
)


def advise(shown: Shown, demanded: DocumentType, form: Form, law: LawOn) -> Advice:
    """May a body outside the State demand this paper, in this form, from who has shown it `shown`?

    `PAPER_LAWFUL` says that nothing the rulebook knows speaks against it, not that the citizen owes the paper.
    """
    if reason := _out_of_reach(shown, demanded, form):
        return _lawful(reason, demanded)
    for rule, outcome in _RULES:
        if law.in_force(rule):
            said, remedy = _SAID[outcome]
            because = Text(said.vi.format(name=demanded.name), said.en)
            return Advice(outcome, AdviceReason.SHOWN_FROM_WALLET, rule, because, law.cite_rule(rule), remedy)
    return _lawful(AdviceReason.RULE_NOT_IN_FORCE, demanded)


def _out_of_reach(shown: Shown, demanded: DocumentType, form: Form) -> AdviceReason | None:
    """What keeps the demand outside these rules: they speak of originals and copies of what was shown."""
    if shown.document_type != demanded.code:
        return AdviceReason.NOT_SHOWN
    if shown.standing is not Standing.VALID:
        return AdviceReason.NOT_VALID
    return AdviceReason.NOT_PAPER if form is Form.ELECTRONIC else None


def _lawful(reason: AdviceReason, demanded: DocumentType) -> Advice:
    why = _WHY[reason]
    because = Text(
        f"Không có quy định nào đang có hiệu lực ngăn yêu cầu {demanded.name}: {why.vi}.",
        f"No rule in force stands against demanding this paper: {why.en}.",
    )
    remedy = Remedy("citizen", "may_hand_in_paper", _MAY_HAND_IN)
    return Advice(AdviceOutcome.PAPER_LAWFUL, reason, None, because, (), remedy)


_USE_WHAT_WAS_SHOWN = Text(
    "Sử dụng thông tin công dân đã xuất trình từ VNeID; không thu bản chính, không thu bản sao.",
    "Use what the citizen has shown from VNeID; take neither the original nor a copy.",
)
_MAY_HAND_IN = Text(
    "Công dân có thể đưa giấy tờ, hoặc xuất trình đúng giấy tờ đó từ VNeID.",
    "The citizen may hand in the paper, or show that very document from VNeID.",
)
_SAID = {
    AdviceOutcome.REFUSE_PAPER_SHOWN: (
        Text(
            "Không được yêu cầu {name}: công dân đã xuất trình giấy tờ này từ VNeID và giấy tờ còn giá trị.",
            "The paper may not be demanded: the citizen has shown it from VNeID, and it is valid.",
        ),
        Remedy("organization", "use_what_was_shown", _USE_WHAT_WAS_SHOWN, "wallet"),
    ),
    AdviceOutcome.ADVISED_AGAINST: (
        Text(
            "Đề nghị không yêu cầu {name}: công dân đã xuất trình giấy tờ này từ VNeID. Đây là lời đề nghị của Thủ "
            "tướng Chính phủ, chưa phải lệnh cấm vào ngày này.",
            "Please do not demand the paper: the citizen has shown it from VNeID. On this day that is the Prime "
            "Minister's request and not yet a ban.",
        ),
        Remedy("organization", "use_what_was_shown", _USE_WHAT_WAS_SHOWN, "wallet"),
    ),
}
_WHY = {
    AdviceReason.NOT_SHOWN: Text(
        "giấy tờ đã xuất trình là loại khác", "the document that was shown is of another type"
    ),
    AdviceReason.NOT_VALID: Text(
        "giấy tờ đã xuất trình không còn giá trị hoặc không có trên VNeID",
        "the document that was shown is not valid, or not on VNeID",
    ),
    AdviceReason.NOT_PAPER: Text("yêu cầu là bản điện tử", "an electronic form is demanded"),
    AdviceReason.RULE_NOT_IN_FORCE: Text(
        "vào ngày yêu cầu chưa có quy định về việc này", "on the day of the demand there was no rule about it"
    ),
}
