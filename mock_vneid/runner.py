"""`python -m mock_vneid run FILE…`: play scenario files and see whether what they expect holds.

Without more words each file is laid out in a sandbox of its own, started for the run. `--world` (with `--faces` and
`--control`) takes a sandbox that runs already; `--url` a sandbox of somebody else, where nothing can be put and the
people of the file must exist. With `--gate` the demands of the file are sent to a gate, which must be asking the
same world; without it they are skipped, and said so.

Exit codes: 0 all holds; 1 something does not; 2 a file or the command is wrong; 3 the sandbox or gate cannot be had.
"""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError

from mock_vneid import scenario
from mock_vneid.asking import Office, Reading
from mock_vneid.ids import kind_of
from mock_vneid.scenario import Expectation, Scenario
from mock_vneid.testing import SandboxWorld, new_world, run_mock

OK, MISSED, WRONG, UNREACHABLE = range(4)
_CLIENT = "motlan-tthc:motlan-tthc-secret"
_GATE_CLIENT = "demo-admin:demo-admin-secret"
_PATIENCE = 30  # seconds


@dataclass(frozen=True, slots=True)
class Row:
    """One thing looked at. `got` is None where it could not be, and `expected` then says why."""

    name: str
    what: str
    expected: str
    got: str | None

    @property
    def holds(self) -> bool:
        return self.got in (None, self.expected)


