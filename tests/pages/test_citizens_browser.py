"""A citizen in a real browser: through the sandbox's login, by keyboard, on a phone, on paper, and out again.

Needs what `test_browser` needs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.services import reports
from mock_vneid.testing import Mock
from tests.desk import AN, CHOICE, OTHER, PLAIN, Gate, Watch, offered
from tests.mock_vneid.office import ANOTHER, PERSON, Office
from tests.pages.browsing import AXE, CHROMIUM, RULES, WHY, at_own_port, axe, chromium, serving
from tests.services.test_citizens import completed, visit
from tests.services.test_reports import OFFICE, WORDS, told

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)

Browser = Any
Page = Any


@dataclass(frozen=True)
class Furnished:
    """A running service, and what a citizen finds there."""

    base: str
    dossier: str
    done: str
    to_withdraw: str
    refused: str
    lawful: str
    result: str

    def addresses(self) -> dict[str, str]:
        own = "/cua-toi"
        return {
            "dossiers": own,
            "dossier": f"{own}/ho-so/{self.dossier}",
            "done": f"{own}/ho-so/{self.done}",
            "results": f"{own}/ket-qua",
            "result": f"{own}/ket-qua/{self.result}",
            "lookups": f"{own}/tra-cuu",
            "data": f"{own}/du-lieu",
            "reports": f"{own}/bao-cao",
            "search": f"{own}/bao-cao/moi?q=khai+sinh",
            "form": f"{own}/bao-cao/moi?thu-tuc={PLAIN}",
            "refused": f"{own}/bao-cao/{self.refused}",
            "lawful": f"{own}/bao-cao/{self.lawful}",
            "signed-out": "/da-thoat",
            "not-signed-in": "/dang-nhap/ve?state=x",
            "forged": f"{own}/ho-so/{self.dossier}x",
        }


ADDRESSES = sorted(Furnished("", "", "", "", "", "", "").addresses())


@pytest.fixture(scope="module")
def world(sandbox: Mock, tester: httpx.Client) -> Office:
    made = tester.post(f"{sandbox.control_url}/worlds", json={"population": "empty"}).raise_for_status().json()
    office = Office(sandbox, made["name"], tester)
    office.put_person()
    office.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH", identity_level=1)
    office.put_holding("CAN_CUOC")
    office.put_holding("GIAY_KHAI_SINH", full_name="NGUYỄN VĂN ANH", wallet="absent")
    return office


@pytest.fixture(scope="module")
def site(world: Office, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """The whole service at a port of its own, which it knows: the provider leads back there."""
    settings, listening = at_own_port(world, sqlite_template, tmp_path_factory.mktemp("site"))
    found = furnished(Gate(settings, world, Watch(datetime.now(UTC))), settings.public_url)
    with serving(create_app(settings), listening):
        yield found


def furnished(gate: Gate, base: str) -> Furnished:
    """A citizen with something on every page."""
    try:
        asked = gate.submit(PLAIN)["code"]
        gate.move(asked, 2)
        gate.ask_more(asked, "VAN_BANG")
        gate.submit(CHOICE, offered(1, "none", AN), applicant=OTHER)
        done, desk = completed(gate), gate.desk
        refused = gate.run(reports.file(desk, visit(gate), told(gate)))
        gate.run(reports.answer(desk, OFFICE, refused, "Cơ quan xin lỗi và đã bỏ yêu cầu này.", None))
        lawful = gate.run(reports.file(desk, visit(gate), told(gate, "form-2", document_type="VAN_BANG")))
        result = gate.dossier(done)["results"][0]["id"]
        return Furnished(base, asked, done, gate.submit(CHOICE)["code"], refused, lawful, result)
    finally:
        gate.close()


@pytest.fixture(scope="module")
def browser(site: Furnished) -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Furnished) -> Any:
    """The state of a browser in which the citizen has signed in."""
    context = browser.new_context(base_url=site.base, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, "/cua-toi")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(params=[(1280, "light"), (320, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, browser: Browser, site: Furnished, signed_in: Any) -> Iterator[Page]:
    width, scheme = request.param
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme, base_url=site.base, storage_state=signed_in)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser, site: Furnished) -> Iterator[Page]:
    """A phone nobody is signed in on, without JavaScript."""
    size = {"width": 320, "height": 640}
    context = browser.new_context(viewport=size, base_url=site.base, java_script_enabled=False)
    yield context.new_page()
    context.close()


def sign_in(page: Page, wanted: str, who: str = PERSON) -> None:
    """By the page that is wanted, and the sandbox's own page."""
    page.goto(wanted)
    page.locator(f'button[value="{who}"]').click()
    page.wait_for_url(f"**{wanted}")


@pytest.mark.parametrize("name", ADDRESSES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page: Page, site: Furnished, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.addresses()[name])
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert all(url.startswith(f"{site.base}/") for url in asked)
    assert violations(page) == []


