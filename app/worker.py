"""The worker: asks silent sources again for the dossiers that wait, and forgets answers kept long enough.

Everything it does is a row in the database: killed at any moment, it finds its work again.
"""

import asyncio
import signal
import time

from app.db import DatabaseUnavailable
from app.logs import configure, log
from app.services import dossiers, idempotency
from app.services.desk import Desk
from app.settings import Settings
from app.wiring import open_desk

_SWEEP_EVERY = 600.0


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
    swept_at = float("-inf")
    while not stop.is_set():
        try:
            count = await dossiers.recheck_due(desk)
            if count:
                log.info("rechecked", dossiers=count)
            if time.monotonic() - swept_at > _SWEEP_EVERY:
                await idempotency.sweep(desk)
                swept_at = time.monotonic()
        except DatabaseUnavailable as e:
            log.warning("database unavailable", kind=type(e).__name__)
        except Exception as e:  # noqa: BLE001 - whatever it was, dossiers are waiting
            log.error("worker failed", kind=type(e).__name__)
        try:
            async with asyncio.timeout(desk.settings.worker_pause):
                await stop.wait()
        except TimeoutError:
            continue
