"""The wallet tells its subscribers what becomes of documents: signed, a holder's events in order, again on failure.

Two ways to sign, as the subscriber wishes. `hmac`: the headers of Standard Webhooks, HMAC-SHA256 of id, timestamp and
the raw body. `rfc9421`: HTTP Message Signatures over method, URL, Content-Digest (RFC 9530), content type, id and
timestamp, by the key that signs the wallet's documents.
"""

import asyncio
import hmac
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from time import time
from typing import Any, Literal, get_args

from mock_vneid.faults import Struck
from mock_vneid.ids import kind_of
from mock_vneid.jws import Key, compact_json
from mock_vneid.outbound import NoAnswer, post

EventType = Literal["document.added", "document.changed", "document.revoked"]
Signature = Literal["hmac", "rfc9421"]
Outcome = Literal["pending", "delivered", "failed", "dropped"]
EVENTS: tuple[EventType, ...] = get_args(EventType)

MOST_SUBSCRIPTIONS = 20  # of one world
KEPT = 5_000  # events, and deliveries
MOST_ATTEMPTS = 12
PATIENCE = 10.0  # seconds for one attempt
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0  # seconds between two attempts; each pause is twice the one before
_MOST_AT_ONCE = 16
_COVERED = ("@method", "@target-uri", "content-digest", "content-type", "webhook-id", "webhook-timestamp")
_MEDIA_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one document. `at`: real time, in seconds since the epoch; `ref`: its `document_id`."""

    sequence: int
    id: str
    type: EventType
    at: float
    holder_id: str
    document_type: str
    ref: str
    more: dict[str, str]

    def body(self) -> bytes:
        return compact_json(
            {
                "id": self.id,
                "type": self.type,
                "sequence": self.sequence,
                "occurred_at": datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds"),
                "holder": {"kind": kind_of(self.holder_id), "id": self.holder_id},
                "document": {"type": self.document_type, "ref": self.ref, **self.more},
            }
        )


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    client: str
    url: str
    secret: str
    events: frozenset[EventType]
    signature: Signature


@dataclass(frozen=True, slots=True)
class Attempt:
    """`status` is None where there was no answer; `says` is then why."""

    at: float
    status: int | None
    says: str | None
    faults: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Delivery:
    event: Event
    subscription: str
    outcome: Outcome = "pending"
    attempts: list[Attempt] = field(default_factory=list)
    moved: bool = False  # it has changed places with its neighbour, as a fault told it to


@dataclass(slots=True)
class _Stream:
    """What one subscriber is yet to be told of one holder, in order."""

    waiting: deque[Delivery] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    nudged: asyncio.Event = field(default_factory=asyncio.Event)  # do not wait for the next try
    task: asyncio.Task[None] | None = None


Faulty = Callable[[Event, list[tuple[str, str]]], Struck]


class Webhooks:
    """The subscriptions of one world, its events, and what became of each delivery. All of it runs in one event loop.

    `key`: signs for `rfc9421`; `faulty`: the faults that match an event, each noted where it strikes.
    """

    def __init__(self, key: Callable[[], Key], faulty: Faulty) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.disabled: set[str] = set()
        self.events: deque[Event] = deque(maxlen=KEPT)
        self._deliveries: deque[Delivery] = deque(maxlen=KEPT)
        self._streams: dict[tuple[str, str], _Stream] = {}
        self._key, self._faulty = key, faulty
        self._told = 0
        self._at_once = asyncio.Semaphore(_MOST_AT_ONCE)

    # Subscribers

    def put(self, subscription: Subscription) -> bool:
        """True when it was not there before. What it is to be told already, it is told under its new terms."""
        new = subscription.id not in self.subscriptions
        self.subscriptions[subscription.id] = subscription
        self.disabled.discard(subscription.id)
        return new

    def delete(self, subscription_id: str) -> None:
        del self.subscriptions[subscription_id]
        self.disabled.discard(subscription_id)
        self._drop(subscription_id)

    def deliveries(self) -> Iterator[Delivery]:
        """The newest, oldest first."""
        return iter(self._deliveries)

    def count(self, subscription_id: str, outcome: Outcome) -> int:
        return sum(one.subscription == subscription_id and one.outcome == outcome for one in self._deliveries)

    # Events

    def happened(self, kind: EventType, holder_id: str, document_type: str, ref: str, more: dict[str, str]) -> None:
        self._told += 1
        event = Event(self._told, f"evt_{token_hex(12)}", kind, time(), holder_id, document_type, ref, more)
        self.events.append(event)
        for subscription in self.subscriptions.values():
            self._enqueue(subscription, event)

    def replay(self, subscription_id: str, after: int) -> int:
        """Tell the events after this number once more, in order; what was waiting is told with them. How many."""
        subscription = self.subscriptions[subscription_id]
        self.disabled.discard(subscription_id)
        for (owner, _), stream in self._streams.items():
            if owner == subscription_id:
                for delivery in list(stream.waiting)[1:]:  # the first is on its way
                    delivery.outcome = "dropped"
                    stream.waiting.remove(delivery)
        wanted = [event for event in self.events if event.sequence > after and event.type in subscription.events]
        for event in wanted:
            self._enqueue(subscription, event)
        self.retry()
        return len(wanted)

    def retry(self) -> None:
        """Try what has failed so far at once, without the pause."""
        for stream in self._streams.values():
            stream.nudged.set()

    def forget(self) -> None:
        """Everything but the subscriptions; numbers go on, so that a subscriber's cursor stays true."""
        self.close()
        self.events.clear()
        self._deliveries.clear()

    def close(self) -> None:
        for stream in self._streams.values():
            if stream.task is not None:
                with suppress(RuntimeError):  # its loop is closed already
                    stream.task.cancel()
        self._streams.clear()

    # Sending

    def _enqueue(self, subscription: Subscription, event: Event) -> None:
        if event.type not in subscription.events or subscription.id in self.disabled:
            return
        delivery = Delivery(event, subscription.id)
        self._deliveries.append(delivery)
        name = (subscription.id, event.holder_id)
        stream = self._streams.setdefault(name, _Stream())
        stream.waiting.append(delivery)
        stream.arrived.set()
        if stream.task is None:
            stream.task = asyncio.get_running_loop().create_task(self._send(name, stream))

    def _drop(self, subscription_id: str) -> None:
        for name in [name for name in self._streams if name[0] == subscription_id]:
            for delivery in self._streams[name].waiting:
                delivery.outcome = "dropped"
            self._streams[name].waiting.clear()
            self._streams[name].arrived.set()
            self._streams[name].nudged.set()

    async def _send(self, name: tuple[str, str], stream: _Stream) -> None:
        while stream.waiting:
            delivery = stream.waiting[0]
            for number in range(MOST_ATTEMPTS):
                pause = await self._attempt(stream, delivery)
                if pause is None or not stream.waiting or stream.waiting[0] is not delivery:
                    break
                if number + 1 == MOST_ATTEMPTS:
                    delivery.outcome = "failed"
                    break
                stream.nudged.clear()
                with suppress(TimeoutError):
                    longest = min(_FIRST_PAUSE * 2**number, _LONGEST_PAUSE)
                    await asyncio.wait_for(stream.nudged.wait(), max(pause, longest))
            if stream.waiting and stream.waiting[0] is delivery and delivery.outcome != "pending":
                stream.waiting.popleft()
        self._streams.pop(name, None)

    async def _attempt(self, stream: _Stream, delivery: Delivery) -> float | None:
        """None when this delivery is done with, or another is first now; else the least pause before the next try."""
        subscription = self.subscriptions.get(delivery.subscription)
        if subscription is None:
            return None
        noted: list[tuple[str, str]] = []
        struck = self._faulty(delivery.event, noted)
        if not delivery.moved and struck.answer("out_of_order"):
            await _changed_places(stream, delivery)
            delivery.attempts.append(Attempt(time(), None, "held back", tuple(noted)))
            return None
        if late := struck.latency():
            await asyncio.sleep(late)
        body, sent_at = delivery.event.body(), int(time()) - struck.age()
        spoil = struck.answer("bad_signature") is not None
        headers = signed(subscription, self._key, delivery.event.id, sent_at, body, spoil=spoil)
        async with self._at_once:
            status, says, again = await _posted(subscription.url, headers, body)
            if status is not None and struck.answer("duplicate"):
                await _posted(subscription.url, headers, body)
        delivery.attempts.append(Attempt(time(), status, says, tuple(noted)))
        if status is not None and 200 <= status < 300:
            delivery.outcome = "delivered"
            return None
        if status == 410:
            self.disabled.add(subscription.id)
            self._drop(subscription.id)
            return None
        return again