def violations(page: Page) -> list[Any]:
    """What axe finds wrong, and where."""
    page.evaluate(axe() + "; null")
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert len(found["passes"]) > 15
    return [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]]


def test_a_form_with_mistakes_says_so_at_its_head_and_at_each_field(page: Page) -> None:
    page.goto(f"/cua-toi/bao-cao/moi?thu-tuc={PLAIN}")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_role("button", name="Gửi và xem kết luận").click()
    assert page.get_by_role("alert").get_by_role("link").count() == 2
    page.get_by_role("alert").get_by_role("link", name="Cơ quan yêu cầu").click()
    assert page.evaluate("document.activeElement.id") == "agency"
    assert violations(page) == []


def test_an_account_of_level_1_is_told_what_it_needs(browser: Browser, site: Furnished) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, base_url=site.base)
    page = context.new_page()
    sign_in(page, "/cua-toi/ket-qua", ANOTHER)
    assert page.get_by_role("heading", name="Cần tài khoản VNeID mức 2").is_visible()
    assert violations(page) == []
    context.close()


def test_from_a_private_page_through_the_login_and_back_to_it(phone: Page, site: Furnished) -> None:
    wanted = f"/cua-toi/ho-so/{site.dossier}"
    sign_in(phone, wanted)
    assert phone.get_by_text("Đang đăng nhập").is_visible()
    assert phone.get_by_role("heading", name="Cơ quan đề nghị bạn bổ sung").is_visible()
    assert phone.get_by_text("Được phép yêu cầu").first.is_visible()


def test_who_refuses_at_the_provider_is_told_so(phone: Page) -> None:
    phone.goto("/cua-toi")
    phone.get_by_role("button", name="Từ chối").click()
    assert phone.get_by_role("heading", name="Bạn chưa đăng nhập").is_visible()
    phone.get_by_role("link", name="Đăng nhập lại").click()
    assert phone.locator(f'button[value="{PERSON}"]').is_visible()


def test_out_again_and_the_back_button_shows_nothing(phone: Page, site: Furnished) -> None:
    sign_in(phone, "/cua-toi")
    assert phone.get_by_text(site.dossier).is_visible()
    phone.get_by_role("button", name="Đăng xuất").click()
    phone.wait_for_url("**/da-thoat")
    assert phone.get_by_role("heading", name="Bạn đã đăng xuất").is_visible()
    phone.go_back()
    assert not phone.get_by_text(site.dossier).is_visible()
    # At the provider nobody is signed in any more either: it asks again.
    phone.goto("/cua-toi")
    assert phone.locator(f'button[value="{PERSON}"]').is_visible()


def test_a_dossier_is_withdrawn_on_a_phone(phone: Page, site: Furnished) -> None:
    sign_in(phone, f"/cua-toi/ho-so/{site.to_withdraw}")
    phone.get_by_label("Lý do").fill("Nộp nhầm")
    phone.get_by_label("Tôi muốn rút hồ sơ này").check()
    phone.get_by_role("button", name="Rút hồ sơ").click()
    assert phone.get_by_text("Đã rút hồ sơ", exact=True).is_visible()
    assert not phone.get_by_role("button", name="Rút hồ sơ").is_visible()


def test_a_report_is_filed_with_the_keyboard_alone(page: Page, site: Furnished) -> None:
    page.goto(f"/cua-toi/bao-cao/moi?thu-tuc={PLAIN}")

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()") == name:
                return
        raise AssertionError(f"{name} is not reached by the Tab key")

    tab_to("document_type")
    page.keyboard.type("Thẻ căn cước /")
    tab_to("form")
    page.keyboard.type("Bản sao")
    tab_to("agency")
    page.keyboard.press("ArrowDown")
    tab_to("said")
    page.keyboard.type("Photo thẻ căn cước")
    tab_to("Gửi và xem kết luận")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cua-toi/bao-cao/[0-9a-f-]{36}$"))
    assert page.get_by_role("heading", name="Cơ quan không được yêu cầu giấy tờ này").is_visible()
    assert page.get_by_role("heading", name="Nói gì ở quầy").is_visible()


def test_what_to_say_at_the_counter_goes_on_paper_and_the_forms_do_not(page: Page, site: Furnished) -> None:
    page.goto(f"/cua-toi/bao-cao/{site.refused}")
    assert page.get_by_role("button", name="Khép phản ánh").is_visible()
    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="Nói gì ở quầy").is_visible()
    assert page.get_by_text("Nghị định 118/2025/NĐ-CP").first.is_visible()
    assert page.get_by_text(WORDS).is_visible()
    for hidden in ("Khép phản ánh", "Đăng xuất"):
        assert not page.get_by_role("button", name=hidden).is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_an_officer_signs_in_at_a_door_of_their_own(phone: Page, site: Furnished) -> None:
    phone.goto("/can-bo")
    phone.locator('button[value="CB-0001"]').click()
    phone.wait_for_url("**/quay")
    assert {cookie["name"] for cookie in phone.context.cookies(site.base)} == {"motlan-quay"}
