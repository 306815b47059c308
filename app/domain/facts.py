"""The facts a decision was made from, as a value that can be stored and judged again to the same bytes.

No name, number or date of birth is among them: whether a document matched its holder was settled when it was read.
"""

from datetime import date

import msgspec

from app.domain.cases import Item, Setting
from app.domain.catalogue import Catalogue, Procedure
from app.domain.decisions import Decision, conclude
from app.domain.law import Rulebook
from app.domain.paper_demands import assess
from app.domain.values import Frozen


class Filed(Frozen):
    """When a dossier was received: what it consists of is settled by the procedure as published then."""

    revision: int
    on: date


class Facts(Frozen):
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
        return _ENCODER.encode(self)


def facts_from(stored: bytes) -> Facts:
    """The facts kept in these bytes; what an older version left out has its default. Raises msgspec.DecodeError."""
    return _DECODER.decode(stored)


_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder(Facts)


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
