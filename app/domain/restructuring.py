"""The review (rà soát) of what procedures ask for: each component's words held against the law of a day.

The linter and the gate are one: a component is put to `place_of` and `assess` as a demand for its papers of a person
about whom every source in force holds everything. The archive is left out: what it holds is a fact about a person,
never about a type.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.cases import CUTTING_LIST, NO_PAPER_SERVICES, Item, Place, Setting, place_of, replaces
from app.domain.catalogue import (
    Acceptance,
    Catalogue,
    Component,
    DocumentKind,
    DocumentType,
    Form,
    MemberStatus,
    Procedure,
    Relation,
    TypeSource,
    TypeSubject,
)
from app.domain.data_clause import data_clause, handed_back, words_yield
from app.domain.decisions import Finding, Reason
from app.domain.definitions import Part, procedure_of
from app.domain.errors import ProcedureNotInForce
from app.domain.evidence import Answer, Said
from app.domain.law import Citation, Period, Rulebook
from app.domain.paper_demands import assess
from app.domain.persons import SubjectKind
from app.domain.readings import ComponentKind, Doubt
from app.domain.values import replace

# The rules on which a verdict can turn.
_RULES = ("not-in-dossier", "use-wallet", "use-registry", "no-paper-service")


class Verdict(StrEnum):
    """What is to become of a component as it is worded; in the order of weight, the heaviest first.

    - `not_lawful_since` a day: the words demand paper that data replace from that day on. Whoever asks for it while the
      sources hold it is refused by the gate. The words must go, or yield to data.
    - `cut`: a list in force has cut the paper from this procedure, whatever the sources hold. The line must go.
    - `electronic_only`: the service takes nothing on paper. What data do not give may be asked for as a file only.
    - `data_first`: the words themselves let data come first, and ask for paper only where the look-up finds nothing.
      Right as it is: the office looks up before it asks.
    - `keep`: the paper may be asked for (the parties write it, or no source holds it), or the line asks for none.
    """

    NOT_LAWFUL = "not_lawful_since"
    CUT = "cut"
    ELECTRONIC_ONLY = "electronic_only"
    DATA_FIRST = "data_first"
    KEEP = "keep"

    @property
    def weight(self) -> int:
        return _WEIGHTS[self]

    @property
    def needless(self) -> bool:
        """Following the verdict spares people this paper."""
        return self in (Verdict.NOT_LAWFUL, Verdict.CUT, Verdict.ELECTRONIC_ONLY)


_WEIGHTS = {verdict: n for n, verdict in enumerate(reversed(Verdict))}


class Origin(StrEnum):
    """Whose words were reviewed: the published definition's, or a curated procedure's where no definition is newer."""

    DEFINITION = "definition"
    CURATED = "curated"


@dataclass(frozen=True, slots=True)
class Paper:
    """One document type that a component asks for.

    `since`: from this day the verdict has been what it is, without a break; None where there is no such day.
    `replaced_by`: the sources that stand in for the paper on the day. `cut_by`: the passed deadline for cutting it.
    `reason`, `rule` and `citations` are the gate's own.
    """

    document_type: str
    verdict: Verdict
    since: date | None
    reason: Reason
    rule: str
    citations: tuple[Citation, ...] = ()
    replaced_by: tuple[TypeSource, ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    cut_by: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A component reviewed; its verdict is the heaviest of its papers'.

    `yields`: the words let data come first. `still_asked`: the papers that may be asked for without any look-up.
    `doubts`: why a person should read the words again before acting on the verdict; empty where the reading is sure.
    """

    position: int
    text: str
    document_types: tuple[str, ...]
    relation: Relation | None
    form: Form | None
    conditional: bool
    case: str | None
    yields: bool
    papers: tuple[Paper, ...]
    doubts: tuple[Doubt, ...] = ()
    corrected: bool = False

    @property
    def verdict(self) -> Verdict:
        return max((p.verdict for p in self.papers), key=_WEIGHTS.__getitem__, default=Verdict.KEEP)

    @property
    def deciding(self) -> tuple[Paper, ...]:
        verdict = self.verdict
        return tuple(p for p in self.papers if p.verdict is verdict)

    @property
    def since(self) -> date | None:
        """The first day on which one of the deciding papers got this verdict."""
        days = [p.since for p in self.deciding]
        return min((d for d in days if d), default=None)

    @property
    def deadline(self) -> date | None:
        """By when the words had to be changed, where that day has passed and they still demand the paper."""
        if self.verdict not in (Verdict.NOT_LAWFUL, Verdict.CUT):
            return None
        return min((p.cut_by for p in self.deciding if p.cut_by), default=None)

    @property
    def overdue(self) -> bool:
        return self.deadline is not None

    @property
    def sure(self) -> bool:
        return not self.doubts

    @property
    def still_asked(self) -> tuple[str, ...]:
        if self.relation is Relation.ANY_OF and any(p.verdict is not Verdict.KEEP for p in self.papers):
            return ()
        return tuple(p.document_type for p in self.papers if p.verdict is Verdict.KEEP)

    @property
    def demands(self) -> int:
        """How many papers one dossier is spared when the verdict is followed."""
        if not self.verdict.needless:
            return 0
        return 1 if self.relation is Relation.ANY_OF else sum(p.verdict.needless for p in self.papers)


