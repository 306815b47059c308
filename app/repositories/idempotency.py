"""Keys of requests that may be sent twice: claimed before the work, settled in the commit of its effect."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.values import Frozen
from app.models.idempotency import idempotency_keys as keys

# Statements are made once: making one anew costs more than sending it.
_THIS = (
    keys.c.client == bindparam("of_client"),
    keys.c.route == bindparam("of_route"),
    keys.c.key == bindparam("of_key"),
)
_OURS = (*_THIS, keys.c.holder == bindparam("of_holder"), keys.c.status.is_(None))
# What was inserted is asked back: SQLAlchemy gives an insert's rowcount on SQLite only.
_CLAIM = {
    "postgresql": postgresql.insert(keys).on_conflict_do_nothing().returning(keys.c.holder),
    "sqlite": sqlite.insert(keys).on_conflict_do_nothing().returning(keys.c.holder),
}
_FIND = select(keys).where(*_THIS).with_for_update()
_TAKE_OVER = update(keys).where(*_THIS)
SETTLE = update(keys).where(*_OURS)
ANSWER = ("status", "headers", "body")
CLAIMED = tuple(name for c in keys.c if (name := c.name) not in ANSWER)
_RELEASE = delete(keys).where(*_OURS)


class Key(Frozen):
    """One request's claim on a key; `holder` tells this attempt from another of the same key."""

    client: str
    route: str
    key: str
    body_digest: str
    holder: str


class Kept(Frozen):
    """An answer that was given: repeated to the letter."""

    status: int
    headers: dict[str, str]
    body: bytes


class Found(Frozen):
    """What stands under a key: another body, a request still running, or an answer."""

    same_body: bool
    kept: Kept | None


def claim(conn: Connection, key: Key, now: datetime, lease: timedelta) -> Found | None:
    """Take the key; None when it is ours, else what stands under it. A lease that ran out is taken over."""
    if conn.execute(_CLAIM[conn.dialect.name], row(key, now, lease)).first():
        return None
    return standing(conn, key, now, lease)


def standing(conn: Connection, key: Key, now: datetime, lease: timedelta) -> Found | None:
    """What stands under a key that could not be claimed; None where it is ours after all."""
    there = conn.execute(_FIND, _of(key)).first()
    if there is None:  # swept or given back between the two statements
        return claim(conn, key, now, lease)
    if there.body_digest != key.body_digest:
        return Found(same_body=False, kept=None)
    if there.status is not None:
        return Found(True, Kept(there.status, msgspec.json.decode(there.headers), there.body))
    if there.held_until > now:
        return Found(True, None)
    conn.execute(_TAKE_OVER, {**_of(key), "held_until": now + lease, "holder": key.holder})
    return None


def settle(conn: Connection, key: Key, kept: Kept) -> bool:
    """Keep the answer with its effect; False when the key was lost to another attempt meanwhile."""
    names, answer = settling(key, kept)
    return bool(conn.execute(SETTLE, names | answer).rowcount)


def settling(key: Key, kept: Kept) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters of `SETTLE`: whose key it is, and the columns of `ANSWER`."""
    answer = {"status": kept.status, "headers": msgspec.json.encode(kept.headers), "body": kept.body}
    return {**_of(key), "of_holder": key.holder}, answer


def release(conn: Connection, key: Key) -> None:
    """Give the key back: the request failed and left no effect."""
    conn.execute(_RELEASE, {**_of(key), "of_holder": key.holder})


def sweep(conn: Connection, before: datetime) -> int:
    """Forget answers older than promised."""
    return conn.execute(delete(keys).where(keys.c.created_at < before)).rowcount


def row(key: Key, now: datetime, lease: timedelta) -> dict[str, Any]:
    return {
        "client": key.client,
        "route": key.route,
        "key": key.key,
        "body_digest": key.body_digest,
        "held_until": now + lease,
        "holder": key.holder,
        "created_at": now,
    }


def _of(key: Key) -> dict[str, str]:
    return {"of_client": key.client, "of_route": key.route, "of_key": key.key}
