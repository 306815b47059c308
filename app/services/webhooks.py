"""Subscribers: who wants to be told of events, and events posted to them in the order of the log, signed.

Each subscriber has its own place in the log, moved on with every event it takes: a slow one keeps nobody else waiting,
and what it is sent twice after a crash has the same `webhook-id`.
"""

import random
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection
from uuid_utils import uuid7

from app.clock import rfc3339, rfc3339_or_none
from app.domain.decisions import canonical
from app.domain.errors import DomainError
from app.domain.outbox import Event, EventType, cursor, pause
from app.domain.values import Frozen
from app.logs import log
from app.registries.webhooks import Forbidden, Undelivered, Webhooks, judge_url, new_secret
from app.repositories import journal, outbox
from app.repositories import subscriptions as rows
from app.repositories.idempotency import Kept, Key
from app.repositories.subscriptions import ACTIVE, DISABLED, SubscriptionRow
from app.services import idempotency
from app.services.announcements import announce
from app.services.desk import Caller, Desk
from app.services.outbox import shown

MOST = 20  # of one client
_AT_ONCE = 50
_OF_LEASE = 0.5
_PURPOSE = "webhook"


class UnknownSubscription(DomainError):
    code = "unknown-subscription"


class TooManySubscriptions(DomainError):
    code = "too-many-subscriptions"


class UrlForbidden(DomainError):
    """The URL is not one that events may be posted to."""

    code = "webhook-url-forbidden"


class BeyondTheLog(DomainError):
    """A cursor past the last event."""

    code = "cursor-beyond-log"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new subscriber asks for; `types` empty: all. `after`: from which place on, None from now."""

    url: str
    types: tuple[str, ...]
    after: int | None


class Made(Frozen):
    """A new subscription's id, and the answer that holds its secret."""

    id: str
    body: bytes


# ---- by their owner -------------------------------------------------------------------------------------------------


async def subscribe(desk: Desk, caller: Caller, wanted: Wanted, key: Key | None) -> Made:
    """The new subscription with its secret, which is shown here and never again: the answer kept under a key has none.

    Raises UrlForbidden, TooManySubscriptions, BeyondTheLog, and what an idempotency key raises.
    """
    try:
        judge_url(wanted.url, private=desk.settings.webhooks_private)
    except Forbidden as e:
        raise UrlForbidden(cause=e.cause) from None
    secret = new_secret()

    def write(conn: Connection) -> Made:
        idempotency.claim(conn, desk, key)
        if rows.count(conn, caller.client_id) >= MOST:
            raise TooManySubscriptions(most=MOST)
        now = desk.clock.now()
        row = SubscriptionRow(
            id=str(uuid7()),
            client=caller.client_id,
            url=wanted.url,
            types=" ".join(wanted.types),
            secret=desk.sealer.seal_bytes(secret.encode(), _PURPOSE),
            cursor=_place(conn, wanted.after),
            status=ACTIVE,
            failures=0,
            failing_since=None,
            cause=None,
            due_at=now,
            created_at=now,
            disabled_at=None,
        )
        rows.add(conn, row)
        _note(conn, desk, caller, "subscription.made", row.id)
        location = {"location": f"/v1/subscriptions/{row.id}"}
        idempotency.settle(conn, key, Kept(201, location, canonical({**body_of(row), "secret": None})))
        return Made(row.id, canonical({**body_of(row), "secret": secret}))

    return await desk.db.write(write)


async def page(desk: Desk, caller: Caller, after: str | None, limit: int) -> dict[str, Any]:
    found = await desk.db.read(rows.page, caller.client_id, after, limit + 1)
    more = len(found) > limit
    return {"items": [body_of(r) for r in found[:limit]], "next_cursor": found[limit - 1].id if more else None}


async def find(desk: Desk, caller: Caller, subscription_id: str) -> dict[str, Any]:
    """Raises UnknownSubscription."""
    return body_of(await desk.db.read(_row, caller, subscription_id))


async def remove(desk: Desk, caller: Caller, subscription_id: str) -> None:
    """Raises UnknownSubscription."""

    def write(conn: Connection) -> None:
        if not rows.remove(conn, caller.client_id, subscription_id):
            raise UnknownSubscription
        _note(conn, desk, caller, "subscription.removed", subscription_id)

    await desk.db.write(write)


async def enable(desk: Desk, caller: Caller, subscription_id: str) -> dict[str, Any]:
    """Go on with it, from the event it did not take. Raises UnknownSubscription."""
    return await desk.db.write(_change, desk, caller, subscription_id, None)


async def replay(desk: Desk, caller: Caller, subscription_id: str, after: int) -> dict[str, Any]:
    """Post the events behind a place in the log, once more. Raises UnknownSubscription, BeyondTheLog."""
    return await desk.db.write(_change, desk, caller, subscription_id, after)


def _change(conn: Connection, desk: Desk, caller: Caller, subscription_id: str, after: int | None) -> dict[str, Any]:
    row = _row(conn, caller, subscription_id)
    values: dict[str, Any] = {"failures": 0, "failing_since": None, "cause": None, "due_at": desk.clock.now()}
    if after is None:
        values |= {"status": ACTIVE, "disabled_at": None}
    else:
        values["cursor"] = _place(conn, after)
    rows.change(conn, row.id, values)
    _note(conn, desk, caller, "subscription.enabled" if after is None else "subscription.replayed", row.id)
    return body_of(_row(conn, caller, subscription_id))


