"""What the State's sources say about one holder and one document type, judged on a day.

Held, not linked, not held, expired, revoked, mismatch and no answer are seven different things to the last layer:
an outage never becomes a fact about a citizen.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from app.domain.values import Frozen


class Source(StrEnum):
    """Where the State holds a document, in the order of preference in which a refusal names it."""

    WALLET = "wallet"
    REGISTRY = "registry"
    ARCHIVE = "archive"


class LookupStatus(StrEnum):
    HELD = "held"
    NOT_LINKED = "not_linked"
    NOT_HELD = "not_held"
    EXPIRED = "expired"
    REVOKED = "revoked"
    MISMATCH = "mismatch"
    NO_ANSWER = "no_answer"


class Said(StrEnum):
    """What a source's verified answer amounts to, before any date is looked at."""

    DOCUMENT = "document"
    NOT_LINKED = "not_linked"
    NOTHING = "nothing"
    NO_ANSWER = "no_answer"


class Compared(StrEnum):
    """What the name and birth date on a document are held against: what was claimed, and the population record."""

    CLAIM = "claim"
    RECORD = "record"


class Answer(Frozen):
    """One source's answer as facts that can be stored and judged again: dates as returned, no name, id or number.

    `matches`: name and birth date agree with the claim and the population record; `disagrees_with` which of them they
    contradict, the claim where both (None also in facts from before it was kept). `document_ref` is opaque. `digest` is
    SHA-256 of the answer's bytes. `cause` says why there was no answer.
    """

    source: Source
    document_type: str
    said: Said
    checked_at: str
    service: str | None = None
    cause: str | None = None
    matches: bool = True
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None
    document_ref: str | None = None
    digest: str | None = None
    result_code: str | None = None
    disagrees_with: Compared | None = None

    def status(self, on: date) -> LookupStatus:
        """The lookup status on a day, from the dates the source returned; a date left out sets no limit."""
        match self.said:
            case Said.NO_ANSWER:
                return LookupStatus.NO_ANSWER
            case Said.NOT_LINKED:
                return LookupStatus.NOT_LINKED
            case Said.NOTHING:
                return LookupStatus.NOT_HELD
            case Said.DOCUMENT:  # pragma: no branch (the four are all there are; the type checker holds it)
                if not self.matches:
                    return LookupStatus.MISMATCH
                if self.revoked_on is not None and self.revoked_on <= on:
                    return LookupStatus.REVOKED
                if self.valid_until is not None and self.valid_until < on:
                    return LookupStatus.EXPIRED
                if self.issued_on is not None and self.issued_on > on:
                    return LookupStatus.NOT_HELD
                return LookupStatus.HELD


class Lookup(Frozen):
    """An answer with its status on the day of the demand."""

    answer: Answer
    status: LookupStatus

    @property
    def source(self) -> Source:
        return self.answer.source

    @property
    def document_type(self) -> str:
        return self.answer.document_type

    def body(self) -> dict[str, object]:
        a = self.answer
        return {
            "source": a.source,
            "service": a.service,
            "document_type": a.document_type,
            "status": self.status,
            "cause": a.cause,
            "checked_at": a.checked_at,
            "document_ref": a.document_ref,
            "issued_on": a.issued_on.isoformat() if a.issued_on else None,
            "valid_until": a.valid_until.isoformat() if a.valid_until else None,
            "digest": a.digest,
        }


def judge(answers: Iterable[Answer], on: date) -> tuple[Lookup, ...]:
    """Every answer with its status on the day."""
    return tuple([Lookup(a, a.status(on)) for a in answers])
