"""What changes, as a JSON body."""

from typing import Any

from app.api.views.catalogue import page
from app.domain.impact import Impact, LineChange, Office, ProcedureChange
from app.domain.restructuring import Line, Report
from app.services.restructuring import citations_of


def impact(found: Impact, cursor: str | None, limit: int) -> dict[str, Any]:
    return {
        "from": _side(found.before),
        "to": _side(found.after),
        "procedures": len(found.procedures),
        "offices": [_office(o) for o in found.offices()],
        **page(found.procedures, lambda p: p.code, _procedure, cursor, limit),
    }


def _side(report: Report) -> dict[str, Any]:
    return {"as_of": report.as_of, "catalogue_revision": report.catalogue_revision}


def _office(o: Office) -> dict[str, Any]:
    to = {verdict.value: n for verdict, n in o.to.items()}
    return {"agency": o.agency, "procedures": o.procedures, "components": o.components, **to}


def _procedure(p: ProcedureChange) -> dict[str, Any]:
    return {
        "code": p.code,
        "name": p.name,
        "sector": p.sector,
        "level": p.level,
        "agency": p.agency,
        "change": p.turn,
        "joins": p.joins,
        "leaves": p.leaves,
        "components": [_change(c) for c in p.lines],
    }


def _change(c: LineChange) -> dict[str, Any]:
    return {"text": c.line.text, "before": c.before and _state(c.before), "after": c.after and _state(c.after)}


def _state(line: Line) -> dict[str, Any]:
    return {
        "position": line.position,
        "verdict": line.verdict,
        "since": line.since,
        "document_types": line.document_types,
        "citations": [c.body() for c in citations_of(line)],
    }
