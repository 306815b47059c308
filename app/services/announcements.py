"""What others are told of, in the commit in which it happens: subscribers, the national portal, the citizen's wallet."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from app.services.desk import Desk


def dossier_filed(conn: Connection, desk: Desk, code: str) -> None: ...


def dossier_moved(conn: Connection, desk: Desk, code: str, move: Mapping[str, Any]) -> None:
    """`move`: from_status, to_status, reason, client, moved_at, as kept in `dossier_moves`."""


def dossier_rechecked(conn: Connection, desk: Desk, code: str, *, settled: bool) -> None: ...


def supplement_requested(conn: Connection, desk: Desk, code: str, request_id: str) -> None: ...


def result_issued(conn: Connection, desk: Desk, result_id: str) -> None: ...


def result_revoked(conn: Connection, desk: Desk, result_id: str) -> None: ...


def report_filed(conn: Connection, desk: Desk, report_id: str) -> None: ...


def report_answered(conn: Connection, desk: Desk, report_id: str) -> None: ...
