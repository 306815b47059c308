"""The sources' payloads; nobody else sees them. What is more than agreed is passed over, what is less is garbage."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

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


class Content(Wire):
    """What stands on a document beyond what a check needs to know of it."""

    number: Name | None = None
    data: Annotated[dict[str, Any], Field(max_length=100)] | None = None


class WholeDocument(Document, Content):
    """A data service's record, to fill a form from."""


class WholeSignedDocument(SignedDocument, Content):
    """A wallet's document, to fill a form from."""


def told(document: WholeDocument | WholeSignedDocument) -> dict[str, str]:
    """All that stands on a document as texts by name; the agreed names go before those of its own data."""
    own = {name: str(said) for name, said in (document.data or {}).items() if type(said) in (str, int)}
    agreed = {
        "number": document.number,
        "full_name": document.full_name,
        "birth_date": document.birth_date,
        "issued_on": document.issued_on and document.issued_on.isoformat(),
        "valid_until": document.valid_until and document.valid_until.isoformat(),
    }
    return own | {name: said for name, said in agreed.items() if said}


class WalletResult(Wire):
    document_type: Code
    status: Literal["linked", "not_linked", "absent"]
    document: str | None = None


class WalletAnswer(Wire):
    request_id: Ref
    results: Annotated[list[WalletResult], Field(max_length=64)]


Shared = Name | int | bool | None


class SignedPresentation(Wire):
    """What a redeemed share code shows: `valid` and nothing more, or `status`, `holder` and the chosen `fields`."""

    request_id: Ref
    mode: Literal["validation", "sharing"]
    purpose: Name
    document_type: Code
    valid: StrictBool | None = None
    status: Literal["valid", "expired", "revoked", "absent"] | None = None
    holder: Holder | None = None
    fields: Annotated[dict[Code, Shared | dict[Code, Shared]], Field(max_length=64)] | None = None


class Redemption(Wire):
    request_id: Ref
    status: Literal["valid", "expired", "revoked", "absent"]
    presentation: str


class Person(Wire):
    id: Annotated[str, StringConstraints(max_length=20)]
    full_name: Name | None = None
    birth_date: BirthText | None = None


class WholePerson(Person):
    sex: Literal["male", "female"] | None = None


class ServiceAnswer(Wire):
    error_code: Literal["00"]
    request_id: Ref
    answered_at: datetime
    person: Person | None = None
    records: Annotated[tuple[Document, ...], Field(max_length=64)]


class WholeServiceAnswer(ServiceAnswer):
    person: WholePerson | None = None
    records: Annotated[tuple[WholeDocument, ...], Field(max_length=64)]


class Refusal(Wire):
    error_code: Annotated[str, StringConstraints(max_length=16)] | None = None


class Token(Wire):
    access_token: Annotated[str, StringConstraints(min_length=1, max_length=16384)]
    expires_in: Annotated[int, Field(gt=0, le=86400)]
