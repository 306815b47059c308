"""The counter of an office: what lies on its desk, one dossier as its officer sees it, and what changed meanwhile."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain import deadlines
from app.domain.deadlines import Late
from app.domain.dossiers import CODE, ENDED, Status
from app.domain.persons import Subject
from app.domain.values import Frozen
from app.repositories import counter, dossiers, presentations
from app.repositories.counter import RequestRow
from app.repositories.dossiers import DossierRow, MoveRow
from app.repositories.presentations import PresentationRow
from app.services.desk import Desk
from app.services.dossier_records import UnknownDossier, answer_of, row_of

PAGE = 25
# Still to be done: what is decided lies here until it is handed over.
OPEN = tuple(sorted((frozenset(Status) - ENDED) | {Status.DONE}))


class Listed(Frozen):
    """A dossier in the queue; `name` is the applicant's, where it was given."""

    row: DossierRow
    name: str | None
    late: Late


class Queue(Frozen):
    """One page of the queue, whether there is another, and how many dossiers each open status has."""

    rows: tuple[Listed, ...]
    more: bool
    counts: dict[int, int]


class OnDesk(Frozen):
    """A dossier as the officer opens it: its body, whose it is, and all that happened to it."""

    row: DossierRow
    body: dict[str, Any]
    applicant: Subject
    moves: tuple[MoveRow, ...]
    requests: tuple[RequestRow, ...]
    presentations: tuple[PresentationRow, ...]


class Meanwhile(Frozen):
    """What happened to a dossier after a version: its moves, the requests to the citizen, and how many looks."""

    version: int
    status: Status
    decided_by: str
    moves: tuple[MoveRow, ...]
    looks: int


async def queue(desk: Desk, agency: str, statuses: Sequence[Status], page: int) -> Queue:
    """The dossiers this agency has received or decides, due soonest first; `page` counts from 1."""

    def select(conn: Connection) -> tuple[list[DossierRow], dict[int, int]]:
        found = counter.queue(conn, agency, statuses, PAGE + 1, (page - 1) * PAGE)
        return found, counter.counts(conn, agency, OPEN)

    found, counts = await desk.db.read(select)
    now = desk.clock.now()
    return Queue(tuple(_listed(desk, row, now) for row in found[:PAGE]), len(found) > PAGE, counts)


def _listed(desk: Desk, row: DossierRow, now: datetime) -> Listed:
    return Listed(row, desk.sealer.unseal(row.applicant).full_name, deadlines.late(row, now))


async def opened(desk: Desk, agency: str, code: str) -> OnDesk:
    """A dossier on this agency's desk. Raises UnknownDossier: also for one that lies on another's."""

    def select(conn: Connection) -> OnDesk:
        row = of_agency(conn, agency, code)
        answer = answer_of(conn, desk, row, tuple(dossiers.components(conn, code)), 200)
        return OnDesk(
            row,
            json.loads(answer.body),
            desk.sealer.unseal(row.applicant),
            tuple(dossiers.moves(conn, code)),
            tuple(counter.requests(conn, code)),
            tuple(presentations.of_dossier(conn, code)),
        )

    return await desk.db.read(select)


async def meanwhile(desk: Desk, agency: str, code: str, version: int) -> Meanwhile:
    """What happened after `version`. Raises UnknownDossier."""

    def select(conn: Connection) -> Meanwhile:
        row = of_agency(conn, agency, code)
        later = tuple(m for m in dossiers.moves(conn, code) if m.version > version)
        looks = max(row.version - version - len(later), 0)
        return Meanwhile(row.version, Status(row.status), row.decided_by, later, looks)

    return await desk.db.read(select)


def of_agency(conn: Connection, agency: str, code: str) -> DossierRow:
    if not CODE.fullmatch(code):
        raise UnknownDossier
    row = row_of(conn, code)
    if agency not in (row.agency, row.decided_by):
        raise UnknownDossier
    return row
