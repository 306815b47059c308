"""Who exists in a world, and what each source holds about them: plain immutable values."""

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Literal

from mock_vneid.ids import Sex

WalletState = Literal["linked", "not_linked", "absent"]
RegistryState = Literal["held", "absent"]
MaritalStatus = Literal["single", "married", "divorced", "widowed"]
Data = dict[str, Any]

VIETNAMESE = "VNM"
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
    """A company, branch, household business or cooperative; organisations have no identity levels.

    `representative`: of one put by hand, the number of who speaks for it in law; `Representation` tells it of others.
    """

    id: str
    full_name: str
    story: str | None = None
    representative: str | None = None


Holder = Person | Organization


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody named in another's record. No `id`: a foreigner (then with a passport), or one who never had any."""

    full_name: str
    id: str | None = None
    nationality: str = VIETNAMESE  # ISO 3166-1 alpha-3
    passport: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Of today's two levels. Communes are known for Hà Tĩnh alone; `code` is that of the General Statistics Office."""

    line: str
    province: str
    province_code: str
    commune: str | None = None
    commune_code: str | None = None

    @property
    def text(self) -> str:
        return ", ".join(part for part in (self.line, self.commune, self.province) if part)


@dataclass(frozen=True, slots=True)
class Household:
    """Those who live together, the head first."""

    number: str
    members: tuple[Relative, ...]


@dataclass(frozen=True, slots=True)
class CivilRecord:
    """What the population record says beyond the name: None or empty is not recorded. Dates are `YYYY-MM-DD`.

    `current` is where the person really lives, when that is not `permanent`; `guardian` speaks for a minor.
    """

    origin: str | None = None
    birth_registered_in: str | None = None
    permanent: Address | None = None
    current: Address | None = None
    father: Relative | None = None
    mother: Relative | None = None
    marital_status: MaritalStatus = "single"
    spouse: Relative | None = None
    married_on: str | None = None
    divorced_on: str | None = None
    children: tuple[Relative, ...] = ()
    household: Household | None = None
    guardian: Relative | None = None
    died_on: str | None = None


@dataclass(frozen=True, slots=True)
class Representation:
    """Who speaks for an organisation in law, and since when; where it has its seat."""

    representative: Relative
    since: str
    founded_on: str
    seat: Address


@dataclass(frozen=True, slots=True)
class Holding:
    """One document type of one holder. Dates are `YYYY-MM-DD`; what is None was left out and is not answered.

    `registry_says` holds what the registry has written in the place of the document's words, where they disagree.
    """

    wallet: WalletState = "absent"
    registry: RegistryState = "absent"
    number: str | None = None
    issued_on: str | None = None
    valid_until: str | None = None
    revoked_on: str | None = None
    full_name: str | None = None
    data: Data | None = None
    registry_says: Data | None = None


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


def as_registered(holding: Holding) -> Holding:
    """The same document as the registry has written it down, which is otherwise only where the two disagree."""
    return replace(holding, **holding.registry_says) if holding.registry_says else holding


def wallet_state(holder: Holder, holding: Holding | None) -> WalletState:
    """What the wallet shows: a document linked to an account of too low a level counts as not linked."""
    if holding is None:
        return "absent"
    if holding.wallet == "linked" and isinstance(holder, Person) and holder.identity_level < FULL_IDENTITY_LEVEL:
        return "not_linked"
    return holding.wallet


def document_id(seed: int, holder_id: str, document_type: str, holding: Holding) -> str:
    """An opaque name of one document, the same on every face; a newly issued document has another."""
    text = f"document|{seed}|{holder_id}|{document_type}|{holding.number}|{holding.issued_on}"
    return blake2b(text.encode(), digest_size=16).hexdigest()
