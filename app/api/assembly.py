"""The API put together: every route, in the order a newcomer meets them, and what wraps them."""

from fastapi import FastAPI

from app.api import catalogue, decisions, dossiers, health, paper_demands, problems, tokens
from app.api.gate import Gate
from app.api.openapi import describe


def assemble(app: FastAPI) -> None:
    problems.install(app)
    for part in (paper_demands, decisions, dossiers, catalogue, tokens, health):
        app.include_router(part.router)
    describe(app)
    app.add_middleware(Gate)
