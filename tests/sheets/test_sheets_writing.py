"""Sheets that are written: read back they say the same, no spreadsheet runs them, equal rows are equal bytes."""

import csv
import io
import json
import re
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.sheets import MAX_CELL, Format, clean, write
from app.sheets.cells import legible, mangled
from tests.sheet_files import read_all

COLUMNS = ("code", "name")
ROWS = [("1.010000", "Giấy khai sinh"), ("=1+1", "a\nb"), ("007", None)]
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\t\r\n'=+-@\"_x0041,;\u200b\u00a0"))
RISKY = ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "'=1", "''-x"]


@pytest.mark.parametrize("format", Format)
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
@example(rows=[(text, "_x0041_") for text in RISKY])
def test_any_text_comes_back_as_it_is_cleaned(format: Format, rows: list[tuple[str, str]]) -> None:
    sound = [row for row in rows if not any(mangled(cell) or "\ufffd" in legible(cell) for cell in row)]
    found = read_all(f"a.{format}", write(format, COLUMNS, sound)) if sound or format is not Format.NDJSON else ([], [])
    cleaned = [tuple(clean(cell) for cell in row) for row in sound]
    assert [tuple(row.cells.values()) for row in found[0]] == [row for row in cleaned if any(row)]
    assert not found[1]


def test_a_sheet_without_rows_is_a_header_alone() -> None:
    for format in (Format.CSV, Format.XLSX, Format.JSON):
        assert read_all("a", write(format, COLUMNS, [])) == ([], [])


@pytest.mark.parametrize("text", RISKY)
def test_no_spreadsheet_runs_a_cell_of_a_csv(text: str) -> None:
    raw = write(Format.CSV, (text,), [(text,)])
    for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")):
        assert row[0].startswith("'")


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@SUM(A1)", "#N/A", "1.010000"])
def test_cells_of_a_workbook_are_text_and_stay_text_when_edited(text: str) -> None:
    sheet = load_workbook(io.BytesIO(write(Format.XLSX, COLUMNS, [(text, "b")]))).active
    assert sheet is not None
    found = sheet["A2"]
    assert (found.value, found.data_type, found.number_format, found.quotePrefix) == (text, "s", "@", True)


def test_a_csv_carries_the_mark_by_which_excel_knows_utf_8() -> None:
    assert write(Format.CSV, COLUMNS, ROWS).startswith(b"\xef\xbb\xbfcode,name\r\n1.010000,Gi")


def test_a_workbook_has_a_bold_frozen_header_and_columns_as_wide_as_their_texts() -> None:
    sheet = load_workbook(
        io.BytesIO(write(Format.XLSX, COLUMNS, [("1", "x" * 40), ("2", "x" * 400)], title="a/b"))
    ).active
    assert sheet is not None
    assert (sheet.title, sheet.freeze_panes, sheet["A1"].font.bold, sheet["A2"].font.bold) == ("a b", "A2", True, False)
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (10, 60)


def test_numbers_words_and_nothing_are_written_in_the_way_of_each_format() -> None:
    row = [-5, None, True, 10**18]
    columns = ("a", "b", "c", "d")
    assert write(Format.CSV, columns, [row]).decode("utf-8-sig") == f"a,b,c,d\r\n-5,,true,{10**18}\r\n"
    assert json.loads(write(Format.JSON, columns, [row])) == [dict(zip(columns, row, strict=True))]
    sheet = load_workbook(io.BytesIO(write(Format.XLSX, columns, [row]))).active
    assert sheet is not None
    assert [c.value for c in sheet[2]] == [-5, None, "true", str(10**18)]


@pytest.mark.parametrize("format", Format)
def test_equal_rows_give_equal_bytes_and_others_do_not(format: Format) -> None:
    first = write(format, COLUMNS, ROWS)
    assert write(format, COLUMNS, iter(ROWS)) == first
    assert write(format, COLUMNS, [*ROWS, ("8", "b")]) != first


def test_a_workbook_does_not_tell_when_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(write(Format.XLSX, COLUMNS, ROWS))) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        told = re.findall(rb"\d{4}-\d\d-\d\dT", b"".join(archive.read(part) for part in archive.infolist()))
    assert told == [b"1980-01-01T"] * 2


@pytest.mark.parametrize("format", Format)
def test_what_no_file_may_carry_is_replaced_and_what_is_too_long_is_refused(format: Format) -> None:
    raw = write(format, ("a",), [("b\x07c\ud800d",)])
    assert [p.code for p in read_all("a", raw).problems] == ["lost_character"]
    with pytest.raises(ValueError, match="limit is 32767"):
        write(format, ("a",), [("x" * (MAX_CELL + 1),)])
    with pytest.raises(ValueError, match="zip"):
        write(format, COLUMNS, [("a",)])


def test_an_escape_that_makes_a_cell_too_long_for_excel_is_refused_not_cut() -> None:
    with pytest.raises(ValueError, match="too long"):
        write(Format.XLSX, ("a",), [("_x0041_" * (MAX_CELL // 7),)])


def test_every_format_has_its_media_type() -> None:
    assert {format.media_type.partition(";")[0] for format in Format} == {
        "text/csv",
        "application/json",
        "application/x-ndjson",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