async def _changed_places(stream: _Stream, delivery: Delivery) -> None:
    """Let the next one of this holder go first; wait until there is one."""
    while len(stream.waiting) == 1:
        stream.arrived.clear()
        await stream.arrived.wait()
    if stream.waiting and stream.waiting[0] is delivery:
        stream.waiting.popleft()
        delivery.moved = stream.waiting[0].moved = True
        stream.waiting.insert(1, delivery)


async def _posted(url: str, headers: dict[str, str], body: bytes) -> tuple[int | None, str | None, float]:
    """Status, or why there is none; and how long the receiver asks to be left alone, in seconds."""
    try:
        answer = await post(url, headers, body, PATIENCE)
    except NoAnswer as failed:
        return None, str(failed), 0.0
    asked = answer.headers.get("retry-after", "")
    return answer.status, None, min(float(asked), _LONGEST_PAUSE) if asked.isdigit() else 0.0


# Signatures


def signed(
    subscription: Subscription, key: Callable[[], Key], event_id: str, sent_at: int, body: bytes, *, spoil: bool
) -> dict[str, str]:
    """The headers of one delivery; `spoil` alters the signature's last byte."""
    headers = {"Content-Type": _MEDIA_TYPE, "Webhook-Id": event_id, "Webhook-Timestamp": str(sent_at)}
    if subscription.signature == "hmac":
        mark = hmac.digest(_secret(subscription.secret), f"{event_id}.{sent_at}.".encode() + body, "sha256")
        return headers | {"Webhook-Signature": f"v1,{_base64(_altered(mark, spoil))}"}
    digest = f"sha-256=:{_base64(sha256(body).digest())}:"
    signer = key()
    names = " ".join(f'"{name}"' for name in _COVERED)
    parameters = f'({names});created={sent_at};keyid="{signer.kid}";alg="ecdsa-p256-sha256"'
    values = ("POST", subscription.url, digest, _MEDIA_TYPE, event_id, str(sent_at))
    lines = [f'"{name}": {value}' for name, value in zip(_COVERED, values, strict=True)]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    mark = _altered(signer.sign_bytes(base.encode("ascii")), spoil)
    return headers | {
        "Content-Digest": digest,
        "Signature-Input": f"sig1={parameters}",
        "Signature": f"sig1=:{_base64(mark)}:",
    }


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")


def _altered(mark: bytes, spoil: bool) -> bytes:
    return mark[:-1] + bytes([mark[-1] ^ 0xFF]) if spoil else mark


def _secret(text: str) -> bytes:
    """The bytes of a `whsec_…` secret, as Standard Webhooks write it; of any other text, its UTF-8."""
    if text.startswith("whsec_"):
        with suppress(Base64Error, ValueError):
            return b64decode(text.removeprefix("whsec_"), validate=True)
    return text.encode()


def told(deliveries: Iterable[Delivery]) -> list[dict[str, Any]]:
    """For the control door."""
    return [
        {
            "sequence": one.event.sequence,
            "event": one.event.id,
            "type": one.event.type,
            "holder": one.event.holder_id,
            "document_type": one.event.document_type,
            "subscription": one.subscription,
            "outcome": one.outcome,
            "attempts": [
                {
                    "at": datetime.fromtimestamp(attempt.at, UTC).isoformat(timespec="milliseconds"),
                    "status": attempt.status,
                    "says": attempt.says,
                    "faults": [kind for _, kind in attempt.faults],
                }
                for attempt in one.attempts
            ],
        }
        for one in deliveries
    ]
