"""The worker killed fifty times amid its deliveries: nothing is lost, and nothing happens twice at the receivers."""

import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from app.domain.dossiers import Status
from app.domain.outbox import State
from app.domain.results import Result
from app.models.outbox import events, outbox
from app.services import dossiers, webhooks
from app.services.journal import verify_journal
from app.services.webhooks import Wanted
from tests.desk import CALLER, CHOICE, Gate
from tests.e2e.processes import Motlan
from tests.mock_vneid.office import PERSON
from tests.outlets import at_portal, connected, receiving, steps_of

KILLS = 50
LEASE = 2.0
WHOLE = ["2", "4", "9", "10"]


def lived(gate: Gate, number: int) -> None:
    """A dossier from its filing to its result, told to nobody yet."""
    code = gate.submit(CHOICE)["code"]
    gate.move(code, 2)
    gate.move(code, 4)
    result = Result("GIAY_KHAI_SINH", number=f"{number}/2026", data={"full_name": "NGUYỄN VĂN AN"})
    gate.run(dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=result))
    gate.move(code, 10)


def figures(gate: Gate) -> tuple[int, int]:
    """How many attempts were begun in all, and how many messages wait or events are not numbered."""

    def look(conn: Connection) -> tuple[int, int]:
        begun = conn.execute(select(func.coalesce(func.sum(outbox.c.attempts), 0))).scalar_one()
        waits = select(func.count()).select_from(outbox).where(outbox.c.status == State.WAITING)
        unread = select(func.count()).select_from(events).where(events.c.number.is_(None))
        return int(begun), conn.execute(waits).scalar_one() + conn.execute(unread).scalar_one()

    return gate.desk.db.read_sync(look)


def until(true: Callable[[], bool], patience: float = 40) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_worker_killed_fifty_times_loses_nothing_and_doubles_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    gate: Gate = request.getfixturevalue("sqlite_gate" if kind == "sqlite" else "postgres_gate")
    gate.watch.moment = datetime.now(UTC)
    desk = connected(gate)
    chance = random.Random(kind)
    environment = {
        "MOTLAN_ENV": "demo",
        "MOTLAN_DATABASE_URL": gate.settings.database_url,
        "MOTLAN_VNEID_URL": gate.world.vneid,
        "MOTLAN_NDXP_URL": gate.world.ndxp,
        "MOTLAN_PORTAL_URL": desk.settings.portal_url,
        "MOTLAN_WEBHOOKS_PRIVATE": "1",
        "MOTLAN_WORKER_PAUSE": "0.02",
        "MOTLAN_OUTBOX_LEASE": str(LEASE),
        "MOTLAN_RETRY_FIRST": "0.05",
        "MOTLAN_RETRY_LONGEST": "0.2",
    }
    program = Motlan(environment, tmp_path / "log")
    with receiving() as receiver:
        gate.run(webhooks.subscribe(desk, CALLER, Wanted(receiver.url, (), 0), None))
        try:
            for n in range(KILLS):
                begun, _ = figures(gate)
                worker = program.start("worker")
                gate.watch.moment = datetime.now(UTC)
                lived(gate, n)
                until(lambda: figures(gate)[0] > begun)  # noqa: B023 - called before the next round
                time.sleep(chance.uniform(0, 0.06))
                worker.kill()
                worker.join(10)
                assert worker.exitcode == -signal.SIGKILL
            last = program.start("worker")
            until(lambda: figures(gate)[1] == 0 and len(receiver.taken()) == gate.count(events))
            last.terminate()
            last.join(20)
            assert last.exitcode == 0
        finally:
            program.end()
        log = [e.id for e in sorted(gate.rows(events), key=lambda e: e.number)]
        assert receiver.taken() == log
        # A webhook may come twice, under its own id: that is how its receiver tells.
        assert len(set(receiver.taken())) == len(log)
    told = at_portal(gate)
    assert len(told) == KILLS
    assert all((steps_of(one), one["status"]) == (WHOLE, "10") for one in told.values())
    assert all(len(one["report"]["DanhSachGiayToKetQua"]) == 1 for one in told.values())
    assert len(gate.world.get("results")["items"]) == KILLS
    messages = gate.rows(outbox)
    assert {m.status for m in messages} == {State.DELIVERED}
    # The kills did hit deliveries.
    assert sum(m.attempts > 1 for m in messages) >= 5
    verify_journal(gate.desk.db)
    assert PERSON not in program.log()
    assert "NGUYỄN" not in program.log()
