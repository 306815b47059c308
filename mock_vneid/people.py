"""Who exists in a world, and what each source holds about them: plain immutable values."""

from dataclasses import dataclass
from typing import Any, Literal

from mock_vneid.ids import Sex

WalletState = Literal["linked", "not_linked", "absent"]
RegistryState = Literal["held", "absent"]
Data = dict[str, Any]

# An account below this level shows no document, whatever is linked to it.
FULL_IDENTITY_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Person:
    """`birth_date` is `YYYY-MM-DD`, or `YYYY` where only the year is known. `story` says why a persona is there."""

    id: str
    full_name: str
    birth_date: str
    sex: Sex
    identity_level: int = FULL_IDENTITY_LEVEL
    story: str | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    """A company, branch, household business or cooperative; organisations have no identity levels."""

    id: str
    full_name: str
    story: str | None = None


Holder = Person | Organization


@dataclass(frozen=True, slots=True)
class Holding:
    """One document type of one holder. Dates are `YYYY-MM-DD`; what is None was left out and is not answered."""

    wallet: WalletState = "absent"
    registry: RegistryState = "absent"
    number: str | None = None
    issued_on: str | None = None
    valid_until: str | None = None
    revoked_on: str | None = None
    full_name: str | None = None
    data: Data | None = None


def facts(holder: Holder, holding: Holding) -> Data:
    """What is written on the document, as both faces send it: only what has a value."""
    written: Data = {"full_name": holding.full_name or holder.full_name}
    if holding.number is not None:
        written["number"] = holding.number
    if isinstance(holder, Person):
        written["birth_date"] = holder.birth_date
    if holding.issued_on is not None:
        written["issued_on"] = holding.issued_on
    if holding.valid_until is not None:
        written["valid_until"] = holding.valid_until
    if holding.revoked_on is not None:
        written["revoked_on"] = holding.revoked_on
    if holding.data is not None:
        written["data"] = holding.data
    return written


def wallet_state(holder: Holder, holding: Holding | None) -> WalletState:
    """What the wallet shows: a document linked to an account of too low a level counts as not linked."""
    if holding is None:
        return "absent"
    if holding.wallet == "linked" and isinstance(holder, Person) and holder.identity_level < FULL_IDENTITY_LEVEL:
        return "not_linked"
    return holding.wallet