def _place(conn: Connection, after: int | None) -> int:
    last = outbox.last_number(conn)
    if after is not None and after > last:
        raise BeyondTheLog
    return last if after is None else after


def _row(conn: Connection, caller: Caller, subscription_id: str) -> SubscriptionRow:
    row = rows.find(conn, caller.client_id, subscription_id)
    if row is None:
        raise UnknownSubscription
    return row


def _note(conn: Connection, desk: Desk, caller: Caller, what: str, subscription_id: str) -> None:
    facts = {"subscription": subscription_id, "client": caller.client_id}
    journal.append(conn, desk.clock.now(), f"outbox.{what}", facts)


def body_of(row: SubscriptionRow) -> dict[str, Any]:
    """Without its secret."""
    return {
        "id": row.id,
        "url": row.url,
        "types": row.types.split(),
        "status": row.status,
        "cursor": cursor(row.cursor),
        "failures": row.failures,
        "failing_since": rfc3339_or_none(row.failing_since),
        "cause": row.cause,
        "next_try_at": rfc3339_or_none(row.due_at) if row.failures and row.status == ACTIVE else None,
        "created_at": rfc3339(row.created_at),
        "disabled_at": rfc3339_or_none(row.disabled_at),
    }


# ---- the worker's part ----------------------------------------------------------------------------------------------


async def take(desk: Desk, webhooks: Webhooks) -> Coroutine[Any, Any, None] | None:
    """The subscriber that has waited longest, claimed; what is given posts to it. None when nobody waits."""
    now, ends = desk.clock.now(), time.monotonic() + desk.settings.outbox_lease * _OF_LEASE
    if not await desk.db.read(rows.due, now):
        return None
    holder, until = str(uuid4()), now + timedelta(seconds=desk.settings.outbox_lease)
    row = await desk.db.write(rows.claim, now, until, holder)
    return None if row is None else _post(desk, webhooks, row, holder, ends)


async def _post(desk: Desk, webhooks: Webhooks, row: SubscriptionRow, holder: str, ends: float) -> None:
    """What it has not taken yet, as far as it takes it; nothing is begun after `ends`, by the monotonic clock."""
    found, last = await desk.db.read(_behind, row)
    for n, event in enumerate(found):
        if n and time.monotonic() > ends:
            # Late in its lease, the rest is left to whoever takes it up next: after those who have waited since.
            await desk.db.write(rows.note, row.id, holder, {"due_at": desk.clock.now()}, done=True)
            return
        try:
            await _post_one(desk, webhooks, row, event)
        except Undelivered as e:
            await desk.db.write(_failed, desk, row, holder, e, failures=1 if n else row.failures + 1)
            return
        taken = {"cursor": event.number, "failures": 0, "failing_since": None, "cause": None}
        if not await desk.db.write(rows.note, row.id, holder, taken, done=False):
            return
    # Nothing it wants is left up to the last; of a full page, up to what was posted.
    place = found[-1].number if len(found) == _AT_ONCE else last
    await desk.db.write(rows.note, row.id, holder, {"cursor": place, "due_at": desk.clock.now()}, done=True)


async def _post_one(desk: Desk, webhooks: Webhooks, row: SubscriptionRow, event: Event) -> None:
    try:
        secret = desk.sealer.unseal_bytes(row.secret, _PURPOSE).decode()
    except InvalidTag:
        raise Undelivered("secret_unreadable") from None
    now = int(desk.clock.now().timestamp())
    await webhooks.post(row.url, secret, event.id, now, canonical(shown(desk, event)))


def _behind(conn: Connection, row: SubscriptionRow) -> tuple[Sequence[Event], int]:
    """The last of the log first: what is numbered after that is for the next time."""
    last = outbox.last_number(conn)
    found = outbox.after(conn, row.cursor, _AT_ONCE, row.types.split())
    return [e for e in found if e.number is not None and e.number <= last], last


def _failed(
    conn: Connection, desk: Desk, row: SubscriptionRow, holder: str, why: Undelivered, *, failures: int
) -> None:
    """Later again; or no more, and everybody who reads the log is told."""
    now = desk.clock.now()
    since = row.failing_since if failures > 1 else None
    values: dict[str, Any] = {"failures": failures, "failing_since": since or now, "cause": why.cause}
    s = desk.settings
    over = why.gone or failures >= s.webhooks_attempts
    if over:
        values |= {"status": DISABLED, "disabled_at": now}
    after = pause(failures, s.retry_first, s.retry_longest, random.random())  # noqa: S311 - no secret
    ours = rows.note(conn, row.id, holder, {**values, "due_at": now + after}, done=True)
    log.warning("not delivered", kind="webhook", cause=why.cause, count=failures)
    if ours and over:
        data = {
            "subscription": row.id,
            "cause": why.cause,
            "failures": failures,
            "failing_since": rfc3339(since or now),
        }
        announce(conn, desk, EventType.SUBSCRIPTION_DISABLED, row.id, data)
