"""What a decision looks like from outside; the bytes answered are the bytes kept (`app.domain.decisions`)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.api.schemas.common import CitationOut, Day, FormName, Input, Output, TextOut, fault
from app.domain.decisions import Conclusion, Outcome, Reason
from app.domain.evidence import LookupStatus, Source


class RemedyOut(Output):
    """What to do instead; stands on every finding."""

    actor: Literal["office", "citizen", "system"]
    action: str
    text: TextOut
    source: Source | None = None
    service: str | None = None


class LookupOut(Output):
    """What one source answered; `document_ref` is opaque."""

    source: Source
    service: str | None
    document_type: str
    status: LookupStatus
    cause: str | None
    checked_at: datetime
    document_ref: str | None
    issued_on: date | None
    valid_until: date | None
    digest: str | None


class ListNoteOut(Output):
    list: str
    status: Literal["confirmed", "candidate"]


class LawfulIfOut(Output):
    fact: str
    sources: list[str]
    text: TextOut


class StepOut(Output):
    rule: str
    in_force: bool
    applies: bool
    values: dict[str, Any]


class FlagsOut(Output):
    """The national portal's marks, under its own names."""

    DuocSoHoa: Literal[0, 1]
    DuocTaiSuDung: Literal[0, 1]
    DuocLayTuKhoDMQG: Literal[0, 1]
    MaCSDL: str | None
    MaKetQuaThayThe: str | None


class FindingOut(Output):
    """The conclusion about one demanded paper, with its grounds and the way out."""

    ref: str
    document_type: str
    outcome: Outcome
    reason: Reason
    via: list[str]
    rule: str
    because: TextOut
    citations: list[CitationOut]
    remedy: RemedyOut
    lawful_forms: list[FormName]
    lookups: list[LookupOut]
    lists: list[ListNoteOut]
    should_have_been_cut: bool
    lawful_if: list[LawfulIfOut]
    trace: list[StepOut]
    flags: FlagsOut


class DecisionOut(Output):
    """Immutable; judging its stored facts again gives the same bytes."""

    decision_id: str
    outcome: Conclusion
    decided_at: datetime
    law_as_of: date
    catalogue_revision: int
    rulebook_revision: str
    findings: list[FindingOut]


class ReplayIn(Input):
    """Empty: judge the stored facts as they were. With another day or revision: what if?"""

    law_as_of: Day | None = Field(None, description="Luật có hiệu lực vào ngày này")
    catalogue_revision: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)] | None = Field(
        None, description="Danh mục ở phiên bản này"
    )
    catalogue_as_known: Day | None = Field(
        None, description="Hoặc: danh mục như đã công bố đến hết ngày này / or: as published by the end of this day"
    )

    @model_validator(mode="after")
    def _one_catalogue(self) -> Self:
        if self.catalogue_revision is not None and self.catalogue_as_known is not None:
            raise fault("one_catalogue")
        return self


class DifferenceOut(Output):
    at: str
    before: Any
    after: Any


class ReplayOut(Output):
    same: bool
    differences: list[DifferenceOut]
    decision: DecisionOut
