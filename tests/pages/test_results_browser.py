"""The print of a result and the page behind its code in a real browser: on a phone, by screen readers, on paper.

The pages are asked for beforehand and given to the browser as they were answered. Needs what `test_browser` needs.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from app.services import results
from tests.desk import CALLER, Gate
from tests.pages.browsing import AXE, CHROMIUM, RULES, WHY, axe, chromium
from tests.pages.signed_in import SignedIn
from tests.pages.test_results import issued

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)

BASE = "http://results.invalid"
PAGES = ("print", "holds", "revoked")


@pytest.fixture
def answers(sqlite_gate: Gate) -> dict[str, tuple[str, bytes]]:
    """What is answered under each address the browser may ask for: media type and body."""
    gate = sqlite_gate
    result, revoked = issued(gate), issued(gate)
    gate.run(results.revoke(gate.desk, CALLER, revoked["id"], "Cấp nhầm", None))
    visitor = SignedIn(gate)
    visitor.sign_in()
    addresses = {
        "print": f"/cua-toi/ket-qua/{result['id']}/ban-in",
        "holds": f"/ket-qua/{result['document_ref']}",
        "revoked": f"/ket-qua/{revoked['document_ref']}",
    }
    asked = {name: visitor.ask(address) for name, address in addresses.items()}
    page = asked["print"].text
    beside = [part.partition('"')[0] for part in page.split('href="') if part.startswith("/static/")]
    asked |= {address: visitor.ask(address) for address in beside}
    return {f"{BASE}/{name.lstrip('/')}": (a.headers["content-type"], a.content) for name, a in asked.items()}


@pytest.fixture(params=[(1280, "light"), (320, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, answers: dict[str, tuple[str, bytes]]) -> Iterator[Any]:
    width, scheme = request.param

    def answer(route: Any) -> None:
        found = answers.get(route.request.url)
        if found is None:
            route.abort()
        else:
            route.fulfill(status=200, content_type=found[0], body=found[1])

    with chromium() as browser:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=BASE)
        context.route("**/*", answer)
        yield context.new_page()


def test_axe_finds_nothing_nothing_is_too_wide_and_the_print_is_one_sheet(page: Any) -> None:
    for name in PAGES:
        page.goto(f"/{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        page.evaluate(axe() + "; null")
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert len(found["passes"]) > 10
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == [], name
    page.goto("/print")
    code = page.locator(".qr svg")
    assert not code.is_visible()
    page.emulate_media(media="print")
    assert code.is_visible()
    assert page.pdf(format="A4", prefer_css_page_size=True).count(b"/Type /Page\n") == 1
