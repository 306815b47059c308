"""Citizens' reports as the office sees and answers them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.api.schemas.catalogue import PagedIn
from app.api.schemas.common import PLAIN, AgencyCode, FormName, Input, Output
from app.domain.reports import LONGEST

ReportState = Literal["filed", "answered", "closed"]


class ReportsIn(PagedIn):
    agency: AgencyCode | None = Field(None, description="Chỉ của cơ quan này / only those about this agency")
    status: ReportState | None = Field(
        None, description="Chỉ các phản ánh ở tình trạng này / only those of this status"
    )


class ReportAnswerIn(Input):
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=PLAIN)] = Field(
        description="Cơ quan đã làm gì; công dân đọc đúng lời này / what was done; the citizen reads these words"
    )


class ReportOut(Output):
    """What was demanded, where and when, and what the law says to it. Who reports it is not told."""

    id: str
    status: ReportState
    procedure: str = Field(examples=["1.001193"])
    document_type: str = Field(examples=["GIAY_CN_KET_HON"])
    form: FormName
    agency: str = Field(examples=["000.00.00.H27"])
    demanded_on: date
    said: str | None = Field(description="Cán bộ đã nói gì, theo lời công dân / what was said, in the citizen's words")
    decision_id: str
    outcome: str = Field(
        description="Kết luận về giấy tờ / the finding's outcome", examples=["REFUSE_PAPER_USE_REGISTRY"]
    )
    filed_at: datetime
    answer: str | None
    answered_at: datetime | None
    closed_at: datetime | None
    settled: bool | None = Field(description="Theo lời công dân khi khép lại / in the citizen's word, once closed")
