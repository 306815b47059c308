"""A request sent twice has its effect once, whatever happens in between; both databases."""

import asyncio
import json
import threading
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.domain.catalogue import Form
from app.domain.errors import UnknownProcedure
from app.domain.values import replace
from app.models.decisions import decisions
from app.models.dossiers import dossier_counters, dossiers
from app.models.dossiers import supplement_requests as supplement_rows
from app.models.evidence import lookups
from app.models.idempotency import idempotency_keys
from app.models.journal import journal_entries
from app.services import dossiers as service
from app.services import idempotency, paper_demands, supplement_requests
from app.services.idempotency import KeyLost, KeyReused, Repeated, StillRunning
from tests.desk import CALLER, CHOICE, Gate, key, read
from tests.registries.scripted import SERVICE, Json, said, scripted

CARD = "CAN_CUOC"


def demand(gate: Gate, name: str = "K-1", body: str = "{}", **change: Any) -> Any:
    check = gate.check(CARD, **change)
    return paper_demands.demand(gate.desk, CALLER, check, key(name, body))


def kinds(gate: Gate) -> list[str]:
    return [r.kind for r in gate.rows(journal_entries)]


def test_the_same_key_and_body_gives_the_kept_answer_to_the_letter_and_asks_nobody(gate: Gate) -> None:
    first = gate.run(demand(gate))
    asked = len(gate.world.journal())
    for _ in range(2):
        with pytest.raises(Repeated) as again:
            gate.run(demand(gate))
        assert (again.value.kept.status, again.value.kept.body) == (200, first)
    assert len(gate.world.journal()) == asked
    assert gate.count(decisions) == 1


def test_a_dossiers_answer_is_kept_with_its_headers(gate: Gate) -> None:
    once = gate.run(service.submit(gate.desk, CALLER, gate.submission(CHOICE), key()))
    with pytest.raises(Repeated) as again:
        gate.run(service.submit(gate.desk, CALLER, gate.submission(CHOICE), key()))
    kept = again.value.kept
    assert (kept.status, kept.headers, kept.body) == (201, once.headers, once.body)
    assert kept.headers["location"] == f"/v1/dossiers/{read(once)['code']}"


