"""The facts a decision was made from, as a value that can be stored and judged again to the same bytes.

No name, number or date of birth is among them: whether a document matched its holder was settled when it was read.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.domain.cases import Item, Setting
from app.domain.catalogue import Catalogue, Form, Procedure
from app.domain.decisions import Decision, canonical, conclude
from app.domain.evidence import Answer, Said, Source
from app.domain.law import Rulebook
from app.domain.paper_demands import assess
from app.domain.persons import SubjectKind
from app.domain.values import value


@value
class Filed:
    """When a dossier was received: what it consists of is settled by the procedure as published then."""

    revision: int
    on: date


@value
class Facts:
    """One demand, whole: `law_as_of` is its day in Asia/Ho_Chi_Minh; `decided_at` RFC 3339."""

    decision_id: str
    decided_at: str
    procedure: str
    law_as_of: date
    items: tuple[Item, ...]
    case: str | None = None
    wait_over: bool = False
    confirmed_lists_only: bool = False
    filed: Filed | None = None

    def bytes(self) -> bytes:
        """Canonical JSON, every field under its name: what is stored and judged again."""
        return canonical(self)

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Facts":
        return cls(
            decision_id=body["decision_id"],
            decided_at=body["decided_at"],
            procedure=body["procedure"],
            law_as_of=date.fromisoformat(body["law_as_of"]),
            case=body["case"],
            wait_over=body["wait_over"],
            confirmed_lists_only=body["confirmed_lists_only"],
            items=tuple(_item(i) for i in body["items"]),
            filed=_filed(body["filed"]) if body.get("filed") else None,
        )


def decide(facts: Facts, catalogue: Catalogue, rulebook: Rulebook, filed_under: Procedure | None = None) -> Decision:
    """Judge all papers of one demand; `filed_under` is the procedure's version at `facts.filed`.

    Raises ProcedureNotInForce, UnknownProcedure, ComponentsUnknown and what `assess` raises.
    """
    law = rulebook.on(facts.law_as_of)
    setting = Setting(
        procedure=filed_under or catalogue.judged_by(facts.procedure, facts.law_as_of),
        on=facts.law_as_of,
        case=facts.case,
        wait_over=facts.wait_over,
        confirmed_lists_only=facts.confirmed_lists_only,
    )
    findings = tuple(assess(item, setting, catalogue, law) for item in facts.items)
    return Decision(
        decision_id=facts.decision_id,
        outcome=conclude(findings),
        decided_at=facts.decided_at,
        law_as_of=facts.law_as_of,
        catalogue_revision=catalogue.revision,
        rulebook_revision=rulebook.revision,
        findings=findings,
    )


def _filed(body: Mapping[str, Any]) -> Filed:
    return Filed(body["revision"], date.fromisoformat(body["on"]))


def _item(body: Mapping[str, Any]) -> Item:
    return Item(
        ref=body["ref"],
        document_type=body["document_type"],
        form=Form(body["form"]),
        holder=SubjectKind(body["holder"]),
        holder_named=body["holder_named"],
        declined_sync=body["declined_sync"],
        answers=tuple(_answer(a) for a in body["answers"]),
    )


def _answer(body: Mapping[str, Any]) -> Answer:
    days: dict[str, Any] = {name: _day(body.get(name)) for name in ("issued_on", "valid_until", "revoked_on")}
    texts = {name: body.get(name) for name in ("service", "cause", "document_ref", "digest", "result_code")}
    return Answer(
        source=Source(body["source"]),
        document_type=body["document_type"],
        said=Said(body["said"]),
        checked_at=body["checked_at"],
        matches=body.get("matches", True),
        **texts,
        **days,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
