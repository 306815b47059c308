"""After the login: refresh, userinfo, introspection, revocation, logout."""

import re

import httpx
import pytest

from mock_vneid.oidc.logins import SESSION_LIFETIME
from tests.mock_vneid.office import ANOTHER, CLIENT, PERSON, PRIVATE, Office
from tests.mock_vneid.rp import CALLBACK, DEMO, Rp, query_of, verified

SECOND = ("second", "another-secret")
HOME = "http://127.0.0.1:9999/"


@pytest.fixture
def rp(empty: Office) -> Rp:
    empty.put_person()
    empty.put_person(ANOTHER)
    rp = Rp(empty)
    rp.register("second", secret=SECOND[1], redirect_uris=[CALLBACK]).raise_for_status()
    return rp


def refused(answer: httpx.Response, error: str, status: int = 400) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, error)


# Refresh


def test_a_refresh_gives_the_next_of_everything(rp: Rp) -> None:
    first = rp.tokens()
    second = rp.refresh(first["refresh_token"]).raise_for_status().json()
    before, after = (verified(rp, tokens["id_token"])[1] for tokens in (first, second))
    assert {before[name] == after[name] for name in ("iss", "aud", "sub", "auth_time", "sid")} == {True}
    assert "nonce" not in after
    assert second["scope"] == first["scope"]
    assert second["refresh_token"] != first["refresh_token"]
    assert rp.userinfo(second["access_token"]).json() == rp.userinfo(first["access_token"]).json()


def test_a_refresh_token_shown_twice_takes_its_whole_family_back(rp: Rp) -> None:
    first = rp.tokens()
    other = rp.tokens()
    second = rp.refresh(first["refresh_token"]).json()
    refused(rp.refresh(first["refresh_token"]), "invalid_grant")
    refused(rp.refresh(second["refresh_token"]), "invalid_grant")
    for tokens in (first, second):
        refused(rp.userinfo(tokens["access_token"]), "invalid_token", 401)
        assert rp.introspect(tokens["access_token"]) == {"active": False}
    assert rp.refresh(other["refresh_token"]).status_code == 200


def test_less_may_be_asked_for_and_more_may_not(rp: Rp) -> None:
    token = rp.tokens(scope="openid profile offline_access")["refresh_token"]
    refused(rp.refresh(token, scope="openid vneid"), "invalid_scope")
    less = rp.refresh(token, scope="openid").raise_for_status().json()
    assert less["scope"] == "openid"
    assert set(rp.userinfo(less["access_token"]).json()) == {"sub"}
    assert rp.refresh(less["refresh_token"]).json()["scope"] == "openid profile offline_access"


def test_a_refresh_token_serves_its_own_client_only(rp: Rp) -> None:
    token = rp.tokens()["refresh_token"]
    refused(rp.refresh(token, auth=SECOND), "invalid_grant")
    refused(rp.refresh(token, auth=PRIVATE), "unauthorized_client")
    refused(rp.refresh(token, auth=("demo-rp", "wrong")), "invalid_client", 401)
    assert rp.refresh(token).status_code == 200


@pytest.mark.parametrize(("token", "error"), [("", "invalid_request"), ("made-up", "invalid_grant")])
def test_a_made_up_refresh_token_gives_nothing(rp: Rp, token: str, error: str) -> None:
    refused(rp.refresh(token), error)


def test_thirty_days_after_the_login_it_is_over(rp: Rp) -> None:
    token = rp.tokens()["refresh_token"]
    rp.office.post("clock", {"advance": "P29D"})
    token = rp.refresh(token).raise_for_status().json()["refresh_token"]
    rp.office.post("clock", {"advance": "P2D"})
    refused(rp.refresh(token), "invalid_grant")


def test_who_loses_the_account_is_told_nothing_about(rp: Rp) -> None:
    tokens = rp.tokens()
    rp.office.put_person(PERSON, identity_level=0)
    refused(rp.userinfo(tokens["access_token"]), "invalid_token", 401)
    refused(rp.refresh(tokens["refresh_token"]), "invalid_grant")


# Userinfo


