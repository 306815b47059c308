"""A procedure as the province or the national portal publishes it, and the version the gate judges with.

A definition holds the official words of each component beside the reading of them. Readings are part of what is
published: a decision replays to the same bytes after the dictionary has learnt more.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from app.domain.catalogue import Acceptance, Component, Form, Procedure, Relation
from app.domain.readings import AskedForm, ComponentKind, Reading

# Present-day procedures began with the two-level local government; a file that gives no date means this one.
FIRST_DAY = date(2025, 7, 1)

_FORMS = {
    AskedForm.ORIGINAL: Form.ORIGINAL,
    AskedForm.PRESENT: Form.ORIGINAL,
    AskedForm.CERTIFIED_COPY: Form.CERTIFIED_COPY,
    AskedForm.ELECTRONIC: Form.ELECTRONIC,
    AskedForm.COPY: Form.COPY,
    AskedForm.ORIGINAL_OR_COPY: Form.COPY,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a dossier in its official words. `corrected`: the reading is a reviewer's."""

    position: int
    text: str
    reading: Reading
    corrected: bool = False

    @property
    def doubtful(self) -> bool:
        return self.reading.needs_review and not self.corrected


@dataclass(frozen=True, slots=True)
class Definition:
    """One dated version; `parts` is None where nobody has said what the dossier consists of.

    `retired`: the procedure was abolished, and from `valid_from` on nobody may be asked for anything under it.
    """

    code: str
    name: str
    sector: str
    level: str
    agency: str
    valid_from: date
    parts: tuple[Part, ...] | None
    basis: str | None = None
    retired: bool = False

    @property
    def words(self) -> tuple[tuple[int, str], ...] | None:
        """The official words, line by line: two definitions with the same ones ask for the same papers."""
        return None if self.parts is None else tuple((p.position, text_key(p.text)) for p in self.parts)


def text_key(text: str) -> str:
    """What makes two component texts the same: their letters, whatever their case, spacing and list marks.

    A correction is of a text, so it holds wherever the same words stand.
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    letters = " ".join("".join(c if c.isalnum() else " " for c in plain).split())
    return hashlib.sha256(letters.encode("utf-8", "replace")).hexdigest()[:20]


def corrected(definition: Definition, corrections: dict[str, Reading]) -> Definition:
    """The definition with reviewers' readings in place of the service's own."""
    if not corrections or definition.parts is None:
        return definition
    return replace(definition, parts=tuple(_corrected(p, corrections) for p in definition.parts))


def _corrected(part: Part, corrections: dict[str, Reading]) -> Part:
    reading = corrections.get(text_key(part.text))
    return part if reading is None else replace(part, reading=reading, corrected=True)


def procedure_of(definition: Definition) -> Procedure:
    """What the gate judges with: the lines that ask for papers, as they were read."""
    parts = definition.parts or ()
    return Procedure(
        code=definition.code,
        name=definition.name,
        sector=definition.sector,
        level=definition.level,
        agency=definition.agency,
        valid_from=definition.valid_from,
        components=tuple(_component(p) for p in parts if p.reading.document_types),
        basis=definition.basis,
        components_known=definition.parts is not None,
        doubtful=tuple(p.position for p in parts if p.doubtful),
        retired=definition.retired,
    )


def renamed(procedure: Procedure, definition: Definition) -> Procedure:
    """The same components under the name, the agency and from the day of a later definition."""
    return replace(
        procedure,
        name=definition.name,
        sector=definition.sector,
        level=definition.level,
        agency=definition.agency,
        valid_from=definition.valid_from,
        retired=definition.retired,
    )


def _component(part: Part) -> Component:
    reading = part.reading
    types = reading.document_types
    return Component(
        position=part.position,
        name=part.text,
        document_types=types,
        # The words may name one class of paper that has several codes ("legal papers of a person"): any of them.
        relation=Relation.ONE if len(types) == 1 else _several(reading.relation),
        form=_FORMS.get(reading.form) or _unsaid(reading.kind),
        mandatory=not reading.conditional and reading.kind is not ComponentKind.DATA_STATEMENT,
        acceptance=Acceptance.ELECTRONIC if reading.form is AskedForm.ELECTRONIC else Acceptance.DATA_FIRST,
        mandatory_when=part.text if reading.conditional else None,
    )


def _several(relation: Relation | None) -> Relation:
    return Relation.ALL_OF if relation is Relation.ALL_OF else Relation.ANY_OF


def _unsaid(kind: ComponentKind) -> Form:
    """A form the words do not name: one's own paper is handed in itself, an official one as a plain copy."""
    return Form.ORIGINAL if kind is ComponentKind.PARTY_DOCUMENT else Form.COPY
