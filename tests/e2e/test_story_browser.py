"""The story as people live it: An on her pages, the officer at the counter, in real browsers, by the keyboard alone and
without a script; the service, its worker and the sandbox are processes of their own.

Needs what `tests/pages/test_browser.py` needs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app import story
from app.api.examples import AN
from tests.e2e.province import Province, province
from tests.pages.browsing import AXE, CHROMIUM, RULES, WHY, axe, chromium
from tests.pages.test_counter_browser import choose, press, reach, write

pytestmark = pytest.mark.skipif(CHROMIUM is None or AXE is None, reason=WHY)

OFFICER, COMMUNE = "CB-0003", "000.00.31.H27"
BORN = "/".join(reversed(AN["birth_date"].split("-")))
Browser = Any
Page = Any


@pytest.fixture
def town(seeded_sqlite: str, tmp_path: Path) -> Iterator[Province]:
    with province(seeded_sqlite, tmp_path / "log") as running:
        yield running
    assert AN["id"] not in running.program.log()
    assert AN["full_name"] not in running.program.log()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Reader:
    """A person at a screen of their own, signed in at `door` with the keyboard."""

    def __init__(self, browser: Browser, town: Province, door: str, who: str, width: int) -> None:
        size = {"width": width, "height": 800}
        context = browser.new_context(viewport=size, base_url=town.ports.base, java_script_enabled=False)
        context.set_default_timeout(20_000)
        self.page: Page = context.new_page()
        # What is shown is looked at in a browser with a script engine, for the checker is a script; the page has none.
        self._copy: Page = browser.new_context(viewport=size, base_url=town.ports.base).new_page()
        self.page.goto(door)
        press(self.page, self.page.locator(f"button[value='{who}']"))
        self.page.wait_for_url(f"**{door}")

    def goes(self, address: str) -> None:
        self.page.goto(address)
        self.looks()

    def presses(self, role: str, name: str, **more: Any) -> None:
        press(self.page, self.page.get_by_role(role, name=name, **more))
        self.looks()

    def looks(self) -> None:
        """Whatever page it is: axe finds nothing, and nothing is wider than the screen."""
        address, shown, copy = self.page.url, self.page.content(), self._copy
        copy.route(address, lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8"))
        copy.goto(address)
        copy.unroute(address)
        copy.evaluate(axe() + "; null")
        found = copy.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert len(found["passes"]) > 15
        assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]] == [], address
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert copy.evaluate(wide) <= 0, address

    def reads(self, text: str) -> None:
        assert self.page.get_by_text(text).first.is_visible(), f"{text}: not on {self.page.url}"

    def section(self, title: str) -> str:
        """What stands under a heading of its own section."""
        found: str = self.page.get_by_role("region", name=title).inner_text()
        return found


def files(officer: Reader, procedure: str, case: str) -> None:
    """To the form of a procedure's case, with An as who applies."""
    page = officer.page
    officer.goes("/quay")
    officer.presses("link", "Tiếp nhận hồ sơ mới")
    write(page, page.get_by_role("searchbox"), procedure)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, page.locator(f"a[href$='/{procedure}']"))
    officer.presses("link", case)
    reach(page, page.locator("#kind-person"))
    page.keyboard.press("Space")
    write(page, page.locator("#id"), AN["id"])
    write(page, page.locator("#full_name"), AN["full_name"])
    write(page, page.locator("#birth_date"), BORN)


def moves(officer: Reader, step: str) -> None:
    page = officer.page
    reach_step(page, step)
    officer.presses("button", "Ghi", exact=True)
    assert page.get_by_role("status").inner_text() == "Đã chuyển trạng thái hồ sơ."


def reach_step(page: Page, step: str) -> None:
    """Radio buttons are one stop of the Tab key; the arrows choose among them."""
    wanted = page.get_by_role("radio", name=step, exact=True)
    reach(page, page.get_by_role("radio"))
    page.keyboard.press("Space")
    for _ in range(12):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{step} cannot be chosen")


def asks(officer: Reader, document_type: str, form: str, reason: str) -> None:
    page = officer.page
    officer.presses("link", "Yêu cầu công dân bổ sung giấy tờ")
    choose(page, page.locator("#document_type-1"), document_type)
    choose(page, page.locator("#form-1"), form)
    write(page, page.locator("#reason-1"), reason)
    officer.presses("button", "Kiểm tra và gửi")


