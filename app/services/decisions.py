"""Decisions read, explained, and judged again from their stored facts."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.domain.catalogue import Catalogue, Procedure
from app.domain.errors import DomainError
from app.domain.facts import Facts, decide, facts_from
from app.domain.values import replace
from app.repositories import catalogue, decisions
from app.services.desk import Desk


class UnknownDecision(DomainError):
    code = "unknown-decision"


class UnknownRevision(DomainError):
    code = "unknown-revision"


async def read(desk: Desk, decision_id: str) -> bytes:
    """The decision's bytes. Raises UnknownDecision."""
    return (await _stored(desk, decision_id)).body


async def explanation(desk: Desk, decision_id: str) -> tuple[dict[str, Any], str]:
    """The decision parsed, and the procedure's name, for a page a person reads. Raises UnknownDecision."""
    stored = await _stored(desk, decision_id)
    known = await desk.db.read(desk.snapshots.current)
    versions = known.procedures.get(stored.procedure)
    return json.loads(stored.body), versions[-1].name if versions else stored.procedure


@dataclass(frozen=True, slots=True)
class Replayed:
    """`differences` name where the two decisions part, as JSON pointers with both values."""

    same: bool
    differences: list[dict[str, Any]]
    decision: bytes


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is to be different: the law of another day, the catalogue at another revision or as known on another day."""

    law_as_of: date | None = None
    revision: int | None = None
    as_known: date | None = None


async def replay(desk: Desk, decision_id: str, asked: WhatIf) -> Replayed:
    """Judge the stored facts again: the same bytes, unless something else is asked ("what if").

    By the rulebook of today, which has grown since: where it still leads to the same, the decision is the same, under
    the revision it was made with; where it does not, the differences name both revisions.

    Raises UnknownDecision, UnknownRevision, NothingPublished, and what judging raises under the other day or revision.
    """
    stored = await _stored(desk, decision_id)
    facts = facts_from(stored.facts)
    if asked.law_as_of is not None:
        facts = replace(facts, law_as_of=asked.law_as_of)
    wanted = stored.catalogue_revision if asked.revision is None else asked.revision
    known, filed_under = await desk.db.read(_catalogue, desk, facts, wanted, asked.as_known)
    again = decide(facts, known, desk.rulebook, filed_under)
    if replace(again, rulebook_revision=stored.rulebook_revision).bytes() == stored.body:
        return Replayed(True, [], stored.body)
    body = again.bytes()
    return Replayed(False, differences(json.loads(stored.body), json.loads(body)), body)


def differences(before: Any, after: Any, at: str = "") -> list[dict[str, Any]]:
    """Where two JSON values part, as JSON pointers."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys((*before, *after))
        return [d for k in keys for d in differences(before.get(k), after.get(k), f"{at}/{k}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [d for n, (b, a) in enumerate(zip(before, after, strict=True)) for d in differences(b, a, f"{at}/{n}")]
    return [] if before == after else [{"at": at, "before": before, "after": after}]


def _catalogue(
    conn: Connection, desk: Desk, facts: Facts, revision: int, as_known: date | None
) -> tuple[Catalogue, Procedure | None]:
    if as_known is not None:
        known = desk.snapshots.known_on(conn, as_known)
    elif 1 <= revision <= catalogue.head(conn):
        known = desk.snapshots.at(conn, revision)
    else:
        raise UnknownRevision(revision=revision)
    filed = facts.filed
    return known, desk.snapshots.filed_under(conn, known, facts.procedure, filed) if filed else None


async def _stored(desk: Desk, decision_id: str) -> decisions.Stored:
    stored = await desk.db.read(decisions.get, decision_id)
    if stored is None:
        raise UnknownDecision
    return stored
