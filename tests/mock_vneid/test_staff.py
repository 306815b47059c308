"""The officers' provider: the same login as the citizens', with an issuer, accounts, sessions and keys of its own."""

from typing import Any

import httpx
import pytest

from tests.mock_vneid.office import CLIENT, Json, Office
from tests.mock_vneid.rp import VERIFIER, Browser, Rp, asked, challenge, query_of, verified

BACK = "http://127.0.0.1:8000/can-bo/ve"


class Desk(Rp):
    """The office's own client at the officers' provider."""

    def __init__(self, office: Office) -> None:
        super().__init__(office, CLIENT)
        self.issuer = f"{office.vneid}/staff"
        self.oidc = f"{self.issuer}/oidc"

    def question(self, **change: str | None) -> dict[str, str]:
        mine = {"redirect_uri": BACK, "scope": "openid profile staff", "login_hint": "CB-0001"}
        return super().question(**{**mine, **change})

    def callback(self, answer: httpx.Response) -> dict[str, str]:
        assert answer.status_code == 303, answer.text
        return query_of(answer.headers["location"])

    def redeem(self, code: str, /, auth: Any = None, **change: str) -> httpx.Response:
        return super().redeem(code, auth, **{"redirect_uri": BACK, **change})


@pytest.fixture
def desk(empty: Office) -> Desk:
    return Desk(empty)


def test_an_officer_logs_in_and_is_told_with_code_agency_and_roles(desk: Desk) -> None:
    back = desk.callback(desk.authorize())
    assert (back["iss"], back["state"]) == (desk.issuer, "st&te +/=")
    tokens = desk.redeem(back["code"]).raise_for_status().json()
    header, claims = verified(desk, tokens["id_token"])
    assert header["alg"] == "ES256"
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (desk.issuer, "motlan-tthc", "nonce-1")
    assert claims["acr"] == "urn:mock-vneid:staff"
    assert desk.userinfo(tokens["access_token"]).json() == {
        "sub": claims["sub"],
        "name": "LÊ THỊ TIẾP NHẬN",
        "staff_code": "CB-0001",
        "agency": "000.00.00.H27",
        "agency_name": "Trung tâm Phục vụ hành chính công tỉnh (thử nghiệm)",
        "roles": ["one_stop"],
    }


def test_the_discovery_document_names_the_officers_endpoints_and_nothing_of_the_citizens(desk: Desk) -> None:
    said = desk.office.http.get(f"{desk.issuer}/.well-known/openid-configuration").json()
    assert said["issuer"] == desk.issuer
    assert {said[name] for name in said if name.endswith("_endpoint")} == {
        f"{desk.oidc}/{path}"
        for path in ("authorize", "token", "userinfo", "par", "introspect", "revoke", "end_session")
    }
    assert said["scopes_supported"] == ["openid", "profile", "staff", "offline_access"]
    assert said["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert "citizenPid" not in said["claims_supported"]
    assert desk.post("token", {"grant_type": "client_credentials"}).json()["error"] == "unsupported_grant_type"


def test_a_page_offers_the_officers_and_finds_them_by_name_or_code(desk: Desk) -> None:
    page = desk.authorize(prompt=None, login_hint=None)
    question = asked(page)
    assert page.text.count('name="person"') == 7
    found = desk.browser.post(f"{desk.oidc}/login", data={"question": question, "wanted": "mot cua"})
    assert found.text.count('name="person"') == 1
    back = desk.callback(desk.browser.post(f"{desk.oidc}/login", data={"question": question, "person": "CB-0003"}))
    told = desk.userinfo(desk.redeem(back["code"]).json()["access_token"]).json()
    assert (told["staff_code"], told["roles"], told["agency"]) == (
        "CB-0003",
        ["one_stop", "handler"],
        "000.00.31.H27",
    )


def test_an_unknown_officer_does_not_log_in(desk: Desk) -> None:
    for nobody in ("CB-9999", "042190000001"):
        assert desk.callback(desk.authorize(login_hint=nobody))["error"] == "login_required"


def test_neither_provider_takes_the_others_tokens_accounts_or_sessions(desk: Desk) -> None:
    desk.office.put_person()
    citizen = Rp(desk.office, CLIENT)
    citizen.browser = desk.browser
    home = {"redirect_uri": "http://127.0.0.1:8000/dang-nhap/ve", "scope": "openid"}
    officers = desk.redeem(desk.code()).json()
    assert citizen.userinfo(officers["access_token"]).status_code == 401
    answer = citizen.authorize(**home, login_hint=None)
    assert query_of(answer.headers["location"])["error"] == "login_required"
    answer = citizen.authorize(**home, login_hint="CB-0001")
    assert query_of(answer.headers["location"])["error"] == "login_required"
    code = query_of(citizen.authorize(**home).headers["location"])["code"]
    assert desk.redeem(code, redirect_uri=home["redirect_uri"]).json()["error"] == "invalid_grant"
    keys = [desk.office.http.get(f"{at}/jwks").json()["keys"][0]["kid"] for at in (desk.oidc, citizen.oidc)]
    assert len(set(keys)) == 2
    wallet = desk.office.http.post(
        f"{desk.office.vneid}/wallet/documents/search",
        json=desk.office.query(["CAN_CUOC"]),
        headers={"Authorization": f"Bearer {officers['access_token']}"},
    )
    assert wallet.status_code == 401


def test_an_officer_logs_out_at_the_provider_too(desk: Desk) -> None:
    token = desk.tokens()["id_token"]
    leave = {"id_token_hint": token, "post_logout_redirect_uri": "http://127.0.0.1:54321/can-bo", "state": "s"}
    answer = desk.browser.get(f"{desk.oidc}/end_session", params=leave)
    assert answer.headers["location"] == "http://127.0.0.1:54321/can-bo?state=s"
    assert desk.callback(desk.authorize(login_hint=None))["error"] == "login_required"


@pytest.mark.parametrize("port", [8000, 1, 54321])
def test_a_loopback_redirect_uri_of_the_office_may_have_any_port(desk: Desk, port: int) -> None:
    target = f"http://127.0.0.1:{port}/can-bo/ve"
    answer = desk.authorize(redirect_uri=target)
    assert answer.headers["location"].startswith(f"{target}?")
    assert desk.redeem(desk.callback(answer)["code"], redirect_uri=target).status_code == 200


def test_a_code_is_redeemed_under_the_very_port_it_was_sent_to(desk: Desk) -> None:
    code = desk.code(redirect_uri="http://127.0.0.1:54321/can-bo/ve")
    assert desk.redeem(code, redirect_uri=BACK).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/can-bo/ve",
        "http://127.0.0.1:8000/can-bo/ve/",
        "http://127.0.0.1:8000/can-bo/ve?x=1",
        "http://127.0.0.1:8000@evil.example/can-bo/ve",
        "http://127.0.0.1.evil.example:8000/can-bo/ve",
        "http://localhost:8000/can-bo/ve",
        "https://127.0.0.1:8000/can-bo/ve",
        "http://[::1]:8000/can-bo/ve",
        "http://127.0.0.1:8000:8000/can-bo/ve",
        "http://127.0.0.1:8000\n/can-bo/ve",
    ],
)
def test_nothing_but_the_port_may_vary(desk: Desk, target: str) -> None:
    assert desk.authorize(redirect_uri=target).status_code == 400


