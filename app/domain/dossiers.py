"""A dossier's life: national statuses, which move is allowed, and what is really still needed from the citizen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from app.domain.catalogue import Component, Procedure, Relation
from app.domain.decisions import Finding, Outcome
from app.domain.errors import CaseRequired, TransitionNotAllowed, UnknownCase, UnknownPosition


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


_MOVES: Mapping[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.RECEIVED, Status.NOT_RECEIVED, Status.SUPPLEMENT_REQUESTED}),
    Status.RECEIVED: frozenset({Status.IN_PROGRESS, Status.SUPPLEMENT_REQUESTED}),
    Status.IN_PROGRESS: frozenset({Status.SUPPLEMENT_REQUESTED}),
    Status.SUPPLEMENT_REQUESTED: frozenset({Status.IN_PROGRESS}),
}
# A notice to supplement moves the dossier to 5 from each of these; in 5 it may be sent again (and is warned about).
MAY_ASK_SUPPLEMENT = frozenset({Status.NEW, Status.RECEIVED, Status.IN_PROGRESS, Status.SUPPLEMENT_REQUESTED})
NEEDS_REASON = frozenset({Status.NOT_RECEIVED, Status.SUPPLEMENT_REQUESTED})
# Refused is here only the form: the document itself is still needed, in one of the finding's lawful forms.
_OUTCOMES_THAT_NEED_IT = frozenset(
    {Outcome.PAPER_LAWFUL, Outcome.REFUSE_PAPER_ELECTRONIC_ONLY, Outcome.REFUSE_CERTIFIED_COPY}
)

CODE = re.compile(r"[0-9A-Z.]{3,40}-[0-9]{6}-[0-9]{4,8}")


def moves_from(status: Status) -> frozenset[Status]:
    return _MOVES.get(status, frozenset())


def move(status: Status, to: Status) -> Status:
    """The new status. Raises TransitionNotAllowed, naming what is allowed."""
    if to not in moves_from(status):
        raise TransitionNotAllowed(status=int(status), to=int(to), allowed=sorted(int(s) for s in moves_from(status)))
    return to


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


def to_supply(component: Component, supplied: Supplied, findings: Sequence[Finding]) -> ToSupply | None:
    """What is really still needed for one component, or None: data that is there is never asked for.

    `findings` are those of the component's types. A choice is met by the first type that is there or refused by data;
    an optional component asks for nothing.
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
    if needed:
        forms = tuple(dict.fromkeys(form for f in needed for form in f.lawful_forms))
        types = tuple(f.document_type for f in needed)
        return ToSupply(component.position, types, component.relation, "supply", forms)
    if unlinked and supplied is Supplied.NONE:
        types = tuple(f.document_type for f in unlinked)
        return ToSupply(component.position, types, component.relation, "link_on_vneid", ())
    return None
