"""May a person be asked to sign the electronic form with a digital signature?

Whoever has logged in through VNeID or the national portal has said who they are: NQ 66.7/2025 Điều 2 khoản 4 spares
persons that signature, while the resolution holds. It says nothing of organisations, nor of who did not log in.
"""

from enum import StrEnum

from app.domain.decisions import Remedy, Text
from app.domain.law import Citation, LawOn
from app.domain.persons import SubjectKind
from app.domain.values import Frozen

RULE = "no-eform-signature"


class Login(StrEnum):
    VNEID = "vneid"
    PORTAL = "portal"
    NONE = "none"


class SignatureOutcome(StrEnum):
    REFUSE = "REFUSE_SIGNATURE"
    LAWFUL = "SIGNATURE_LAWFUL"


class SignatureReason(StrEnum):
    LOGGED_IN = "logged_in"
    NOT_LOGGED_IN = "not_logged_in"
    ORGANIZATION = "organization"
    RULE_NOT_IN_FORCE = "rule_not_in_force"


_BECAUSE = {
    SignatureReason.LOGGED_IN: Text(
        "Người này đã đăng nhập bằng VNeID hoặc Cổng dịch vụ công quốc gia: không phải ký số biểu mẫu điện tử.",
        "This person has logged in through VNeID or the national portal and need not sign the electronic form.",
    ),
    SignatureReason.NOT_LOGGED_IN: Text(
        "Người này không đăng nhập bằng VNeID hay Cổng dịch vụ công quốc gia: quy định miễn ký số không áp dụng.",
        "This person has not logged in through VNeID or the national portal: nothing spares them the signature.",
    ),
    SignatureReason.ORGANIZATION: Text(
        "Quy định miễn ký số chỉ dành cho cá nhân; người đề nghị là tổ chức.",
        "Persons are spared the signature; the applicant is an organisation.",
    ),
    SignatureReason.RULE_NOT_IN_FORCE: Text(
        "Vào ngày này quy định miễn ký số biểu mẫu điện tử không có hiệu lực.",
        "The rule that spares persons the signature is not in force on this day.",
    ),
}
_REMEDY = {
    SignatureOutcome.REFUSE: Remedy(
        "office",
        "accept_login",
        Text(
            "Nhận biểu mẫu như đã gửi; việc đăng nhập đã xác thực người đề nghị. Bỏ bước ký số khỏi biểu mẫu.",
            "Take the form as it was sent: the login has told who applies. Remove the step that asks for a signature.",
        ),
    ),
    SignatureOutcome.LAWFUL: Remedy(
        "office",
        "offer_login",
        Text(
            "Được yêu cầu ký số; hãy mời người đề nghị đăng nhập bằng VNeID trước.",
            "The signature may be asked for; offer the login through VNeID first.",
        ),
    ),
}


class SignatureFinding(Frozen):
    outcome: SignatureOutcome
    reason: SignatureReason
    citations: tuple[Citation, ...]
    trace: tuple[tuple[str, object], ...]

    def body(self) -> dict[str, object]:
        because = _BECAUSE[self.reason]
        refused = self.outcome is SignatureOutcome.REFUSE
        return {
            "outcome": self.outcome.value,
            "reason": self.reason.value,
            "rule": RULE if refused else None,
            "because": because.body(),
            "citations": [c.body() for c in self.citations],
            "remedy": _REMEDY[self.outcome].body(),
            "lawful_if": ["not_logged_in"] if refused else [],
            "trace": [{"looked_at": what, "value": said} for what, said in self.trace],
        }


def assess(kind: SubjectKind, login: Login, law: LawOn) -> SignatureFinding:
    """The first that applies: a rule not in force, an organisation, nobody logged in; otherwise it is refused."""
    trace = (("rule_in_force", law.in_force(RULE)), ("subject", kind.value), ("authenticated_by", login.value))
    if not law.in_force(RULE):
        reason = SignatureReason.RULE_NOT_IN_FORCE
    elif kind is not SubjectKind.PERSON:
        reason = SignatureReason.ORGANIZATION
    elif login is Login.NONE:
        reason = SignatureReason.NOT_LOGGED_IN
    else:
        return SignatureFinding(SignatureOutcome.REFUSE, SignatureReason.LOGGED_IN, law.cite_rule(RULE), trace)
    return SignatureFinding(SignatureOutcome.LAWFUL, reason, (), trace)