def test_a_birth_a_residence_and_no_paper_twice(browser: Browser, town: Province) -> None:
    child = story.newborn()
    who = {"full_name": child["full_name"], "birth_date": child["birth_date"], "sex": "female", "identity_level": 0}
    town.office.world("PUT", f"/people/{child['id']}", who)
    officer = Reader(browser, town, "/quay", OFFICER, 1280)
    an = Reader(browser, town, "/cua-toi", AN["id"], 320)
    counter, phone = officer.page, an.page

    # The birth is declared at the counter; the office looks up what it can.
    files(officer, story.BIRTH, "Thông thường")
    choose(counter, counter.locator("#given-1"), "electronic")
    officer.presses("button", "Nộp và tra cứu")
    assert counter.get_by_role("status").inner_text() == "Đã nhận hồ sơ."
    birth = counter.url.partition("?")[0].rpartition("/")[2]
    moves(officer, "Tiếp nhận hồ sơ")

    # An sees it: when the result is due, and the one thing she has to send, which this service takes on no paper.
    an.goes("/cua-toi")
    assert birth in phone.get_by_role("table").inner_text()
    an.presses("link", "Thủ tục đăng ký khai sinh")
    due = town.office.call("GET", f"/v1/dossiers/{birth}")["due_on"]
    assert "/".join(reversed(due.split("-"))) in phone.locator("dl.summary").inner_text()
    assert "Giấy chứng sinh" in an.section("Chỉ bản điện tử")
    assert "Giấy tờ tùy thân" in an.section("Cơ quan tự tra cứu")

    # She is asked for it, and told that this is lawful.
    asks(officer, "GIAY_CHUNG_SINH", "electronic", "Chưa có giấy chứng sinh")
    assert "Đã gửi yêu cầu bổ sung" in counter.get_by_role("status").inner_text()
    an.goes(phone.url)
    an.reads("Cơ quan đề nghị bạn bổ sung")
    an.reads("Chưa có giấy chứng sinh")
    an.reads("Được phép yêu cầu")

    # She has brought it. The certificate is issued for the child, and handed over.
    moves(officer, "Chuyển giải quyết")
    result = {"document_type": story.CERTIFICATE, "result_code": story.CERTIFICATE_CODE, "holder": child}
    town.office.move(birth, 9, "handler", result={**result, "number": "12/2026"})
    officer.goes(f"/quay/ho-so/{birth}")
    officer.reads(story.CERTIFICATE_CODE)
    moves(officer, "Đã trả kết quả cho công dân")

    # The residence: nobody has to bring the certificate, and who asks for it all the same is refused with the article.
    files(officer, story.RESIDENCE, "Con về ở với cha, mẹ")
    choose(counter, counter.locator("#given-1"), "electronic")
    press_details(counter, 4)
    write(counter, counter.locator("#holder-id-4"), child["id"])
    write(counter, counter.locator("#holder-full_name-4"), child["full_name"])
    officer.presses("button", "Nộp và tra cứu")
    assert counter.locator(".needs .sign").all_inner_texts() == ["Đã nộp", "Cơ quan tự tra cứu"]
    residence = counter.url.partition("?")[0].rpartition("/")[2]
    asks(officer, story.CERTIFICATE, "copy", "Để lưu hồ sơ")
    assert "Không gửi" in counter.get_by_role("alert").inner_text()
    officer.reads("Nghị định 118/2025/NĐ-CP")
    officer.reads("thông tin đã lưu trong kho dữ liệu của tỉnh")
    assert counter.locator("#reason-1").input_value() == "Để lưu hồ sơ"
    an.goes(f"/cua-toi/ho-so/{residence}")
    assert not phone.get_by_text("Cơ quan đề nghị bạn bổ sung").count()

    # An opens her child's certificate, and sees who has looked at her data, for which dossier.
    an.goes(f"/cua-toi/ho-so/{birth}")
    an.presses("link", "Xem bản điện tử")
    an.reads(child["full_name"])
    an.reads(story.CERTIFICATE_CODE)
    an.goes("/cua-toi/ket-qua")
    an.reads(f"của {child['full_name']}")
    an.presses("link", "Ai đã xem dữ liệu")
    seen = phone.get_by_role("table").inner_text()
    assert OFFICER in seen
    assert birth in seen

    (kept,) = town.office.world("GET", f"/results?holder={AN['id']}")["items"]
    assert (kept["claims"]["dossier"], kept["claims"]["holder"]["id"]) == (birth, child["id"])

    # And she is out again: what was hers is nobody's who comes to this screen next.
    an.presses("button", "Đăng xuất")
    phone.goto("/cua-toi")
    assert phone.locator(f"button[value='{AN['id']}']").is_visible()


def press_details(page: Page, position: int) -> None:
    """Whose paper it is, when it is somebody else's: folded away until it is wanted."""
    reach(page, page.locator(f"details:has(#holder-id-{position}) > summary"))
    page.keyboard.press("Enter")
