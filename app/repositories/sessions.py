"""Logins on their way, and the visits they lead to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.models.sessions import logins, sessions


def begin(conn: Connection, row: Mapping[str, Any], now: datetime, most: int) -> None:
    """Keep a login on its way; those nobody came back from are forgotten, and the oldest beyond `most`."""
    latest = select(logins.c.ends_at).order_by(logins.c.ends_at.desc()).offset(most - 1).limit(1)
    before = max(conn.execute(latest).scalar_one_or_none() or now, now)
    conn.execute(delete(logins).where(logins.c.ends_at <= before))
    conn.execute(insert(logins).values(row))


def take(conn: Connection, login_id: str) -> Row[Any] | None:
    """The login, which is used up by this: of two who come at once, one finds nothing."""
    return conn.execute(delete(logins).where(logins.c.id == login_id).returning(logins)).first()


def open_(conn: Connection, row: Mapping[str, Any], most: int) -> None:
    """Keep a visit. Those that are over go, and the oldest of the same owner beyond `most`."""
    s = sessions.c
    conn.execute(delete(sessions).where(s.ends_at <= row["began_at"]))
    mine = select(s.id).where(s.owner == row["owner"]).order_by(s.began_at.desc(), s.id).offset(most - 1)
    conn.execute(delete(sessions).where(s.id.in_(list(conn.execute(mine).scalars()))))
    conn.execute(insert(sessions).values(row))


def get(conn: Connection, session_id: str) -> Row[Any] | None:
    return conn.execute(select(sessions).where(sessions.c.id == session_id)).first()


def seen(conn: Connection, session_id: str, seen_at: datetime, ends_at: datetime) -> None:
    s = sessions.c
    # Never shorter: two requests of one visit may be written in the other order.
    conn.execute(
        update(sessions).where(s.id == session_id, s.seen_at < seen_at).values(seen_at=seen_at, ends_at=ends_at)
    )


def close(conn: Connection, session_id: str) -> bool:
    return bool(conn.execute(delete(sessions).where(sessions.c.id == session_id)).rowcount)
