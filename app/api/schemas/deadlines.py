"""How the dossiers of a time stand towards their due dates."""

from datetime import date
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from app.api.schemas.common import AgencyCode, Output, Period


class DeadlinesIn(Period):
    """Query: days of receipt from and through which; this month up to today unless given."""

    agency: AgencyCode | None = Field(None, description="Chỉ cơ quan giải quyết này / only what this agency decides")

    @model_validator(mode="after")
    def _order(self) -> Self:
        return self.check_order()


class DeadlineCountsOut(Output):
    """`done` and `open` each have those in time and the rest: overdue, or with no due date (`paused` among them)."""

    filed: int
    done: int
    done_in_time: int
    open: int
    open_in_time: int
    paused: int = Field(description="Đang chờ công dân / waiting for the applicant")
    without_due_date: int = Field(description="Không văn bản nào được biết nêu thời hạn / no act is known to name one")
    overdue: int = Field(description="Đã hoặc đang quá hạn / late, however they ended")
    asked_late: int = Field(description="Yêu cầu bổ sung sau 08 giờ làm việc hoặc 01 ngày làm việc (NQ 66.7 Điều 8)")
    asked_twice: int = Field(description="Hơn một lần yêu cầu bổ sung / asked to supplement more than once")
    counts_as_late: int = Field(description="Theo chỉ số phục vụ: quá hạn hoặc hơn một lần yêu cầu bổ sung")


class AgencyDeadlinesOut(DeadlineCountsOut):
    agency: str = Field(description="Cơ quan giải quyết / the agency that decides")


class DeadlinesOut(Output):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    start: date = Field(alias="from")
    until: date
    as_of: date
    agencies: list[AgencyDeadlinesOut]
    total: DeadlineCountsOut
