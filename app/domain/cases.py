"""One paper under judgment: the facts, seen through the law of the day, and the questions the steps ask of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.domain.catalogue import Catalogue, DocumentKind, DocumentType, Form, ListMember, Procedure, TypeSource
from app.domain.decisions import Finding, Outcome, Reason, Step
from app.domain.evidence import Answer, Lookup, LookupStatus, Source, judge
from app.domain.law import Citation, LawOn, TypeLaw
from app.domain.persons import SubjectKind
from app.domain.requirements import Query, Requirement, resolve, sources_of
from app.domain.values import Frozen

NO_PAPER_SERVICES = "no-paper-services"
CUTTING_LIST = "nq66.7-annex-2"
NAMING_LIST = "nq66.7-annex-1"
CT24_PROCEDURE_LISTS = ("ct24-annex-1", "ct24-annex-2")

# How many places are remembered, a few kilobytes each; then it begins anew.
_PLACES = 4096
_STANDS_AGAINST = frozenset({LookupStatus.EXPIRED, LookupStatus.REVOKED, LookupStatus.MISMATCH})


class Item(Frozen):
    """One demanded paper and what every source answered about it and about its alternatives."""

    ref: str
    document_type: str
    form: Form
    holder: SubjectKind
    holder_named: bool = False
    declined_sync: bool = False
    answers: tuple[Answer, ...] = ()


class Setting(Frozen):
    """What all papers of one demand share. `wait_over`: the office has waited for a silent source as long as it may."""

    procedure: Procedure
    on: date
    case: str | None = None
    wait_over: bool = False
    confirmed_lists_only: bool = False


class Verdict(Frozen):
    """What a step decides, before it is put in words."""

    rule: str
    outcome: Outcome
    reason: Reason
    cites: tuple[Citation, ...] = ()
    lookup: Lookup | None = None
    via: tuple[str, ...] = ()


class Inquiry(Frozen):
    """What has to be asked before a paper can be judged: the archive about `types`, the sources by `queries`."""

    types: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()


@dataclass(eq=False, slots=True)
class Place:
    """What catalogue and law say of one paper in one procedure on one day, whoever it is demanded of.

    It is the same for every demand of that day, and so are what has to be asked (`inquiry`) and the findings about the
    same answers (`ruled`, by what was answered): they are worked out once, and forgotten with the catalogue's revision.
    """

    procedure: Procedure
    law: LawOn
    requirement: Requirement
    lists: dict[str, ListMember]
    # The first deadline, passed by this day, by which the component had to be cut from the procedure.
    cut_by: date | None
    sources: dict[str, tuple[TypeSource, ...]]
    # Which answers are about this paper or a stand-in, from a source in force: facts judged again on another day may
    # hold answers of sources that do not serve on that one.
    answering: frozenset[tuple[str, Source, str | None]]
    inquiry: Inquiry | None = None
    ruled: dict[tuple[object, ...], Callable[..., Finding]] = field(default_factory=dict, repr=False)

    @property
    def overdue(self) -> bool:
        return self.cut_by is not None


@dataclass
class Case:
    """One paper under judgment: the facts, and the trace of what was looked at."""

    item: Item
    setting: Setting
    place: Place
    lookups: tuple[Lookup, ...]
    trace: list[Step] = field(default_factory=list)
    skipped_for_date: bool = False

    @property
    def law(self) -> LawOn:
        return self.place.law

    @property
    def requirement(self) -> Requirement:
        return self.place.requirement

    @property
    def lists(self) -> dict[str, ListMember]:
        return self.place.lists

    @property
    def sources(self) -> dict[str, tuple[TypeSource, ...]]:
        return self.place.sources

    @property
    def document_type(self) -> DocumentType:
        return self.place.requirement.document_type

    @property
    def no_paper_service(self) -> bool:
        """The service takes nothing on paper, from the day its rule holds."""
        return NO_PAPER_SERVICES in self.lists and self.law.in_force("no-paper-service")

    @property
    def electronic_only(self) -> bool:
        """Paper is demanded of a service that takes none."""
        return self.item.form is not Form.ELECTRONIC and self.no_paper_service

    def look(self, rule: str, applies: bool, *, in_force: bool = True, **values: Any) -> bool:
        """Note that a rule was looked at; True when it decides."""
        self.trace.append(Step(rule, in_force, applies, values))
        if applies and not in_force:
            self.skipped_for_date = True
        return applies and in_force

    def of(self, code: str) -> Iterable[Lookup]:
        return (x for x in self.lookups if x.document_type == code)


def place_of(item: Item, setting: Setting, catalogue: Catalogue, law: LawOn) -> Place:
    """Where the demand stands, remembered. Raises UnknownDocumentType, HolderRequired, MissingLaw."""
    procedure, on, confirmed = setting.procedure, setting.on, setting.confirmed_lists_only
    # The procedure by identity (the place keeps it alive): its components would have to be hashed each time.
    key = (id(procedure), law, on, setting.case, item.document_type, item.holder, confirmed)
    found = catalogue.memory.get(key)
    if isinstance(found, Place):
        return found
    requirement = resolve(
        catalogue, procedure, item.document_type, item.holder, case=setting.case, named=item.holder_named
    )
    memberships = _memberships(catalogue, setting, requirement.document_type)
    sources = sources_of(requirement, procedure.code, on)
    place = Place(
        procedure,
        law,
        requirement,
        {name: m for name, m in memberships.items() if law.list_law(name).period.covers(law.day)},
        _cut_by(requirement.document_type, memberships, law),
        sources,
        frozenset(
            {(code, s.source, s.service) for code, own in sources.items() for s in own}
            | {(code, Source.ARCHIVE, None) for code in sources}
        ),
    )
    if len(catalogue.memory) >= _PLACES:
        catalogue.memory.clear()
    catalogue.memory[key] = place
    return place


def lookups_of(item: Item, setting: Setting, place: Place) -> tuple[Lookup, ...]:
    """The answers that count, each with its status on the day."""
    return judge([a for a in item.answers if (a.document_type, a.source, a.service) in place.answering], setting.on)


def _memberships(catalogue: Catalogue, setting: Setting, document_type: DocumentType) -> dict[str, ListMember]:
    """The lists on which the procedure stands, as far as they speak of this paper."""
    found = catalogue.memberships(setting.procedure.code, setting.on, confirmed_only=setting.confirmed_lists_only)
    official = document_type.kind is DocumentKind.OFFICIAL
    return {
        name: member
        for name, member in found.items()
        if name == NO_PAPER_SERVICES
        or (name in (NAMING_LIST, CUTTING_LIST) and document_type.code in member.document_types)
        or (name in CT24_PROCEDURE_LISTS and official)
    }


def _cut_by(document_type: DocumentType, memberships: dict[str, ListMember], law: LawOn) -> date | None:
    """Since when the component should have been cut from the procedure, whatever becomes of the demand.

    A deadline that has passed stays passed: the end of the act that set it does not bring the component back to date.
    """
    if document_type.kind is DocumentKind.PARTY:
        return None
    deadlines = [law.list_law(name).cut_by for name in memberships]
    if document_type.code in law.rulebook.article_4:
        deadlines.append(law.rulebook.article_4_cut_by)
    return min((day for day in deadlines if day is not None and day <= law.day), default=None)


def to_link(case: Case) -> list[Lookup]:
    """What the citizen could link in the wallet, and nothing that another source speaks against."""
    return [
        x
        for x in case.lookups
        if x.status is LookupStatus.NOT_LINKED
        and not any(y.status in _STANDS_AGAINST for y in case.of(x.document_type))
    ]


def awaited_sources(case: Case) -> list[Lookup]:
    """The silent sources for which waiting is law on the day, by the general rule or the type's own earlier law."""
    general = case.law.in_force("wait-for-source")
    return [x for x in case.lookups if x.status is LookupStatus.NO_ANSWER and (general or own_law(case, x) is not None)]


