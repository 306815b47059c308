"""The second door: worlds, people, holdings, licences, faults, clock. No token: keep it off the network."""

from time import time
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.routing import APIRoute

from mock_vneid.catalogue import MOST_PROCEDURES
from mock_vneid.faces.control_out import (
    ClockOut,
    FaultOut,
    FaultsOut,
    HoldingOut,
    LicencesOut,
    OrganizationOut,
    OrganizationsOut,
    PeopleOut,
    PersonOut,
    ProcedureOut,
    ProceduresOut,
    WorldOut,
    WorldsOut,
    clock_text,
    organization_out,
    person_out,
)
from mock_vneid.people import Organization, Person
from mock_vneid.problems import Problem, ProblemOut
from mock_vneid.specs import (
    CLOCK_RANGE,
    DEFAULT_WORLD,
    ClockIn,
    DocumentType,
    FaultIn,
    ForkIn,
    HoldingIn,
    LicencesIn,
    OrganizationId,
    OrganizationIn,
    PersonId,
    PersonIn,
    ProcedureCode,
    ProcedureIn,
    WorldIn,
    seconds_of,
)
from mock_vneid.universe import NameTaken, Universe
from mock_vneid.worlds import IDLE, CatalogueFull, State, World


def universe_of(request: Request) -> Universe:
    universe: Universe = request.app.state.universe
    return universe


UniverseDep = Annotated[Universe, Depends(universe_of)]


def world_of(universe: UniverseDep, world: Annotated[str, Path(examples=[DEFAULT_WORLD])]) -> World:
    found = universe.find(world)
    if found is None:
        raise Problem(404, "there is no world of this name; POST /worlds makes one, GET /worlds lists them")
    return found


WorldDep = Annotated[World, Depends(world_of)]
PersonPath = Annotated[PersonId, Path()]
OrganizationPath = Annotated[OrganizationId, Path()]
TypePath = Annotated[DocumentType, Path()]
ProcedurePath = Annotated[ProcedureCode, Path()]

router = APIRouter(responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}})
_CREATED: dict[int | str, dict[str, Any]] = {201: {"description": "It was not there before"}}


def _made(response: Response, new: bool) -> None:
    response.status_code = 201 if new else 200


# Worlds


def add_world(universe: Universe, world: World) -> WorldOut:
    try:
        return WorldOut.of(universe.add(world))
    except NameTaken as taken:
        raise Problem(409, "a world of this name exists; choose another, or leave the name out") from taken


@router.post("/worlds", status_code=201, tags=["worlds"], responses={409: {"model": ProblemOut}})
async def make_world(universe: UniverseDep, body: WorldIn | None = None) -> WorldOut:
    """A new universe, empty or virtual, or a copy of another; without a body a virtual one."""
    body = body or WorldIn()
    state = State() if body.from_world is None else world_of(universe, body.from_world).state.copy()
    if body.seed is not None:
        state.seed = body.seed
    if body.population is not None:
        state.population = body.population
    starts_at = None if body.now is None else seconds_of(body.now)
    return add_world(universe, World(body.name or universe.new_name(), state, starts_at, body.idle_seconds or IDLE))


@router.get("/worlds", tags=["worlds"])
async def list_worlds(universe: UniverseDep) -> WorldsOut:
    universe.sweep()
    return WorldsOut(items=[WorldOut.of(world) for world in universe.worlds.values()])


@router.get("/worlds/{world}", tags=["worlds"])
async def read_world(world: WorldDep) -> WorldOut:
    return WorldOut.of(world)


@router.delete("/worlds/{world}", status_code=204, tags=["worlds"], responses={409: {"model": ProblemOut}})
async def delete_world(universe: UniverseDep, world: WorldDep) -> None:
    if world.name == DEFAULT_WORLD:
        raise Problem(409, "the default world stays; POST /worlds/default/reset brings it back to its beginning")
    universe.forget(world)


@router.post("/worlds/{world}/reset", tags=["worlds"])
async def reset_world(world: WorldDep) -> WorldOut:
    """Back to exactly how the world began, with an empty journal; only its keys stay."""
    world.reset()
    return WorldOut.of(world)


@router.post("/worlds/{world}/fork", status_code=201, tags=["worlds"], responses={409: {"model": ProblemOut}})
async def fork_world(universe: UniverseDep, world: WorldDep, body: ForkIn | None = None) -> WorldOut:
    """A new world that begins as this one is now; from then on neither sees the other."""
    return add_world(universe, world.fork((body and body.name) or universe.new_name()))


# People and organisations


NO_PROCEDURE = "the portal of this world publishes no procedure of this code"
NOBODY = "nobody of this id is in this empty world; PUT them first"
H = TypeVar("H", Person, Organization)


