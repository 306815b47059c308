"""Ready means: the database answers, its schema is this code's, and there is a catalogue to judge by."""

from pathlib import Path

from app.services import health, migrations
from tests.desk import Gate, OpenGate


def test_all_is_well(gate: Gate) -> None:
    assert gate.run(health.checks(gate.desk)) == {"database": True, "schema": True, "catalogue": True}


def test_an_empty_database_has_no_schema(open_gate: OpenGate, database_url: str) -> None:
    gate = open_gate(database_url)
    assert gate.run(health.checks(gate.desk)) == {"database": True, "schema": False, "catalogue": False}
    gate.close()


def test_a_migrated_database_without_a_catalogue_is_not_ready(open_gate: OpenGate, sqlite_url: str) -> None:
    migrations.upgrade(sqlite_url)
    gate = open_gate(sqlite_url)
    assert gate.run(health.checks(gate.desk)) == {"database": True, "schema": True, "catalogue": False}


def test_a_schema_of_another_version_is_not_ready(open_gate: OpenGate, seeded_sqlite: str) -> None:
    gate = open_gate(seeded_sqlite)
    migrations.downgrade(seeded_sqlite, "base")
    assert gate.run(health.checks(gate.desk)) == {"database": True, "schema": False, "catalogue": False}


def test_a_database_that_is_down_is_a_finding_and_no_error(open_gate: OpenGate, tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/folder/x.db", "postgresql://nobody@127.0.0.1:1/none"):
        gate = open_gate(url)
        assert gate.run(health.checks(gate.desk)) == {"database": False, "schema": False, "catalogue": False}
