"""The catalogue as it was known on a day: what had been published by that day's end in Vietnam."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.errors import NothingPublished
from app.services import catalogue
from tests.desk import Gate, day

TYPE: dict[str, Any] = {"name": "Giấy thử", "kind": "official", "subject": "person", "sources": []}


def publish(gate: Gate, name: str) -> int:
    return gate.run(catalogue.publish_document_type(gate.desk, "test", "GIAY_THU", {**TYPE, "name": name})).revision


def revision(gate: Gate, known: str | None) -> int:
    return gate.desk.db.read_sync(gate.desk.snapshots.known_on, day(known) if known else None).revision


def test_a_day_ends_at_midnight_in_vietnam(gate: Gate) -> None:
    first = revision(gate, None)
    gate.watch.moment = datetime(2026, 11, 30, 16, 59, 59, 999_000, tzinfo=UTC)  # 23:59:59 there
    second = publish(gate, "Một")
    gate.watch.moment += timedelta(seconds=1)
    third = publish(gate, "Hai")
    assert [revision(gate, d) for d in ("2026-11-29", "2026-11-30", "2026-12-01")] == [first, second, third]
    assert revision(gate, None) == revision(gate, "2100-12-31") == third


def test_before_the_first_publication_nothing_was_known_and_the_error_says_since_when_it_is(gate: Gate) -> None:
    with pytest.raises(NothingPublished) as raised:
        revision(gate, "2026-11-22")
    assert raised.value.facts["known_from"] == day("2026-11-23")


def test_the_current_catalogue_stays_at_hand_however_many_old_ones_are_asked_for(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    for n in range(8):
        gate.watch.advance(days=1)
        publish(gate, str(n))
    current = gate.desk.db.read_sync(gate.desk.snapshots.current)
    for n in range(24, 31):
        revision(gate, f"2026-11-{n}")
        assert gate.desk.db.read_sync(gate.desk.snapshots.current) is current
