"""`motlan catalogue …` as an operator types it: what it prints, what it leaves behind, how it ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.db import make_engine
from app.models.catalogue import catalogue_publications
from app.services.migrations import upgrade
from tests.services.test_imports import COMPONENTS, DATA, PROCEDURES, REAL

Motlan = Callable[..., Result]
CODE = "9.300001"


@pytest.fixture
def motlan(seeded_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Motlan:
    monkeypatch.setenv("MOTLAN_ENV", "test")
    monkeypatch.setenv("MOTLAN_DATABASE_URL", seeded_sqlite)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    Path("thu-tuc.csv").write_text(PROCEDURES, encoding="utf-8")
    Path("thanh-phan.csv").write_text(COMPONENTS, encoding="utf-8")

    def running(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["catalogue", *arguments], catch_exceptions=False)

    return running


def read(result: Result) -> Any:
    return json.loads(result.stdout)


def test_files_given_together_are_imported_in_the_order_they_rest_on_each_other(motlan: Motlan) -> None:
    done = motlan("import", "thanh-phan.csv", "thu-tuc.csv", "--by", "Nguyễn Văn Thử")
    assert done.exit_code == 0, done.output
    assert done.stdout.index("thu-tuc.csv") < done.stdout.index("thanh-phan.csv")
    assert "revision" in done.stdout
    again = motlan("import", "thanh-phan.csv", "thu-tuc.csv")
    assert again.exit_code == 0 and again.stdout.count("unchanged") >= 2


def test_a_refused_file_ends_with_1_and_tells_row_column_and_remedy(motlan: Motlan) -> None:
    Path("thu-tuc.csv").write_text(PROCEDURES.replace(CODE, "9.3"), encoding="utf-8")
    done = motlan("import", "thu-tuc.csv", "thanh-phan.csv")
    assert done.exit_code == 1
    assert "thu-tuc.csv, hàng / row 2, cột / column code [code_as_number]" in done.stdout
    assert "d.dddddd" in done.stdout
    assert "1 tệp sau đó chưa được thử" in done.stdout


def test_a_dry_run_reports_as_json_and_publishes_nothing(motlan: Motlan, seeded_sqlite: str) -> None:
    def rows() -> int:
        with make_engine(seeded_sqlite, read_only=True).connect() as conn:
            return len(conn.execute(catalogue_publications.select()).all())

    before = rows()
    done = read(motlan("import", "thu-tuc.csv", "thanh-phan.csv", "--dry-run", "--json"))
    assert (done["dry_run"], [f["status"] for f in done["files"]]) == (True, ["done", "done"])
    assert [f["counts"]["new"] for f in done["files"]] == [1, 1]
    assert rows() == before


def test_a_file_that_is_no_part_of_the_catalogue_is_named_for_what_it_is(motlan: Motlan) -> None:
    Path("van-ban.csv").write_text("id,number,title,issuer,issued_on\nX,1,A,B,2020-01-01\n", encoding="utf-8")
    done = motlan("import", "van-ban.csv", "thu-tuc.csv")
    assert done.exit_code == 0
    assert "not imported" in done.stdout and "a list of laws" in done.stdout


@pytest.mark.parametrize(
    "wrong", [["import", "no-such.csv"], ["import", "thu-tuc.csv", "--valid-from", "tomorrow"], ["import"]]
)
def test_wrong_use_ends_with_2(motlan: Motlan, wrong: list[str]) -> None:
    assert motlan(*wrong).exit_code == 2


def test_a_day_that_is_given_is_kept_to(motlan: Motlan) -> None:
    motlan("import", "thu-tuc.csv", "thanh-phan.csv", "--valid-from", "2026-03-01")
    (version,) = read(motlan("show", CODE, "--json"))
    assert version["valid_from"] == "2026-03-01"
    assert [c["position"] for c in version["components"]] == [1, 2]


def test_a_reading_is_shown_reviewed_and_corrected(motlan: Motlan) -> None:
    Path("thanh-phan.csv").write_text(COMPONENTS + f"{CODE},3,Giấy lạ chưa ai biết\n", encoding="utf-8")
    motlan("import", "thu-tuc.csv", "thanh-phan.csv")
    assert "GIAY_CN_KET_HON" in motlan("show", CODE).stdout
    waiting = read(motlan("review", "--json", "--limit", "1000"))
    assert [w["text"] for w in waiting] == ["Giấy lạ chưa ai biết"]
    assert "Giấy lạ" in motlan("review").stdout
    said = ["correct", CODE, "3", "--kind", "official_document", "--types", "CAN_CUOC|HO_CHIEU", "--relation", "any_of"]
    assert "corrected" in motlan(*said).stdout
    assert "unchanged" in motlan(*said).stdout
    assert read(motlan("review", "--json")) == []
    (version,) = read(motlan("show", CODE, "--json"))
    assert version["components"][2]["reading"]["document_types"] == ["CAN_CUOC", "HO_CHIEU"]


@pytest.mark.parametrize(
    "wrong",
    [
        [CODE, "9", "--kind", "instruction"],
        ["9.999999", "1", "--kind", "instruction"],
        [CODE, "1", "--kind", "instruction", "--types", "CAN_CUOC"],
        [CODE, "1", "--kind", "official_document", "--types", "GIAY_KHONG_CO"],
    ],
)
def test_a_correction_that_cannot_be_kept_ends_with_2(motlan: Motlan, wrong: list[str]) -> None:
    motlan("import", "thu-tuc.csv", "thanh-phan.csv")
    done = motlan("correct", *wrong)
    assert (done.exit_code, bool(done.stderr)) == (2, True)


def test_an_unknown_procedure_is_not_shown(motlan: Motlan) -> None:
    assert motlan("show", "9.999999").exit_code == 1


def test_a_procedure_that_no_import_brought_is_shown_as_the_starter_has_it(motlan: Motlan) -> None:
    shown = motlan("show", "1.001193")
    assert shown.exit_code == 0
    assert "Thủ tục đăng ký khai sinh" in shown.stdout
    assert "GIAY_CHUNG_SINH" in shown.stdout
    assert "definition was not imported" in shown.stderr
    (version,) = read(motlan("show", "1.001193", "--json"))
    assert "GIAY_CHUNG_SINH" in version["components"][0]["types"] + version["components"][1]["types"]


def test_labels_are_scored_without_a_database(motlan: Motlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTLAN_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    Path("nhan.csv").write_text(
        "procedure_code,position,name,kind,document_types,relation,form,conditional,note\n"
        "9.300001,1,Bản sao giấy chứng nhận kết hôn,official_document,GIAY_CN_KET_HON,one,copy,no,\n"
        "9.300001,2,Đơn đề nghị theo mẫu,official_document,CAN_CUOC,one,unspecified,no,\n",
        encoding="utf-8",
    )
    scores = read(motlan("score", "nhan.csv", "--mistakes"))
    assert {"kind_accuracy": 0.5, "types_recall": 0.5, "form_accuracy": 1.0, "n": 2}.items() <= scores.items()
    assert [m["text"] for m in scores["mistakes"]] == ["Đơn đề nghị theo mẫu"]
    Path("nhan.csv").write_text("name,kind\nĐơn,giấy\n", encoding="utf-8")
    broken = motlan("score", "nhan.csv")
    assert (broken.exit_code, "missing_columns" in broken.stderr) == (1, True)


@REAL
def test_a_fresh_database_takes_a_provinces_whole_list_within_300_mib(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'motlan.db'}"
    upgrade(url)
    monkeypatch.setenv("MOTLAN_ENV", "test")
    monkeypatch.setenv("MOTLAN_DATABASE_URL", url)
    # What getrusage calls the peak begins with that of the process this one was forked from; the kernel's VmHWM, in
    # KiB, is the program's own.
    told = "import re, resource, sys; from pathlib import Path; from app.cli import app; app(standalone_mode=False); "
    told += "own = Path('/proc/self/status'); "
    told += "peak = own.exists() and re.search(r'VmHWM:\\s+(\\d+)', own.read_text())[1]; "
    told += "print(peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    files = [str(DATA / name) for name in ("components.csv", "procedures.csv")]
    command = [sys.executable, "-c", told, "catalogue", "import", "--json", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["files"]
    assert [(f["file"], f["status"]) for f in found] == [("procedures.csv", "done"), ("components.csv", "done")]
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    assert int(done.stderr.split()[-1]) * unit < 300 << 20
