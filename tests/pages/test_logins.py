"""Signing in at the sandbox: what is believed, what is refused, and that nobody is signed in by a trick."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from sqlalchemy import Connection, insert

from app.domain.sessions import LOGIN_LASTS
from app.models.journal import journal_entries
from app.models.sessions import logins, sessions
from app.services.sessions import MOST_LOGINS
from tests.desk import Gate, all_bytes
from tests.mock_vneid.office import AN, ANOTHER, PERSON
from tests.pages.html import read
from tests.pages.signed_in import SignedIn


@pytest.fixture
def browser(sqlite_gate: Gate) -> SignedIn:
    return SignedIn(sqlite_gate)


def query_of(address: str) -> dict[str, str]:
    return {name: text for name, (text,) in parse_qs(urlsplit(address).query).items()}


def with_query(address: str, **change: str | None) -> str:
    """The address with some parameters changed; None takes one away."""
    query = {**query_of(address), **change}
    return urlunsplit(urlsplit(address)._replace(query=urlencode({k: v for k, v in query.items() if v is not None})))


def came_back(browser: SignedIn, who: str = PERSON) -> str:
    """The address with which the provider sends this browser back."""
    return browser.at_provider(browser.begin(), who)


def refused(browser: SignedIn, back: str, status: int) -> str:
    """What the page says when nobody was signed in."""
    answer = browser.ask(back)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "motlan" not in browser.cookies
    assert browser.gate.count(sessions) == 0
    return read(answer.text).all("h1")[0].text


# ---- in --------------------------------------------------------------------------------------------------------------


def test_a_citizen_signs_in_and_is_led_to_their_pages(browser: SignedIn) -> None:
    answer = browser.sign_in()
    assert answer.headers["location"] == "/cua-toi"
    assert AN["full_name"] in browser.page("/cua-toi").text


def test_the_provider_is_asked_for_a_code_with_pkce_state_and_nonce(browser: SignedIn) -> None:
    asked = query_of(browser.begin())
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/dang-nhap/ve"
    assert {len(asked[name]) for name in ("state", "nonce", "code_challenge")} == {43}
    again = query_of(browser.begin())
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_who_wanted_a_page_is_led_there_after_signing_in(browser: SignedIn) -> None:
    answer = browser.ask("/cua-toi/tra-cuu?trang=2")
    assert answer.status_code == 303
    door = answer.headers["location"]
    assert door == "/dang-nhap?ve=/cua-toi/tra-cuu%3Ftrang%3D2"
    assert browser.sign_in(door=door).headers["location"] == "/cua-toi/tra-cuu?trang=2"


def test_who_came_by_another_name_of_this_machine_is_led_to_the_one_the_provider_knows(browser: SignedIn) -> None:
    answer = browser.ask("/dang-nhap?ve=/cua-toi/du-lieu", host="localhost:8000")
    assert answer.headers["location"] == "http://127.0.0.1:8000/dang-nhap?ve=%2Fcua-toi%2Fdu-lieu"
    assert browser.ask("/dang-nhap", host="another.example").headers["location"].startswith(browser.gate.world.vneid)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/quay", "/dang-xuat"]
)
def test_a_login_leads_to_no_other_place(browser: SignedIn, wanted: str) -> None:
    assert browser.sign_in(door=f"/dang-nhap?{urlencode({'ve': wanted})}").headers["location"] == "/cua-toi"


def test_who_is_signed_in_is_not_sent_to_the_provider_again(browser: SignedIn) -> None:
    browser.sign_in()
    assert browser.ask("/dang-nhap?ve=/cua-toi/du-lieu").headers["location"] == "/cua-toi/du-lieu"


def test_an_officer_signs_in_with_code_agency_and_roles(browser: SignedIn) -> None:
    assert browser.sign_in_officer("CB-0003").headers["location"] == "/quay"
    assert set(browser.cookies) == {"motlan-quay"}


def test_an_officer_without_a_role_is_told_so(browser: SignedIn) -> None:
    back = browser.at_provider(browser.begin("/can-bo"), "CB-0007")
    assert refused(browser, back, 403) == "Tài khoản chưa được phân công"


def test_a_citizens_visit_opens_no_officers_page_and_the_other_way_round(browser: SignedIn) -> None:
    browser.sign_in_officer("CB-0001")
    browser.cookies["motlan"] = browser.cookies.pop("motlan-quay")
    assert browser.ask("/cua-toi").headers["location"].startswith("/dang-nhap")


def test_each_login_opens_a_visit_of_its_own_and_ends_the_one_before(browser: SignedIn) -> None:
    """What somebody planted in the browser before is worth nothing afterwards."""
    browser.sign_in()
    planted = browser.cookies["motlan"]
    back = browser.at_provider(query_free_door(browser), PERSON)
    browser.cookies["motlan"] = planted
    browser.ask(back)
    assert browser.cookies["motlan"] != planted
    thief = SignedIn(browser.gate, {"motlan": planted})
    assert thief.ask("/cua-toi").status_code == 303


def query_free_door(browser: SignedIn) -> str:
    """A login begun by the same browser while it is not signed in."""
    browser.cookies.pop("motlan")
    return browser.begin()


def test_a_made_up_cookie_is_nobodys(browser: SignedIn) -> None:
    for secret in ("", "x", "A" * 43, "A" * 4000, "' OR 1=1 --"):
        browser.cookies["motlan"] = secret
        assert browser.ask("/cua-toi").status_code == 303


def test_cookies_are_for_the_server_alone(browser: SignedIn) -> None:
    (line,) = (c for c in browser.sign_in().headers.get_list("set-cookie") if c.startswith("motlan="))
    assert "httponly" in line.lower() and "samesite=lax" in line.lower() and "path=/" in line.lower()
    assert "max-age" not in line.lower() and "domain" not in line.lower()


def test_over_tls_cookies_are_bound_to_the_host(browser: SignedIn) -> None:
    gate = browser.gate
    gate.desk = gate.open(public_url="https://motlan.example")
    secure = SignedIn(gate)
    answer = secure.ask("/dang-nhap")
    (line,) = answer.headers.get_list("set-cookie")
    assert line.startswith("__Host-motlan-login=") and "; secure" in line.lower() and "path=/" in line.lower()


def test_in_production_nobody_signs_in_over_plain_http(browser: SignedIn) -> None:
    browser.app.state.desk = browser.gate.open(env="production")
    assert browser.ask("/dang-nhap").status_code == 503
    browser.app.state.desk = browser.gate.open(env="production", public_url="https://motlan.example")
    assert browser.ask("/dang-nhap").status_code == 303


def test_whoever_begins_too_many_logins_keeps_nobody_else_out(browser: SignedIn) -> None:
    """Of so many on their way the oldest go, and the table does not grow."""
    ends = browser.gate.watch.moment + LOGIN_LASTS - timedelta(seconds=1)
    row = {"kind": "citizen", "browser": "", "nonce": "", "verifier": "", "way_back": ""}

    def fill(conn: Connection) -> None:
        flood = [{**row, "id": str(n), "ends_at": ends - timedelta(milliseconds=n)} for n in range(MOST_LOGINS)]
        conn.execute(insert(logins), flood)

    browser.gate.desk.db.write_sync(fill)
    address = browser.begin()
    assert browser.gate.count(logins) == MOST_LOGINS
    assert browser.ask(browser.at_provider(address, PERSON)).headers["location"] == "/cua-toi"


# ---- tricks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        *("wrong_nonce", "no_nonce", "wrong_sub", "wrong_callback_iss", "no_callback_iss"),
        *("bad_signature", "retired_key", "unknown_kid", "alg_none", "wrong_alg"),
        *("wrong_issuer", "wrong_audience", "expired", "not_yet_valid"),
    ],
)
def test_an_answer_that_does_not_verify_signs_nobody_in(browser: SignedIn, kind: str) -> None:
    browser.gate.world.fault("oidc", kind)
    assert refused(browser, came_back(browser), 403) == "Không nhận lượt đăng nhập này"


def test_a_state_of_another_login_signs_nobody_in(browser: SignedIn) -> None:
    browser.gate.world.fault("oidc", "wrong_state")
    assert refused(browser, came_back(browser), 400) == "Lượt đăng nhập này đã kết thúc"


@pytest.mark.parametrize("name", ["state", "code"])
def test_a_redirect_without_its_state_or_code_signs_nobody_in(browser: SignedIn, name: str) -> None:
    refused(browser, with_query(came_back(browser), **{name: None}), 400)


def test_a_parameter_given_twice_says_nothing(browser: SignedIn) -> None:
    back = came_back(browser)
    refused(browser, f"{back}&code={query_of(back)['code']}", 400)


def test_nobody_comes_back_from_a_login_that_was_never_begun(browser: SignedIn) -> None:
    refused(browser, "/dang-nhap/ve?code=abc&state=abc&iss=abc", 400)


def test_a_redirect_works_once(browser: SignedIn) -> None:
    back = came_back(browser)
    login = dict(browser.cookies)
    assert browser.ask(back).status_code == 303
    assert SignedIn(browser.gate, login).ask(back).status_code == 400


def test_a_redirect_works_only_in_the_browser_that_began_it(browser: SignedIn) -> None:
    """Somebody sends a victim their own redirect, to have them work in a foreign account."""
    back = came_back(browser)
    victim = SignedIn(browser.gate)
    victim.begin()
    refused(victim, back, 400)
    refused(browser, back, 400)  # and it is used up


def test_a_code_that_was_redeemed_before_signs_nobody_in(browser: SignedIn) -> None:
    first = came_back(browser)
    browser.ask(first)
    second = SignedIn(browser.gate)
    stolen = with_query(second.at_provider(second.begin(), PERSON), code=query_of(first)["code"])
    assert second.ask(stolen).status_code == 400
    assert "motlan" not in second.cookies


def test_a_stolen_code_does_not_fit_another_login(browser: SignedIn) -> None:
    """PKCE: the code was given for the challenge of the login it was asked by."""
    stolen = query_of(came_back(browser))["code"]
    thief = SignedIn(browser.gate)
    refused(thief, with_query(thief.at_provider(thief.begin(), PERSON), code=stolen), 400)


def test_a_login_of_citizens_does_not_end_at_the_officers_door(browser: SignedIn) -> None:
    refused(browser, came_back(browser).replace("/dang-nhap/ve", "/can-bo/ve"), 400)


def test_a_login_waits_ten_minutes(browser: SignedIn) -> None:
    back = came_back(browser)
    browser.gate.watch.advance(minutes=10)
    refused(browser, back, 400)


# ---- out of order ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [
        ("access_denied", 403, "Bạn chưa đăng nhập"),
        ("temporarily_unavailable", 503, "Chưa đăng nhập được lúc này"),
    ],
)
def test_the_providers_own_word_is_told_plainly(browser: SignedIn, kind: str, status: int, says: str) -> None:
    browser.gate.world.fault("oidc", kind)
    assert refused(browser, came_back(browser), status) == says


@pytest.mark.parametrize("service", ["discovery", "jwks", "vneid", "userinfo"])
@pytest.mark.parametrize("kind", ["http_503", "reset", "garbage"])
def test_a_provider_that_is_out_of_order_signs_nobody_in(browser: SignedIn, service: str, kind: str) -> None:
    browser.gate.world.fault("oidc", kind, match={"service": service})
    answer = browser.ask("/dang-nhap")
    if service != "discovery":
        answer = browser.ask(browser.at_provider(answer.headers["location"], PERSON))
    assert answer.status_code in (403, 503)
    assert "motlan" not in browser.cookies


def test_after_an_outage_the_next_login_works(browser: SignedIn) -> None:
    browser.gate.world.fault("oidc", "http_503", match={"service": "discovery"}, times=1)
    assert browser.ask("/dang-nhap").status_code == 503
    browser.sign_in()


def test_the_providers_new_keys_are_fetched_when_they_are_needed(browser: SignedIn) -> None:
    browser.sign_in()
    browser.gate.world.post("keys/rotate", {})
    SignedIn(browser.gate).sign_in()


# ---- out -------------------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_visit_here_and_at_the_provider(browser: SignedIn) -> None:
    browser.sign_in()
    secret = browser.cookies["motlan"]
    answer = browser.send("/dang-xuat", {}, page="/cua-toi")
    assert answer.status_code == 303
    leaving = query_of(answer.headers["location"])
    assert leaving["post_logout_redirect_uri"] == "http://127.0.0.1:8000/da-thoat"
    assert PERSON not in answer.headers["location"]
    # The provider takes the hint and leads back without a question.
    gone = browser.gate.world.http.get(answer.headers["location"], follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "http://127.0.0.1:8000/da-thoat")
    assert "Bạn đã đăng xuất" in browser.ask("/da-thoat").text
    assert "motlan" not in browser.cookies
    assert SignedIn(browser.gate, {"motlan": secret}).ask("/cua-toi").status_code == 303


def test_signing_out_works_while_the_provider_is_down(browser: SignedIn) -> None:
    browser.sign_in()
    fresh = browser.gate.open()
    browser.app.state.desk = fresh
    browser.gate.world.fault("oidc", "http_503", match={"service": "discovery"})
    assert browser.send("/dang-xuat", {}, page="/cua-toi").headers["location"] == "/da-thoat"
    assert browser.gate.count(sessions) == 0


def test_signing_out_twice_harms_nothing(browser: SignedIn) -> None:
    browser.sign_in()
    visit = dict(browser.cookies)
    browser.send("/dang-xuat", {}, page="/cua-toi")
    assert SignedIn(browser.gate, visit).post("/dang-xuat", {}).headers["location"] == "/da-thoat"


def test_nobody_is_signed_out_by_a_link_or_by_another_site(browser: SignedIn) -> None:
    browser.sign_in()
    assert browser.ask("/dang-xuat").status_code == 405
    assert browser.post("/dang-xuat", {}).status_code == 403
    browser.page("/cua-toi")


# ---- what is kept ----------------------------------------------------------------------------------------------------


def test_neither_the_cookie_nor_the_person_stands_in_the_database(browser: SignedIn) -> None:
    browser.sign_in()
    heap = all_bytes(browser.gate)
    assert browser.cookies["motlan"].encode() not in heap
    assert PERSON.encode() not in heap and AN["full_name"].encode() not in heap
    assert ANOTHER.encode() not in heap


def test_openings_and_closings_are_in_the_journal(browser: SignedIn) -> None:
    browser.sign_in()
    browser.send("/dang-xuat", {}, page="/cua-toi")
    kinds = [row.kind for row in browser.gate.rows(journal_entries)]
    assert [k for k in kinds if k.startswith("gate.session")] == ["gate.session.opened", "gate.session.closed"]


def test_logins_nobody_came_back_from_are_forgotten(browser: SignedIn) -> None:
    browser.begin()
    browser.gate.watch.advance(minutes=11)
    browser.begin()
    assert browser.gate.count(logins) == 1
