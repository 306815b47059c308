"""A citizen's report that a paper was demanded of them, from filing to its end."""

from enum import StrEnum

from app.domain.errors import DomainError


class ReportStatus(StrEnum):
    """`answered`: the office has said what it did; `closed`: the reporter has taken note, or taken the report back."""

    FILED = "filed"
    ANSWERED = "answered"
    CLOSED = "closed"


def taken_back(status: str, answered_at: object) -> bool:
    """Who closes a report that nobody has answered takes it back; `answered_at` is None where nobody has."""
    return status == ReportStatus.CLOSED and answered_at is None


class UnknownReport(DomainError):
    code = "unknown-report"


class ReportNotOpen(DomainError):
    """It has been answered or closed already."""

    code = "report-not-open"


class TooManyReports(DomainError):
    """One person's reports of one day are enough."""

    code = "too-many-reports"


MOST_A_DAY = 10
LONGEST = 2000
"""Characters of what was said, and of an answer."""
EARLIEST_YEARS = 2
"""How long ago a paper may have been demanded."""
