"""The worker's loop: what is due is done, what fails does not end it, and it ends when told to."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from pydantic import SecretStr

from app.models.catalogue import catalogue_revisions
from app.models.dossiers import dossiers
from app.models.idempotency import idempotency_keys
from app.services import idempotency
from app.services.desk import Desk
from app.services.migrations import upgrade
from app.worker import _work
from tests.desk import CHOICE, Gate, OpenGate, key

QUICK = {"worker_pause": 0.01, "recheck_after": 1}


def worked(gate: Gate, until: Callable[[], bool], **change: Any) -> None:
    """The worker's loop on a desk of its own with this `change` of settings, until something has come true."""
    desk = gate.open(**QUICK, **change)

    async def working() -> None:
        stop = asyncio.Event()
        loop = asyncio.ensure_future(_work(desk, stop))
        async with asyncio.timeout(20):
            while not await asyncio.to_thread(until):
                assert not loop.done(), "the worker gave up"
                await asyncio.sleep(0.005)
            stop.set()
            await loop

    gate.run(working())


def waiting(gate: Gate) -> str:
    gate.world.fault("ndxp", "http_503")
    gate.world.put_holding("CAN_CUOC", wallet="absent")
    code: str = gate.submit(CHOICE)["code"]
    gate.watch.advance(seconds=31)
    return code


def sources_are_back(gate: Gate) -> None:
    gate.world.http.delete(f"{gate.world.control}/faults").raise_for_status()


def dossier_of(gate: Gate, code: str) -> Any:
    return next(r for r in gate.rows(dossiers) if r.code == code)


def test_a_waiting_dossier_is_rechecked_until_it_is_settled(gate: Gate) -> None:
    code = waiting(gate)

    def settled() -> bool:
        row = dossier_of(gate, code)
        if row.rechecks == 1:
            sources_are_back(gate)
            gate.watch.advance(seconds=60)
        return row.recheck_at is None

    worked(gate, settled)
    dossier = gate.dossier(code)
    assert dossier["components"][0]["findings"][0]["outcome"] == "REFUSE_PAPER_USE_REGISTRY"
    assert dossier["version"] == 1 + dossier_of(gate, code).rechecks


def test_what_was_begun_is_finished_before_it_ends(gate: Gate) -> None:
    code = waiting(gate)
    sources_are_back(gate)
    gate.world.fault("ndxp", "latency", attributes={"ms": 300})
    asked = len(gate.asked("ndxp"))
    worked(gate, lambda: len(gate.asked("ndxp")) > asked)  # told to stop in the middle of a recheck
    assert dossier_of(gate, code).recheck_at is None


def test_answers_kept_long_enough_are_swept_when_it_starts(gate: Gate) -> None:
    gate.desk.db.write_sync(idempotency.claim, gate.desk, key())
    gate.watch.advance(hours=25)
    worked(gate, lambda: gate.count(idempotency_keys) == 0)


@pytest.mark.parametrize("trouble", ["database", "dossier"])
def test_trouble_does_not_end_it(sqlite_gate: Gate, trouble: str) -> None:
    code = waiting(sqlite_gate)
    sources_are_back(sqlite_gate)
    desk = sqlite_gate.open(**QUICK)
    if trouble == "database":
        broken: Desk = sqlite_gate.open(**QUICK)
        sqlite_gate.run(broken.db.close())
    else:
        broken = sqlite_gate.open(data_key=SecretStr("another-key-than-the-one-it-was-sealed-with"), **QUICK)
    sqlite_gate.run(_for_a_while(_work, broken))
    assert dossier_of(sqlite_gate, code).version == 1
    # Nothing was lost by it: a sound worker finds the dossier again, when the lease is over.
    sqlite_gate.watch.advance(seconds=61)
    sqlite_gate.run(_for_a_while(_work, desk))
    assert dossier_of(sqlite_gate, code).recheck_at is None


async def _for_a_while(work: Callable[[Desk, asyncio.Event], Coroutine[Any, Any, None]], desk: Desk) -> None:
    stop = asyncio.Event()
    loop = asyncio.ensure_future(work(desk, stop))
    for _ in range(3):
        await asyncio.sleep(0.02)
        assert not loop.done(), "the worker gave up"
    stop.set()
    await loop


def portal_of(gate: Gate, *, hours: int = 24) -> dict[str, Any]:
    """The settings for a sync with a portal that publishes one procedure."""
    shown = {"name": "Thủ tục A", "sector": "Thử", "level": "tỉnh", "agency": "Sở Thử", "components": []}
    gate.world.put("procedures/9.300001", shown)
    return {"portal_url": f"{gate.world.vneid}/portal", "portal_sync_hours": hours}


def origins(gate: Gate) -> list[str]:
    return [r.origin for r in gate.rows(catalogue_revisions)]


def test_the_portal_is_synced_with_where_that_is_wanted(gate: Gate) -> None:
    worked(gate, lambda: "portal" in origins(gate), **portal_of(gate))
    assert len(gate.asked("portal", "LayDanhSachTTHC")) == 1


def test_the_portal_is_left_alone_by_default(sqlite_gate: Gate) -> None:
    code = waiting(sqlite_gate)
    off = portal_of(sqlite_gate, hours=sqlite_gate.settings.portal_sync_hours)
    worked(sqlite_gate, lambda: dossier_of(sqlite_gate, code).rechecks > 0, **off)
    assert sqlite_gate.asked("portal", "LayDanhSachTTHC") == []


def test_a_portal_that_fails_keeps_no_dossier_waiting(sqlite_gate: Gate) -> None:
    given = portal_of(sqlite_gate)
    code = waiting(sqlite_gate)
    sources_are_back(sqlite_gate)
    sqlite_gate.world.fault("portal", "http_503")
    worked(sqlite_gate, lambda: dossier_of(sqlite_gate, code).recheck_at is None, **given)
    assert "portal" not in origins(sqlite_gate)


def test_told_to_stop_it_lets_go_of_a_portal_that_hangs(sqlite_gate: Gate) -> None:
    given = portal_of(sqlite_gate)
    sqlite_gate.world.fault("portal", "timeout", match={"service": "LayThuTuc"})
    # The loop has 20 seconds to end, the portal 300 to answer.
    worked(sqlite_gate, lambda: bool(sqlite_gate.asked("portal", "LayThuTuc")), portal_timeout=300, **given)
    assert "portal" not in origins(sqlite_gate)


def test_the_portal_waits_for_what_ships_with_the_product(sqlite_url: str, open_gate: OpenGate) -> None:
    upgrade(sqlite_url)
    gate = open_gate(sqlite_url)
    desk = gate.open(**QUICK, **portal_of(gate))
    gate.run(_for_a_while(_work, desk))
    assert gate.asked("portal") == []
