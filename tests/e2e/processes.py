"""`motlan serve` and `motlan worker` as processes that can be killed.

They are forked from one process that has imported the service already: twenty starts cost twenty forks, not twenty
times the import. What runs in them is the command as an operator gives it.
"""

import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from app.cli import app

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["app.main", "app.worker", "app.cli", "uvicorn"])
_PATIENCE = 30.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def _motlan(arguments: list[str], environment: Mapping[str, str], log: str) -> None:
    os.environ.update(environment)
    descriptor = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["motlan", *arguments]
    app(arguments)


class Motlan:
    """What runs on one database, in one environment; all of it writes to one log."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = dict(environment), log
        self._running: list[BaseProcess] = []

    def start(self, *arguments: str) -> BaseProcess:
        process = _FORKS.Process(target=_motlan, args=(list(arguments), self._environment, str(self._log)))
        process.start()
        self._running.append(process)
        return process

    def serve(self, port: int | None = None) -> tuple[BaseProcess, str]:
        """The service, ready, and its base URL."""
        port = port or free_port()
        process, url = self.start("serve", "--port", str(port)), f"http://127.0.0.1:{port}"
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and process.is_alive():
            try:
                if httpx.get(f"{url}/readyz").status_code == 200:
                    return process, url
            except httpx.TransportError:
                time.sleep(0.01)
        raise AssertionError(f"the service did not start: {self.log()}")

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def end(self) -> None:
        for process in self._running:
            process.kill()
            process.join(_PATIENCE)
