"""The service: every route, in the order a newcomer meets them. Nothing happens at import time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from app.api import catalogue, decisions, dossiers, health, paper_demands, problems, tokens
from app.api.gate import Gate
from app.api.openapi import describe
from app.logs import configure, log
from app.settings import Settings
from app.wiring import open_desk, seed


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI app. Its database must be at the head revision (`motlan db upgrade`)."""
    settings = settings or Settings()
    configure(settings.log_level)
    desk = open_desk(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        revision = await asyncio.to_thread(seed, desk)
        log.info("ready", env=settings.env, database=desk.db.dialect, revision=revision)
        try:
            yield
        finally:
            await desk.close()

    app = FastAPIOffline(
        title="Một Lần",
        version="0.1.0",
        lifespan=lifespan,
        redoc_url=None,
        swagger_ui_parameters={"persistAuthorization": True, "tryItOutEnabled": True},
    )
    app.state.desk = desk
    problems.install(app)
    for part in (paper_demands, decisions, dossiers, catalogue, tokens, health):
        app.include_router(part.router)
    describe(app)
    app.add_middleware(Gate)
    return app
