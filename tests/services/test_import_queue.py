"""Imports handed in: done by the worker one at a time, whatever happens to it, and never by halves."""

import asyncio
import threading
from typing import Any, cast

import pytest

from app.db import Database, DatabaseBusy
from app.domain.imports import ImportKind
from app.domain.readings import Reading
from app.domain.values import replace
from app.models.catalogue import catalogue_revisions
from app.models.imports import imports
from app.repositories import imports as rows
from app.repositories.idempotency import Key
from app.services import idempotency, import_queue
from app.services.desk import Desk
from app.services.import_queue import ATTEMPTS, LEASE, UnknownImport, Upload
from app.services.imports import prepare
from tests.desk import CALLER, Gate, key
from tests.services.test_imports import COMPONENTS, PROCEDURES
from tests.test_worker import worked


def upload(content: str = PROCEDURES, **change: Any) -> Upload:
    return replace(Upload("tep.csv", content.encode(), None, dry_run=False, strict=False, valid_from=None), **change)


def handed_in(gate: Gate, content: str = PROCEDURES, key: Key | None = None, **change: Any) -> str:
    import_id, _ = gate.run(import_queue.accept(gate.desk, CALLER, upload(content, **change), key))
    return import_id


def work(gate: Gate, desk: Desk | None = None) -> bool:
    return gate.run(import_queue.work(desk or gate.desk, asyncio.Event()))


def found(gate: Gate, import_id: str) -> dict[str, Any]:
    return gate.run(import_queue.find(gate.desk, import_id))


def row_of(gate: Gate, import_id: str) -> Any:
    return next(r for r in gate.rows(imports) if r.id == import_id)


def test_an_import_waits_is_done_and_its_file_is_dropped(gate: Gate) -> None:
    import_id = handed_in(gate)
    assert (found(gate, import_id)["status"], row_of(gate, import_id).content) == ("queued", PROCEDURES.encode())
    assert work(gate)
    done = found(gate, import_id)
    assert (done["status"], done["kind"], done["rows_done"], done["rows_total"]) == ("done", "procedures", 1, 1)
    assert done["counts"]["new"] == 1
    assert done["revision"] == gate.rows(catalogue_revisions)[-1].revision
    assert gate.rows(catalogue_revisions)[-1].published_by == CALLER.client_id
    assert row_of(gate, import_id).content is None
    assert not work(gate)


def test_a_refused_import_says_what_is_wrong_and_publishes_nothing(gate: Gate) -> None:
    before = gate.count(catalogue_revisions)
    bad = handed_in(gate, PROCEDURES.replace("9.300001", "9.3"))
    other = handed_in(gate, "id,number,title,issuer,issued_on\nX,1,A,B,2020-01-01\n")
    assert work(gate) and work(gate)
    assert [(p["row"], p["code"]) for p in found(gate, bad)["problems"]] == [(2, "code_as_number")]
    assert [p["code"] for p in found(gate, other)["problems"]] == ["not_catalogue"]
    assert {found(gate, i)["status"] for i in (bad, other)} == {"refused"}
    assert gate.count(catalogue_revisions) == before


def test_a_dry_run_publishes_nothing_and_what_was_asked_for_is_kept_to(gate: Gate) -> None:
    before = gate.count(catalogue_revisions)
    import_id = handed_in(gate, dry_run=True, kind=ImportKind.PROCEDURES)
    assert work(gate)
    assert (found(gate, import_id)["status"], found(gate, import_id)["counts"]["new"]) == ("done", 1)
    assert gate.count(catalogue_revisions) == before


def test_imports_are_done_in_the_order_of_their_coming(gate: Gate) -> None:
    first, second = handed_in(gate), handed_in(gate, COMPONENTS)
    assert work(gate) and work(gate)
    assert [found(gate, i)["status"] for i in (first, second)] == ["done", "done"]


def test_two_workers_never_import_at_the_same_time(gate: Gate) -> None:
    handed_in(gate)
    handed_in(gate, COMPONENTS)
    now = gate.desk.clock.now()
    taken = gate.together(*(gate.desk.db.write(rows.take, now, now + LEASE, name) for name in "abcd"))
    assert sum(t is not None for t in taken) == 1


def test_the_import_of_a_worker_that_died_is_taken_up_again_and_published_once(gate: Gate) -> None:
    import_id = handed_in(gate)
    now = gate.desk.clock.now()
    row, content = gate.desk.db.write_sync(rows.take, now, now + LEASE, "the dead one") or pytest.fail(
        "nothing to take"
    )
    assert not work(gate), "its lease has not run out"
    gate.watch.advance(seconds=LEASE.total_seconds() + 1)
    before = gate.count(catalogue_revisions)
    assert work(gate, gate.open())
    assert found(gate, import_id)["status"] == "done"
    # The first worker was only slow: what it has to say comes too late, and nothing of it stays.
    made = prepare(row.name, content, None, gate.desk.read)
    with pytest.raises(import_queue._Abandoned):
        gate.desk.db.write_sync(import_queue._finish, gate.desk, row, "the dead one", made)
    assert gate.count(catalogue_revisions) == before + 1


