"""Asking the State: all sources at once, within one time budget, with no transaction open.

One call to the wallet and one to each data service a holder; a source that fails is a `no_answer` with its cause.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from typing import TypeVar

import msgspec

from app.clock import rfc3339
from app.domain.evidence import Answer, Compared, Said, Source
from app.domain.persons import Identity, IdentityMarks, Subject
from app.domain.requirements import Query
from app.domain.values import Frozen, replace
from app.registries.answers import Errand, NoAnswer, Reading, Reply, SourceFailed, silent
from app.repositories.evidence import Archive
from app.services.desk import Desk

# The population service: its record of the person is compared with every other document of that person.
POPULATION = "037"


class Access(Frozen):
    """One call that was made: what the journal and the holder's tracker keep of it. `mark`: the holder's keyed hash."""

    mark: str
    source: Source
    service: str | None
    document_types: tuple[str, ...]
    cause: str | None


class Gathered(Frozen):
    """What was read, by holder's mark, document type and service (None: the wallet), and the calls it came from.

    `told`: all that the population record says of a holder, where the errand asked for it.
    """

    checked_at: str
    readings: Mapping[tuple[str, str, str | None], Reading]
    records: Mapping[str, Identity]
    accesses: tuple[Access, ...]
    told: Mapping[str, Mapping[str, str]] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Gathered({list(self.accesses)})"


Question = tuple[str, Subject, tuple[Query, ...]]  # the holder's mark, the holder, what to ask
Who = TypeVar("Who", Identity, IdentityMarks)
Call = tuple[str, Subject, str | None, tuple[str, ...]]  # mark, holder, service (None: the wallet), types


async def gather(desk: Desk, questions: Iterable[Question], errand: Errand) -> Gathered:
    """Ask for everything wanted. Never raises for a source's sake."""
    calls = _calls(questions)
    checked_at = rfc3339(desk.clock.now())
    replies = await _within(desk.settings.lookup_budget, [_asking(desk, call, errand) for call in calls])
    readings: dict[tuple[str, str, str | None], Reading] = {}
    records: dict[str, Identity] = {}
    told: dict[str, Mapping[str, str]] = {}
    accesses = []
    for (mark, _, service, types), reply in zip(calls, replies, strict=True):
        source = Source.WALLET if service is None else Source.REGISTRY
        if isinstance(reply, str):
            accesses.append(Access(mark, source, service, types, reply))
            for t in types:
                readings[mark, t, service] = silent(t, reply)
            continue
        accesses.append(Access(mark, source, service, types, None))
        for reading in reply.readings:
            readings[mark, reading.document_type, service] = reading
        if service == POPULATION and reply.person:
            records[mark] = reply.person
            if reply.record is not None:
                told[mark] = reply.record
    return Gathered(checked_at, readings, records, tuple(accesses), told)


def answer_of(desk: Desk, gathered: Gathered, mark: str, holder: Subject, query: Query) -> Answer:
    """A reading as a storable fact: whether name and birth date agree is settled here, and they go no further."""
    service = query.service
    reading = gathered.readings[mark, query.document_type, service]
    against = None
    if reading.said is Said.DOCUMENT:
        against = _disagreement(reading.identity, holder.identity, gathered.records.get(mark))
    return Answer(
        source=Source.WALLET if service is None else Source.REGISTRY,
        document_type=reading.document_type,
        said=reading.said,
        checked_at=gathered.checked_at,
        service=service,
        cause=reading.cause,
        matches=against is None,
        issued_on=reading.issued_on,
        valid_until=reading.valid_until,
        revoked_on=reading.revoked_on,
        document_ref=reading.document_ref,
        digest=desk.sealer.fingerprint(reading.digest) if reading.digest else None,
        disagrees_with=against,
    )


def archive_answer(
    desk: Desk, archive: Archive, gathered: Gathered, mark: str, holder: Subject, document_type: str
) -> Answer:
    """What the archive says of one paper: its latest result, or that it holds none.

    One that was revoked never stands before one that was not, it may be a second paper of the same type; nor, of those,
    one issued under another name or birth date before one that agrees.
    """
    results = archive.results.get((mark, document_type))
    if not results:
        return Answer(Source.ARCHIVE, document_type, Said.NOTHING, archive.checked_at)
    claim = desk.sealer.identity_marks(mark, holder.identity)
    record = gathered.records.get(mark)
    known = desk.sealer.identity_marks(mark, record) if record else None
    answers = []
    for result in reversed(results):
        against = _disagreement(result.issued_to, claim, known)
        answers.append(replace(result.answer, matches=against is None, disagrees_with=against))
    return max(answers, key=lambda a: (a.revoked_on is None, a.matches))


def _disagreement(written: Who, claim: Who, record: Who | None) -> Compared | None:
    """What a document's name and birth date contradict; where both, the claim: typing is what is looked at first."""
    if not written.agrees_with(claim):
        return Compared.CLAIM
    return None if record is None or written.agrees_with(record) else Compared.RECORD


def _calls(questions: Iterable[Question]) -> list[Call]:
    """One call a person and service: whoever is named twice, in other words each time, is asked about once."""
    asked: dict[tuple[str, str | None], tuple[Subject, dict[str, None]]] = {}
    for mark, holder, queries in questions:
        for query in queries:
            asked.setdefault((mark, query.service), (holder, {}))[1][query.document_type] = None
    return [(mark, holder, service, tuple(types)) for (mark, service), (holder, types) in asked.items()]


def _asking(desk: Desk, call: Call, errand: Errand) -> Coroutine[None, None, Reply]:
    _, holder, service, types = call
    if service is None:
        return desk.wallet.search(holder, types, errand)
    return desk.services.ask(service, holder, types, errand)


async def _within(budget: float, asking: list[Coroutine[None, None, Reply]]) -> list[Reply | str]:
    """All calls at once; what has not answered when the time is over has not answered."""
    if not asking:
        return []
    loop = asyncio.get_running_loop()
    # The first needs no task of its own: a task costs as much as judging a paper.
    tasks = [loop.create_task(_said(call)) for call in asking[1:]]
    replies: list[Reply | str] = [NoAnswer.TIMEOUT.value] * len(asking)
    try:
        async with asyncio.timeout(budget):
            replies[0] = await _said(asking[0])
            for n, task in enumerate(tasks, 1):
                replies[n] = await task
    except TimeoutError:
        for n, task in enumerate(tasks, 1):
            if task.done() and not task.cancelled():
                replies[n] = task.result()
    finally:
        for task in tasks:
            task.cancel()  # nothing, where it has ended
    return replies


async def _said(call: Coroutine[None, None, Reply]) -> Reply | str:
    try:
        return await call
    except SourceFailed as failed:
        return failed.cause
