"""What a transaction promises, on both databases: `app/db.py`."""

import ast
import asyncio
import os
import random
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import db as db_module
from app.db import Database, DatabaseBusy, DatabaseDown, DatabaseUnavailable

ROOT = Path(__file__).parents[1]

metadata = MetaData()
notes = Table("notes", metadata, Column("id", Integer, primary_key=True), Column("body", String))
counters = Table(
    "counters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("value", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("value >= 0", name="never_negative"),
)
replies = Table(
    "replies",
    metadata,
    Column("id", Integer, primary_key=True),
    # A note that is missing shows at the commit, not at the insert: a real way to make a commit fail.
    Column("note_id", ForeignKey("notes.id", deferrable=True, initially="DEFERRED")),
)


def create_tables(conn: Connection) -> None:
    metadata.create_all(conn)
    conn.execute(insert(counters), [{"id": n, "value": 0, "version": 0} for n in (1, 2)])


def add_note(conn: Connection, note_id: int, body: str = "") -> int:
    conn.execute(insert(notes), {"id": note_id, "body": body})
    return note_id


def note_ids(conn: Connection) -> list[int]:
    return list(conn.scalars(select(notes.c.id).order_by(notes.c.id)))


def add_orphan_reply(conn: Connection) -> None:
    conn.execute(insert(replies), {"id": 1, "note_id": 404})


class Refused(Exception):
    """A use case's own refusal."""


@pytest.fixture
def db(database: Database) -> Database:
    database.write_sync(create_tables)
    return database


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    yield from opened(sqlite_url)


@pytest.fixture
def postgresql(postgres_url: str) -> Iterator[Database]:
    yield from opened(postgres_url)


def opened(url: str) -> Iterator[Database]:
    database = Database.open(url, writers=2)
    database.write_sync(create_tables)
    yield database
    database.dispose()


@asynccontextmanager
async def busy_writers(db: Database, writers: int = 1) -> AsyncIterator[None]:
    """All writers are inside a transaction until the end of the block; what is asked for meanwhile waits together."""
    inside, leave = threading.Barrier(writers + 1), threading.Event()

    def hold(_conn: Connection) -> None:
        inside.wait(10)
        leave.wait(10)

    holding = [asyncio.ensure_future(db.write(hold)) for _ in range(writers)]
    await asyncio.to_thread(inside.wait, 10)
    try:
        yield
    finally:
        leave.set()
        await asyncio.gather(*holding)


