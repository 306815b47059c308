"""`motlan catalogue sync` as an operator or a timer runs it: what it prints, what it leaves behind, how it ends."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.services.migrations import upgrade
from tests.mock_vneid.office import Json, Office

Sync = Callable[..., Result]

CODE, OTHER = "9.300001", "9.300002"
SHOWN: Json = {
    "name": "Thủ tục A",
    "sector": "Thử",
    "level": "tỉnh",
    "agency": "Sở Thử",
    "updated_at": "2026-03-01",
    "components": [{"position": 1, "name": "Tờ khai theo mẫu."}],
}


@pytest.fixture
def sync(seeded_sqlite: str, world: Office, monkeypatch: pytest.MonkeyPatch) -> Sync:
    """The command against a seeded database and a portal that publishes one procedure."""
    monkeypatch.setenv("MOTLAN_ENV", "test")
    monkeypatch.setenv("MOTLAN_DATABASE_URL", seeded_sqlite)
    monkeypatch.setenv("MOTLAN_PORTAL_URL", f"{world.vneid}/portal")
    world.put(f"procedures/{CODE}", SHOWN)

    def running(*args: str) -> Result:
        return CliRunner().invoke(app, ["catalogue", "sync", *args])

    return running


def read(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_dry_run_that_finds_something_ends_with_1_and_a_sync_with_0(sync: Sync) -> None:
    dry = sync("--dry-run", "--json")
    assert (dry.exit_code, read(dry)["revision"], read(dry)["dry_run"]) == (1, None, True)
    assert read(dry)["new"] == [{"code": CODE, "name": "Thủ tục A", "valid_from": "2026-03-01", "components": 1}]
    done = sync("--json")
    assert (done.exit_code, read(done)["new"]) == (0, read(dry)["new"])
    assert read(done)["revision"] > 1
    for again in (sync("--json"), sync("--json", "--dry-run")):
        assert (again.exit_code, read(again)["revision"], read(again)["unchanged"]) == (0, None, 1)


def test_the_difference_is_a_table_with_the_words_before_and_after(sync: Sync, world: Office) -> None:
    first = sync()
    assert first.exit_code == 0
    assert all(said in first.stdout for said in ("Mới / new", CODE, "Thủ tục A", "2026-03-01", "revision"))
    assert first.stderr == ""
    world.put(f"procedures/{CODE}", {**SHOWN, "components": [{"position": 1, "name": "Giấy [bold] khác."}]})
    second = sync()
    assert "Thay đổi / changed" in second.stdout
    (row,) = [line for line in second.stdout.splitlines() if "Giấy [bold] khác." in line]
    assert row.index("Tờ khai theo mẫu.") < row.index("Giấy [bold] khác.")
    world.put(f"procedures/{CODE}", {**SHOWN, "published": False})
    third = sync("--dry-run")
    assert (third.exit_code, "withdrawn" in third.stdout) == (0, True)
    world.http.delete(f"{world.control}/procedures/{CODE}").raise_for_status()
    assert "not listed there 1" in sync().stdout


def test_a_change_and_a_failure_are_told_as_json(sync: Sync, world: Office) -> None:
    sync()
    world.put(f"procedures/{CODE}", {**SHOWN, "agency": "Sở Khác", "updated_at": "2026-04-02"})
    done = read(sync("--json", "--only", CODE, "--only", OTHER))
    assert done["changed"] == [
        {
            "code": CODE,
            "name": "Thủ tục A",
            "valid_from": "2026-04-02",
            "components": 1,
            "changes": [{"what": "agency", "position": None, "before": "Sở Thử", "after": "Sở Khác"}],
        }
    ]
    assert done["failed"] == [{"code": OTHER, "cause": "not_listed"}]


def test_a_day_leaves_out_what_changed_before_it(sync: Sync) -> None:
    assert sync("--dry-run", "--since", "2026-03-02").exit_code == 0
    assert sync("--dry-run", "--since", "2026-03-01").exit_code == 1


@pytest.mark.parametrize("args", [("--since", "2026-13-01"), ("--only", "9.3"), ("--timeout", "1"), (CODE,)])
def test_a_command_used_wrongly_ends_with_2_and_says_why(sync: Sync, args: tuple[str, ...]) -> None:
    result = sync(*args)
    assert (result.exit_code, bool(result.stderr)) == (2, True)


@pytest.mark.parametrize("fault", ["garbage", "http_503"])
def test_a_portal_that_gives_no_list_ends_it_with_3_and_a_word_about_why(sync: Sync, world: Office, fault: str) -> None:
    world.fault("portal", fault, match={"service": "LayDanhSachTTHC"})
    result = sync("--json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "the portal is not available" in result.stderr


def test_a_wrong_password_ends_it_with_3_and_shows_no_secret(sync: Sync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTLAN_SOURCE_CLIENT_SECRET", "a-secret-of-another-office")
    result = sync()
    assert (result.exit_code, "[no_token]" in result.stderr) == (3, True)
    assert "a-secret-of-another-office" not in result.output


def test_on_a_fresh_database_what_ships_with_the_product_comes_first(world: Office, tmp_path: Path) -> None:
    """In a process of its own, as a timer starts it."""
    world.put("procedures/1.001193", SHOWN)
    environment = {
        **os.environ,
        "MOTLAN_ENV": "test",
        "MOTLAN_DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.db'}",
        "MOTLAN_PORTAL_URL": f"{world.vneid}/portal",
    }
    upgrade(environment["MOTLAN_DATABASE_URL"])
    command = [sys.executable, "-c", "from app.cli import app; app()", "catalogue", "sync", "--json"]
    for more, code, revision in (["--dry-run"], 1, None), ([], 0, 2):
        done = subprocess.run([*command, *more], env=environment, capture_output=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (code, b"")
        found = json.loads(done.stdout)
        # The starter's reading of the procedure goes on being judged with.
        assert (found["revision"], found["new"][0]["valid_from"]) == (revision, "2025-07-01")


def test_of_a_long_table_the_first_rows_are_shown_and_the_others_counted(sync: Sync, world: Office) -> None:
    for n in range(45):
        world.put(f"procedures/9.40{n:04}", SHOWN)
    assert "and 6 more, see --json" in sync("--dry-run").stdout
