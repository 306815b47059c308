"""A dossier's life: national statuses, which move is allowed, and what is really still needed from the citizen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from app.domain.catalogue import Catalogue, Component, Form, Procedure, Relation
from app.domain.decisions import Finding, Outcome
from app.domain.errors import CaseRequired, HolderRequired, TransitionNotAllowed, UnknownCase, UnknownPosition
from app.domain.persons import Subject, SubjectKind


class Status(IntEnum):
    """National dossier statuses, by their numbers on the portal's wire."""

    NEW = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    IN_PROGRESS = 4
    SUPPLEMENT_REQUESTED = 5
    FEE_DUE = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


class Supplied(StrEnum):
    """How the citizen has offered one component."""

    NONE = "none"
    PAPER = "paper"
    ELECTRONIC = "electronic"
    WALLET = "wallet"


class Actor(StrEnum):
    """Who moves a dossier. The one-stop counter receives and returns; the handler also decides, and does the counter's
    moves where there is none (a dossier filed online). The system notes what happened elsewhere: paid, delivered.
    """

    ONE_STOP = "one_stop"
    HANDLER = "handler"
    CITIZEN = "citizen"
    SYSTEM = "system"


_OFFICE = frozenset({Actor.ONE_STOP, Actor.HANDLER})
_DECIDES = frozenset({Actor.HANDLER})
_NOTED = _OFFICE | {Actor.SYSTEM}
# The applicant withdraws; where they wrote so on paper, the office does it for them and says so in its reason.
_WITHDRAWS = _OFFICE | {Actor.CITIZEN}
# Every move there is, and who may make it. A status that is missing is an end.
_MOVES: Mapping[Status, Mapping[Status, frozenset[Actor]]] = {
    Status.NEW: {
        Status.RECEIVED: _OFFICE,
        Status.NOT_RECEIVED: _OFFICE,
        Status.SUPPLEMENT_REQUESTED: _OFFICE,
        Status.WITHDRAWN: _WITHDRAWS,
    },
    Status.RECEIVED: {
        Status.IN_PROGRESS: _OFFICE,
        Status.SUPPLEMENT_REQUESTED: _OFFICE,
        Status.FEE_DUE: _OFFICE,
        Status.WITHDRAWN: _WITHDRAWS,
    },
    Status.IN_PROGRESS: {
        Status.SUPPLEMENT_REQUESTED: _DECIDES,
        Status.FEE_DUE: _DECIDES,
        Status.WITHDRAWN: _WITHDRAWS,
        Status.STOPPED: _DECIDES,
        Status.DONE: _DECIDES,
    },
    Status.SUPPLEMENT_REQUESTED: {
        Status.IN_PROGRESS: _OFFICE,
        Status.WITHDRAWN: _WITHDRAWS,
        Status.STOPPED: _DECIDES,
    },
    Status.FEE_DUE: {
        Status.IN_PROGRESS: _NOTED,
        Status.WITHDRAWN: _WITHDRAWS,
        Status.STOPPED: _DECIDES,
    },
    Status.DONE: {Status.RETURNED: _NOTED},
}
# A notice to supplement moves the dossier to 5 from each of these; in 5 it may be sent again (and is warned about).
MAY_ASK_SUPPLEMENT = frozenset({Status.NEW, Status.RECEIVED, Status.IN_PROGRESS, Status.SUPPLEMENT_REQUESTED})
# In these the office has done its part, and its clock has stopped for good.
ENDED = frozenset({Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED, Status.DONE, Status.RETURNED})
NEEDS_REASON = frozenset(
    {Status.NOT_RECEIVED, Status.SUPPLEMENT_REQUESTED, Status.FEE_DUE, Status.WITHDRAWN, Status.STOPPED}
)
# Refused is here only the form: the document itself is still needed, in one of the finding's lawful forms.
_OUTCOMES_THAT_NEED_IT = frozenset(
    {Outcome.PAPER_LAWFUL, Outcome.REFUSE_PAPER_ELECTRONIC_ONLY, Outcome.REFUSE_CERTIFIED_COPY}
)

AGENCY = re.compile(r"[A-Z0-9]{1,8}(\.[A-Z0-9]{1,8}){0,5}")
"""An agency's code, as `000.00.00.H27` (QĐ 20/2020/QĐ-TTg); used with `fullmatch`."""
CODE = re.compile(r"[0-9A-Z.]{3,40}-[0-9]{6}-[0-9]{4,8}")


def moves_from(status: Status, actor: Actor = Actor.HANDLER) -> frozenset[Status]:
    """Where this actor may move a dossier that has this status."""
    return frozenset(to for to, actors in _MOVES.get(status, {}).items() if actor in actors)


def move(status: Status, to: Status, actor: Actor = Actor.HANDLER) -> Status:
    """The new status. Raises TransitionNotAllowed, naming what is allowed to this actor."""
    allowed = moves_from(status, actor)
    if to not in allowed:
        raise TransitionNotAllowed(status=int(status), to=int(to), allowed=sorted(int(s) for s in allowed))
    return to


def needs_reason(to: Status, actor: Actor) -> bool:
    """Whoever takes something back need not say why; an office that refuses, stops, or makes somebody wait does."""
    return to in NEEDS_REASON and actor is not Actor.CITIZEN


def province_of(agency: str) -> str:
    """What the codes of one province's agencies end with: `H27` of `000.00.12.H27`."""
    return agency.rsplit(".", 1)[-1]


