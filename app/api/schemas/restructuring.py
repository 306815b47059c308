"""The review of components (rà soát): what is asked of it, and what it answers."""

from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field

from app.api.schemas.catalogue import KnownIn, MembershipOut, PagedIn, PageIn
from app.api.schemas.common import CitationOut, FormName, Name, Output, ProcedureCode
from app.domain.decisions import Reason
from app.domain.restructuring import Origin, Verdict
from app.domain.restructuring_totals import Asked


class FilterIn(PagedIn):
    """Which procedures, and which page of them."""

    list: str | None = Field(
        None,
        pattern="^[a-z0-9.-]{1,40}$",
        description="Chỉ các thủ tục thuộc danh sách này / only procedures on this list",
        examples=["ct24-annex-1"],
    )
    agency: Name | None = Field(
        None, description="Một phần tên cơ quan, không cần dấu / part of the agency's name, accents not needed"
    )
    sector: Name | None = Field(
        None, description="Một phần tên lĩnh vực, không cần dấu / part of the sector's name, accents not needed"
    )
    level: Literal["ministry", "province", "commune"] | None = Field(None, description="Cấp thực hiện / level")


class RestructuringIn(KnownIn, FilterIn):
    """The two dates, and which procedures."""


class ProposalsIn(PageIn):
    list: Literal["ct24-annex-1", "ct24-annex-2"] = Field(
        description="Phụ lục nào / which annex", examples=["ct24-annex-1"]
    )


class ReplacementOut(Output):
    """A source that stands in for the paper; `database` as the law calls it."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    source: Literal["wallet", "registry", "archive"]
    service: str | None
    database: str
    start: date | None = Field(alias="from")
    until: date | None


class DoubtOut(Output):
    code: str
    words: str | None


class PaperOut(Output):
    """One document type of a component; `reason` and `rule` are the gate's own."""

    document_type: str
    name: str
    verdict: Verdict
    since: date | None
    reason: Reason
    rule: str
    replaced_by: list[ReplacementOut]


class LineOut(Output):
    """One component. `verdict` is the heaviest of its papers': `not_lawful_since` (the words demand paper that data
    replace since `since`), `cut` (a list has cut it), `electronic_only` (the service takes no paper), `data_first`
    (the words ask for paper only where the look-up finds nothing: right as it is), `keep`.

    `still_asked`: papers that may be asked for without a look-up. `overdue`: the deadline has passed and the words
    still demand the paper. `needs_review`: a person should read the words again first, for the `doubts` named.
    """

    position: int
    case: str | None
    text: str
    document_types: list[str]
    relation: Literal["one", "any_of", "all_of"] | None
    form: FormName | None
    conditional: bool
    verdict: Verdict
    since: date | None
    still_asked: list[str]
    papers: list[PaperOut]
    citations: list[CitationOut]
    lists: list[MembershipOut]
    deadline: date | None
    overdue: bool
    confidence: Literal["sure", "needs_review"]
    doubts: list[DoubtOut]
    corrected: bool


class ReviewOut(Output):
    """A procedure; `components` is null where only its name is known. `origin`: whose words were reviewed."""

    code: ProcedureCode
    name: str
    sector: str
    level: str
    agency: str
    valid_from: date
    origin: Origin | None
    lists: list[MembershipOut]
    components: list[LineOut] | None


class TallyOut(Output):
    """Counts of components by verdict; `unknown` procedures have no known components."""

    name: str
    procedures: int
    unknown: int
    components: int
    not_lawful_since: int
    cut: int
    electronic_only: int
    data_first: int
    keep: int
    overdue: int
    needs_review: int


class TotalsOut(Output):
    """Of all procedures asked for, on every page; one on two lists counts in both."""

    whole: TallyOut
    by_list: list[TallyOut]
    by_sector: list[TallyOut]
    by_agency: list[TallyOut]
    by_level: list[TallyOut]


class RestructuringOut(Output):
    as_of: date
    catalogue_revision: int
    rulebook_revision: str
    totals: TotalsOut
    items: list[ReviewOut]
    next_cursor: str | None


class ProposedPaperOut(Output):
    position: int
    document_type: str


class ProposalOut(Output):
    """A procedure proposed for the annex (`papers` say why), loaded as its member, or both."""

    code: str
    name: str | None
    sector: str | None
    agency: str | None
    proposed: bool
    loaded: Literal["confirmed", "candidate"] | None
    papers: list[ProposedPaperOut]
    confidence: Literal["sure", "needs_review"]


class ProposalsOut(Output):
    """`declared`: how many the act says; `both` of the proposed and the loaded are the same."""

    as_of: date
    catalogue_revision: int
    rulebook_revision: str
    annex: str
    declared: int | None
    loaded: int
    proposed: int
    both: int
    items: list[ProposalOut]
    next_cursor: str | None


class AskedPaperOut(Output):
    document_type: str
    asked: Asked
    positions: list[int]


class ReplacedOut(Output):
    """A procedure of Annex I and whether its published definition still asks for what the annex replaced."""

    code: str
    name: str | None
    agency: str | None
    asked: Asked
    papers: list[AskedPaperOut]
    overdue_since: date | None
    confidence: Literal["sure", "needs_review"]


class ReplacedListOut(Output):
    as_of: date
    catalogue_revision: int
    rulebook_revision: str
    still_asked: int
    only_if_not_found: int
    no_longer_asked: int
    not_known: int
    items: list[ReplacedOut]
    next_cursor: str | None
