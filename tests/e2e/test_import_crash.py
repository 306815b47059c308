"""A worker killed in the middle of an import: nothing of it is published, and the next worker does all of it."""

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, update

from app.models.catalogue import catalogue_revisions
from app.models.imports import imports
from app.services import import_queue
from app.services.import_queue import Upload
from app.services.journal import verify_journal
from tests.desk import CALLER, Gate
from tests.e2e.test_crash import motlan, until
from tests.services.test_imports import PROCEDURES

# Texts enough to be killed among: each is another one, so each is read.
MANY = "procedure_code,position,name\n" + "".join(
    f'9.300001,{n},"Bản sao giấy chứng nhận số {n} do cơ quan thứ {n} cấp{", cấp lại" * 400}"\n' for n in range(1, 900)
)


def row_of(gate: Gate, import_id: str) -> Any:
    return next(r for r in gate.rows(imports) if r.id == import_id)


def handed_in(gate: Gate, content: str) -> str:
    upload = Upload("tep.csv", content.encode(), None, dry_run=False, strict=False, valid_from=None)
    import_id, _ = gate.run(import_queue.accept(gate.desk, CALLER, upload, None))
    return import_id


def test_a_killed_worker_leaves_nothing_and_the_next_one_imports_the_whole_file(gate: Gate, tmp_path: Path) -> None:
    gate.watch.moment = datetime.now(UTC)  # the workers have a clock of their own
    with motlan(gate, tmp_path) as program:
        first = program.start("worker")
        known = handed_in(gate, PROCEDURES)
        until(lambda: row_of(gate, known).status == "done", 60)
        before = gate.count(catalogue_revisions)
        import_id = handed_in(gate, MANY)
        until(lambda: row_of(gate, import_id).status == "running", 60)
        first.kill()
        first.join(10)
        assert first.exitcode == -signal.SIGKILL
        assert (row_of(gate, import_id).status, gate.count(catalogue_revisions)) == ("running", before)

        def lease_ran_out(conn: Connection) -> None:
            conn.execute(update(imports).values(held_until=datetime.now(UTC)))

        gate.desk.db.write_sync(lease_ran_out)
        program.start("worker")
        until(lambda: row_of(gate, import_id).status == "done", 60)
    done = gate.run(import_queue.find(gate.desk, import_id))
    assert (done["counts"]["components"], gate.count(catalogue_revisions)) == (899, before + 1)
    assert row_of(gate, import_id).attempts == 2
    verify_journal(gate.desk.db)
