"""What the control door answers. A field without a value is left out."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from mock_vneid.catalogue import Component, Procedure
from mock_vneid.faults import KINDS, Fault
from mock_vneid.ids import Sex
from mock_vneid.journal import Entry
from mock_vneid.masking import masked, masked_in_words
from mock_vneid.people import (
    CivilRecord,
    Holding,
    Organization,
    Person,
    RegistryState,
    Representation,
    WalletState,
)
from mock_vneid.specs import VIETNAM, Population
from mock_vneid.worlds import World


class HealthOut(BaseModel):
    status: str = "ok"
    service: str = "mock_vneid"
    worlds: int


class WorldOut(BaseModel):
    name: str
    path: str = Field(description="under the faces' base URL")
    seed: int
    population: Population
    now: str
    people: int = Field(description="by hand")
    organizations: int = Field(description="by hand")
    procedures: int = Field(description="that the portal publishes")
    faults: int
    requests: int = Field(description="in the journal")
    snapshots: int
    idle_seconds: float | None = Field(default=None, description="without a request for so long, it is gone")

    @classmethod
    def of(cls, world: World) -> "WorldOut":
        return cls(
            name=world.name,
            path=f"/w/{world.name}",
            seed=world.state.seed,
            population=world.state.population,
            now=clock_text(world),
            people=len(world.touched("person")),
            organizations=len(world.touched("organization")),
            procedures=len(world.state.catalogue),
            faults=len(world.state.faults),
            requests=len(world.journal),
            snapshots=len(world.snapshots),
            idle_seconds=world.idle,
        )


class WorldsOut(BaseModel):
    items: list[WorldOut]


class HoldingOut(BaseModel):
    wallet: WalletState
    registry: RegistryState
    number: str | None = None
    issued_on: str | None = None
    valid_until: str | None = None
    revoked_on: str | None = None
    full_name: str | None = None
    data: dict[str, Any] | None = None
    registry_says: dict[str, Any] | None = None

    @classmethod
    def of(cls, holding: Holding) -> "HoldingOut":
        return cls(**{name: getattr(holding, name) for name in cls.model_fields})


class PersonOut(BaseModel):
    id: str
    full_name: str
    birth_date: str
    sex: Sex
    identity_level: int
    by_hand: bool = Field(description="false: of the virtual population")
    story: str | None = None
    civil: CivilRecord | None = Field(default=None, description="of the virtual population and personas")
    holdings: dict[str, HoldingOut]


class RepresentativeOut(BaseModel):
    id: str
    full_name: str
    identity_level: int = Field(description="below 2 they log in for nobody")


class OrganizationOut(BaseModel):
    id: str
    name: str
    by_hand: bool
    story: str | None = None
    representative: RepresentativeOut | None = Field(default=None, description="who may log in for it")
    representation: Representation | None = Field(default=None, description="of the virtual population and personas")
    holdings: dict[str, HoldingOut]


def _holdings_out(world: World, holder_id: str) -> dict[str, HoldingOut]:
    return {document_type: HoldingOut.of(held) for document_type, held in world.holdings(holder_id).items()}


def person_out(world: World, person: Person) -> PersonOut:
    return PersonOut(
        id=person.id,
        full_name=person.full_name,
        birth_date=person.birth_date,
        sex=person.sex,
        identity_level=person.identity_level,
        by_hand=world.by_hand(person.id),
        story=person.story,
        civil=world.civil_record(person.id),
        holdings=_holdings_out(world, person.id),
    )


def organization_out(world: World, organization: Organization) -> OrganizationOut:
    speaks = world.representative(organization.id)
    told = {name: getattr(speaks, name) for name in RepresentativeOut.model_fields} if speaks else None
    return OrganizationOut(
        id=organization.id,
        name=organization.full_name,
        by_hand=world.by_hand(organization.id),
        story=organization.story,
        representative=RepresentativeOut(**told) if told else None,
        representation=world.representation(organization.id),
        holdings=_holdings_out(world, organization.id),
    )


class PeopleOut(BaseModel):
    items: list[PersonOut] = Field(description="those put by hand, and virtual people given a holding by hand")


class OrganizationsOut(BaseModel):
    items: list[OrganizationOut] = Field(description="those put by hand, and virtual ones given a holding by hand")


class ComponentOut(BaseModel):
    position: int
    name: str
    case: str | None = None
    form: str | None = None
    originals: int
    copies: int

    @classmethod
    def of(cls, position: int, component: Component) -> "ComponentOut":
        return cls(
            position=position,
            name=component.name,
            case=component.case,
            form=component.form,
            originals=component.originals,
            copies=component.copies,
        )


class ProcedureOut(BaseModel):
    code: str
    name: str
    sector: str
    level: str
    agency: str
    updated_at: str | None = None
    published: bool
    components: list[ComponentOut]

    @classmethod
    def of(cls, procedure: Procedure) -> "ProcedureOut":
        return cls(
            code=procedure.code,
            name=procedure.name,
            sector=procedure.sector,
            level="|".join(procedure.levels),
            agency=procedure.agency,
            updated_at=procedure.updated_at,
            published=procedure.published,
            components=[ComponentOut.of(*numbered) for numbered in enumerate(procedure.components, 1)],
        )


class ProceduresOut(BaseModel):
    items: list[ProcedureOut] = Field(description="by code")


class LicencesOut(BaseModel):
    procedures: list[str] | None = None
    officers: list[str] | None = None


class ClockOut(BaseModel):
    now: str
    offset_seconds: float = Field(description="the world's clock minus the real one")
    frozen: bool = Field(description="it stands still")


class MatchOut(BaseModel):
    person: str | None = None
    document_type: str | None = None
    service: str | None = None


class WindowOut(BaseModel):
    from_: str | None = Field(default=None, serialization_alias="from")
    until: str | None = None


class FaultOut(BaseModel):
    id: str
    face: str
    kind: str
    says: str = Field(description="what the wire carries")
    client: str = Field(description="what a client should do")
    match: MatchOut
    share: float
    times: int | None = None
    window: WindowOut | None = Field(default=None, description="when it is in force, by the world's clock")
    attributes: dict[str, int]
    matched: int = Field(description="requests that matched")
    hits: int = Field(description="requests that were struck")
    missed_by: dict[str, int] = Field(description="requests that would have matched but for this one condition")

    @classmethod
    def of(cls, fault: Fault) -> "FaultOut":
        kind = KINDS[fault.kind]
        return cls(
            id=fault.id,
            face=fault.face,
            kind=fault.kind,
            says=kind.says,
            client=kind.client,
            match=MatchOut(person=fault.person, document_type=fault.document_type, service=fault.service),
            share=fault.share,
            times=fault.times,
            window=_window(fault),
            attributes={name: fault.attribute(name) for name in kind.attributes},
            matched=fault.matched,
            hits=fault.hits,
            missed_by=fault.missed_by,
        )


def _window(fault: Fault) -> WindowOut | None:
    if fault.starts_at is None and fault.ends_at is None:
        return None
    return WindowOut(from_=_moment(fault.starts_at), until=_moment(fault.ends_at))


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, VIETNAM).isoformat()


class FaultsOut(BaseModel):
    items: list[FaultOut]


class StruckOut(BaseModel):
    id: str
    kind: str


class HolderOut(BaseModel):
    kind: str
    id: str


class EntryOut(BaseModel):
    number: int = Field(description="counts every request the world ever received")
    at: str
    face: str
    method: str
    path: str
    service: str | None = None
    client: str | None = None
    request_id: str | None = None
    procedure: str | None = None
    officer: str | None = None
    purpose: str | None = None
    holder: HolderOut | None = None
    types: list[str]
    faults: list[StruckOut]
    status: int | None = Field(
        default=None, description="left out while unanswered, and when the connection was dropped"
    )
    error: str | None = None
    says: str | None = Field(default=None, description="the words of the refusal")
    matched: list[str] = Field(description="the checks it passed, in order")
    refused: str | None = Field(default=None, description="the check it did not pass")
    nearest_miss: str | None = Field(default=None, description="what was right and what was not")

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        holder = (
            HolderOut(kind=entry.holder_kind, id=entry.holder_id) if entry.holder_kind and entry.holder_id else None
        )
        return cls(
            number=entry.number,
            at=entry.at_text(),
            face=entry.face,
            method=entry.method,
            path=masked(entry.path),
            service=_shown(entry.service),
            client=_shown(entry.client),
            request_id=_shown(entry.request_id),
            procedure=entry.procedure,
            officer=_shown(entry.officer),
            purpose=_shown(entry.purpose),
            holder=holder,
            types=entry.types,
            faults=[StruckOut(id=fault_id, kind=kind) for fault_id, kind in entry.faults],
            status=entry.status,
            error=entry.error,
            says=entry.says and masked_in_words(entry.says),
            matched=list(entry.matched),
            refused=entry.refused,
            nearest_miss=entry.nearest_miss and masked_in_words(entry.nearest_miss),
        )


def _shown(text: str | None) -> str | None:
    return text and masked(text)


class JournalOut(BaseModel):
    items: list[EntryOut] = Field(description="newest last")
    next_cursor: int | None = Field(default=None, description="there are older ones: ask for them with this cursor")


def clock_text(world: World) -> str:
    return datetime.fromtimestamp(world.now(), VIETNAM).isoformat(timespec="milliseconds")
