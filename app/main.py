"""The service. Nothing happens at import time."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline

from app.api import docs
from app.api.assembly import assemble
from app.logs import configure, log
from app.pages import routes as pages
from app.services import demo
from app.services.tokens import DEMO_CLIENTS
from app.settings import Settings
from app.wiring import open_desk, seed

# The framework's own would send faults of validation out with what was sent; logs and metrics here are the gate's.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}

# New objects that make the collector look for cycles among them.
_COLLECT_AFTER = 10_000


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI app. Its database must be at the head revision (`motlan db upgrade`)."""
    settings = settings or Settings()
    configure(settings.log_level)
    desk = open_desk(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        revision = await asyncio.to_thread(seed, desk)
        # What is here now stays: the collector need not walk law and catalogue again with every few thousand objects.
        await desk.db.read(desk.snapshots.current)
        if settings.env == "demo":
            # A newcomer finds a signed list; elsewhere somebody answers for it, and publishes.
            await desk.db.write(demo.publish_month, desk)
        gc.collect()
        gc.freeze()
        # A few dozen requests at once hold the usual 700 objects between them: looking through them again and again,
        # to find hardly anything, took a twelfth of a check.
        gc.set_threshold(_COLLECT_AFTER)
        log.info("ready", env=settings.env, database=desk.db.dialect, revision=revision)
        try:
            yield
        finally:
            await desk.close()

    # Its pages are made in `docs`; what it brings are Swagger UI's files.
    app = FastAPIOffline(
        lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=_NO_TELEMETRY
    )
    app.state.desk = desk
    assemble(app)
    pages.install(app)
    docs.install(app, ("demo-admin", DEMO_CLIENTS["demo-admin"][0]) if settings.env == "demo" else None)
    return app
