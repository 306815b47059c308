"""Where browsers come: the page on which to choose a person, sessions, and requests that were pushed ahead."""

from typing import Any

import httpx
import pytest

from tests.mock_vneid.office import ANOTHER, PERSON, Office
from tests.mock_vneid.rp import CALLBACK, SCOPE, Rp, asked, query_of, verified


@pytest.fixture
def rp(empty: Office) -> Rp:
    empty.put_person()
    empty.put_person(ANOTHER, full_name="ĐẶNG THỊ DUNG", identity_level=1)
    return Rp(empty)


# The page


def test_the_page_shows_who_there_is_and_says_that_all_is_made_up(rp: Rp) -> None:
    rp.office.put_person("042190100009", full_name="<b>KHÔNG</b>", identity_level=0)
    page = rp.authorize(prompt=None, login_hint=None)
    assert asked(page)
    assert "Môi trường thử" in page.text
    assert "NGUYỄN VĂN AN" in page.text
    assert "ĐẶNG THỊ DUNG" in page.text
    assert "&lt;b&gt;KHÔNG&lt;/b&gt;" in page.text
    assert 'value="042190100009" disabled' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


def test_a_person_is_found_by_name_without_accents_picked_and_logged_in(rp: Rp) -> None:
    question = asked(rp.authorize(prompt=None, login_hint=None))
    found = rp.browser.post(f"{rp.oidc}/login", data={"question": question, "wanted": "dang  thi"})
    assert "ĐẶNG THỊ DUNG" in found.text
    assert "NGUYỄN VĂN AN" not in found.text
    back = rp.callback(rp.browser.post(f"{rp.oidc}/login", data={"question": asked(found), "person": ANOTHER}))
    assert rp.userinfo(rp.redeem(back["code"]).json()["access_token"]).json()["citizenPid"] == ANOTHER


def test_a_hint_fills_the_search(rp: Rp) -> None:
    page = rp.authorize(prompt=None, login_hint=ANOTHER)
    assert "ĐẶNG THỊ DUNG" in page.text
    assert "NGUYỄN VĂN AN" not in page.text


def test_anybody_of_a_virtual_world_is_found_by_their_number(virtual: Office) -> None:
    person = "042090000000"
    page = Rp(virtual).authorize(prompt=None, login_hint=person)
    assert virtual.get(f"people/{person}")["full_name"] in page.text


def test_the_person_may_refuse(rp: Rp) -> None:
    question = asked(rp.authorize(prompt=None, login_hint=None))
    back = rp.callback(rp.browser.post(f"{rp.oidc}/login", data={"question": question, "deny": "1"}))
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "st&te +/=", rp.office.vneid)


def test_who_has_no_account_cannot_be_picked_and_the_page_says_so(rp: Rp) -> None:
    rp.office.put_person("042190100009", identity_level=0)
    question = asked(rp.authorize(prompt=None, login_hint=None))
    page = rp.browser.post(f"{rp.oidc}/login", data={"question": question, "person": "042190100009"})
    assert "Người này không có tài khoản" in page.text
    assert asked(page) == question


@pytest.mark.parametrize("last", [{"deny": "1"}, {"person": PERSON}])
def test_one_question_is_answered_once(rp: Rp, last: dict[str, str]) -> None:
    question = asked(rp.authorize(prompt=None, login_hint=None))
    rp.callback(rp.browser.post(f"{rp.oidc}/login", data={"question": question, "person": PERSON}))
    assert rp.browser.post(f"{rp.oidc}/login", data={"question": question, **last}).status_code == 400


def test_a_question_waits_ten_minutes(rp: Rp) -> None:
    question = asked(rp.authorize(prompt=None, login_hint=None))
    rp.office.post("clock", {"advance": 601})
    assert rp.browser.post(f"{rp.oidc}/login", data={"question": question, "person": PERSON}).status_code == 400


@pytest.mark.parametrize("body", [b"", b"\xff=\xfe", b"question=", b"&" * 50 + b"a=b&" * 50])
def test_a_broken_form_is_a_page_and_never_a_crash(rp: Rp, body: bytes) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("login", "authorize"):
        assert rp.browser.post(f"{rp.oidc}/{path}", content=body, headers=form).status_code == 400


# Sessions


def test_who_is_logged_in_is_not_asked_again(rp: Rp) -> None:
    first = rp.tokens()
    again = rp.tokens(prompt=None, login_hint=None)
    said = [verified(rp, tokens["id_token"])[1] for tokens in (first, again)]
    assert [claims["sid"] for claims in said] == [said[0]["sid"]] * 2
    assert rp.tokens(login_hint=None, prompt="none")["id_token"]