@dataclass(frozen=True, slots=True)
class Review:
    """A procedure reviewed; `lines` is None where only its name is known: then nothing may be said about it."""

    code: str
    name: str
    sector: str
    level: str
    agency: str
    valid_from: date
    origin: Origin | None
    lists: tuple[tuple[str, MemberStatus], ...]
    lines: tuple[Line, ...] | None

    @property
    def levels(self) -> tuple[str, ...]:
        """A procedure may be handled at several levels."""
        return tuple(self.level.split("|"))


@dataclass(frozen=True, slots=True)
class Report:
    """All procedures in force on a day, by code."""

    as_of: date
    catalogue_revision: int
    rulebook_revision: str
    reviews: tuple[Review, ...]

    def only(self, holds: Callable[[Review], bool]) -> "Report":
        """The part of it about some procedures."""
        return replace(self, reviews=tuple(r for r in self.reviews if holds(r)))


def review(catalogue: Catalogue, rulebook: Rulebook, on: date, *, confirmed_lists_only: bool = False) -> Report:
    """Every procedure that is in force on a day. Raises MissingLaw."""
    # What the gate remembers of this catalogue stays untouched by a few thousand made-up demands.
    own = replace(catalogue, memory={})
    linter = _Linter(own, rulebook, on, confirmed_lists_only)
    reviews = (r for code in sorted(own.procedures) if (r := linter.procedure(code)))
    return Report(on, catalogue.revision, rulebook.revision, tuple(reviews))