async def outcomes(*calls: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


# What is answered is kept


def test_what_a_write_has_answered_another_connection_can_see(db: Database) -> None:
    async def write_and_look(note_id: int, look: Database) -> bool:
        return await db.write(add_note, note_id) in await look.read(note_ids)

    async def scenario() -> list[bool]:
        look = Database.open(db.url.render_as_string(hide_password=False))
        seen = await asyncio.gather(*(write_and_look(n, look) for n in range(100)))
        await look.close()
        return seen

    assert all(asyncio.run(scenario()))


def write_until_killed(url: str) -> None:
    """Run in a process of its own: 16 tasks insert and print each number once it is acknowledged."""

    async def insert_for_ever(first: int) -> None:
        for number in range(first, 10**9, 16):
            os.write(1, b"%d\n" % await database.write(add_note, number))

    async def run() -> None:
        await asyncio.gather(*(insert_for_ever(first) for first in range(16)))

    database = Database.open(url)
    asyncio.run(run())


@pytest.mark.parametrize("trial", range(3))
def test_what_a_killed_process_had_acknowledged_is_all_there(db: Database, trial: int) -> None:
    url = db.url.render_as_string(hide_password=False)
    child = [sys.executable, "-c", f"from tests.test_db import write_until_killed; write_until_killed({url!r})"]
    with subprocess.Popen(child, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(random.randint(1, 300))]
        process.kill()
        printed += process.stdout.readlines()

    acknowledged = {int(line) for line in printed if line.endswith(b"\n")}
    assert acknowledged
    assert acknowledged <= set(db.read_sync(note_ids))


def test_closing_finishes_what_was_asked_for_and_refuses_the_rest(db: Database) -> None:
    async def scenario() -> list[Any]:
        async with busy_writers(db, 1 if db.dialect == "sqlite" else 10):
            waiting = [asyncio.ensure_future(db.write(add_note, n)) for n in range(30)]
            await asyncio.sleep(0)
            closing = asyncio.ensure_future(db.close())
            await asyncio.sleep(0)
        await closing
        return await outcomes(*waiting, db.write(add_note, 99), db.read(note_ids))

    *kept, late_write, late_read = asyncio.run(scenario())
    assert kept == list(range(30))
    assert isinstance(late_write, DatabaseDown)
    assert isinstance(late_read, DatabaseDown)
    again = Database.open(db.url.render_as_string(hide_password=False))
    assert again.read_sync(note_ids) == list(range(30))
    again.dispose()


# Nothing is lost between those who write at once


def increment_locked(conn: Connection) -> None:
    value = conn.scalar(select(counters.c.value).where(counters.c.id == 1).with_for_update())
    assert value is not None
    conn.execute(update(counters).where(counters.c.id == 1).values(value=value + 1))


def counter(conn: Connection) -> tuple[int, int]:
    row = conn.execute(select(counters.c.value, counters.c.version).where(counters.c.id == 1)).one()
    return row.value, row.version


def set_if_unchanged(conn: Connection, value: int, seen: int) -> bool:
    changed = update(counters).where(counters.c.id == 1, counters.c.version == seen)
    return conn.execute(changed.values(value=value, version=seen + 1)).rowcount == 1


def test_8_threads_that_lock_the_row_lose_none_of_480_increments(db: Database) -> None:
    def sixty_times(_thread: int) -> None:
        for _ in range(60):
            db.write_sync(increment_locked)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sixty_times, range(8)))
    assert db.read_sync(counter)[0] == 480


def test_8_tasks_that_check_the_version_lose_none_of_480_increments(db: Database) -> None:
    async def sixty_times() -> None:
        done = 0
        while done < 60:
            value, version = await db.read(counter)
            done += await db.write(set_if_unchanged, value + 1, version)

    async def scenario() -> None:
        await asyncio.gather(*(sixty_times() for _ in range(8)))

    asyncio.run(scenario())
    assert db.read_sync(counter) == (480, 480)


def increment_from_another_process(url: str) -> None:
    database = Database.open(url)
    database.write_sync(partial(metadata.create_all, tables=[notes]))
    for _ in range(25):
        database.write_sync(lambda conn: add_note(conn, (conn.scalar(select(func.max(notes.c.id))) or 0) + 1))
    database.dispose()


def test_4_processes_that_create_and_fill_one_sqlite_file_lose_nothing(sqlite_url: str) -> None:
    call = f"from tests.test_db import increment_from_another_process; increment_from_another_process({sqlite_url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", call], cwd=ROOT) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    database = Database.open(sqlite_url)
    assert database.read_sync(note_ids) == list(range(1, 101))
    database.dispose()


# One that fails goes alone


def test_a_function_that_fails_in_a_group_leaves_its_neighbours_committed(db: Database) -> None:
    transactions = []

    def add(conn: Connection, note_id: int) -> int:
        transactions.append(conn.get_transaction())
        add_note(conn, note_id)
        if note_id == 2:
            raise Refused
        return note_id

    async def scenario() -> list[Any]:
        async with busy_writers(db):
            calls = [asyncio.ensure_future(db.write(add, n)) for n in (1, 2, 3)]
            calls.append(asyncio.ensure_future(db.write(add_note, 1, "the same number again")))
            await asyncio.sleep(0)
        return await outcomes(*calls)

    first, second, third, same = asyncio.run(scenario())
    assert (first, third) == (1, 3) or db.dialect == "postgresql"
    assert isinstance(second, Refused)
    assert [type(first), type(same)].count(IntegrityError) == 1
    assert db.read_sync(note_ids) == [1, 3]
    if db.dialect == "sqlite":
        assert len(set(transactions)) == 1, "they were meant to share one transaction"


