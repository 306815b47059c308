"""The control door's part for presentations: codes made in a citizen's name, and what became of all of them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mock_vneid.faces.control import NOBODY, PersonPath, WorldDep
from mock_vneid.faces.wallet_presentations import offered
from mock_vneid.people import Person
from mock_vneid.presentations import Offer, Presentation
from mock_vneid.problems import Problem, ProblemOut
from mock_vneid.specs import VIETNAM

router = APIRouter(
    prefix="/worlds/{world}",
    tags=["presentations"],
    responses={404: {"model": ProblemOut}, 422: {"model": ProblemOut}},
)


class OfferedOut(BaseModel):
    code: str
    qr: str
    expires_at: str = Field(description="by the world's clock")


class PresentationOut(OfferedOut):
    holder: str
    offer: dict[str, Any]
    redeemed_by: str | None = Field(default=None, description="the client")
    request_id: str | None = None

    @classmethod
    def of(cls, presentation: Presentation) -> "PresentationOut":
        client, request_id = presentation.used_by or (None, None)
        return cls(
            **offered(presentation),
            holder=presentation.holder_id,
            offer=presentation.offer.model_dump(exclude_none=True),
            redeemed_by=client,
            request_id=request_id,
        )


class PresentationsOut(BaseModel):
    now: str = Field(description="what the world's clock reads")
    items: list[PresentationOut] = Field(description="oldest first; forgotten a day after they were made")


@router.post("/people/{id}/presentations", status_code=201)
async def make_presentation(world: WorldDep, id: PersonPath, body: Offer) -> OfferedOut:
    """A code in this person's name, whatever their wallet shows: what it shows is judged when it is redeemed."""
    if not isinstance(world.holder(id), Person):
        raise Problem(404, NOBODY)
    return OfferedOut(**offered(world.presentations.make(id, body, world.now())))


@router.get("/presentations", response_model_exclude_none=True)
async def list_presentations(world: WorldDep, limit: Annotated[int, Query(ge=1, le=10_000)] = 100) -> PresentationsOut:
    now = datetime.fromtimestamp(world.now(), VIETNAM).isoformat(timespec="seconds")
    return PresentationsOut(now=now, items=[PresentationOut.of(one) for one in list(world.presentations)[-limit:]])
