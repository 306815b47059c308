"""What a citizen who is signed in sees and does of their own: dossiers, results, who looked, what is wrong in the data.

Who acts for an organisation sees and does the organisation's, and nothing of their own here. Another's dossier and one
that does not exist are the same to them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row

from app.domain.calendar import VIETNAM
from app.domain.decisions import Conclusion
from app.domain.dossiers import Actor, Status, moves_from, province_of
from app.domain.evidence import LookupStatus
from app.domain.sessions import DOCUMENTS_LEVEL
from app.domain.values import Frozen
from app.repositories import citizens, decisions
from app.repositories import dossiers as dossier_rows
from app.repositories.dossiers import DossierRow
from app.repositories.idempotency import Key
from app.services import dossiers, results, slips
from app.services.desk import Desk
from app.services.dossier_records import Answer, UnknownDossier, answer_of, row_of
from app.services.dossiers import Offered, Submission
from app.services.sessions import Session
from app.services.slips import SlipKind, SlipNotDue

PAGE = 25
# Of how many of their latest dossiers the data are looked through for mistakes.
_LOOKED_THROUGH = 50
# Dossiers that one account hands in online on one day.
MOST_A_DAY = 50

Body = Mapping[str, Any]


class LevelTooLow(Exception):
    """Documents are opened by an account of level 2."""


class TooManyDossiers(Exception):
    """More than anybody hands in by themselves in a day: each has the State's sources asked, and an officer read it."""


class Filing(Frozen):
    """A dossier that is filed online; whose it is, the visit says. `wishes`: as in the body of a dossier."""

    procedure: str
    agency: str
    case: str | None
    offered: tuple[Offered, ...]
    wishes: Body | None = None


class Page(Frozen):
    """One page of a list, and whether there is another."""

    rows: Sequence[Row[Any]]
    more: bool


class Asked(Frozen):
    """A supplement request that was sent: what was asked for, with the finding about each."""

    id: str
    asked_at: datetime
    items: Sequence[Body]


class Mine(Frozen):
    """A dossier of one's own: its body as the API shows it, what it still waits for from them, which slips there are to
    print, and whether it can be withdrawn.
    """

    body: Body
    asked: tuple[Asked, ...]
    slips: tuple[SlipKind, ...]
    # When a source that had been silent answered, so that nothing waited any more.
    settled_at: tuple[datetime, ...]
    withdrawable: bool
    # On these very pages, not by a portal or at the counter.
    filed_here: bool


class Tracked(Frozen):
    """`acting`: the keyed hash of who acts for the organisation whose pages these are."""

    page: Page
    withheld: int
    acting: str | None = None


class Mismatch(Frozen):
    """A source that says something else than the dossier did, or than another source does."""

    dossier: str
    document_type: str
    source: str
    service: str | None
    checked_at: str


# ---- dossiers -----------------------------------------------------------------------------------------------------


async def dossiers_of(desk: Desk, session: Session, page: int) -> Page:
    """Dossiers they handed in, the newest first; `page` counts from 1."""
    return _page(await desk.db.read(citizens.dossiers_of, mark_of(desk, session), *_window(page)))


async def file(desk: Desk, session: Session, filing: Filing, key: Key | None) -> Answer:
    """Hand in a dossier in one's own name; or an organisation's, whose representative is then whoever is signed in.

    Raises LevelTooLow, TooManyDossiers, and what `dossiers.submit` raises.
    """
    refuse_low_level(session)
    today = datetime.combine(desk.clock.today(), time(), VIETNAM)
    if await desk.db.read(citizens.filed_since, mark_of(desk, session), session.caller.client_id, today) >= MOST_A_DAY:
        raise TooManyDossiers
    submission = Submission(
        filing.procedure,
        filing.agency,
        desk.settings.officer,
        "online",
        session.citizen,
        filing.case,
        filing.offered,
        wishes=filing.wishes,
        representative=session.representative,
    )
    return await dossiers.submit(desk, session.caller, submission, key)


async def dossier(desk: Desk, session: Session, code: str) -> Mine:
    """Raises UnknownDossier: also for another's."""

    def read(conn: Connection) -> Mine:
        _refuse_anothers(conn, desk, session, code)
        row = row_of(conn, code)
        answer = answer_of(conn, desk, row, tuple(dossier_rows.components(conn, code)), 200)
        asked = tuple(map(_asked, _unanswered(conn, row)))
        withdrawable = Status.WITHDRAWN in moves_from(Status(row.status), Actor.CITIZEN)
        due, settled = tuple(_slips(conn, desk, code)), tuple(_settled(citizens.conclusions_of(conn, code)))
        return Mine(json.loads(answer.body), asked, due, settled, withdrawable, row.client == session.caller.client_id)

    return await desk.db.read(read)


async def refuse_anothers(desk: Desk, session: Session, code: str) -> None:
    """Raises UnknownDossier where the dossier is not theirs."""
    await desk.db.read(_refuse_anothers, desk, session, code)


def _settled(conclusions: Sequence[tuple[datetime, str]]) -> Iterator[datetime]:
    for (_, before), (at, after) in pairwise(conclusions):
        if before == Conclusion.WAITING and after != Conclusion.WAITING:
            yield at


