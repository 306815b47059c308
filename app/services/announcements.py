"""What others are told of, in the commit in which it happens: subscribers, the national portal, the citizen's wallet.

One row in the log of events, and that is all it costs the story; the worker makes of it what each of them is sent. A
row says what happened to which dossier: no person, no reason in free words.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.domain.decisions import canonical
from app.domain.dossiers import Status
from app.domain.outbox import EventType, asks
from app.repositories import dossiers, outbox
from app.services.desk import Desk


def dossier_filed(conn: Connection, desk: Desk, code: str) -> None:
    announce(conn, desk, EventType.RECEIVED, code, {"dossier": code, "status": int(Status.NEW)})


def dossier_moved(conn: Connection, desk: Desk, code: str, move: Mapping[str, Any]) -> None:
    """`move`: from_status, to_status, reason, client, moved_at, as kept in `dossier_moves`.

    A move to 5 without a reason is a supplement request's, which is announced and counted for itself.
    """
    to = int(move["to_status"])
    counted = to != Status.SUPPLEMENT_REQUESTED or bool(move["reason"])
    data = {"dossier": code, "from": int(move["from_status"]), "to": to, "counted": counted}
    announce(conn, desk, EventType.MOVED, code, data)


def dossier_rechecked(conn: Connection, desk: Desk, code: str, *, settled: bool) -> None:
    """Told to others once nothing of it waits any more."""
    if settled:
        announce(conn, desk, EventType.SETTLED, code, {"dossier": code})


def supplement_requested(conn: Connection, desk: Desk, code: str, request_id: str) -> None:
    """Counted as often as the dossier counts it: what was put into 5 by hand and asked for then is one request."""
    row = dossiers.get(conn, code)
    told = sum(asks(event) for event in outbox.history(conn, code))
    data = {"dossier": code, "request": request_id, "counted": row is None or row.supplements > told}
    announce(conn, desk, EventType.SUPPLEMENT_REQUESTED, code, data)


def result_issued(conn: Connection, desk: Desk, result_id: str) -> None:
    announce(conn, desk, EventType.RESULT_ISSUED, result_id, {"result": result_id})


def result_revoked(conn: Connection, desk: Desk, result_id: str) -> None:
    announce(conn, desk, EventType.RESULT_REVOKED, result_id, {"result": result_id})


def report_filed(conn: Connection, desk: Desk, report_id: str) -> None:
    announce(conn, desk, EventType.REPORT_FILED, report_id, {"report": report_id})


def report_answered(conn: Connection, desk: Desk, report_id: str) -> None:
    announce(conn, desk, EventType.REPORT_ANSWERED, report_id, {"report": report_id})


def announce(conn: Connection, desk: Desk, kind: EventType, subject: str, data: Mapping[str, Any]) -> None:
    outbox.add_event(conn, str(uuid7()), kind.value, subject, canonical(data), desk.clock.now())
