"""The login straight at VNeID: encrypted code, encrypted answers, no id_token, no nonce."""

import json
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.mock_vneid.office import PERSON, Office

CLIENT = {"client_id": "demo-rp", "client_secret": "demo-rp-secret"}
CALLBACK = "http://127.0.0.1:9999/callback"


class Site:
    """A site that lets citizens log in at VNeID, as the sample code does it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.url = f"{office.vneid}/vneid"
        key = load_pem_private_key(self._pem().encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key

    def _pem(self) -> str:
        door = self.office.control.partition("/worlds/")[0]
        pem: str = self.office.http.get(f"{door}/vneid-key").raise_for_status().json()["private_key"]
        return pem

    def opened(self, data: str, key: str) -> bytes:
        secret = self.key.decrypt(b64decode(key, validate=True), padding.PKCS1v15())
        decryptor = Cipher(algorithms.AES(secret), modes.ECB()).decryptor()
        padded = decryptor.update(b64decode(data, validate=True)) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()

    def body(self, answer: httpx.Response) -> dict[str, Any]:
        envelope = answer.raise_for_status().json()
        assert set(envelope) == {"data", "key"}
        told: dict[str, Any] = json.loads(self.opened(**envelope))
        return told

    def auth(self, **change: str | None) -> httpx.Response:
        params = {
            "response_type": "code",
            "client_id": "demo-rp",
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "state": "s-1",
            "login_hint": PERSON,
        }
        sent = {name: value for name, value in (params | change).items() if value is not None}
        return self.office.http.get(f"{self.url}/auth", params=sent)

    def code(self, location: str) -> str:
        """The code in a callback, read as text: decoded as a form, a `+` would have become a blank."""
        pairs = dict(pair.split("=", 1) for pair in urlsplit(location).query.split("&"))
        return self.opened(unquote(pairs["code"]), unquote(pairs["encrypt_key"])).decode()

    def token(self, code: str, /, **change: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **CLIENT} | change
        return self.office.http.post(f"{self.url}/token", data=form)

    def logged_in(self) -> str:
        token: str = self.body(self.token(self.code(self.auth().headers["location"])))["access_token"]
        return token

    def userinfo(self, token: str) -> httpx.Response:
        return self.office.http.get(f"{self.url}/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def site(empty: Office) -> Site:
    empty.put_person()
    return Site(empty)


def test_a_citizen_logs_in_and_is_told_in_envelopes(site: Site) -> None:
    answer = site.auth()
    assert answer.status_code == 302
    location = answer.headers["location"]
    assert location.startswith(f"{CALLBACK}?")
    assert parse_qs(urlsplit(location).query)["state"] == ["s-1"]
    token = site.body(site.token(site.code(location)))
    assert set(token) == {"access_token", "token_type", "expires_in", "scope"}  # no id_token
    assert site.body(site.userinfo(token["access_token"])) == {
        "citizenPid": PERSON,
        "fullName": "NGUYỄN VĂN AN",
        "birthDate": "1990-02-03",
        "accountType": "personal",
        "accountLevel": 2,
    }


def test_the_plus_of_base64_stands_in_the_query_as_it_is(site: Site) -> None:
    queries = [urlsplit(site.auth().headers["location"]).query for _ in range(20)]
    assert any("+" in query for query in queries)
    assert not any("%2B" in query for query in queries)


def test_each_answer_has_a_key_of_its_own(site: Site) -> None:
    token = site.logged_in()
    one, other = site.userinfo(token).json(), site.userinfo(token).json()
    assert one["data"] != other["data"] and one["key"] != other["key"]


def test_equal_blocks_show_as_equal_blocks(site: Site) -> None:
    """ECB, as observed: the reason why nobody should build such a thing again."""
    site.office.put_person(full_name="A" * 64)
    data = b64decode(site.userinfo(site.logged_in()).json()["data"])
    blocks = [data[at : at + 16] for at in range(0, len(data), 16)]
    assert len(set(blocks)) < len(blocks)


def test_a_year_and_a_level_are_told_as_they_are(site: Site) -> None:
    site.office.put_person(birth_date="1956", identity_level=1)
    told = site.body(site.userinfo(site.logged_in()))
    assert (told["birthDate"], told["accountLevel"]) == ("1956", 1)


def test_a_code_is_good_once_for_a_minute_and_for_its_client(site: Site) -> None:
    code = site.code(site.auth().headers["location"])
    site.token(code).raise_for_status()
    assert (site.token(code).status_code, site.token(code).json()["error"]) == (400, "invalid_grant")
    late = site.code(site.auth().headers["location"])
    site.office.post("clock", {"advance": "PT2M"})
    assert site.token(late).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "another"}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        ({"redirect_uri": "http://127.0.0.1:9999/other"}, 400, "invalid_grant"),
        ({"code": "made-up"}, 400, "invalid_grant"),
    ],
)
def test_a_token_is_refused_in_the_clear(site: Site, change: dict[str, str], status: int, error: str) -> None:
    answer = site.token(site.code(site.auth().headers["location"]), **change)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    "change",
    [{"client_id": "nobody"}, {"redirect_uri": "http://127.0.0.1:9999/other"}, {"redirect_uri": None}],
)
def test_nobody_is_sent_where_no_client_is_registered(site: Site, change: dict[str, str | None]) -> None:
    answer = site.auth(**change)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "location" not in answer.headers


@pytest.mark.parametrize("change", [{"response_type": "token"}, {"scope": "profile"}])
def test_another_flow_is_refused_by_the_redirect(site: Site, change: dict[str, str]) -> None:
    assert site.auth(**change).headers["location"] == f"{CALLBACK}?error=invalid_request&state=s-1"


@pytest.mark.parametrize("hint", [None, "042190100009", "3000000098", "nobody", "<script>"])
def test_without_a_hint_or_an_account_a_form_asks_who_it_is(site: Site, hint: str | None) -> None:
    answer = site.auth(login_hint=hint, state='"><script>')
    assert answer.status_code == 200
    assert "không phải VNeID" in answer.text
    assert "<script>" not in answer.text


def test_who_has_no_account_cannot_log_in(site: Site) -> None:
    site.office.put_person(identity_level=0)
    assert site.auth().status_code == 200


def test_a_token_opens_this_userinfo_only(site: Site, virtual: Office) -> None:
    token = site.logged_in()
    assert Site(virtual).userinfo(token).status_code == 401
    assert site.userinfo("made-up").status_code == 401
    assert site.office.http.get(f"{site.office.vneid}/vnconnect/userinfo?access_token={token}").status_code == 401
    site.office.http.delete(f"{site.office.control}/people/{PERSON}").raise_for_status()
    assert site.userinfo(token).status_code == 401


def test_faults_strike_each_step(site: Site) -> None:
    site.office.fault("vneid", "http_503", match={"service": "token"}, times=1)
    code = site.code(site.auth().headers["location"])
    assert site.token(code).status_code == 503
    assert site.token(code).status_code == 200