def _known(world: World, holder_id: str, kind: type[H]) -> H:
    holder = world.holder(holder_id)
    if not isinstance(holder, kind):
        raise Problem(404, NOBODY)
    return holder


def _delete(world: World, holder_id: str) -> None:
    if not world.delete_holder(holder_id):
        raise Problem(404, "nothing was put by hand under this id; a virtual holder cannot be deleted")


@router.get("/worlds/{world}/people", tags=["people"])
async def list_people(world: WorldDep) -> PeopleOut:
    """Those put or changed by hand; every other well-formed id of a virtual world is somebody too."""
    return PeopleOut(
        items=[person_out(world, _known(world, holder_id, Person)) for holder_id in world.touched("person")]
    )


@router.put("/worlds/{world}/people/{id}", tags=["people"], responses=_CREATED)
async def put_person(world: WorldDep, id: PersonPath, body: PersonIn, response: Response) -> PersonOut:
    """A person by hand, who holds nothing until it is put; putting them again clears their holdings."""
    person = body.person(id)
    _made(response, world.put_holder(person))
    return person_out(world, person)


@router.get("/worlds/{world}/people/{id}", tags=["people"])
async def read_person(world: WorldDep, id: PersonPath) -> PersonOut:
    """The person with all holdings, virtual or by hand, as put; below level 2 the wallet shows none as linked."""
    return person_out(world, _known(world, id, Person))


@router.delete("/worlds/{world}/people/{id}", status_code=204, tags=["people"])
async def delete_person(world: WorldDep, id: PersonPath) -> None:
    """Takes away what was put by hand; in a virtual world the virtual person is back."""
    _delete(world, id)


@router.get("/worlds/{world}/organizations", tags=["organizations"])
async def list_organizations(world: WorldDep) -> OrganizationsOut:
    return OrganizationsOut(
        items=[organization_out(world, _known(world, id, Organization)) for id in world.touched("organization")]
    )


@router.put("/worlds/{world}/organizations/{id}", tags=["organizations"], responses=_CREATED)
async def put_organization(
    world: WorldDep, id: OrganizationPath, body: OrganizationIn, response: Response
) -> OrganizationOut:
    """An organisation by hand, which holds nothing until it is put; putting it again clears its holdings."""
    organization = body.organization(id)
    _made(response, world.put_holder(organization))
    return organization_out(world, organization)


@router.get("/worlds/{world}/organizations/{id}", tags=["organizations"])
async def read_organization(world: WorldDep, id: OrganizationPath) -> OrganizationOut:
    return organization_out(world, _known(world, id, Organization))


@router.delete("/worlds/{world}/organizations/{id}", status_code=204, tags=["organizations"])
async def delete_organization(world: WorldDep, id: OrganizationPath) -> None:
    _delete(world, id)


# Holdings


def _put_holding(world: World, holder_id: str, document_type: str, body: HoldingIn, response: Response) -> HoldingOut:
    if world.holder(holder_id) is None:
        raise Problem(404, NOBODY)
    holding = body.holding()
    _made(response, world.put_holding(holder_id, document_type, holding))
    return HoldingOut.of(holding)


def _delete_holding(world: World, holder_id: str, document_type: str) -> None:
    if not world.delete_holding(holder_id, document_type):
        raise Problem(
            404,
            "no such holding was put by hand; to take a virtual document away, PUT it with wallet and registry absent",
        )


@router.put("/worlds/{world}/people/{id}/holdings/{document_type}", tags=["holdings"], responses=_CREATED)
async def put_person_holding(
    world: WorldDep, id: PersonPath, document_type: TypePath, body: HoldingIn, response: Response
) -> HoldingOut:
    """What wallet and registry hold of this type, whole, each time; on a virtual person it is laid over theirs."""
    return _put_holding(world, id, document_type, body, response)


@router.delete("/worlds/{world}/people/{id}/holdings/{document_type}", status_code=204, tags=["holdings"])
async def delete_person_holding(world: WorldDep, id: PersonPath, document_type: TypePath) -> None:
    _delete_holding(world, id, document_type)


@router.put("/worlds/{world}/organizations/{id}/holdings/{document_type}", tags=["holdings"], responses=_CREATED)
async def put_organization_holding(
    world: WorldDep, id: OrganizationPath, document_type: TypePath, body: HoldingIn, response: Response
) -> HoldingOut:
    return _put_holding(world, id, document_type, body, response)


@router.delete("/worlds/{world}/organizations/{id}/holdings/{document_type}", status_code=204, tags=["holdings"])
async def delete_organization_holding(world: WorldDep, id: OrganizationPath, document_type: TypePath) -> None:
    _delete_holding(world, id, document_type)


# What the portal publishes


