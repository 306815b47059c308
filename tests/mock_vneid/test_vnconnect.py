"""The login through the national portal, for people and organisations."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.mock_vneid.office import PERSON, Office
from tests.mock_vneid.test_envelope import CALLBACK, CLIENT

ORGANIZATION = "3000000098"


class Site:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.url = f"{office.vneid}/vnconnect"

    def auth(self, hint: str) -> httpx.Response:
        params = {"response_type": "code", "client_id": "demo-rp", "redirect_uri": CALLBACK, "scope": "openid"}
        return self.office.http.get(f"{self.url}/auth", params=params | {"state": "s 1+2", "login_hint": hint})

    def token(self, hint: str = PERSON) -> str:
        sent = parse_qs(urlsplit(self.auth(hint).headers["location"]).query)
        assert sent["state"] == ["s 1+2"]
        form = {"grant_type": "authorization_code", "code": sent["code"][0], "redirect_uri": CALLBACK, **CLIENT}
        told = self.office.http.post(f"{self.url}/token", data=form).raise_for_status().json()
        assert "id_token" not in told
        token: str = told["access_token"]
        return token

    def userinfo(self, token: str) -> httpx.Response:
        return self.office.http.get(f"{self.url}/userinfo", params={"access_token": token})

    def claims(self, hint: str = PERSON) -> dict[str, Any]:
        told: dict[str, Any] = self.userinfo(self.token(hint)).raise_for_status().json()
        return told


@pytest.fixture
def site(empty: Office) -> Site:
    empty.put_person()
    return Site(empty)


def test_a_person_is_told_in_the_portals_claims(site: Site) -> None:
    told = site.claims()
    opaque = told.pop("sub"), told.pop("TechID")
    assert PERSON not in opaque and opaque[0] != opaque[1]
    assert told == {
        "LoaiTaiKhoan": "1",
        "SoDinhDanh": PERSON,
        "HoVaTen": "NGUYỄN VĂN AN",
        "NgayThangNamSinh": "19900203",
        "loAs": "2",
        "IAL": "2",
        "loginIdp": "BCA",
        "userProfileUri": f"{site.url}/userinfo",
    }


def test_a_name_of_ones_own_is_the_same_at_each_login(site: Site) -> None:
    assert site.claims()["sub"] == site.claims()["sub"]


def test_a_birth_of_which_only_the_year_is_known_is_a_year(site: Site) -> None:
    site.office.put_person(birth_date="1956", identity_level=1)
    told = site.claims()
    assert (told["NgayThangNamSinh"], told["IAL"]) == ("1956", "1")


def test_an_organisation_put_by_hand_is_told_by_its_number(site: Site) -> None:
    site.office.put(f"organizations/{ORGANIZATION}", {"name": "CÔNG TY TNHH THỬ"})
    told = site.claims(ORGANIZATION)
    assert (told["LoaiTaiKhoan"], told["MaSoThue"]) == ("2", ORGANIZATION)
    assert "SoDinhDanh" not in told


def test_an_organisation_is_told_with_who_speaks_for_it(virtual: Office) -> None:
    told = Site(virtual).claims("0312345678")
    speaks = virtual.get(f"people/{told['SoDinhDanh']}")
    assert (told["MaSoThue"], told["HoVaTen"]) == ("0312345678", speaks["full_name"])


def test_a_token_of_vneid_opens_nothing_here_and_one_runs_out(site: Site) -> None:
    token = site.token()
    headers = {"Authorization": f"Bearer {token}"}
    assert site.office.http.get(f"{site.office.vneid}/vneid/userinfo", headers=headers).status_code == 401
    assert site.userinfo("").status_code == 401
    site.office.post("clock", {"advance": "PT6M"})
    assert site.userinfo(token).status_code == 401


def test_nobody_without_an_account_logs_in(site: Site) -> None:
    site.office.put_person(identity_level=0)
    assert site.auth(PERSON).status_code == 200


def test_the_journal_tells_who_logged_in_where(site: Site) -> None:
    site.claims()
    services = [(entry["service"], entry["client"], entry["status"]) for entry in site.office.journal(face="vnconnect")]
    assert services == [("auth", "demo-rp", 302), ("token", "demo-rp", 200), ("userinfo", "demo-rp", 200)]
    (entry,) = site.office.journal(face="vnconnect", service="userinfo")
    assert entry["holder"] == {"kind": "person", "id": PERSON}
