"""The control door's part for results: who may sign them in a world, and which were delivered."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from mock_vneid.faces.control import WorldDep
from mock_vneid.oidc.registration import JwksIn
from mock_vneid.problems import Problem, ProblemOut
from mock_vneid.results import AGENCY, DEMO_ISSUER, Jwks, Result, told
from mock_vneid.specs import HolderId
from mock_vneid.worlds import World

router = APIRouter(
    prefix="/worlds/{world}", tags=["results"], responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}}
)
AgencyPath = Annotated[str, Path(pattern=AGENCY, examples=[DEMO_ISSUER])]
_CREATED: dict[int | str, dict[str, Any]] = {201: {"description": "It was not there before"}}


class IssuerOut(BaseModel):
    agency: str
    keys: list[dict[str, Any]]

    @classmethod
    def of(cls, agency: str, keys: Jwks) -> "IssuerOut":
        return cls(agency=agency, keys=list(keys))


class IssuersOut(BaseModel):
    items: list[IssuerOut]


class ResultOut(BaseModel):
    claims: dict[str, Any] = Field(description="of the version that is known")
    result: str = Field(description="as it was delivered")
    shown: bool = Field(description="the wallet shows it, and no other of its type")

    @classmethod
    def of(cls, world: World, result: Result) -> "ResultOut":
        shown = world.state.results.shown(result.holder_id).get(result.claims.document_type)
        return cls(claims=told(result), result=result.jws, shown=shown == result)


class ResultsOut(BaseModel):
    items: list[ResultOut] = Field(description="in the order in which they first came")


def _issuer(world: World, agency: str) -> IssuerOut:
    if agency not in world.state.issuers:
        raise Problem(404, "no office of this code signs results in this world")
    return IssuerOut.of(agency, world.state.issuers[agency])


@router.get("/issuers")
async def list_issuers(world: WorldDep) -> IssuersOut:
    return IssuersOut(items=[IssuerOut.of(agency, keys) for agency, keys in world.state.issuers.items()])


@router.put("/issuers/{agency}", responses={**_CREATED, 409: {"model": ProblemOut}})
async def put_issuer(world: WorldDep, agency: AgencyPath, body: JwksIn, response: Response) -> IssuerOut:
    """The public keys by which this office signs results, whole, each time. What was delivered before stays."""
    if any(jwk.get("kid") is None or jwk.get("kty") != "EC" for jwk in body.keys):
        raise Problem(422, "an issuer's keys are EC on P-256, and each has a kid")
    response.status_code = 201 if world.put_issuer(agency, tuple(body.keys)) else 200
    return _issuer(world, agency)


@router.get("/issuers/{agency}")
async def read_issuer(world: WorldDep, agency: AgencyPath) -> IssuerOut:
    return _issuer(world, agency)


@router.delete("/issuers/{agency}", status_code=204)
async def delete_issuer(world: WorldDep, agency: AgencyPath) -> None:
    """Nothing more is believed of this office; what it delivered before stays."""
    _issuer(world, agency)
    del world.state.issuers[agency]


@router.get("/results", response_model_exclude_none=True)
async def list_results(
    world: WorldDep, holder: Annotated[HolderId | None, Query(description="only those of this holder")] = None
) -> ResultsOut:
    """What offices delivered to wallets, as it is known now."""
    found = list(world.state.results) if holder is None else world.state.results.of(holder)
    return ResultsOut(items=[ResultOut.of(world, result) for result in found])


@router.get("/results/{jti}", response_model_exclude_none=True)
async def read_result(world: WorldDep, jti: str, iss: Annotated[str, Query()] = DEMO_ISSUER) -> ResultOut:
    result = world.state.results.known.get((iss, jti))
    if result is None:
        raise Problem(404, "no result of this jti was delivered by this office (`iss`, else the demo province)")
    return ResultOut.of(world, result)
