"""Fixtures for all tests: the databases' are explained in `tests/databases.py`, the desk's in `tests/desk.py`."""

from hypothesis import settings

from tests.databases import database, database_url, postgres_server, postgres_url, sqlite_url
from tests.desk import (
    gate,
    open_gate,
    postgres_gate,
    postgres_template,
    sandbox,
    seeded_postgres,
    seeded_sqlite,
    seeded_url,
    sqlite_gate,
    sqlite_template,
    tester,
    world,
)

# How long an example takes depends on who else is at work: speed is measured in `bench`.
settings.register_profile("motlan", deadline=None)
settings.load_profile("motlan")

__all__ = [
    "database",
    "database_url",
    "gate",
    "open_gate",
    "postgres_gate",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "sandbox",
    "seeded_postgres",
    "seeded_sqlite",
    "seeded_url",
    "sqlite_gate",
    "sqlite_template",
    "sqlite_url",
    "tester",
    "world",
]
