"""What a component's official text asks for, as far as the service (or a reviewer) could read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.catalogue import Relation
from app.domain.decisions import Text


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
    """Words of the text that decided something, and what they say.

    `what`: document_type (says the codes, joined by |), writer, kind, relation, form or conditional.
    """

    what: str
    words: str
    says: str


# Why the service is not sure of a reading of its own.
DOUBTS = {
    "cut_off": Text(
        "Văn bản nguồn bị cắt giữa chừng: phần sau chưa được đọc.", "The source text is cut off: the rest was not read."
    ),
    "writer_unnamed": Text(
        "Không nêu ai lập hoặc cấp giấy tờ này: có thể do cơ quan nhà nước hoặc do người nộp.",
        "The text does not say who writes or issues this paper: an authority or the applicant.",
    ),
    "relation_unclear": Text(
        "Liệt kê nhiều giấy tờ mà không nói phải nộp tất cả hay chỉ một trong số đó.",
        "Several papers are listed without saying whether all are due or any one of them.",
    ),
    "named_or_asked": Text(
        "Một giấy tờ đứng cạnh giấy tờ chỉ được nhắc đến: không rõ có phải nộp hay không.",
        "A paper stands beside one that is only mentioned: it may be asked for or not.",
    ),
    "forms_differ": Text(
        "Các giấy tờ được yêu cầu ở hình thức khác nhau; chỉ ghi được một hình thức chung.",
        "The papers are asked for in different forms; only one form can be recorded.",
    ),
    "no_known_paper": Text(
        "Không tìm thấy tên giấy tờ nào mà từ điển biết: có thể là hướng dẫn, có thể là giấy tờ lạ.",
        "No paper that the dictionary knows is named: this may be an instruction, or an unknown paper.",
    ),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person should look at the reading: a code of `DOUBTS`; `words` are those of the text it is about."""

    code: str
    words: str | None = None

    @property
    def text(self) -> Text:
        return DOUBTS[self.code]


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