@router.get("/worlds/{world}/procedures", tags=["procedures"])
async def list_procedures(world: WorldDep) -> ProceduresOut:
    return ProceduresOut(items=[ProcedureOut.of(procedure) for _, procedure in sorted(world.state.catalogue.items())])


@router.put(
    "/worlds/{world}/procedures/{code}", tags=["procedures"], responses={**_CREATED, 409: {"model": ProblemOut}}
)
async def put_procedure(world: WorldDep, code: ProcedurePath, body: ProcedureIn, response: Response) -> ProcedureOut:
    """What the portal publishes under this code, whole, each time; a day of change left out is not told."""
    procedure = body.procedure(code)
    try:
        _made(response, world.put_procedure(procedure))
    except CatalogueFull as full:
        raise Problem(409, f"a world holds at most {MOST_PROCEDURES} procedures; DELETE some first") from full
    return ProcedureOut.of(procedure)


@router.get("/worlds/{world}/procedures/{code}", tags=["procedures"])
async def read_procedure(world: WorldDep, code: ProcedurePath) -> ProcedureOut:
    if code not in world.state.catalogue:
        raise Problem(404, NO_PROCEDURE)
    return ProcedureOut.of(world.state.catalogue[code])


@router.delete("/worlds/{world}/procedures/{code}", status_code=204, tags=["procedures"])
async def delete_procedure(world: WorldDep, code: ProcedurePath) -> None:
    if not world.delete_procedure(code):
        raise Problem(404, NO_PROCEDURE)


# Licences


def _licences(world: World) -> LicencesOut:
    procedures, officers = world.state.procedures, world.state.officers
    return LicencesOut(
        procedures=None if procedures is None else sorted(procedures),
        officers=None if officers is None else sorted(officers),
    )


@router.put("/worlds/{world}/licences", tags=["licences"])
async def put_licences(world: WorldDep, body: LicencesIn) -> LicencesOut:
    """Which procedures (else 004) and officers (else 005) may ask. Left out: not restricted; an empty list: none."""
    world.state.procedures = None if body.procedures is None else frozenset(body.procedures)
    world.state.officers = None if body.officers is None else frozenset(body.officers)
    return _licences(world)


@router.get("/worlds/{world}/licences", tags=["licences"])
async def read_licences(world: WorldDep) -> LicencesOut:
    return _licences(world)


# Faults


@router.post("/worlds/{world}/faults", status_code=201, tags=["faults"])
async def make_fault(world: WorldDep, body: FaultIn) -> FaultOut:
    """From now on a share of the matching requests, at most `times` of them, is answered wrongly in this way."""
    fault = body.fault(world.next_fault_id())
    world.add_fault(fault)
    return FaultOut.of(fault)


@router.get("/worlds/{world}/faults", tags=["faults"])
async def list_faults(world: WorldDep) -> FaultsOut:
    return FaultsOut(items=[FaultOut.of(fault) for fault in world.state.faults.values()])


@router.delete("/worlds/{world}/faults", status_code=204, tags=["faults"])
async def delete_faults(world: WorldDep) -> None:
    """All of them, standing ones too; a reset brings those back."""
    world.state.faults.clear()


@router.get("/worlds/{world}/faults/{id}", tags=["faults"])
async def read_fault(world: WorldDep, id: str) -> FaultOut:
    if id not in world.state.faults:
        raise Problem(404, "this world has no fault of this id")
    return FaultOut.of(world.state.faults[id])


@router.delete("/worlds/{world}/faults/{id}", status_code=204, tags=["faults"])
async def delete_fault(world: WorldDep, id: str) -> None:
    if world.state.faults.pop(id, None) is None:
        raise Problem(404, "this world has no fault of this id")


# Clock


def _clock(world: World) -> ClockOut:
    frozen = world.state.frozen_at is not None
    offset = world.now() - time() if frozen else world.state.offset
    return ClockOut(now=clock_text(world), offset_seconds=round(offset, 3), frozen=frozen)


@router.post("/worlds/{world}/clock", tags=["clock"])
async def set_clock(world: WorldDep, body: ClockIn) -> ClockOut:
    """Set, move, stop the clock or let it go on. It judges tokens; the dates of documents are facts."""
    moment = seconds_of(body.now) if body.now is not None else world.now() + body.seconds()
    if not world.set_clock(moment):
        raise Problem(422, CLOCK_RANGE)
    if body.frozen is not None:
        world.freeze(body.frozen)
    return _clock(world)


@router.get("/worlds/{world}/clock", tags=["clock"])
async def read_clock(world: WorldDep) -> ClockOut:
    return _clock(world)


for _route in router.routes:
    if isinstance(_route, APIRoute):
        _route.response_model_exclude_none = True  # a field without a value is left out, on this door as on the faces
