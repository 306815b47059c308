"""An organisation acts through its legal representative, whom the registers name: asked in the check's own calls."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from app.domain.catalogue import Catalogue
from app.domain.decisions import canonical
from app.domain.evidence import Said
from app.domain.organizations import OF_PERSON, Registered, Representation, Standing, concluded, registers
from app.domain.persons import Subject
from app.domain.values import Frozen, replace
from app.repositories import results as rows
from app.repositories.results import RepresentativeRow
from app.services.desk import Desk
from app.services.evidence import Gathered, Question, answer_of


class Representing(Frozen):
    """Whom to ask about: the organisation, and who says they act for it, each with its keyed hash."""

    organization: Subject
    mark: str
    representative: Subject
    own_mark: str


def representing(desk: Desk, organization: Subject, representative: Subject) -> Representing:
    mark = desk.sealer.mark
    return Representing(
        organization,
        mark(organization.kind, organization.id),
        representative,
        mark(representative.kind, representative.id),
    )


def questions(catalogue: Catalogue, procedure: str, on: date, who: Representing) -> tuple[Question, ...]:
    """What to ask beside the check's papers; where both ask one service about one holder, it is one call."""
    asked = registers(catalogue, procedure, on)
    return ((who.mark, who.organization, asked), (who.own_mark, who.representative, OF_PERSON))


def represented(
    desk: Desk, catalogue: Catalogue, procedure: str, on: date, who: Representing, gathered: Gathered
) -> Representation:
    """What the answers amount to."""
    registered = []
    for query in registers(catalogue, procedure, on):
        answer = answer_of(desk, gathered, who.mark, who.organization, query)
        told = gathered.readings[who.mark, query.document_type, query.service].content or {}
        registered.append(Registered(answer, told.get("representative"), told.get("representative_id")))
    (query,) = OF_PERSON
    reading = gathered.readings[who.own_mark, query.document_type, query.service]
    cause = reading.cause if reading.said is Said.NO_ANSWER else None
    person = gathered.records.get(who.own_mark)
    found = concluded(tuple(registered), who.representative, person, cause, on, gathered.checked_at)
    if found.standing is not Standing.CONFIRMED:
        return found
    return replace(found, citations=desk.rulebook.on(on).cite_rule("use-registry", found.document_type))


# ---- what a dossier keeps of it -------------------------------------------------------------------------------------


def note(conn: Connection, desk: Desk, code: str, representative: Subject, found: Representation) -> None:
    """Keep who acts for the organisation that filed, sealed, and what was concluded."""
    body = canonical(found.body())
    kept = RepresentativeRow(code, desk.sealer.seal(representative), found.standing.value, body, desk.clock.now())
    rows.note_representative(conn, kept)


def of_dossier(conn: Connection, code: str) -> dict[str, Any] | None:
    """What was concluded last about who acts for the organisation; nobody's number or name is in it."""
    row = rows.representative(conn, code)
    found: dict[str, Any] | None = json.loads(row.body) if row else None
    return found


def unconfirmed(conn: Connection, desk: Desk, code: str) -> Subject | None:
    """Who is still to be confirmed as the representative, where asking again may tell."""
    row = rows.representative(conn, code)
    if row is None or row.status != Standing.NO_ANSWER.value or not _waits(json.loads(row.body)):
        return None
    return desk.sealer.unseal(row.representative)


def _waits(body: Mapping[str, Any]) -> bool:
    return bool(body["waiting"])
