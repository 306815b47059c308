"""What a person has to bring for a procedure, and what the office must find by itself.

Nothing is decided here: the gate is asked what it would say of each paper if every source held it, and if none did. So
what people read beforehand is what an office is told at the counter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.cases import Item, Setting, replaces
from app.domain.catalogue import (
    Catalogue,
    Component,
    DocumentKind,
    DocumentType,
    Form,
    ListMember,
    Procedure,
    Relation,
    TypeSource,
    TypeSubject,
)
from app.domain.decisions import Finding, Outcome
from app.domain.definitions import Part, procedure_of
from app.domain.evidence import Answer, Said, Source
from app.domain.law import Citation, LawOn, Period
from app.domain.paper_demands import assess, inquire
from app.domain.persons import SubjectKind
from app.domain.values import replace

_USE_DATA = frozenset({Outcome.REFUSE_PAPER_USE_WALLET, Outcome.REFUSE_PAPER_USE_REGISTRY})


class Way(StrEnum):
    """How one paper gets into a dossier."""

    WRITE = "write"  # the applicant or the parties write it
    BRING = "bring"  # the State has no data instead of it: it is handed in or shown
    SEND = "send"  # the service takes nothing on paper: an electronic form
    LOOK_UP = "look_up"  # the office looks it up and must not ask for it
    CUT = "cut"  # a list in force has cut it: nobody may ask for it


@dataclass(frozen=True, slots=True)
class Paper:
    """One document type in one case of a procedure, on one day.

    `sources` replace the paper on that day; `instead` are other types whose data may stand in for it. `citations` bind
    the office. After a look-up in vain, `if_not_found` is the law by which it may ask in the form `then`, and
    `no_certified_copy` forbids asking for a certified copy. `overdue`: a list's deadline for cutting it has passed.
    """

    type: DocumentType
    way: Way
    citations: tuple[Citation, ...]
    sources: tuple[TypeSource, ...] = ()
    instead: tuple[DocumentType, ...] = ()
    then: Form = Form.ORIGINAL
    if_not_found: tuple[Citation, ...] = ()
    no_certified_copy: tuple[Citation, ...] = ()
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A component, or those papers of it that get into the dossier the same way.

    Of a choice (`any_of`) that the office can look up, `papers` are all alternatives, whatever the way of each.
    """

    component: Component
    way: Way
    papers: tuple[Paper, ...]
    doubtful: bool

    @property
    def is_choice(self) -> bool:
        return self.component.relation is Relation.ANY_OF and len(self.papers) > 1


@dataclass(frozen=True, slots=True)
class Guide:
    """One case of a procedure; `case` is None where it has none."""

    case: str | None
    needs: tuple[Need, ...]

    def by(self, *ways: Way) -> tuple[Need, ...]:
        return tuple(n for n in self.needs if n.way in ways)

    def papers(self, *ways: Way) -> tuple[Paper, ...]:
        """Each type once."""
        found = {p.type.code: p for n in self.needs for p in n.papers if p.way in ways}
        return tuple(found.values())

    @property
    def takes_no_paper(self) -> bool:
        """The service takes nothing on paper, not even after a look-up in vain."""
        return any(p.way is Way.SEND or p.then is Form.ELECTRONIC for n in self.needs for p in n.papers)

    @property
    def linkable(self) -> bool:
        """Something here can be linked on VNeID by the citizen, who may decline to."""
        return any(s.source is Source.WALLET for p in self.papers(Way.LOOK_UP) for s in p.sources)


@dataclass(frozen=True, slots=True)
class Guidance:
    """A procedure as people have to know it. Without known components there are no guides: nothing is promised.

    `remarks` are lines of the published dossier that ask for no paper, as far as the service could read them.
    `beyond` forbids asking for more than the dossier, `archive` makes the office look through its own results first.
    """

    procedure: Procedure
    day: date
    guides: tuple[Guide, ...]
    remarks: tuple[Part, ...]
    lists: tuple[ListMember, ...]
    beyond: tuple[Citation, ...]
    archive: tuple[Citation, ...]