def test_userinfo_opens_to_its_own_tokens_only(rp: Rp, virtual: Office) -> None:
    good = rp.tokens()
    assert rp.userinfo(good["access_token"]).status_code == 200
    for wrong in (rp.office.tokens["wallet"], good["id_token"], good["refresh_token"], "x", "a.b.c"):
        answer = rp.userinfo(wrong)
        refused(answer, "invalid_token", 401)
        assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    refused(Rp(virtual).userinfo(good["access_token"]), "invalid_token", 401)
    rp.office.post("clock", {"advance": 301})
    refused(rp.userinfo(good["access_token"]), "invalid_token", 401)


def test_a_token_of_a_login_opens_no_wallet(rp: Rp) -> None:
    rp.office.tokens["wallet"] = rp.tokens()["access_token"]
    assert rp.office.search(["CAN_CUOC"]).status_code == 401


def test_userinfo_is_read_and_posted_alike(rp: Rp) -> None:
    bearer = {"Authorization": f"Bearer {rp.tokens()['access_token']}"}
    read, posted = (rp.office.http.request(way, f"{rp.oidc}/userinfo", headers=bearer) for way in ("GET", "POST"))
    assert read.json() == posted.json()


# Introspection and revocation


def test_a_client_learns_about_its_own_tokens(rp: Rp) -> None:
    tokens = rp.tokens()
    said = rp.introspect(tokens["access_token"])
    assert {name: said[name] for name in ("active", "client_id", "token_type", "scope", "aud", "iss")} == {
        "active": True,
        "client_id": "demo-rp",
        "token_type": "Bearer",
        "scope": tokens["scope"],
        "aud": "userinfo",
        "iss": rp.office.vneid,
    }
    assert said["exp"] - said["iat"] == 300
    assert said["sub"] == verified(rp, tokens["id_token"])[1]["sub"]
    assert rp.introspect(tokens["refresh_token"])["active"]
    assert rp.introspect(rp.office.tokens["wallet"], auth=CLIENT)["aud"] == "wallet"


def test_of_anything_else_a_client_learns_nothing(rp: Rp) -> None:
    tokens = rp.tokens()
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert rp.introspect(token, auth=SECOND) == {"active": False}
    for token in (tokens["id_token"], "x", "a.b.c", rp.office.tokens["wallet"], tokens["access_token"] + "x"):
        assert rp.introspect(token) == {"active": False}
    rp.office.post("clock", {"advance": 301})
    assert rp.introspect(tokens["access_token"]) == {"active": False}


@pytest.mark.parametrize("path", ["introspect", "revoke"])
def test_only_clients_that_prove_themselves_ask(rp: Rp, path: str) -> None:
    refused(rp.post(path, {"token": "x"}, ("demo-rp", "wrong")), "invalid_client", 401)
    refused(rp.post(path, {"token": ""}), "invalid_request")


def test_a_revoked_access_token_opens_nothing_and_leaves_the_rest(rp: Rp) -> None:
    tokens = rp.tokens()
    assert rp.post("revoke", {"token": tokens["access_token"], "token_type_hint": "access_token"}).status_code == 200
    refused(rp.userinfo(tokens["access_token"]), "invalid_token", 401)
    assert rp.introspect(tokens["access_token"]) == {"active": False}
    assert rp.refresh(tokens["refresh_token"]).status_code == 200


def test_a_revoked_refresh_token_takes_everything_with_it(rp: Rp) -> None:
    tokens = rp.tokens()
    assert rp.post("revoke", {"token": tokens["refresh_token"]}).status_code == 200
    refused(rp.userinfo(tokens["access_token"]), "invalid_token", 401)
    refused(rp.refresh(tokens["refresh_token"]), "invalid_grant")


def test_a_revoked_token_of_the_wallet_opens_it_no_more(rp: Rp) -> None:
    assert rp.office.search(["CAN_CUOC"]).status_code == 200
    assert rp.post("revoke", {"token": rp.office.tokens["wallet"]}, CLIENT).status_code == 200
    refused(rp.office.search(["CAN_CUOC"]), "invalid_token", 401)
    rp.office.tokens["wallet"] = rp.office.token("wallet")
    assert rp.office.search(["CAN_CUOC"]).status_code == 200


