"""What others are told of an event, and when what failed is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dossiers import Status
from app.domain.outbox import (
    Destination,
    Event,
    EventType,
    Kind,
    begun,
    cloud_event,
    cursor,
    messages_of,
    pause,
    standing,
)

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
CODE, RESULT = "000.00.00.H27-261123-0001", "r-1"


def event(kind: EventType, subject: str = CODE, seq: int = 1, **data: object) -> Event:
    # `from` is a word of the language's own.
    data = {name.rstrip("_"): said for name, said in data.items()}
    return Event(seq, "e-1", seq, kind, subject, data, NOON + timedelta(hours=seq))


def moved(to: int, seq: int = 1, *, start: int = 2, counted: bool = True) -> Event:
    return event(EventType.MOVED, seq=seq, to=to, counted=counted, from_=start)


def told(found: Event) -> list[tuple[str, str]]:
    return [(m.stream, m.kind.value) for m in messages_of(found, {RESULT: CODE})]


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        (event(EventType.RECEIVED), ["report"]),
        (moved(2, start=1), ["progress", "update"]),
        (moved(4), ["progress"]),
        (moved(4, start=5), ["progress", "update"]),
        (moved(4, start=6), ["progress", "update"]),
        (moved(5, counted=False), []),
        (event(EventType.SUPPLEMENT_REQUESTED, counted=True), ["progress"]),
        (event(EventType.SUPPLEMENT_REQUESTED, counted=False), []),
        (moved(5), ["progress"]),
        (moved(6), ["progress"]),
        (moved(3), ["progress", "update"]),
        (moved(7), ["progress", "update"]),
        (moved(8), ["progress", "update"]),
        (moved(9), ["progress", "update"]),
        (moved(10), ["progress", "update"]),
        (event(EventType.SETTLED), ["progress", "update"]),
        (event(EventType.REPORT_FILED, "p-1"), []),
        (event(EventType.REPORT_ANSWERED, "p-1"), []),
        (event(EventType.SUBSCRIPTION_DISABLED, "s-1"), []),
    ],
)
def test_the_portal_is_told_of_a_dossier_and_nobody_else_is(found: Event, kinds: list[str]) -> None:
    assert told(found) == [(f"dossier:{CODE}", kind) for kind in kinds]
    assert all(m.destination is Destination.PORTAL for m in messages_of(found, {}))


@pytest.mark.parametrize("kind", [EventType.RESULT_ISSUED, EventType.RESULT_REVOKED])
def test_a_result_goes_to_the_wallet_and_changes_what_the_portal_knows(kind: EventType) -> None:
    assert told(event(kind, RESULT)) == [(f"dossier:{CODE}", "update"), (f"result:{RESULT}", "result")]
    (only,) = messages_of(event(kind, "r-2"), {})
    assert (only.destination, only.kind) == (Destination.WALLET, Kind.RESULT)


def test_every_kind_of_message_of_an_event_is_there_once() -> None:
    for kind in EventType:
        found = messages_of(event(kind, to=9, counted=True, from_=4), {CODE: CODE})
        assert len({m.kind for m in found}) == len(found)


def test_a_dossier_stands_where_its_last_move_has_brought_it() -> None:
    assert standing([]).status is Status.NEW
    lived = [event(EventType.RECEIVED, seq=1), moved(2, 2), moved(5, 3, counted=False), moved(4, 4), moved(5, 5)]
    found = standing(lived)
    assert found.status is Status.SUPPLEMENT_REQUESTED
    assert found.reached[Status.SUPPLEMENT_REQUESTED] == lived[4].at
    assert found.reached[Status.RECEIVED] == lived[1].at
    assert standing(lived[:2]).status is Status.RECEIVED


def test_a_dossier_older_than_the_log_stood_where_its_first_move_in_the_log_took_it_from() -> None:
    lived = [event(EventType.SETTLED), moved(9, 2, start=4), moved(10, 3, start=9)]
    assert begun(lived, Status.RETURNED) is Status.IN_PROGRESS
    assert standing(lived[:1], begun(lived, Status.RETURNED)).status is Status.IN_PROGRESS
    assert begun(lived[:1], Status.IN_PROGRESS) is Status.IN_PROGRESS


attempts = st.integers(min_value=1, max_value=10**6)
chances = st.floats(min_value=0, max_value=1, exclude_max=True)


@given(attempts, chances)
def test_a_pause_is_at_most_the_longest_and_at_least_half_of_what_it_would_be(n: int, chance: float) -> None:
    got = pause(n, 2.0, 900.0, chance).total_seconds()
    whole = min(900.0, 2.0 * 2 ** min(n - 1, 40))
    assert whole / 2 <= got <= whole


@given(attempts)
def test_pauses_grow_until_they_are_the_longest(n: int) -> None:
    assert pause(n, 2.0, 900.0, 0.0) <= pause(n + 1, 2.0, 900.0, 0.0) <= timedelta(seconds=900)


@given(st.lists(st.integers(min_value=0, max_value=10**18 - 1), min_size=2))
def test_places_in_the_log_are_in_the_order_of_their_texts(numbers: list[int]) -> None:
    assert [int(c) for c in sorted(map(cursor, numbers))] == sorted(numbers)
    assert {len(cursor(n)) for n in numbers} == {18}


def test_an_event_is_a_cloud_event() -> None:
    found = cloud_event(event(EventType.RECEIVED, seq=7, dossier=CODE, status=1), "urn:motlan:000.00.00.H27")
    assert found == {
        "specversion": "1.0",
        "id": "e-1",
        "source": "urn:motlan:000.00.00.H27",
        "type": "vn.motlan.dossier.received",
        "subject": CODE,
        "time": "2026-11-23T12:00:00.000Z",
        "datacontenttype": "application/json",
        "sequence": "000000000000000007",
        "data": {"dossier": CODE, "status": 1},
    }
