"""The review of components as JSON bodies."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.api.views.catalogue import page
from app.domain.catalogue import TypeSource
from app.domain.restructuring import Line, Paper, Report, Review
from app.domain.restructuring_totals import GROUPS, AnnexRow, Asked, Proposal, Tally, totals
from app.services.restructuring import Reviewed, citations_of, confidence, database_name


def report(found: Reviewed, cursor: str | None, limit: int) -> dict[str, Any]:
    names = {code: t.name for code, t in found.catalogue.document_types.items()}
    counted = totals(found.report)
    groups = {f"by_{group}": [_tally(t) for t in counted.groups[group]] for group in GROUPS}
    return {
        **_head(found.report),
        "totals": {"whole": _tally(counted.whole), **groups},
        **page(found.report.reviews, lambda r: r.code, lambda r: _review(r, names), cursor, limit),
    }


def proposals(found: Reviewed, list_id: str, cursor: str | None, limit: int) -> dict[str, Any]:
    rows = found.proposals(list_id)
    return {
        **_head(found.report),
        "annex": list_id,
        "declared": found.rulebook.lists[list_id].declared,
        "loaded": sum(p.loaded is not None for p in rows),
        "proposed": sum(p.proposed for p in rows),
        "both": sum(p.proposed and p.loaded is not None for p in rows),
        **page(rows, lambda p: p.code, _proposal, cursor, limit),
    }


def replaced(found: Reviewed, cursor: str | None, limit: int) -> dict[str, Any]:
    rows = found.annex_rows()
    counts = Counter(r.asked for r in rows)
    return {
        **_head(found.report),
        **{asked.value: counts[asked] for asked in Asked},
        **page(rows, lambda r: r.code, _annex_row, cursor, limit),
    }


def _head(made: Report) -> dict[str, Any]:
    return {
        "as_of": made.as_of,
        "catalogue_revision": made.catalogue_revision,
        "rulebook_revision": made.rulebook_revision,
    }


def _tally(t: Tally) -> dict[str, Any]:
    return {
        "name": t.name,
        "procedures": t.procedures,
        "unknown": t.unknown,
        "components": t.components,
        **{verdict.value: n for verdict, n in t.verdicts.items()},
        "overdue": t.overdue,
        "needs_review": t.needs_review,
    }


def _review(r: Review, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": r.code,
        "name": r.name,
        "sector": r.sector,
        "level": r.level,
        "agency": r.agency,
        "valid_from": r.valid_from,
        "origin": r.origin,
        "lists": [{"list": name, "status": status.value} for name, status in r.lists],
        "components": None if r.lines is None else [_line(line, names) for line in r.lines],
    }


def _line(line: Line, names: Mapping[str, str]) -> dict[str, Any]:
    notes = dict.fromkeys(note for p in line.deciding for note in p.lists)
    return {
        "position": line.position,
        "case": line.case,
        "text": line.text,
        "document_types": line.document_types,
        "relation": line.relation,
        "form": line.form,
        "conditional": line.conditional,
        "verdict": line.verdict,
        "since": line.since,
        "still_asked": line.still_asked,
        "papers": [_paper(p, names) for p in line.papers],
        "citations": [c.body() for c in citations_of(line)],
        "lists": [{"list": name, "status": status} for name, status in notes],
        "deadline": line.deadline,
        "overdue": line.overdue,
        "confidence": confidence(line.sure),
        "doubts": [{"code": d.code, "words": d.words} for d in line.doubts],
        "corrected": line.corrected,
    }


def _paper(p: Paper, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "document_type": p.document_type,
        "name": names[p.document_type],
        "verdict": p.verdict,
        "since": p.since,
        "reason": p.reason,
        "rule": p.rule,
        "replaced_by": [_replacement(s) for s in p.replaced_by],
    }


def _replacement(s: TypeSource) -> dict[str, Any]:
    return {
        "source": s.source.value,
        "service": s.service,
        "database": database_name(s),
        "from": s.period.start,
        "until": s.period.until,
    }


def _proposal(p: Proposal) -> dict[str, Any]:
    return {
        "code": p.code,
        "name": p.name,
        "sector": p.sector,
        "agency": p.agency,
        "proposed": p.proposed,
        "loaded": p.loaded,
        "papers": [{"position": n, "document_type": code} for n, code in p.papers],
        "confidence": confidence(not p.needs_review),
    }


def _annex_row(r: AnnexRow) -> dict[str, Any]:
    return {
        "code": r.code,
        "name": r.name,
        "agency": r.agency,
        "asked": r.asked,
        "papers": [{"document_type": code, "asked": asked, "positions": found} for code, asked, found in r.papers],
        "overdue_since": r.overdue_since,
        "confidence": confidence(not r.needs_review),
    }
