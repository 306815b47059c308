"""Named people for testers, one for each situation an office meets: the same in every virtual world, for ever.

`data/personas.yaml` tells who they are, what each source holds and what a gate should conclude. Their ids end in
990000-999999 (organisations begin with 300299), where the virtual population has no families, so that nobody virtual
is kin to a persona.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from mock_vneid.data.communes import COMMUNES
from mock_vneid.data.provinces import PROVINCES_TODAY
from mock_vneid.ids import HolderKind
from mock_vneid.people import (
    VIETNAMESE,
    Address,
    CivilRecord,
    Holder,
    Holding,
    Household,
    MaritalStatus,
    Relative,
    Representation,
)
from mock_vneid.specs import (
    BirthDate,
    Day,
    DocumentType,
    HoldingIn,
    OrganizationId,
    OrganizationIn,
    PersonId,
    PersonIn,
    Strict,
    Words,
    mistake,
)

FILE = Path(__file__).parent / "data" / "personas.yaml"

Outcome = Literal["REFUSE_PAPER_USE_WALLET", "REFUSE_PAPER_USE_REGISTRY", "SYNC_FIRST", "WAIT_SOURCE", "PAPER_LAWFUL"]

Dated = Literal["issued_on", "valid_until", "revoked_on"]

_FIRST_TAIL, _ORGANIZATIONS = "990000", "300299"
_RELATIVE_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_PROVINCES = {code: name for code, name, _ in PROVINCES_TODAY}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a gate should answer to a demand for the original of this document, made by an office on the world's day."""

    document_type: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Persona:
    """`key` names the situation in English, `situation` tells it in Vietnamese, `holder.story` in English."""

    key: str
    kind: HolderKind
    holder: Holder
    situation: str
    conclusions: tuple[Conclusion, ...]
    civil: CivilRecord | None
    representation: Representation | None
    _holdings: dict[str, Holding]
    _moving: dict[str, dict[Dated, int]]

    @property
    def id(self) -> str:
        return self.holder.id

    def holdings(self, today: date) -> dict[str, Holding]:
        """What the sources hold, by type. Dates told as yesterday, today or tomorrow are counted from `today`."""
        if not self._moving:
            return self._holdings
        return self._holdings | {name: self._moved(name, today) for name in self._moving}

    def _moved(self, document_type: str, today: date) -> Holding:
        held, days = self._holdings[document_type], self._moving[document_type]

        def on(name: Dated, told: str | None) -> str | None:
            return (today + timedelta(days=days[name])).isoformat() if name in days else told

        return replace(
            held,
            issued_on=on("issued_on", held.issued_on),
            valid_until=on("valid_until", held.valid_until),
            revoked_on=on("revoked_on", held.revoked_on),
        )


# The file, as strict as what people write on the control door


class AddressIn(Strict):
    line: Words
    commune: Annotated[str, Field(description="code of a commune of Hà Tĩnh")] | None = None
    province: str = "42"

    def address(self) -> Address:
        if self.province not in _PROVINCES or (self.commune is not None and self.commune not in COMMUNES):
            raise mistake("an address names a province of today, and a commune of Hà Tĩnh or none, by code")
        commune = COMMUNES[self.commune] if self.commune else None
        return Address(self.line, _PROVINCES[self.province], self.province, commune, self.commune)


class RelativeIn(Strict):
    full_name: Words
    id: PersonId | None = None
    nationality: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = VIETNAMESE
    passport: Words | None = None

    def relative(self) -> Relative:
        return Relative(self.full_name, self.id, self.nationality, self.passport)


class CivilIn(Strict):
    origin: Words | None = None
    birth_registered_in: Words | None = None
    permanent: AddressIn | None = None
    current: AddressIn | None = None
    father: RelativeIn | None = None
    mother: RelativeIn | None = None
    marital_status: MaritalStatus = "single"
    spouse: RelativeIn | None = None
    married_on: Day | None = None
    divorced_on: Day | None = None
    children: list[RelativeIn] = Field(default_factory=list)
    household: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None
    members: list[RelativeIn] = Field(default_factory=list, description="of the household, the head first")
    guardian: RelativeIn | None = None
    died_on: Day | None = None

    def record(self) -> CivilRecord:
        def one(told: RelativeIn | None) -> Relative | None:
            return told.relative() if told else None

        def some(told: Iterable[RelativeIn]) -> tuple[Relative, ...]:
            return tuple(relative.relative() for relative in told)

        permanent = self.permanent.address() if self.permanent else None
        return CivilRecord(
            origin=self.origin,
            birth_registered_in=self.birth_registered_in,
            permanent=permanent,
            current=self.current.address() if self.current else permanent,
            father=one(self.father),
            mother=one(self.mother),
            marital_status=self.marital_status,
            spouse=one(self.spouse),
            married_on=self.married_on,
            divorced_on=self.divorced_on,
            children=some(self.children),
            household=Household(self.household, some(self.members)) if self.household else None,
            guardian=one(self.guardian),
            died_on=self.died_on,
        )


