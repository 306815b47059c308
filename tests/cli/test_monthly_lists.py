"""`motlan catalogue publish` as an operator runs it at a month's end."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.services.migrations import upgrade

Run = Callable[..., Result]


@pytest.fixture
def run(seeded_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command against a seeded database."""
    monkeypatch.setenv("MOTLAN_ENV", "test")
    monkeypatch.setenv("MOTLAN_DATABASE_URL", seeded_sqlite)

    def running(*args: str) -> Result:
        return CliRunner().invoke(app, ["catalogue", "publish", *args])

    return running


def test_a_month_is_published_and_the_same_again_is_not(run: Run) -> None:
    first, again = run("2025-12"), run("2025-12")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "published: 2025-12" in first.stdout and "as of 2025-12-31" in first.stdout
    assert "unchanged: 2025-12" in again.stdout
    assert first.stdout.splitlines()[1:] == again.stdout.splitlines()[1:]


def test_a_program_reads_what_was_published(run: Run) -> None:
    done = json.loads(run("2025-12", "--json", "--by", "phong-ksttthc").stdout)
    assert (done["month"], done["revision"], done["changed"]) == ("2025-12", 1, True)
    assert len(done["digest"]) == 64 and ".." in done["signature"]


def test_a_correction_without_a_reason_ends_with_1_and_with_one_is_the_next_revision(run: Run, tmp_path: Path) -> None:
    assert run("2026-01").exit_code == 0
    file = tmp_path / "nguon.csv"
    file.write_text("document_type,source,service,from,basis\nVAN_BANG,registry,VBCC,2026-01-01,NQ-66.7-2025\n")
    imported = CliRunner().invoke(app, ["catalogue", "import", str(file)])
    assert imported.exit_code == 0, imported.stdout
    refused = run("2026-01")
    assert refused.exit_code == 1 and "--reason" in refused.stderr
    assert "revision 2" in run("2026-01", "--reason", "Bổ sung nguồn dữ liệu").stdout


@pytest.mark.parametrize("args", [("2026-13",), ("2026",), ("2099-12",), (), ("2026-01", "--reason", "  ")])
def test_a_command_used_wrongly_ends_with_2_and_says_why(run: Run, args: tuple[str, ...]) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stderr


def test_a_fresh_database_publishes_what_ships_with_the_product(
    run: Run, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade(sqlite_url)
    monkeypatch.setenv("MOTLAN_DATABASE_URL", sqlite_url)
    assert run("2026-01").exit_code == 0
