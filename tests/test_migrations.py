"""The schema's versions: each goes up and down on both databases, and the last is what the models say.

A database that was in use before dossiers had a clock, or before the archive knew whom a result was issued to, goes on
being used after the upgrade, and after the way back.
"""

from alembic import command
from alembic.script import ScriptDirectory

from app.db import Database
from app.domain.dossiers import Status
from app.domain.persons import Subject, SubjectKind
from app.domain.results import Result
from app.models.decisions import decisions
from app.models.journal import journal_entries
from app.services import decisions as judged
from app.services import dossiers, migrations, results
from app.services.journal import verify_journal
from tests.desk import AN, CALLER, CHOICE, PLAIN, Gate, OpenGate, prepare, read


def test_every_version_goes_up_and_down_and_the_head_is_what_the_models_say(database_url: str) -> None:
    config = migrations._config(database_url)
    versions = [s.revision for s in ScriptDirectory.from_config(config).walk_revisions()]  # the head first
    migrations.upgrade(database_url)
    command.check(config)
    for below in [*versions[1:], "base"]:
        migrations.downgrade(database_url, below)
    for version in reversed(versions):
        migrations.upgrade(database_url, version)
    command.check(config)
    database = Database.open(database_url)
    try:
        assert database.read_sync(migrations.at_head)
    finally:
        database.dispose()


BEFORE_DEADLINES = "0003"


def filed(gate: Gate, *moves: int) -> str:
    """A dossier moved on, an hour between two moves; `0` is a supplement request that was sent."""
    code: str = gate.submit(PLAIN)["code"]
    for to in moves:
        gate.watch.advance(hours=1)
        if to:
            gate.move(code, to)
        else:
            assert gate.ask_more(code, "VAN_BANG").status == 201
    gate.watch.advance(hours=1)
    return code


def waiting(gate: Gate) -> str:
    gate.world.fault("ndxp", "http_503")
    gate.world.put_holding("CAN_CUOC", wallet="absent")
    code: str = gate.submit(CHOICE)["code"]
    gate.world.http.delete(f"{gate.world.control}/faults").raise_for_status()
    return code


def test_dossiers_from_before_there_were_deadlines_live_on(database_url: str, open_gate: OpenGate) -> None:
    prepare(database_url)
    gate = open_gate(database_url)
    gate.world.put_holding("CAN_CUOC")
    lives = {
        name: filed(gate, *moves)
        for name, moves in {
            "new": (),
            "refused": (3,),
            "in work": (2, 4),
            "put into 5": (2, 5),
            "asked": (2, 0),
            "asked twice": (2, 0, 0),
            "put into 5, then asked": (2, 5, 0),
            "put into 5 and back, then asked": (2, 5, 4, 0),
            "answered": (2, 0, 4),
        }.items()
    }
    lives["waiting"] = waiting(gate)
    migrations.downgrade(database_url, BEFORE_DEADLINES)
    migrations.upgrade(database_url)
    gate.restart()

    found = {name: gate.dossier(code) for name, code in lives.items()}
    assert {name: (d["status"], d["late"]["supplements"], d["paused"]) for name, d in found.items()} == {
        "new": (1, 0, False),
        "refused": (3, 0, False),
        "in work": (4, 0, False),
        "put into 5": (5, 1, False),
        "asked": (5, 1, True),
        "asked twice": (5, 2, True),
        "put into 5, then asked": (5, 1, True),
        "put into 5 and back, then asked": (5, 2, True),
        "answered": (4, 1, False),
        "waiting": (1, 0, False),
    }
    assert {d["decided_by"] for d in found.values()} == {"000.00.00.H27"}
    assert [name for name, d in found.items() if d["ended_at"]] == ["refused"]

    # Asked again while the applicant is waited for is a second time; what was put there by hand is asked for the first.
    assert gate.ask_more(lives["asked"], "VAN_BANG").status == 201
    assert gate.ask_more(lives["put into 5"], "VAN_BANG").status == 201
    assert gate.dossier(lives["asked"])["late"]["counts_as_late"]
    assert gate.dossier(lives["put into 5"])["late"]["supplements"] == 1
    assert gate.move(lives["asked"], 4)["paused"] is False
    assert gate.move(lives["in work"], 9)["ended_at"]
    assert gate.recheck(lives["waiting"])["wait_until"] is None
    for row in gate.rows(decisions):
        assert gate.run(judged.replay(gate.desk, row.decision_id, judged.WhatIf())).same
    assert verify_journal(gate.desk.db).entries == gate.count(journal_entries)


BEFORE_NAMES = "0009"
DEGREE = Result("VAN_BANG", result_code="KQ.G99.000001")


def test_a_result_from_before_the_archive_kept_whom_it_was_issued_to_is_not_compared(
    database_url: str, open_gate: OpenGate
) -> None:
    prepare(database_url)
    gate = open_gate(database_url)
    code = filed(gate, 2, 4)
    done = dossiers.transition(gate.desk, CALLER, code, None, Status.DONE, None, None, result=DEGREE)
    (issued,) = read(gate.run(done))["results"]
    another_s = Subject(SubjectKind.PERSON, AN.id, "TRẦN VĂN KHÁC", "1970")
    assert gate.verdict("VAN_BANG", subject=another_s)[0] == "PAPER_LAWFUL"
    migrations.downgrade(database_url, BEFORE_NAMES)
    migrations.upgrade(database_url)
    gate.restart()

    assert gate.verdict("VAN_BANG")[0] == "REFUSE_PAPER_USE_ARCHIVE"
    assert gate.verdict("VAN_BANG", subject=another_s)[0] == "REFUSE_PAPER_USE_ARCHIVE"
    assert gate.run(results.verify(gate.desk, issued["id"])).intact
