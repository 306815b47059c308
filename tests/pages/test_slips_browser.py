"""Slips in a real browser: read by a screen reader, on a phone, and printed on A4."""

import re
from typing import Any

import pytest

from app.pages.slips import slip
from app.pages.static import STYLESHEET
from app.services.slips import SlipKind
from tests.desk import PLAIN, Gate, offered
from tests.pages.browsing import AXE, CHROMIUM, RULES, WHY, axe, chromium
from tests.pages.test_browser import Page

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)
ADDRESS = "http://slips.invalid/"


def dossier(gate: Gate, kind: SlipKind) -> str:
    code: str = gate.submit(PLAIN, offered(2, "paper"))["code"]
    if kind is SlipKind.SUPPLEMENT:
        gate.ask_more(code, "VAN_BANG", "CAN_CUOC")
    else:
        gate.move(code, 2 if kind is SlipKind.RECEIPT else 3)
    return code


def shown(page: Page, html: bytes) -> list[str]:
    """The page with its stylesheet; what else it asked for."""
    asked: list[str] = []

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(ADDRESS.rstrip("/"))
        if path == "/":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif path == STYLESHEET.path:
            route.fulfill(body=STYLESHEET.content, content_type="text/css")
        else:
            asked.append(path)
            route.abort()

    page.route("**/*", answer)
    page.goto(ADDRESS)
    return [path for path in asked if not path.startswith("/static/icon.")]


@pytest.mark.parametrize("kind", SlipKind)
def test_a_slip_can_be_read_by_everybody_and_fits_on_a4(sqlite_gate: Gate, kind: SlipKind) -> None:
    html = sqlite_gate.run(slip(sqlite_gate.desk, dossier(sqlite_gate, kind), kind))
    # The browser has a loop of its own, and the gate's has to be at rest meanwhile.
    with chromium() as running:
        for width in (320, 1280):
            page = running.new_page(viewport={"width": width, "height": 800})
            assert shown(page, html) == []
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            page.evaluate(axe() + "; null")
            found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
            assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
        page.emulate_media(media="print")
        assert not page.locator(".top nav").is_visible()
        paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper or b"/MediaBox [0 0 595 842]" in paper
