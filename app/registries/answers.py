"""Their status and codes → our reading, with the meaning beside each. Only a verified one about the holder counts."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from app.domain.evidence import Said
from app.domain.persons import Identity, Subject
from app.domain.values import Frozen


class NoAnswer(StrEnum):
    """Why a source gave no answer. None of these says anything about the citizen."""

    TIMEOUT = "timeout"  # not within the check's time budget
    UNREACHABLE = "unreachable"  # no connection, or cut off in the middle
    NO_TOKEN = "no_token"  # the source gave us no access token
    UNAUTHORIZED = "unauthorized"  # our token was refused, a fresh one too
    NOT_LICENSED = "not_licensed"  # 004: the procedure may not use this data
    NO_RIGHT = "no_right"  # 005: the officer's account has no right
    RATE_LIMITED = "rate_limited"  # 429
    SERVER_ERROR = "server_error"  # 5xx
    REJECTED = "rejected"  # any other 4xx: our request did not suit them
    TOO_LARGE = "too_large"  # more bytes than any honest answer has
    GARBAGE = "garbage"  # not the JSON, or not the shape, that was agreed
    WRONG_REQUEST = "wrong_request"  # an answer to another question
    WRONG_PERSON = "wrong_person"  # a document whose holder is somebody else
    STALE = "stale"  # an old message (the document's own dates are another matter)


# Refusals in the services' own words.
_REFUSALS = {"004": NoAnswer.NOT_LICENSED, "005": NoAnswer.NO_RIGHT}


def cause_of_status(status: int, error_code: str | None) -> str:
    """The cause behind an HTTP status that is not 200."""
    if error_code in _REFUSALS:
        return _REFUSALS[error_code].value
    if status == 429:
        return NoAnswer.RATE_LIMITED.value
    if status in (401, 403):
        return NoAnswer.UNAUTHORIZED.value
    return NoAnswer.SERVER_ERROR.value if status >= 500 else NoAnswer.REJECTED.value


class SourceFailed(Exception):
    """A whole call gave no answer; `cause` is one of NoAnswer, or what the signature door said."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Reading(Frozen):
    """What one source said about one type of one holder. `identity` is as written on the document, `content` all that
    is, where the errand asks for it.
    """

    document_type: str
    said: Said
    cause: str | None = None
    identity: Identity = Identity()
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None
    document_ref: str | None = None
    digest: str | None = None
    content: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        return f"Reading({self.document_type}, {self.said.value})"


def silent(document_type: str, cause: str) -> Reading:
    return Reading(document_type, Said.NO_ANSWER, cause)


class Reply(Frozen):
    """One call's readings; `person` is the population record, where the service gives one, and `record` all it says,
    where the errand asks for it.
    """

    readings: tuple[Reading, ...]
    person: Identity | None = None
    record: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        return f"Reply({list(self.readings)})"


class Errand(Frozen):
    """For what a source is asked: the procedure, the officer, the purpose; all of it is theirs to log.

    `content`: what the documents say is wanted, to fill a form; a check needs to know only that they are there.
    """

    request_id: str
    procedure: str
    officer: str
    purpose: str
    content: bool = False

    def about(self, holder: Subject, types: tuple[str, ...]) -> dict[str, Any]:
        """The body of the question. The number alone goes out: names are compared here, not there."""
        return {
            "request_id": self.request_id,
            "procedure": self.procedure,
            "officer": self.officer,
            "purpose": self.purpose,
            "holder": {"kind": holder.kind.value, "id": holder.id},
            "types": list(types),
        }
