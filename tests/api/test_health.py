"""Alive, ready, counted."""

import asyncio
import importlib
import pkgutil
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from app import pages as app_pages
from app.main import create_app
from app.settings import Settings
from tests.api.conftest import DEMAND, Service, operations


def test_a_running_process_is_alive(service: Service) -> None:
    assert service.client.get("/healthz").json() == {"status": "ok"}


def test_a_served_database_is_ready(service: Service) -> None:
    body = service.client.get("/readyz").json()
    assert body["status"] == "ready"
    assert body["checks"] == {"database": True, "schema": True, "catalogue": True}


def test_a_database_that_was_never_prepared_is_not_ready_but_the_process_lives(tmp_path: Path) -> None:
    settings = Settings(env="test", database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}", log_level="error")
    app = create_app(settings)
    client = TestClient(app)  # without its start, which would refuse
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "not_ready")
    assert client.get("/healthz").status_code == 200
    asyncio.run(app.state.desk.close())


def test_metrics_name_route_templates_and_nobody(service: Service) -> None:
    service.client.post("/v1/paper-demands", json=DEMAND, headers=service.bearer())
    service.client.get("/v1/procedures/1.001193")
    service.client.get("/v1/procedures/042177031459")
    service.client.get("/042177031459")
    service.client.request("KHO_BAU_042177031459", "/v1/laws")
    text = service.client.get("/metrics").text
    assert not re.search(r"[0-9]{12}", re.sub(r" [0-9.e+-]+$", "", text, flags=re.MULTILINE))
    assert "KHO_BAU" not in text
    routes = set(re.findall(r'route="([^"]*)"', text))
    assert "/v1/procedures/{code}" in routes
    parts = (importlib.import_module(f"app.pages.{module.name}") for module in pkgutil.iter_modules(app_pages.__path__))
    routers = (router for part in parts for router in vars(part).values() if isinstance(router, APIRouter))
    pages = {route.path for router in routers for route in router.routes if isinstance(route, APIRoute)}
    assert routes <= {path for _, path, _ in operations()} | pages | {
        "unmatched",
        "/docs",
        "/docs/oauth2-redirect",
        "/openapi.json",
    }
    assert 'method="other"' in text
