"""What the databases can do without the service: the same rows by a bare driver, and the journal as one chain."""

import asyncio
import time
from array import array
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg
from msgspec.structs import asdict
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy import Connection, insert, text
from uuid_utils import uuid7

from app.clock import rfc3339
from app.db import Database
from app.domain.journal import GENESIS, Head, chain
from app.domain.values import replace
from app.models.journal import journal_entries
from app.repositories import decisions, journal
from bench import demand
from bench.load import CONNECTIONS, Run, run_of
from bench.loops import new_event_loop

POOL = 10
TABLES = ("decisions", "lookups", "journal_entries", "idempotency_keys")
_SERIAL = count(time.time_ns())

# ---- four statements by psycopg -------------------------------------------------------------------------------------

Rows = Mapping[str, list[dict[str, Any]]]


def rows_of_one_demand(url: str) -> Rows:
    """What the service has written for one demand, by table: the latest decision and all that belongs to it."""
    with psycopg.connect(url, row_factory=dict_row) as conn:
        latest = "SELECT decision_id FROM decisions ORDER BY decision_id DESC LIMIT 1"
        found = {
            "decisions": conn.execute(f"SELECT * FROM decisions WHERE decision_id = ({latest})").fetchall(),
            "lookups": conn.execute(f"SELECT * FROM lookups WHERE decision_id = ({latest})").fetchall(),
            "journal_entries": conn.execute(
                "SELECT * FROM journal_entries WHERE kind = 'gate.decision.made' ORDER BY strand, seq LIMIT 1"
            ).fetchall(),
            "idempotency_keys": conn.execute(
                "SELECT * FROM idempotency_keys WHERE status = 200 ORDER BY created_at DESC LIMIT 1"
            ).fetchall(),
        }
    assert all(found.values()), "the service has kept less than was thought"
    for row in found["lookups"]:
        del row["id"]
    return found


def measure_inserts(url: str, rows: Rows, seconds: float) -> Run:
    """The rows of one demand over and over under new keys: a statement a table, a transaction a demand."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_measure_inserts(url, rows, seconds))


async def _measure_inserts(url: str, rows: Rows, seconds: float) -> Run:
    pool: asyncio.LifoQueue[psycopg.AsyncConnection] = asyncio.LifoQueue()
    statements = {table: _insert(table, rows[table]) for table in TABLES}
    opened = [await psycopg.AsyncConnection.connect(url) for _ in range(POOL)]
    for conn in opened:
        pool.put_nowait(conn)

    async def once() -> None:
        conn = await pool.get()
        new = _renewed(rows)
        for table, statement in statements.items():
            await conn.execute(statement, [value for row in new[table] for value in row.values()])
        await conn.commit()
        pool.put_nowait(conn)

    run = await _tasks(once, seconds)
    for conn in opened:
        await conn.close()
    return run


def _insert(table: str, rows: list[dict[str, Any]]) -> bytes:
    names = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(rows[0])))
    values = sql.SQL(", ").join([one] * len(rows))
    return sql.SQL("INSERT INTO {} ({}) VALUES {}").format(sql.Identifier(table), names, values).as_bytes()


def _renewed(rows: Rows) -> Rows:
    decision, serial = str(uuid7()), next(_SERIAL)
    new: dict[str, dict[str, Any]] = {
        "decisions": {"decision_id": decision},
        "lookups": {"decision_id": decision},
        "journal_entries": {"strand": decision},
        "idempotency_keys": {"key": f"{serial:032}"},
    }
    return {table: [row | new[table] for row in rows[table]] for table in TABLES}


# ---- the journal: a strand a writer, or one chain -------------------------------------------------------------------

FACTS = {"decision": str(uuid7()), "digest": GENESIS, "facts_digest": GENESIS, "outcome": "refused", "lookups": []}


def journal_in_strands(conn: Connection, row: decisions.Stored) -> None:
    """A decision and its entry, as the service keeps them."""
    decisions.add(conn, replace(row, decision_id=str(uuid7())))
    journal.append(conn, datetime.now(UTC), "bench.decision.made", FACTS)


def journal_in_one_chain(conn: Connection, row: decisions.Stored) -> None:
    """The same on one chain for all writers: its head is a row, locked from reading it to the commit."""
    decisions.add(conn, replace(row, decision_id=str(uuid7())))
    head = Head(*conn.execute(_LOCK_HEAD).one())
    entry = chain(head, rfc3339(datetime.now(UTC)), "bench.decision.made", FACTS)
    conn.execute(insert(journal_entries), asdict(entry))
    conn.execute(_MOVE_HEAD, {"seq": entry.seq, "digest": entry.digest})


_LOCK_HEAD = text("SELECT strand, seq, digest FROM bench_head FOR UPDATE")
_MOVE_HEAD = text("UPDATE bench_head SET seq = :seq, digest = :digest")


def make_head(conn: Connection) -> None:
    conn.execute(text("CREATE TABLE bench_head (strand text, seq integer, digest text)"))
    conn.execute(
        text("INSERT INTO bench_head VALUES (:strand, 0, :digest)"), {"strand": str(uuid7()), "digest": GENESIS}
    )


def measure_writes(url: str, write: Callable[[Connection, decisions.Stored], None], body: bytes, seconds: float) -> Run:
    """One transaction over and over by the service's ten writers; `body` is a decision's."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_measure_writes(url, write, body, seconds))


async def _measure_writes(
    url: str, write: Callable[[Connection, decisions.Stored], None], body: bytes, seconds: float
) -> Run:
    today = datetime.now(UTC)
    row = decisions.Stored(
        decision_id="",
        purpose="paper_demand",
        dossier_code=None,
        subject_mark=GENESIS,
        procedure=demand.PROCEDURE,
        agency="000.00.00.H27",
        officer="CB-0001",
        channel="counter",
        outcome="refused",
        decided_at=today,
        law_as_of=today.date(),
        catalogue_revision=1,
        rulebook_revision=GENESIS,
        facts=body[:800],
        body=body,
    )
    db = Database.open(url, writers=POOL)
    run = await _tasks(lambda: db.write(write, row), seconds)
    await db.close()
    return run


async def _tasks(once: Callable[[], Awaitable[object]], seconds: float) -> Run:
    """32 tasks that do one thing over and over for so many seconds."""
    times: array[float] = array("d")
    began, cpu = time.perf_counter(), time.process_time()

    async def work() -> None:
        while (start := time.perf_counter()) < began + seconds:
            await once()
            times.append(time.perf_counter() - start)

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    took, busy = time.perf_counter() - began, time.process_time() - cpu
    return run_of(times, took, busy / took)
