"""The sandbox inside a test run: both doors in this process, on real sockets or without, and a world for each test.

pytest users take the fixture `world` of `pytest_plugin.py`; `WorldTestCase` is the same for unittest.
"""

import contextlib
import threading
import unittest
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import httpx

from mock_vneid import scenario
from mock_vneid.main import create_control, create_faces, create_universe, doors_of
from mock_vneid.scenario import Scenario
from mock_vneid.server import listen, run, url_of
from mock_vneid.transports import CONTROL, FACES, AsyncInProcess, InProcess, Loop

_PATIENCE = 10  # seconds
_OWN = {"id", "story", "holdings"}  # of a scenario's person or organisation: not in the body that puts them


class Mock:
    """A running sandbox. `faces_url` and `control_url` have no slash at their end."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        universe = create_universe()
        listeners = [listen(host, 0), listen(host, 0)]
        doors = doors_of(universe)
        self.faces_url, self.control_url = (url_of(listener) for listener in listeners)
        self._stop: Callable[[], None] = lambda: None
        self._thread = threading.Thread(
            target=run, args=(list(zip(doors, listeners, strict=True)), self._keep), daemon=True
        )
        self._thread.start()
        if not all(door.opened.wait(_PATIENCE) for door in doors):
            raise RuntimeError("the sandbox did not start")

    def _keep(self, stop: Callable[[], None]) -> None:
        self._stop = stop

    def vneid_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}"

    def ndxp_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}/ndxp"

    def portal_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}/portal"

    def staff_url(self, world: str = "default") -> str:
        """The issuer of the officers' logins; the citizens' one is `vneid_url`."""
        return f"{self.faces_url}/w/{world}/staff"

    def soap_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}/soap"

    def lgsp_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}/lgsp"

    def envelope_url(self, world: str = "default") -> str:
        """The observed login of VNeID, whose answers are encrypted."""
        return f"{self.faces_url}/w/{world}/vneid"

    def vnconnect_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}/vnconnect"

    def transport(self) -> httpx.BaseTransport | None:
        """For an `httpx.Client` that is to reach this sandbox; None: any client does."""
        return None

    def stop(self) -> None:
        """Close both doors, dropping connections held by a fault. Calling it again does nothing."""
        self._stop()
        self._thread.join(_PATIENCE)


class InProcessMock(Mock):
    """A sandbox without sockets: reached only by `httpx` clients with its `transport()` or `async_transport()`."""

    def __init__(self) -> None:
        universe = create_universe()
        self.faces_url, self.control_url = FACES, CONTROL
        self._universe, self._loop = universe, Loop()
        self._transport = AsyncInProcess(create_faces(universe), create_control(universe))

    def transport(self) -> httpx.BaseTransport:
        return InProcess(self._transport, self._loop)

    def async_transport(self) -> httpx.AsyncBaseTransport:
        return self._transport

    def stop(self) -> None:
        self._loop.stop()


@contextlib.contextmanager
def run_mock() -> Iterator[Mock]:
    """`with run_mock() as mock:` a sandbox of one's own, gone at the end."""
    mock = Mock()
    try:
        yield mock
    finally:
        mock.stop()


