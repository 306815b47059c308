"""The catalogue as read and as published."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, field_validator, model_validator

from app.api.schemas.common import (
    CitationOut,
    Day,
    FormName,
    Input,
    Name,
    Output,
    Period,
    ProcedureCode,
    Text,
    TypeCode,
    fault,
)

LawId = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9.-]{1,39}$", examples=["NQ-66.7-2025"])]
ServiceCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9-]{1,32}$",
        description="Mã dịch vụ dữ liệu trên NDXP / code of the NDXP data service",
        examples=["037"],
    ),
]
Holder = Literal[
    "applicant", "spouse", "parent", "child", "deceased", "representative", "guardian", "ward", "owner", "other"
]

Item = TypeVar("Item")


class Page(Output, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = Field(description="Gửi lại bằng `cursor` để lấy trang sau; null ở trang cuối")


def count(text: object) -> object:
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise fault("count")
    return text


class AsOfIn(Input):
    """Query of everything dated. A misspelt parameter is refused: its silence would answer about the wrong day."""

    as_of: Day | None = Field(None, description="Theo ngày này (mặc định: hôm nay) / as of this day (default: today)")


class KnownIn(AsOfIn):
    """With the second date: what was known when, beside what was in force when."""

    as_known: Day | None = Field(
        None,
        description="Danh mục như đã công bố đến hết ngày này (mặc định: mới nhất) / "
        "the catalogue as published by the end of this day (default: the latest)",
    )


class PagedIn(Input):
    cursor: str | None = Field(
        None,
        max_length=64,
        pattern="^[A-Za-z0-9._-]+$",
        description="`next_cursor` của trang trước / of the page before",
    )
    limit: Annotated[int, BeforeValidator(count)] = Field(
        100, ge=1, le=200, description="Số mục mỗi trang / items a page"
    )


class LawsIn(AsOfIn, PagedIn):
    """The law is one rulebook, whatever has been published in the catalogue."""


class PageIn(KnownIn, PagedIn):
    """One page of what is published."""


class ProceduresIn(PageIn):
    sector: Name | None = Field(None, description="Đúng tên lĩnh vực / the sector's exact name")


class SourceIn(Period):
    """Where the State holds the type. A registry source names its NDXP data service."""

    source: Literal["wallet", "registry"]
    service: ServiceCode | None = None
    procedures: Annotated[list[ProcedureCode], Field(max_length=2000)] | None = None
    basis: LawId

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.source == "registry") != (self.service is not None):
            raise fault("registry_service")
        return self.check_order()


class DocumentTypeIn(Input):
    name: Name
    kind: Literal["official", "party"]
    subject: Literal["person", "organization", "any"]
    sources: Annotated[list[SourceIn], Field(max_length=20)]

    @model_validator(mode="after")
    def _party(self) -> Self:
        if self.kind == "party" and self.sources:
            raise fault("party_source")
        return self


class ComponentIn(Input):
    position: Annotated[int, Field(ge=1, le=999, strict=True)]
    name: Name
    document_types: Annotated[list[TypeCode], Field(min_length=1, max_length=30)]
    relation: Literal["one", "any_of", "all_of"]
    case: Name | None = None
    form: FormName
    mandatory: StrictBool
    acceptance: Literal["data_first", "paper_only", "electronic"]
    holder: Holder | None = Field(None, description="Giấy tờ của ai, nếu thường không phải của người nộp")
    cites: Annotated[list[LawId], Field(max_length=10)] | None = Field(
        None, description="Văn bản mà chính hồ sơ thủ tục viện dẫn khi cho dữ liệu thay giấy tờ"
    )
    mandatory_when: Name | None = None

    @model_validator(mode="after")
    def _relation(self) -> Self:
        distinct = len(set(self.document_types))
        if distinct != len(self.document_types) or (self.relation == "one") != (distinct == 1):
            raise fault("relation")
        return self


class ProcessingIn(Input):
    """How long the procedure takes by an act: exactly one of the three."""

    working_days: Annotated[int, Field(ge=1, le=400, strict=True)] | None = None
    working_hours: Annotated[int, Field(ge=1, le=400, strict=True)] | None = None
    same_day: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = Field(
        None, description="Nhận đến giờ này thì trả trong ngày, sau đó thì ngày làm việc tiếp theo", examples=["15:00"]
    )
    basis: Text = Field(description="Văn bản quy định thời hạn / the act that says so")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(v is not None for v in (self.working_days, self.working_hours, self.same_day)) != 1:
            raise fault("one_processing_time")
        return self


class ProcedureIn(Input):
    name: Name
    sector: Name
    level: Literal["ministry", "province", "commune"]
    agency: Name
    valid_from: Day
    components: Annotated[list[ComponentIn], Field(min_length=1, max_length=200)]
    basis: Text | None = None
    processing: ProcessingIn | None = Field(
        None, description="Thời hạn giải quyết; không nêu thì hồ sơ không có hạn trả / no due date without it"
    )

    @field_validator("components")
    @classmethod
    def _positions(cls, value: list[ComponentIn]) -> list[ComponentIn]:
        if len({c.position for c in value}) != len(value):
            raise fault("distinct_positions")
        return value


class ListMemberIn(Period):
    status: Literal["confirmed", "candidate"]
    basis: LawId
    document_types: Annotated[list[TypeCode], Field(max_length=50)] | None = None

    @model_validator(mode="after")
    def _order(self) -> Self:
        return self.check_order()


class PublishedOut(Output):
    """`changed` is false when the same body was published already."""

    code: str
    revision: int
    changed: bool


class SourceOut(Output):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    source: Literal["wallet", "registry", "archive"]
    service: str | None
    start: date | None = Field(alias="from")
    until: date | None
    procedures: list[str]
    basis: str


class DocumentTypeOut(Output):
    code: str
    name: str
    kind: Literal["official", "party"]
    subject: Literal["person", "organization", "any"]
    sources: list[SourceOut]
    basis: str | None


class ComponentOut(Output):
    position: int
    name: str
    document_types: list[str]
    relation: Literal["one", "any_of", "all_of"]
    case: str | None
    form: FormName
    mandatory: bool
    acceptance: Literal["data_first", "paper_only", "electronic"]
    holder: str | None
    cites: list[str]
    mandatory_when: str | None


class ProcedureBrief(Output):
    code: str
    name: str
    sector: str
    level: str
    agency: str
    valid_from: date


class MembershipOut(Output):
    list: str
    status: Literal["confirmed", "candidate"]


class ProcessingOut(Output):
    working_days: int | None
    working_hours: int | None
    same_day: str | None
    basis: str


class ProcedureOut(ProcedureBrief):
    basis: str | None
    processing: ProcessingOut | None = Field(
        description="Thời hạn giải quyết theo văn bản; null khi chưa rõ / null where no act is known to name it"
    )
    cases: list[str]
    components: list[ComponentOut]
    lists: list[MembershipOut]


class ListBrief(Output):
    """`declared`: how many items the act says; `loaded`: how many are known here, `confirmed` of them for sure."""

    id: str
    title: str
    subject: Literal["procedure", "document_type"]
    law: str
    citations: list[CitationOut]
    in_force_from: date | None
    in_force_until: date | None
    declared: int | None
    loaded: int
    confirmed: int


class MemberOut(Output):
    """`services` replace the papers; `provisions` are those the act amends, `numbers` its rows, `field` the ministry.

    They are empty or null where the act's own rows are not known here.
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    code: str
    name: str | None = Field(description="Tên theo văn bản, hoặc theo danh mục / as the act or the catalogue has it")
    start: date | None = Field(alias="from")
    until: date | None
    status: Literal["confirmed", "candidate"]
    basis: str
    document_types: list[str]
    services: list[str]
    provisions: list[str]
    numbers: list[int]
    field: str | None
    note: str | None


class ListOut(ListBrief):
    members: list[MemberOut]
    next_cursor: str | None = Field(description="Gửi lại bằng `cursor` để lấy trang sau; null ở trang cuối")


class ProvisionOut(Output):
    id: str
    provision: str | None
    in_force_from: date | None
    in_force_until: date | None
    in_force: bool
    words: str | None
    reference: str
    confidence: str
    checked_on: date


class LawOut(Output):
    id: str
    name: str
    title: str
    issuer: str
    issued_on: date | None
    in_force_from: date | None
    in_force_until: date | None
    in_force: bool
    reference: str
    confirmed: bool
    checked_on: date
    provisions: list[ProvisionOut]


class IntegratedOut(Output):
    document_type: str
    name: str
    subject: Literal["person", "organization", "any"]
    sources: list[SourceOut]
    citations: list[CitationOut]


class IntegratedListOut(Output):
    """The document types that data replaces on a day."""

    as_of: date
    catalogue_revision: int
    rulebook_revision: str
    items: list[IntegratedOut]
    next_cursor: str | None


class TokenOut(Output):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


class HealthOut(Output):
    status: Literal["ok"]


class ReadyOut(Output):
    status: Literal["ready", "not_ready"]
    checks: dict[str, Any]
    at: datetime
