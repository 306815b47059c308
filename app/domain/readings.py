"""What a component's official text asks for, as far as the service (or a reviewer) could read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.catalogue import Relation


class ComponentKind(StrEnum):
    OFFICIAL_DOCUMENT = "official_document"
    PARTY_DOCUMENT = "party_document"
    MIXED = "mixed"
    INSTRUCTION = "instruction"
    DATA_STATEMENT = "data_statement"


class AskedForm(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    CERTIFIED_COPY = "certified_copy"
    ELECTRONIC = "electronic"
    ORIGINAL_OR_COPY = "original_or_copy"
    PRESENT = "present"
    MIXED = "mixed"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True, slots=True)
class Because:
    """Words of the text that decided something: `what` (document_type, form, …), the `words`, what they say."""

    what: str
    words: str
    says: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person should look at the reading; `words` are those of the text it is about."""

    code: str
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """`document_types` in the order of the text; `relation` is None where no paper is asked for."""

    kind: ComponentKind
    document_types: tuple[str, ...]
    relation: Relation | None
    form: AskedForm
    conditional: bool
    because: tuple[Because, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def needs_review(self) -> bool:
        return bool(self.doubts)

    def body(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "document_types": list(self.document_types),
            "relation": self.relation.value if self.relation else None,
            "form": self.form.value,
            "conditional": self.conditional,
            "because": [[b.what, b.words, b.says] for b in self.because],
            "doubts": [[d.code, d.words] for d in self.doubts],
        }

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Reading":
        return cls(
            kind=ComponentKind(body["kind"]),
            document_types=tuple(body["document_types"]),
            relation=Relation(body["relation"]) if body["relation"] else None,
            form=AskedForm(body["form"]),
            conditional=body["conditional"],
            because=tuple(Because(*b) for b in body.get("because") or ()),
            doubts=tuple(Doubt(*d) for d in body.get("doubts") or ()),
        )
