"""What a citizen chooses to show once: a short code for one document, one purpose and one kind of reader.

Validation tells whether the document is good, and nothing else; sharing tells the fields that were chosen. All times
are the world's, in seconds since the epoch. Nothing here is HTTP.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from secrets import choice
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, model_validator

from mock_vneid.oidc.logins import Shelf
from mock_vneid.people import Holder, Holding, wallet_state
from mock_vneid.specs import DocumentType, Words, mistake
from mock_vneid.tokens import Client
from mock_vneid.wire import RequestId, Wire

TYPE = "vneid-presentation+jwt"
LONGEST = 300  # seconds a code may live
QR = "vneid-share:"

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as something else
_LENGTH = 10
_REMEMBERED = 24 * 3600  # seconds, so that a code that is used or too old is told so

Mode = Literal["validation", "sharing"]
Audience = Literal["office", "private", "any"]
Shown = Literal["full_name", "birth_date", "number", "issued_on", "valid_until", "revoked_on", "data"]
Status = Literal["valid", "expired", "revoked", "absent"]
FIELDS: tuple[Shown, ...] = get_args(Shown)


class Offer(Wire):
    """What is to be shown, to whom and what for."""

    mode: Mode
    document_type: DocumentType
    fields: Annotated[list[Shown], Field(min_length=1, max_length=len(FIELDS))] | None = Field(
        default=None, description="of sharing; left out: all"
    )
    purpose: Words = Field(examples=["Đăng ký thường trú"])
    audience: Audience = "any"
    ttl_seconds: Annotated[int, Field(strict=True, ge=1, le=LONGEST)] = LONGEST

    @model_validator(mode="after")
    def _of_its_mode(self) -> Self:
        if self.mode == "validation" and self.fields is not None:
            raise mistake("validation tells whether the document is good, and no field of it: leave fields out")
        return self


class Redemption(Wire):
    request_id: RequestId
    code: Annotated[str, Field(min_length=1, max_length=40)]
    purpose: Words | None = None
    procedure: Annotated[str, Field(pattern=r"^[0-9]\.[0-9]{6}$", examples=["1.001193"])] | None = None
    officer: Words | None = Field(default=None, examples=["CB-0001"])


class Refused(Exception):
    """Why a code opens nothing here and now: the HTTP status, the error code, and a sentence."""

    def __init__(self, status: int, code: str, says: str) -> None:
        super().__init__(says)
        self.status, self.code, self.says = status, code, says


@dataclass(slots=True)
class Presentation:
    """An offer under its code. `used_by`: the client and request that redeemed it, and `answer` what they were told."""

    code: str
    holder_id: str
    offer: Offer
    expires_at: float
    used_by: tuple[str, str] | None = None
    answer: dict[str, Any] | None = None

    @property
    def fields(self) -> tuple[Shown, ...]:
        if self.offer.mode == "validation":
            return ()
        return tuple(name for name in FIELDS if self.offer.fields is None or name in self.offer.fields)

    def check(self, client: Client, asked: Redemption, now: float) -> None:
        """Raises Refused unless this client may redeem it now; nothing is used up by the question."""
        audience = self.offer.audience
        if audience not in ("any", client.kind):
            raise Refused(403, "WRONG_AUDIENCE", f"the citizen shows this to: {audience}; you are: {client.kind}")
        if self.used_by is not None:
            raise Refused(410, "ALREADY_USED", "the code was redeemed before: ask the citizen for another")
        if now >= self.expires_at:
            raise Refused(410, "CODE_EXPIRED", "the code has run out: ask the citizen for another")
        if asked.purpose is not None and _plain(asked.purpose) != _plain(self.offer.purpose):
            raise Refused(403, "WRONG_PURPOSE", "the citizen shows this for another purpose")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


class Presentations:
    """The codes of one world."""

    def __init__(self) -> None:
        self._known: Shelf[Presentation] = Shelf(_REMEMBERED)

    def __iter__(self) -> Iterator[Presentation]:
        return self._known.values()

    def make(self, holder_id: str, offer: Offer, now: float) -> Presentation:
        code = "".join(choice(_ALPHABET) for _ in range(_LENGTH))
        made = Presentation(code, holder_id, offer, now + offer.ttl_seconds)
        self._known.put(made, now, code)
        return made

    def find(self, code: str, now: float) -> Presentation | None:
        """As it was read or typed: with or without the QR code's prefix, blanks and hyphens, in any case."""
        typed = code.strip().removeprefix(QR).replace(" ", "").replace("-", "").upper()
        return self._known.get(typed, now)


def standing(holder: Holder | None, holding: Holding | None, today: date) -> Status:
    """What the wallet knows of the document on this day."""
    if holder is None or holding is None or wallet_state(holder, holding) != "linked":
        return "absent"
    if holding.revoked_on is not None and holding.revoked_on <= today.isoformat():
        return "revoked"
    if holding.valid_until is not None and holding.valid_until < today.isoformat():
        return "expired"
    return "valid"
