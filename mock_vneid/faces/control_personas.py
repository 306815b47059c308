"""The page of the personas on the control door: who is there for which situation; by `Accept` also for programs."""

from datetime import date
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field
from starlette.responses import Response

from mock_vneid import personas
from mock_vneid.faces.control_out import HoldingOut
from mock_vneid.ids import HolderKind, Sex
from mock_vneid.people import CivilRecord, Person, Representation
from mock_vneid.personas import Persona
from mock_vneid.specs import DEFAULT_WORLD
from mock_vneid.universe import Universe

router = APIRouter(tags=["personas"])

_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)


class ConclusionOut(BaseModel):
    document_type: str
    outcome: str
    reason: str


class PersonaOut(BaseModel):
    id: str
    key: str = Field(description="a name for the situation")
    kind: HolderKind
    full_name: str
    birth_date: str | None = None
    sex: Sex | None = None
    identity_level: int | None = None
    situation: str = Field(description="in Vietnamese")
    story: str | None = Field(default=None, description="in English")
    civil: CivilRecord | None = None
    representation: Representation | None = None
    holdings: dict[str, HoldingOut]
    gate: list[ConclusionOut] = Field(description="what a gate should conclude when the original is demanded")

    @classmethod
    def of(cls, persona: Persona, today: date) -> "PersonaOut":
        holder = persona.holder
        person = holder if isinstance(holder, Person) else None
        return cls(
            id=persona.id,
            key=persona.key,
            kind=persona.kind,
            full_name=holder.full_name,
            birth_date=person.birth_date if person else None,
            sex=person.sex if person else None,
            identity_level=person.identity_level if person else None,
            situation=persona.situation,
            story=holder.story,
            civil=persona.civil,
            representation=persona.representation,
            holdings={name: HoldingOut.of(held) for name, held in sorted(persona.holdings(today).items())},
            gate=[ConclusionOut(**_fields(told)) for told in persona.conclusions],
        )


class PersonasOut(BaseModel):
    items: list[PersonaOut]


def _fields(told: personas.Conclusion) -> dict[str, str]:
    return {"document_type": told.document_type, "outcome": told.outcome, "reason": told.reason}


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def _page(told: PersonasOut) -> Response:
    nonce = token_urlsafe(12)
    text = _TEMPLATES.get_template("personas.html").render(personas=told.items, style_nonce=nonce)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'"
    return Response(text, headers={"Content-Security-Policy": policy, "Vary": "Accept"}, media_type="text/html")


_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}


@router.get("/personas", response_model=PersonasOut, responses=_PAGE)
async def list_personas(request: Request) -> Response:
    """The personas of every world with a virtual population: a page, or JSON for who accepts only that.

    Dates that move with the clock are told by the clock of the default world.
    """
    universe: Universe = request.app.state.universe
    today = universe.worlds[DEFAULT_WORLD].today()
    told = PersonasOut(items=[PersonaOut.of(persona, today) for persona in personas.all()])
    if not _wants_json(request):
        return _page(told)
    body = told.model_dump_json(exclude_none=True)
    return Response(body, headers={"Vary": "Accept"}, media_type="application/json")
