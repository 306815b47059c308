"""The review of a day, kept with the catalogue it was made of: it takes a moment and is asked for page by page."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.cases import NAMING_LIST
from app.domain.catalogue import Catalogue, TypeSource
from app.domain.errors import UnknownList
from app.domain.law import Citation, Rulebook
from app.domain.restructuring import Line, Report, Review, review
from app.domain.restructuring_totals import PROPOSED_BY, AnnexRow, Proposal, annex_rows, proposals
from app.domain.text import plain
from app.domain.wording import database
from app.services.desk import Desk

_KEPT = 4
# One review at a time in a process: the gate shares its processor.
_TURN = threading.Lock()

Cell = str | int | None

LINE_COLUMNS = tuple(
    (
        "procedure_code procedure_name sector level agency lists position case text "
        "document_types relation form conditional verdict since still_asked replaced_by database "
        "rule citations deadline overdue confidence doubts corrected"
    ).split()
)
PROPOSAL_COLUMNS = ("list", "code", "name", "sector", "agency", "proposed", "loaded", "papers", "confidence")
ANNEX_COLUMNS = ("code", "name", "agency", "asked", "papers", "positions", "overdue_since", "confidence")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which procedures a report is about. Parts of the names of agency and sector are enough, without accents too."""

    on_list: str | None = None
    agency: str | None = None
    sector: str | None = None
    level: str | None = None

    def holds(self, r: Review) -> bool:
        return (
            (self.on_list is None or any(name == self.on_list for name, _ in r.lists))
            and (self.agency is None or plain(self.agency) in plain(r.agency))
            and (self.sector is None or plain(self.sector) in plain(r.sector))
            and (self.level is None or self.level in r.levels)
        )


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A report, and the catalogue and law it was made of."""

    report: Report
    catalogue: Catalogue
    rulebook: Rulebook

    def proposals(self, list_id: str) -> tuple[Proposal, ...]:
        """Raises UnknownList for another list than Directive 24's first two."""
        if list_id not in PROPOSED_BY:
            raise UnknownList(list=list_id)
        return proposals(self.report, self.catalogue, list_id)

    def annex_rows(self) -> tuple[AnnexRow, ...]:
        return annex_rows(self.report, self.catalogue, self.rulebook.lists[NAMING_LIST].cut_by)


async def reviewed(desk: Desk, on: date, as_known: date | None, scope: Scope = EVERYTHING) -> Reviewed:
    """What is to become of every component on a day. Raises NothingPublished, UnknownList, MissingLaw."""
    known_list(desk.rulebook, scope)
    known = await desk.db.read(desk.snapshots.known_on, as_known)
    confirmed = desk.settings.lists == "confirmed"
    return await asyncio.to_thread(reviewed_at_hand, known, desk.rulebook, on, scope, confirmed_lists_only=confirmed)


def reviewed_at_hand(
    known: Catalogue, rulebook: Rulebook, on: date, scope: Scope = EVERYTHING, *, confirmed_lists_only: bool = False
) -> Reviewed:
    """The same of a catalogue at hand. Raises UnknownList, MissingLaw."""
    known_list(rulebook, scope)
    report = _remembered(known, rulebook, on, confirmed_lists_only)
    if scope != EVERYTHING:
        report = report.only(scope.holds)
    return Reviewed(report, known, rulebook)


def known_list(rulebook: Rulebook, scope: Scope) -> None:
    """Raises UnknownList."""
    if scope.on_list is not None and scope.on_list not in rulebook.lists:
        raise UnknownList(list=scope.on_list)


def _remembered(known: Catalogue, rulebook: Rulebook, on: date, confirmed: bool) -> Report:
    with _TURN:
        kept = known.memory.setdefault("reviews", OrderedDict())
        assert isinstance(kept, OrderedDict)
        report = kept.pop((on, confirmed), None) or review(known, rulebook, on, confirmed_lists_only=confirmed)
        kept[on, confirmed] = report
        while len(kept) > _KEPT:
            kept.popitem(last=False)
        return report


# ---- rows of cells --------------------------------------------------------------------------------------------------


def line_rows(reviews: Iterable[Review]) -> Iterator[tuple[Cell, ...]]:
    """One row a component, by LINE_COLUMNS; a procedure with no known components has none."""
    for r in reviews:
        lists = " ".join(name for name, _ in r.lists)
        for line in r.lines or ():
            yield (
                *(r.code, r.name, r.sector, r.level, r.agency, lists, line.position, line.case, line.text),
                *("|".join(line.document_types), line.relation and line.relation.value, line.form and line.form.value),
                *(_yes(line.conditional), line.verdict.value, _day(line.since), "|".join(line.still_asked)),
                *("|".join(source_name(s) for s in sources_of(line)), "; ".join(databases_of(line))),
                *("|".join(dict.fromkeys(p.rule for p in line.deciding)), "; ".join(_cited(citations_of(line)))),
                *(_day(line.deadline), _yes(line.overdue), confidence(line.sure)),
                *("; ".join(f"{d.code}: {d.words}" if d.words else d.code for d in line.doubts), _yes(line.corrected)),
            )


def proposal_rows(list_id: str, found: Iterable[Proposal]) -> Iterator[tuple[Cell, ...]]:
    for p in found:
        papers = "|".join(f"{position}:{code}" for position, code in p.papers)
        loaded, sure = p.loaded and p.loaded.value, confidence(not p.needs_review)
        yield list_id, p.code, p.name, p.sector, p.agency, _yes(p.proposed), loaded, papers, sure


def annex_sheet_rows(rows: Iterable[AnnexRow]) -> Iterator[tuple[Cell, ...]]:
    for r in rows:
        papers = "|".join(f"{code}:{asked.value}" for code, asked, _ in r.papers)
        positions = "|".join(str(n) for n in sorted({n for _, _, found in r.papers for n in found}))
        sure = confidence(not r.needs_review)
        yield r.code, r.name, r.agency, r.asked.value, papers, positions, _day(r.overdue_since), sure


def sources_of(line: Line) -> tuple[TypeSource, ...]:
    """The sources that stand in for what the line asks for, each once."""
    return tuple(dict.fromkeys(s for p in line.papers for s in p.replaced_by))


def source_name(source: TypeSource) -> str:
    return f"{source.source.value}:{source.service}" if source.service else source.source.value


def database_name(source: TypeSource) -> str:
    return database(source.service) if source.service else "VNeID"


def databases_of(line: Line) -> tuple[str, ...]:
    return tuple(dict.fromkeys(database_name(s) for s in sources_of(line)))


def citations_of(line: Line) -> tuple[Citation, ...]:
    """The grounds of the line's verdict, each once."""
    return tuple(dict.fromkeys(c for p in line.deciding for c in p.citations))


def confidence(sure: bool) -> str:
    return "sure" if sure else "needs_review"


def _cited(citations: Iterable[Citation]) -> list[str]:
    return [f"{c.law}, {c.provision}" if c.provision else c.law for c in citations]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def dossier_counts(rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """Dossiers a year by procedure code; a code that stands twice counts the sum."""
    counts: dict[str, int] = {}
    for row in rows:
        code = row["procedure_code"]
        counts[code] = counts.get(code, 0) + int(row["dossiers_per_year"])
    return counts