def test_a_failing_function_alone_leaves_nothing_behind(db: Database) -> None:
    def add_and_fail(conn: Connection) -> None:
        add_note(conn, 1)
        raise Refused

    with pytest.raises(Refused):
        db.write_sync(add_and_fail)
    assert db.write_sync(add_note, 2) == 2
    assert db.read_sync(note_ids) == [2]


def test_a_commit_that_fails_alone_gives_its_own_error_and_saves_nothing(db: Database) -> None:
    def add_both(conn: Connection) -> None:
        add_note(conn, 1)
        add_orphan_reply(conn)

    with pytest.raises(IntegrityError):
        db.write_sync(add_both)
    assert db.write_sync(add_note, 2) == 2
    assert db.read_sync(note_ids) == [2]


def test_a_shared_commit_that_fails_tells_every_caller_of_the_group(sqlite: Database) -> None:
    async def scenario() -> list[Any]:
        async with busy_writers(sqlite):
            calls: list[Any] = [asyncio.ensure_future(sqlite.write(add_note, n)) for n in (1, 2)]
            calls.append(asyncio.ensure_future(sqlite.write(add_orphan_reply)))
            await asyncio.sleep(0)
        return await outcomes(*calls)

    failures = asyncio.run(scenario())
    assert [type(failure) for failure in failures] == [DatabaseUnavailable] * 3
    assert len(set(map(id, failures))) == 3, "an exception shared by callers would mix their tracebacks"
    assert sqlite.read_sync(note_ids) == []
    assert sqlite.write_sync(add_note, 5) == 5


def test_a_cancelled_caller_does_not_disturb_its_neighbours(db: Database) -> None:
    async def scenario() -> list[Any]:
        async with busy_writers(db):
            calls = [asyncio.ensure_future(db.write(add_note, n)) for n in (1, 2, 3)]
            await asyncio.sleep(0)
            calls[1].cancel()
        return await outcomes(*calls)

    first, second, third = asyncio.run(scenario())
    assert (first, third) == (1, 3)
    assert isinstance(second, asyncio.CancelledError)
    assert set(db.read_sync(note_ids)) >= {1, 3}


# A transaction is a plain function


async def add_while_awaiting(conn: Connection) -> None:
    add_note(conn, 1)


def generate_notes(conn: Connection) -> Iterator[int]:
    yield add_note(conn, 1)


async def generate_while_awaiting(conn: Connection) -> AsyncIterator[int]:
    yield add_note(conn, 1)


@pytest.mark.parametrize(
    "late",
    [
        add_while_awaiting,
        partial(add_while_awaiting),
        lambda conn, note=add_while_awaiting: note(conn),
        generate_notes,
        generate_while_awaiting,
        lambda conn: conn.execute(select(notes)),
    ],
    ids=["coroutine", "partial coroutine", "lambda coroutine", "generator", "async generator", "result"],
)
def test_a_function_whose_work_would_come_after_the_transaction_is_refused(db: Database, late: Any) -> None:
    for transaction in (db.write_sync, db.read_sync):
        with pytest.raises(TypeError, match="a transaction returns values that are ready"):
            transaction(late)
    assert db.read_sync(note_ids) == []


def test_a_transaction_inside_a_transaction_is_refused(db: Database) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        db.write_sync(lambda _conn: db.read_sync(note_ids))
    with pytest.raises(RuntimeError, match="inside a transaction"):
        db.write_sync(lambda _conn: asyncio.run(db.write(add_note, 1)))


@pytest.mark.parametrize("how", ["commit", "rollback", "close"])
def test_a_function_that_ends_its_transaction_is_told_so_and_harms_no_later_one(db: Database, how: str) -> None:
    def end_and_go_on(conn: Connection) -> None:
        getattr(conn, how)()
        if how != "close":
            conn.execute(select(notes)).all()

    for _ in range(3):
        with pytest.raises(RuntimeError, match=r"end_and_go_on ended its transaction by itself"):
            db.write_sync(end_and_go_on)
    assert db.write_sync(add_note, 1) == 1


