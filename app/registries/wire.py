"""The sources' payloads; nobody else sees them. What is more than agreed is passed over, what is less is garbage."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

BirthText = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$")]
Code = Annotated[str, StringConstraints(max_length=64)]
Name = Annotated[str, StringConstraints(max_length=300)]
Ref = Annotated[str, StringConstraints(max_length=128, pattern=r"^[!-~]+$")]


class Wire(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Holder(Wire):
    kind: Literal["person", "organization"]
    id: Annotated[str, StringConstraints(max_length=20)]


class Document(Wire):
    """A document's facts, from a wallet's signed payload or a data service's record."""

    document_type: Code
    document_id: Ref
    holder: Holder
    full_name: Name | None = None
    birth_date: BirthText | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None


class SignedDocument(Document):
    request_id: Ref
    account_level: int | None = None


class WalletResult(Wire):
    document_type: Code
    status: Literal["linked", "not_linked", "absent"]
    document: str | None = None


class WalletAnswer(Wire):
    request_id: Ref
    results: Annotated[list[WalletResult], Field(max_length=64)]


class Person(Wire):
    id: Annotated[str, StringConstraints(max_length=20)]
    full_name: Name | None = None
    birth_date: BirthText | None = None


class ServiceAnswer(Wire):
    error_code: Literal["00"]
    request_id: Ref
    answered_at: datetime
    person: Person | None = None
    records: Annotated[list[Document], Field(max_length=64)]


class Refusal(Wire):
    error_code: Annotated[str, StringConstraints(max_length=16)] | None = None


class Token(Wire):
    access_token: Annotated[str, StringConstraints(min_length=1, max_length=16384)]
    expires_in: Annotated[int, Field(gt=0, le=86400)]
