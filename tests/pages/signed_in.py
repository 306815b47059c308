"""A browser without a screen: it keeps cookies, follows no redirect by itself, and signs in at the sandbox.

browser = SignedIn(gate)
browser.sign_in()                       # the citizen of tests.mock_vneid.office
browser.sign_in_officer("CB-0001")
page = browser.page("/cua-toi")         # the parsed page
browser.send("/cua-toi/bao-cao", {...}) # a form, with the page's token
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from fastapi import FastAPI

from app.api.assembly import assemble
from app.pages import routes
from tests.desk import Gate
from tests.mock_vneid.office import PERSON
from tests.pages.html import Element, read

FORM = {"content-type": "application/x-www-form-urlencoded"}


def office_app(gate: Gate) -> FastAPI:
    """The whole service around one gate's desk."""
    app = FastAPI(redirect_slashes=False)
    app.state.desk = gate.desk
    assemble(app)
    routes.install(app)
    return app


@dataclass
class SignedIn:
    """One browser at one gate's pages. `cookies` may be looked at, stolen and planted."""

    gate: Gate
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app = office_app(self.gate)
        self.base = self.gate.desk.settings.base_url

    def ask(self, address: str, method: str = "GET", body: bytes | None = None, **headers: str) -> httpx.Response:
        path = address.removeprefix(self.base)
        given = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())

        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=self.base) as client:
                return await client.request(method, path, content=body, headers=given)

        answer = self.gate.run(asking())
        for line in answer.headers.get_list("set-cookie"):
            name, _, text = line.partition(";")[0].partition("=")
            if "max-age=0" in line.lower() or text.strip('"') == "":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = text
        return answer

    # Signing in

    def begin(self, door: str = "/dang-nhap") -> str:
        """The address at the provider to which the browser is sent."""
        answer = self.ask(door)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def at_provider(self, address: str, who: str) -> str:
        """The provider's answer: where the browser is sent back to, once `who` has logged in there."""
        hint = urlencode({"prompt": "none", "login_hint": who})
        answer = self.gate.world.http.get(f"{address}&{hint}", follow_redirects=False)
        self.gate.world.http.cookies.clear()
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def sign_in(self, who: str = PERSON, door: str = "/dang-nhap") -> httpx.Response:
        answer = self.ask(self.at_provider(self.begin(door), who))
        assert answer.status_code == 303, answer.text
        return answer

    def sign_in_officer(self, code: str = "CB-0001", door: str = "/can-bo") -> httpx.Response:
        return self.sign_in(code, door)

    # Reading and sending

    def page(self, address: str, status: int = 200) -> Element:
        answer = self.ask(address)
        assert answer.status_code == status, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return read(answer.text)

    def main(self, address: str, status: int = 200) -> Element:
        (found,) = self.page(address, status).all("main")
        return found

    def token(self, address: str) -> str:
        """The CSRF token in the forms of a page."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.ask(address).text)
        assert found
        return found[1]

    def post(self, address: str, fields: Mapping[str, Any], **headers: str) -> httpx.Response:
        body = urlencode(fields, doseq=True).encode()
        return self.ask(address, "POST", body, **{**FORM, **headers})

    def send(self, address: str, fields: Mapping[str, Any], page: str | None = None) -> httpx.Response:
        """A form as the browser would send it: with the token of the page it stands on, and from there."""
        token = self.token(page or address)
        return self.post(address, {"csrf": token, **fields}, origin=origin(self.base), sec_fetch_site="same-origin")


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