def test_a_function_that_rolls_back_takes_its_group_with_it_and_all_are_told(sqlite: Database) -> None:
    async def scenario() -> list[Any]:
        async with busy_writers(sqlite):
            calls: list[Any] = [asyncio.ensure_future(sqlite.write(add_note, 1))]
            calls.append(asyncio.ensure_future(sqlite.write(lambda conn: conn.rollback())))
            calls.append(asyncio.ensure_future(sqlite.write(add_note, 2)))
            await asyncio.sleep(0)
        return await outcomes(*calls)

    assert [type(outcome) for outcome in asyncio.run(scenario())] == [
        DatabaseUnavailable,
        RuntimeError,
        DatabaseUnavailable,
    ]
    assert sqlite.read_sync(note_ids) == []
    assert sqlite.write_sync(add_note, 5) == 5


def test_a_function_that_goes_on_after_a_failed_statement_is_not_told_that_it_was_saved(postgresql: Database) -> None:
    def swallow(conn: Connection) -> None:
        add_note(conn, 1)
        with pytest.raises(IntegrityError):
            add_note(conn, 1)

    with pytest.raises(RuntimeError, match="went on after a failed statement"):
        postgresql.write_sync(swallow)
    assert postgresql.read_sync(note_ids) == []


def test_a_failed_statement_in_a_nested_transaction_lets_the_rest_go_on(db: Database) -> None:
    def add_unless_there(conn: Connection) -> None:
        add_note(conn, 1)
        with pytest.raises(IntegrityError), conn.begin_nested():
            add_note(conn, 1)
        add_note(conn, 2)

    db.write_sync(add_unless_there)
    assert db.read_sync(note_ids) == [1, 2]


def test_a_function_that_raises_stop_iteration_leaves_nobody_waiting(db: Database) -> None:
    async def scenario() -> None:
        await asyncio.wait_for(db.write(lambda _conn: next(iter(()))), 10)

    with pytest.raises(RuntimeError, match="raised StopIteration"):
        asyncio.run(scenario())


def test_a_function_sees_the_context_of_its_caller(db: Database) -> None:
    trace: ContextVar[str] = ContextVar("trace", default="none")

    async def scenario() -> str:
        trace.set("of the caller")
        return await db.write(lambda _conn: trace.get())

    assert asyncio.run(scenario()) == "of the caller"


# Reads


@pytest.mark.parametrize(
    "write",
    [
        lambda conn: add_note(conn, 1),
        lambda conn: conn.execute(update(counters).values(value=7)).rowcount,
        lambda conn: conn.exec_driver_sql("CREATE TABLE more (id INTEGER)").rowcount,
    ],
    ids=["insert", "update", "create table"],
)
def test_a_read_cannot_write(db: Database, write: Callable[[Connection], int]) -> None:
    with pytest.raises(DBAPIError):
        db.read_sync(write)
    assert db.read_sync(note_ids) == []
    assert db.read_sync(counter) == (0, 0)


def test_a_read_sees_one_moment(db: Database) -> None:
    looked, written = threading.Event(), threading.Event()

    def look_twice(conn: Connection) -> tuple[list[int], list[int]]:
        before = note_ids(conn)
        looked.set()
        assert written.wait(10)
        return before, note_ids(conn)

    with ThreadPoolExecutor(1) as thread:
        looking = thread.submit(db.read_sync, look_twice)
        assert looked.wait(10)
        db.write_sync(add_note, 1)
        written.set()
        assert looking.result() == ([], [])
    assert db.read_sync(note_ids) == [1]


# The head


def advance(conn: Connection, head: str, *, fail: bool = False) -> str | None:
    before: str | None = conn.info.get("head")
    conn.info["head"] = head
    if fail:
        raise Refused
    return before


def head_of(conn: Connection) -> str | None:
    head: str | None = conn.info.get("head")
    return head


