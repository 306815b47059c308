"""Subscribers are told of every event, in order, signed; one that fails is waited for, and in the end disabled."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import Connection

from app.domain.outbox import EventType
from app.models.idempotency import idempotency_keys
from app.models.outbox import events, subscriptions
from app.registries.webhooks import Webhooks, sign
from app.repositories import subscriptions as subscriptions_
from app.services import announcements, webhooks
from app.services.desk import Caller
from app.services.outbox import dispatch
from app.services.webhooks import (
    MOST,
    BeyondTheLog,
    TooManySubscriptions,
    UnknownSubscription,
    UrlForbidden,
    Wanted,
)
from tests.desk import CALLER, Gate, all_bytes, key
from tests.mock_vneid.office import Json
from tests.outlets import Receiver, connected, receiving, worked

STRANGER = Caller("another-office", frozenset())


@pytest.fixture
def receivers() -> Iterator[list[Receiver]]:
    with ExitStack() as stack:
        yield [stack.enter_context(receiving()) for _ in range(3)]


@pytest.fixture
def receiver(receivers: list[Receiver]) -> Receiver:
    return receivers[0]


def subscribed(gate: Gate, url: str, *types: str, after: int | None = None, **more: Any) -> Json:
    desk = gate.open(webhooks_private=True)
    made: Json = json.loads(gate.run(webhooks.subscribe(desk, CALLER, Wanted(url, types, after), more.get("key"))).body)
    return made


def happen(gate: Gate, count: int, streams: int = 3) -> None:
    """So many things happen to dossiers, in one commit."""

    def write(conn: Connection) -> None:
        for n in range(count):
            announcements.dossier_filed(conn, gate.desk, f"D-{n % streams}")

    gate.desk.db.write_sync(write)


def found(gate: Gate, made: Json) -> Json:
    row = gate.desk.db.read_sync(subscriptions_.find, CALLER.client_id, made["id"])
    assert row
    return webhooks.body_of(row)


def in_order(gate: Gate) -> list[str]:
    return [e.id for e in sorted(gate.rows(events), key=lambda e: e.seq)]


def test_every_event_arrives_in_the_order_of_the_log_and_its_signature_holds(gate: Gate, receiver: Receiver) -> None:
    made = subscribed(gate, receiver.url)
    happen(gate, 70)
    worked(gate, lambda: len(receiver.got) >= 70, connected(gate))
    assert receiver.taken() == in_order(gate)
    assert len(receiver.got) == 70
    for headers, body in receiver.got:
        at = int(headers["webhook-timestamp"])
        assert headers["webhook-signature"] == sign(made["secret"], headers["webhook-id"], at, body)
    assert found(gate, made)["cursor"] == receiver.events[-1]["sequence"]


def test_only_the_types_that_were_wanted_come(gate: Gate, receiver: Receiver) -> None:
    made = subscribed(gate, receiver.url, EventType.REPORT_FILED.value)
    happen(gate, 5)
    gate.desk.db.write_sync(announcements.report_filed, gate.desk, "P-1")
    happen(gate, 1)
    worked(gate, lambda: int(found(gate, made)["cursor"]) == 7, connected(gate))
    assert [e["subject"] for e in receiver.events] == ["P-1"]


def test_it_begins_now_or_at_the_place_it_names(gate: Gate, receivers: list[Receiver]) -> None:
    happen(gate, 4)
    gate.run(dispatch(gate.desk))
    now, beginning, between = (subscribed(gate, r.url, after=a) for r, a in zip(receivers, (None, 0, 3), strict=True))
    happen(gate, 1)
    worked(gate, lambda: all(int(found(gate, m)["cursor"]) == 5 for m in (now, beginning, between)), connected(gate))
    assert [len(r.got) for r in receivers] == [1, 5, 2]
    with pytest.raises(BeyondTheLog):
        subscribed(gate, receivers[0].url, after=6)


def test_what_fails_is_sent_again_and_nothing_behind_it_comes_before_it(gate: Gate, receiver: Receiver) -> None:
    made = subscribed(gate, receiver.url)
    receiver.answers = lambda n: 500 if n % 3 else 204
    happen(gate, 12)
    worked(gate, lambda: int(found(gate, made)["cursor"]) == 12, connected(gate))
    assert receiver.taken() == in_order(gate)
    assert found(gate, made)["failures"] == 0


def test_a_slow_subscriber_holds_up_itself_alone(gate: Gate, receivers: list[Receiver]) -> None:
    slow, quick, _ = receivers
    slow.free.clear()
    late = subscribed(gate, slow.url)
    made = subscribed(gate, quick.url)
    happen(gate, 20)
    worked(gate, lambda: int(found(gate, made)["cursor"]) == 20, connected(gate, webhooks_timeout=15, outbox_lease=600))
    assert found(gate, late)["cursor"] == "0" * 18
    assert quick.taken() == in_order(gate)


def test_one_with_much_to_take_waits_its_turn_behind_the_others(gate: Gate, receivers: list[Receiver]) -> None:
    busy, other = (subscribed(gate, receiver.url) for receiver in receivers[:2])
    happen(gate, 5)
    gate.run(dispatch(gate.desk))
    desk = connected(gate, outbox_lease=1e-6)  # over after the first event

    async def turn() -> None:
        gate.watch.advance(seconds=1)
        hooks = Webhooks(timeout=5, private=True)
        work = await webhooks.take(desk, hooks)
        assert work is not None
        await work
        await hooks.close()

    for _ in range(4):
        gate.run(turn())
    assert [int(found(gate, made)["cursor"]) for made in (busy, other)] == [2, 2]


def test_one_that_fails_too_often_is_disabled_and_everybody_is_told(gate: Gate, receivers: list[Receiver]) -> None:
    broken, well, _ = receivers
    broken.answers = lambda _: 503
    made = subscribed(gate, broken.url)
    subscribed(gate, well.url)
    happen(gate, 2)
    worked(gate, lambda: found(gate, made)["status"] == "disabled", connected(gate, webhooks_attempts=4))
    assert len(broken.got) == 4
    body = found(gate, made)
    assert (body["cause"], body["failures"], body["cursor"]) == ("http_503", 4, "0" * 18)
    assert body["failing_since"] < body["disabled_at"]
    worked(gate, lambda: len(well.got) == 3, connected(gate))
    notice = well.events[-1]
    assert (notice["type"], notice["subject"]) == (EventType.SUBSCRIPTION_DISABLED.value, made["id"])
    assert len(broken.got) == 4
    # Enabled again, it misses nothing.
    broken.answers = lambda _: 200
    enabled = gate.run(webhooks.enable(gate.desk, CALLER, made["id"]))
    assert (enabled["status"], enabled["failures"], enabled["disabled_at"]) == ("active", 0, None)
    worked(gate, lambda: int(found(gate, made)["cursor"]) == 3, connected(gate))
    assert broken.taken() == in_order(gate)


def test_one_that_is_gone_is_disabled_at_once(gate: Gate, receiver: Receiver) -> None:
    receiver.answers = lambda _: 410
    made = subscribed(gate, receiver.url)
    happen(gate, 1)
    worked(gate, lambda: found(gate, made)["status"] == "disabled", connected(gate))
    assert len(receiver.got) == 1


def test_a_replay_sends_the_same_events_under_the_same_ids(gate: Gate, receiver: Receiver) -> None:
    made = subscribed(gate, receiver.url)
    happen(gate, 5)
    worked(gate, lambda: len(receiver.got) == 5, connected(gate))
    gate.run(webhooks.replay(gate.desk, CALLER, made["id"], 2))
    worked(gate, lambda: len(receiver.got) == 8, connected(gate))
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids == in_order(gate) + in_order(gate)[2:]
    with pytest.raises(BeyondTheLog):
        gate.run(webhooks.replay(gate.desk, CALLER, made["id"], 6))


def test_two_workers_at_once_keep_the_order(postgres_gate: Gate, receiver: Receiver) -> None:
    gate = postgres_gate
    made = subscribed(gate, receiver.url)
    happen(gate, 60)
    worked(gate, lambda: int(found(gate, made)["cursor"]) == 60, connected(gate), connected(gate))
    assert receiver.taken() == in_order(gate)
    assert len(receiver.got) == 60


# ---- by their owner -------------------------------------------------------------------------------------------------


def test_the_secret_is_shown_once_and_kept_sealed(gate: Gate) -> None:
    first = subscribed(gate, "https://example.vn/hook", key=key(route="POST /v1/subscriptions"))
    assert first["secret"].startswith("whsec_")
    assert "secret" not in found(gate, first)
    assert first["secret"].encode() not in all_bytes(gate)
    (kept,) = gate.rows(idempotency_keys)
    assert json.loads(kept.body) == {**first, "secret": None}


def test_a_subscription_is_its_owner_s_alone(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    made = subscribed(gate, "https://example.vn/hook")
    for act in (webhooks.find, webhooks.remove, webhooks.enable):
        with pytest.raises(UnknownSubscription):
            gate.run(act(gate.desk, STRANGER, made["id"]))
    with pytest.raises(UnknownSubscription):
        gate.run(webhooks.replay(gate.desk, STRANGER, made["id"], 0))
    assert gate.run(webhooks.page(gate.desk, STRANGER, None, 10))["items"] == []
    gate.run(webhooks.remove(gate.desk, CALLER, made["id"]))
    assert gate.count(subscriptions) == 0


def test_subscriptions_are_listed_page_by_page_and_are_not_without_end(sqlite_gate: Gate) -> None:
    gate = sqlite_gate
    made = [subscribed(gate, f"https://example.vn/{n}")["id"] for n in range(MOST)]
    with pytest.raises(TooManySubscriptions):
        subscribed(gate, "https://example.vn/one-more")
    first = gate.run(webhooks.page(gate.desk, CALLER, None, 15))
    rest = gate.run(webhooks.page(gate.desk, CALLER, first["next_cursor"], 15))
    assert [s["id"] for s in first["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("url", ["http://127.0.0.1/hook", "https://10.0.0.1/", "http://example.vn/"])
def test_a_url_that_leads_inside_is_refused_at_once(sqlite_gate: Gate, url: str) -> None:
    with pytest.raises(UrlForbidden):
        sqlite_gate.run(webhooks.subscribe(sqlite_gate.desk, CALLER, Wanted(url, (), None), None))
