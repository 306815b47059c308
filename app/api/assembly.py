"""The API put together: every route, in the order a newcomer meets them, and what wraps them."""

from fastapi import FastAPI

from app.api import (
    batch,
    catalogue,
    deadlines,
    decisions,
    dossiers,
    events,
    health,
    impact,
    imports,
    monthly_lists,
    outbox,
    paper_demands,
    prefills,
    presentations,
    problems,
    readings,
    reports,
    restructuring,
    results,
    subscriptions,
    tokens,
)
from app.api.caching import Answers
from app.api.gate import Gate
from app.api.openapi import describe
from app.api.requests import QuickRoute


def assemble(app: FastAPI) -> None:
    problems.install(app)
    app.state.answers = Answers()
    quick = []
    demands = (paper_demands, batch, decisions, prefills, dossiers, deadlines, results, presentations, reports)
    published = (catalogue, monthly_lists, imports, readings, restructuring, impact)
    told = (events, subscriptions, outbox)
    # Routes are tried one after the other: what everybody reads stands first. (Demands are found by the gate.)
    for part in (*published, *demands, *told, tokens, health):
        app.include_router(part.router)
        quick += [route for route in part.router.routes if isinstance(route, QuickRoute)]
    app.webhooks.include_router(events.webhooks)
    describe(app)
    app.add_middleware(Gate, quick=quick)