def guidance(catalogue: Catalogue, law: LawOn, code: str, *, confirmed_only: bool = False) -> Guidance:
    """Raises UnknownProcedure, ProcedureNotInForce."""
    procedure = catalogue.procedure(code, law.day)
    # A memory of its own: readers of pages do not push out what the checks of the day have worked out.
    judged = replace(catalogue, memory={})
    asked = _Asked(procedure, judged, law, confirmed_only)
    cases = procedure.cases or (None,)
    guides = tuple(Guide(c, tuple(asked.needs(c))) for c in cases) if procedure.components_known else ()
    members = catalogue.memberships(code, law.day, confirmed_only=confirmed_only)
    in_force = (m for name, m in members.items() if law.list_law(name).period.covers(law.day))
    brings = any(p.type.kind is DocumentKind.OFFICIAL for g in guides for p in g.papers(Way.BRING))
    return Guidance(
        procedure,
        law.day,
        guides,
        _remarks(catalogue, procedure),
        tuple(sorted(in_force, key=lambda m: m.list_id)),
        law.cite_rule("not-in-dossier") if guides and not procedure.doubtful else (),
        law.cite_rule("use-archive") if brings else (),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The gate, asked about one procedure on one day."""

    procedure: Procedure
    catalogue: Catalogue
    law: LawOn
    confirmed_only: bool

    def needs(self, case: str | None) -> Iterator[Need]:
        setting = Setting(self.procedure, self.law.day, case, confirmed_lists_only=self.confirmed_only)
        for component in self.procedure.in_case(case):
            papers = [self._paper(code, setting) for code in component.document_types]
            doubtful = component.position in self.procedure.doubtful
            for way, found in _ways(component, papers):
                yield Need(component, way, found, doubtful)

    def _paper(self, code: str, setting: Setting) -> Paper:
        document_type = self.catalogue.document_type(code)
        held = self._finding(document_type, setting, Said.DOCUMENT)
        way = _way(held, document_type)
        if way is not Way.LOOK_UP:
            return Paper(document_type, way, held.citations, overdue=held.should_have_been_cut)
        day = self.law.day
        in_vain = self._finding(document_type, setting, Said.NOTHING)
        copied = self._finding(document_type, setting, Said.NOTHING, Form.CERTIFIED_COPY)
        return Paper(
            document_type,
            way,
            held.citations,
            sources=tuple(
                s for s in document_type.sources_for(self.procedure.code, day) if replaces(self.law, code, s)
            ),
            instead=tuple(self.catalogue.document_type(x) for x in held.via if x != code),
            then=Form.ELECTRONIC if in_vain.outcome is Outcome.REFUSE_PAPER_ELECTRONIC_ONLY else Form.ORIGINAL,
            if_not_found=in_vain.citations,
            no_certified_copy=copied.citations if copied.outcome is Outcome.REFUSE_CERTIFIED_COPY else (),
            overdue=held.should_have_been_cut,
        )

    def _finding(self, t: DocumentType, setting: Setting, said: Said, form: Form = Form.ORIGINAL) -> Finding:
        """What the gate says where every wallet and registry source asked answers the same."""
        holder = SubjectKind.ORGANIZATION if t.subject is TypeSubject.ORGANIZATION else SubjectKind.PERSON
        item = Item(t.code, t.code, form, holder, holder_named=True)
        queries = inquire(item, setting, self.catalogue, self.law).queries
        answers = (
            Answer(Source.REGISTRY if q.service else Source.WALLET, q.document_type, said, "", service=q.service)
            for q in queries
        )
        return assess(replace(item, answers=tuple(answers)), setting, self.catalogue, self.law)


def _way(held: Finding, document_type: DocumentType) -> Way:
    if held.outcome in _USE_DATA:
        return Way.LOOK_UP
    if held.outcome is Outcome.REFUSE_NOT_IN_DOSSIER:
        return Way.CUT
    if held.outcome is Outcome.REFUSE_PAPER_ELECTRONIC_ONLY:
        return Way.SEND
    return Way.WRITE if document_type.kind is DocumentKind.PARTY else Way.BRING


def _ways(component: Component, papers: list[Paper]) -> Iterator[tuple[Way, tuple[Paper, ...]]]:
    """The ways of a component's papers; a choice has one, the office's own work before the applicant's."""
    ways = {p.way for p in papers}
    if component.relation is not Relation.ANY_OF:
        for way in dict.fromkeys(p.way for p in papers):
            yield way, tuple(p for p in papers if p.way is way)
    elif ways == {Way.CUT}:
        yield Way.CUT, tuple(papers)
    else:
        left = tuple(p for p in papers if p.way is not Way.CUT)
        yield next(w for w in (Way.LOOK_UP, Way.SEND, Way.BRING, Way.WRITE) if w in ways), left


def _remarks(catalogue: Catalogue, procedure: Procedure) -> tuple[Part, ...]:
    """What else the published dossier says, where the procedure is judged by the service's own reading of it."""
    for definition in catalogue.definitions.get(procedure.code, ()):
        if definition.valid_from == procedure.valid_from and procedure_of(definition) == procedure:
            return tuple(p for p in definition.parts or () if not p.reading.document_types)
    return ()


def replaced_since(law: LawOn, document_type: str, source: TypeSource) -> date | None:
    """Since when, without a break, data of this source stand instead of the paper; None when they do not, on the day.

    The source has to be there and a rule, or an earlier law of the type's own, has to make it binding.
    """
    rules = [v.period for v in law.rulebook.rules[f"use-{source.source.value}"]]
    rules += [
        t.period for t in law.rulebook.type_laws if (t.document_type, t.service) == (document_type, source.service)
    ]
    start = _unbroken(rules, law.day)
    if start is None or not source.period.covers(law.day):
        return None
    return max(start, source.period.start or start)


def _unbroken(periods: Iterable[Period], day: date) -> date | None:
    """The first day of the stretch of covered days that ends on `day`."""
    start: date | None = None
    for period in sorted(periods, key=lambda p: p.start or date.min, reverse=True):
        at = day if start is None else start - timedelta(days=1)
        if period.covers(at):
            start = period.start or date.min
    return start
