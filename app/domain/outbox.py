"""What others are told of an event, in which order, and when what failed is tried again.

Events are CloudEvents 1.0. Their data says what happened to which dossier and nothing about a person; who may know
more reads the dossier.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from app.domain.dossiers import ENDED, Status


class EventType(StrEnum):
    RECEIVED = "vn.motlan.dossier.received"
    MOVED = "vn.motlan.dossier.moved"
    SETTLED = "vn.motlan.dossier.settled"
    SUPPLEMENT_REQUESTED = "vn.motlan.dossier.supplement-requested"
    RESULT_ISSUED = "vn.motlan.result.issued"
    RESULT_REVOKED = "vn.motlan.result.revoked"
    REPORT_FILED = "vn.motlan.report.filed"
    REPORT_ANSWERED = "vn.motlan.report.answered"
    SUBSCRIPTION_DISABLED = "vn.motlan.subscription.disabled"


class Destination(StrEnum):
    PORTAL = "portal"
    WALLET = "wallet"


class Kind(StrEnum):
    """What a message says: the dossier for the first time, the dossier as it is now, a step of the work, a result."""

    REPORT = "report"
    UPDATE = "update"
    PROGRESS = "progress"
    RESULT = "result"


class State(StrEnum):
    """Where a message is. `undeliverable`: there is nobody to take it, which is an end and no failure."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    UNDELIVERABLE = "undeliverable"
    DISCARDED = "discarded"


# A message in one of these holds back those behind it in its stream.
UNFINISHED = (State.WAITING, State.DEAD)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log; `number` is None until the dispatcher has given it one."""

    seq: int
    id: str
    number: int | None
    type: str
    subject: str
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    destination: Destination
    stream: str
    kind: Kind


# The report's own dates change with these moves, not the status alone: the office's clock starts, or has stopped for
# good; or it runs on, when the dossier leaves a status in which the applicant was waited for.
_DATED_ANEW = ENDED | {Status.RECEIVED}
_WAITED = frozenset({Status.SUPPLEMENT_REQUESTED, Status.FEE_DUE})


def messages_of(event: Event, dossier_of_result: Mapping[str, str]) -> tuple[Message, ...]:
    """What the portal and the wallet are told of it, in order. `dossier_of_result`: a dossier's code by result id."""
    portal = _to_portal(event.subject)
    match event.type:
        case EventType.RECEIVED:
            return (portal(Kind.REPORT),)
        case EventType.MOVED | EventType.SUPPLEMENT_REQUESTED if not event.data["counted"]:
            return ()
        case EventType.MOVED:
            step = portal(Kind.PROGRESS)
            dated_anew = event.data["to"] in _DATED_ANEW or event.data["from"] in _WAITED
            return (step, portal(Kind.UPDATE)) if dated_anew else (step,)
        case EventType.SUPPLEMENT_REQUESTED:
            return (portal(Kind.PROGRESS),)
        case EventType.SETTLED:
            return portal(Kind.PROGRESS), portal(Kind.UPDATE)
        case EventType.RESULT_ISSUED | EventType.RESULT_REVOKED:
            code = dossier_of_result.get(event.subject)
            told = (_to_portal(code)(Kind.UPDATE),) if code else ()
            return (*told, Message(Destination.WALLET, f"result:{event.subject}", Kind.RESULT))
        case _:
            return ()


def asks(event: Event) -> bool:
    """It is a step of its own by which the applicant was asked to supplement: the portal counts them."""
    asked = event.type == EventType.SUPPLEMENT_REQUESTED or event.data.get("to") == Status.SUPPLEMENT_REQUESTED
    return asked and bool(event.data["counted"])


def _to_portal(code: str) -> Callable[[Kind], Message]:
    return partial(Message, Destination.PORTAL, f"dossier:{code}")


@dataclass(frozen=True, slots=True)
class Standing:
    """A dossier as of one of its events: its status, and when it reached each status last."""

    status: Status
    reached: Mapping[Status, datetime]


def standing(events: Iterable[Event], begun: Status = Status.NEW) -> Standing:
    """Of the events up to one, oldest first. `begun`: where it stood when the log of it began."""
    status, reached = begun, dict[Status, datetime]()
    for event in events:
        if event.type == EventType.MOVED:
            status = Status(event.data["to"])
            reached[status] = event.at
    return Standing(status, reached)


def begun(events: Iterable[Event], status: Status) -> Status:
    """Where a dossier stood when the log of it began, told from the whole log and its present status: a dossier may be
    older than the log.
    """
    return next((Status(event.data["from"]) for event in events if event.type == EventType.MOVED), status)


def pause(attempts: int, first: float, longest: float, chance: float) -> timedelta:
    """How long to wait after so many failures in a row (1 or more): twice as long each time, up to `longest` seconds.

    `chance` in [0, 1) takes off up to half, so that what failed together does not come back together.
    """
    whole = min(longest, first * 2 ** min(attempts - 1, 32))
    return timedelta(seconds=whole * (1 - chance / 2))


def cloud_event(event: Event, source: str) -> dict[str, Any]:
    """CloudEvents 1.0 in JSON. `sequence` orders the events, and is the cursor after this one."""
    assert event.number is not None
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": f"{event.at.isoformat(timespec='milliseconds')[:-6]}Z",
        "datacontenttype": "application/json",
        "sequence": cursor(event.number),
        "data": dict(event.data),
    }


def cursor(number: int) -> str:
    """A place in the log as text, in an order that is that of texts too."""
    return f"{number:018d}"
