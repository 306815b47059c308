"""The log of events given its numbers, what is to be sent put down from it, and what came to a stop taken up again."""

from typing import Any

from prometheus_client import Gauge
from sqlalchemy import Connection

from app.clock import rfc3339, rfc3339_or_none
from app.db import DatabaseUnavailable
from app.domain.errors import DomainError
from app.domain.outbox import Destination, Event, EventType, State, cloud_event, cursor, messages_of
from app.repositories import journal, outbox, results, subscriptions
from app.repositories.outbox import MessageRow
from app.services.desk import Caller, Desk

AT_ONCE = 500
_RESULTS = (EventType.RESULT_ISSUED, EventType.RESULT_REVOKED)

WAITING = Gauge("motlan_outbox_waiting", "Messages that wait to be delivered", ["destination"])
DEAD = Gauge("motlan_outbox_dead", "Messages that were given up and wait for somebody", ["destination"])
UNDELIVERABLE = Gauge("motlan_outbox_undeliverable", "Messages nobody is there to take", ["destination"])
LAG = Gauge("motlan_outbox_lag_seconds", "Age of the oldest message that waits", ["destination"])
BEHIND = Gauge("motlan_webhooks_behind_events", "Events the active subscriber furthest behind has not taken")
DISABLED = Gauge("motlan_webhooks_disabled", "Subscribers that were disabled")


class UnknownMessage(DomainError):
    code = "unknown-message"


class NotStopped(DomainError):
    """Only what has come to a stop is tried again or given up."""

    code = "message-not-stopped"


# ---- the worker's part ----------------------------------------------------------------------------------------------


async def dispatch(desk: Desk) -> int:
    """Number what has happened and put down what others are to be told of it, in one commit; how many events."""
    if not await desk.db.read(outbox.unnumbered):
        return 0
    return await desk.db.write(_dispatch, desk)


def _dispatch(conn: Connection, desk: Desk) -> int:
    found = outbox.to_number(conn, AT_ONCE)
    outbox.number(conn, found, outbox.last_number(conn))
    issued = {e.subject: results.get(conn, e.subject) for e in found if e.type in _RESULTS}
    dossiers = {result_id: row.dossier_code for result_id, row in issued.items() if row}
    outbox.add(
        conn, [(event, message) for event in found for message in messages_of(event, dossiers)], desk.clock.now()
    )
    return len(found)


# ---- the log as others read it --------------------------------------------------------------------------------------


async def events(desk: Desk, after: int, limit: int) -> dict[str, Any]:
    """Events behind a place in the log; `next_cursor` is the place to go on from, now or when more has happened."""
    found = await desk.db.read(outbox.after, after, limit)
    last = found[-1].number or 0 if found else after
    return {"items": [shown(desk, event) for event in found], "next_cursor": cursor(last)}


def shown(desk: Desk, event: Event) -> dict[str, Any]:
    return cloud_event(event, f"urn:motlan:{desk.settings.portal_agency}")


# ---- what came to a stop --------------------------------------------------------------------------------------------


async def page(
    desk: Desk, state: State, destination: Destination | None, before: int | None, limit: int
) -> dict[str, Any]:
    """Messages in one state, the latest first."""

    def select(conn: Connection) -> dict[str, Any]:
        found = outbox.page(conn, (state,), destination, before, limit + 1)
        subjects = outbox.subjects(conn, [m.event for m in found])
        items = [message_body(m, subjects[m.event]) for m in found[:limit]]
        return {"items": items, "next_cursor": str(found[limit - 1].id) if len(found) > limit else None}

    return await desk.db.read(select)


def message_body(m: MessageRow, subject: str) -> dict[str, Any]:
    return {
        "id": m.id,
        "destination": m.destination,
        "kind": m.kind,
        "stream": m.stream,
        "subject": subject,
        "status": m.status,
        "attempts": m.attempts,
        "cause": m.cause,
        "due_at": rfc3339_or_none(m.due_at),
        "created_at": rfc3339(m.created_at),
        "ended_at": rfc3339_or_none(m.ended_at),
    }


async def retry(desk: Desk, caller: Caller, message_id: int) -> dict[str, Any]:
    """Try a message again from its first attempt on. Raises UnknownMessage, NotStopped."""

    def write(conn: Connection) -> dict[str, Any]:
        row = _row(conn, message_id)
        if not outbox.retry(conn, message_id, desk.clock.now()):
            raise NotStopped(status=row.status)
        return _noted(conn, desk, caller, "outbox.message.retried", message_id)

    return await desk.db.write(write)


async def discard(desk: Desk, caller: Caller, message_id: int) -> dict[str, Any]:
    """Give a dead message up; those behind it go out. Raises UnknownMessage, NotStopped."""

    def write(conn: Connection) -> dict[str, Any]:
        row = _row(conn, message_id)
        if not outbox.discard(conn, row, desk.clock.now()):
            raise NotStopped(status=row.status)
        return _noted(conn, desk, caller, "outbox.message.discarded", message_id)

    return await desk.db.write(write)


async def retry_all(desk: Desk, caller: Caller, destination: Destination | None) -> int:
    """Every dead message is tried again; how many there were. In many commits: nobody waits long for the database."""

    def write(conn: Connection, before: int | None) -> list[int]:
        dead = [m.id for m in outbox.page(conn, (State.DEAD,), destination, before, AT_ONCE)]
        for message_id in dead:
            outbox.retry(conn, message_id, desk.clock.now())
            _note(conn, desk, caller, "outbox.message.retried", message_id)
        return dead

    count, before = 0, None
    while dead := await desk.db.write(write, before):
        count, before = count + len(dead), dead[-1]
    return count


def _row(conn: Connection, message_id: int) -> MessageRow:
    row = outbox.find(conn, message_id)
    if row is None:
        raise UnknownMessage
    return row


def _note(conn: Connection, desk: Desk, caller: Caller, what: str, message_id: int) -> None:
    journal.append(conn, desk.clock.now(), what, {"message": message_id, "client": caller.client_id})


def _noted(conn: Connection, desk: Desk, caller: Caller, what: str, message_id: int) -> dict[str, Any]:
    _note(conn, desk, caller, what, message_id)
    row = _row(conn, message_id)
    return message_body(row, outbox.subjects(conn, [row.event])[row.event])


# ---- figures --------------------------------------------------------------------------------------------------------


async def measure(desk: Desk) -> None:
    """Bring the figures up to date; they stay as they are where the database cannot be asked."""

    def look(conn: Connection) -> tuple[list[outbox.Backlog], int, int | None, int]:
        disabled, furthest = subscriptions.standing(conn)
        return outbox.backlog(conn), disabled, furthest, outbox.last_number(conn)

    try:
        backlogs, disabled, furthest, last = await desk.db.read(look)
    except DatabaseUnavailable:
        return
    now = desk.clock.now()
    for backlog in backlogs:
        WAITING.labels(backlog.destination).set(backlog.waiting)
        DEAD.labels(backlog.destination).set(backlog.dead)
        UNDELIVERABLE.labels(backlog.destination).set(backlog.undeliverable)
        LAG.labels(backlog.destination).set((now - backlog.since).total_seconds() if backlog.since else 0)
    BEHIND.set(0 if furthest is None else max(0, last - furthest))
    DISABLED.set(disabled)
