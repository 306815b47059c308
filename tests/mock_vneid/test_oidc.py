"""The login of citizens: what is announced, who is answered where, and what a code gives."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mock_vneid.oidc.requests import callback
from mock_vneid.testing import Mock
from tests.mock_vneid.conftest import new_world
from tests.mock_vneid.office import ANOTHER, PERSON, PRIVATE, Office
from tests.mock_vneid.rp import CALLBACK, SCOPE, Rp, challenge, verified


@pytest.fixture
def rp(empty: Office) -> Rp:
    empty.put_person()
    empty.put_person(ANOTHER, full_name="ĐẶNG THỊ DUNG", identity_level=1)
    return Rp(empty)


# What is announced


def test_everything_announced_is_there(rp: Rp) -> None:
    said = rp.office.http.get(f"{rp.office.vneid}/.well-known/openid-configuration").raise_for_status().json()
    assert said["issuer"] == rp.office.vneid
    endpoints = {name for name in said if name.endswith("_endpoint")}
    assert endpoints == {
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "pushed_authorization_request_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
    }
    for name in endpoints:
        assert rp.office.http.post(said[name]).status_code in {200, 400, 401, 415}, name
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["response_types_supported"] == ["code"]
    assert said["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "private_key_jwt"]
    assert "none" not in said["id_token_signing_alg_values_supported"]


@pytest.mark.parametrize("provider", ["", "/staff"])
def test_who_takes_a_wrong_address_for_the_issuer_is_shown_the_way(rp: Rp, provider: str) -> None:
    base = f"{rp.office.vneid}{provider}"
    found = rp.office.http.get(f"{base}/oidc/.well-known/openid-configuration", follow_redirects=True)
    assert (found.history[0].status_code, found.json()["issuer"]) == (308, base)


def test_a_login_tells_who_somebody_is(rp: Rp) -> None:
    answer = rp.authorize()
    back = rp.callback(answer)
    assert set(back) == {"code", "state", "iss"}
    assert (back["state"], back["iss"]) == ("st&te +/=", rp.office.vneid)
    assert answer.headers["cache-control"] == "no-store"
    redeemed = rp.redeem(back["code"])
    assert redeemed.headers["cache-control"] == "no-store"
    tokens = redeemed.json()
    assert {name: tokens[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": SCOPE,
    }
    header, claims = verified(rp, tokens["id_token"])
    assert (header["alg"], header["typ"]) == ("ES256", "JWT")
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (rp.office.vneid, "demo-rp", "nonce-1")
    assert claims["exp"] - claims["iat"] == 300
    assert claims["acr"] == "urn:mock-vneid:level:2"
    told = rp.userinfo(tokens["access_token"])
    assert told.headers["cache-control"] == "no-store"
    assert told.json() == {
        "sub": claims["sub"],
        "name": "NGUYỄN VĂN AN",
        "birthdate": "1990-02-03",
        "gender": "male",
        "citizenPid": PERSON,
        "accountType": "personal",
        "accountLevel": 2,
    }


def test_no_token_that_goes_through_browsers_holds_the_citizens_number(rp: Rp) -> None:
    _, claims = verified(rp, rp.tokens()["id_token"])
    assert PERSON not in json.dumps(claims)
    assert "NGUYỄN" not in json.dumps(claims, ensure_ascii=False)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("openid", {"sub"}),
        ("openid profile", {"sub", "name", "birthdate", "gender"}),
        ("vneid openid", {"sub", "citizenPid", "accountType", "accountLevel"}),
    ],
)
def test_userinfo_tells_what_was_agreed_to_and_no_more(rp: Rp, scope: str, told: set[str]) -> None:
    tokens = rp.tokens(scope=scope)
    assert "refresh_token" not in tokens
    assert set(rp.userinfo(tokens["access_token"]).json()) == told


def test_a_year_of_birth_is_told_as_a_year(rp: Rp) -> None:
    rp.office.put_person(PERSON, birth_date="1956")
    assert rp.userinfo(rp.tokens()["access_token"]).json()["birthdate"] == "1956"


def test_sub_is_the_same_at_each_login_and_differs_between_people(rp: Rp) -> None:
    first, again, other = (
        rp.userinfo(rp.tokens(login_hint=who)["access_token"]).json()["sub"]
        for who in (
            PERSON,
            PERSON,
            ANOTHER,
        )
    )
    assert first == again
    assert first != other


def test_anybody_of_a_virtual_world_who_has_an_account_can_log_in(virtual: Office) -> None:
    rp = Rp(virtual)
    levels = {}
    for tail in range(40):
        person = f"0420900{tail:05d}"
        back = rp.callback(rp.authorize(login_hint=person))
        known = virtual.get(f"people/{person}")
        levels[person] = known["identity_level"]
        assert ("code" in back) == (known["identity_level"] > 0)
        if "code" in back:
            told = rp.userinfo(rp.redeem(back["code"]).json()["access_token"]).json()
            assert (told["citizenPid"], told["name"], told["birthdate"], told["accountLevel"]) == (
                person,
                known["full_name"],
                known["birth_date"],
                known["identity_level"],
            )
    assert len(set(levels.values())) > 1


# Who is answered where


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": None},
        {"client_id": "nobody"},
        {"redirect_uri": None},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK.upper()},
        {"redirect_uri": "http://127.0.0.1:9998/callback"},
        {"redirect_uri": "https://evil.example/callback"},
        {"client_id": "motlan-tthc"},
        {"request_uri": "urn:ietf:params:oauth:request_uri:made-up"},
    ],
)
def test_without_a_sure_address_nobody_is_sent_anywhere(rp: Rp, change: dict[str, str | None]) -> None:
    answer = rp.authorize(**change)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert "location" not in answer.headers
    assert rp.office.journal(service="authorize")[-1]["error"] == "invalid_request"


def test_the_journal_tells_what_was_nearly_right(rp: Rp) -> None:
    rp.authorize(redirect_uri=CALLBACK + "/")
    rp.authorize(client_id="demo_rp")
    seen = [(entry["refused"], entry["nearest_miss"]) for entry in rp.office.journal(service="authorize")]
    assert [what for what, _ in seen] == ["redirect_uri", "client_id"]
    assert seen[0][1].endswith(CALLBACK)
    assert seen[1][1].endswith("demo-rp")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state"])
def test_an_address_given_twice_is_none(rp: Rp, name: str) -> None:
    question = [*rp.question().items(), (name, rp.question()[name])]
    answer = rp.browser.get(f"{rp.oidc}/authorize", params=question)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": challenge("x") + "="}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid wallet.search"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "perhaps"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"request_uri": "https://rp.example/request.jwt"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"claims": "{}"}, "invalid_request"),
        ({"nonce": "n" * 3000}, "invalid_request"),
        ({"login_hint": None}, "login_required"),
        ({"login_hint": "000000000000"}, "login_required"),
        ({"login_hint": "042190999999"}, "login_required"),
        ({"login_hint": ANOTHER, "acr_values": "urn:mock-vneid:level:2"}, "unmet_authentication_requirements"),
    ],
)
def test_what_is_wrong_is_told_to_the_client_with_state_and_iss(
    rp: Rp, change: dict[str, str | None], error: str
) -> None:
    back = rp.callback(rp.authorize(**change))
    assert (back["error"], back["state"], back["iss"]) == (error, "st&te +/=", rp.office.vneid)
    assert "code" not in back
    assert rp.office.journal(service="authorize")[-1]["error"] == error


def test_a_doubled_parameter_is_told_to_the_client(rp: Rp) -> None:
    question = [*rp.question().items(), ("nonce", "nonce-2")]
    assert rp.callback(rp.browser.get(f"{rp.oidc}/authorize", params=question))["error"] == "invalid_request"


@pytest.mark.parametrize("acr_values", ["urn:mock-vneid:level:1", "urn:mock-vneid:level:2 urn:mock-vneid:level:1", "x"])
def test_a_level_that_would_do_is_enough(rp: Rp, acr_values: str) -> None:
    tokens = rp.tokens(login_hint=ANOTHER, acr_values=acr_values)
    assert verified(rp, tokens["id_token"])[1]["acr"] == "urn:mock-vneid:level:1"


def test_an_authorization_request_may_come_as_a_form(rp: Rp) -> None:
    assert "code" in rp.callback(rp.browser.post(f"{rp.oidc}/authorize", data=rp.question()))


def test_a_query_of_its_own_in_the_redirect_uri_is_kept() -> None:
    assert callback("http://x/?a=1", {"code": "c", "state": None}) == "http://x/?a=1&code=c"
    assert callback("vn.example.app:/back", {"code": "c d"}) == "vn.example.app:/back?code=c+d"


# Codes


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": "made-up"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:9999/"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": "another-verifier-of-forty-three-characters-or-more"}, "invalid_grant"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
    ],
)
def test_a_code_is_redeemed_by_whoever_asked_for_it_only(rp: Rp, change: dict[str, str], error: str) -> None:
    answer = rp.redeem(rp.code(), **change)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_of_another_client_is_none_and_stays_good_for_its_own(rp: Rp) -> None:
    rp.register("second", secret="another-secret", redirect_uris=[CALLBACK]).raise_for_status()
    code = rp.code()
    stolen = rp.redeem(code, auth=("second", "another-secret"))
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert rp.redeem(code).status_code == 200


def test_a_client_without_logins_redeems_nothing(rp: Rp) -> None:
    answer = rp.redeem(rp.code(), auth=PRIVATE)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_a_code_lives_a_minute_of_the_worlds_clock(rp: Rp) -> None:
    first, second = rp.code(), rp.code()
    rp.office.post("clock", {"advance": 55})
    assert rp.redeem(first).status_code == 200
    rp.office.post("clock", {"advance": 10})
    assert rp.redeem(second).json()["error"] == "invalid_grant"


def test_a_code_shown_twice_takes_back_what_came_of_it(rp: Rp) -> None:
    code = rp.code()
    tokens = rp.redeem(code).json()
    assert rp.userinfo(tokens["access_token"]).status_code == 200
    again = rp.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert rp.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_tokens_tell_the_time_of_their_world(mock: Mock, http: httpx.Client) -> None:
    world = new_world(mock, http, population="empty", now="2030-01-01T00:00:00Z")
    world.put_person()
    _, claims = verified(Rp(world), Rp(world).tokens()["id_token"])
    for name in ("iat", "auth_time"):
        assert 1893456000 <= claims[name] < 1893456000 + 60


def test_a_reset_forgets_logins_and_brings_clients_back(rp: Rp) -> None:
    tokens = rp.tokens()
    rp.office.http.delete(f"{rp.office.control}/clients/demo-rp").raise_for_status()
    assert rp.authorize().status_code == 400
    rp.office.http.post(f"{rp.office.control}/reset").raise_for_status()
    rp.office.put_person()
    assert rp.userinfo(tokens["access_token"]).status_code == 401
    assert rp.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert rp.tokens(prompt="none")["access_token"]


def test_of_many_who_show_one_code_at_once_one_gets_something_and_loses_it_again(rp: Rp) -> None:
    code = rp.code()
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _: rp.redeem(code), range(8)))
    (lucky,) = (answer for answer in answers if answer.status_code == 200)
    assert {answer.json()["error"] for answer in answers if answer is not lucky} == {"invalid_grant"}
    assert rp.userinfo(lucky.json()["access_token"]).status_code == 401