def test_a_worker_that_dies_between_publishing_and_the_commit_leaves_nothing(gate: Gate) -> None:
    import_id = handed_in(gate)
    before = gate.count(catalogue_revisions)
    now = gate.desk.clock.now()
    row, content = gate.desk.db.write_sync(rows.take, now, now + LEASE, "h") or pytest.fail("nothing to take")
    made = prepare(row.name, content, None, gate.desk.read)

    def killed(conn: Any) -> None:
        import_queue._finish(conn, gate.desk, row, "h", made)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gate.desk.db.write_sync(killed)
    assert (gate.count(catalogue_revisions), found(gate, import_id)["status"]) == (before, "running")
    gate.watch.advance(seconds=LEASE.total_seconds() + 1)
    assert work(gate) and found(gate, import_id)["status"] == "done"


def test_an_import_that_ends_no_attempt_is_given_up(sqlite_gate: Gate) -> None:
    def broken(text: str) -> Reading:
        raise RuntimeError("a fault of the program")

    handed_in(sqlite_gate)
    assert work(sqlite_gate)
    import_id = handed_in(sqlite_gate, COMPONENTS)
    desk = replace(sqlite_gate.desk, read=broken)
    for _ in range(ATTEMPTS):
        with pytest.raises(RuntimeError):
            work(sqlite_gate, desk)
        sqlite_gate.watch.advance(seconds=LEASE.total_seconds() + 1)
    assert work(sqlite_gate, desk)
    given_up = found(sqlite_gate, import_id)
    assert (given_up["status"], [p["code"] for p in given_up["problems"]]) == ("failed", ["failed"])
    assert row_of(sqlite_gate, import_id).content is None
    assert not work(sqlite_gate, desk)


def test_a_worker_that_is_told_to_stop_gives_the_import_back(sqlite_gate: Gate) -> None:
    handed_in(sqlite_gate)
    assert work(sqlite_gate)
    import_id = handed_in(sqlite_gate, COMPONENTS)
    stop = asyncio.Event()

    async def told() -> bool:
        """The worker is told while a text is read; what it writes next has been written when this comes back."""
        loop = asyncio.get_running_loop()

        def read(text: str) -> Reading:
            loop.call_soon_threadsafe(stop.set)
            for _ in range(3):
                asyncio.run_coroutine_threadsafe(desk.db.write(lambda _: None), loop).result()
            return sqlite_gate.desk.read(text)

        desk = replace(sqlite_gate.desk, read=read)
        return await import_queue.work(desk, stop)

    assert not sqlite_gate.run(told())
    row = row_of(sqlite_gate, import_id)
    assert (row.status, row.attempts, row.holder) == ("queued", 0, None)
    assert work(sqlite_gate)
    assert found(sqlite_gate, import_id)["status"] == "done"


def test_a_database_that_is_busy_for_a_moment_does_not_keep_the_worker_from_stopping(sqlite_gate: Gate) -> None:
    handed_in(sqlite_gate)
    assert work(sqlite_gate)
    import_id = handed_in(sqlite_gate, COMPONENTS)
    stop, refused = asyncio.Event(), threading.Event()

    class Busy:
        """The database, which refuses to go on holding the import."""

        read = sqlite_gate.desk.db.read

        async def write(self, fn: Any, *args: Any) -> Any:
            if fn is rows.hold:
                refused.set()
                raise DatabaseBusy
            return await sqlite_gate.desk.db.write(fn, *args)

    async def told() -> bool:
        loop = asyncio.get_running_loop()

        def read(text: str) -> Reading:
            loop.call_soon_threadsafe(stop.set)
            assert refused.wait(10)
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
            return sqlite_gate.desk.read(text)

        return await import_queue.work(replace(sqlite_gate.desk, read=read, db=cast("Database", Busy())), stop)

    assert not sqlite_gate.run(told())
    row = row_of(sqlite_gate, import_id)
    assert (row.status, row.attempts) == ("queued", 0)


def test_the_worker_imports_beside_its_other_work(gate: Gate) -> None:
    import_id = handed_in(gate)
    worked(gate, lambda: row_of(gate, import_id).status == "done")


def test_the_same_key_gives_the_same_import_and_another_file_is_refused(gate: Gate) -> None:
    handed_in(gate, key=key("I-1", "a", "POST /v1/imports"))
    with pytest.raises(idempotency.Repeated) as repeated:
        handed_in(gate, key=key("I-1", "a", "POST /v1/imports"))
    assert repeated.value.kept.status == 202
    with pytest.raises(idempotency.KeyReused):
        handed_in(gate, key=key("I-1", "b", "POST /v1/imports"))
    assert gate.count(imports) == 1


def test_pages_go_back_from_the_latest(gate: Gate) -> None:
    ids = [handed_in(gate, f"a,b\n{n},\n") for n in range(5)]
    shown: list[str] = []
    cursor = None
    while True:
        page = gate.run(import_queue.page(gate.desk, cursor, 2))
        assert all("problems" not in item for item in page["items"])
        shown += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert shown == ids[::-1]
    with pytest.raises(UnknownImport):
        found(gate, "00000000-0000-0000-0000-000000000000")