def test_a_refused_supplement_request_is_an_answer_too_and_is_kept(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    code = gate.submit(CHOICE)["code"]
    asked = [supplement_requests.Asked(CARD, Form.ORIGINAL, "Cần đối chiếu")]

    def again() -> Any:
        return supplement_requests.request(gate.desk, CALLER, code, None, asked, key(route="supplement"))

    refused = gate.run(again())
    with pytest.raises(Repeated) as kept:
        gate.run(again())
    assert (kept.value.kept.status, kept.value.kept.body) == (409, refused.body)
    assert gate.count(supplement_rows) == 1


def test_the_same_key_with_another_body_is_refused(gate: Gate) -> None:
    gate.run(demand(gate))
    with pytest.raises(KeyReused):
        gate.run(demand(gate, body='{"a":1}'))
    assert gate.count(decisions) == 1


def test_a_key_belongs_to_one_caller_and_one_call(gate: Gate) -> None:
    one = key()
    others = [one, replace(one, client="another-office", holder="2"), replace(one, route="another", holder="3")]
    for k in others:
        gate.run(paper_demands.demand(gate.desk, CALLER, gate.check(CARD), k))
    assert gate.count(decisions) == 3


def test_a_repeat_while_the_first_still_runs_is_told_so(gate: Gate) -> None:
    gate.desk.db.write_sync(idempotency.claim, gate.desk, key())
    with pytest.raises(StillRunning):
        gate.run(demand(gate))
    assert gate.count(decisions) == 0


def test_a_holder_that_crashed_is_taken_over_after_its_lease(gate: Gate) -> None:
    gate.desk.db.write_sync(idempotency.claim, gate.desk, key())  # and then it was killed
    gate.watch.advance(seconds=gate.desk.settings.idempotency_lease - 1)
    with pytest.raises(StillRunning):
        gate.run(demand(gate))
    gate.watch.advance(seconds=1)
    answer = gate.run(demand(gate))
    with pytest.raises(Repeated) as again:
        gate.run(demand(gate))
    assert again.value.kept.body == answer


def test_who_was_too_slow_and_lost_the_key_leaves_no_second_decision(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    slow = threading.Event()
    calls = []
    with scripted() as script:

        def records(asked: Json) -> tuple[int, bytes]:
            calls.append(asked)
            if len(calls) == 1:
                slow.wait(10)
            return said(script.records(asked))

        script.handlers[SERVICE] = records
        gate.desk = gate.open(ndxp_url=f"{script.url}/ndxp")

        async def overtaken() -> tuple[bytes, BaseException | None]:
            first = asyncio.ensure_future(demand(gate))
            while not calls:
                await asyncio.sleep(0.005)
            gate.watch.advance(seconds=61)
            second = await demand(gate)
            slow.set()
            await asyncio.wait([first])
            return second, first.exception()

        answer, lost = gate.run(overtaken())
    assert isinstance(lost, KeyLost)
    assert [r.body for r in gate.rows(decisions)] == [answer]
    # Both have asked about the citizen, and both stand on record.
    assert gate.count(lookups) == 4
    assert (kinds(gate).count("gate.decision.made"), kinds(gate).count("gate.lookups.made")) == (1, 1)


def test_sixteen_equal_requests_at_once_file_one_dossier(gate: Gate) -> None:
    def one() -> Any:
        return service.submit(gate.desk, CALLER, gate.submission(CHOICE), key())

    results = gate.together(*(one() for _ in range(16)))
    names = {type(r).__name__ for r in results}
    assert [type(r).__name__ for r in results].count("Answer") == 1
    assert names <= {"Answer", "StillRunning", "Repeated"}
    assert (gate.count(dossiers), gate.count(decisions)) == (1, 1)
    assert [r.last for r in gate.rows(dossier_counters)] == [1]


def test_two_processes_and_one_key_still_file_one_dossier(gate: Gate) -> None:
    desks = [gate.desk, gate.open()]
    results = gate.together(*(service.submit(desks[n % 2], CALLER, gate.submission(CHOICE), key()) for n in range(16)))
    assert [type(r).__name__ for r in results].count("Answer") == 1
    assert gate.count(dossiers) == 1


def test_a_request_that_fails_gives_its_key_back(gate: Gate) -> None:
    with pytest.raises(UnknownProcedure):
        gate.run(demand(gate, procedure="9.999999"))
    assert gate.count(idempotency_keys) == 0
    gate.run(demand(gate, body='{"better": true}'))
    assert gate.count(decisions) == 1


def test_a_caller_that_hangs_up_gives_its_key_back(gate: Gate) -> None:
    gate.world.fault("ndxp", "timeout")

    async def hung_up() -> None:
        task = asyncio.ensure_future(demand(gate))
        while not gate.asked("ndxp"):
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    gate.run(hung_up())
    assert gate.count(idempotency_keys) == 0


def refuse_at_the_commit(conn: Connection) -> None:
    """Real failures of the last step: a constraint checked at the commit; on SQLite, of the last statement."""
    if conn.dialect.name == "sqlite":
        conn.execute(
            text(
                "CREATE TRIGGER no_more AFTER UPDATE OF status ON idempotency_keys "
                "BEGIN SELECT RAISE(ABORT, 'no more'); END"
            )
        )
        return
    conn.execute(text("CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more'; END $$"))
    conn.execute(
        text(
            "CREATE CONSTRAINT TRIGGER no_more AFTER UPDATE ON idempotency_keys DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION no_more()"
        )
    )


def serve_again(conn: Connection) -> None:
    on = " ON idempotency_keys" if conn.dialect.name == "postgresql" else ""
    conn.execute(text(f"DROP TRIGGER no_more{on}"))
    if on:
        conn.execute(text("DROP FUNCTION no_more"))


def test_a_commit_that_fails_leaves_nothing_half_written(gate: Gate) -> None:
    gate.world.put_holding(CARD)
    gate.desk.db.write_sync(refuse_at_the_commit)
    try:
        for _ in range(2):
            (failed,) = gate.together(service.submit(gate.desk, CALLER, gate.submission(CHOICE), key()))
            assert isinstance(failed, Exception)
        for table in (dossiers, decisions, dossier_counters, idempotency_keys):
            assert gate.count(table) == 0, table.name
        assert "gate.decision.made" not in kinds(gate)
    finally:
        gate.desk.db.write_sync(serve_again)
    answer = gate.run(service.submit(gate.desk, CALLER, gate.submission(CHOICE), key()))
    assert read(answer)["code"].endswith("-0001")


def test_kept_answers_are_forgotten_when_their_time_is_over(gate: Gate) -> None:
    gate.run(demand(gate, "old"))
    gate.watch.advance(hours=gate.desk.settings.idempotency_hours)
    gate.run(demand(gate, "new"))
    assert gate.run(idempotency.sweep(gate.desk)) == 0
    gate.watch.advance(seconds=1)
    assert gate.run(idempotency.sweep(gate.desk)) == 1
    assert [r.key for r in gate.rows(idempotency_keys)] == ["new"]


def test_what_is_kept_is_the_answer_and_nothing_of_the_question(gate: Gate) -> None:
    gate.run(demand(gate, body='{"subject": "secret words"}'))
    (row,) = gate.rows(idempotency_keys)
    assert json.loads(row.body)["outcome"] == "lawful"
    assert b"secret words" not in b"".join(str(value).encode() for value in row)
