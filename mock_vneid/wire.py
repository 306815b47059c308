"""Payloads of the faces as the sandbox reads them: this project's own JSON profile; README.md says what is observed."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mock_vneid.ids import HolderKind, id_problem
from mock_vneid.specs import DocumentType, Words, mistake


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# Of one question: a dossier has up to 200 components, each with its alternatives.
MOST_TYPES = 512

RequestId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["0d8f1a52-6f0e-4d43-9c57-3b8f0c1f7a10"])]


class HolderRef(Wire):
    kind: HolderKind
    id: str = Field(examples=["042190000001"])

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        if problem := id_problem(self.kind, self.id):
            raise mistake(problem)
        return self


class Query(Wire):
    """What an office asks a source: both faces take the same body."""

    request_id: RequestId
    procedure: Annotated[str, Field(pattern=r"^[0-9]\.[0-9]{6}$", examples=["1.001193"])]
    officer: Words = Field(examples=["CB-0001"])
    purpose: Words = Field(examples=["paper-demand"])
    holder: HolderRef
    types: Annotated[list[DocumentType], Field(min_length=1, max_length=MOST_TYPES)]


def read_query(body: bytes) -> Query:
    """The query in this body. ValueError, saying field by field what is wrong and never repeating what was sent."""
    try:
        return Query.model_validate_json(body)
    except ValidationError as error:
        raise ValueError(mistakes(error)) from None


def mistakes(error: ValidationError) -> str:
    """Field by field, and nothing of what was sent."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(said(mistake["loc"], mistake["msg"]) for mistake in found)


def said(where: tuple[int | str, ...], what: str) -> str:
    place = ".".join(str(step) for step in where)
    return f"{place}: {what}" if place else what
