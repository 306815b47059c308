"""The log of events and the messages made from it: written, numbered, claimed by one worker at a time, ended."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from app.domain.outbox import UNFINISHED, Destination, Event, Message, State
from app.domain.values import Frozen
from app.models.outbox import events, outbox

# Any number of our own: who holds this lock of PostgreSQL's is the one dispatcher.
_DISPATCHER = 7_220_140_001
_ADD = insert(events)
_NUMBER = update(events).where(events.c.seq == bindparam("of_seq")).values(number=bindparam("given"))
_E = (events.c.seq, events.c.id, events.c.number, events.c.type, events.c.subject, events.c.data, events.c.at)


class MessageRow(Frozen):
    """A message as it stands; `event` is the `seq` of what it tells of."""

    id: int
    destination: str
    stream: str
    kind: str
    event: int
    status: str
    attempts: int
    due_at: datetime | None
    cause: str | None
    created_at: datetime
    ended_at: datetime | None


_M = [outbox.c[name] for name in MessageRow.__struct_fields__]


class Backlog(Frozen):
    """What waits and what has come to a stop at one destination; `since`: when the oldest that waits was written."""

    destination: str
    waiting: int
    dead: int
    undeliverable: int
    since: datetime | None


# ---- the log --------------------------------------------------------------------------------------------------------


def add_event(conn: Connection, event_id: str, kind: str, subject: str, data: bytes, at: datetime) -> None:
    conn.execute(_ADD, {"id": event_id, "type": kind, "subject": subject, "data": data, "at": at})


def to_number(conn: Connection, limit: int) -> list[Event]:
    """Events nobody has numbered yet, for the one who is allowed to; none where another is at it."""
    if conn.dialect.name == "postgresql":
        alone: bool = conn.execute(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": _DISPATCHER}).scalar_one()
        if not alone:
            return []
    return _events(conn.execute(select(*_E).where(events.c.number.is_(None)).order_by(events.c.seq).limit(limit)))


def unnumbered(conn: Connection) -> bool:
    return conn.execute(select(events.c.seq).where(events.c.number.is_(None)).limit(1)).first() is not None


def number(conn: Connection, found: Sequence[Event], after: int) -> None:
    """Give these the numbers that follow."""
    if found:
        conn.execute(_NUMBER, [{"of_seq": event.seq, "given": n} for n, event in enumerate(found, after + 1)])


def last_number(conn: Connection) -> int:
    return conn.execute(select(func.max(events.c.number))).scalar_one() or 0


def after(conn: Connection, cursor: int, limit: int, types: Sequence[str] = ()) -> list[Event]:
    """Numbered events behind a place in the log."""
    asked = select(*_E).where(events.c.number > cursor).order_by(events.c.number).limit(limit)
    return _events(conn.execute(asked.where(events.c.type.in_(types)) if types else asked))


def event_of(conn: Connection, seq: int) -> Event:
    return _event(conn.execute(select(*_E).where(events.c.seq == seq)).one())


def history(conn: Connection, subject: str) -> list[Event]:
    """What happened to one subject, oldest first."""
    return _events(conn.execute(select(*_E).where(events.c.subject == subject).order_by(events.c.seq)))


def _events(rows: Iterable[Sequence[Any]]) -> list[Event]:
    return [_event(row) for row in rows]


def _event(row: Sequence[Any]) -> Event:
    seq, event_id, number_, kind, subject, data, at = row
    return Event(seq, event_id, number_, kind, subject, json.loads(data), at)


# ---- messages -------------------------------------------------------------------------------------------------------


def add(conn: Connection, made: Sequence[tuple[Event, Message]], now: datetime) -> None:
    """Put messages down, in this order; those with nothing unfinished before them in their stream are due at once.

    The unfinished ones are locked: who ends one of them meanwhile sees the new ones behind it.
    """
    o = outbox.c
    streams = sorted({message.stream for _, message in made})
    before = select(o.stream).where(o.stream.in_(streams), o.status.in_(UNFINISHED)).order_by(o.id).with_for_update()
    busy = set(conn.execute(before).scalars())
    rows = []
    for event, message in made:
        row: dict[str, Any] = {"destination": message.destination, "stream": message.stream, "kind": message.kind}
        row |= {"event": event.seq, "status": State.WAITING, "attempts": 0, "created_at": event.at}
        rows.append({**row, "due_at": None if message.stream in busy else now})
        busy.add(message.stream)
    if rows:
        conn.execute(insert(outbox), rows)


def due(conn: Connection, destination: Destination, now: datetime) -> bool:
    return conn.execute(_due(destination, now).limit(1)).first() is not None


def claim(conn: Connection, destination: Destination, now: datetime, until: datetime, holder: str) -> MessageRow | None:
    """The message that is due longest, held until then and counted as an attempt; None where there is none.

    On PostgreSQL rows another worker is looking at are skipped; on SQLite there is one writer, hence one claimer.
    """
    found = conn.execute(_due(destination, now).limit(1).with_for_update(skip_locked=True)).first()
    if found is None:
        return None
    row = MessageRow(*found)
    values = {"held_until": until, "holder": holder, "attempts": row.attempts + 1}
    conn.execute(update(outbox).where(outbox.c.id == row.id).values(values))
    return row


def _due(destination: Destination, now: datetime) -> Any:
    o = outbox.c
    free = o.held_until.is_(None) | (o.held_until <= now)
    asked = select(*_M).where(o.destination == destination, o.status == State.WAITING, o.due_at <= now, free)
    return asked.order_by(o.due_at, o.id)


def delay(conn: Connection, message: MessageRow, holder: str, due_at: datetime, cause: str) -> bool:
    """Try it again then; False when it was lost to another worker."""
    return _change(conn, message.id, holder, {"due_at": due_at, "cause": cause})


def end(conn: Connection, message: MessageRow, holder: str, state: State, cause: str | None, now: datetime) -> bool:
    """The message has come to this; the next of its stream is due, unless this one is dead and holds it back."""
    values = {"status": state, "cause": cause, "due_at": None, "ended_at": now}
    if not _change(conn, message.id, holder, values):
        return False
    if state is not State.DEAD:
        _promote(conn, message.stream, now)
    return True


def _change(conn: Connection, message_id: int, holder: str, values: Mapping[str, Any]) -> bool:
    ours = update(outbox).where(outbox.c.id == message_id, outbox.c.holder == holder)
    return bool(conn.execute(ours.values({**values, "held_until": None, "holder": None})).rowcount)


def _promote(conn: Connection, stream: str, now: datetime) -> None:
    o = outbox.c
    following = select(func.min(o.id)).where(o.stream == stream, o.status == State.WAITING).scalar_subquery()
    conn.execute(update(outbox).where(o.id == following).values(due_at=now))


def find(conn: Connection, message_id: int) -> MessageRow | None:
    found = conn.execute(select(*_M).where(outbox.c.id == message_id)).first()
    return MessageRow(*found) if found else None


def retry(conn: Connection, message_id: int, now: datetime) -> bool:
    """A dead message, or one nobody could take, is tried again from the beginning; False where it is neither."""
    o = outbox.c
    stopped = o.status.in_((State.DEAD, State.UNDELIVERABLE))
    values = {"status": State.WAITING, "attempts": 0, "due_at": now, "cause": None, "ended_at": None}
    return bool(conn.execute(update(outbox).where(o.id == message_id, stopped).values(values)).rowcount)


def discard(conn: Connection, message: MessageRow, now: datetime) -> bool:
    """Give up a dead message for good and let those behind it go; False where it is not dead."""
    o = outbox.c
    values = {"status": State.DISCARDED, "ended_at": now}
    done = conn.execute(update(outbox).where(o.id == message.id, o.status == State.DEAD).values(values)).rowcount
    if done:
        _promote(conn, message.stream, now)
    return bool(done)


def page(
    conn: Connection, states: Sequence[State], destination: Destination | None, before: int | None, limit: int
) -> list[MessageRow]:
    """The latest first."""
    o = outbox.c
    asked = select(*_M).where(o.status.in_(states)).order_by(o.id.desc()).limit(limit)
    if destination:
        asked = asked.where(o.destination == destination)
    return [MessageRow(*row) for row in conn.execute(asked if before is None else asked.where(o.id < before))]


def subjects(conn: Connection, seqs: Sequence[int]) -> dict[int, str]:
    """What each of these events is about."""
    found = conn.execute(select(events.c.seq, events.c.subject).where(events.c.seq.in_(seqs)))
    return {row.seq: row.subject for row in found}


def backlog(conn: Connection) -> list[Backlog]:
    o = outbox.c
    counted = select(o.destination, o.status, func.count(), func.min(o.created_at))
    stopped = (State.WAITING, State.DEAD, State.UNDELIVERABLE)
    # Every destination is named, so that the index is used and the messages delivered long ago are not walked through.
    asked = counted.where(o.destination.in_(tuple(Destination)), o.status.in_(stopped))
    rows = conn.execute(asked.group_by(o.destination, o.status)).all()
    found = {(destination, status): (count, since) for destination, status, count, since in rows}

    def of(destination: Destination) -> Backlog:
        waiting, dead, undeliverable = (found.get((destination, state), (0, None)) for state in stopped)
        return Backlog(destination, waiting[0], dead[0], undeliverable[0], since=waiting[1])

    return [of(destination) for destination in Destination]
