"""The pages in a real browser: readable on a phone, by keyboard, by screen readers, in the dark and on paper.

Needs Chromium (Debian: `apt-get install chromium`) and the packages playwright and axe-playwright-python.
"""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from app.main import create_app
from app.services import monthly_lists
from app.services.migrations import upgrade
from app.settings import Settings
from tests.pages.browsing import AXE, CHROMIUM, RULES, WHY, axe, chromium, serving

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)

PAGES = [
    "/",
    "/danh-muc",
    "/danh-muc?nguon=vneid&q=giay",
    "/danh-muc?q=zzz",
    "/danh-muc/2025-12",
    "/danh-muc/2026-01?ban=1",
    "/thu-tuc",
    "/thu-tuc?q=ket+hon",
    "/thu-tuc?q=zzz",
    "/thu-tuc/1.001193",
    "/thu-tuc/3.000347",
    "/thu-tuc/1.012549?ngay=2025-01-01",
    "/thu-tuc/9.999999",
    "/van-ban",
]
Browser = Any
Page = Any


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole service at a port of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'motlan.sqlite3'}"
    upgrade(url)
    app = create_app(Settings(env="test", database_url=url, log_level="error"))
    listening = socket.create_server(("127.0.0.1", 0))
    with serving(app, listening):
        for month in ("2025-12", "2026-01"):
            app.state.desk.db.write_sync(monthly_lists.published, app.state.desk, "test", month, None)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(params=[(1280, "light"), (320, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, site: str) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=site)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640}, base_url=site, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page: Page, address: str, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert len(asked) >= 2
    assert all(url.startswith(f"{site}/") for url in asked)
    page.evaluate(axe() + "; null")
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert len(found["passes"]) > 15
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_the_stylesheet_is_let_through_by_the_pages_own_policy(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/thu-tuc/1.001193")
    assert page.evaluate("getComputedStyle(document.querySelector('.block')).borderLeftWidth") == "6px"
    assert said == []


def test_from_a_question_to_what_to_bring_without_javascript(phone: Page) -> None:
    phone.goto("/")
    phone.get_by_role("searchbox").fill("dang ky khai sinh")
    phone.get_by_role("button", name="Tìm").click()
    phone.get_by_role("link", name="Thủ tục đăng ký khai sinh", exact=True).click()
    assert phone.url.endswith("/thu-tuc/1.001193")
    phone.get_by_role("link", name="Trẻ em bị bỏ rơi").click()
    assert phone.get_by_role("heading", name="Cơ quan tự tra cứu").is_visible()
    assert phone.get_by_text("Biên bản về việc trẻ bị bỏ rơi").is_visible()
    assert not phone.get_by_text("Giấy chứng sinh").is_visible()


def test_the_keyboard_reaches_the_content_first(phone: Page) -> None:
    phone.goto("/danh-muc")
    phone.keyboard.press("Tab")
    skip = phone.get_by_role("link", name="Đến nội dung chính")
    assert skip.bounding_box()["x"] >= 0
    phone.keyboard.press("Enter")
    assert phone.url.endswith("#noi-dung")


def test_a_table_stays_a_table_to_a_screen_reader_on_a_phone(phone: Page) -> None:
    phone.goto("/danh-muc?q=khai+sinh")
    table = phone.get_by_role("table")
    assert table.get_by_role("rowheader").all_inner_texts() == ["Giấy khai sinh / trích lục khai sinh"]
    assert table.get_by_role("columnheader").count() == 4


def test_on_paper_there_is_the_address_and_nothing_to_click(page: Page) -> None:
    page.goto("/danh-muc")
    assert not page.locator(".official").is_visible()
    assert page.get_by_role("search").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".official svg").is_visible()
    assert "/danh-muc" in page.locator(".official").inner_text()
    assert not page.get_by_role("search").is_visible()
    assert not page.locator(".top nav").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    paper = page.pdf(prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper or b"/MediaBox [0 0 595 842]" in paper


def test_a_reference_is_large_enough_to_be_hit(page: Page) -> None:
    page.goto("/thu-tuc/1.001193")
    boxes = [link.bounding_box() for link in page.locator(".refs a").all()]
    assert len(boxes) > 10
    assert all(box["width"] >= 24 and box["height"] >= 24 for box in boxes)


def test_on_paper_a_heading_keeps_what_follows_it_and_small_print_is_of_one_size(page: Page) -> None:
    page.goto("/thu-tuc/1.001193")
    page.emulate_media(media="print")
    styles = "selector => [...document.querySelectorAll(selector)].map(e => getComputedStyle(e))"
    for selector in (".block > h3", ".block > .hint"):
        assert set(page.evaluate(f"({styles})('{selector}').map(s => s.breakAfter)")) == {"avoid"}
    assert len(set(page.evaluate(f"({styles})('.needs .when, .needs p.small').map(s => s.fontSize)"))) == 1
