"""Killed at the worst moment: what was answered is kept, what was begun is taken up again, and the journal holds."""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Connection, update

from app.models.dossiers import dossiers
from app.models.journal import journal_entries
from app.services import decisions
from app.services.journal import verify_journal
from tests.desk import AGENCY, CHOICE, PLAIN, Gate
from tests.e2e.processes import Motlan
from tests.mock_vneid.office import PERSON, Json

CARD = "CAN_CUOC"
APPLICANT = {"kind": "person", "id": PERSON, "full_name": "NGUYỄN VĂN AN", "birth_date": "1990-02-03"}
DEMAND = {
    "procedure": PLAIN,
    "agency": AGENCY,
    "channel": "counter",
    "subject": APPLICANT,
    "items": [{"ref": "a", "document_type": CARD, "form": "copy"}],
}
DOSSIER = {"procedure": CHOICE, "agency": AGENCY, "channel": "online", "applicant": APPLICANT}
CALLS = {"/v1/paper-demands": DEMAND, "/v1/dossiers": DOSSIER}


@contextmanager
def motlan(gate: Gate, tmp_path: Path) -> Iterator[Motlan]:
    environment = {
        "MOTLAN_ENV": "demo",
        "MOTLAN_DATABASE_URL": gate.settings.database_url,
        "MOTLAN_VNEID_URL": gate.world.vneid,
        "MOTLAN_NDXP_URL": gate.world.ndxp,
        "MOTLAN_LOOKUP_BUDGET": "10",
        "MOTLAN_WORKER_PAUSE": "0.02",
    }
    running = Motlan(environment, tmp_path / "log")
    try:
        yield running
    finally:
        running.end()
    assert PERSON not in running.log()
    assert "NGUYỄN" not in running.log()


@contextmanager
def signed_in(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=20) as client:
        grant, secret = {"grant_type": "client_credentials"}, ("demo-admin", "demo-admin-secret")
        token = client.post("/oauth/token", data=grant, auth=secret).raise_for_status().json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client


def send(client: httpx.Client, path: str, key: str) -> httpx.Response:
    return client.post(path, json=CALLS[path], headers={"idempotency-key": key})


def answered_before_the_kill(client: httpx.Client, kill: Callable[[], None]) -> dict[tuple[str, str], bytes]:
    """Four requests at once; the process is killed with the first answer. What was answered, by path and key."""
    first = threading.Lock()

    def one(path: str) -> tuple[str, str, bytes] | None:
        key = uuid4().hex
        try:
            answer = send(client, path, key)
        except httpx.TransportError:
            return None
        if first.acquire(blocking=False):
            kill()
        assert answer.status_code in (200, 201), answer.text
        return path, key, answer.content

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, [*CALLS, *CALLS]))
    return {(path, key): body for path, key, body in filter(None, found)}


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 20), ("postgresql", 5)])
def test_nothing_that_was_answered_is_missing_after_a_kill(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, kills: int
) -> None:
    gate: Gate = request.getfixturevalue("sqlite_gate" if kind == "sqlite" else "postgres_gate")
    gate.world.put_holding(CARD)
    answered: dict[tuple[str, str], bytes] = {}
    with motlan(gate, tmp_path) as program:
        for _ in range(kills):
            process, url = program.serve()
            with signed_in(url) as client:
                for (path, key), body in answered.items():
                    assert send(client, path, key).content == body  # the very answer, not a second effect
                new = answered_before_the_kill(client, process.kill)
            process.join(10)
            assert process.exitcode == -signal.SIGKILL
            assert new
            answered = new
            verify_journal(gate.desk.db)
            _all_is_there(gate, new)


def _all_is_there(gate: Gate, answered: dict[tuple[str, str], bytes]) -> None:
    made = b"".join(r.bytes for r in gate.rows(journal_entries))
    for (path, _), body in answered.items():
        said: Json = json.loads(body)
        if path == "/v1/dossiers":
            assert gate.dossier(said["code"]) == said
            decision_id = said["decisions"][0]
        else:
            decision_id = said["decision_id"]
            assert gate.run(decisions.read(gate.desk, decision_id)) == body
        assert decision_id.encode() in made


def test_told_to_end_it_answers_what_it_has_begun_and_leaves(gate: Gate, tmp_path: Path) -> None:
    gate.world.fault("ndxp", "latency", attributes={"ms": 400})
    with motlan(gate, tmp_path) as program:
        process, url = program.serve()
        with signed_in(url) as client, ThreadPoolExecutor(1) as pool:
            begun = pool.submit(send, client, "/v1/paper-demands", "K-1")
            until(lambda: len(gate.asked("ndxp")) > 0)
            process.terminate()
            assert begun.result().status_code == 200
        process.join(20)
        # The server ends in order and then lets the signal have its way, as its parent may want to know.
        assert process.exitcode in (0, -signal.SIGTERM)
        assert "Traceback" not in program.log()
    verify_journal(gate.desk.db)
    assert b"gate.decision.made" in b"".join(r.bytes for r in gate.rows(journal_entries))


def test_a_dossier_whose_worker_was_killed_is_rechecked_by_the_next(gate: Gate, tmp_path: Path) -> None:
    gate.world.put_holding(CARD, wallet="absent")
    gate.watch.moment = datetime.now(UTC)
    gate.world.fault("ndxp", "http_503")
    code = gate.submit(CHOICE)["code"]
    asked = len(gate.asked("ndxp"))
    clear(gate)
    gate.world.fault("ndxp", "timeout")
    make_due(gate, code)
    with motlan(gate, tmp_path) as program:
        killed = program.start("worker")
        until(lambda: len(gate.asked("ndxp")) > asked)  # in the middle of asking
        killed.kill()
        killed.join(10)
        row = dossier_of(gate, code)
        assert (row.version, row.recheck_at > datetime.now(UTC)) == (1, True)  # leased, and nothing half done
        clear(gate)
        make_due(gate, code)  # the lease is over
        next_one = program.start("worker")
        until(lambda: dossier_of(gate, code).recheck_at is None)
        next_one.terminate()
        next_one.join(20)
        assert next_one.exitcode == 0
    settled = gate.dossier(code)
    assert settled["version"] == 2
    assert settled["components"][0]["findings"][0]["outcome"] == "REFUSE_PAPER_USE_REGISTRY"
    verify_journal(gate.desk.db)


def clear(gate: Gate) -> None:
    gate.world.http.delete(f"{gate.world.control}/faults").raise_for_status()


def dossier_of(gate: Gate, code: str) -> Any:
    return next(r for r in gate.rows(dossiers) if r.code == code)


def make_due(gate: Gate, code: str) -> None:
    def due(conn: Connection) -> None:
        conn.execute(
            update(dossiers).where(dossiers.c.code == code).values(recheck_at=datetime.now(UTC) - timedelta(seconds=1))
        )

    gate.desk.db.write_sync(due)


def until(true: Callable[[], bool], patience: float = 20) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