class RepresentationIn(Strict):
    representative: RelativeIn
    since: Day
    founded_on: Day
    seat: AddressIn

    def representation(self) -> Representation:
        return Representation(self.representative.relative(), self.since, self.founded_on, self.seat.address())


class HoldingTold(HoldingIn):
    """A holding whose dates may be told by the day they are asked on: {issued_on: tomorrow}."""

    moving: dict[Dated, Literal["yesterday", "today", "tomorrow"]] = Field(default_factory=dict)

    def holding(self) -> Holding:
        return HoldingIn.model_validate(self.model_dump(exclude={"moving"}, exclude_none=True)).holding()


class ConclusionIn(Strict):
    document_type: DocumentType
    outcome: Outcome
    reason: Annotated[str, Field(pattern=r"^[a-z_]+$")]


class _Told(Strict):
    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    situation: Annotated[str, Field(min_length=1, max_length=500)]
    story: Annotated[str, Field(min_length=1, max_length=500)]
    holdings: dict[DocumentType, HoldingTold] = Field(default_factory=dict)
    gate: Annotated[list[ConclusionIn], Field(min_length=1)]

    def persona(
        self, kind: HolderKind, holder: Holder, civil: CivilIn | None, speaks: RepresentationIn | None
    ) -> Persona:
        moving = {
            document_type: {name: _RELATIVE_DAYS[day] for name, day in told.moving.items()}
            for document_type, told in self.holdings.items()
            if told.moving
        }
        return Persona(
            self.key,
            kind,
            holder,
            self.situation.strip(),
            tuple(Conclusion(told.document_type, told.outcome, told.reason) for told in self.gate),
            civil.record() if civil else None,
            speaks.representation() if speaks else None,
            {document_type: told.holding() for document_type, told in self.holdings.items()},
            moving,
        )


class PersonTold(_Told, PersonIn):
    id: PersonId
    birth_date: BirthDate
    civil: CivilIn | None = None


class OrganizationTold(_Told, OrganizationIn):
    id: OrganizationId
    representation: RepresentationIn


class PersonasTold(Strict):
    people: list[PersonTold]
    organizations: list[OrganizationTold]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        ids = [one.id for one in self.people] + [one.id for one in self.organizations]
        keys = [one.key for one in self.people] + [one.key for one in self.organizations]
        if len(set(ids)) < len(ids) or len(set(keys)) < len(keys):
            raise mistake("each persona has an id and a key of its own")
        if any(not is_persona_id(one) for one in ids):
            raise mistake("the ids of personas end in 990000-999999, those of organisations begin with 300299")
        return self


def is_persona_id(holder_id: str) -> bool:
    """Whether the id is set aside for personas; most of those are nobody yet."""
    return holder_id[6:] >= _FIRST_TAIL if len(holder_id) == 12 else holder_id.startswith(_ORGANIZATIONS)


@cache
def _by_id() -> dict[str, Persona]:
    """All of them. ValueError with every mistake of the file."""
    try:
        told = PersonasTold.model_validate(yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError) as error:
        raise ValueError(f"{FILE.name}: {error}") from error
    people = [one.persona("person", one.person(one.id, one.story), one.civil, None) for one in told.people]
    organizations = [
        one.persona("organization", one.organization(one.id, one.story), None, one.representation)
        for one in told.organizations
    ]
    return {persona.id: persona for persona in (*people, *organizations)}


def all() -> tuple[Persona, ...]:  # noqa: A001 - read as `personas.all()`
    """Every persona, people first, in the order of the file."""
    return tuple(_by_id().values())


def find(holder_id: str) -> Persona | None:
    """The persona of this well-formed id."""
    return _by_id().get(holder_id) if is_persona_id(holder_id) else None