class _Linter:
    """One run over a catalogue: what does not change from one component to the next is worked out once."""

    def __init__(self, catalogue: Catalogue, rulebook: Rulebook, on: date, confirmed_lists_only: bool) -> None:
        self.catalogue, self.rulebook, self.on = catalogue, rulebook, on
        self.confirmed = confirmed_lists_only
        self.law = rulebook.on(on)
        self.turns = sorted(day for day in self._turns() if day <= on)
        # Since when, by what it depends on: most papers of most procedures share it.
        self.known: dict[tuple[object, ...], date | None] = {}

    def _turns(self) -> set[date]:
        """The days on which a verdict can change."""
        rulebook, known = self.rulebook, self.catalogue
        lists = (CUTTING_LIST, NO_PAPER_SERVICES)
        periods = [v.period for name in _RULES for v in rulebook.rules[name]]
        periods += [t.period for t in rulebook.type_laws]
        periods += [rulebook.lists[name].period for name in lists]
        periods += [s.period for t in known.document_types.values() for s in t.sources]
        periods += [m.period for name in lists for own in known.members.get(name, {}).values() for m in own]
        return {day for p in periods for day in _turns_of(p)}

    def procedure(self, code: str) -> Review | None:
        try:
            version = self.catalogue.procedure(code, self.on)
        except ProcedureNotInForce:
            return None
        defined = self.catalogue.definition(code, self.on)
        origin: Origin | None = None
        lines: Iterator[Line] | None = None
        if defined is not None and defined.parts is not None and defined.valid_from >= version.valid_from:
            version = procedure_of(defined)
            origin, lines = Origin.DEFINITION, self._parts(version, defined.parts)
        elif version.components_known:
            origin, lines = Origin.CURATED, (self._curated(version, c) for c in version.components)
        memberships = self.catalogue.memberships(code, self.on, confirmed_only=self.confirmed)
        return Review(
            code=code,
            name=version.name,
            sector=version.sector,
            level=version.level,
            agency=version.agency,
            valid_from=version.valid_from,
            origin=origin,
            lists=tuple(sorted((name, m.status) for name, m in memberships.items())),
            lines=None if lines is None else tuple(lines),
        )

    def _parts(self, version: Procedure, parts: Iterable[Part]) -> Iterator[Line]:
        components = {c.position: c for c in version.components}
        for part in parts:
            reading, component = part.reading, components.get(part.position)
            yields = words_yield(part)
            papers = self._papers(version, component, yields) if component else ()
            yield Line(
                position=part.position,
                text=part.text,
                document_types=reading.document_types,
                relation=component.relation if component else None,
                form=component.form if component else None,
                conditional=reading.conditional,
                case=None,
                yields=yields,
                papers=papers,
                doubts=() if part.corrected else (*reading.doubts, *_own_doubts(part, papers, yields)),
                corrected=part.corrected,
            )

    def _curated(self, version: Procedure, component: Component) -> Line:
        yields = component.acceptance is Acceptance.DATA_FIRST
        return Line(
            position=component.position,
            text=component.name,
            document_types=component.document_types,
            relation=component.relation,
            form=component.form,
            conditional=not component.mandatory or component.case is not None,
            case=component.case,
            yields=yields,
            papers=self._papers(version, component, yields),
        )

    def _papers(self, version: Procedure, component: Component, yields: bool) -> tuple[Paper, ...]:
        # A line that takes a file asks for no paper, whatever form the file is of.
        form = Form.ELECTRONIC if component.acceptance is Acceptance.ELECTRONIC else component.form
        return tuple(self._paper(version, code, form, yields) for code in component.document_types)

    def _paper(self, version: Procedure, code: str, form: Form, yields: bool) -> Paper:
        document_type = self.catalogue.document_type(code)
        item = Item(code, code, form, _holder(document_type))
        place, verdict = self._verdict(version, item, yields, self.on)
        finding = self._finding(version, item, place, verdict)
        keep = verdict is Verdict.KEEP
        return Paper(
            document_type=code,
            verdict=verdict,
            since=None if keep else self._since(version, item, place, yields, verdict),
            reason=finding.reason,
            rule=finding.rule,
            citations=() if keep else finding.citations,
            replaced_by=_replacements(place),
            lists=tuple((note.list, note.status) for note in finding.lists),
            cut_by=place.cut_by,
        )

    def _verdict(self, version: Procedure, item: Item, yields: bool, on: date) -> tuple[Place, Verdict]:
        """The gate's own steps, without anybody's data: 1 cut, 4 data instead of paper, 2 to 7 no-paper services."""
        law = self.rulebook.on(on)
        place = place_of(item, self._setting(version, on), self.catalogue, law)
        replaced = bool(_replacements(place))
        no_paper = NO_PAPER_SERVICES in place.lists and law.in_force("no-paper-service")
        if CUTTING_LIST in place.lists and law.in_force("not-in-dossier"):
            return place, Verdict.CUT
        if replaced and not yields:
            return place, Verdict.NOT_LAWFUL
        if no_paper and item.form is not Form.ELECTRONIC:
            return place, Verdict.ELECTRONIC_ONLY
        return place, Verdict.DATA_FIRST if replaced else Verdict.KEEP

    def _finding(self, version: Procedure, item: Item, place: Place, verdict: Verdict) -> Finding:
        """What the gate says with everything held; on a no-paper service, what it says when nothing was found."""
        held = () if verdict is Verdict.ELECTRONIC_ONLY else tuple(everything_held(place.sources))
        return assess(replace(item, answers=held), self._setting(version, self.on), self.catalogue, self.law)

    def _since(self, version: Procedure, item: Item, place: Place, yields: bool, verdict: Verdict) -> date | None:
        members = self.catalogue.members
        listed = (members.get(name, {}).get(version.code, ()) for name in (CUTTING_LIST, NO_PAPER_SERVICES))
        lists = (tuple((m.period, m.status, item.document_type in m.document_types) for m in own) for own in listed)
        choices = tuple(tuple(_sources_ever(t, version.code) for t in c) for c in place.requirement.alternatives)
        own = _sources_ever(place.requirement.document_type, version.code)
        key = (own, choices, item.form is Form.ELECTRONIC, yields, verdict, *lists)
        if key not in self.known:
            self.known[key] = self._walk_back(version, item, yields, verdict)
        return self.known[key]

    def _walk_back(self, version: Procedure, item: Item, yields: bool, verdict: Verdict) -> date | None:
        since = None
        for day in reversed(self.turns):
            if self._verdict(version, item, yields, day)[1] is not verdict:
                break
            since = day
        return since

    def _setting(self, version: Procedure, on: date) -> Setting:
        return Setting(version, on, confirmed_lists_only=self.confirmed)


