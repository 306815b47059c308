"""Where an answer leads: OpenAPI links, so that a reader (or a machine) can go on from one call to the next."""

from typing import Any


def to_decision(decision_id: str) -> dict[str, Any]:
    """From an answer that holds a decision; `decision_id` is a runtime expression (OpenAPI 3.1 §4.8.20.4)."""
    calls = ("readDecision", "explainDecision", "replayDecision")
    return {c: {"operationId": c, "parameters": {"decision_id": decision_id}} for c in calls}


def to_paper_demand() -> dict[str, Any]:
    """From an answer to a share code."""
    call = "demandPresentedPaper"
    return {call: {"operationId": call, "parameters": {"presentation_id": "$response.body#/id"}}}


def to_dossier() -> dict[str, Any]:
    """From an answer with a dossier's `code` and ETag."""
    code = {"code": "$response.body#/code"}
    seen = {**code, "If-Match": "$response.header.ETag"}
    calls = {"readDossier": code, "recheckDossier": seen, "moveDossier": seen, "requestSupplement": seen}
    return {c: {"operationId": c, "parameters": parameters} for c, parameters in calls.items()}