class Gate:
    """A gate that decides on demands for paper: `POST /v1/paper-demands` behind client_credentials."""

    def __init__(self, http: httpx.Client, url: str, client: tuple[str, str]) -> None:
        self._http, self._url = http, url.rstrip("/")
        form = {"grant_type": "client_credentials"}
        answer = http.post(f"{self._url}/oauth/token", data=form, auth=client).raise_for_status()
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def decide(self, demand: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The findings by the ref of their item. httpx.HTTPStatusError when it does not decide."""
        answer = self._http.post(f"{self._url}/v1/paper-demands", json=demand, headers=self._headers)
        return {found["ref"]: found for found in answer.raise_for_status().json()["findings"]}


def look(told: Scenario, office: Office, gate: Gate | None) -> Iterator[Row]:
    """Each expectation of the scenario against what an office reads, and what the gate decides."""
    for expected in told.expect:
        yield from _sources(expected, office)
        if not expected.decisions:
            continue
        if gate is None:
            yield Row(expected.name, "gate", "skipped: no --gate was named", None)
        else:
            yield from _decisions(told, expected, gate)


def _sources(expected: Expectation, office: Office) -> Iterator[Row]:
    readings: list[tuple[str, Mapping[str, str] | str, Reading]] = []
    if expected.wallet is not None:
        types = _types(expected.wallet, expected)
        readings.append(("wallet", expected.wallet, office.search(expected.holder, types)))
    for service, records in expected.services.items():
        reading = office.ask(service, expected.holder, _types(records, expected))
        readings.append((f"service {service}", records, reading))
    for what, wanted, reading in readings:
        if isinstance(wanted, str):
            yield Row(expected.name, what, wanted, reading.unusable or "an answer")
            continue
        for document_type, state in wanted.items():
            got = reading.unusable or reading.states.get(document_type, "not answered")
            yield Row(expected.name, f"{what} {document_type}", state, got)
    for document_type, facts in expected.says.items():
        said = _first_facts([reading for _, _, reading in readings], document_type)
        for name, value in facts.items():
            yield Row(expected.name, f"{document_type} says {name}", str(value), str(said.get(name, "nothing")))


def _types(wanted: Mapping[str, str] | str, expected: Expectation) -> list[str]:
    named = () if isinstance(wanted, str) else wanted
    return list(dict.fromkeys([*named, *expected.says])) or ["CAN_CUOC"]


def _first_facts(readings: list[Reading], document_type: str) -> dict[str, Any]:
    return next((reading.facts[document_type] for reading in readings if document_type in reading.facts), {})


def _decisions(told: Scenario, expected: Expectation, gate: Gate) -> Iterator[Row]:
    demand = {"subject": _subject(told, expected.holder), "channel": "counter", **(expected.demand or {})}
    try:
        findings = gate.decide(demand)
    except httpx.HTTPStatusError as error:
        refusal = f"{error.response.status_code} {error.response.text[:200]}"
        findings = {ref: {"outcome": refusal} for ref in expected.decisions}
    for ref, wanted in expected.decisions.items():
        found = findings.get(ref, {"outcome": "no finding"})
        yield Row(expected.name, f"gate {ref}", wanted.outcome, str(found["outcome"]))
        if wanted.reason is not None:
            yield Row(expected.name, f"gate {ref}, reason", wanted.reason, str(found.get("reason")))


def _subject(told: Scenario, holder_id: str) -> dict[str, Any]:
    """Who the demand is made of: with the name and birth date of the file, where it tells of them."""
    subject: dict[str, Any] = {"kind": kind_of(holder_id), "id": holder_id}
    for person in told.people:
        if person.id == holder_id:
            subject |= {"full_name": person.full_name, "birth_date": person.birth_date}
    for organization in told.organizations:
        if organization.id == holder_id:
            subject |= {"full_name": organization.name}
    return subject


# ---- the command ----------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    try:
        files = [(path, scenario.load(path)) for path in given.files]
    except (OSError, ValueError, ValidationError) as error:
        print(error, file=sys.stderr)
        return WRONG
    rows: list[tuple[str, Row]] = []
    try:
        with contextlib.ExitStack() as stack:
            http = stack.enter_context(httpx.Client(timeout=given.timeout))
            gate = Gate(http, given.gate, _pair(given.gate_client)) if given.gate else None
            for path, told in files:
                with _office(given, http, told) as office:
                    rows += [(path.stem, row) for row in look(told, office, gate)]
    except httpx.HTTPStatusError as error:
        print(f"{error.request.url}: {error.response.status_code} {error.response.text[:500]}", file=sys.stderr)
        return UNREACHABLE
    except httpx.HTTPError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return UNREACHABLE
    _print(rows)
    return OK if all(row.holds for _, row in rows) else MISSED


@contextlib.contextmanager
def _office(given: argparse.Namespace, http: httpx.Client, told: Scenario) -> Iterator[Office]:
    """An office before the sandbox that was asked for, with the scenario laid out in it where that can be done."""
    client = _pair(given.client)
    if given.url:
        yield Office(http, given.url, given.ndxp_url or f"{given.url.rstrip('/')}/ndxp", client)
    elif given.world or given.gate:  # a gate asks the sandbox that runs already
        world = SandboxWorld(given.world or "default", given.faces.rstrip("/"), given.control.rstrip("/"), http)
        faults = world.put(told)
        if told.now is not None:
            world.set_clock(now=told.now)
        try:
            yield Office(http, world.vneid_url, world.ndxp_url, client)
        finally:
            for fault in faults:
                world.call("DELETE", f"/faults/{fault}")
    else:
        with run_mock() as mock:
            world = new_world(mock, http, told)
            yield Office(http, world.vneid_url, world.ndxp_url, client)


def _pair(credentials: str) -> tuple[str, str]:
    name, _, secret = credentials.partition(":")
    return name, secret


def _parser() -> argparse.ArgumentParser:
    summary, _, more = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        "mock_vneid run", description=summary, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="scenario files (YAML)")
    parser.add_argument(
        "--url", help="base of somebody else's sandbox (…/oidc/token, …/wallet/…): nothing is put there"
    )
    parser.add_argument("--ndxp-url", help="of the data services, when it is not the URL and /ndxp")
    parser.add_argument("--client", default=_CLIENT, help="ID:SECRET at the sources")
    parser.add_argument("--world", help="lay the files out in this world of a sandbox that runs; with --gate: default")
    parser.add_argument("--faces", default="http://127.0.0.1:9000", help="of the sandbox that runs")
    parser.add_argument("--control", default="http://127.0.0.1:9001", help="its control door")
    parser.add_argument("--gate", help="base of a gate that asks that world: the demands of the files are sent to it")
    parser.add_argument("--gate-client", default=_GATE_CLIENT, help="ID:SECRET at the gate")
    parser.add_argument("--timeout", type=float, default=_PATIENCE, help="seconds to wait for any one answer")
    return parser


def _print(rows: list[tuple[str, Row]]) -> None:
    cells = [("", "scenario", "case", "what", "expected", "got")]
    for stem, row in rows:
        mark = "skip" if row.got is None else "ok" if row.holds else "FAIL"
        cells.append((mark, stem, row.name, row.what, row.expected, row.got or ""))
    widths = [min(max(len(line[column]) for line in cells), 60) for column in range(len(cells[0]))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    looked = [row for _, row in rows if row.got is not None]
    skipped = len(rows) - len(looked)
    print(f"{sum(row.holds for row in looked)} of {len(looked)} hold{f', {skipped} skipped' if skipped else ''}")


if __name__ == "__main__":
    sys.exit(main())
