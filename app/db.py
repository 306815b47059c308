"""The database behind one door: a transaction is a plain function, run in a worker thread.

    decision = await db.read(repository.find, decision_id)
    await db.write(repository.add, decision)

`fn(conn, …)` cannot await, so no network call can happen inside a transaction. `write` comes back after the commit:
what it has answered is kept. What such a function must keep to:

- It touches nothing but the database and its own values: it may be run again (after a deadlock, a serialization
  failure, a connection lost before the commit), and a caller who was cancelled may find its work committed.
- It returns values that are ready. A result, a generator or a coroutine would run after the transaction and is refused.
- It does not commit or roll back. To go on after a statement that failed, it wraps that one in `conn.begin_nested()`.
- `conn.info["head"]` may hold one immutable value (the journal keeps the head of its strand there). It belongs to the
  connection, goes back with a transaction that fails, and is gone with a connection that was lost.

SQLite has one writer thread. It takes all functions that wait, up to `GROUP`, runs each inside its own savepoint,
commits once, and only then answers them: one fsync for all. PostgreSQL has a thread and a connection for each writer.
On both, readers have connections of their own, on which the database itself refuses writes; a read sees one moment.
"""

import asyncio
import contextvars
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Concatenate, Literal, ParamSpec, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, NullPool, Result, RootTransaction, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError

P = ParamSpec("P")
T = TypeVar("T")

HEAD = "head"
GROUP = 64
ATTEMPTS = 5
TIME_LIMIT = 15.0  # seconds for one statement, PostgreSQL

_worker = threading.local()


class DatabaseUnavailable(Exception):
    """The work was not done and may be tried again; a caller over HTTP answers 503."""


class DatabaseBusy(DatabaseUnavailable):
    """No turn, no lock or no end within the time allowed. Nothing was saved."""


class DatabaseDown(DatabaseUnavailable):
    """The database cannot be reached or cannot store. Where it was lost at the commit, the work may have been saved."""


def make_engine(
    url: str | URL, *, read_only: bool = False, patience: float = 5.0, time_limit: float | None = None
) -> Engine:
    """The one place an engine is made; migrations take theirs from here too. It keeps no pool.

    `url` is `sqlite:///path` or `postgresql://…` (`ValueError` for any other); `patience` is the longest wait for a
    lock and `time_limit` the longest run of one statement (PostgreSQL only), both in seconds.
    """
    url = _served(url)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, read_only, patience)
    return _postgresql_engine(url, read_only, patience, time_limit)


def _served(url: str | URL) -> URL:
    try:
        url = make_url(url)
    except ArgumentError:
        raise ValueError("the database's URL cannot be read; it looks like sqlite:///path or postgresql://…") from None
    if url.drivername in ("postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise ValueError(f"the database must be sqlite:///path or postgresql://…, not {url.drivername}://")
    if not url.database or ":memory:" in url.database or url.query.get("mode") == "memory":
        raise ValueError(
            "SQLite in memory is not served, each connection would see its own: give a file, sqlite:///path"
        )
    return url


def _sqlite_engine(url: URL, read_only: bool, patience: float) -> Engine:
    # The driver's own transactions begin at the first write, too late to keep a read-modify-write safe: they are
    # switched off, and BEGIN IMMEDIATE takes the write lock before the first read.
    connect_args = {"isolation_level": None, "timeout": patience}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args)

    @event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: object) -> None:
        driver.execute("PRAGMA journal_mode = WAL")
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute("PRAGMA foreign_keys = ON")
        # 64 MiB of pages: with the default of 2 the writer reads back what it has just written, a quarter of its time.
        driver.execute("PRAGMA cache_size = -65536")
        if read_only:
            driver.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL, read_only: bool, patience: float, time_limit: float | None) -> Engine:
    options = ["-c TimeZone=UTC", f"-c lock_timeout={max(1, round(patience * 1000))}"]
    if time_limit is not None:
        options.append(f"-c statement_timeout={max(1, round(time_limit * 1000))}")
    if read_only:
        options += ["-c default_transaction_read_only=on", r"-c default_transaction_isolation=repeatable\ read"]
    given = url.query.get("options", ())
    connect_args = {
        "options": " ".join([given] if isinstance(given, str) else given) + " " + " ".join(options),
        "connect_timeout": max(2, round(patience)),
        # A server that vanished without a word would otherwise hold its thread for a quarter of an hour.
        "tcp_user_timeout": 20_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
    }
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args)

    @event.listens_for(engine, "handle_error")
    def without_values(context: ExceptionContext) -> None:
        # PostgreSQL's DETAIL quotes the row ("Failing row contains (…)"); personal data may not stand in an error.
        original, wrapped = context.original_exception, context.sqlalchemy_exception
        primary = getattr(getattr(original, "diag", None), "message_primary", None)
        if primary and wrapped is not None:
            original.args = (primary,)
            wrapped.args = (f"({type(original).__name__}) {primary}",)

    return engine


