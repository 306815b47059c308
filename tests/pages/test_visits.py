"""A visit: how long it lasts, what it may send, and that nobody keeps its pages."""

from datetime import timedelta

import pytest

from app.domain.sessions import IDLE, LONGEST
from tests.desk import Gate
from tests.mock_vneid.office import PERSON
from tests.pages.signed_in import SignedIn, origin

REPORT = "/cua-toi/bao-cao"


@pytest.fixture
def browser(sqlite_gate: Gate) -> SignedIn:
    signed_in = SignedIn(sqlite_gate)
    signed_in.sign_in()
    return signed_in


def is_signed_in(browser: SignedIn) -> bool:
    return browser.ask("/cua-toi").status_code == 200


# ---- how long --------------------------------------------------------------------------------------------------------


def test_a_visit_ends_when_it_is_not_used(browser: SignedIn) -> None:
    browser.gate.watch.advance(seconds=IDLE.total_seconds() - 1)
    assert is_signed_in(browser)
    browser.gate.watch.advance(seconds=IDLE.total_seconds())
    assert not is_signed_in(browser)


def test_a_visit_that_is_used_goes_on_but_not_for_ever(browser: SignedIn) -> None:
    began, step = browser.gate.watch.moment, timedelta(minutes=29)
    while browser.gate.watch.moment + step < began + LONGEST:
        browser.gate.watch.advance(seconds=step.total_seconds())
        assert is_signed_in(browser)
    browser.gate.watch.moment = began + LONGEST
    assert not is_signed_in(browser)


def test_a_visit_holds_in_every_process_and_ends_in_every_one(browser: SignedIn) -> None:
    other = SignedIn(browser.gate, dict(browser.cookies))
    other.app.state.desk = browser.gate.open()
    assert is_signed_in(other)
    browser.send("/dang-xuat", {}, page="/cua-toi")
    assert not is_signed_in(other)


# ---- what it may send ------------------------------------------------------------------------------------------------


def send(browser: SignedIn, token: str, **headers: str) -> int:
    answer = browser.post(REPORT, {"csrf": token, "procedure": "9.000001"}, **headers)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code


def test_a_form_needs_the_token_of_this_very_visit(browser: SignedIn) -> None:
    other = SignedIn(browser.gate)
    other.sign_in()
    assert send(browser, browser.token("/cua-toi")) == 422  # taken, and incomplete
    for token in ("", "0" * 64, "é", other.token("/cua-toi"), browser.token("/cua-toi")[:-1]):
        assert send(browser, token) == 403


def test_a_form_without_a_token_is_refused(browser: SignedIn) -> None:
    assert browser.post(REPORT, {"procedure": "9.000001"}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "http://127.0.0.1:8000", "sec_fetch_site": "cross-site"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(browser: SignedIn, headers: dict[str, str]) -> None:
    assert send(browser, browser.token("/cua-toi"), **headers) == 403


def test_a_form_of_this_site_is_taken(browser: SignedIn) -> None:
    assert send(browser, browser.token("/cua-toi"), origin=origin(browser.base), sec_fetch_site="same-origin") == 422


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_only_a_form_is_a_form(browser: SignedIn, media_type: str) -> None:
    token = browser.token("/cua-toi")
    assert browser.post(REPORT, {"csrf": token}, content_type=media_type).status_code == 422


def test_a_form_is_small(browser: SignedIn) -> None:
    token = browser.token("/cua-toi")
    assert browser.post(REPORT, {"csrf": token, "said": "x" * 70_000}).status_code == 413
    assert browser.post(REPORT, {"csrf": token, **{f"f{n}": "x" for n in range(400)}}).status_code == 422


def test_broken_text_is_no_form(browser: SignedIn) -> None:
    answer = browser.ask(REPORT, "POST", b"csrf=%ff%fe", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422


def test_what_is_sent_after_the_end_leads_to_the_login_and_changes_nothing(browser: SignedIn) -> None:
    token = browser.token("/cua-toi")
    browser.gate.watch.advance(hours=1)
    answer = browser.post(REPORT, {"csrf": token, "procedure": "9.000001"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/dang-nhap?ve=/cua-toi")


# ---- nobody keeps them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/cua-toi", "/cua-toi/ket-qua", "/cua-toi/tra-cuu", "/cua-toi/du-lieu", "/cua-toi/bao-cao"]
)
def test_a_private_page_is_kept_by_nobody_and_holds_no_number(browser: SignedIn, address: str) -> None:
    answer = browser.ask(address)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert "script" not in answer.text.lower()
    assert PERSON not in answer.text
    anonymous = SignedIn(browser.gate).ask(address)
    assert (anonymous.status_code, anonymous.headers["location"]) == (303, f"/dang-nhap?ve={address}")


def test_the_footer_says_what_the_cookie_is_for(browser: SignedIn) -> None:
    assert "chỉ dùng một cookie để giữ phiên đăng nhập" in browser.page("/cua-toi").text
    assert "không dùng cookie" in browser.ask("/van-ban").text


def test_forms_may_end_at_the_providers_door_and_nowhere_else(browser: SignedIn) -> None:
    policy = browser.ask("/cua-toi").headers["content-security-policy"]
    (rule,) = (r for r in policy.split("; ") if r.startswith("form-action"))
    assert rule == f"form-action 'self' {origin(browser.gate.world.vneid)}"
