"""Messages delivered to the national portal and the wallet: at least once, in order within a stream, told once there.

An attempt is counted and committed before it begins. So whoever takes a message up after a crash, or after an answer
that was lost, knows that it may have arrived, and first looks what the receiver has. What failed waits in its row: a
pause inside this process would forget, with the process, how long it had waited.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection

from app.db import DatabaseUnavailable
from app.domain.outbox import Destination, Event, Kind, State, pause
from app.logs import log
from app.registries.answers import NoAnswer, SourceFailed
from app.registries.delivery import Denial, NotTaken, ResultDelivery
from app.registries.portal import Refused
from app.registries.portal_dossiers import PortalDossiers
from app.repositories import outbox
from app.repositories.outbox import MessageRow
from app.services import portal_reports, result_records
from app.services.desk import Desk
from app.services.portal_reports import Told

# Of its lease, the share a delivery may take: it must have ended before another may take the message over.
_OF_LEASE = 0.75


class Outlet(Protocol):
    """One destination: what a message says is read from the database, then sent."""

    @property
    def destination(self) -> Destination: ...

    def prepare(self, conn: Connection, desk: Desk, event: Event, message: MessageRow) -> Callable[[], Awaitable[None]]:
        """The sending, made ready. It raises SourceFailed, or _Stopped for good."""

    async def close(self) -> None: ...


class _Stopped(Exception):
    """The message has come to an end without being delivered."""

    def __init__(self, state: State, cause: str) -> None:
        super().__init__(cause)
        self.state, self.cause = state, cause


async def take(desk: Desk, outlet: Outlet) -> Coroutine[Any, Any, None] | None:
    """The message that is due longest, claimed; what is given is its delivery. None when none is due."""
    now = desk.clock.now()
    # From before the claim: what the database takes for it is the lease's time too.
    ends = asyncio.get_running_loop().time() + desk.settings.outbox_lease * _OF_LEASE
    if not await desk.db.read(outbox.due, outlet.destination, now):
        return None
    holder, until = str(uuid4()), now + timedelta(seconds=desk.settings.outbox_lease)
    message = await desk.db.write(outbox.claim, outlet.destination, now, until, holder)
    return None if message is None else _deliver(desk, outlet, message, holder, ends)


async def _deliver(desk: Desk, outlet: Outlet, message: MessageRow, holder: str, ends: float) -> None:
    """`ends`: when the attempt is given up, by the loop's clock."""
    state, cause = await _attempt(desk, outlet, message, ends)
    if state is State.WAITING and message.attempts + 1 >= desk.settings.outbox_attempts:
        state = State.DEAD
    if state is State.WAITING:
        s = desk.settings
        after = pause(message.attempts + 1, s.retry_first, s.retry_longest, random.random())  # noqa: S311 - no secret
        await desk.db.write(outbox.delay, message, holder, desk.clock.now() + after, cause or "")
    else:
        await desk.db.write(outbox.end, message, holder, state, cause, desk.clock.now())
    if state is not State.DELIVERED:
        log.warning("not delivered", kind=message.kind, source=message.destination, cause=cause, status=state.value)


async def _attempt(desk: Desk, outlet: Outlet, message: MessageRow, ends: float) -> tuple[State, str | None]:
    """What came of it, and why not; WAITING where a later attempt may help."""

    def read(conn: Connection) -> Callable[[], Awaitable[None]]:
        return outlet.prepare(conn, desk, outbox.event_of(conn, message.event), message)

    try:
        send = await desk.db.read(read)
    except DatabaseUnavailable:
        raise
    except Exception as e:  # noqa: BLE001 - sealed under another key, a row that is missing: no later attempt reads it
        return State.DEAD, f"unreadable:{type(e).__name__}"
    try:
        async with asyncio.timeout_at(ends):
            await asyncio.sleep(0)  # where it is over already, nothing is sent
            await send()
    except _Stopped as e:
        return e.state, e.cause
    except SourceFailed as e:
        return State.WAITING, e.cause
    except TimeoutError:
        return State.WAITING, NoAnswer.TIMEOUT.value
    except Exception as e:  # noqa: BLE001 - whatever it was, it is counted as an attempt that failed
        return State.WAITING, f"error:{type(e).__name__}"
    return State.DELIVERED, None


# ---- the portal -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToPortal:
    portal: PortalDossiers
    destination = Destination.PORTAL

    def prepare(self, conn: Connection, desk: Desk, event: Event, message: MessageRow) -> Callable[[], Awaitable[None]]:
        told = portal_reports.told_of(conn, desk, message.stream.partition(":")[2], event)
        again = message.attempts > 0
        send = {Kind.REPORT: self._report, Kind.UPDATE: self._update, Kind.PROGRESS: self._progress}[Kind(message.kind)]

        async def sending() -> None:
            try:
                await send(told, again)
            except Refused:
                published = await self.portal.publishes(told.after.procedure)
                cause = "refused" if published else "procedure_not_published"
                raise _Stopped(State.DEAD, cause) from None

        return sending

    async def close(self) -> None:
        await self.portal.close()

    async def _report(self, told: Told, again: bool) -> None:
        """For the first time. Known there already: this very report had arrived, or another system's had."""
        if again and await self.portal.find(told.after.code):
            return
        try:
            await self.portal.report(told.after, known=False)
        except Refused:
            if not await self.portal.find(told.after.code):
                raise
            await self.portal.report(told.after, known=True)

    async def _update(self, told: Told, _again: bool) -> None:
        """The same report twice leaves what the first has left."""
        try:
            await self.portal.report(told.after, known=True)
        except Refused:
            if await self.portal.find(told.after.code):
                raise
            await self.portal.report(told.after, known=False)

    async def _progress(self, told: Told, again: bool) -> None:
        """A step told twice would be two steps: where it may have arrived, what the portal has is looked at first."""
        if not again:
            with suppress(Refused):  # then what the portal knows tells what to do
                await self.portal.progress(told.step)
                return
        known = await self.portal.find(told.step.code)
        if known is None:
            await self.portal.report(told.before, known=False)
        elif told.step.content in known.contents:
            return
        await self.portal.progress(told.step, known.last_at if known else "")


# ---- the wallet -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToWallet:
    wallet: ResultDelivery
    destination = Destination.WALLET

    def prepare(self, conn: Connection, desk: Desk, event: Event, message: MessageRow) -> Callable[[], Awaitable[None]]:
        """The latest version of the result: where it was revoked meanwhile, nobody is handed the one before."""
        jws = result_records.signed(conn, desk, event.subject).jws

        async def sending() -> None:
            try:
                await self.wallet.deliver(event.id, jws)
            except NotTaken as e:
                nobody = e.denial is Denial.NO_ACCOUNT
                raise _Stopped(State.UNDELIVERABLE if nobody else State.DEAD, e.denial.value.lower()) from None

        return sending

    async def close(self) -> None:
        await self.wallet.close()