def test_what_is_unknown_is_revoked_already_and_what_is_anothers_is_not(rp: Rp) -> None:
    tokens = rp.tokens()
    assert rp.post("revoke", {"token": "made-up"}).status_code == 200
    for token in (tokens["access_token"], tokens["refresh_token"]):
        refused(rp.post("revoke", {"token": token}, SECOND), "invalid_request")
    assert rp.userinfo(tokens["access_token"]).status_code == 200


# Logout


def leave(rp: Rp, **params: str) -> httpx.Response:
    return rp.browser.get(f"{rp.oidc}/end_session", params=params)


def logged_in(rp: Rp) -> bool:
    return "code" in rp.callback(rp.authorize(login_hint=None))


def test_a_client_logs_its_person_off_and_gets_them_back(rp: Rp) -> None:
    hint = rp.tokens()["id_token"]
    assert logged_in(rp)
    rp.office.post("clock", {"advance": 400})  # the hint may have expired
    answer = leave(rp, id_token_hint=hint, post_logout_redirect_uri=HOME, state="s&1")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(HOME + "?")
    assert query_of(answer.headers["location"]) == {"state": "s&1"}
    assert not logged_in(rp)


def test_without_a_hint_the_person_is_asked(rp: Rp) -> None:
    rp.tokens()
    page = leave(rp, client_id="demo-rp", post_logout_redirect_uri=HOME)
    assert page.status_code == 200
    assert logged_in(rp)
    found = re.search(r'name="confirm" value="([^"]+)"', page.text)
    assert found
    answer = rp.browser.post(f"{rp.oidc}/end_session", data={"confirm": found[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    assert not logged_in(rp)
    assert rp.browser.post(f"{rp.oidc}/end_session", data={"confirm": found[1]}).status_code == 400


def test_a_hint_about_another_session_asks_too(rp: Rp) -> None:
    stranger = Rp(rp.office).tokens(login_hint=ANOTHER)["id_token"]
    rp.tokens()
    assert leave(rp, id_token_hint=stranger).status_code == 200
    assert logged_in(rp)


def test_who_is_not_logged_in_is_logged_out(rp: Rp) -> None:
    assert "Đã đăng xuất" in leave(rp).text
    assert leave(rp, client_id="demo-rp", post_logout_redirect_uri=HOME).headers["location"] == HOME


@pytest.mark.parametrize(
    "params",
    [
        {"client_id": "demo-rp", "post_logout_redirect_uri": "https://evil.example/"},
        {"post_logout_redirect_uri": HOME},
        {"client_id": "second", "post_logout_redirect_uri": HOME},
        {"id_token_hint": "a.b.c", "post_logout_redirect_uri": HOME},
    ],
)
def test_a_logout_sends_nobody_to_an_address_that_is_not_registered(rp: Rp, params: dict[str, str]) -> None:
    rp.tokens()
    answer = leave(rp, **params)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert logged_in(rp)


def test_a_hint_of_another_client_is_refused(rp: Rp) -> None:
    hint = rp.tokens()["id_token"]
    assert leave(rp, id_token_hint=hint, client_id="second").status_code == 400
    assert logged_in(rp)


def test_a_session_lasts_eight_hours_of_the_worlds_clock(rp: Rp) -> None:
    rp.tokens()
    # The cookie's own time is the browser's, not the world's.
    rp.office.post("clock", {"advance": SESSION_LIFETIME - 60})
    assert logged_in(rp)
    rp.office.post("clock", {"advance": 61})
    assert rp.callback(rp.authorize(login_hint=None))["error"] == "login_required"


def test_the_journal_tells_who_and_through_which_client(rp: Rp) -> None:
    rp.userinfo(rp.tokens()["access_token"])
    seen = [
        (entry["service"], entry["client"], entry["holder"]["id"], entry["status"])
        for entry in rp.office.journal(face="oidc", person=PERSON)
    ]
    assert seen == [
        ("authorize", DEMO[0], PERSON, 303),
        ("vneid", DEMO[0], PERSON, 200),
        ("userinfo", DEMO[0], PERSON, 200),
    ]
