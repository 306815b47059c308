"""The pages a person meets on the way: who to log in as, whether to log out, and why it cannot go on."""

import unicodedata
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.responses import Response

from mock_vneid.oidc.accounts import Choice, Provider, whoever
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


def qr_picture(text: str) -> Markup:
    """The QR code of this text, drawn into the page."""
    import segno

    return Markup(segno.make(text, micro=False).svg_inline(scale=5, border=4, light="#fff"))  # noqa: S704 - drawn here


def _plain(text: str) -> str:
    """Without accents and case: people type `dung` for Dũng and `dang` for Đặng."""
    parts = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()


def _fits(choice: Choice, wanted: str) -> bool:
    called = (choice.id, choice.name, *(text for organization in choice.acts_for for text in organization))
    return any(wanted in _plain(text) for text in called)


def candidates(
    world: World, provider: Provider, wanted: str, acting_for: str | None = None
) -> tuple[list[Choice], bool]:
    """Those to choose from, those with an account first, and whether there are more than are shown.

    They are whom the provider offers, found by a part of name or number, their own or that of an organisation they
    represent; and whoever a whole number is of. `acting_for`: only who represents this organisation.
    """
    if acting_for is not None:
        choice = whoever(world, acting_for)
        return ([choice] if choice else []), False
    wanted = " ".join(wanted.split())
    found = [choice for choice in provider.choices(world) if _fits(choice, _plain(wanted))]
    if not found and provider.face == "oidc" and (choice := whoever(world, wanted)):
        found = [choice]
    found.sort(key=lambda choice: (not choice.able, choice.id))
    return found[:_SHOWN], len(found) > _SHOWN
