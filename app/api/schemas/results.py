"""Results: what an office says it issues, what is kept of it, and fees for a physical copy."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from app.api.schemas.common import (
    PLAIN,
    CitationOut,
    Day,
    Input,
    Output,
    ProcedureCode,
    SubjectIn,
    Text,
    TextOut,
    TypeCode,
    fault,
)
from app.domain.decisions import canonical
from app.domain.results import CODE, Fee, FeePurpose, Result

ResultCode = Annotated[
    str,
    StringConstraints(pattern=f"^{CODE.pattern}$", max_length=40),
    Field(description="Mã kết quả quốc gia / the national result code", examples=["KQ.G15.000031"]),
]
ResultId = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    Field(examples=["01936d5c-7a10-7c3e-9d1f-2b6f0f1c8a55"]),
]
Purpose = Annotated[
    Literal["producing", "printing", "issuing"],
    Field(description="Thu cho việc sản xuất, in hay cấp bản giấy / what the fee is charged for"),
]
_NAME = StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")
_TEXT = StringConstraints(max_length=2000, pattern=PLAIN)
# What stands on the document: texts, numbers and truth values by name, and lists or objects of them, two levels deep.
Scalar = Annotated[str, _TEXT] | Annotated[int, Field(strict=True, ge=-(2**53) + 1, le=2**53 - 1)] | bool | None
Inner = Annotated[dict[Annotated[str, _NAME], Scalar], Field(max_length=50)]
Data = Annotated[
    dict[Annotated[str, _NAME], Scalar | Inner | Annotated[list[Scalar | Inner], Field(max_length=50)]],
    Field(max_length=100),
]
_MOST_DATA = 16 * 1024


class FeeIn(Input):
    amount_vnd: Annotated[int, Field(ge=0, le=10**12, strict=True)]
    purpose: Purpose = Field(alias="for")


class ResultIn(Input):
    """What is issued. Left out: the type's own code where it has one, the applicant as holder, today."""

    document_type: TypeCode
    result_code: ResultCode | None = None
    number: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=PLAIN)] | None = Field(
        None, description="Số giấy tờ / the document's number"
    )
    holder: SubjectIn | None = None
    issued_on: Day | None = None
    valid_until: Day | None = None
    data: Data = Field(default={}, description="Nội dung trên giấy tờ / what stands on the document")
    physical: bool = Field(
        default=False,
        strict=True,
        description="Cấp thêm bản giấy; giấy tờ thiết yếu: chỉ khi công dân yêu cầu / a paper copy besides",
    )
    fee: FeeIn | None = Field(None, description="Khoản thu cho bản giấy / a fee for the physical copy")
    replaces: ResultId | None = Field(None, description="Kết quả được đính chính / the result it corrects")

    @field_validator("data")
    @classmethod
    def _size(cls, value: dict[str, Any]) -> dict[str, Any]:
        if len(canonical(value)) > _MOST_DATA:
            raise fault("too_much_data")
        return value

    @model_validator(mode="after")
    def _fee(self) -> Self:
        if self.fee is not None and not self.physical:
            raise fault("fee_without_paper")
        return self

    def result(self) -> Result:
        return Result(
            document_type=self.document_type,
            result_code=self.result_code,
            number=self.number,
            holder=self.holder.subject() if self.holder else None,
            issued_on=self.issued_on,
            valid_until=self.valid_until,
            data=self.data,
            physical=self.physical,
            fee=Fee(self.fee.amount_vnd, FeePurpose(self.fee.purpose)) if self.fee else None,
            replaces=self.replaces,
        )


class ReplacementIn(Input):
    reason: Text
    result: ResultIn


class RevocationIn(Input):
    reason: Text


class FeeDemandIn(Input):
    procedure: ProcedureCode
    document_type: TypeCode
    purpose: Purpose = Field(alias="for")
    demanded_on: Day | None = None


class ListNoteOut(Output):
    list: str
    status: str


class FeeFindingOut(Output):
    """`FEE_FLAGGED`: an order to amend the rules stands against the fee, no waiver; `REFUSE_FEE`: a law dropped it."""

    outcome: Literal["REFUSE_FEE", "FEE_FLAGGED", "FEE_NOT_COVERED"]
    document_type: str
    purpose: Purpose = Field(alias="for")
    because: TextOut
    remedy: TextOut
    citations: list[CitationOut]
    lists: list[ListNoteOut]


class FeeDemandOut(FeeFindingOut):
    procedure: str
    law_as_of: date
    catalogue_revision: int
    rulebook_revision: str


class FeeOut(FeeFindingOut):
    amount_vnd: int


class ResultBrief(Output):
    """A result without its holder and what stands on it."""

    id: str
    document_ref: str = Field(description="Mã mờ, in trên bản in / opaque; printed on the page")
    dossier: str
    procedure: str
    document_type: str
    result_code: str
    version: int = Field(description="1 khi cấp, 2 khi đã thu hồi / 1 as issued, 2 once revoked")
    status: Literal["valid", "not_yet", "expired", "revoked"]
    issued_on: date
    valid_until: date | None
    revoked_on: date | None
    replaces: str | None
    replaced_by: str | None
    physical: bool
    fee: FeeOut | None
    issued_at: datetime


class ResultOut(ResultBrief):
    content: dict[str, Any] = Field(description="Nội dung đã ký / what is signed")
    jws: str = Field(description="JWS ES256, typ `vn-result+jwt`; khóa tại /v1/results/keys")


class CheckOut(Output):
    """Whether what is stored is still what was signed."""

    intact: bool
    faults: list[Literal["sealed", "signature", "record", "archive"]]
    status: Literal["valid", "not_yet", "expired", "revoked"]
