"""Subscribers: each with its own place in the log, taken care of by one worker at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, delete, func, insert, select, update

from app.domain.values import Frozen
from app.models.outbox import events, subscriptions

ACTIVE, DISABLED = "active", "disabled"


class SubscriptionRow(Frozen):
    """`cursor`: the number of the last event it has taken; `secret`: sealed."""

    id: str
    client: str
    url: str
    types: str
    secret: bytes
    cursor: int
    status: str
    failures: int
    failing_since: datetime | None
    cause: str | None
    due_at: datetime
    created_at: datetime
    disabled_at: datetime | None


_S = [subscriptions.c[name] for name in SubscriptionRow.__struct_fields__]


def add(conn: Connection, row: SubscriptionRow) -> None:
    conn.execute(insert(subscriptions), asdict(row))


def count(conn: Connection, client: str) -> int:
    return conn.execute(select(func.count()).where(subscriptions.c.client == client)).scalar_one()


def find(conn: Connection, client: str, subscription_id: str) -> SubscriptionRow | None:
    s = subscriptions.c
    found = conn.execute(select(*_S).where(s.id == subscription_id, s.client == client)).first()
    return SubscriptionRow(*found) if found else None


def page(conn: Connection, client: str, after: str | None, limit: int) -> list[SubscriptionRow]:
    """The oldest first."""
    s = subscriptions.c
    asked = select(*_S).where(s.client == client).order_by(s.id).limit(limit)
    return [SubscriptionRow(*row) for row in conn.execute(asked if after is None else asked.where(s.id > after))]


def remove(conn: Connection, client: str, subscription_id: str) -> bool:
    s = subscriptions.c
    return bool(conn.execute(delete(subscriptions).where(s.id == subscription_id, s.client == client)).rowcount)


def change(conn: Connection, subscription_id: str, values: Mapping[str, Any]) -> None:
    """By its owner. A delivery under way is none of its any more: it would move the cursor back."""
    values = {**values, "held_until": None, "holder": None}
    conn.execute(update(subscriptions).where(subscriptions.c.id == subscription_id).values(values))


def due(conn: Connection, now: datetime) -> bool:
    return conn.execute(_due(now).limit(1)).first() is not None


def claim(conn: Connection, now: datetime, until: datetime, holder: str) -> SubscriptionRow | None:
    """The subscriber that has waited longest, held until then; None where nobody waits."""
    found = conn.execute(_due(now).limit(1).with_for_update(of=subscriptions, skip_locked=True)).first()
    if found is None:
        return None
    row = SubscriptionRow(*found)
    held = {"held_until": until, "holder": holder}
    conn.execute(update(subscriptions).where(subscriptions.c.id == row.id).values(held))
    return row


def _due(now: datetime) -> Any:
    s = subscriptions.c
    free = s.held_until.is_(None) | (s.held_until <= now)
    last = select(func.max(events.c.number)).scalar_subquery()
    asked = select(*_S).where(s.status == ACTIVE, s.due_at <= now, free, s.cursor < last)
    return asked.order_by(s.due_at, s.id)


def note(conn: Connection, subscription_id: str, holder: str, values: Mapping[str, Any], *, done: bool) -> bool:
    """What has come of a delivery; False when it was lost to another worker, or its owner changed it meanwhile."""
    s = subscriptions.c
    ours = update(subscriptions).where(s.id == subscription_id, s.holder == holder)
    freed = {"held_until": None, "holder": None} if done else {}
    return bool(conn.execute(ours.values({**values, **freed})).rowcount)


def standing(conn: Connection) -> tuple[int, int | None]:
    """How many are disabled, and the place in the log of the active one that is furthest behind."""
    s = subscriptions.c
    disabled = conn.execute(select(func.count()).where(s.status == DISABLED)).scalar_one()
    return disabled, conn.execute(select(func.min(s.cursor)).where(s.status == ACTIVE)).scalar_one()
