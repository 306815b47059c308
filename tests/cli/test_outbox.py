"""`motlan outbox`: an operator sees what came to a stop and why, and has it tried again."""

import asyncio
import json
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, update
from typer.testing import CliRunner, Result

from app.cli import app
from app.domain.outbox import State
from app.models.outbox import outbox
from app.services import announcements
from app.services.outbox import dispatch
from app.settings import Settings
from app.wiring import open_desk

Run = Callable[..., Result]


@pytest.fixture
def run(seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, on a database in which two reports were given up."""
    monkeypatch.setenv("MOTLAN_ENV", "test")
    monkeypatch.setenv("MOTLAN_DATABASE_URL", seeded_url)
    desk = open_desk(Settings(env="test", database_url=seeded_url))

    def give_up(conn: Connection) -> None:
        conn.execute(update(outbox).values(status=State.DEAD, cause="refused", due_at=None, attempts=3))

    async def prepare() -> None:
        for code in ("A", "B"):
            await desk.db.write(announcements.dossier_filed, desk, code)
        await dispatch(desk)
        await desk.db.write(give_up)
        await desk.close()

    asyncio.run(prepare())
    return lambda *arguments: CliRunner().invoke(app, ["outbox", *arguments])


def numbers(run: Run, *arguments: str) -> list[int]:
    return [m["id"] for m in json.loads(run("list", "--json", *arguments).stdout)]


def test_what_came_to_a_stop_is_listed_with_its_cause(run: Run) -> None:
    lines = run("list").stdout.splitlines()
    assert len(lines) == 2
    assert "dead" in lines[0] and "dossier:B" in lines[0] and "[refused]" in lines[0]
    assert run("list", "--status", "waiting").stdout.startswith("không có")
    assert numbers(run, "--to", "wallet") == []


def test_one_is_tried_again_or_all_are_or_one_is_given_up(run: Run) -> None:
    second, first = numbers(run)
    done = run("retry", str(first))
    assert (done.exit_code, "waiting" in done.stdout) == (0, True)
    refused = run("retry", str(first), "999")
    assert (refused.exit_code, refused.stderr.splitlines()) == (
        1,
        [f"{first}: message-not-stopped", "999: unknown-message"],
    )
    assert run("discard", str(second)).exit_code == 0
    assert numbers(run, "--status", "discarded") == [second]
    assert run("retry", "--all").stdout.strip().endswith("0")
    assert (run("retry").exit_code, run("retry", "--all", "1").exit_code) == (2, 2)


def test_all_that_are_dead_are_tried_again_at_once(run: Run) -> None:
    assert run("retry", "--all", "--to", "wallet").stdout.strip().endswith("0")
    assert run("retry", "--all").stdout.strip().endswith("2")
    assert len(numbers(run, "--status", "waiting")) == 2
