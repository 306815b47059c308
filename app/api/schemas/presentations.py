"""Share codes as they are redeemed, and papers demanded after that."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from app.api.schemas.common import (
    AgencyCode,
    CitationOut,
    FormName,
    Input,
    Name,
    OfficerCode,
    Output,
    ProcedureCode,
    TextOut,
    TypeCode,
    fault,
)
from app.api.schemas.decisions import DecisionOut
from app.domain.catalogue import Form
from app.domain.decisions import Outcome, Reason
from app.domain.dossiers import CODE
from app.domain.presentations import AdviceOutcome, AdviceReason, Mode, Standing, VerifierKind
from app.services.presentations import Asked, Paper, Verifier

ShareCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z0-9]{10}$"),
    Field(description="Mã chia sẻ 10 ký tự trên VNeID của công dân", examples=["K7M2QX9HBA"]),
]


Scalar = str | int | bool | None


class VerifierIn(Input):
    """Who redeems: an office by its `agency`, a body outside the State by the number of its `organization`."""

    kind: Literal["office", "private"]
    agency: AgencyCode | None = None
    organization: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[0-9]{10}([0-9]{3})?$"),
            Field(description="Mã số tổ chức 10 hay 13 chữ số", examples=["3000000012"]),
        ]
        | None
    ) = None
    officer: OfficerCode | None = None

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        named, other = (self.agency, self.organization) if self.kind == "office" else (self.organization, self.agency)
        if named is None or other is not None:
            raise fault("verifier")
        return self

    def verifier(self) -> Verifier:
        return Verifier(VerifierKind(self.kind), self.agency or self.organization or "", self.officer)


class DemandedIn(Input):
    """The paper that is demanded although its data was shown; an office names `procedure`, unless it is known."""

    document_type: TypeCode
    form: FormName
    procedure: ProcedureCode | None = None

    def paper(self) -> Paper:
        return Paper(self.document_type, Form(self.form), self.procedure)


class VerifyIn(Input):
    code: ShareCode
    purpose: Name = Field(description="Mục đích, đúng như công dân đã đồng ý / as the citizen has agreed to it")
    verifier: VerifierIn
    procedure: ProcedureCode | None = None
    dossier: Annotated[str, StringConstraints(pattern=f"^{CODE.pattern}$", max_length=64)] | None = None
    paper_demanded: DemandedIn | None = None

    @model_validator(mode="after")
    def _of_an_office(self) -> Self:
        if self.verifier.kind == "private" and (self.procedure or self.dossier):
            raise fault("office_only")
        return self

    def asked(self) -> Asked:
        paper = self.paper_demanded.paper() if self.paper_demanded else None
        return Asked(self.code, self.purpose, self.verifier.verifier(), self.procedure, self.dossier, paper)


class DemandRemedyOut(Output):
    actor: Literal["office", "citizen", "system", "organization"]
    action: str
    text: TextOut
    source: Literal["wallet", "registry", "archive"] | None = None
    service: str | None = None


class DemandedOut(Output):
    """May the paper be demanded? For an office this is the gate's finding, with the whole `decision`; a body outside
    the State is refused (`REFUSE_PAPER_SHOWN`), advised against it (`ADVISED_AGAINST`, a request and no ban), or told
    that no rule in force speaks against it (`PAPER_LAWFUL`).
    """

    id: str
    presentation: str
    document_type: str
    form: FormName
    law_as_of: date
    outcome: AdviceOutcome | Outcome
    reason: AdviceReason | Reason
    rule: str | None
    because: TextOut
    citations: list[CitationOut]
    remedy: DemandRemedyOut
    decision: DecisionOut | None


class VerifierOut(Output):
    kind: VerifierKind
    number: str = Field(description="Mã cơ quan hoặc mã số tổ chức", examples=["000.00.00.H27"])


class VerifiedOut(Output):
    """What the code has shown: yes or no (`fields` is null), or the fields the citizen has chosen and no other."""

    id: str
    mode: Mode
    purpose: str
    document_type: str
    valid: bool
    standing: Standing
    fields: dict[str, Scalar | dict[str, Scalar]] | None
    holder_is_applicant: bool | None = Field(
        description="Chủ giấy tờ có phải người nộp hồ sơ; null khi không biết / null where nobody can tell"
    )
    verifier: VerifierOut
    procedure: str | None
    dossier: str | None
    redeemed_at: datetime
    paper_demand: DemandedOut | None