@pytest.fixture(params=["sqlite", "postgresql"])
def one_writer(request: pytest.FixtureRequest) -> Iterator[Database]:
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    database = Database.open(url, writers=1)
    database.write_sync(create_tables)
    yield database
    database.dispose()


def test_the_head_stays_with_the_connection_from_one_commit_to_the_next(one_writer: Database) -> None:
    assert one_writer.write_sync(advance, "a") is None
    assert one_writer.write_sync(advance, "b") == "a"


def test_the_head_goes_back_with_a_function_that_fails(one_writer: Database) -> None:
    with pytest.raises(Refused):
        one_writer.write_sync(advance, "lost", fail=True)
    assert one_writer.write_sync(advance, "a") is None
    with pytest.raises(Refused):
        one_writer.write_sync(advance, "lost", fail=True)
    assert one_writer.write_sync(head_of) == "a"


def test_the_head_goes_back_with_a_commit_that_fails(one_writer: Database) -> None:
    def advance_and_break(conn: Connection) -> None:
        advance(conn, "lost")
        add_orphan_reply(conn)

    one_writer.write_sync(advance, "a")
    with pytest.raises(IntegrityError):
        one_writer.write_sync(advance_and_break)
    assert one_writer.write_sync(head_of) == "a"


def test_in_a_group_each_function_continues_the_head_of_the_last_that_succeeded(one_writer: Database) -> None:
    async def scenario() -> list[Any]:
        async with busy_writers(one_writer):
            calls = [
                asyncio.ensure_future(one_writer.write(advance, "a")),
                asyncio.ensure_future(one_writer.write(advance, "lost", fail=True)),
                asyncio.ensure_future(one_writer.write(advance, "b")),
            ]
            await asyncio.sleep(0)
        return await outcomes(*calls)

    first, failed, third = asyncio.run(scenario())
    assert (first, third) == (None, "a")
    assert isinstance(failed, Refused)
    assert one_writer.write_sync(head_of) == "b"


def test_a_shared_commit_that_fails_takes_the_head_back_to_the_start_of_the_group(sqlite: Database) -> None:
    async def scenario() -> None:
        async with busy_writers(sqlite):
            calls = [asyncio.ensure_future(sqlite.write(advance, head)) for head in ("b", "c")]
            broken = asyncio.ensure_future(sqlite.write(add_orphan_reply))
            await asyncio.sleep(0)
        await outcomes(*calls, broken)

    sqlite.write_sync(advance, "a")
    asyncio.run(scenario())
    assert sqlite.write_sync(head_of) == "a"


# When the database does not serve


def test_a_deadlock_is_run_again_until_both_sides_are_saved(postgresql: Database) -> None:
    both_hold_one = threading.Barrier(2)
    runs = []

    def increment_both(conn: Connection, order: tuple[int, int]) -> None:
        runs.append(order)
        for position, counter_id in enumerate(order):
            conn.execute(update(counters).where(counters.c.id == counter_id).values(value=counters.c.value + 1))
            if position == 0 and len(runs) <= 2:
                both_hold_one.wait(10)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda order: postgresql.write_sync(increment_both, order), [(1, 2), (2, 1)]))
    assert len(runs) >= 3  # one more when the second try meets the other side still waiting
    assert postgresql.read_sync(lambda conn: list(conn.scalars(select(counters.c.value)))) == [2, 2]


def fail_to_serialize(conn: Connection) -> None:
    conn.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'later' USING ERRCODE = '40001'; END $$")


def test_a_serialization_failure_is_run_again_from_the_same_head(postgresql: Database) -> None:
    heads: list[str | None] = []

    def advance_the_third_time(conn: Connection) -> None:
        heads.append(advance(conn, f"run {len(heads)}"))
        add_note(conn, len(heads))
        if len(heads) < 3:
            fail_to_serialize(conn)

    postgresql.write_sync(advance_the_third_time)
    assert heads == [None, None, None]
    assert postgresql.read_sync(note_ids) == [3]


