"""The imports' rows: handed in, taken by one worker at a time, finished in the commit of what they publish."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Connection, insert, select, text, update

from app.domain.decisions import canonical
from app.domain.values import Frozen
from app.models.imports import imports

# Everything but the file itself.
_SHOWN = [c for c in imports.c if c.name != "content"]
_WAITING = ("queued", "running")


class ImportRow(Frozen):
    """One import; times in UTC. `report` is None until it is finished."""

    id: str
    client: str
    name: str
    kind: str | None
    dry_run: bool
    strict: bool
    valid_from: date | None
    status: str
    rows_done: int
    rows_total: int | None
    report: Mapping[str, Any] | None
    revision: int | None
    attempts: int
    created_at: datetime
    finished_at: datetime | None


def add(conn: Connection, row: ImportRow, content: bytes) -> None:
    values = asdict(row)
    conn.execute(insert(imports).values({**values, "report": None, "content": content}))


def find(conn: Connection, import_id: str) -> ImportRow | None:
    found = conn.execute(select(*_SHOWN).where(imports.c.id == import_id)).first()
    return None if found is None else _row(found)


def page(conn: Connection, before: str | None, limit: int) -> list[ImportRow]:
    """The latest first; `before` is the last id of the page before."""
    asked = select(*_SHOWN).order_by(imports.c.id.desc()).limit(limit)
    return [_row(r) for r in conn.execute(asked if before is None else asked.where(imports.c.id < before))]


def waits(conn: Connection, now: datetime) -> bool:
    """Something is to be done, and nobody is at it."""
    due = select(imports.c.held_until).where(imports.c.status.in_(_WAITING))
    held = list(conn.execute(due).scalars())
    return bool(held) and not any(until and until > now for until in held)


def take(conn: Connection, now: datetime, until: datetime, holder: str) -> tuple[ImportRow, bytes] | None:
    """The oldest that waits, held until then; None where there is none, or another worker is at one."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE"))
    if not waits(conn, now):
        return None
    asked = select(imports).where(imports.c.status.in_(_WAITING)).order_by(imports.c.id).limit(1)
    found = conn.execute(asked).one()
    conn.execute(
        update(imports)
        .where(imports.c.id == found.id)
        .values(status="running", held_until=until, holder=holder, attempts=found.attempts + 1, rows_done=0)
    )
    return _row(found), found.content


def hold(conn: Connection, import_id: str, holder: str, until: datetime, done: int, total: int | None) -> bool:
    """Go on holding it, and say how far the work is; False when it was lost to another worker."""
    return _change(conn, import_id, holder, {"held_until": until, "rows_done": done, "rows_total": total})


def give_back(conn: Connection, import_id: str, holder: str) -> bool:
    """Let the next worker have it at once; this was no attempt."""
    values = {"status": "queued", "held_until": None, "holder": None, "attempts": imports.c.attempts - 1}
    return _change(conn, import_id, holder, values)


def finish(
    conn: Connection,
    import_id: str,
    holder: str,
    *,
    status: str,
    report: Mapping[str, Any],
    revision: int | None,
    rows: int,
    at: datetime,
) -> bool:
    """Keep what came of it and drop the file; False when it was lost to another worker meanwhile."""
    values = {
        "status": status,
        "report": canonical(report),
        "revision": revision,
        "rows_done": rows,
        "rows_total": rows,
        "content": None,
        "held_until": None,
        "holder": None,
        "finished_at": at,
    }
    return _change(conn, import_id, holder, values)


def _change(conn: Connection, import_id: str, holder: str, values: Mapping[str, Any]) -> bool:
    ours = update(imports).where(imports.c.id == import_id, imports.c.holder == holder)
    return bool(conn.execute(ours.values(dict(values))).rowcount)


def _row(found: Any) -> ImportRow:
    values = {name: getattr(found, name) for name in ImportRow.__struct_fields__}
    return ImportRow(**{**values, "report": json.loads(found.report) if found.report else None})
