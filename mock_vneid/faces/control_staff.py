"""The control door's part for officers: who may log in by the staff's provider of a world."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from mock_vneid.faces.control import WorldDep
from mock_vneid.problems import Problem, ProblemOut
from mock_vneid.staff import OFFICER_CODE, Officer, OfficerIn
from mock_vneid.worlds import World

router = APIRouter(
    prefix="/worlds/{world}/staff",
    tags=["staff"],
    responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}},
)
CodePath = Annotated[str, Path(pattern=OFFICER_CODE, examples=["CB-0001"])]


class OfficerOut(BaseModel):
    code: str = Field(description="login_hint, and the claim staff_code")
    full_name: str
    agency: str
    agency_name: str
    roles: list[str]

    @classmethod
    def of(cls, officer: Officer) -> "OfficerOut":
        return cls(**{name: getattr(officer, name) for name in cls.model_fields})


class StaffOut(BaseModel):
    items: list[OfficerOut]


def _known(world: World, code: str) -> OfficerOut:
    if code not in world.state.staff:
        raise Problem(404, "no officer of this code works in this world")
    return OfficerOut.of(world.state.staff[code])


@router.get("")
async def list_staff(world: WorldDep) -> StaffOut:
    return StaffOut(items=[OfficerOut.of(officer) for officer in world.state.staff.values()])


@router.put("/{code}", responses={201: {"description": "They were not there before"}, 409: {"model": ProblemOut}})
async def put_officer(world: WorldDep, code: CodePath, body: OfficerIn, response: Response) -> OfficerOut:
    """An officer, whole, each time. Who is logged in stays so, and is told anew from then on."""
    response.status_code = 201 if world.put_officer(body.officer(code)) else 200
    return _known(world, code)


@router.get("/{code}")
async def read_officer(world: WorldDep, code: CodePath) -> OfficerOut:
    return _known(world, code)


@router.delete("/{code}", status_code=204)
async def delete_officer(world: WorldDep, code: CodePath) -> None:
    _known(world, code)
    del world.state.staff[code]
