"""What changes between two days or two revisions."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from app.api.schemas.catalogue import count
from app.api.schemas.common import CitationOut, Day, Output
from app.api.schemas.restructuring import FilterIn
from app.domain.impact import Turn
from app.domain.restructuring import Verdict

Revision = Annotated[int, BeforeValidator(count), Field(ge=1, le=2**31 - 1)]


class ImpactIn(FilterIn):
    start: Day | None = Field(None, alias="from", description="Từ luật ngày này (mặc định: hôm nay) / from this day")
    to: Day | None = Field(None, description="Đến luật ngày này (mặc định: hôm nay) / to this day (default: today)")
    from_revision: Revision | None = Field(None, description="Từ phiên bản danh mục này (mặc định: mới nhất)")
    to_revision: Revision | None = Field(None, description="Đến phiên bản danh mục này (mặc định: mới nhất)")


class StateOut(Output):
    """A component on one side."""

    position: int
    verdict: Verdict
    since: date | None
    document_types: list[str]
    citations: list[CitationOut]


class LineChangeOut(Output):
    """A component whose verdict changes; null on the side on which its words do not stand."""

    text: str
    before: StateOut | None
    after: StateOut | None


class ProcedureChangeOut(Output):
    code: str
    name: str
    sector: str
    level: str
    agency: str
    change: Turn
    joins: list[str] = Field(description="Danh sách mới thuộc về / lists it comes to stand on")
    leaves: list[str] = Field(description="Danh sách không còn thuộc về / lists it stands on no more")
    components: list[LineChangeOut]


class OfficeOut(Output):
    """What changes for one agency: components by the verdict they come to."""

    agency: str
    procedures: int
    components: int
    not_lawful_since: int
    cut: int
    electronic_only: int
    data_first: int
    keep: int


class SideOut(Output):
    as_of: date
    catalogue_revision: int


class ImpactOut(Output):
    """`offices` count all that changes, on every page."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    start: SideOut = Field(alias="from")
    to: SideOut
    procedures: int
    offices: list[OfficeOut]
    items: list[ProcedureChangeOut]
    next_cursor: str | None
