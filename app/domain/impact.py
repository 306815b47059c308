"""What changes between two reviews: before a list, a law or an import takes effect, and for whom.

The two sides may be two days, two revisions of the catalogue, or what is published and what is drafted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.definitions import text_key
from app.domain.restructuring import Line, Report, Review, Verdict


class Turn(StrEnum):
    """What becomes of a procedure as a whole."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class LineChange:
    """A component whose verdict, or that of one of its papers, changes; None on the side where it does not stand."""

    before: Line | None
    after: Line | None

    @property
    def line(self) -> Line:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def lost(self) -> int:
        """Papers an office may no longer ask for (negative: may ask for again)."""
        return (self.after.demands if self.after else 0) - (self.before.demands if self.before else 0)


@dataclass(frozen=True, slots=True)
class ProcedureChange:
    """`joins` and `leaves`: lists it comes to stand on, and stands on no more."""

    code: str
    name: str
    sector: str
    level: str
    agency: str
    turn: Turn
    joins: tuple[str, ...]
    leaves: tuple[str, ...]
    lines: tuple[LineChange, ...]


@dataclass(slots=True)
class Office:
    """What changes for one agency: procedures, and components by the verdict they come to."""

    agency: str
    procedures: int = 0
    components: int = 0
    to: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))


@dataclass(frozen=True, slots=True)
class Impact:
    """Both sides by their day and revision, and every procedure that changes, by code."""

    before: Report
    after: Report
    procedures: tuple[ProcedureChange, ...]

    def offices(self) -> tuple[Office, ...]:
        found: dict[str, Office] = {}
        for p in self.procedures:
            office = found.setdefault(p.agency, Office(p.agency))
            office.procedures += 1
            office.components += len(p.lines)
            for change in p.lines:
                if change.after:
                    office.to[change.after.verdict] += 1
        return tuple(found[name] for name in sorted(found))


def impact(before: Report, after: Report) -> Impact:
    """What the second review says differently from the first."""
    old, new = ({r.code: r for r in report.reviews} for report in (before, after))
    changes = (_procedure(old.get(code), new.get(code)) for code in sorted(old.keys() | new.keys()))
    return Impact(before, after, tuple(c for c in changes if c))


def _procedure(before: Review | None, after: Review | None) -> ProcedureChange | None:
    known = after or before
    assert known is not None
    old, new = ({name for name, _ in r.lists} if r else set() for r in (before, after))
    lines = tuple(_lines((before and before.lines) or (), (after and after.lines) or ()))
    joins, leaves = tuple(sorted(new - old)), tuple(sorted(old - new))
    turn = Turn.ADDED if before is None else Turn.REMOVED if after is None else Turn.CHANGED
    if turn is Turn.CHANGED and not (lines or joins or leaves):
        return None
    return ProcedureChange(known.code, known.name, known.sector, known.level, known.agency, turn, joins, leaves, lines)


def _lines(before: Iterable[Line], after: Iterable[Line]) -> Iterator[LineChange]:
    """Components are the same where their words are; positions may shift. Of equal ones the first go with the first."""
    waiting: dict[str, list[Line]] = defaultdict(list)
    for line in before:
        waiting[_key(line)].append(line)
    for line in after:
        same = waiting[_key(line)]
        old = same.pop(0) if same else None
        if old is None or _said(old) != _said(line):
            yield LineChange(old, line)
    yield from (LineChange(line, None) for lines in waiting.values() for line in lines)


def _key(line: Line) -> str:
    return f"{text_key(line.text)}/{line.case or ''}"


def _said(line: Line) -> tuple[Verdict, Mapping[tuple[str, Verdict], int]]:
    """What a change is a change of; the same papers in another order are none."""
    return line.verdict, Counter((p.document_type, p.verdict) for p in line.papers)
