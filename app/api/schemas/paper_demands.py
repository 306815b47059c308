"""A demand for paper as an office sends it."""

from typing import Annotated

from pydantic import Field, StrictBool, field_validator

from app.api.schemas.common import (
    AgencyCode,
    Channel,
    Day,
    FormName,
    Input,
    OfficerCode,
    ProcedureCode,
    Ref,
    SubjectIn,
    TypeCode,
    fault,
)


class ItemIn(Input):
    ref: Ref
    document_type: TypeCode
    form: FormName
    holder: SubjectIn | None = Field(
        None, description="Giấy tờ của ai, nếu không phải của người nộp / whose document, if not the subject's"
    )
    declined_sync: StrictBool = Field(False, description="Công dân không đồng ý liên kết trên VNeID")


class DemandIn(Input):
    """Một cơ quan yêu cầu một người nộp giấy tờ / an office demands papers from a person."""

    procedure: ProcedureCode
    agency: AgencyCode
    officer: OfficerCode | None = None
    channel: Channel
    subject: SubjectIn
    demanded_on: Day | None = Field(None, description="Mặc định: hôm nay (giờ Việt Nam) / today in Vietnam by default")
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=50)]

    @field_validator("items")
    @classmethod
    def _refs(cls, value: list[ItemIn]) -> list[ItemIn]:
        if len({item.ref for item in value}) != len(value):
            raise fault("distinct_refs")
        return value
