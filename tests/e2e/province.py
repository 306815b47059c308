"""A whole province on this machine: the service, its worker and the sandbox with its default world, on free ports."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.demo import Ports
from app.story import Office
from tests.e2e.processes import Motlan, free_port
from tests.mock_vneid.office import Json

_PATIENCE = 30.0
# What failed is tried again at once, and a face that holds its connections is given up soon.
QUICK = {
    "MOTLAN_WORKER_PAUSE": "0.05",
    "MOTLAN_RETRY_FIRST": "0.1",
    "MOTLAN_RETRY_LONGEST": "0.3",
    "MOTLAN_PORTAL_TIMEOUT": "1",
    "MOTLAN_LOOKUP_BUDGET": "10",
}


@dataclass(frozen=True)
class Province:
    """`office` is the one-stop centre's system."""

    ports: Ports
    program: Motlan
    office: Office

    def fault(self, face: str, kind: str, attributes: Json, service: str | None = None) -> str:
        body: Json = {"face": face, "kind": kind, "attributes": attributes}
        made: str = self.office.world("POST", "/faults", body | ({"match": {"service": service}} if service else {}))[
            "id"
        ]
        return made

    def mend(self, fault: str) -> None:
        self.office.world("DELETE", f"/faults/{fault}", None, 204)

    def journal(self, face: str, service: str | None = None) -> list[Json]:
        """What a face of the sandbox was asked, in order."""
        query = f"face={face}" + (f"&service={service}" if service else "")
        entries: list[Json] = self.office.world("GET", f"/journal?{query}")["items"]
        return entries


@contextmanager
def province(database_url: str, log: Path) -> Iterator[Province]:
    """At a database with the schema at head; what they all write goes to `log`."""
    ports = Ports(free_port(), free_port(), free_port())
    world = f"{ports.faces}/w/default"
    environment = {
        "MOTLAN_ENV": "demo",
        "MOTLAN_DATABASE_URL": database_url,
        "MOTLAN_PORT": str(ports.service),
        "MOTLAN_VNEID_URL": world,
        "MOTLAN_NDXP_URL": f"{world}/ndxp",
        "MOTLAN_PORTAL_URL": f"{world}/portal",
        **QUICK,
    }
    program = Motlan(environment, log)
    try:
        program.start("mock", "--port", str(ports.sandbox), "--control-port", str(ports.control))
        program.start("worker")
        program.serve(ports.service)
        _wait_for(f"{ports.door}/healthz")
        yield Province(ports, program, Office(ports.base, ports.door))
    finally:
        program.end()


def _wait_for(url: str) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        try:
            httpx.get(url).raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("the sandbox did not start")