def test_a_serialization_failure_that_does_not_end_is_busy_after_a_few_runs(postgresql: Database) -> None:
    runs = []

    def always_fail(conn: Connection) -> None:
        runs.append(1)
        fail_to_serialize(conn)

    with pytest.raises(DatabaseBusy):
        postgresql.write_sync(always_fail)
    assert len(runs) == db_module.ATTEMPTS


def disconnect_self(conn: Connection) -> None:
    conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_connection_lost_before_the_commit_is_replaced_and_the_function_run_again(postgresql: Database) -> None:
    heads = []

    def lose_it_once(conn: Connection) -> int:
        heads.append(advance(conn, "new"))
        add_note(conn, 1)
        if len(heads) == 1:
            disconnect_self(conn)
        return len(heads)

    assert postgresql.write_sync(lose_it_once) == 2
    assert heads == [None, None]
    assert postgresql.read_sync(note_ids) == [1]


def test_connections_the_server_has_closed_meanwhile_are_replaced_unnoticed(postgresql: Database) -> None:
    def pid(conn: Connection) -> int:
        found: int = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
        return found

    def disconnect_all(conn: Connection) -> None:
        conn.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).all()

    before = {postgresql.write_sync(pid) for _ in range(8)} | {postgresql.read_sync(pid) for _ in range(8)}
    other = Database.open(postgresql.url.render_as_string(hide_password=False), writers=1)
    other.write_sync(disconnect_all)
    other.dispose()
    after = {postgresql.write_sync(pid) for _ in range(8)} | {postgresql.read_sync(pid) for _ in range(8)}
    assert not before & after


def test_a_connection_lost_at_the_commit_is_told_and_not_run_again(postgres_url: str) -> None:
    database = Database.open(postgres_url, writers=1)
    database.write_sync(create_tables)
    database.write_sync(
        lambda conn: (
            conn.exec_driver_sql(
                """
            CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON replies
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hang_up();
            """
            ).rowcount
        )
    )
    runs = []

    def add_reply(conn: Connection) -> None:
        runs.append(advance(conn, "unknown"))
        add_note(conn, 1)
        conn.execute(insert(replies), {"id": 1, "note_id": 1})

    database.write_sync(advance, "a")
    with pytest.raises(DatabaseDown, match="at the commit"):
        database.write_sync(add_reply)
    assert runs == ["a"]
    assert database.write_sync(head_of) is None, "the head of a lost connection must not come back"
    database.dispose()