class Database:
    """Reads and writes of one database, for many tasks and threads of one process."""

    def __init__(self, url: URL, *, readers: int, writers: int, patience: float) -> None:
        self.url = url
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        one_writer = self.dialect == "sqlite"
        reading = make_engine(url, read_only=True, patience=patience, time_limit=TIME_LIMIT)
        writing = make_engine(url, patience=patience, time_limit=TIME_LIMIT)
        self._reads = _Lane("db-read", reading, readers, 1, patience)
        self._writes = _Lane("db-write", writing, 1 if one_writer else writers, GROUP if one_writer else 1, patience)

    @classmethod
    def open(cls, url: str, *, readers: int = 4, writers: int = 10, patience: float = 5.0) -> Self:
        """Nothing is connected yet: a database that is down shows at the first transaction, as `DatabaseDown`.

        `writers` is for PostgreSQL, SQLite has one. `patience`, in seconds, is the longest wait for a turn and then for
        each lock. `ValueError` for a database that is not served.
        """
        return cls(_served(url), readers=readers, writers=writers, patience=patience)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `fn(conn, …)` returns, from a read-only transaction that sees one moment."""
        return await self._reads.call(fn, args, kwargs)

    async def write(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """What `fn(conn, …)` returns, once its work is committed; what it raises, once its work is undone."""
        return await self._writes.call(fn, args, kwargs)

    def read_sync(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`read` where there is no event loop."""
        return self._reads.call_sync(fn, args, kwargs)

    def write_sync(self, fn: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` where there is no event loop."""
        return self._writes.call_sync(fn, args, kwargs)

    async def close(self) -> None:
        """Finish what was asked for and refuse what comes later with `DatabaseDown`."""
        await asyncio.to_thread(self.dispose)

    def dispose(self) -> None:
        """`close` where there is no event loop."""
        self._writes.close()
        self._reads.close()


@dataclass(slots=True, eq=False)
class _Job:
    """One call on its way to a worker thread and back."""

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    future: "asyncio.Future[Any] | Future[Any]"
    loop: asyncio.AbstractEventLoop | None
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    since: float = field(default_factory=time.monotonic)
    value: Any = None
    error: BaseException | None = None

    @property
    def name(self) -> str:
        return getattr(self.fn, "__qualname__", type(self.fn).__qualname__)

    def run(self, conn: Connection) -> Any:
        value = self.context.run(self.fn, conn, *self.args, **self.kwargs)
        if isinstance(value, (CoroutineType, GeneratorType, AsyncGeneratorType, Result)):
            if not isinstance(value, AsyncGeneratorType):
                value.close()
            raise TypeError(f"a transaction returns values that are ready; {self.name} gave a {type(value).__name__}")
        return value

    def settle(self) -> None:
        if self.future.done():  # the caller was cancelled
            return
        if self.error is None:
            self.future.set_result(self.value)
        elif isinstance(self.error, StopIteration):  # no future can carry it
            self.future.set_exception(RuntimeError(f"{self.name} raised StopIteration"))
        else:
            self.future.set_exception(self.error)
        self.error = None  # error → traceback → frame → job → error: a cycle that would wait for the garbage collector


class _Lane:
    """Threads that take jobs from one queue, up to `group` at a time, each over a connection of its own."""

    def __init__(self, name: str, engine: Engine, threads: int, group: int, patience: float) -> None:
        self._engine, self._group, self._patience = engine, group, patience
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    async def call(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._put(_Job(fn, args, kwargs, future, loop))
        return await future

    def call_sync(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        future: Future[T] = Future()
        self._put(_Job(fn, args, kwargs, future, None))
        return future.result()

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                for _ in self._threads:
                    self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _put(self, job: _Job) -> None:
        if getattr(_worker, "inside", False):
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        with self._lock:  # nothing may get in behind the end marks
            if self._closed:
                raise DatabaseDown("the database has been closed")
            self._queue.put(job)

    def _work(self) -> None:
        _worker.inside = True
        link = _Link(self._engine)
        ended = False
        while not ended:
            jobs, ended = self._take()
            late = time.monotonic() - self._patience
            for job in jobs:
                if job.since < late:
                    job.error = DatabaseBusy("no turn within the time allowed")
            due = [job for job in jobs if job.error is None and not job.future.cancelled()]
            if len(due) == 1:
                _alone(link, due[0])
            elif due:
                _together(link, due)
            _answer(jobs)
        link.discard()

    def _take(self) -> tuple[list[_Job], bool]:
        """What waits, up to a group, and whether the end mark came up."""
        jobs: list[_Job] = []
        job = self._queue.get()
        with suppress(Empty):
            while job is not None:
                jobs.append(job)
                if len(jobs) == self._group:
                    break
                job = self._queue.get_nowait()
        return jobs, job is None


def _answer(jobs: list[_Job]) -> None:
    """Hand all outcomes over, with one wake-up for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop | None, list[_Job]] = {}
    for job in jobs:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, waiting in by_loop.items():
        if loop is None:
            _settle(waiting)
        else:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, waiting)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()


class _Link:
    """A worker thread's connection, opened on first need and again after a loss."""

    def __init__(self, engine: Engine) -> None:
        self.driver: Any = None
        self.info: dict[Any, Any] = {}
        self._engine = engine
        self._conn: Connection | None = None

    def begin(self) -> tuple[Connection, RootTransaction]:
        try:
            if self._conn is None:
                self._conn = self._engine.connect()
                self.driver = self._conn.connection.driver_connection
                self.info = self._conn.info
            return self._conn, self._conn.begin()
        except DBAPIError as error:
            plain = _plain(error)
            if isinstance(plain, DatabaseBusy):
                raise plain from error
            self.discard()
            raise DatabaseDown("the database cannot be reached") from error

    def run(self, job: _Job, conn: Connection, transaction: RootTransaction) -> Any:
        """The job's value; an error where a commit would be reported as a success and keep nothing, or only a part."""
        value = job.run(conn)
        if not transaction.is_active:
            raise RuntimeError(f"{job.name} ended its transaction by itself")
        if conn.dialect.name == "sqlite":
            undone = not self.driver.in_transaction
        else:
            undone = self.driver.pgconn.transaction_status == 3  # libpq's PQTRANS_INERROR: COMMIT would roll back
        if undone:
            raise RuntimeError(f"{job.name} went on after a failed statement that had undone its transaction")
        return value

    def undo(self, conn: Connection, head: object) -> bool:
        """Roll everything back, the head too; False when the connection is lost, and with it all that hung on it."""
        if not conn.invalidated and not conn.closed:
            with suppress(Exception):
                conn.rollback()
                self.driver.rollback()  # after a commit that failed, SQLAlchemy holds the transaction to be over
                self.restore(head)
                return True
        lost = not conn.closed  # or else the function closed it, which is no loss to try again after
        self.discard()
        return not lost

    def restore(self, head: object) -> None:
        if head is None:
            self.info.pop(HEAD, None)
        else:
            self.info[HEAD] = head

    def discard(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            with suppress(Exception):
                conn.invalidate()
                conn.close()


def _alone(link: _Link, job: _Job) -> None:
    """Run one job in a transaction of its own, and again where nothing was committed and another try may help."""
    for attempt in range(1, ATTEMPTS + 1):
        committing = False
        try:
            conn, transaction = link.begin()
        except Exception as error:
            job.error = error
            return
        head = link.info.get(HEAD)
        try:
            value = link.run(job, conn, transaction)
            committing = True
            transaction.commit()
        except BaseException as error:
            lost = not link.undo(conn, head)
            if lost and committing:
                job.error = _because(error, DatabaseDown("lost at the commit: the work may or may not have been saved"))
                return
            if attempt == ATTEMPTS or not (lost or _sqlstate(error) in _AGAIN):
                job.error = _because(error, DatabaseDown("the connection was lost")) if lost else _plain(error)
                return
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
        else:
            job.value = value
            return


def _together(link: _Link, jobs: list[_Job]) -> None:
    """Run SQLite jobs in one transaction, each in a savepoint: one that fails goes alone, a failed commit takes all."""
    try:
        conn, transaction = link.begin()
    except Exception as error:
        for job in jobs:
            job.error = error
        return
    start = link.info.get(HEAD)
    # Straight to the driver: these three statements through SQLAlchemy cost a group a fifth of its throughput.
    execute = link.driver.execute
    try:
        for job in jobs:
            head = link.info.get(HEAD)
            execute("SAVEPOINT job")
            try:
                job.value = link.run(job, conn, transaction)
            except BaseException as error:
                job.error = _plain(error)
                execute("ROLLBACK TO job")
                link.restore(head)
            execute("RELEASE job")
        transaction.commit()
    except BaseException as error:
        link.undo(conn, start)
        plain = _plain(error)
        kind = type(plain) if isinstance(plain, DatabaseUnavailable) else DatabaseUnavailable
        for job in jobs:
            if job.error is None:
                job.error = _because(error, kind("the transaction shared with other calls could not be committed"))


_AGAIN = ("40001", "40P01")  # serialization failure, deadlock
_BUSY = (*_AGAIN, "53300", "55P03", "57014")  # too many connections, lock timeout, statement timeout
_DOWN = ("08", "53", "57", "58")  # the classes connection, resources, operator's intervention, system
_SQLITE_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SQLITE_DOWN = (
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
)


def _sqlstate(error: BaseException) -> str:
    return getattr(error.orig, "sqlstate", None) or "" if isinstance(error, DBAPIError) else ""


def _plain(error: BaseException) -> BaseException:
    """The error as its caller should see it: itself, or in plain words that the database cannot serve now."""
    if not isinstance(error, DBAPIError):
        return error
    state = _sqlstate(error)
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    if state in _BUSY or code in _SQLITE_BUSY:
        return _because(error, DatabaseBusy("the database is busy"))
    if error.connection_invalidated or state[:2] in _DOWN or code in _SQLITE_DOWN:
        return _because(error, DatabaseDown("the database cannot serve"))
    return error


def _because(cause: BaseException, error: DatabaseUnavailable) -> DatabaseUnavailable:
    error.__cause__ = cause
    return error
