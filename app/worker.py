"""The worker: asks silent sources again for the dossiers that wait, tells the portal, the wallet and subscribers what
has happened, imports the files that were handed in, pulls what the national portal publishes where it is told to, and
forgets answers kept long enough.

Everything it does is a row in the database: killed at any moment, it finds its work again.
"""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from app.db import DatabaseUnavailable
from app.logs import configure, log
from app.services import deliveries, dossiers, idempotency, import_queue, outbox, portal_sync, prefills, webhooks
from app.services.desk import Desk
from app.services.imports import published_any
from app.settings import Settings
from app.wiring import open_desk, open_outlets, open_portal

_SWEEP_EVERY = 600.0
_LAST_CALL = 3.0  # seconds that deliveries under way are given when the worker is told to stop


async def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; what was begun is finished first."""
    configure(settings.log_level)
    desk = open_desk(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    log.info("worker ready", env=settings.env, database=desk.db.dialect)
    try:
        await _work(desk, stop)
    finally:
        await desk.close()


async def _work(desk: Desk, stop: asyncio.Event) -> None:
    """Side by side: a long import keeps no dossier waiting."""
    portal, wallet, subscribers = open_outlets(desk.settings)
    steps = _recheck(desk), _import(desk, stop), _sync(desk, stop), _dispatch(desk)
    pumps = (
        lambda: deliveries.take(desk, portal),
        lambda: deliveries.take(desk, wallet),
        lambda: webhooks.take(desk, subscribers),
    )
    try:
        await asyncio.gather(
            *(_repeat(desk, stop, step) for step in steps), *(_pump(desk, stop, take) for take in pumps)
        )
    finally:
        for outlet in (portal, wallet, subscribers):
            await outlet.close()


async def _repeat(desk: Desk, stop: asyncio.Event, step: Callable[[], Awaitable[bool]]) -> None:
    """One step after another, with a pause where there was nothing to do."""
    while not stop.is_set():
        again = False
        try:
            again = await step()
        except DatabaseUnavailable as e:
            log.warning("database unavailable", kind=type(e).__name__)
        except Exception as e:  # noqa: BLE001 - whatever it was, dossiers are waiting
            log.error("worker failed", kind=type(e).__name__)
        if not again:
            with suppress(TimeoutError):
                async with asyncio.timeout(desk.settings.worker_pause):
                    await stop.wait()


def _recheck(desk: Desk) -> Callable[[], Awaitable[bool]]:
    swept_at = float("-inf")

    async def step() -> bool:
        nonlocal swept_at
        count = await dossiers.recheck_due(desk)
        if count:
            log.info("rechecked", dossiers=count)
        if time.monotonic() - swept_at > _SWEEP_EVERY:
            await idempotency.sweep(desk)
            await prefills.sweep(desk)
            swept_at = time.monotonic()
        # As many as are taken at once may not be all that are due.
        return count == dossiers.AT_ONCE

    return step


def _dispatch(desk: Desk) -> Callable[[], Awaitable[bool]]:
    async def step() -> bool:
        return await outbox.dispatch(desk) > 0

    return step


async def _pump(
    desk: Desk, stop: asyncio.Event, take: Callable[[], Awaitable[Coroutine[Any, Any, None] | None]]
) -> None:
    """What is taken is done side by side with what was taken before, so that a slow receiver holds up nothing else."""
    running: set[asyncio.Task[None]] = set()
    stopping = asyncio.ensure_future(stop.wait())

    async def step() -> bool:
        full = len(running) >= desk.settings.outbox_lanes
        work = None if full else await take()
        if work is not None:
            task = asyncio.ensure_future(work)
            running.add(task)
            task.add_done_callback(ended)
        elif running:
            # With the end of one, the next of its stream is due.
            pause = None if full else desk.settings.worker_pause
            await asyncio.wait((*running, stopping), timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            return True
        return work is not None

    def ended(task: asyncio.Task[None]) -> None:
        running.discard(task)
        if not task.cancelled() and (e := task.exception()) is not None:
            log.error("delivery failed", kind=type(e).__name__)

    await _repeat(desk, stop, step)
    if running:
        await asyncio.wait(running, timeout=_LAST_CALL)
    # Who has not answered by now is asked by the next worker, when the lease is over, what has arrived.
    left = list(running)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def _import(desk: Desk, stop: asyncio.Event) -> Callable[[], Awaitable[bool]]:
    async def step() -> bool:
        done = await import_queue.work(desk, stop)
        if done:
            log.info("imported", count=1)
        return done

    return step


def _sync(desk: Desk, stop: asyncio.Event) -> Callable[[], Awaitable[bool]]:
    """With the first look of the worker, then every so many hours; what fails waits for the next time.

    Not before the service has published what ships with the product: a first definition begins with that.
    """
    hours, synced_at = desk.settings.portal_sync_hours, float("-inf")

    async def step() -> bool:
        nonlocal synced_at
        due = hours and time.monotonic() - synced_at >= hours * 3600
        if due and await desk.db.read(published_any):
            synced_at = time.monotonic()
            await _sync_once(desk, stop)
        return False

    return step


async def _sync_once(desk: Desk, stop: asyncio.Event) -> None:
    """Told to stop, it lets go of what it has pulled; what it has begun to publish it ends."""
    portal = open_portal(desk.settings)
    pulling = asyncio.ensure_future(portal_sync.pull(portal, desk.settings.portal_agency))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((pulling, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            done = await portal_sync.settle(desk, await pulling, "motlan-worker")
            found = done.difference
            counts = {"new": len(found.new), "changed": len(found.changed), "withdrawn": len(found.withdrawn)}
            log.info("portal synced", revision=done.revision, failed=len(found.failed), **counts)
    except portal_sync.PortalUnavailable as e:
        log.warning("portal unavailable", cause=e.cause)
    finally:
        for task in (pulling, stopping):
            task.cancel()
        await asyncio.gather(pulling, stopping, return_exceptions=True)
        await portal.close()
