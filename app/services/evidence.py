"""Asking the State: all sources at once, within one time budget, with no transaction open.

One call to the wallet and one to each data service a holder; a source that fails is a `no_answer` with its cause.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from app.clock import rfc3339
from app.domain.evidence import Answer, Said, Source
from app.domain.persons import Identity, Subject
from app.domain.requirements import Query
from app.registries.answers import Errand, NoAnswer, Reading, Reply, SourceFailed, silent
from app.services.desk import Desk

# The population service: its record of the person is compared with every other document of that person.
POPULATION = "037"


@dataclass(frozen=True, slots=True)
class Access:
    """One call that was made: what the journal and the holder's tracker keep of it."""

    holder: Subject
    source: Source
    service: str | None
    document_types: tuple[str, ...]
    cause: str | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Answers by holder and (document type, service), and the calls they came from."""

    answers: Mapping[tuple[Subject, str, str | None], Answer]
    accesses: tuple[Access, ...]


Call = tuple[Subject, str | None, tuple[str, ...]]  # holder, service (None: the wallet), types


async def gather(desk: Desk, wanted: Mapping[Subject, Iterable[Query]], errand: Errand) -> Gathered:
    """Ask for everything wanted. Never raises for a source's sake."""
    calls = _calls(wanted)
    checked_at = rfc3339(desk.clock.now())
    replies = await _within(desk.settings.lookup_budget, [_asking(desk, call, errand) for call in calls])
    records = {
        holder: reply.person
        for (holder, service, _), reply in zip(calls, replies, strict=True)
        if service == POPULATION and isinstance(reply, Reply) and reply.person
    }
    answers: dict[tuple[Subject, str, str | None], Answer] = {}
    accesses = []
    for (holder, service, types), reply in zip(calls, replies, strict=True):
        failed = reply if isinstance(reply, str) else None
        readings = [silent(t, failed) for t in types] if failed else reply.readings if isinstance(reply, Reply) else ()
        for reading in readings:
            answers[holder, reading.document_type, service] = _answer(
                reading, service, checked_at, holder, records.get(holder)
            )
        source = Source.WALLET if service is None else Source.REGISTRY
        accesses.append(Access(holder, source, service, types, failed))
    return Gathered(answers, tuple(accesses))


def _calls(wanted: Mapping[Subject, Iterable[Query]]) -> list[Call]:
    calls: list[Call] = []
    for holder, queries in wanted.items():
        by_service: dict[str | None, dict[str, None]] = {}
        for query in queries:
            by_service.setdefault(query.service, {})[query.document_type] = None
        calls += [(holder, service, tuple(types)) for service, types in by_service.items()]
    return calls


def _asking(desk: Desk, call: Call, errand: Errand) -> Callable[[], Awaitable[Reply]]:
    holder, service, types = call
    if service is None:
        return lambda: desk.wallet.search(holder, types, errand)
    return lambda: desk.services.ask(service, holder, types, errand)


async def _within(budget: float, asking: list[Callable[[], Awaitable[Reply]]]) -> list[Reply | str]:
    """All calls at once; what has not answered when the time is over has not answered."""

    async def one(ask: Callable[[], Awaitable[Reply]]) -> Reply | str:
        try:
            async with asyncio.timeout(budget):
                return await ask()
        except TimeoutError:
            return NoAnswer.TIMEOUT.value
        except SourceFailed as failed:
            return failed.cause

    if len(asking) == 1:
        return [await one(asking[0])]
    return list(await asyncio.gather(*(one(ask) for ask in asking)))


def _answer(reading: Reading, service: str | None, checked_at: str, holder: Subject, record: Identity | None) -> Answer:
    """A reading as a storable fact: whether name and birth date agree is settled here, and they go no further."""
    claim = Identity(holder.full_name, holder.birth_date)
    matches = reading.said is not Said.DOCUMENT or (
        reading.identity.agrees_with(claim) and (record is None or reading.identity.agrees_with(record))
    )
    return Answer(
        source=Source.WALLET if service is None else Source.REGISTRY,
        document_type=reading.document_type,
        said=reading.said,
        checked_at=checked_at,
        service=service,
        cause=reading.cause,
        matches=matches,
        issued_on=reading.issued_on,
        valid_until=reading.valid_until,
        revoked_on=reading.revoked_on,
        document_ref=reading.document_ref,
        digest=reading.digest,
    )
