"""The pages of one office, asked over HTTP in its own loop: its database, its rulebook, its clock that stands still."""

from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI

from app.api.assembly import assemble
from app.pages import routes
from tests.desk import Gate
from tests.pages.html import Element, read


@dataclass
class Visitor:
    gate: Gate
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.app = FastAPI(redirect_slashes=False)
        self.app.state.desk = self.gate.desk
        assemble(self.app)
        routes.install(self.app)

    def ask(self, address: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            async with httpx.AsyncClient(transport=transport, base_url="http://forged.invalid") as client:
                return await client.request(method, address, headers=given)

        return self.gate.run(asking())

    def page(self, address: str, status: int = 200) -> Element:
        answer = self.ask(address)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return read(answer.text)

    def main(self, address: str, status: int = 200) -> Element:
        (found,) = self.page(address, status).all("main")
        return found


@pytest.fixture
def visitor(sqlite_gate: Gate) -> Visitor:
    return Visitor(sqlite_gate)
