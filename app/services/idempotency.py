"""Requests that may be sent twice: the key is claimed before the work and settled in the commit of its effect."""

from datetime import timedelta

from sqlalchemy import Connection

from app.domain.values import replace
from app.repositories import idempotency
from app.repositories.idempotency import Found, Kept, Key
from app.services.desk import Desk

__all__ = [
    "Kept",
    "Key",
    "KeyLost",
    "KeyReused",
    "Repeated",
    "StillRunning",
    "claim",
    "claim_sealed",
    "lease",
    "refuse",
    "released_on_failure",
    "settle",
    "settle_sealed",
    "sweep",
]


class KeyReused(Exception):
    """The key stands for another body."""


class StillRunning(Exception):
    """The first request under this key has not been answered yet."""


class KeyLost(Exception):
    """Another attempt took the key over while this one was slow: its effect must not be kept twice."""


class Repeated(Exception):
    """The request was answered before; `kept` is that answer."""

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        self.kept = kept


def claim(conn: Connection, desk: Desk, key: Key | None) -> None:
    """Take the key in this transaction. Raises Repeated, KeyReused, StillRunning."""
    if key is not None:
        refuse(idempotency.claim(conn, key, desk.clock.now(), lease(desk)))


def lease(desk: Desk) -> timedelta:
    """How long a request may run before another attempt may take its key over."""
    return timedelta(seconds=desk.settings.idempotency_lease)


def refuse(found: Found | None) -> None:
    """Nothing where the key is ours. Raises Repeated, KeyReused, StillRunning."""
    if found is None:
        return
    if not found.same_body:
        raise KeyReused
    if found.kept is None:
        raise StillRunning
    raise Repeated(found.kept)


def settle(conn: Connection, key: Key | None, kept: Kept) -> None:
    """Keep the answer in the transaction of its effect. Raises KeyLost, which undoes both."""
    if key is not None and not idempotency.settle(conn, key, kept):
        raise KeyLost


def claim_sealed(conn: Connection, desk: Desk, key: Key | None, purpose: str) -> None:
    """As `claim`, of what `settle_sealed` has kept."""
    try:
        claim(conn, desk, key)
    except Repeated as e:
        raise Repeated(replace(e.kept, body=desk.sealer.unseal_bytes(e.kept.body, purpose))) from None


def settle_sealed(conn: Connection, desk: Desk, key: Key | None, kept: Kept, purpose: str) -> None:
    """As `settle`, of an answer that holds somebody's data or words: sealed for as long as it is kept."""
    settle(conn, key, replace(kept, body=desk.sealer.seal_bytes(kept.body, purpose)))


class released_on_failure:  # noqa: N801 - used as a function
    """Around the work between claim and settle: a request that fails leaves its key free to be used again."""

    def __init__(self, desk: Desk, key: Key | None) -> None:
        self._desk, self._key = desk, key

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._key is not None and not issubclass(kind, Repeated | KeyReused | StillRunning):
            await self._desk.db.write(idempotency.release, self._key)


async def sweep(desk: Desk) -> int:
    """Forget answers kept longer than promised."""
    before = desk.clock.now() - timedelta(hours=desk.settings.idempotency_hours)
    return await desk.db.write(idempotency.sweep, before)