def _replacements(place: Place) -> tuple[TypeSource, ...]:
    """The sources that make the paper needless: its own, or else, in each component it is a choice in, a stand-in's.

    What the parties write themselves nothing makes needless.
    """
    law, sources = place.law, place.sources
    if place.requirement.document_type.kind is DocumentKind.PARTY:
        return ()

    def of(code: str) -> list[TypeSource]:
        return [s for s in sources[code] if replaces(law, code, s)]

    own = of(place.requirement.document_type.code)
    choices = [[s for t in choice for s in of(t.code)] for choice in place.requirement.alternatives]
    return tuple(own or (dict.fromkeys(s for c in choices for s in c) if choices and all(choices) else ()))


def _sources_ever(document_type: DocumentType, procedure: str) -> tuple[str, tuple[TypeSource, ...]]:
    """The sources a type has for a procedure on any day."""
    served = tuple(s for s in document_type.sources if not s.procedures or procedure in s.procedures)
    return document_type.code, served


def _own_doubts(part: Part, papers: tuple[Paper, ...], yields: bool) -> Iterator[Doubt]:
    """What makes the verdict unsure where the reading is sure."""
    replaced = [p for p in papers if p.verdict in (Verdict.NOT_LAWFUL, Verdict.DATA_FIRST)]
    if yields and len(replaced) > 1 and part.reading.kind is not ComponentKind.DATA_STATEMENT:
        yield Doubt("data_clause_reach", data_clause(part.text))
    if replaced and not yields and (words := handed_back(part.text)):
        yield Doubt("handed_back", words)


def everything_held(sources: Mapping[str, Iterable[TypeSource]]) -> Iterator[Answer]:
    """Every source in force holds the paper and all that may stand in for it."""
    for code, found in sources.items():
        for s in found:
            yield Answer(s.source, code, Said.DOCUMENT, checked_at="", service=s.service)


def _holder(document_type: DocumentType) -> SubjectKind:
    organization = document_type.subject is TypeSubject.ORGANIZATION
    return SubjectKind.ORGANIZATION if organization else SubjectKind.PERSON


def _turns_of(period: Period) -> Iterator[date]:
    if period.start:
        yield period.start
    if period.until:
        yield period.until + timedelta(days=1)
