"""Shapes that several calls share. Input refuses unknown fields; output has no defaults, so that all fields show."""

import re
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from app.clock import Clock
from app.domain.dossiers import AGENCY
from app.domain.persons import Subject, SubjectKind, birth_date_fault, citizen_id_fault, organization_id_fault
from app.domain.text import UNSEEN

# No control characters, nothing that turns the text around, and something to be seen; broken Unicode is refused by the
# parser itself.
_PLAIN = f"[^{UNSEEN}]"
PLAIN = rf"^{_PLAIN}*[^\s{UNSEEN}]{_PLAIN}*$"

ProcedureCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]\.[0-9]{6}$"),
    Field(description="Mã thủ tục `d.dddddd`", examples=["1.001193"]),
]
TypeCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z0-9_]{1,64}$"),
    Field(description="Mã loại giấy tờ", examples=["GIAY_KHAI_SINH"]),
]
AgencyCode = Annotated[
    str,
    StringConstraints(pattern=f"^{AGENCY.pattern}$", max_length=40),
    Field(description="Mã định danh cơ quan (QĐ 20/2020/QĐ-TTg)", examples=["000.00.00.H27"]),
]
OfficerCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$"), Field(description="Mã cán bộ", examples=["CB-0001"])
]
Ref = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$"),
    Field(description="Do bên gọi đặt, có lại trong kết luận / yours, given back in the finding", examples=["a"]),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=PLAIN)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=PLAIN)]
Channel = Literal["counter", "online", "postal"]
FormName = Literal["original", "copy", "certified_copy", "electronic"]

_CLOCK = Clock()


def fault(kind: str) -> PydanticCustomError:
    """An error of one of our own kinds; its words stand in `app.api.wording`."""
    return PydanticCustomError("fault", "{fault}", {"fault": kind})


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@cache
def input_names() -> frozenset[str]:
    """Every field name of every input: the only names that errors may give back."""

    def below(model: type[BaseModel]) -> set[str]:
        own = {field.alias or name for name, field in model.model_fields.items()}
        return own.union(*(below(m) for m in model.__subclasses__()))

    return frozenset(below(Input))


class Output(BaseModel):
    model_config = ConfigDict(frozen=True)


def _day(text: object) -> object:
    """A day as `YYYY-MM-DD` and nothing else: no timestamp, no week, no digits of other scripts."""
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise fault("day") from None
        if not date(1990, 1, 1) <= day <= date(2100, 12, 31):
            raise fault("bounds")
        return day
    raise fault("day")


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-22"]}),
]


_BIRTH_DATE = {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$", "examples": ["1990-05-12"]}


class SubjectIn(Input):
    """A person or an organisation. A citizen id stands in a body, never in an address."""

    kind: Literal["person", "organization"]
    id: Annotated[
        str,
        StringConstraints(max_length=64),
        Field(
            description="Số định danh cá nhân 12 chữ số, hoặc mã số tổ chức 10 hay 13 chữ số",
            examples=["042190000001"],
            json_schema_extra={"pattern": "^(0[0-9]{2}[0-3][0-9]{8}|[0-9]{10}|[0-9]{13})$"},
        ),
    ]
    full_name: Name | None = Field(None, description="Không nêu thì không đối chiếu / not compared when left out")
    birth_date: Annotated[str, StringConstraints(max_length=10), WithJsonSchema(_BIRTH_DATE)] | None = Field(
        None, description="`YYYY-MM-DD`, hoặc chỉ năm `YYYY` / or the year alone"
    )

    @field_validator("id")
    @classmethod
    def _id(cls, value: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        wrong = citizen_id_fault(value, _CLOCK.today()) if kind == "person" else None
        if kind == "organization":
            wrong = organization_id_fault(value)
        if wrong:
            raise fault(wrong)
        return value

    @field_validator("birth_date")
    @classmethod
    def _birth_date(cls, value: str | None) -> str | None:
        if value is not None and (wrong := birth_date_fault(value, _CLOCK.today())):
            raise fault(wrong)
        return value

    def subject(self) -> Subject:
        return Subject(SubjectKind(self.kind), self.id, self.full_name, self.birth_date)


class Period(Input):
    """Days from and through which something holds; `from` in JSON."""

    start: Day | None = Field(None, alias="from", description="Từ ngày này / from this day on")
    until: Day | None = Field(None, description="Đến hết ngày này / through this day")

    def check_order(self) -> Self:
        if self.start and self.until and self.until < self.start:
            raise fault("period")
        return self


class TextOut(Output):
    vi: str
    en: str


class CitationOut(Output):
    """A provision in force on the day; `provision` is null where no public copy of the article was found."""

    law: str = Field(examples=["ND-118-2025"])
    provision: str | None = Field(examples=["Điều 4 khoản 2a"])
    title: str = Field(examples=["Nghị định 118/2025/NĐ-CP"])
    in_force_from: date | None
    status: Literal["in_force", "in_force_provision_not_found"]


class FieldProblem(Output):
    at: str = Field(description="Vị trí của trường sai", examples=["body/items/0/form"])
    kind: str
    vi: str
    en: str


class ProblemOut(Output):
    """RFC 9457, with words in Vietnamese (`title`, `detail`) and English (`title_en`, `detail_en`)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    title_en: str
    detail_en: str
    code: str = Field(description="Mã lỗi ổn định / the stable code", examples=["invalid-request"])
    trace_id: str
    errors: list[FieldProblem] | None = Field(None, description="Từng trường sai / each wrong field")
    facts: dict[str, Any] | None = Field(None, description="Những gì giúp sửa / what helps to mend it")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: each of these as application/problem+json."""
    return {
        s: {"model": ProblemOut, "description": _DESCRIPTIONS[s], **({"headers": _HEADERS[s]} if s in _HEADERS else {})}
        for s in statuses
    }


_TEXT = {"schema": {"type": "string"}}
_HEADERS = {
    401: {"WWW-Authenticate": {"description": "Cách xác thực / how to authenticate (RFC 6750)", **_TEXT}},
    403: {"WWW-Authenticate": {"description": "Phạm vi cần có / the scope that is needed", **_TEXT}},
    503: {"Retry-After": {"description": "Số giây nên chờ / seconds to wait", **_TEXT}},
}


_DESCRIPTIONS = {
    400: "Không phải JSON hợp lệ / not valid JSON",
    401: "Chưa xác thực / not authenticated",
    403: "Không đủ quyền / not enough rights",
    404: "Không tìm thấy / not found",
    405: "Không hỗ trợ phương thức / method not allowed",
    409: "Xung đột / conflict",
    410: "Không còn dùng được / no longer to be used",
    412: "Hồ sơ đã thay đổi / the dossier has changed",
    413: "Nội dung quá lớn / body too large",
    415: "Sai kiểu nội dung / unsupported media type",
    422: "Trường chưa đúng / some fields are not right",
    428: "Thiếu If-Match / If-Match is missing",
    503: "Tạm thời không phục vụ được / temporarily unavailable",
}
