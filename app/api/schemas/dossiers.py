"""Dossiers as filed, read and moved."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from app.api.schemas.common import (
    AgencyCode,
    Channel,
    CitationOut,
    FormName,
    Input,
    Name,
    OfficerCode,
    Output,
    ProcedureCode,
    SubjectIn,
    Text,
    TypeCode,
    fault,
)
from app.api.schemas.decisions import DecisionOut, FindingOut

Position = Annotated[int, Field(ge=1, le=999, strict=True)]


class OfferedIn(Input):
    """What the citizen offers for one component; a position left out counts as `none`."""

    position: Position
    supplied: Literal["none", "paper", "electronic", "wallet"]
    holder: SubjectIn | None = None


class DossierIn(Input):
    procedure: ProcedureCode
    agency: AgencyCode
    officer: OfficerCode | None = None
    channel: Channel
    applicant: SubjectIn
    case: Name | None = Field(None, description="Trường hợp, khi thủ tục có nhiều trường hợp")
    components: Annotated[list[OfferedIn], Field(max_length=200)] = []

    @field_validator("components")
    @classmethod
    def _positions(cls, value: list[OfferedIn]) -> list[OfferedIn]:
        if len({c.position for c in value}) != len(value):
            raise fault("distinct_positions")
        return value


class ComponentOut(Output):
    position: int
    name: str | None
    supplied: Literal["none", "paper", "electronic", "wallet"]
    findings: list[FindingOut]


class ToSupplyOut(Output):
    """What is really still needed: a paper (in one of `forms`), or a document to be linked on VNeID."""

    position: int
    document_types: list[str]
    relation: Literal["one", "any_of", "all_of"]
    action: Literal["supply", "link_on_vneid"]
    forms: list[FormName]


class DossierOut(Output):
    code: str = Field(examples=["000.00.00.H27-261122-0001"])
    status: int = Field(ge=1, le=10, description="Trạng thái quốc gia 1–10")
    version: int
    procedure: str
    case: str | None
    agency: str
    channel: Channel
    received_at: datetime
    law_as_of: date
    wait_until: datetime | None = Field(description="Hạn chờ nguồn dữ liệu, khi hồ sơ đang chờ")
    components: list[ComponentOut]
    to_supply: list[ToSupplyOut]
    handed_back: list[int] = Field(description="Vị trí có bản giấy được trả lại (dịch vụ không thu giấy)")
    decisions: list[str]


class RecheckIn(Input):
    pass


class TransitionIn(Input):
    to: Annotated[int, Field(ge=1, le=10, strict=True, description="Trạng thái quốc gia mới")]
    reason: Text | None = None


class SupplementItemIn(Input):
    document_type: TypeCode
    form: FormName
    reason: Text
    holder: SubjectIn | None = None


class SupplementIn(Input):
    items: Annotated[list[SupplementItemIn], Field(min_length=1, max_length=50)]


class WarningOut(Output):
    code: str
    vi: str
    en: str
    citations: list[CitationOut]


class SupplementOut(Output):
    id: str
    code: str
    status: int
    version: int
    decision: DecisionOut
    warnings: list[WarningOut]


class SupplementRefusedOut(Output):
    """problem+json with the decision inside: nothing was sent to the citizen."""

    type: str
    title: str
    status: int
    detail: str
    title_en: str
    detail_en: str
    code: str
    trace_id: str
    decision: DecisionOut | None = None
    facts: dict[str, Any] | None = None
