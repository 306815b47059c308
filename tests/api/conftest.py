"""The whole service as one ASGI app, with a real database, against a real sandbox."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, func, select
from starlette.testclient import TestClient

from app.api import examples, snapshot
from app.db import make_engine
from app.main import create_app
from app.services.migrations import upgrade
from app.services.tokens import DEMO_CLIENTS
from app.settings import Settings
from mock_vneid.testing import Mock
from tests.databases import PostgresServer

DEMAND: dict[str, Any] = examples.DEMANDS["use_wallet"]["value"]
DOSSIER: dict[str, Any] = examples.DOSSIERS["birth"]["value"]


@dataclass(frozen=True, eq=False)
class Service:
    """A running service; `tables` looks at its database from outside."""

    client: TestClient
    tables: Engine

    def bearer(self, client: str = "demo-admin", scope: str | None = None) -> dict[str, str]:
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        answer = self.client.post("/oauth/token", data=form, auth=(client, DEMO_CLIENTS[client][0]))
        assert answer.status_code == 200, answer.text
        return {"authorization": f"Bearer {answer.json()['access_token']}"}

    def file(self, body: dict[str, Any] | None = None) -> tuple[str, str]:
        """A dossier's code and ETag."""
        answer = self.client.post("/v1/dossiers", json=body or DOSSIER, headers=self.bearer())
        assert answer.status_code == 201, answer.text
        return answer.json()["code"], answer.headers["etag"]

    def rows(self) -> dict[str, int]:
        """How many rows each table holds."""
        known = MetaData()
        with self.tables.connect() as conn:
            known.reflect(conn)
            counts = {name: select(func.count()).select_from(table) for name, table in known.tables.items()}
            return {name: conn.execute(count).scalar_one() for name, count in counts.items()}


@contextmanager
def serve(url: str, sandbox: Mock) -> Iterator[Service]:
    upgrade(url)
    settings = Settings(
        env="demo", database_url=url, vneid_url=sandbox.vneid_url(), ndxp_url=sandbox.ndxp_url(), log_level="error"
    )
    with TestClient(create_app(settings), raise_server_exceptions=False, follow_redirects=False) as client:
        yield Service(client, make_engine(url, read_only=True))


@pytest.fixture(scope="module")
def service(sandbox: Mock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serve(f"sqlite:///{tmp_path_factory.mktemp('service') / 'motlan.sqlite3'}", sandbox) as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(
    request: pytest.FixtureRequest, sandbox: Mock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The service on each database, where it matters what the database does."""
    if request.param == "sqlite":
        with serve(f"sqlite:///{tmp_path_factory.mktemp('stored') / 'motlan.sqlite3'}", sandbox) as running:
            yield running
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create()
    try:
        with serve(url, sandbox) as running:
            yield running
    finally:
        server.drop(url)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = json.loads(snapshot.document())
    return found


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path template and operation of every call."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation
