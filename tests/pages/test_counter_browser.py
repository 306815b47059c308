"""Officers in a real browser: by the keyboard alone and without a script, two at one dossier, on a phone, on paper.

Needs what `test_browser` needs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.main import create_app
from mock_vneid.testing import Mock
from tests.desk import NO_PAPER, PLAIN, Gate, Watch, offered
from tests.mock_vneid.office import PERSON, Office
from tests.pages.browsing import AXE, CHROMIUM, RULES, WHY, at_own_port, axe, chromium, serving
from tests.pages.test_counter_codes import reported

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)

CLERK, HANDLER, AUDITOR = "CB-0001", "CB-0002", "CB-0006"
Browser = Any
Page = Any
Locator = Any


@dataclass(frozen=True)
class Site:
    """A running service, the world it asks, and a dossier and a report that are there."""

    base: str
    world: Office
    dossier: str
    report: str


@pytest.fixture(scope="module")
def world(sandbox: Mock, tester: httpx.Client) -> Office:
    made = tester.post(f"{sandbox.control_url}/worlds", json={"population": "empty"}).raise_for_status().json()
    office = Office(sandbox, made["name"], tester)
    office.put_person()
    office.put_holding("CAN_CUOC")
    office.put_holding("GIAY_KHAI_SINH", wallet="not_linked", registry="absent")
    return office


@pytest.fixture(scope="module")
def site(world: Office, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole service at a port of its own, which it knows: the provider leads back there."""
    settings, listening = at_own_port(world, sqlite_template, tmp_path_factory.mktemp("site"))
    gate = Gate(settings, world, Watch(datetime.now(UTC)))
    try:
        dossier = gate.submit(PLAIN, offered(2, "electronic"))["code"]
        found = Site(settings.public_url, world, dossier, reported(gate))
    finally:
        gate.close()
    with serving(create_app(settings), listening):
        yield found


@pytest.fixture(scope="module")
def browser(site: Site) -> Iterator[Browser]:  # after the site, whose furnishing needs a loop of its own
    with chromium() as running:
        yield running


def new_page(browser: Browser, site: Site, width: int = 1280, **more: Any) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=site.base, **more)
    context.set_default_timeout(15_000)
    return context.new_page()


def signed_in(browser: Browser, site: Site, code: str, width: int = 1280, **more: Any) -> Page:
    page = new_page(browser, site, width, **more)
    page.goto("/quay")
    page.locator(f"button[value='{code}']").click()
    page.wait_for_url("**/quay")
    return page


# ---- the keyboard alone ---------------------------------------------------------------------------------------------


