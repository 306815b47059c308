"""The log of events: numbered by one, read without a gap; and the messages made from it, claimed by one at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, get_args

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Connection

from app.api.schemas.outbox import EventTypeName
from app.db import Database
from app.domain.outbox import Destination, EventType, State, cursor
from app.models.outbox import events, outbox
from app.repositories import outbox as rows
from app.services import announcements
from app.services import outbox as service
from app.services.webhooks import Wanted, subscribe
from tests.desk import CALLER, CHOICE, Gate
from tests.mock_vneid.office import Json

LEASE = timedelta(seconds=60)


def read_log(gate: Gate, after: int = 0, limit: int = 100) -> Json:
    return gate.run(service.events(gate.desk, after, limit))


def write(gate: Gate, *codes: str) -> None:
    def announce(conn: Connection) -> None:
        for code in codes:
            announcements.dossier_filed(conn, gate.desk, code)

    gate.desk.db.write_sync(announce)


def subjects(log: Json) -> list[str]:
    return [event["subject"] for event in log["items"]]


def test_events_are_read_in_order_from_any_place_and_followed(gate: Gate) -> None:
    assert read_log(gate) == {"items": [], "next_cursor": cursor(0)}
    write(gate, "A", "B", "C")
    assert read_log(gate)["items"] == []  # nobody has numbered them
    assert gate.run(service.dispatch(gate.desk)) == 3
    first = read_log(gate, limit=2)
    assert subjects(first) == ["A", "B"]
    rest = read_log(gate, int(first["next_cursor"]))
    assert subjects(rest) == ["C"]
    assert read_log(gate, int(rest["next_cursor"]))["next_cursor"] == rest["next_cursor"]
    write(gate, "D")
    assert gate.run(service.dispatch(gate.desk)) == 1
    assert subjects(read_log(gate, int(rest["next_cursor"]))) == ["D"]
    assert gate.run(service.dispatch(gate.desk)) == 0


def test_an_event_is_gone_with_the_transaction_that_fails(gate: Gate) -> None:
    def fail(conn: Connection) -> None:
        announcements.dossier_filed(conn, gate.desk, "A")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        gate.desk.db.write_sync(fail)
    assert gate.count(events) == 0


def test_a_late_commit_is_numbered_last_and_missed_by_no_reader(postgres_gate: Gate) -> None:
    gate = postgres_gate
    written, go_on = threading.Event(), threading.Event()

    def slowly(conn: Connection) -> None:
        announcements.dossier_filed(conn, gate.desk, "LATE")
        written.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(gate.desk.db.write_sync, slowly)
        assert written.wait(10)
        write(gate, "QUICK")
        gate.run(service.dispatch(gate.desk))
        seen = read_log(gate)
        go_on.set()
        late.result()
    gate.run(service.dispatch(gate.desk))
    assert subjects(seen) == ["QUICK"]
    assert subjects(read_log(gate, int(seen["next_cursor"]))) == ["LATE"]
    # The order of writing was the other one.
    assert [e.subject for e in sorted(gate.rows(events), key=lambda e: e.seq)] == ["LATE", "QUICK"]


def test_two_dispatchers_number_every_event_once(postgres_gate: Gate) -> None:
    gate = postgres_gate
    write(gate, *(f"D-{n}" for n in range(200)))
    desks = [gate.desk, gate.open(), gate.open()]
    counts = gate.together(*(service.dispatch(desk) for desk in desks for _ in range(3)))
    assert sum(counts) == 200
    assert sorted(e.number for e in gate.rows(events)) == list(range(1, 201))
    assert gate.count(outbox) == 200


# ---- messages -------------------------------------------------------------------------------------------------------


def claim(gate: Gate, holder: str = "w", later: float = 0) -> rows.MessageRow | None:
    now = gate.watch.moment + timedelta(seconds=later)
    return gate.desk.db.write_sync(rows.claim, Destination.PORTAL, now, now + LEASE, holder)


def moved(gate: Gate, code: str, to: int) -> None:
    move: dict[str, Any] = {"from_status": 1, "to_status": to, "reason": "Lý do"}
    gate.desk.db.write_sync(announcements.dossier_moved, gate.desk, code, move)


def test_of_a_stream_one_message_is_due_and_the_next_when_it_has_ended(gate: Gate) -> None:
    write(gate, "A")
    moved(gate, "A", 4)
    gate.run(service.dispatch(gate.desk))
    moved(gate, "A", 5)
    write(gate, "B")
    gate.run(service.dispatch(gate.desk))
    first, other = claim(gate), claim(gate)
    assert first and other
    assert {first.stream, other.stream} == {"dossier:A", "dossier:B"}
    assert claim(gate) is None
    end = (State.DELIVERED, None, gate.watch.moment)
    mine = first if first.stream == "dossier:A" else other
    assert gate.desk.db.write_sync(rows.end, mine, "w", *end)
    second = claim(gate)
    assert second
    assert (second.stream, second.kind, second.event) == ("dossier:A", "progress", mine.event + 1)
    # A dead one holds back the third.
    assert gate.desk.db.write_sync(rows.end, second, "w", State.DEAD, "refused", gate.watch.moment)
    assert claim(gate) is None
    gate.run(service.discard(gate.desk, CALLER, second.id))
    third = claim(gate)
    assert third and third.event > second.event


def test_a_lease_that_is_over_is_taken_up_and_its_first_holder_has_no_say_any_more(gate: Gate) -> None:
    write(gate, "A")
    gate.run(service.dispatch(gate.desk))
    first = claim(gate, "first")
    assert first and first.attempts == 0
    assert claim(gate, "second", later=59) is None
    second = claim(gate, "second", later=60)
    assert second and second.attempts == 1  # the attempt of the first was counted before it began
    end = (State.DELIVERED, None, gate.watch.moment)
    assert not gate.desk.db.write_sync(rows.end, first, "first", *end)
    assert gate.desk.db.write_sync(rows.end, second, "second", *end)


def test_no_two_workers_claim_one_message(postgres_gate: Gate) -> None:
    gate = postgres_gate
    write(gate, *(f"D-{n}" for n in range(40)))
    gate.run(service.dispatch(gate.desk))
    now = gate.watch.moment
    databases = [Database.open(gate.settings.database_url, readers=1, writers=4) for _ in range(2)]
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(
                pool.map(
                    lambda n: databases[n % 2].write_sync(rows.claim, Destination.PORTAL, now, now + LEASE, str(n)),
                    range(48),
                )
            )
    finally:
        for database in databases:
            database.dispose()
    taken = [m.id for m in found if m]
    assert len(taken) == len(set(taken)) == 40


def test_a_message_put_down_while_the_one_before_it_ends_is_never_forgotten(postgres_gate: Gate) -> None:
    """Whichever commits first: the next of the stream is due in the end."""
    gate = postgres_gate
    desk = gate.open()
    for n in range(15):
        write(gate, f"D-{n}")
        gate.run(service.dispatch(gate.desk))
        message = claim(gate)
        assert message
        moved(gate, f"D-{n}", 4)
        end = desk.db.write(rows.end, message, "w", State.DELIVERED, None, gate.watch.moment)
        assert gate.together(end, service.dispatch(gate.desk)) == [True, 1]
        following = claim(gate)
        assert following and following.stream == message.stream
        gate.desk.db.write_sync(rows.end, following, "w", State.DELIVERED, None, gate.watch.moment)


def test_the_figures_say_what_waits_what_stopped_and_for_how_long(gate: Gate) -> None:
    gate.submit(CHOICE)
    gate.run(service.dispatch(gate.desk))
    gate.run(subscribe(gate.desk, CALLER, Wanted("https://example.vn/hook", (), 0), None))
    gate.watch.advance(seconds=90)
    gate.run(service.measure(gate.desk))

    def figure(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(name, labels)

    assert figure("motlan_outbox_waiting", destination="portal") == 1
    assert figure("motlan_outbox_lag_seconds", destination="portal") == 90
    assert figure("motlan_outbox_lag_seconds", destination="wallet") == 0
    assert figure("motlan_webhooks_behind_events") == 1
    message = claim(gate)
    assert message
    gate.desk.db.write_sync(rows.end, message, "w", State.DEAD, "refused", gate.watch.moment)
    gate.run(service.measure(gate.desk))
    assert figure("motlan_outbox_dead", destination="portal") == 1
    assert figure("motlan_outbox_waiting", destination="portal") == 0


def test_what_is_retried_begins_with_its_first_attempt_and_is_in_the_journal(gate: Gate) -> None:
    write(gate, "A", "B")
    gate.run(service.dispatch(gate.desk))
    for _ in range(2):
        message = claim(gate)
        assert message
        gate.desk.db.write_sync(rows.end, message, "w", State.DEAD, "refused", gate.watch.moment)
    listed = gate.run(service.page(gate.desk, State.DEAD, None, None, 1))
    assert [m["subject"] for m in listed["items"]] == ["B"]
    rest = gate.run(service.page(gate.desk, State.DEAD, Destination.PORTAL, int(listed["next_cursor"]), 5))
    assert ([m["subject"] for m in rest["items"]], rest["next_cursor"]) == (["A"], None)
    assert gate.run(service.retry_all(gate.desk, CALLER, Destination.WALLET)) == 0
    assert gate.run(service.retry_all(gate.desk, CALLER, None)) == 2
    assert [(m.status, m.attempts, m.cause) for m in gate.rows(outbox)] == [(State.WAITING, 0, None)] * 2


def test_the_types_of_events_are_those_that_are_documented() -> None:
    assert list(get_args(EventTypeName)) == [kind.value for kind in EventType]
