"""What a review amounts to: totals by list, sector, agency and level, papers spared a year, and what annexes say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.domain.cases import NAMING_LIST
from app.domain.catalogue import Catalogue, ListMember, MemberStatus
from app.domain.evidence import Source
from app.domain.restructuring import Line, Report, Review, Verdict

# Which source puts a procedure on which annex of Directive 24: papers on VNeID, data of the ministries.
PROPOSED_BY = {"ct24-annex-1": Source.WALLET, "ct24-annex-2": Source.REGISTRY}
GROUPS = ("list", "sector", "agency", "level")


@dataclass(slots=True)
class Tally:
    """Counts of one group. `verdicts` counts components.

    `spared`: papers a year that nobody has to bring any more when the verdicts are followed, where dossiers a year are
    known (`counted` procedures); `at_least` counts components everybody owes, `at_most` also those due in some cases.
    """

    name: str
    procedures: int = 0
    unknown: int = 0
    components: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    overdue: int = 0
    needs_review: int = 0
    counted: int = 0
    at_least: int = 0
    at_most: int = 0

    def add(self, review: Review, dossiers: int | None) -> None:
        self.procedures += 1
        self.unknown += review.lines is None
        self.counted += dossiers is not None
        for line in review.lines or ():
            self.components += 1
            self.verdicts[line.verdict] += 1
            self.overdue += line.overdue
            self.needs_review += not line.sure
            spared = line.demands * (dossiers or 0)
            self.at_most += spared
            self.at_least += 0 if line.conditional else spared


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole, and each group by name; a procedure on two lists, or handled at two levels, counts in both."""

    whole: Tally
    groups: Mapping[str, tuple[Tally, ...]]


def totals(report: Report, dossiers: Mapping[str, int] | None = None) -> Totals:
    """`dossiers`: how many of each procedure are filed a year, by code."""
    whole = Tally("")
    groups: dict[str, dict[str, Tally]] = {group: {} for group in GROUPS}
    for review in report.reviews:
        filed = (dossiers or {}).get(review.code)
        whole.add(review, filed)
        for group, names in _groups_of(review).items():
            for name in names:
                groups[group].setdefault(name, Tally(name)).add(review, filed)
    return Totals(whole, {g: tuple(found[name] for name in sorted(found)) for g, found in groups.items()})


def _groups_of(review: Review) -> dict[str, Iterable[str]]:
    return {
        "list": [name for name, _ in review.lists],
        "sector": [review.sector],
        "agency": [review.agency],
        "level": review.levels,
    }


# ---- membership of Directive 24's annexes ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proposal:
    """A procedure that is proposed for an annex, stands on it as loaded, or both. `papers`: position and type."""

    code: str
    name: str | None
    sector: str | None
    agency: str | None
    papers: tuple[tuple[int, str], ...]
    needs_review: bool
    loaded: MemberStatus | None

    @property
    def proposed(self) -> bool:
        return bool(self.papers)


def proposals(report: Report, catalogue: Catalogue, list_id: str) -> tuple[Proposal, ...]:
    """Who should stand on the annex by what the dossiers ask for, beside who does, by code.

    `needs_review`: every line that speaks for the procedure waits for a person's reading.
    """
    source = PROPOSED_BY[list_id]
    loaded = _members(catalogue, list_id, report.as_of)
    found = {}
    for r in report.reviews:
        lines = [(line, codes) for line in r.lines or () if (codes := _held_in(line, source))]
        if lines or r.code in loaded:
            papers = tuple((line.position, code) for line, codes in lines for code in codes)
            doubtful = bool(lines) and not any(line.sure for line, _ in lines)
            status = loaded[r.code].status if r.code in loaded else None
            found[r.code] = Proposal(r.code, r.name, r.sector, r.agency, papers, doubtful, status)
    for code in loaded.keys() - found.keys():
        found[code] = Proposal(code, loaded[code].name, None, None, (), False, loaded[code].status)
    return tuple(found[code] for code in sorted(found))