class SandboxWorld:
    """One world of a running sandbox: where a system under test finds its faces, and its control door as methods.

    `holdings`, `fields` and the rest are those of the control door. httpx.HTTPStatusError tells what the door refused;
    its `response.json()["detail"]` says why.
    """

    def __init__(self, name: str, faces_url: str, control_url: str, http: httpx.Client) -> None:
        self.name, self.http = name, http
        self.vneid_url = f"{faces_url}/w/{name}"
        self.ndxp_url, self.portal_url = f"{self.vneid_url}/ndxp", f"{self.vneid_url}/portal"
        self.staff_url, self.soap_url, self.lgsp_url = (
            f"{self.vneid_url}/{face}" for face in ("staff", "soap", "lgsp")
        )
        self.envelope_url, self.vnconnect_url = f"{self.vneid_url}/vneid", f"{self.vneid_url}/vnconnect"
        self.control_url = f"{control_url}/worlds/{name}"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """One call of the control door, below this world; its JSON, or None."""
        answer = self.http.request(method, f"{self.control_url}{path}", json=body, params=query or None)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def put_person(self, id: str, *, holdings: Mapping[str, Mapping[str, Any]] | None = None, **fields: Any) -> None:
        """A person who holds these documents and nothing else."""
        self._put(f"/people/{id}", fields, holdings)

    def put_organization(
        self, id: str, *, holdings: Mapping[str, Mapping[str, Any]] | None = None, **fields: Any
    ) -> None:
        self._put(f"/organizations/{id}", fields, holdings)

    def _put(self, path: str, fields: Mapping[str, Any], holdings: Mapping[str, Mapping[str, Any]] | None) -> None:
        self.call("PUT", path, fields)
        for document_type, holding in (holdings or {}).items():
            self.call("PUT", f"{path}/holdings/{document_type}", holding)

    def put_holding(self, person_id: str, document_type: str, **fields: Any) -> None:
        self.call("PUT", f"/people/{person_id}/holdings/{document_type}", fields)

    def fault(self, face: str, kind: str, **fields: Any) -> str:
        """The id of a fault that is in force from now on."""
        made: str = self.call("POST", "/faults", {"face": face, "kind": kind, **fields})["id"]
        return made

    def clear_faults(self) -> None:
        self.call("DELETE", "/faults")

    def set_clock(self, **fields: Any) -> None:
        """`now="2026-10-01"`, or `advance="P30D"`."""
        self.call("POST", "/clock", fields)

    def put_officer(self, code: str, **fields: Any) -> None:
        """`full_name`, `agency`, `agency_name`, `roles=[…]`."""
        self.call("PUT", f"/staff/{code}", fields)

    def put_issuer(self, agency: str, *keys: Mapping[str, Any]) -> None:
        """Whose results the wallet believes: the public JWKs of an office."""
        self.call("PUT", f"/issuers/{agency}", {"keys": list(keys)})

    def present(self, person_id: str, document_type: str, *, mode: str = "sharing", **fields: Any) -> str:
        """The code of a presentation in this person's name; `purpose=`, `audience=`, `fields=[…]`, `ttl_seconds=`."""
        body = {"mode": mode, "document_type": document_type, "purpose": "thử nghiệm", **fields}
        made: str = self.call("POST", f"/people/{person_id}/presentations", body)["code"]
        return made

    def results(self, **filters: Any) -> list[dict[str, Any]]:
        """What offices delivered to wallets; `holder=`."""
        found: list[dict[str, Any]] = self.call("GET", "/results", **filters)["items"]
        return found

    def dossiers(self) -> list[dict[str, Any]]:
        """What was reported to the portal, with the flags the national index counts."""
        found: list[dict[str, Any]] = self.call("GET", "/dossiers")["items"]
        return found

    def licences(self, **fields: Any) -> None:
        """`procedures=[…]`, `officers=[…]`: what is left out is not restricted."""
        self.call("PUT", "/licences", fields)

    def person(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/people/{id}")
        return found

    def journal(self, **filters: Any) -> list[dict[str, Any]]:
        """The requests its faces received, oldest first; `face=`, `service=`, `person=`, `since=`."""
        entries: list[dict[str, Any]] = self.call("GET", "/journal", **filters)["items"]
        return entries

    def reset(self) -> None:
        self.call("POST", "/reset")

    def delete(self) -> None:
        self.call("DELETE", "")

    def put(self, told: Scenario) -> list[str]:
        """Everything a scenario tells, laid on what is there; the ids of its faults."""
        for person in told.people:
            self.put_person(person.id, holdings=_written(person.holdings), **_body(person, exclude=_OWN))
        for organization in told.organizations:
            fields = _body(organization, exclude=_OWN)
            self.put_organization(organization.id, holdings=_written(organization.holdings), **fields)
        for procedure in told.procedures:
            self.call("PUT", f"/procedures/{procedure.code}", _body(procedure, exclude={"code"}))
        if told.licences is not None:
            self.licences(**_body(told.licences))
        return [self.call("POST", "/faults", _body(fault, exclude={"id"}))["id"] for fault in told.faults]


def _body(model: Any, exclude: set[str] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=exclude)
    return body


def _written(holdings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {document_type: _body(holding) for document_type, holding in holdings.items()}


def new_world(mock: Mock, http: httpx.Client, told: Scenario | None = None, name: str | None = None) -> SandboxWorld:
    """A world of its own as the scenario tells it; an empty one without. `delete` it when it is done with."""
    told = told or Scenario(population="empty")
    body = {"seed": told.seed, "population": told.population, "name": name, "now": told.now}
    answer = http.post(
        f"{mock.control_url}/worlds", json={key: value for key, value in body.items() if value is not None}
    )
    world = SandboxWorld(answer.raise_for_status().json()["name"], mock.faces_url, mock.control_url, http)
    world.put(told)
    return world


def told_by(declared: Mapping[str, Any], folder: Path) -> Scenario:
    """The scenario declared beside a test: a file below `folder`, and the fields of such a file laid over it.

    A world for a test is empty unless it is said otherwise. ValueError names every mistake.
    """
    fields = dict(declared)
    base: dict[str, Any] = {"population": "empty"}
    if (file := fields.pop("scenario", None)) is not None:
        base = _body(scenario.load(folder / file))
    lists = {key: [*base.get(key, []), *fields[key]] for key in fields if isinstance(fields[key], list)}
    return Scenario.model_validate({**base, **fields, **lists})


class WorldTestCase(unittest.TestCase):
    """`self.world` is a new world for each test, as `vneid` declares it; one sandbox serves the whole class.

    class Cards(WorldTestCase):
        vneid = {"people": [{"id": "042190100001", …, "holdings": {"CAN_CUOC": {"wallet": "linked"}}}]}
    """

    vneid: ClassVar[Mapping[str, Any]] = {}
    mock: ClassVar[Mock]
    world: SandboxWorld

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.mock = cls.enterClassContext(run_mock())

    def setUp(self) -> None:
        super().setUp()
        http = self.enterContext(httpx.Client(timeout=_PATIENCE))
        self.world = new_world(self.mock, http, told_by(self.vneid, Path.cwd()))
        self.addCleanup(self.world.delete)
