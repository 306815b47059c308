"""Asking the State: all sources at once, within one time budget, with no transaction open.

One call to the wallet and one to each data service a holder; a source that fails is a `no_answer` with its cause.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from app.clock import rfc3339
from app.domain.evidence import Answer, Said, Source
from app.domain.persons import Identity, Subject, SubjectKind
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
Number = tuple[SubjectKind, str]


async def gather(desk: Desk, wanted: Mapping[Subject, Iterable[Query]], errand: Errand) -> Gathered:
    """Ask for everything wanted. Never raises for a source's sake."""
    calls = _calls(wanted)
    checked_at = rfc3339(desk.clock.now())
    replies = await _within(desk.settings.lookup_budget, [_asking(desk, call, errand) for call in calls])
    records: dict[Number, Identity] = {}
    readings: dict[tuple[Number, str, str | None], Reading] = {}
    accesses = []
    for (holder, service, types), reply in zip(calls, replies, strict=True):
        failed = reply if isinstance(reply, str) else None
        source = Source.WALLET if service is None else Source.REGISTRY
        accesses.append(Access(holder, source, service, types, failed))
        if isinstance(reply, str):
            found = tuple(silent(t, reply) for t in types)
        else:
            found = reply.readings
            if service == POPULATION and reply.person:
                records[_number(holder)] = reply.person
        readings |= {(_number(holder), r.document_type, service): r for r in found}
    answers = {}
    for holder, queries in wanted.items():
        record = records.get(_number(holder))
        for q in queries:
            reading = readings[_number(holder), q.document_type, q.service]
            answers[holder, q.document_type, q.service] = _answer(desk, reading, q.service, checked_at, holder, record)
    return Gathered(answers, tuple(accesses))


def _number(holder: Subject) -> Number:
    return holder.kind, holder.id


def _calls(wanted: Mapping[Subject, Iterable[Query]]) -> list[Call]:
    """One call a person and service: whoever is named twice, in other words each time, is asked about once."""
    asked: dict[Number, tuple[Subject, dict[str | None, dict[str, None]]]] = {}
    for holder, queries in wanted.items():
        _, by_service = asked.setdefault(_number(holder), (holder, {}))
        for query in queries:
            by_service.setdefault(query.service, {})[query.document_type] = None
    return [
        (holder, service, tuple(types)) for holder, services in asked.values() for service, types in services.items()
    ]


def _asking(desk: Desk, call: Call, errand: Errand) -> Callable[[], Awaitable[Reply]]:
    holder, service, types = call
    if service is None:
        return lambda: desk.wallet.search(holder, types, errand)
    return lambda: desk.services.ask(service, holder, types, errand)


async def _within(budget: float, asking: list[Callable[[], Awaitable[Reply]]]) -> list[Reply | str]:
    """All calls at once; what has not answered when the time is over has not answered."""
    if not asking:
        return []
    tasks = [asyncio.ensure_future(ask()) for ask in asking]
    try:
        await asyncio.wait(tasks, timeout=budget)
    finally:
        for task in tasks:
            task.cancel()  # nothing, where it has ended
    return [_outcome(task) for task in tasks]


def _outcome(task: "asyncio.Future[Reply]") -> Reply | str:
    if not task.done() or task.cancelled():
        return NoAnswer.TIMEOUT.value
    try:
        return task.result()
    except SourceFailed as failed:
        return failed.cause


def _answer(
    desk: Desk, reading: Reading, service: str | None, checked_at: str, holder: Subject, record: Identity | None
) -> Answer:
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
        digest=desk.sealer.fingerprint(reading.digest) if reading.digest else None,
    )
