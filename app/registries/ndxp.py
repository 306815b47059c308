"""The State's data services on NDXP, each by its code; 037 is the population database."""

from datetime import UTC, datetime, timedelta

import httpx
from pydantic import ValidationError

from app.domain.evidence import Said
from app.domain.persons import Identity, Subject
from app.registries import wire
from app.registries.answers import Errand, NoAnswer, Reading, Reply, SourceFailed, silent
from app.registries.http import System
from app.registries.vneid import document_reading

SCOPE = "ndxp.read"
_SKEW = timedelta(seconds=60)


class DataServices:
    """All data services of one NDXP."""

    def __init__(self, base_url: str, client_id: str, client_secret: str, *, timeout: float, max_age: int) -> None:
        self._system = System(f"{base_url}/token", SCOPE, client_id, client_secret, timeout)
        self._base_url, self._max_age = base_url, timedelta(seconds=max_age)
        self._urls: dict[str, httpx.URL] = {}

    async def ask(self, service: str, holder: Subject, types: tuple[str, ...], errand: Errand) -> Reply:
        """What one service holds of these types. Raises SourceFailed when the call as a whole gave no answer."""
        url = self._urls.get(service)
        if url is None:
            url = self._urls[service] = httpx.URL(f"{self._base_url}/services/{service}")
        raw = await self._system.post(url, errand.about(holder, types), errand.request_id)
        try:
            answer = (wire.WholeServiceAnswer if errand.content else wire.ServiceAnswer).model_validate_json(raw)
        except ValidationError:
            raise SourceFailed(NoAnswer.GARBAGE.value) from None
        self._check(answer, errand)
        person = answer.person
        if person is not None and person.id != holder.id:
            raise SourceFailed(NoAnswer.WRONG_PERSON.value)
        records: dict[str, wire.Document] = {r.document_type: r for r in answer.records}
        if len(records) != len(answer.records):
            raise SourceFailed(NoAnswer.GARBAGE.value)
        readings = tuple(_reading(t, records.get(t), holder) for t in types)
        record = _record(person) if isinstance(person, wire.WholePerson) else None
        return Reply(readings, Identity(person.full_name, person.birth_date) if person else None, record)

    async def close(self) -> None:
        await self._system.close()

    def _check(self, answer: wire.ServiceAnswer, errand: Errand) -> None:
        """The answer is to this question, and new."""
        if answer.request_id != errand.request_id:
            raise SourceFailed(NoAnswer.WRONG_REQUEST.value)
        if answer.answered_at.tzinfo is None:
            raise SourceFailed(NoAnswer.GARBAGE.value)
        age = datetime.now(UTC) - answer.answered_at
        if not -_SKEW <= age <= self._max_age + _SKEW:
            raise SourceFailed(NoAnswer.STALE.value)


def _reading(document_type: str, record: wire.Document | None, holder: Subject) -> Reading:
    """A type without a record is not held: the service answered, and its collection is empty."""
    if record is None:
        return Reading(document_type, Said.NOTHING)
    if record.holder.id != holder.id or record.holder.kind != holder.kind.value:
        return silent(document_type, NoAnswer.WRONG_PERSON.value)
    content = wire.told(record) if isinstance(record, wire.WholeDocument) else None
    return document_reading(document_type, record, record.model_dump_json().encode(), content)


def _record(person: wire.WholePerson) -> dict[str, str]:
    said = {"full_name": person.full_name, "birth_date": person.birth_date, "sex": person.sex}
    return {name: text for name, text in said.items() if text}
