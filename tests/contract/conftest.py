"""The service as it is run: a process of its own, a socket, a log."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.services.migrations import upgrade
from mock_vneid.testing import Mock

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": "demo-admin",
            "client_secret": "demo-admin-secret",
        }
        with urllib.request.urlopen(f"{self.url}/oauth/token", urllib.parse.urlencode(form).encode()) as answer:
            token: str = json.load(answer)["access_token"]
        return token


@pytest.fixture(scope="module")
def server(sandbox: Mock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(sandbox, tmp_path_factory.mktemp("server")) as running:
        yield running


@contextmanager
def serve(sandbox: Mock, folder: Path) -> Iterator[Server]:
    url = f"sqlite:///{folder / 'motlan.sqlite3'}"
    upgrade(url)
    environment = {
        **os.environ,
        "MOTLAN_ENV": "demo",
        "MOTLAN_DATABASE_URL": url,
        "MOTLAN_VNEID_URL": sandbox.vneid_url(),
        "MOTLAN_NDXP_URL": sandbox.ndxp_url(),
    }
    running = Server(_free_port(), folder / "log")
    command = [sys.executable, "-c", "from app.cli import app; app()", "serve", "--port", str(running.port)]
    with running.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_until_ready(running: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(f"{running.url}/readyz"):
            return
        time.sleep(0.05)
    raise RuntimeError(running.log.read_text())
