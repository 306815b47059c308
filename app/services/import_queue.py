"""Imports handed in over HTTP: kept with their answer, done by the worker one at a time, each from its beginning.

A worker that dies leaves nothing half-imported: what an import publishes is committed with its end, and until then it
is held for a time only.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from uuid_utils import uuid7

from app.clock import rfc3339
from app.db import DatabaseUnavailable
from app.domain.decisions import canonical
from app.domain.errors import DomainError
from app.domain.imports import ImportKind
from app.repositories import imports as rows
from app.repositories.idempotency import Kept, Key
from app.repositories.imports import ImportRow
from app.services import idempotency
from app.services.desk import Caller, Desk
from app.services.imports import Options, Outcome, Prepared, prepare, settle

LEASE = timedelta(seconds=60)
BEAT = 5.0  # seconds between two words about progress, each of which renews the lease
ATTEMPTS = 3
_EMPTY: dict[str, Any] = {"kind": None, "rows": 0, "counts": {}, "problems": [], "warnings": []}


class UnknownImport(DomainError):
    code = "unknown-import"


class _Abandoned(Exception):
    """The worker is to end, or another has the import now."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in; `kind` is None where its header is to tell."""

    name: str
    content: bytes
    kind: ImportKind | None
    dry_run: bool
    strict: bool
    valid_from: date | None


@dataclass
class _Progress:
    done: int = 0
    total: int | None = None
    abandoned: bool = False

    def tick(self, done: int, total: int | None) -> None:
        """Called from the working thread. Raises _Abandoned."""
        self.done, self.total = done, total
        if self.abandoned:
            raise _Abandoned


async def accept(desk: Desk, caller: Caller, upload: Upload, key: Key | None) -> tuple[str, bytes]:
    """Keep a file to be imported; its id and the answer. Raises what an idempotency key raises."""
    now = desk.clock.now()
    kind = upload.kind.value if upload.kind else None
    row = ImportRow(
        id=str(uuid7()),
        client=caller.client_id,
        name=upload.name,
        kind=kind,
        dry_run=upload.dry_run,
        strict=upload.strict,
        valid_from=upload.valid_from,
        status="queued",
        rows_done=0,
        rows_total=None,
        report=None,
        revision=None,
        attempts=0,
        created_at=now,
        finished_at=None,
    )
    body = canonical(whole(row))

    def write(conn: Connection) -> None:
        idempotency.claim(conn, desk, key)
        rows.add(conn, row, upload.content)
        idempotency.settle(conn, key, Kept(202, {"location": f"/v1/imports/{row.id}"}, body))

    await desk.db.write(write)
    return row.id, body


async def find(desk: Desk, import_id: str) -> dict[str, Any]:
    """Raises UnknownImport."""
    row = await desk.db.read(rows.find, import_id)
    if row is None:
        raise UnknownImport
    return whole(row)


async def page(desk: Desk, cursor: str | None, limit: int) -> dict[str, Any]:
    """The latest first, without their problems."""
    found = await desk.db.read(rows.page, cursor, limit + 1)
    more = len(found) > limit
    return {"items": [brief(r) for r in found[:limit]], "next_cursor": found[limit - 1].id if more else None}


def brief(row: ImportRow) -> dict[str, Any]:
    report = row.report or _EMPTY
    return {
        "id": row.id,
        "status": row.status,
        "kind": report["kind"] or row.kind,
        "name": row.name,
        "dry_run": row.dry_run,
        "strict": row.strict,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "rows_done": row.rows_done,
        "rows_total": row.rows_total,
        "counts": report["counts"],
        "revision": row.revision,
        "created_at": rfc3339(row.created_at),
        "finished_at": rfc3339(row.finished_at) if row.finished_at else None,
    }


def whole(row: ImportRow) -> dict[str, Any]:
    report = row.report or _EMPTY
    found = {key: report.get(key, 0) for key in ("problems", "more_problems", "warnings", "more_warnings")}
    return {**brief(row), **found}


async def work(desk: Desk, stop: asyncio.Event) -> bool:
    """Do the import that waits longest; False when there is none. Told to stop, it gives the import back."""
    if not await desk.db.read(rows.waits, desk.clock.now()):
        return False
    holder = str(uuid4())
    now = desk.clock.now()
    taken = await desk.db.write(rows.take, now, now + LEASE, holder)
    if taken is None:
        return False
    row, content = taken
    if row.attempts >= ATTEMPTS:
        await desk.db.write(_give_up, desk, row, holder)
        return True
    progress = _Progress()
    try:
        async with _beating(desk, row, holder, progress, stop):
            kind = ImportKind(row.kind) if row.kind else None
            made = await asyncio.to_thread(prepare, row.name, content, kind, desk.read, progress.tick)
            await desk.db.write(_finish, desk, row, holder, made)
    except _Abandoned:
        await desk.db.write(rows.give_back, row.id, holder)
        return False
    return True


@asynccontextmanager
async def _beating(
    desk: Desk, row: ImportRow, holder: str, progress: _Progress, stop: asyncio.Event
) -> AsyncIterator[None]:
    """While the work goes on: the lease is renewed, and the work is told to end when it must."""

    async def beat() -> None:
        while not progress.abandoned:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await stop.wait()
            until = desk.clock.now() + LEASE
            held = True
            # Whether it was lost meanwhile, the next beat tells, or the end of the work.
            with suppress(DatabaseUnavailable):
                held = await desk.db.write(rows.hold, row.id, holder, until, progress.done, progress.total)
            progress.abandoned = stop.is_set() or not held

    beating = asyncio.ensure_future(beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await beating


def _finish(conn: Connection, desk: Desk, row: ImportRow, holder: str, made: Prepared) -> None:
    """What the file publishes and the end of its import, in one commit."""
    options = Options(row.client, row.dry_run, row.strict, row.valid_from)
    came = settle(conn, desk, made, options)
    status = "done" if came.status == "done" else "refused"
    if not rows.finish(
        conn,
        row.id,
        holder,
        status=status,
        report=_report(came),
        revision=came.revision,
        rows=came.rows,
        at=desk.clock.now(),
    ):
        raise _Abandoned


def _report(came: Outcome) -> dict[str, Any]:
    """The outcome; a file that is no part of the catalogue has that as its one problem."""
    body = came.body()
    if came.not_imported:
        vi, en = (f"Tệp này không nhập vào danh mục: {came.not_imported[0]}.", f"Not imported: {came.not_imported[1]}.")
        body["problems"] = [_problem(came.name, "not_catalogue", vi, en)]
    return body


def _give_up(conn: Connection, desk: Desk, row: ImportRow, holder: str) -> None:
    vi = f"Đã thử {ATTEMPTS} lần mà không xong; chưa có gì được nhập. Hãy chia nhỏ tệp hoặc báo quản trị."
    en = f"It did not end in {ATTEMPTS} attempts; nothing was imported. Split the file, or tell the operator."
    report = {**_EMPTY, "kind": row.kind, "problems": [_problem(row.name, "failed", vi, en)]}
    rows.finish(conn, row.id, holder, status="failed", report=report, revision=None, rows=0, at=desk.clock.now())


def _problem(file: str, code: str, vi: str, en: str) -> dict[str, Any]:
    return {"file": file, "row": 0, "column": None, "code": code, "vi": vi, "en": en}