def test_a_server_that_is_not_there_is_down() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take the port, and it refuses
        database = Database.open(f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/nothing")
        for transaction in (database.read_sync, database.write_sync):
            with pytest.raises(DatabaseDown):
                transaction(note_ids)
        database.dispose()


def test_a_sqlite_file_that_cannot_be_made_is_down(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/no/such/folder/motlan.db")

    async def scenario() -> list[Any]:
        return await outcomes(database.read(note_ids), *(database.write(note_ids) for _ in range(3)))

    assert {type(outcome) for outcome in asyncio.run(scenario())} == {DatabaseDown}
    database.dispose()


def test_a_lock_that_another_process_holds_too_long_is_busy(db: Database) -> None:
    url = db.url.render_as_string(hide_password=False)
    impatient = Database.open(url, patience=0.1)
    inside, leave = threading.Event(), threading.Event()

    def hold(conn: Connection) -> None:
        increment_locked(conn)
        inside.set()
        leave.wait(10)

    with ThreadPoolExecutor(1) as thread:
        holding = thread.submit(db.write_sync, hold)
        assert inside.wait(10)
        with pytest.raises(DatabaseBusy):
            impatient.write_sync(increment_locked)
        leave.set()
        holding.result()
    impatient.write_sync(increment_locked)
    assert db.read_sync(counter)[0] == 2
    impatient.dispose()


def test_a_call_that_does_not_get_its_turn_in_time_is_busy_and_not_run(database_url: str) -> None:
    database = Database.open(database_url, writers=1, patience=0.05)

    async def scenario() -> list[Any]:
        database.write_sync(create_tables)
        async with busy_writers(database):
            call = asyncio.ensure_future(database.write(add_note, 1))
            await asyncio.sleep(0.1)
        return await outcomes(call)

    assert [type(outcome) for outcome in asyncio.run(scenario())] == [DatabaseBusy]
    assert database.read_sync(note_ids) == []
    database.dispose()


def test_an_error_of_the_function_itself_does_not_count_as_unavailable(database: Database) -> None:
    with pytest.raises(DBAPIError):
        database.write_sync(add_note, 1)  # there is no such table
    with pytest.raises(ZeroDivisionError):
        database.write_sync(lambda _conn: 1 // 0)


# Settings


def test_sqlite_connections_are_set_to_be_durable_and_checked(sqlite: Database) -> None:
    def settings(conn: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        return {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    durable = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert sqlite.write_sync(settings) == durable | {"query_only": 0}
    assert sqlite.read_sync(settings) == durable | {"query_only": 1}


def test_postgresql_connections_are_limited_and_keep_the_options_of_the_url(postgres_url: str) -> None:
    database = Database.open(f"{postgres_url}&options=-c%20work_mem%3D7MB", patience=2)

    def settings(conn: Connection) -> list[str | None]:
        names = ("lock_timeout", "statement_timeout", "transaction_read_only", "transaction_isolation", "work_mem")
        return [conn.exec_driver_sql(f"SHOW {name}").scalar() for name in names]

    assert database.write_sync(settings) == ["2s", "15s", "off", "read committed", "7MB"]
    assert database.read_sync(settings) == ["2s", "15s", "on", "repeatable read", "7MB"]
    database.dispose()


def test_an_error_names_no_value_of_the_row(db: Database) -> None:
    private = "nguyễn thị bí mật"
    db.write_sync(add_note, 987654, private)
    with pytest.raises(IntegrityError) as twice:
        db.write_sync(add_note, 987654, private)
    with pytest.raises(IntegrityError) as negative:
        db.write_sync(lambda conn: conn.execute(update(counters).values(value=-987654)).rowcount)
    for error in (twice.value, negative.value):
        said = f"{error!s} {error!r} {error.orig!s} {error.orig!r}"
        assert private not in said
        assert "987654" not in said


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("sqlite:///file:motlan?mode=memory&uri=true", "memory"),
        ("sqlite+aiosqlite:///motlan.db", "must be sqlite"),
        ("mysql://localhost/motlan", "must be sqlite"),
        ("motlan.db", "cannot be read"),
    ],
)
def test_a_database_that_is_not_served_is_refused(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Database.open(url)


# The door


def doors_of_its_own(source: str) -> set[str]:
    """What in a module's source opens a database without `app/db.py`."""
    drivers = {"sqlite3", "psycopg", "psycopg_pool", "aiosqlite", "asyncpg"}
    makers = {
        "create_engine",
        "create_async_engine",
        "engine_from_config",
        "async_engine_from_config",
        "create_pool_from_url",
    }
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] in drivers}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} if node.module and node.module.split(".")[0] in drivers else set()
            found |= {alias.name for alias in node.names if alias.name in makers}
        elif isinstance(node, ast.Attribute) and node.attr in makers:
            found.add(node.attr)
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import sqlite3",
        "import psycopg.rows as rows",
        "def f():\n    from sqlite3 import connect",
        "from sqlalchemy import create_engine as make",
        "import sqlalchemy as sa\nengine = sa.create_engine('sqlite://')",
        "from sqlalchemy.ext.asyncio import create_async_engine",
    ],
)
def test_another_door_to_a_database_is_found(source: str) -> None:
    assert doors_of_its_own(source)


def test_only_db_opens_a_database() -> None:
    modules = {path for folder in ("app", "migrations") for path in (ROOT / folder).rglob("*.py")}
    own = ROOT / "app" / "db.py"
    assert doors_of_its_own(own.read_text(encoding="utf-8"))
    others = {
        str(path.relative_to(ROOT)): doors_of_its_own(path.read_text(encoding="utf-8")) for path in modules - {own}
    }
    assert {path: doors for path, doors in others.items() if doors} == {}
