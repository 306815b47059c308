"""`motlan catalogue lint`, `proposals` and `replaced` as an operator or a pipeline runs them."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.sheets import Row, read
from tests.desk import CUT, PLAIN

Run = Callable[..., Result]
QUIET = ("--list", "no-paper-services")  # nothing there is cut or not lawful


@pytest.fixture
def run(seeded_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command against a seeded database."""
    monkeypatch.setenv("MOTLAN_ENV", "test")
    monkeypatch.setenv("MOTLAN_DATABASE_URL", seeded_sqlite)

    def running(*args: str) -> Result:
        return CliRunner().invoke(app, ["catalogue", *args])

    return running


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig"))))


def test_a_pipeline_fails_on_what_is_unlawful_and_passes_where_nothing_is(run: Run) -> None:
    assert run("lint").exit_code == 1
    assert run("lint", *QUIET).exit_code == 0
    assert run("lint", "--fail-on", "never").exit_code == 0
    assert run("lint", *QUIET, "--fail-on", "electronic_only").exit_code == 1
    assert run("lint", *QUIET, "--fail-on", "cut", "--fail-on", "overdue").exit_code == 0


@pytest.mark.parametrize(
    "args",
    [
        ("--as-of", "2026-13-01"),
        ("--list", "ct25"),
        ("--as-known", "2020-01-01"),
        ("--format", "pdf"),
        ("--counts", "x"),
    ],
)
def test_a_command_used_wrongly_ends_with_2_and_says_why(run: Run, args: tuple[str, ...]) -> None:
    result = run("lint", *args)
    assert result.exit_code == 2
    assert result.stderr


def test_every_component_is_a_row_of_the_csv(run: Run) -> None:
    found = rows(run("lint", "--format", "csv"))
    (cut,) = [r for r in found if r["procedure_code"] == CUT]
    assert (cut["verdict"], cut["since"], cut["overdue"], cut["confidence"]) == ("cut", "2026-01-01", "yes", "sure")
    assert "NQ-66.7-2025" in cut["citations"]
    plain = {r["document_types"]: r for r in found if r["procedure_code"] == PLAIN}
    assert plain["CAN_CUOC"]["verdict"] == "data_first"
    assert plain["CAN_CUOC"]["replaced_by"] == "wallet|registry:037"
    assert "Cơ sở dữ liệu quốc gia về dân cư" in plain["CAN_CUOC"]["database"]
    assert plain["VAN_BANG"]["verdict"] == "keep"


def test_the_forms_of_output_say_the_same(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "lint.xlsx"
    assert run("lint", "--format", "xlsx", "--output", str(book)).exit_code == 1
    with read(book.name, book) as sheet:
        from_book = [dict(row.cells) for row in sheet.rows if isinstance(row, Row)]
    assert from_book == rows(run("lint", "--format", "csv"))
    body: dict[str, Any] = json.loads(run("lint", "--format", "json").stdout)
    lines = [c for r in body["items"] for c in r["components"] or ()]
    assert [c["verdict"] for c in lines] == [row["verdict"] for row in from_book]
    table = run("lint", "--all").stdout
    assert "đã cắt" in table and f"{body['totals']['whole']['components']}" in table


def test_dossiers_a_year_say_how_many_papers_nobody_has_to_bring(run: Run, tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(f"procedure_code,dossiers_per_year\n{CUT},1200\n{CUT},34\n", encoding="utf-8")
    body = json.loads(run("lint", "--format", "json", "--counts", str(counts)).stdout)
    assert body["spared_a_year"] == {"at_least": 1234, "at_most": 1234}
    counts.write_text(f"procedure_code,dossiers_per_year\n{CUT},nhiều\n", encoding="utf-8")
    result = run("lint", "--counts", str(counts))
    assert result.exit_code == 2 and "dossiers_per_year" in result.stderr


def test_proposals_and_what_was_replaced_are_sheets_too(run: Run) -> None:
    proposals = rows(run("proposals", "ct24-annex-2", "--format", "csv"))
    assert {r["loaded"] for r in proposals} >= {"", "candidate"}
    assert all(r["proposed"] == "yes" or r["loaded"] for r in proposals)
    assert run("proposals", "nq66.7-annex-1").exit_code == 2
    replaced = run("replaced", "--format", "csv")
    assert {r["asked"] for r in rows(replaced)} <= {"still_asked", "only_if_not_found", "no_longer_asked", "not_known"}
    assert replaced.exit_code == 0
    assert "not_known" in run("replaced").stdout


def test_what_a_day_or_a_draft_changes_is_told_before_it_is_published(run: Run, tmp_path: Path) -> None:
    days = rows(run("impact", "--from", "2025-09-12", "--to", "2025-09-13", "--format", "csv"))
    (card,) = [r for r in days if r["procedure_code"] == PLAIN and r["document_types"] == "CAN_CUOC"]
    assert (card["before"], card["after"], card["since"]) == ("keep", "data_first", "2025-09-13")
    assert "không có gì thay đổi" in run("impact").stdout

    draft = tmp_path / "procedures.csv"
    draft.write_text("code,name,sector,level,agency\n9.700001,Thủ tục mới,Thử,tỉnh,Sở Thử\n", encoding="utf-8")
    (new,) = rows(run("impact", "--draft", str(draft), "--format", "csv"))
    assert (new["procedure_code"], new["change"]) == ("9.700001", "added")
    assert "9.700001" in run("impact", "--draft", str(draft)).stdout
    draft.write_text("code,name\n9.700001,Thủ tục mới\n", encoding="utf-8")
    assert run("impact", "--draft", str(draft)).exit_code == 1
    assert run("impact", "--draft", str(draft), "--from", "2026-01-01").exit_code == 2
    assert run("impact", "--from-revision", "999").exit_code == 2
