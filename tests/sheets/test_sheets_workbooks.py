"""XLSX as Excel, LibreOffice, openpyxl and people who mean harm save it."""

import io
import struct
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from app.sheets import Columns, SheetRefused, read
from tests.sheet_files import (
    CODE_AND_NAME,
    Found,
    one_sheet,
    read_all,
    refusal,
    sheet_xml,
    text_row,
    workbook,
    zipped,
)

HEADER = text_row(1, "code", "name")
HALF_PAST_SEVEN = datetime.fromisoformat("2026-11-01T07:30:00")  # Excel knows no zones
DATES = '<styleSheet><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def saved(*rows: list[Any]) -> bytes:
    """As openpyxl, a program of its own, saves it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(inside: str, **attributes: str) -> Found:
    """A workbook whose cell B2 is written like this."""
    given_ = "".join(f' {key}="{value}"' for key, value in attributes.items())
    row = f'<row r="2"><c r="A2"><v>7</v></c><c r="B2"{given_}>{inside}</c></row>'
    strings = (
        "<sst><si><t>Giấy</t></si><si><r><t>khai </t></r><r><rPr><b/></rPr><t>sinh</t></r>"
        '<rPh sb="0" eb="1"><t>GHOST</t></rPh></si><si><t>a_x000D_\nb_x005F_x0041_</t></si></sst>'
    )
    return read_all("a.xlsx", one_sheet(HEADER + row, strings=strings, styles=DATES))


def test_a_workbook_of_another_program_is_read_with_its_row_numbers() -> None:
    raw = saved(["code", "name"], ["1.000028", "Cấp giấy phép"], [], [None, None], ["1.000029", "Đăng ký"])
    found = read_all("a.xlsx", raw, CODE_AND_NAME)
    assert [(row.number, row.cells["code"], row.cells["name"]) for row in found.rows] == [
        (2, "1.000028", "Cấp giấy phép"),
        (5, "1.000029", "Đăng ký"),
    ]
    assert not found.problems


def test_numbers_and_dates_come_as_they_were_typed_and_numbers_are_told() -> None:
    columns = [f"c{n}" for n in range(9)]
    values = [1.012566, 37, 1.01, -0.5, 1e20, date(2026, 11, 1), HALF_PAST_SEVEN, time(7, 30), True]
    found = read_all("a.xlsx", saved(columns, [*values]))
    assert [*found.cells[0].values()] == [
        "1.012566", "37", "1.01", "-0.5", "100000000000000000000",
        "2026-11-01", "2026-11-01T07:30:00", "07:30:00", "true",
    ]  # fmt: skip
    assert found.rows[0].numbers == {"c0", "c1", "c2", "c3", "c4"}


@pytest.mark.parametrize("stored", ["1.0125660000000001", "1.012566", "1012566E-6"])
def test_a_code_excel_took_for_a_number_keeps_every_digit(stored: str) -> None:
    assert cell(f"<v>{stored}</v>").cells[0]["name"] == "1.012566"


def test_dates_counted_from_1904_are_the_same_days() -> None:
    rows = HEADER + '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>{}</v></c></row>'
    for first, serial in (("", 46327), ('<workbookPr date1904="1"/>', 44865)):
        raw = workbook({"a": sheet_xml(rows.format(serial))}, styles=DATES, properties=first)
        assert read_all("a.xlsx", raw).cells[0]["name"] == "2026-11-01"


@pytest.mark.parametrize(
    ("inside", "kind", "text"),
    [
        ("<v>0</v>", "s", "Giấy"),
        ("<v>1</v>", "s", "khai sinh"),
        ("<v>2</v>", "s", "a\nb_x0041_"),
        ("<is><t xml:space='preserve'> Giấy </t></is>", "inlineStr", "Giấy"),
        ("<is><r><t>Gi</t></r><r><t>ấy</t></r></is>", "inlineStr", "Giấy"),
        ("<v>2026-11-01T00:00:00Z</v>", "d", "2026-11-01T00:00:00Z"),
        ("<v>0</v>", "b", "false"),
    ],
)
def test_every_way_to_store_a_text_is_read(inside: str, kind: str, text: str) -> None:
    found = cell(inside, t=kind)
    assert found.cells == [{"code": "7", "name": text}]
    assert found.rows[0].numbers == {"code"}


@pytest.mark.parametrize(
    ("inside", "attributes", "code"),
    [
        ("<f>1+1</f><v>2</v>", {}, "formula"),
        ("<f>A1</f><v>Giấy</v>", {"t": "str"}, "formula"),
        ('<f t="shared" si="0"/><v>2</v>', {}, "formula"),
        ("<v>#N/A</v>", {"t": "e"}, "error_value"),
        ("<v>NaN</v>", {}, "error_value"),
        ("<v>1e999</v>", {}, "error_value"),
        ("<v>99999999999</v>", {"s": "1"}, "bad_date"),
        ("<is><t>a_x0000_</t></is>", {"t": "inlineStr"}, "control_character"),
        ("<is><t>_xD800_</t></is>", {"t": "inlineStr"}, "half_character"),
        (f"<is><t>{'x' * 32_768}</t></is>", {"t": "inlineStr"}, "too_long"),
        (f"<is><t>{'x' * 3_000_000}</t></is>", {"t": "inlineStr"}, "too_long"),
    ],
)
def test_a_cell_that_holds_no_typed_value_is_a_problem(inside: str, attributes: dict[str, str], code: str) -> None:
    found = cell(inside, **attributes)
    assert found.told == [(2, "name", code)]
    assert not found.rows


def test_a_formula_in_the_header_refuses_the_file() -> None:
    assert refusal("a.xlsx", saved(["code", "=A1"], ["1", "2"])) == "formula"


def test_rows_in_merged_cells_are_problems_and_a_merged_header_refuses_the_file() -> None:
    rows = HEADER + text_row(2, "1", "a") + text_row(3, "2", "b") + text_row(4, "3", "c") + text_row(5, "4", "d")
    merged = '<mergeCells><mergeCell ref="A3:A4"/><mergeCell ref="A3:B3"/></mergeCells>'
    found = read_all("a.xlsx", one_sheet(rows, after=merged))
    assert found.told == [(3, None, "merged_cells"), (4, None, "merged_cells")]
    assert [row.number for row in found.rows] == [2, 5]
    over_header = '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
    assert refusal("a.xlsx", one_sheet(rows, after=over_header)) == "merged_cells"


def test_the_first_sheet_people_see_is_read_or_the_one_asked_for() -> None:
    sheets = {name: sheet_xml(text_row(1, "a") + text_row(2, name)) for name in ("Ẩn", "Một", "Hai")}
    raw = workbook(sheets, states={"Ẩn": "veryHidden"})
    assert read_all("a.xlsx", raw).cells == [{"a": "Một"}]
    assert read_all("a.xlsx", raw, tab="Hai").cells == [{"a": "Hai"}]
    assert refusal("a.xlsx", raw, tab="Ẩn") == "hidden_sheet"
    assert refusal("a.xlsx", raw, tab="Ba") == "no_sheet"
    assert refusal("a.xlsx", workbook(sheets, states=dict.fromkeys(sheets, "hidden"))) == "no_sheet"
    with read("a.xlsx", raw) as sheet:
        assert (sheet.format, sheet.tab) == ("xlsx", "Một")


def test_a_sheet_that_claims_to_be_endless_is_read_as_what_it_holds() -> None:
    raw = one_sheet(
        HEADER + text_row(2, "1", "a") + '<row r="1048576"><c r="XFD1048576" s="1"/></row>',
        before='<dimension ref="A1:XFD1048576"/>',
    )
    assert [row.number for row in read_all("a.xlsx", raw).rows] == [2]


def test_cells_beyond_the_header_are_a_problem_and_missing_ones_are_empty() -> None:
    far = '<row r="3"><c r="A3"><v>1</v></c><c r="XFD3"><v>1</v></c></row><row r="4"><c r="A4"><v>1</v></c></row>'
    found = read_all("a.xlsx", one_sheet(HEADER + far), CODE_AND_NAME)
    assert found.told == [(3, None, "too_many_cells")]
    assert found.cells == [{"code": "1", "name": "", "note": ""}]


def test_cells_and_rows_without_addresses_stand_one_after_the_other() -> None:
    rows = "<row><c t='inlineStr'><is><t>a</t></is></c><c t='inlineStr'><is><t>b</t></is></c></row>"
    assert read_all("a.xlsx", one_sheet(rows + "<row><c><v>1</v></c><c><v>2</v></c></row>")).cells == [
        {"a": "1", "b": "2"}
    ]


@pytest.mark.parametrize(
    "rows",
    [
        text_row(3, "a") + text_row(2, "b"),
        text_row(2, "a") + text_row(2, "b"),
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="0"/>',
        '<row r="1048577"/>',
        '<row r="99999999999999999999"/>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="?"/></row>',
        '<row r="1"><c s="x"/></row>',
        '<row r="1"><c t="s"><v>0</v></c></row>',
        '<row r="1"><c t="s"><v>-1</v></c></row>',
        "<row>",
    ],
)
def test_a_sheet_out_of_order_is_damaged(rows: str) -> None:
    assert refusal("a.xlsx", one_sheet(rows)) == "damaged"


def test_macros_are_refused_however_the_file_is_called() -> None:
    sheets = {"a": sheet_xml(HEADER)}
    assert refusal("a.xlsx", workbook(sheets, more={"xl/vbaProject.bin": b"x"})) == "macros"
    with_type = workbook(sheets, content_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    assert refusal("a.xlsx", with_type) == "macros"
    assert refusal("a.XLSM", workbook(sheets)) == "macros"


def test_other_archives_are_no_workbook() -> None:
    assert refusal("a.xlsx", zipped({"a.txt": b"a"})) == "not_a_workbook"
    assert refusal("a.ods", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})) == "not_a_workbook"


def test_a_zip_with_a_password_is_refused() -> None:
    raw = bytearray(workbook({"a": sheet_xml(HEADER)}))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    assert refusal("a.xlsx", bytes(raw)) == "password"


# --- bombs


def test_a_sheet_that_unpacks_to_too_much_is_refused_by_its_directory() -> None:
    assert refusal("a.xlsx", workbook({"a": sheet_xml(HEADER)}, more={"pad": bytes(9 << 20)})) == "too_large_unpacked"
    assert (
        refusal("a.xlsx", workbook({"a": sheet_xml(HEADER)}, more={f"p{n}": b"" for n in range(1_001)}))
        == "too_large_unpacked"
    )


def test_a_directory_that_lies_about_sizes_is_refused_while_reading() -> None:
    raw = bytearray(one_sheet(HEADER + "<row/>" * 2_000_000))
    at = raw.index(b"xl/worksheets/s1.xml", raw.index(b"PK\x01\x02")) - 46
    struct.pack_into("<L", raw, at + 24, 5_000)
    assert refusal("a.xlsx", bytes(raw)) == "damaged"


def test_a_million_entries_are_refused_before_they_are_listed() -> None:
    raw = zipped({"a": b""})
    end = raw.rindex(b"PK\x05\x06")
    many = bytearray(raw[end:])
    struct.pack_into("<HHL", many, 8, 65_000, 65_000, 40 << 20)
    assert refusal("a.xlsx", raw[:end] + bytes(40) + bytes(many)) == "too_large_unpacked"


ENTITIES = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/s1.xml", "[Content_Types].xml", "_rels/.rels"])
def test_xml_that_brings_its_own_entities_is_refused(part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook({"a": sheet_xml(HEADER)}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = ENTITIES.encode() + parts[part]
    assert refusal("a.xlsx", zipped(parts)) == "doctype"


def test_one_endless_tag_is_refused() -> None:
    assert refusal("a.xlsx", one_sheet(HEADER + f'<row x="{"y" * (3 << 20)}"/>')) == "too_large_unpacked"


def test_elements_without_end_or_with_endless_names_are_refused() -> None:
    assert refusal("a.xlsx", one_sheet(HEADER + "<a>" * 100)) == "too_large_unpacked"
    for names in ("<a{}/>", '<a b{}="c"/>', '<a xmlns:b{}="c"/>'):
        rows = "".join(names.format(n) for n in range(5_100))
        assert refusal("a.xlsx", one_sheet(HEADER + rows)) == "too_large_unpacked"


def test_xml_in_an_encoding_nobody_knows_is_damaged() -> None:
    parts = {"_rels/.rels": b'<?xml version="1.0" encoding="klingon"?><a/>'}
    assert refusal("a.xlsx", zipped(parts)) == "damaged"


def test_more_texts_than_memory_is_meant_for_are_refused() -> None:
    strings = "<sst>" + "<si/>" * 1_000_001 + "</sst>"
    assert refusal("a.xlsx", one_sheet(HEADER, strings=strings)) == "too_large_unpacked"


# --- whatever comes


WHOLE = saved(["code", "name", "note"], ["1", "Giấy khai sinh", date(2026, 11, 1)], [2, "=A1", 1.5])


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=8))
def test_a_workbook_with_wrong_bytes_is_read_or_refused(at: int, wrong: bytes) -> None:
    try:
        read_all("a.xlsx", WHOLE[:at] + wrong + WHOLE[at + len(wrong) :])
    except SheetRefused as refused:
        assert refused.vi  # noqa: PT017 - either way is right


@given(st.integers(4, len(WHOLE) - 1))
def test_a_workbook_cut_short_is_refused(length: int) -> None:
    with pytest.raises(SheetRefused):
        read_all("a.xlsx", WHOLE[:length])


@given(st.text(st.sampled_from("<>/\"'= rctvfs1A0n&;#xismeg"), max_size=60))
def test_a_sheet_of_any_marks_is_read_or_refused(marks: str) -> None:
    for raw in (
        one_sheet(HEADER + marks),
        one_sheet(HEADER, strings=marks or "x"),
        one_sheet(HEADER, styles=marks or "x"),
    ):
        try:
            read_all("a.xlsx", raw)
        except SheetRefused as refused:
            assert refused.vi  # noqa: PT017 - either way is right


def test_styled_but_empty_cells_make_no_row() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "name"])
    for number in range(2, 50):
        sheet.cell(number, 1).fill = PatternFill("solid", fgColor="FFFF00")
    out = io.BytesIO()
    book.save(out)
    assert read_all("a.xlsx", out.getvalue(), Columns(("code", "name"))) == ([], [])
