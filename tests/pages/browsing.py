"""What the tests in a real browser share: Chromium, the rules of axe-core, and the service at a port of its own."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from app.settings import Settings
from tests.mock_vneid.office import Office

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = find_spec("axe_playwright_python")
WHY = "PAGES NOT TESTED IN A BROWSER: chromium, playwright and axe-playwright-python are needed"
playwright = pytest.importorskip("playwright.sync_api", reason=WHY)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe() -> str:
    """The rules of axe-core, as the package brings them; the package itself is not needed."""
    assert AXE is not None and AXE.submodule_search_locations is not None
    return (Path(AXE.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        # Tests run as root in containers, where Chromium's own sandbox cannot start; only our own pages are loaded.
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


def at_own_port(world: Office, template: Path, folder: Path) -> tuple[Settings, socket.socket]:
    """Settings of a service that knows its own address (the provider leads back there), and the socket it is at."""
    database = folder / "motlan.sqlite3"
    shutil.copyfile(template, database)
    listening = socket.create_server(("127.0.0.1", 0))
    settings = Settings(
        env="test",
        database_url=f"sqlite:///{database}",
        vneid_url=world.vneid,
        ndxp_url=world.ndxp,
        public_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
        log_level="error",
    )
    return settings, listening


@contextmanager
def serving(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    """The service in a thread, at a socket that listens already."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    end = time.monotonic() + 30
    while not server.started and thread.is_alive() and time.monotonic() < end:
        time.sleep(0.02)
    assert server.started
    yield
    server.should_exit = True
    thread.join(30)