def _slips(conn: Connection, desk: Desk, code: str) -> Iterator[SlipKind]:
    for kind in SlipKind:
        with suppress(SlipNotDue):
            slips.slip(conn, desk, code, kind)
            yield kind


async def withdraw(desk: Desk, session: Session, code: str, version: int, reason: str | None) -> Answer:
    """Take a dossier back, as it was seen in `version`.

    Raises UnknownDossier, Stale, TransitionNotAllowed.
    """
    await refuse_anothers(desk, session, code)
    seen = frozenset({version})
    return await dossiers.transition(
        desk, session.caller, code, seen, Status.WITHDRAWN, reason, None, actor=Actor.CITIZEN
    )


def _refuse_anothers(conn: Connection, desk: Desk, session: Session, code: str) -> None:
    if row_of(conn, code).applicant_mark != mark_of(desk, session):
        raise UnknownDossier


def _unanswered(conn: Connection, row: DossierRow) -> Iterator[Row[Any]]:
    """What was asked since the office began to wait for it; whatever else moves the dossier on answers all of it."""
    if Status(row.status) is not Status.SUPPLEMENT_REQUESTED:
        return
    moves = dossier_rows.moves(conn, row.code)
    before = max((m.moved_at for m in moves if m.to_status != Status.SUPPLEMENT_REQUESTED), default=row.received_at)
    yield from (r for r in citizens.requests_sent(conn, row.code) if r.asked_at >= before)


def _asked(row: Row[Any]) -> Asked:
    findings = json.loads(row.body)["findings"]
    items = [{**item, "finding": f} for item, f in zip(json.loads(row._mapping["items"]), findings, strict=True)]
    return Asked(row.id, row.asked_at, items)


def agencies(desk: Desk) -> Mapping[str, str]:
    """The province's agencies that can be chosen, by name; its own system's is always among them."""
    own = desk.settings.portal_agency
    ours = {code: name for code, name in desk.agencies.items() if province_of(code) == province_of(own)}
    return ours if own in ours else {own: own, **ours}


# ---- results ------------------------------------------------------------------------------------------------------


async def results_of(desk: Desk, session: Session) -> list[dict[str, Any]]:
    """What they were issued or applied for on another's behalf, the newest first, each with what is written on it
    (`claims`). Raises LevelTooLow.
    """
    refuse_low_level(session)
    found = await desk.db.read(results.of_person, desk, session.citizen)
    return [{**shown, "claims": signed.claims} for shown, signed in reversed(found)]


def refuse_low_level(session: Session) -> None:
    if session.level < DOCUMENTS_LEVEL:
        raise LevelTooLow


# ---- who looked ---------------------------------------------------------------------------------------------------


async def lookups_of(desk: Desk, session: Session, page: int) -> Tracked:
    """Look-ups about them, and how many are not shown since they were made for an act of somebody else's.

    An organisation's are with those about its representative that were made for its own acts.
    """
    who = session.representative
    acting = desk.sealer.mark(who.kind, who.id) if who else None

    def read(conn: Connection) -> Tracked:
        mark = mark_of(desk, session)
        rows = citizens.lookups_of(conn, mark, acting, *_window(page))
        return Tracked(_page(rows), citizens.lookups_withheld(conn, mark), acting)

    return await desk.db.read(read)


# ---- what is wrong in the data --------------------------------------------------------------------------------------


async def mismatches_of(desk: Desk, session: Session) -> list[Mismatch]:
    """Where a source contradicts their latest dossiers, each source and paper once, the newest first."""

    def read(conn: Connection) -> list[Mismatch]:
        found: dict[tuple[str, str, str | None], Mismatch] = {}
        for code in citizens.codes_of(conn, mark_of(desk, session), _LOOKED_THROUGH):
            for m in _mismatches(conn, code):
                found.setdefault((m.document_type, m.source, m.service), m)
        return list(found.values())

    return await desk.db.read(read)


def _mismatches(conn: Connection, code: str) -> Iterator[Mismatch]:
    row = row_of(conn, code)
    latest = decisions.get(conn, row.decision_id)
    assert latest is not None
    # A paper of somebody else's in the dossier: its data are theirs to have corrected.
    others = {str(c.position) for c in dossier_rows.components(conn, code) if c.holder is not None}
    for finding in json.loads(latest.body)["findings"]:
        if finding["ref"].split(".", 1)[0] in others:
            continue
        for lookup in finding["lookups"]:
            if lookup["status"] == LookupStatus.MISMATCH:
                where = lookup["document_type"], lookup["source"], lookup["service"]
                yield Mismatch(code, *where, lookup["checked_at"])


def mark_of(desk: Desk, session: Session) -> str:
    subject = session.citizen
    return desk.sealer.mark(subject.kind, subject.id)


def _window(page: int) -> tuple[int, int]:
    """One row more than is shown tells whether there is another page."""
    return PAGE + 1, (page - 1) * PAGE


def _page(rows: Sequence[Row[Any]]) -> Page:
    return Page(rows[:PAGE], len(rows) > PAGE)
