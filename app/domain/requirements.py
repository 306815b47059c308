"""What a demanded paper may be met with, and which sources have to be asked about it. Pure: no source is asked here."""

from dataclasses import dataclass
from datetime import date

from app.domain.catalogue import Catalogue, Component, DocumentKind, DocumentType, Procedure, Relation, TypeSource
from app.domain.errors import HolderRequired
from app.domain.persons import SubjectKind
from app.domain.values import Frozen


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demanded type within a procedure (and case): its components and what may stand in for it.

    `alternatives` are, for each component that contains the type, the other official types that would do there;
    they count only when every such component is a choice (`any_of`), and are empty otherwise.
    """

    document_type: DocumentType
    components: tuple[Component, ...]
    alternatives: tuple[tuple[DocumentType, ...], ...]

    def types(self) -> tuple[DocumentType, ...]:
        """The type itself and its alternatives, each once."""
        return tuple(dict.fromkeys((self.document_type, *(t for choice in self.alternatives for t in choice))))


class Query(Frozen):
    """One type to be asked of one source about the holder; `service` is None for the wallet."""

    document_type: str
    service: str | None


def resolve(
    catalogue: Catalogue, procedure: Procedure, code: str, holder: SubjectKind, *, case: str | None, named: bool
) -> Requirement:
    """The requirement a demand for `code` rests on.

    Raises UnknownDocumentType, and HolderRequired when the paper cannot be the holder's (`named`: the demand said
    whose it is).
    """
    document_type = catalogue.document_type(code)
    if not document_type.may_belong_to(holder):
        raise HolderRequired(document_type=code, subject=document_type.subject.value, named=named)
    components = tuple(c for c in procedure.in_case(case) if code in c.document_types)
    choices: tuple[tuple[DocumentType, ...], ...] = ()
    if components and all(c.relation is Relation.ANY_OF for c in components):
        choices = tuple(_stand_ins(catalogue, component, code, holder) for component in components)
    return Requirement(document_type, components, choices)


def _stand_ins(catalogue: Catalogue, component: Component, code: str, holder: SubjectKind) -> tuple[DocumentType, ...]:
    others = (catalogue.document_type(other) for other in component.document_types if other != code)
    return tuple(t for t in others if t.kind is DocumentKind.OFFICIAL and t.may_belong_to(holder))


def sources_of(requirement: Requirement, procedure: str, on: date) -> dict[str, tuple[TypeSource, ...]]:
    """Wallet and registry sources in force, by type code, of the type and of each alternative."""
    return {t.code: t.sources_for(procedure, on) for t in requirement.types()}


def queries(requirement: Requirement, procedure: str, on: date) -> tuple[Query, ...]:
    """The wallet and registry questions about the type and its alternatives."""
    by_code = sources_of(requirement, procedure, on)
    return tuple(Query(code, source.service) for code, sources in by_code.items() for source in sources)