def dossier_code(agency: str, received_on: date, counter: int) -> str:
    """`{agency}-{yyMMdd}-{counter}`, the counter of at least four digits (TT 01/2018/TT-VPCP)."""
    return f"{agency}-{received_on:%y%m%d}-{counter:04d}"


def components_of(procedure: Procedure, case: str | None, positions: Sequence[int]) -> tuple[Component, ...]:
    """The components a dossier in this case consists of.

    Raises CaseRequired (the procedure knows cases and none is named), UnknownCase, UnknownPosition.
    """
    if case is None and procedure.cases:
        raise CaseRequired(procedure=procedure.code, cases=list(procedure.cases))
    if case is not None and case not in procedure.cases:
        raise UnknownCase(procedure=procedure.code, cases=list(procedure.cases))
    components = procedure.in_case(case)
    known = {c.position for c in components}
    if strange := sorted(set(positions) - known):
        raise UnknownPosition(procedure=procedure.code, positions=strange, known=sorted(known))
    return components


@dataclass(frozen=True, slots=True)
class Holders:
    """Whose papers a dossier's are: the applicant's, except where somebody else is named for a position."""

    catalogue: Catalogue
    applicant: Subject
    named: Mapping[int, Subject]

    def papers(self, component: Component) -> dict[str, Subject | None]:
        """The types of a component that are judged, each with its named holder; None is the applicant.

        A mixed component asks for papers of persons and of organisations, so that nobody could have all of them. Of a
        choice those are judged that its holder can have. Where all are due, each is the named holder's or else the
        applicant's; what can be neither's is not judged, since nobody knows whom to look up, and stays to be supplied.

        Raises HolderRequired where one holder could have them all, and this one can not.
        """
        named = self.named.get(component.position)
        holder = named or self.applicant
        types = [self.catalogue.document_type(code) for code in component.document_types]
        strange = next((t for t in types if not t.may_belong_to(holder.kind)), None)
        if strange and any(all(t.may_belong_to(kind) for t in types) for kind in SubjectKind):
            facts = {"document_type": strange.code, "subject": strange.subject.value, "position": component.position}
            raise HolderRequired(**facts, named=named is not None)
        judged: dict[str, Subject | None] = {}
        for t in types:
            if t.may_belong_to(holder.kind):
                judged[t.code] = named
            elif component.relation is not Relation.ANY_OF and t.may_belong_to(self.applicant.kind):
                judged[t.code] = None
        return judged

    def of(self, document_type: str, components: Sequence[Component]) -> Subject | None:
        """Who was named for a component that asks for this paper; None is the applicant."""
        asking = (c for c in components if document_type in c.document_types)
        return next((holder for c in asking if (holder := self.papers(c).get(document_type))), None)


@dataclass(frozen=True, slots=True)
class ToSupply:
    """What one component still needs from the citizen; `action` is `supply` or `link_on_vneid`."""

    position: int
    document_types: tuple[str, ...]
    relation: Relation
    action: str
    forms: tuple[str, ...]

    def body(self) -> dict[str, object]:
        return {
            "position": self.position,
            "document_types": list(self.document_types),
            "relation": self.relation.value,
            "action": self.action,
            "forms": list(self.forms),
        }


def to_supply(
    component: Component, supplied: Supplied, findings: Sequence[Finding], *, on_paper: bool = True
) -> ToSupply | None:
    """What is really still needed for one component, or None: data that is there is never asked for.

    `findings` are those of the component's types. A choice is met by the first type that is there or refused by data;
    an optional component asks for nothing. Where all are due, a type without a finding is still needed: nobody said
    whose it is, so it could not be looked up. `on_paper`: the service takes paper.
    """
    if not component.mandatory or supplied in (Supplied.ELECTRONIC, Supplied.WALLET):
        return None
    needed = [f for f in findings if f.outcome in _OUTCOMES_THAT_NEED_IT]
    if supplied is Supplied.PAPER:
        needed = [f for f in needed if f.outcome is Outcome.REFUSE_PAPER_ELECTRONIC_ONLY]
    unlinked = [f for f in findings if f.outcome is Outcome.SYNC_FIRST]
    if component.relation is Relation.ANY_OF and len(needed) + len(unlinked) < len(findings):
        return None
    if component.relation is Relation.ANY_OF and supplied is Supplied.PAPER and len(needed) < len(findings):
        return None
    unjudged = _unjudged(component, findings) if supplied is Supplied.NONE or not on_paper else ()
    if needed or unjudged:
        wanted = {f.document_type: f.lawful_forms for f in needed}
        wanted |= dict.fromkeys(unjudged, (Form.ORIGINAL.value if on_paper else Form.ELECTRONIC.value,))
        types = tuple(code for code in component.document_types if code in wanted)
        forms = tuple(dict.fromkeys(form for code in types for form in wanted[code]))
        return ToSupply(component.position, types, component.relation, "supply", forms)
    if unlinked and supplied is Supplied.NONE:
        types = tuple(f.document_type for f in unlinked)
        return ToSupply(component.position, types, component.relation, "link_on_vneid", ())
    return None


def _unjudged(component: Component, findings: Sequence[Finding]) -> tuple[str, ...]:
    """The types that are due and could not be looked up; of a choice, none."""
    judged = {f.document_type for f in findings}
    due = component.document_types if component.relation is not Relation.ANY_OF else ()
    return tuple(code for code in due if code not in judged)
