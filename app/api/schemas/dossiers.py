"""Dossiers as filed, read and moved."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, field_validator

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
    TextOut,
    TypeCode,
    fault,
)
from app.api.schemas.decisions import DecisionOut, FindingOut
from app.api.schemas.results import ResultBrief, ResultIn

FieldName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
Position = Annotated[int, Field(ge=1, le=999, strict=True)]


class OfferedIn(Input):
    """What the citizen offers for one component; a position left out counts as `none`."""

    position: Position
    supplied: Literal["none", "paper", "electronic", "wallet"]
    holder: SubjectIn | None = Field(
        None, description="Giấy tờ của ai, nếu không phải của người nộp / whose papers, if not the applicant's"
    )


class FormIn(Input):
    """What the applicant declares, by the form that `GET /v1/procedures/{code}/form` gives."""

    values: Annotated[dict[FieldName, Any], Field(max_length=300)]
    revision: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = Field(
        None, description="Phiên bản biểu mẫu / the form's revision"
    )
    prefill_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")] | None = Field(
        None, description="Lần điền sẵn mà biểu mẫu dựa vào / the prefill it began from"
    )


class WishesIn(Input):
    """How the applicant wants the result. Electronic is the rule; a physical copy is made for who asks."""

    physical_result: StrictBool = False


class DossierIn(Input):
    procedure: ProcedureCode
    agency: AgencyCode
    officer: OfficerCode | None = None
    channel: Channel
    applicant: SubjectIn
    case: Name | None = Field(None, description="Trường hợp, khi thủ tục có nhiều trường hợp")
    components: Annotated[list[OfferedIn], Field(max_length=200)] = []
    decided_by: AgencyCode | None = Field(
        None,
        description="Cơ quan giải quyết cùng tỉnh, khi khác nơi nhận / the agency of this province that decides",
    )
    form: FormIn | None = None
    wishes: WishesIn | None = None
    representative: SubjectIn | None = Field(
        None,
        description="Người đại diện theo pháp luật của tổ chức; đối chiếu với cơ sở dữ liệu đăng ký / who acts for "
        "the organisation, held against its register",
    )

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
    """What is really still needed: a paper (in one of `forms`), or a document to be linked on VNeID.

    A type without a finding was not looked up, since nobody said whose it is.
    """

    position: int
    document_types: list[str]
    relation: Literal["one", "any_of", "all_of"]
    action: Literal["supply", "link_on_vneid"]
    forms: list[FormName]


class LateReasonOut(Output):
    code: Literal["overdue", "asked-twice", "asked-late"]
    vi: str
    en: str


class LateOut(Output):
    """`counts_as_late` as the national index counts: overdue, or asked to supplement more than once. `asked_late` is
    the office's own: it asked after the limit for what it could not retrieve.
    """

    asked_late: bool
    supplements: int
    overdue: bool
    counts_as_late: bool
    reasons: list[LateReasonOut]


class MoveOut(Output):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    from_: int = Field(alias="from")
    to: int
    reason: str | None
    actor: Literal["one_stop", "handler", "citizen", "system"] | None
    at: datetime


class FormOut(Output):
    """Which form was handed in, and the fields that were filled; never what stands in them."""

    revision: str | None
    prefill_id: str | None
    prefilled: list[str] = Field(description="Các trường giữ nguyên dữ liệu nhà nước / as the State had filled them")
    fields: list[str]


class WishesOut(Output):
    physical_result: bool


class RepresentationOut(Output):
    """Whether the register names who acts for the organisation; `no_answer` leaves it to be confirmed."""

    status: Literal["confirmed", "not_representative", "no_answer"]
    document_type: str | None
    service: str | None
    document_ref: str | None
    compared: Literal["id", "name"] | None
    cause: str | None
    waiting: bool
    checked_at: datetime
    because: TextOut
    remedy: TextOut
    citations: list[CitationOut]


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
    decided_by: str = Field(description="Cơ quan giải quyết; `agency` là nơi tiếp nhận")
    due_on: date | None = Field(
        description="Ngày hẹn trả; null khi tạm dừng, hoặc khi chưa rõ thủ tục phải giải quyết trong bao lâu / "
        "null while paused, and where no act is known to say how long the procedure takes"
    )
    due_at: datetime | None
    paused: bool = Field(description="Đang chờ công dân: thời gian giải quyết không chạy / the clock stands still")
    ask_by: datetime | None = Field(
        description="Hạn để cơ quan yêu cầu bổ sung điều không khai thác được (NQ 66.7 Điều 8); null khi không có hạn"
    )
    ended_at: datetime | None
    late: LateOut
    history: list[MoveOut]
    representation: RepresentationOut | None = Field(description="Chỉ khi tổ chức nêu người đại diện")
    results: list[ResultBrief] = Field(description="Kết quả đã cấp / the results issued")
    form: FormOut | None
    wishes: WishesOut | None


class RecheckIn(Input):
    pass


class TransitionIn(Input):
    to: Annotated[int, Field(ge=1, le=10, strict=True, description="Trạng thái quốc gia mới")]
    reason: Text | None = None
    result: ResultIn | None = Field(None, description="Kết quả được cấp, khi chuyển sang 9 / issued with 9")
    actor: Literal["one_stop", "handler"] = Field(
        "handler",
        alias="as",
        description="Người thực hiện: bộ phận một cửa (tiếp nhận, trả kết quả) hay người giải quyết / who moves it",
    )


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
