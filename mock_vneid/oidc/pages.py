"""The pages a person meets on the way: who to log in as, whether to log out, and why it cannot go on."""

import unicodedata
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mock_vneid import personas
from mock_vneid.ids import id_problem
from mock_vneid.oidc.claims import ACR
from mock_vneid.people import Person
from mock_vneid.worlds import World

if TYPE_CHECKING:
    from jinja2 import Template

_SHOWN = 50


@cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # most runs show no page to anybody

    made = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    return made.get_template(f"{name}.html")


def page(name: str, status: int = 200, **told: Any) -> Response:
    """A page without scripts that nobody may frame or keep. Its form may lead to any client: no `form-action`."""
    nonce = token_urlsafe(12)
    text = _template(name).render(**told, style_nonce=nonce)
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none'; "
        "base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, status, headers, media_type="text/html")


def _plain(text: str) -> str:
    """Without accents and case: people type `dung` for Dũng and `dang` for Đặng."""
    parts = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


def candidates(world: World, wanted: str) -> tuple[list[Person], bool]:
    """The people to choose from, those with an account first, and whether there are more than are shown.

    They are those put by hand and the personas, found by a part of name or number; and whoever a whole number is of.
    """
    wanted = " ".join(wanted.split())
    named = dict.fromkeys(world.touched("person"))
    if world.state.population == "virtual":
        named |= dict.fromkeys(persona.holder.id for persona in personas.all() if persona.kind == "person")
    people = [world.holder(person_id) for person_id in named]
    found = [
        person
        for person in people
        if isinstance(person, Person) and (_plain(wanted) in _plain(person.full_name) or wanted in person.id)
    ]
    if not found and id_problem("person", wanted) is None and isinstance(person := world.holder(wanted), Person):
        found = [person]
    found.sort(key=lambda person: (person.identity_level not in ACR, person.id))
    return found[:_SHOWN], len(found) > _SHOWN
