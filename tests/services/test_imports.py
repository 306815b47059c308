"""A file of the catalogue against a real database: published whole or not at all, and only what is new."""

import csv
import io
import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app import models
from app.domain.imports import ImportKind
from app.domain.readings import AskedForm, ComponentKind, Reading
from app.models.catalogue import catalogue_publications, catalogue_revisions
from app.models.journal import journal_entries
from app.services import readings
from app.services.imports import MOST_SHOWN, Options, Outcome, Overlay, Prepared, Status, import_all, prepare, settle
from app.services.journal import verify_journal
from tests.desk import PLAIN, Gate
from tests.sheet_files import sheet_xml, text_row, windows_1258
from tests.sheet_files import workbook as workbook_of

CODE = "9.300001"
PROCEDURES = f"code,name,sector,level,agency\n{CODE},Cấp giấy phép thử nghiệm,Thử nghiệm,tỉnh|xã,Sở Thử nghiệm\n"
COMPONENTS = (
    f'procedure_code,position,name\n{CODE},1,"Bản sao giấy chứng nhận kết hôn"\n{CODE},2,"Đơn đề nghị theo mẫu"\n'
)
# Real material for trials, where there is some beside the project.
DATA = Path(os.environ.get("TEST_CATALOGUE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


def prepared(gate: Gate, content: str | bytes, name: str = "tep.csv", kind: ImportKind | None = None) -> Prepared:
    raw = content.encode() if isinstance(content, str) else content
    return prepare(name, raw, kind, gate.desk.read)


def imported(
    gate: Gate, content: str | bytes, name: str = "tep.csv", kind: ImportKind | None = None, **options: Any
) -> Outcome:
    made = prepared(gate, content, name, kind)
    return gate.desk.db.write_sync(settle, gate.desk, made, Options("officer", **options))


def told(outcome: Outcome) -> list[tuple[int, str | None, str]]:
    assert all(p.message_vi and p.message_en for p in outcome.problems.items)
    return [(p.row, p.column, p.code) for p in outcome.problems.items]


def everything(gate: Gate) -> dict[str, int]:
    return {table.name: gate.count(table) for table in models.metadata.sorted_tables}


def workbook(rows: Iterable[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def components(gate: Gate, code: str = CODE) -> list[dict[str, Any]]:
    """What the catalogue says of a procedure's components, as a reviewer sees it."""
    found = gate.run(readings.texts(gate.desk))
    places = {(at[0], at[1]): w.body() for w in found for at in w.places}
    return [places[at] for at in sorted(places) if at[0] == code]


# ---- published -------------------------------------------------------------------------------------------------------


def test_procedures_and_components_are_a_revision_each_and_the_same_again_is_none(gate: Gate) -> None:
    first = [imported(gate, PROCEDURES), imported(gate, COMPONENTS)]
    assert [o.status for o in first] == [Status.DONE, Status.DONE]
    assert first[1].revision == (first[0].revision or 0) + 1
    revision = gate.rows(catalogue_revisions)[-1]
    assert (revision.origin, revision.published_by) == ("import", "officer")
    assert [c["reading"]["document_types"] for c in components(gate)] == [["GIAY_CN_KET_HON"], ["TO_KHAI"]]
    before = everything(gate)
    gate.watch.advance(days=40)
    again = [imported(gate, PROCEDURES), imported(gate, COMPONENTS)]
    assert [(o.revision, o.changes) for o in again] == [(None, 0), (None, 0)]
    assert everything(gate) == before


def test_what_was_imported_is_journalled_and_the_journal_verifies(gate: Gate) -> None:
    imported(gate, PROCEDURES)
    last = [r.bytes for r in gate.rows(journal_entries) if r.kind == "catalogue.revision.published"][-1]
    assert [p[:2] for p in json.loads(last)["facts"]["published"]] == [["definition", CODE]]
    verify_journal(gate.desk.db)


def test_a_large_publication_is_journalled_by_one_digest(sqlite_gate: Gate) -> None:
    rows = "".join(f"8.{n:06},Thủ tục {n},Thử,tỉnh,Sở\n" for n in range(1000))
    assert imported(sqlite_gate, "code,name,sector,level,agency\n" + rows).changes == 1000
    last = [r.bytes for r in sqlite_gate.rows(journal_entries) if r.kind == "catalogue.revision.published"][-1]
    facts = json.loads(last)["facts"]
    assert (facts["count"], len(facts["published_digest"]), len(last) < 1000) == (1000, 64, True)
    verify_journal(sqlite_gate.desk.db)


def test_only_what_changed_is_published_from_the_day_of_the_import(gate: Gate) -> None:
    other = PROCEDURES + "9.300002,Thủ tục khác,Thử,xã,\n"
    imported(gate, other)
    gate.watch.advance(days=1)
    imported(gate, other.replace("Thủ tục khác", "Thủ tục đã đổi tên"))
    last = gate.rows(catalogue_publications)[-1]
    assert (last.key, json.loads(last.body)["valid_from"]) == ("9.300002", "2026-11-24")
    assert [r.key for r in gate.rows(catalogue_publications) if r.revision == last.revision] == ["9.300002"]


def test_a_procedure_without_components_is_known_and_judged_by_nobody(sqlite_gate: Gate) -> None:
    imported(sqlite_gate, PROCEDURES)
    known = sqlite_gate.desk.db.read_sync(sqlite_gate.desk.snapshots.current)
    assert known.procedure(CODE, date(2026, 11, 23)).components_known is False


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-8-sig"),
        windows_1258,
        lambda text: text.replace(",", ";").replace("\n", "\r\n").encode(),
    ],
    ids=["NFD", "UTF-16", "BOM", "Windows-1258", "semicolons"],
)
def test_the_same_file_in_another_encoding_changes_nothing(sqlite_gate: Gate, encode: Any) -> None:
    imported(sqlite_gate, PROCEDURES)
    again = imported(sqlite_gate, encode(PROCEDURES))
    assert (again.status, told(again), again.counts["unchanged"]) == (Status.DONE, [], 1)


def test_the_same_rows_in_another_format_change_nothing(sqlite_gate: Gate) -> None:
    imported(sqlite_gate, PROCEDURES)
    imported(sqlite_gate, COMPONENTS)
    rows = list(csv.DictReader(io.StringIO(COMPONENTS)))
    cells = [list(rows[0]), *[[r["procedure_code"], int(r["position"]), r["name"]] for r in rows]]
    for name, content in {
        "tep.xlsx": workbook(cells),
        "tep.json": json.dumps(rows).encode(),
        "tep.ndjson": "\n".join(json.dumps(r) for r in rows).encode(),
    }.items():
        again = imported(sqlite_gate, content, name)
        assert (again.status, again.counts["unchanged"]) == (Status.DONE, 1), name


def test_vietnamese_headers_do_as_well(sqlite_gate: Gate) -> None:
    imported(sqlite_gate, PROCEDURES)
    header = "Mã thủ tục,Tên thủ tục,Lĩnh vực,Cấp thực hiện,Cơ quan thực hiện"
    again = imported(sqlite_gate, PROCEDURES.replace("code,name,sector,level,agency", header))
    assert (again.status, again.counts["unchanged"]) == (Status.DONE, 1)


def test_columns_nobody_knows_are_told_and_left_out(sqlite_gate: Gate) -> None:
    done = imported(sqlite_gate, "code,name,sector,level,agency,fee\n9.300001,A,B,tỉnh,C,5\n")
    assert (done.status, [w.code for w in done.warnings.items]) == (Status.DONE, ["unknown_column"])
    assert imported(
        sqlite_gate, "code,name,sector,level,agency,fee\n9.300002,A,B,tỉnh,C,5\n", strict=True
    ).revision is (None)


# ---- refused ---------------------------------------------------------------------------------------------------------


def test_one_bad_row_refuses_the_file_and_every_bad_row_is_told(gate: Gate) -> None:
    before = everything(gate)
    bad = "Mã thủ tục,name,sector,level,agency\n9.300001,A,B,tỉnh,C\n9.3,A,B,tỉnh,C\n9.300003,,B,huyện,C\n"
    refused = imported(gate, bad, "thu-tuc.csv")
    assert (refused.status, refused.rows) == (Status.REFUSED, 3)
    assert told(refused) == [
        (3, "Mã thủ tục", "code_as_number"),
        (4, "name", "empty"),
        (4, "level", "choice"),
    ]
    assert {p.file for p in refused.problems.items} == {"thu-tuc.csv"}
    assert everything(gate) == before


def test_a_row_wrong_in_itself_and_one_wrong_against_the_catalogue_write_nothing(gate: Gate) -> None:
    imported(gate, PROCEDURES)
    before = everything(gate)
    refused = imported(gate, COMPONENTS + "9.999999,1,Đơn\n")
    assert told(refused) == [(4, "procedure_code", "unknown_procedure")]
    assert imported(gate, PROCEDURES + PROCEDURES.split("\n", 1)[1]).status is Status.REFUSED
    assert everything(gate) == before


def test_problems_beyond_a_thousand_are_counted(sqlite_gate: Gate) -> None:
    rows = "".join(f"x{n},A,B,tỉnh,C\n" for n in range(MOST_SHOWN + 7))
    refused = imported(sqlite_gate, "code,name,sector,level,agency\n" + rows)
    assert (len(refused.problems.items), refused.problems.more) == (MOST_SHOWN, 7)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"code,name,sector,level,agency\n", "empty"),
        (b"a,b\n1,2\n", "unknown_layout"),
        (b"code,name,sector,level,agency\n9.300001,\x00,B,C,D\n", "nul_bytes"),
        (PROCEDURES.encode()[:-30] + b"\xff\xfe\xfa", "encoding"),
        (b"%PDF-1.7", "unsupported"),
        ('code,name,sector,level,agency\n9.300001,"A,B,tỉnh,C\n'.encode(), "quotes"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(sqlite_gate: Gate, content: bytes, problem: str) -> None:
    refused = imported(sqlite_gate, content)
    assert (refused.status, [p.code for p in refused.problems.items]) == (Status.REFUSED, [problem])


def test_a_workbook_with_a_formula_or_a_cut_code_is_refused(sqlite_gate: Gate) -> None:
    header = ["code", "name", "sector", "level", "agency"]
    refused = imported(
        sqlite_gate, workbook([header, [9.3, "A", "B", "tỉnh", "C"], ["9.300001", "=A1", "", "", ""]]), "tep.xlsx"
    )
    assert told(refused) == [(2, "code", "code_as_number"), (3, "name", "formula")]


def test_a_workbook_that_unpacks_to_too_much_is_refused(sqlite_gate: Gate) -> None:
    bomb = workbook_of({"a": sheet_xml(text_row(1, "code", "name"))}, more={"pad": bytes(9 << 20)})
    refused = imported(sqlite_gate, bomb, "tep.xlsx")
    assert (refused.status, [p.code for p in refused.problems.items]) == (Status.REFUSED, ["too_large_unpacked"])


def test_a_kind_that_was_asked_for_is_held_against_the_header(sqlite_gate: Gate) -> None:
    refused = imported(sqlite_gate, PROCEDURES, kind=ImportKind.LISTS)
    assert [p.code for p in refused.problems.items] == ["unknown_layout"]


def test_a_list_that_differs_from_what_its_act_declares_is_a_warning_and_strict_refuses_it(gate: Gate) -> None:
    rows = f"list,code,name,status\nct24-annex-1,{CODE},Thủ tục A,confirmed\n"
    before = everything(gate)
    strict = imported(gate, rows, strict=True)
    assert (strict.status, [w.code for w in strict.warnings.items]) == (Status.REFUSED, ["declared"])
    assert everything(gate) == before
    assert imported(gate, rows).status is Status.DONE


def test_neighbours_and_reviewed_readings_are_told_for_what_they_are(sqlite_gate: Gate) -> None:
    laws = imported(sqlite_gate, "id,number,title,issuer,issued_on\nX,1,A,B,2020-01-01\n")
    labels = "name,kind,document_types,relation,form,conditional\nĐơn lạ,party_document,TO_KHAI,one,original,no\n"
    told_only = imported(sqlite_gate, labels)
    assert (laws.status, told_only.status) == (Status.NOT_IMPORTED, Status.NOT_IMPORTED)
    assert told_only.not_imported and "--kind corrections" in told_only.not_imported[1]
    assert imported(sqlite_gate, labels, kind=ImportKind.CORRECTIONS).counts["new"] == 1


# ---- dry runs --------------------------------------------------------------------------------------------------------


def test_a_dry_run_reports_what_a_real_run_does_and_writes_nothing(gate: Gate) -> None:
    before = everything(gate)
    files = [prepared(gate, COMPONENTS, "b.csv"), prepared(gate, PROCEDURES, "a.csv")]
    overlay: Overlay = {}
    dry = gate.run(import_all(gate.desk, files, Options("officer", dry_run=True), overlay))
    assert everything(gate) == before
    real = gate.run(import_all(gate.desk, files, Options("officer"), {}))
    assert [(o.name, o.kind, o.counts) for o in dry] == [(o.name, o.kind, o.counts) for o in real]
    assert [o.name for o in real] == ["a.csv", "b.csv"]


def test_files_behind_a_refused_one_are_not_tried(gate: Gate) -> None:
    files = [prepared(gate, COMPONENTS, "b.csv"), prepared(gate, PROCEDURES.replace(CODE, "9.3"), "a.csv")]
    done = gate.run(import_all(gate.desk, files, Options("officer"), {}))
    assert [(o.name, o.status) for o in done] == [("a.csv", Status.REFUSED)]


# ---- what stands -----------------------------------------------------------------------------------------------------


def test_a_reviewers_correction_outlives_every_import_of_the_words(gate: Gate) -> None:
    imported(gate, PROCEDURES)
    imported(gate, COMPONENTS)
    said = Reading(ComponentKind.INSTRUCTION, (), None, AskedForm.UNSPECIFIED, False)
    done, place = gate.run(readings.correct(gate.desk, "reviewer", CODE, 2, said, "Chỉ là hướng dẫn"))
    assert done.changed and place.part.corrected and place.body()["corrected_by"] == "reviewer"
    gate.watch.advance(days=1)
    imported(gate, COMPONENTS.replace("Bản sao giấy chứng nhận kết hôn", "Bản chính giấy chứng nhận kết hôn"))
    one, two = components(gate)
    assert (one["reading"]["form"], one["corrected"]) == ("original", False)
    assert (two["reading"]["kind"], two["corrected"]) == ("instruction", True)
    again, _ = gate.run(readings.correct(gate.desk, "somebody else", CODE, 2, said, "Chỉ là hướng dẫn"))
    assert not again.changed


def test_an_import_never_tightens_a_dossier_that_is_filed(gate: Gate) -> None:
    imported(gate, PROCEDURES)
    imported(gate, COMPONENTS)
    filed = gate.submit(CODE)
    gate.watch.advance(days=1)
    imported(gate, COMPONENTS + f"{CODE},3,Bản sao giấy khai sinh\n")
    rechecked = gate.recheck(filed["code"])
    assert [c["position"] for c in rechecked["components"]] == [1, 2]
    assert [c["position"] for c in gate.submit(CODE)["components"]] == [1, 2, 3]


def test_a_procedure_a_person_has_read_is_judged_as_before_after_its_first_import(gate: Gate) -> None:
    before = gate.finding("CAN_CUOC")
    imported(gate, f"code,name,sector,level,agency\n{PLAIN},Tên trong tệp,Thử,tỉnh,Sở\n")
    imported(gate, f"procedure_code,position,name\n{PLAIN},1,Đơn đề nghị\n")
    after = gate.finding("CAN_CUOC")
    assert {k: after[k] for k in ("outcome", "reason", "rule")} == {k: before[k] for k in ("outcome", "reason", "rule")}


# ---- real material ---------------------------------------------------------------------------------------------------

REAL = pytest.mark.skipif(
    not (DATA / "procedures.csv").is_file(), reason=f"NOT TESTED ON REAL FILES: there are none in {DATA}"
)


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@REAL
def test_real_files_are_imported_in_full_and_a_second_time_change_nothing(gate: Gate) -> None:
    before = gate.rows(catalogue_revisions)[-1].revision

    def all_files() -> dict[str, Outcome]:
        files = [prepare(p.name, p, None, gate.desk.read) for p in sorted(DATA.glob("*.csv"))]
        done = gate.run(import_all(gate.desk, files, Options("officer"), {}))
        assert len(done) == len(files) and not any(o.status is Status.REFUSED for o in done), [told(o) for o in done]
        return {o.name: o for o in done}

    first = all_files()
    procedures, parts, annexes = (rows_of(f"{n}.csv") for n in ("procedures", "components", "nq66_7_annexes"))
    assert first["procedures.csv"].counts["new"] == len(procedures)
    assert first["components.csv"].counts["new"] == len({c["procedure_code"] for c in parts})
    assert first["components.csv"].counts["components"] == len(parts)
    assert first["nq66_7_annexes.csv"].rows == len(annexes)
    members = {(r["annex"], r["procedure_code"]) for r in annexes}
    counted = first["nq66_7_annexes.csv"].counts
    assert counted["new"] + counted["changed"] + counted["unchanged"] == len(members)
    assert first["document_types.csv"].counts["unchanged"] == len(rows_of("document_types.csv"))
    assert first["component_labels.csv"].status is Status.NOT_IMPORTED
    revision = gate.rows(catalogue_revisions)[-1].revision
    assert revision > before
    gate.watch.advance(days=30)
    assert all(o.changes == 0 for o in all_files().values())
    assert gate.rows(catalogue_revisions)[-1].revision == revision
    known = gate.desk.db.read_sync(gate.desk.snapshots.current)
    defined = [v[-1] for v in known.definitions.values()]
    assert len(defined) == len(procedures)
    assert sum(len(d.parts or ()) for d in defined) == len(parts)
    verify_journal(gate.desk.db)