def reach(page: Page, wanted: Locator, most: int = 150) -> None:
    """Tab until the wanted thing has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(":focus").and_(wanted).count():
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def press(page: Page, wanted: Locator) -> None:
    """Reach it and press Enter; whatever page comes next is waited for."""
    reach(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, wanted: Locator, value: str) -> None:
    """In a list of choices, step by step."""
    reach(page, wanted)
    for _ in range(100):
        if wanted.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} cannot be chosen")


def write(page: Page, wanted: Locator, text: str) -> None:
    reach(page, wanted)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_a_day_at_the_counter_by_keyboard_and_without_a_script(browser: Browser, site: Site) -> None:
    page = new_page(browser, site, java_script_enabled=False)
    page.goto("/quay")
    press(page, page.locator(f"button[value='{CLERK}']"))
    assert page.get_by_role("heading", level=1).inner_text() == "Hồ sơ của cơ quan"

    # Filing: the procedure, what will be looked up, a number mistyped, and then right.
    press(page, page.get_by_role("link", name="Tiếp nhận hồ sơ mới"))
    write(page, page.get_by_role("searchbox"), PLAIN)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name="Thủ tục thử"))
    assert page.get_by_text("Cơ quan tự tra cứu", exact=True).count() == 2
    write(page, page.locator("#id"), PERSON[:-1])
    write(page, page.locator("#full_name"), "Nguyễn Văn An")
    choose(page, page.locator("#given-2"), "electronic")
    press(page, page.get_by_role("button", name="Nộp và tra cứu"))
    assert page.get_by_role("alert").is_visible()
    assert page.locator("#full_name").input_value() == "Nguyễn Văn An"
    assert page.locator("#given-2").input_value() == "electronic"
    write(page, page.locator("#id"), PERSON)
    press(page, page.get_by_role("button", name="Nộp và tra cứu"))
    assert page.get_by_role("status").inner_text() == "Đã nhận hồ sơ."
    assert page.locator(".needs .sign").all_inner_texts() == [
        "Cơ quan tự tra cứu",
        "Đã nộp",
        "Mang theo",
        "Liên kết trên VNeID",
    ]
    dossier = page.url.partition("?")[0]

    # Asking for what the State holds: refused with the article, and the words are still there.
    press(page, page.get_by_role("link", name="Yêu cầu công dân bổ sung giấy tờ"))
    choose(page, page.locator("#document_type-1"), "CAN_CUOC")
    write(page, page.locator("#reason-1"), "Để lưu hồ sơ")
    press(page, page.get_by_role("button", name="Kiểm tra và gửi"))
    assert "Không gửi" in page.get_by_role("alert").inner_text()
    assert page.get_by_text("Nghị định 118/2025/NĐ-CP, Điều 4 khoản 2a").count()
    assert page.locator("#reason-1").input_value() == "Để lưu hồ sơ"

    # Asking for what it does not: sent, with the slip to print.
    choose(page, page.locator("#document_type-1"), "VAN_BANG")
    press(page, page.get_by_role("button", name="Kiểm tra và gửi"))
    assert "Đã gửi yêu cầu bổ sung" in page.get_by_role("status").inner_text()
    press(page, page.get_by_role("link", name="Phiếu yêu cầu bổ sung"))
    assert page.get_by_text("Để lưu hồ sơ").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")

    # The citizen has supplemented: on with it.
    page.goto(dossier)
    reach(page, page.get_by_role("radio", name="Chuyển giải quyết"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Ghi"))
    assert page.get_by_text("Đang giải quyết", exact=True).count()
    press(page, page.get_by_role("button", name="Đăng xuất"))
    page.goto(dossier)
    assert "/quay" not in page.url.partition("?")[0].removeprefix(site.base)
    page.context.close()


def test_two_officers_at_one_dossier_one_is_told_and_keeps_the_words(browser: Browser, site: Site) -> None:
    clerk, handler = signed_in(browser, site, CLERK), signed_in(browser, site, HANDLER)
    address = f"/quay/ho-so/{site.dossier}"
    handler.goto(address)
    clerk.goto(address)
    clerk.get_by_label("Tiếp nhận hồ sơ").check()
    clerk.get_by_role("button", name="Ghi").click()
    assert clerk.get_by_role("status").is_visible()

    handler.get_by_label("Từ chối tiếp nhận").check()
    handler.locator("#reason").fill("Thiếu chữ ký của người cha")
    handler.get_by_role("button", name="Ghi").click()
    told = handler.get_by_role("alert").inner_text()
    assert "cán bộ CB-0001" in told and "Đã tiếp nhận" in told
    assert handler.locator("#reason").input_value() == "Thiếu chữ ký của người cha"
    handler.get_by_label("Chuyển giải quyết").check()
    handler.get_by_role("button", name="Ghi, với hồ sơ như bây giờ").click()
    assert handler.get_by_role("status").is_visible()
    assert handler.get_by_text("Thiếu chữ ký của người cha").is_visible()
    for page in (clerk, handler):
        page.context.close()


# ---- readable for everybody -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_axe_finds_nothing_at_any_stop_of_a_walk(browser: Browser, site: Site, width: int, scheme: str) -> None:
    page = signed_in(browser, site, HANDLER, width, color_scheme=scheme)
    found: list[Any] = []
    rules = axe()

    def stop(name: str, address: str = "") -> None:
        if address:
            page.goto(address)
        page.evaluate(rules + "; null")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        broken = page.evaluate("rules => axe.run({runOnly: rules})", RULES)["violations"]
        found.extend((name, v["id"], [n["html"][:200] for n in v["nodes"]]) for v in broken)
        if wide > 0:
            found.append((name, "wider than the screen by", wide))

    stop("queue", "/quay")
    stop("nothing there", "/quay?loc=da-xong")
    stop("choose", "/quay/ho-so/moi?q=khai+sinh")
    stop("no paper", f"/quay/ho-so/moi/{NO_PAPER}")
    stop("file", f"/quay/ho-so/moi/{PLAIN}")
    page.locator("#id").fill("12")
    page.locator("#birth_date").fill("hôm qua")
    page.get_by_role("button", name="Nộp và tra cứu").click()
    stop("file, wrong")
    page.locator("#id").fill(PERSON)
    page.locator("#birth_date").fill("1909")
    page.get_by_role("button", name="Nộp và tra cứu").click()
    stop("file, doubted")
    page.locator("#birth_date").fill("")
    page.get_by_role("button", name="Nộp và tra cứu").click()
    stop("dossier")
    dossier = page.url.partition("?")[0]
    page.get_by_label("Từ chối tiếp nhận").check()
    page.get_by_role("button", name="Ghi").click()
    stop("dossier, wrong")
    page.goto(f"{dossier}/bo-sung")
    stop("ask")
    page.locator("#document_type-1").select_option("CAN_CUOC")
    page.get_by_role("button", name="Kiểm tra và gửi").click()
    stop("ask, wrong")
    page.locator("#reason-1").fill("Để lưu")
    page.get_by_role("button", name="Kiểm tra và gửi").click()
    stop("ask, refused")
    stop("share code", "/quay/ma-chia-se")
    page.locator("#code").fill("xx")
    page.locator("#purpose").fill("Thủ tục thử")
    page.get_by_role("button", name="Kiểm tra").click()
    stop("share code, wrong")
    body = {"mode": "sharing", "document_type": "CAN_CUOC", "purpose": "Thủ tục thử"}
    code = site.world.post(f"people/{PERSON}/presentations", body)["code"]
    page.locator("#code").fill(code)
    page.locator("#dossier").fill(dossier.rpartition("/")[2])
    page.get_by_role("button", name="Kiểm tra").click()
    stop("shown")
    page.get_by_role("button", name="Xem có được yêu cầu không").click()
    stop("demand")
    stop("reports", "/quay/bao-cao")
    stop("report", f"/quay/bao-cao/{site.report}")
    other = page.context.new_page()
    other.goto(dossier)
    page.goto(dossier)
    for each in (other, page):
        each.get_by_label("Tiếp nhận hồ sơ").check()
        each.get_by_role("button", name="Ghi").click()
    stop("stale")
    stop("slip", f"{dossier}/phieu/tiep-nhan")
    page.get_by_role("link", name="Về hồ sơ").click()
    page.get_by_label("Chuyển giải quyết").check()
    page.get_by_role("button", name="Ghi").click()
    page.get_by_label("Đã giải quyết xong").check()
    page.locator("summary", has_text="cấp kết quả điện tử").click()
    page.locator("#result_type").select_option("GIAY_CN_KET_HON")
    page.get_by_role("button", name="Ghi").click()
    stop("before issuing")
    page.get_by_role("button", name="Cấp và kết thúc giải quyết").click()
    stop("issued")
    page.goto("/quay")
    page.locator("#code").fill("không có")
    page.get_by_role("button", name="Mở").click()
    stop("no such dossier")
    page.context.close()
    page = signed_in(browser, site, AUDITOR, width, color_scheme=scheme)
    stop("looked at", f"/quay/ho-so/{site.dossier}")
    stop("not yours", "/quay/ho-so/moi")
    page.context.close()
    assert found == []


def test_on_paper_there_is_the_dossier_and_nothing_to_click(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, CLERK)
    page.goto(f"/quay/ho-so/{site.dossier}")
    page.emulate_media(media="print")
    assert page.get_by_text("Từng thành phần").is_visible()
    assert page.locator(".sign svg").first.is_visible()
    assert page.locator("form:visible").count() == 0
    assert page.locator(".places").is_hidden()
    paper = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in paper or b"/MediaBox [0 0 595 842]" in paper
    page.context.close()
