"""A world at a glance, on the control door: its people and their documents, its faults, its journal as it grows."""

from datetime import datetime
from functools import cache
from secrets import token_urlsafe
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, Template

from mock_vneid.faces.control import UniverseDep, WorldDep
from mock_vneid.faces.control_out import EntryOut, FaultOut
from mock_vneid.ids import id_problem, kind_of
from mock_vneid.people import Holder, Person, wallet_state
from mock_vneid.specs import VIETNAM
from mock_vneid.webhooks import told
from mock_vneid.worlds import World

router = APIRouter(tags=["pages"])

_MOST = 100  # people, worlds, requests on one page
_EVERY = 3  # seconds between two looks of a page that is live
_SEX = {"male": "nam", "female": "nữ"}
_STATES = {"linked": "đã tích hợp", "not_linked": "chưa tích hợp", "held": "có", "absent": "không có"}


@cache
def _template() -> Template:
    made = Environment(
        loader=PackageLoader("mock_vneid.pages", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return made.get_template("world.html")


@router.get("/worlds/{world}/page", response_class=HTMLResponse)
async def page(
    universe: UniverseDep,
    world: WorldDep,
    holder: Annotated[str, Query(description="a person or organisation to look up, by id", max_length=40)] = "",
    live: Annotated[bool, Query(description=f"look again every {_EVERY} seconds")] = False,
) -> HTMLResponse:
    """People, wallets, faults, what was delivered and shown, and the journal of a world, for people to look at."""
    holder = holder.strip()
    touched = [*world.touched("person"), *world.touched("organization")]
    wrong = holder and id_problem(kind_of(holder), holder)
    looked_up = None if not holder or wrong else world.holder(holder)
    shown = [found for holder_id in touched[:_MOST] if (found := world.holder(holder_id)) is not None]
    nonce = token_urlsafe(12)
    text = _template().render(
        style_nonce=nonce,
        world=world,
        names=sorted(universe.worlds)[:_MOST],
        now=_local(world.now()),
        every=_EVERY if live else None,
        asked=holder,
        problem=wrong or (holder and looked_up is None and "trong thế giới này không có ai mang số này"),
        looked_up=looked_up and _told(world, looked_up),
        holders=[_told(world, found) for found in shown],
        more=len(touched) - len(shown),
        faults=[FaultOut.of(fault) for fault in world.state.faults.values()],
        results=[one.claims for one in list(world.state.results)[-_MOST:]],
        presentations=list(world.presentations)[-_MOST:],
        subscriptions=list(world.webhooks.subscriptions.values()),
        disabled=world.webhooks.disabled,
        deliveries=told(list(world.webhooks.deliveries())[-_MOST:]),
        local=_local,
        entries=[EntryOut.of(entry) for entry in reversed(world.journal.entries(lambda _: True, _MOST))],
        kept=len(world.journal),
    )
    # No script, no image, no font, nobody else's frame: a page that asks nothing of any network.
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})


def _told(world: World, holder: Holder) -> dict[str, Any]:
    """A holder with what each source shows of them, which is not always what is linked."""
    says = "tổ chức"
    if isinstance(holder, Person):
        says = f"{holder.birth_date}, {_SEX[holder.sex]}, mức {holder.identity_level}"
    return {
        "holder": holder,
        "by_hand": world.by_hand(holder.id),
        "says": says,
        "holdings": [
            (document_type, _STATES[wallet_state(holder, held)], _STATES[held.registry], held)
            for document_type, held in world.holdings(holder.id).items()
        ],
    }


def _local(moment: float) -> str:
    return datetime.fromtimestamp(moment, VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