def certified_copy_needless(case: Case) -> bool:
    """A certified copy is asked of a paper the State has data about: seeing the original is enough, by law."""
    sourced = bool(case.sources[case.document_type.code])
    in_force = case.law.in_force("no-certified-copy") or bool(own_laws(case))
    return case.item.form is Form.CERTIFIED_COPY and sourced and in_force


def binds(case: Case, lookup: Lookup) -> bool:
    """Using this source instead of paper is law on the day: by the general rule, or by the type's own earlier law."""
    return case.law.in_force(f"use-{lookup.source.value}") or own_law(case, lookup) is not None


def own_law(case: Case, lookup: Lookup) -> TypeLaw | None:
    return case.law.type_law(lookup.document_type, lookup.answer.service)


def own_laws(case: Case) -> list[TypeLaw]:
    """The earlier laws of the paper's own, by its sources in force."""
    code = case.document_type.code
    return [law for s in case.sources[code] if (law := case.law.type_law(code, s.service))]


def replaces(law: LawOn, document_type: str, source: TypeSource) -> bool:
    return law.in_force(f"use-{source.source.value}") or law.type_law(document_type, source.service) is not None


def once_each(cites: Iterable[Citation]) -> tuple[Citation, ...]:
    """Each provision once; a whole act only where none of its provisions is cited already."""
    kept: list[Citation] = []
    for c in cites:
        if not any(k.law == c.law and (k.provision == c.provision or c.provision is None) for k in kept):
            kept.append(c)
    return tuple(kept)