def _held_in(line: Line, source: Source) -> list[str]:
    return [p.document_type for p in line.papers if any(s.source is source for s in p.replaced_by)]


def _members(catalogue: Catalogue, list_id: str, on: date) -> dict[str, ListMember]:
    return {m.code: m for m in catalogue.members_on(list_id, on)}


# ---- what NQ 66.7's annex I replaced --------------------------------------------------------------------------------


class Asked(StrEnum):
    """Whether a definition still asks for a paper that the annex replaced; the worst first."""

    STILL = "still_asked"
    IF_NOT_FOUND = "only_if_not_found"
    NO_MORE = "no_longer_asked"
    UNKNOWN = "not_known"


_WORST = tuple(Asked)
# Who asks for a proof in general words asks for these papers among others: the annex names the paper, many published
# definitions only what it has to prove.
_PROOFS = {
    "GCN_QSDD": frozenset({"GIAY_TO_CHO_O"}),
    "GIAY_KHAI_SINH": frozenset({"GIAY_TO_QUAN_HE_NHAN_THAN"}),
    "GIAY_CN_KET_HON": frozenset({"GIAY_TO_QUAN_HE_NHAN_THAN"}),
}


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """A procedure of the annex. `papers`: for each type the annex names, whether and in which lines it is asked for.

    `overdue_since` is the deadline where the procedure still asks. `needs_review`: the answer rests on a doubtful line,
    or on one that asks in general words.
    """

    code: str
    name: str | None
    agency: str | None
    asked: Asked
    papers: tuple[tuple[str, Asked, tuple[int, ...]], ...]
    overdue_since: date | None
    needs_review: bool


def annex_rows(report: Report, catalogue: Catalogue, deadline: date | None) -> tuple[AnnexRow, ...]:
    """Every procedure of NQ 66.7's annex I on the day, by code; `deadline`: by when its components had to go."""
    reviews = {r.code: r for r in report.reviews}
    members = _members(catalogue, NAMING_LIST, report.as_of)
    return tuple(_annex_row(members[code], reviews.get(code), deadline, report.as_of) for code in sorted(members))


def _annex_row(member: ListMember, review: Review | None, deadline: date | None, on: date) -> AnnexRow:
    lines = review.lines if review else None
    papers = tuple((code, *_asked(code, lines)) for code in sorted(member.document_types))
    asked = min((a for _, a, _ in papers), key=_WORST.index, default=Asked.UNKNOWN)
    asking = [line for line in lines or () if member.document_types.intersection(line.document_types)]
    in_general_words = not asking and asked in (Asked.STILL, Asked.IF_NOT_FOUND)
    # A doubtful line may ask for it although it was read otherwise.
    doubtful = [line for line in (asking or lines or ()) if not line.sure]
    overdue = asked is Asked.STILL and deadline is not None and deadline <= on
    return AnnexRow(
        code=member.code,
        name=review.name if review else member.name,
        agency=review.agency if review else None,
        asked=asked,
        papers=papers,
        overdue_since=deadline if overdue else None,
        needs_review=in_general_words or (bool(doubtful) if not asking else len(doubtful) == len(asking)),
    )


def _asked(code: str, lines: Iterable[Line] | None) -> tuple[Asked, tuple[int, ...]]:
    if lines is None:
        return Asked.UNKNOWN, ()
    asking = [line for line in lines if code in line.document_types] or [line for line in lines if _proves(line, code)]
    if not asking:
        return Asked.NO_MORE, ()
    still = [line for line in asking if not line.yields]
    return (Asked.STILL if still else Asked.IF_NOT_FOUND), tuple(line.position for line in still or asking)


def _proves(line: Line, code: str) -> bool:
    return not _PROOFS.get(code, frozenset()).isdisjoint(line.document_types)
