"""What procedures ask for and where the State holds it: dated, published values that are never edited in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ComponentsUnknown, ProcedureNotInForce, UnknownDocumentType, UnknownProcedure
from app.domain.evidence import Source
from app.domain.law import Period
from app.domain.persons import SubjectKind

if TYPE_CHECKING:
    from app.domain.definitions import Definition


class DocumentKind(StrEnum):
    OFFICIAL = "official"
    PARTY = "party"


class TypeSubject(StrEnum):
    PERSON = "person"
    ORGANIZATION = "organization"
    ANY = "any"


class Relation(StrEnum):
    ONE = "one"
    ANY_OF = "any_of"
    ALL_OF = "all_of"


class Form(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    CERTIFIED_COPY = "certified_copy"
    ELECTRONIC = "electronic"


class Acceptance(StrEnum):
    DATA_FIRST = "data_first"
    PAPER_ONLY = "paper_only"
    ELECTRONIC = "electronic"


class MemberStatus(StrEnum):
    CONFIRMED = "confirmed"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class TypeSource:
    """A wallet or registry source of a document type; no `procedures` means all of them."""

    source: Source
    service: str | None
    period: Period
    procedures: frozenset[str]
    basis: str

    def serves(self, procedure: str, on: date) -> bool:
        return self.period.covers(on) and (not self.procedures or procedure in self.procedures)


@dataclass(frozen=True, slots=True)
class DocumentType:
    """`result_codes`: the national codes under which it is issued as a result; none where they are not known."""

    code: str
    name: str
    kind: DocumentKind
    subject: TypeSubject
    sources: tuple[TypeSource, ...] = ()
    basis: str | None = None
    result_codes: tuple[str, ...] = ()

    def sources_for(self, procedure: str, on: date) -> tuple[TypeSource, ...]:
        return tuple(s for s in self.sources if s.serves(procedure, on))

    def may_belong_to(self, kind: SubjectKind) -> bool:
        return self.kind is DocumentKind.PARTY or self.subject is TypeSubject.ANY or self.subject.value == kind.value


@dataclass(frozen=True, slots=True)
class Component:
    """One line of a procedure's dossier; without `case` it belongs to every case.

    `holder` says whose document it usually is (spouse, parent, …) where it is not the applicant's.
    `cites` are laws the procedure's own dossier text names where it lets a database replace the paper.
    """

    position: int
    name: str
    document_types: tuple[str, ...]
    relation: Relation
    form: Form
    mandatory: bool
    acceptance: Acceptance
    case: str | None = None
    holder: str | None = None
    cites: tuple[str, ...] = ()
    mandatory_when: str | None = None


@dataclass(frozen=True, slots=True)
class Processing:
    """The time an act gives a procedure: exactly one of the three, and the act it stands in.

    `same_day` is the time of day up to which a dossier is settled on the day it is received; later, on the next
    working day.
    """

    basis: str
    working_days: int | None = None
    working_hours: int | None = None
    same_day: time | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One dated version of an administrative procedure (TTHC).

    `components_known` is False where only the procedure's name is published: nothing may be judged by it.
    `doubtful` are positions whose official text was read by the service and waits for a person's review.
    `retired`: abolished from `valid_from` on. `processing` is None where no act is known to name the time it takes.
    """

    code: str
    name: str
    sector: str
    level: str
    agency: str
    valid_from: date
    components: tuple[Component, ...]
    basis: str | None = None
    components_known: bool = True
    doubtful: tuple[int, ...] = ()
    retired: bool = False
    processing: Processing | None = None
    cases: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cases", tuple(dict.fromkeys(c.case for c in self.components if c.case)))

    def in_case(self, case: str | None) -> tuple[Component, ...]:
        """The components of one case; of all cases when none is named."""
        return tuple(c for c in self.components if case is None or c.case is None or c.case == case)


@dataclass(frozen=True, slots=True)
class ListMember:
    """A procedure (or a document type) on a list; `document_types` are the papers its rows name.

    The rest is what the act writes beside it and nothing is judged by: its name, the data services that replace the
    papers, the provisions amended, the rows' numbers, the ministry.
    """

    list_id: str
    code: str
    period: Period
    status: MemberStatus
    basis: str
    document_types: frozenset[str] = frozenset()
    name: str | None = None
    services: tuple[str, ...] = ()
    provisions: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    field: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """The published catalogue at one revision."""

    revision: int
    document_types: Mapping[str, DocumentType]
    procedures: Mapping[str, tuple[Procedure, ...]]  # versions by valid_from, ascending
    members: Mapping[str, Mapping[str, tuple[ListMember, ...]]]  # list id → code → versions by their first day
    definitions: Mapping[str, "tuple[Definition, ...]"] = field(default_factory=dict)  # as published, by valid_from
    # What was worked out from this revision and need not be worked out again; no part of its value.
    memory: dict[object, object] = field(default_factory=dict, repr=False, compare=False)

    def document_type(self, code: str) -> DocumentType:
        try:
            return self.document_types[code]
        except KeyError:
            raise UnknownDocumentType(document_type=code) from None

    def procedure(self, code: str, on: date) -> Procedure:
        """The version in force on a day. Raises UnknownProcedure, ProcedureNotInForce."""
        versions = self.procedures.get(code)
        if not versions:
            raise UnknownProcedure(procedure=code)
        for version in reversed(versions):
            if version.valid_from <= on:
                if version.retired:
                    raise ProcedureNotInForce(procedure=code, on=on, retired_from=version.valid_from)
                return version
        raise ProcedureNotInForce(procedure=code, on=on, in_force_from=versions[0].valid_from)

    def judged_by(self, code: str, on: date) -> Procedure:
        """The version to judge with. Raises what `procedure` raises, and ComponentsUnknown."""
        version = self.procedure(code, on)
        if not version.components_known:
            raise ComponentsUnknown(procedure=code)
        return version

    def definition(self, code: str, on: date) -> "Definition | None":
        """What is published about a procedure on a day; None where nothing is."""
        return next((d for d in reversed(self.definitions.get(code, ())) if d.valid_from <= on), None)

    def name_of(self, code: str, on: date) -> str | None:
        """What a document type, or a procedure on a day, is called here; None where it is not known."""
        if code in self.document_types:
            return self.document_types[code].name
        try:
            return self.procedure(code, on).name
        except (UnknownProcedure, ProcedureNotInForce):
            return None

    def memberships(self, code: str, on: date, *, confirmed_only: bool = False) -> dict[str, ListMember]:
        """The lists a procedure stands on, on a day; candidates count unless they are made inert."""
        found = {}
        for list_id, members in self.members.items():
            member = _standing(members.get(code, ()), on)
            if member is None or (confirmed_only and member.status is not MemberStatus.CONFIRMED):
                continue
            found[list_id] = member
        return found

    def members_on(self, list_id: str, on: date) -> list[ListMember]:
        """Who stands on a list on a day, by code."""
        found = (_standing(versions, on) for _, versions in sorted(self.members.get(list_id, {}).items()))
        return [member for member in found if member]


def _standing(versions: Sequence[ListMember], on: date) -> ListMember | None:
    """The version that began last decides, also where it has ended: no earlier one comes back after it."""
    begun = (m for m in reversed(versions) if m.period.start is None or m.period.start <= on)
    last = next(begun, None)
    return last if last and last.period.covers(on) else None