@pytest.mark.parametrize("prompt", ["login", "select_account", "consent", "login consent"])
def test_whoever_is_to_be_asked_is_asked(rp: Rp, prompt: str) -> None:
    rp.tokens()
    assert asked(rp.authorize(prompt=prompt, login_hint=None))


def test_max_age_asks_again_when_the_login_is_too_long_ago(rp: Rp) -> None:
    rp.tokens()
    rp.office.post("clock", {"advance": 100})
    assert rp.tokens(prompt=None, login_hint=None, max_age="1000")
    assert asked(rp.authorize(prompt=None, login_hint=None, max_age="50"))
    assert rp.callback(rp.authorize(login_hint=None, max_age="50"))["error"] == "login_required"


def test_a_hint_of_somebody_else_is_no_login_of_the_one_who_is_there(rp: Rp) -> None:
    of_another = Rp(rp.office).tokens(login_hint=ANOTHER)["id_token"]
    mine = rp.tokens()["id_token"]
    assert rp.callback(rp.authorize(login_hint=None, id_token_hint=of_another))["error"] == "login_required"
    assert rp.callback(rp.authorize(login_hint=None, id_token_hint="nonsense"))["error"] == "login_required"
    assert "code" in rp.callback(rp.authorize(login_hint=None, id_token_hint=mine))
    assert asked(rp.authorize(prompt=None, login_hint=ANOTHER))


def test_another_client_of_the_same_browser_needs_a_yes_of_its_own(rp: Rp) -> None:
    rp.register("second", secret="another-secret", redirect_uris=[CALLBACK]).raise_for_status()
    rp.tokens()
    assert rp.callback(rp.authorize(client_id="second", login_hint=None))["error"] == "consent_required"
    assert asked(rp.authorize(client_id="second", prompt=None, login_hint=None))


def test_a_session_opens_nothing_in_another_world(rp: Rp, virtual: Office) -> None:
    rp.tokens()
    (cookie,) = rp.browser.cookies.jar
    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == (f"/w/{rp.office.world}/oidc", True)
    elsewhere = rp.browser.get(
        f"{virtual.vneid}/oidc/authorize",
        params=rp.question(login_hint=None),
        headers={"Cookie": f"{cookie.name}={cookie.value}"},
    )
    assert query_of(elsewhere.headers["location"])["error"] == "login_required"


# Pushed ahead


def pushed(rp: Rp, **change: str | None) -> httpx.Response:
    return rp.post("par", rp.question(**change))


def test_a_pushed_request_is_used_once_by_its_client(rp: Rp) -> None:
    answer = pushed(rp)
    assert answer.status_code == 201
    said = answer.json()
    assert said["expires_in"] == 90
    short: dict[str, Any] = {"client_id": "demo-rp", "request_uri": said["request_uri"]}
    assert rp.browser.get(f"{rp.oidc}/authorize", params=short | {"client_id": "motlan-tthc"}).status_code == 400
    assert "code" in rp.callback(rp.browser.get(f"{rp.oidc}/authorize", params=short))
    assert rp.browser.get(f"{rp.oidc}/authorize", params=short).status_code == 400


def test_a_pushed_request_waits_ninety_seconds(rp: Rp) -> None:
    request_uri = pushed(rp).json()["request_uri"]
    rp.office.post("clock", {"advance": 91})
    answer = rp.browser.get(f"{rp.oidc}/authorize", params={"client_id": "demo-rp", "request_uri": request_uri})
    assert answer.status_code == 400


def test_only_what_was_pushed_counts(rp: Rp) -> None:
    request_uri = pushed(rp, scope="openid").json()["request_uri"]
    more = rp.question(scope=SCOPE, state="other", login_hint=ANOTHER, request_uri=request_uri)
    back = rp.callback(rp.browser.get(f"{rp.oidc}/authorize", params=more))
    assert back["state"] == "st&te +/="
    assert rp.redeem(back["code"]).json()["scope"] == "openid"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"client_id": "motlan-tthc"}, "invalid_request"),
    ],
)
def test_a_push_is_checked_at_once(rp: Rp, change: dict[str, str | None], error: str) -> None:
    answer = pushed(rp, **change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_only_a_client_that_proves_itself_pushes(rp: Rp) -> None:
    answer = rp.post("par", rp.question(), ("demo-rp", "wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
