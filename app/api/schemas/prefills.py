"""Forms filled from the State's data, and demands for a signature under them."""

from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from app.api.schemas.common import (
    AgencyCode,
    Channel,
    CitationOut,
    Day,
    Input,
    Name,
    OfficerCode,
    Output,
    ProcedureCode,
    SubjectIn,
    TextOut,
    fault,
)
from app.domain.forms import Role
from app.domain.persons import Subject


class RelatedIn(Input):
    """Who else the form is about, each with the number they are looked up by.

    Another person's data are given only to who can say their name and whole birth date rightly; an organisation's are
    public.
    """

    child: SubjectIn | None = None
    father: SubjectIn | None = None
    mother: SubjectIn | None = None
    spouse: SubjectIn | None = None
    deceased: SubjectIn | None = None
    organization: SubjectIn | None = None
    representative: SubjectIn | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        for role, given in self._given().items():
            if given.kind != role.kind:
                raise fault("role_kind")
            # The year alone proves nothing: it stands in the number.
            if given.kind == "person" and not (given.full_name and len(given.birth_date or "") == len("1990-05-12")):
                raise fault("related_named")
        return self

    def people(self) -> dict[Role, Subject]:
        return {role: given.subject() for role, given in self._given().items()}

    def _given(self) -> dict[Role, SubjectIn]:
        return {Role(name): given for name in type(self).model_fields if (given := getattr(self, name))}


class PrefillIn(Input):
    procedure: ProcedureCode
    agency: AgencyCode
    officer: OfficerCode | None = None
    case: Name | None = Field(None, description="Trường hợp, khi thủ tục có nhiều trường hợp")
    purpose: Literal["own_dossier", "on_behalf", "counter"] = Field(
        description="own_dossier: người dân tự nộp; on_behalf: nộp thay; counter: cán bộ nhập tại quầy. "
        "Kept, and shown to whoever was looked up"
    )
    applicant: SubjectIn
    related: RelatedIn = RelatedIn()


class FieldSourceOut(Output):
    kind: Literal["account", "request", "population", "registry", "wallet", "archive"]
    service: str | None
    document_type: str | None
    field: str
    checked_at: datetime | None
    issued_on: date | None


class MissingOut(Output):
    """Why a field is left to the person. `no_answer` (with its cause) says nothing of them."""

    reason: Literal[
        "sources_differ",
        "no_answer",
        "mismatch",
        "revoked",
        "expired",
        "not_linked",
        "unusable",
        "not_recorded",
        "not_held",
        "not_named",
        "no_source",
    ]
    cause: str | None
    vi: str
    en: str


class FilledOut(Output):
    code: str = Field(examples=["applicant_full_name"])
    whose: Literal["applicant", "child", "father", "mother", "spouse", "deceased", "organization", "representative"]
    state: Literal["locked", "editable", "missing"]
    value: str | bool | int | None
    source: FieldSourceOut | None = Field(description="Nguồn của giá trị, hoặc nguồn cho biết vì sao thiếu")
    missing: MissingOut | None


class CountsOut(Output):
    fields: int
    filled: int
    locked: int
    to_declare: int
    required_left: int = Field(description="Số trường bắt buộc còn phải khai")


class PrefillOut(Output):
    """Personal data: never to be cached. `locked` values may not come back changed."""

    prefill_id: str = Field(examples=["019ac000-0000-7000-8000-000000000000"])
    procedure: str
    case: str | None
    purpose: str
    revision: str = Field(description="Phiên bản biểu mẫu / the form's revision")
    filled_at: datetime
    expires_at: datetime
    counts: CountsOut
    fields: list[FilledOut]


class DeclaredOut(Output):
    """A dossier's form. Personal data: never to be cached."""

    revision: str
    prefill_id: str | None
    prefilled: list[str]
    values: dict[str, str | bool | int]


class SignerIn(Input):
    kind: Literal["person", "organization"]
    authenticated_by: Literal["vneid", "portal", "none"] = Field(
        description="Đăng nhập bằng VNeID, bằng Cổng dịch vụ công quốc gia, hay không đăng nhập"
    )


class SignatureDemandIn(Input):
    procedure: ProcedureCode
    channel: Channel
    subject: SignerIn
    demanded_on: Day | None = None


class SignatureRemedyOut(Output):
    actor: str
    action: Literal["accept_login", "offer_login"]
    text: TextOut


class SignatureFindingOut(Output):
    decision_id: str
    procedure: str
    channel: Channel
    decided_at: datetime
    law_as_of: date
    rulebook_revision: str
    outcome: Literal["REFUSE_SIGNATURE", "SIGNATURE_LAWFUL"]
    reason: Literal["logged_in", "not_logged_in", "organization", "rule_not_in_force"]
    rule: str | None
    because: TextOut
    citations: list[CitationOut]
    remedy: SignatureRemedyOut
    lawful_if: list[str]
    trace: list[dict[str, Any]]


class FormSchemaOut(Output):
    """A JSON Schema 2020-12; `x-source`, `x-locked`, `x-whose` stand at each property."""

    model_config = Output.model_config | {"extra": "allow"}

    type: Literal["object"]
    title: str
    properties: dict[str, dict[str, Any]]
    required: list[str]
