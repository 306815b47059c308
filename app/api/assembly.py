"""The API put together: every route, in the order a newcomer meets them, and what wraps them."""

from fastapi import FastAPI

from app.api import catalogue, decisions, dossiers, health, paper_demands, problems, tokens
from app.api.gate import Gate
from app.api.openapi import describe
from app.api.requests import QuickRoute


def assemble(app: FastAPI) -> None:
    problems.install(app)
    quick = []
    for part in (paper_demands, decisions, dossiers, catalogue, tokens, health):
        app.include_router(part.router)
        quick += [route for route in part.router.routes if isinstance(route, QuickRoute)]
    describe(app)
    app.add_middleware(Gate, quick=quick)
