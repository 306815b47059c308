"""Keys of requests that may be sent twice: claimed before the work, settled in the commit of its effect."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.models.idempotency import idempotency_keys as keys


@dataclass(frozen=True, slots=True)
class Key:
    """One request's claim on a key; `holder` tells this attempt from another of the same key."""

    client: str
    route: str
    key: str
    body_digest: str
    holder: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that was given: repeated to the letter."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What stands under a key: another body, a request still running, or an answer."""

    same_body: bool
    kept: Kept | None


def claim(conn: Connection, key: Key, now: datetime, lease: timedelta) -> Found | None:
    """Take the key; None when it is ours, else what stands under it. A lease that ran out is taken over."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    row = {
        "client": key.client,
        "route": key.route,
        "key": key.key,
        "body_digest": key.body_digest,
        "held_until": now + lease,
        "holder": key.holder,
        "created_at": now,
    }
    new = dialect.insert(keys).values(row).on_conflict_do_nothing()
    if conn.execute(new).rowcount:
        return None
    there = conn.execute(select(keys).where(*_is(key)).with_for_update()).first()
    if there is None:  # swept away between the two statements
        conn.execute(insert(keys).values(row))
        return None
    if there.body_digest != key.body_digest:
        return Found(same_body=False, kept=None)
    if there.status is not None:
        return Found(True, Kept(there.status, json.loads(there.headers), there.body))
    if there.held_until > now:
        return Found(True, None)
    conn.execute(update(keys).where(*_is(key)).values(held_until=now + lease, holder=key.holder))
    return None


def settle(conn: Connection, key: Key, kept: Kept) -> bool:
    """Keep the answer with its effect; False when the key was lost to another attempt meanwhile."""
    done = conn.execute(
        update(keys)
        .where(*_is(key), keys.c.holder == key.holder, keys.c.status.is_(None))
        .values(status=kept.status, headers=json.dumps(kept.headers).encode(), body=kept.body)
    )
    return bool(done.rowcount)


def release(conn: Connection, key: Key) -> None:
    """Give the key back: the request failed and left no effect."""
    conn.execute(delete(keys).where(*_is(key), keys.c.holder == key.holder, keys.c.status.is_(None)))


def sweep(conn: Connection, before: datetime) -> int:
    """Forget answers older than promised."""
    return conn.execute(delete(keys).where(keys.c.created_at < before)).rowcount


def _is(key: Key) -> tuple[ColumnElement[bool], ...]:
    return keys.c.client == key.client, keys.c.route == key.route, keys.c.key == key.key
