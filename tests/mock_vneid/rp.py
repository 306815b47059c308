"""A relying party written by hand, beside the libraries: it can also do what a library would never do."""

import json
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from tests.mock_vneid.office import PERSON, Json, Office

CALLBACK = "http://127.0.0.1:9999/callback"
DEMO = ("demo-rp", "demo-rp-secret")
SCOPE = "openid profile vneid offline_access"
VERIFIER = "a-verifier-of-forty-three-characters-or-more"
NO_AUTH = httpx.USE_CLIENT_DEFAULT


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def query_of(url: str) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlsplit(url).query, strict_parsing=True).items()}


class Browser:
    """Keeps cookies, follows nothing by itself, and leaves no connection open."""

    def __init__(self) -> None:
        self.cookies = httpx.Cookies()

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self._send("GET", url, **more)

    def post(self, url: str, **more: Any) -> httpx.Response:
        return self._send("POST", url, **more)

    def _send(self, method: str, url: str, **more: Any) -> httpx.Response:
        with httpx.Client(timeout=10, verify=False, cookies=self.cookies) as client:
            answer = client.request(method, url, **more)
            self.cookies = client.cookies
        return answer


class Rp:
    """A registered client in one world, and the browser of whoever logs in."""

    def __init__(self, office: Office, client: tuple[str, str] = DEMO) -> None:
        self.office, self.client, self.oidc = office, client, f"{office.vneid}/oidc"
        self.browser = Browser()

    def question(self, **change: str | None) -> dict[str, str]:
        """The parameters of an authorization request; None takes one away."""
        question = {
            "response_type": "code",
            "client_id": self.client[0],
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": "st&te +/=",
            "nonce": "nonce-1",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
            "prompt": "none",
            "login_hint": PERSON,
        }
        return {name: value for name, value in (question | change).items() if value is not None}

    def authorize(self, **change: str | None) -> httpx.Response:
        return self.browser.get(f"{self.oidc}/authorize", params=self.question(**change))

    def callback(self, answer: httpx.Response) -> dict[str, str]:
        """What the redirect brings back to the client."""
        assert answer.status_code == 303, answer.text
        target = answer.headers["location"]
        assert target.startswith(CALLBACK + "?")
        return query_of(target)

    def code(self, **change: str | None) -> str:
        return self.callback(self.authorize(**change))["code"]

    def post(self, path: str, form: Json, auth: Any = None) -> httpx.Response:
        return self.office.http.post(f"{self.oidc}/{path}", data=form, auth=auth or self.client)

    def redeem(self, code: str, /, auth: Any = None, **change: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return self.post("token", form | change, auth)

    def tokens(self, **change: str | None) -> Json:
        tokens: Json = self.redeem(self.code(**change)).raise_for_status().json()
        return tokens

    def refresh(self, token: str, auth: Any = None, **change: str) -> httpx.Response:
        return self.post("token", {"grant_type": "refresh_token", "refresh_token": token} | change, auth)

    def userinfo(self, access_token: str) -> httpx.Response:
        return self.office.http.get(f"{self.oidc}/userinfo", headers={"Authorization": f"Bearer {access_token}"})

    def introspect(self, token: str, auth: Any = None) -> Json:
        said: Json = self.post("introspect", {"token": token}, auth).raise_for_status().json()
        return said

    def register(self, client_id: str, **body: Any) -> httpx.Response:
        return self.office.http.put(f"{self.office.control}/clients/{client_id}", json=body)


def verified(rp: Rp, token: str) -> tuple[Json, Json]:
    """Header and claims of a token, checked against the published key with another library."""
    (key,) = rp.office.http.get(f"{rp.oidc}/jwks").json()["keys"]
    read = jws.deserialize_compact(token, ECKey.import_key(key), algorithms=["ES256"])
    return read.headers(), json.loads(read.payload)


def asked(page: httpx.Response) -> str:
    """The name of the question on a login page."""
    assert page.status_code == 200, page.text
    found = re.search(r'name="question" value="([^"]+)"', page.text)
    assert found
    return found[1]