def test_another_client_is_compared_letter_by_letter(empty: Office) -> None:
    empty.put_person()
    assert Rp(empty).authorize(redirect_uri="http://127.0.0.1:9998/callback").status_code == 400


def test_an_officer_is_put_told_and_deleted_and_goes_with_a_fork_a_file_and_a_reset(desk: Desk) -> None:
    office = desk.office
    officer = {"full_name": "HỒ THỊ MỚI", "agency": "000.00.32.H27", "agency_name": "UBND xã Thử", "roles": ["auditor"]}
    url = f"{office.control}/staff/CB-0100"
    first = office.http.put(url, json=officer)
    assert (first.status_code, first.json()) == (201, {"code": "CB-0100", **officer})
    assert office.http.put(url, json=officer).status_code == 200
    assert desk.callback(desk.authorize(login_hint="CB-0100"))["code"]
    assert len(office.get("staff")["items"]) == 8
    file = office.get("export")
    assert file["staff"]["CB-0100"] == officer
    copies = [office.post("fork", {})["name"], office.post("../import?name=imported", file)["name"]]
    for name in copies:
        assert office.http.get(f"{office.control}/../{name}/staff/CB-0100").json()["roles"] == ["auditor"]
        office.http.delete(f"{office.control}/../{name}")
    assert [office.http.delete(url).status_code for _ in range(2)] == [204, 404]
    office.http.put(url, json=officer)
    office.post("reset", {})
    assert office.http.get(url).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"roles": ["boss"]}, {"agency": "H27 "}, {"full_name": ""}, {"password": "x"}, {"roles": None}]
)
def test_an_officer_with_a_mistake_is_told_so(desk: Desk, wrong: Json) -> None:
    officer = {"full_name": "HỒ THỊ MỚI", "agency": "H27", "agency_name": "UBND", "roles": ["auditor"]}
    assert desk.office.http.put(f"{desk.office.control}/staff/CB-0100", json=officer | wrong).status_code == 422


def test_whose_login_it_was_stands_in_the_journal_as_the_officer(desk: Desk) -> None:
    desk.tokens()
    entries = desk.office.journal(face="staff")
    assert [(entry["service"], entry.get("officer")) for entry in entries] == [
        ("authorize", "CB-0001"),
        ("token", "CB-0001"),
    ]
    assert all("holder" not in entry for entry in entries)


@pytest.mark.parametrize("kind", ["http_503", "bad_signature", "wrong_nonce", "access_denied"])
def test_a_fault_of_the_officers_provider_spares_the_citizens(desk: Desk, kind: str) -> None:
    desk.office.put_person()
    desk.office.fault("staff", kind)
    home = {"redirect_uri": "http://127.0.0.1:8000/dang-nhap/ve", "scope": "openid"}
    citizen = Rp(desk.office, CLIENT)
    assert "code" in query_of(citizen.authorize(**home).headers["location"])
    answer = desk.authorize()
    back = desk.callback(answer) if answer.status_code == 303 else {}
    if "code" in back:
        desk.redeem(back["code"])
    struck = [fault["kind"] for entry in desk.office.journal(face="staff") for fault in entry["faults"]]
    assert set(struck) == {kind}


def test_another_browser_is_somebody_else(desk: Desk) -> None:
    desk.tokens()
    question = desk.question(login_hint=None) | {"code_challenge": challenge(VERIFIER)}
    answer = Browser().get(f"{desk.oidc}/authorize", params=question)
    assert query_of(answer.headers["location"])["error"] == "login_required"
