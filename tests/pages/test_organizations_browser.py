"""An organisation in a real browser: its representative chooses it at VNeID, files for it, reports, and switches back.

Needs what `test_browser` needs.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.main import create_app
from app.services import catalogue, dossiers
from mock_vneid.testing import Mock
from tests.desk import AN, CALLER, CHOICE, Gate, Watch, component, offered, procedure_body
from tests.mock_vneid.office import ANOTHER, PERSON, Office
from tests.pages.browsing import AXE, CHROMIUM, WHY, at_own_port, chromium, serving
from tests.pages.test_citizens_browser import sign_in, violations

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)

COMPANY = Subject(SubjectKind.ORGANIZATION, "3000000012", "CÔNG TY TNHH THỬ")
CERTIFICATE = "GCN_DKDN"
PROCEDURE = "9.000042"
ACTING = f"{PERSON}/{COMPANY.id}"
"""The button of the sandbox's page by which the person logs in for the company."""

Page = Any


@pytest.fixture(scope="module")
def world(sandbox: Mock, tester: httpx.Client) -> Office:
    made = tester.post(f"{sandbox.control_url}/worlds", json={"population": "empty"}).raise_for_status().json()
    office = Office(sandbox, made["name"], tester)
    office.put_person()
    office.put_person(ANOTHER, full_name="TRẦN THỊ BÌNH")
    office.put_holding("CAN_CUOC")
    office.put(f"organizations/{COMPANY.id}", {"name": COMPANY.full_name, "representative": PERSON})
    data = {"representative": AN.full_name, "representative_id": PERSON}
    held = {"registry": "held", "number": COMPANY.id, "issued_on": "2020-01-02", "data": data}
    office.put(f"organizations/{COMPANY.id}/holdings/{CERTIFICATE}", held)
    return office


@pytest.fixture(scope="module")
def base(world: Office, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole service at a port of its own, with a dossier that has its result, and one of the person's own."""
    settings, listening = at_own_port(world, sqlite_template, tmp_path_factory.mktemp("organizations"))
    furnish(Gate(settings, world, Watch(datetime.now(UTC))))
    with serving(create_app(settings), listening):
        yield settings.public_url


def furnish(gate: Gate) -> None:
    try:
        body = procedure_body(component(1, CERTIFICATE), component(2, "TO_KHAI"), component(3, "CAN_CUOC"))
        gate.run(catalogue.publish_procedure(gate.desk, "test", PROCEDURE, body))
        done = gate.submit(PROCEDURE, offered(3, "none", AN), applicant=COMPANY, representative=AN)["code"]
        gate.move(done, Status.RECEIVED)
        gate.move(done, Status.IN_PROGRESS)
        result = Result(CERTIFICATE, number=COMPANY.id)
        gate.run(dossiers.transition(gate.desk, CALLER, done, None, Status.DONE, None, None, result=result))
        gate.submit(CHOICE)
    finally:
        gate.close()


@pytest.fixture(scope="module")
def browser(base: str) -> Iterator[Any]:
    """After the service is furnished: no other loop may run in this thread any more."""
    with chromium() as running:
        yield running


@pytest.fixture(params=[(1280, "light"), (320, "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, browser: Any, base: str) -> Iterator[Page]:
    """A browser in which the representative has signed in for the company."""
    width, scheme = request.param
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme, base_url=base)
    opened = context.new_page()
    sign_in(opened, "/cua-toi", ACTING)
    yield opened
    context.close()


@pytest.fixture
def phone(browser: Any, base: str) -> Iterator[Page]:
    """A phone nobody is signed in on, without JavaScript."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, base_url=base, java_script_enabled=False)
    yield context.new_page()
    context.close()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_axe_finds_nothing_on_the_organisations_pages(page: Page) -> None:
    """Each names for whom one acts, and is no wider than the screen."""
    addresses = [
        *("/cua-toi", "/cua-toi/ket-qua", "/cua-toi/tra-cuu", "/cua-toi/bao-cao"),
        *("/cua-toi/ho-so/moi?q=thu", f"/cua-toi/ho-so/moi/{PROCEDURE}", f"/cua-toi/bao-cao/moi?thu-tuc={PROCEDURE}"),
    ]
    page.goto("/cua-toi")
    addresses.append(page.locator("tbody a").first.get_attribute("href"))
    page.goto("/cua-toi/ket-qua")
    addresses.append(page.locator("tbody a").first.get_attribute("href"))
    for address in addresses:
        page.goto(address)
        bar = page.get_by_role("region", name="Phiên đăng nhập")
        assert bar.get_by_text("Bạn đang thay mặt tổ chức").is_visible(), address
        assert bar.get_by_text(str(COMPANY.full_name)).is_visible(), address
        assert fits(page), address
        assert violations(page) == [], address


def test_the_form_with_a_mistake_says_so_and_is_sent_by_the_keyboard(page: Page) -> None:
    page.goto(f"/cua-toi/ho-so/moi/{PROCEDURE}")
    page.evaluate("document.querySelector('main form[method=post]').noValidate = true")
    page.get_by_role("button", name="Nộp hồ sơ").press("Enter")
    page.get_by_role("alert").get_by_role("link", name="Hãy chọn cơ quan tiếp nhận").click()
    assert page.evaluate("document.activeElement.id") == "agency"
    assert violations(page) == []
    page.get_by_label("Cơ quan tiếp nhận").select_option("000.00.00.H27")
    page.get_by_role("button", name="Nộp hồ sơ").press("Enter")
    page.wait_for_url(re.compile(r"/cua-toi/ho-so/000\.00\.00\.H27-\d{6}-\d{4,}\?xong=nop$"))
    assert page.get_by_text("Đã xác nhận, không phải nộp giấy chứng minh").is_visible()
    assert page.get_by_role("heading", name="Cơ quan tự tra cứu").is_visible()
    assert violations(page) == []


def test_from_ones_own_account_to_the_organisations_and_back(phone: Page) -> None:
    sign_in(phone, "/cua-toi")
    assert phone.get_by_text("cho chính mình").is_visible()
    phone.get_by_role("button", name="Đổi tài khoản").click()
    phone.get_by_role("button", name=f"Chọn, thay mặt {COMPANY.full_name}").click()
    phone.wait_for_url("**/cua-toi")
    assert phone.get_by_role("heading", name="Hồ sơ của tổ chức").is_visible()
    assert phone.get_by_text("Bạn đang thay mặt tổ chức").is_visible()
    phone.get_by_role("button", name="Đổi tài khoản").click()
    phone.locator(f'button[value="{PERSON}"]').click()
    phone.wait_for_url("**/cua-toi")
    assert phone.get_by_role("heading", name="Hồ sơ của tôi").is_visible()
    assert not phone.get_by_text("thay mặt").is_visible()


def test_who_represents_nobody_is_offered_no_organisation(phone: Page) -> None:
    phone.goto("/cua-toi")
    row = phone.get_by_role("listitem").filter(has_text="TRẦN THỊ BÌNH")
    assert row.get_by_role("button").count() == 1
    row.get_by_role("button").click()
    phone.wait_for_url("**/cua-toi")
    assert phone.get_by_text("Bạn chưa có hồ sơ nào ở đây.").is_visible()


def test_out_again_from_the_organisations_account(phone: Page) -> None:
    sign_in(phone, "/cua-toi", ACTING)
    phone.get_by_role("button", name="Đăng xuất").click()
    phone.wait_for_url("**/da-thoat")
    phone.goto("/cua-toi")
    assert phone.locator(f'button[value="{ACTING}"]').is_visible()
