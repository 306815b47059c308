"""CSV, JSON and NDJSON as people and programs really save them: every cell right, or a word on how to mend it."""

import json
import tracemalloc
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets import MAX_CELL, Columns, Number, Problem, Row, SheetRefused, read
from tests.sheet_files import CODE_AND_NAME, read_all, refusal, windows_1258

VIETNAMESE = "code,name\r\n1.000028,Cấp giấy phép xe quá khổ; đường bộ\r\n1.000029,Đăng ký hộ tịch ở xã Kỳ Anh\r\n"
READ = [
    {"code": "1.000028", "name": "Cấp giấy phép xe quá khổ; đường bộ", "note": ""},
    {"code": "1.000029", "name": "Đăng ký hộ tịch ở xã Kỳ Anh", "note": ""},
]
# The letters of TCVN3 (ABC), lower case, in the order of their bytes as Windows-1252 shows them.
TCVN3 = dict(
    zip(
        "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ",
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ",
        strict=True,
    )
)


def in_tcvn3(text: str) -> str:
    return "".join(TCVN3.get(letter, letter) for letter in text.lower())


# --- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_and_without_a_mark(encoding: str) -> None:
    assert read_all("a.csv", VIETNAMESE.encode(encoding), CODE_AND_NAME).cells == READ


def test_utf_16_of_the_other_byte_order_is_read_too() -> None:
    assert read_all("a.csv", b"\xfe\xff" + VIETNAMESE.encode("utf-16-be"), CODE_AND_NAME).cells == READ


def test_windows_1258_is_recognised_and_its_tone_marks_join_their_letters() -> None:
    raw = windows_1258(VIETNAMESE)
    with pytest.raises(UnicodeDecodeError):
        raw.decode()
    assert read_all("a.csv", raw, CODE_AND_NAME).cells == READ


@given(
    st.lists(st.sampled_from("thủ tục hành chính Đơn đề nghị cấp giấy phép xây dựng ở xã ưỡn ẹo".split()), min_size=1)
)
def test_any_vietnamese_words_survive_windows_1258(words: list[str]) -> None:
    text = " ".join(["Đường", *words])
    assert read_all("a.csv", windows_1258(f"name\n{text}\n")).cells == [{"name": text}]


def test_decomposed_letters_are_composed_and_what_is_invisible_at_the_ends_goes() -> None:
    text = unicodedata.normalize("NFD", "code,name\n\ufeff 1.000028\u200b,\u00a0Cấp giấy phép \u2003\n")
    assert read_all("a.csv", text, CODE_AND_NAME).cells == [{"code": "1.000028", "name": "Cấp giấy phép", "note": ""}]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(in_tcvn3(VIETNAMESE).encode("latin-1"), id="TCVN3"),
        pytest.param("code,name\n1,Thuû tuïc haønh chính ñöôïc giaûi quyeát\n".encode("cp1252"), id="VNI"),
        pytest.param("code,name\n1,Numéro de référence français\n".encode("cp1252"), id="Windows-1252"),
        pytest.param(VIETNAMESE.encode() + b"\xff", id="UTF-8 with a broken byte"),
        pytest.param(b"\xff\xfe" + VIETNAMESE.encode("utf-16-le")[:-1], id="UTF-16 cut short"),
    ],
)
def test_bytes_in_an_encoding_that_cannot_be_trusted_are_refused(raw: bytes) -> None:
    assert refusal("a.csv", raw) == "encoding"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(in_tcvn3("Thủ tục hành chính đã được giải quyết"), id="TCVN3"),
        pytest.param("Thuû tuïc haønh chính ñöôïc giaûi quyeát", id="VNI"),
        pytest.param(
            "Thủ tục hành chính".encode().decode("latin-1").replace("\x83", "").replace("\x92", ""), id="UTF-8"
        ),
    ],
)
def test_text_mangled_before_it_was_saved_as_unicode_is_refused(line: str) -> None:
    assert refusal("a.csv", "name\n" + f'"{line}"\n' * 5) in {"mangled_text", "control_character"}


def test_one_mangled_cell_among_good_ones_is_a_problem_of_its_row() -> None:
    found = read_all("a.csv", VIETNAMESE + "1.000030,Thuû tuïc haønh chính\n", CODE_AND_NAME)
    assert found.cells == READ
    assert found.told == [(4, "name", "mangled_text")]


@pytest.mark.parametrize("text", ["Diện tích 5 m² ± 2 °C", "Société Générale", "Müller «Cá»", "Windows® 11"])
def test_ordinary_foreign_signs_are_no_mangled_text(text: str) -> None:
    assert read_all("a.csv", f"name\n{text}\n").cells == [{"name": text}]


@pytest.mark.parametrize("raw", [b"a,b\n1,\0\n", "a,b\n1,2\n".encode("utf-16-le"), "a\nb".encode("utf-32")])
def test_nul_bytes_are_no_text(raw: bytes) -> None:
    assert refusal("a.csv", raw) == "nul_bytes"


@pytest.mark.parametrize(
    ("cell", "code"),
    [("a\x07b", "control_character"), ("Gi\ufffdy", "lost_character"), ("x" * (MAX_CELL + 1), "too_long")],
)
def test_a_cell_nobody_could_have_typed_is_a_problem(cell: str, code: str) -> None:
    assert read_all("a.csv", f"code,name\n1,{cell}\n2,b\n", CODE_AND_NAME).told == [(2, "name", code)]


# --- CSV


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_header_tells_the_separator(sign: str) -> None:
    text = sign.join(["code", '"name, or; title"', "note"]) + "\n" + sign.join(["1", "b", "c"])
    assert read_all("a.csv", text).cells == [{"code": "1", "name, or; title": "b", "note": "c"}]


def test_the_line_in_which_excel_names_the_separator_is_no_header() -> None:
    found = read_all("a.csv", "sep=;\r\ncode;name\r\n1;b\r\n")
    assert found.cells == [{"code": "1", "name": "b"}]
    assert found.rows[0].number == 3


def test_rows_have_the_line_numbers_an_editor_shows() -> None:
    found = read_all("a.csv", 'code,name\r\n1,"two\r\nlines"\n\n2,b\r3,c\n')
    assert [(row.number, row.cells["name"]) for row in found.rows] == [(2, "two\nlines"), (5, "b"), (6, "c")]


def test_quotes_doubled_inside_and_after_a_space_are_read() -> None:
    text = 'code,name,note\n1, "Giấy ""gốc"", bản sao",x\n2,Giấy "gốc",y\n'
    assert [c["name"] for c in read_all("a.csv", text).cells] == ['Giấy "gốc", bản sao', 'Giấy "gốc"']


@pytest.mark.parametrize("text", ['code,name\n1,"b\n2,c\n3,d\n', 'code,name\n1,"b"x\n', 'code,name\n1,"b\n2,"c"\n'])
def test_quotes_that_do_not_match_refuse_the_file_and_name_the_line(text: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        read_all("a.csv", text)
    assert refused.value.code == "quotes"
    assert "dòng 2" in refused.value.vi


def test_a_quote_never_closed_does_not_swallow_a_long_file() -> None:
    assert refusal("a.csv", 'code,name\n1,"b\n' + "2,c\n" * 400_000) in {"quotes", "line_too_long"}
    assert refusal("a.csv", "code,name\n" + '"\n","\n",' * 200_000) == "line_too_long"
    assert refusal("a.csv", "code,name\n" + "x" * (1 << 21)) == "line_too_long"


def test_rows_longer_or_shorter_than_the_header_are_problems_unless_only_empty_cells_are_too_many() -> None:
    found = read_all("a.csv", "code,name\n1,b,c\n2\n3,d,, \n,\n\n4,e\n", CODE_AND_NAME)
    assert found.told == [(2, None, "too_many_cells"), (3, None, "too_few_cells")]
    assert [row.number for row in found.rows] == [4, 7]


def test_headers_are_found_by_any_of_their_names_whatever_case_and_spaces() -> None:
    with read(
        "a.csv", "  MÃ  thủ tục (*),TÊN_THỦ-TỤC,Note\n1,b,c\n".replace(" (*)", "*").encode(), CODE_AND_NAME
    ) as sheet:
        assert [dict(row.cells) for row in sheet if not isinstance(row, Problem)] == [
            {"code": "1", "name": "b", "note": "c"}
        ]
        assert sheet.headers == {"code": "MÃ  thủ tục*", "name": "TÊN_THỦ-TỤC", "note": "Note"}
        assert (sheet.file, sheet.format, sheet.tab) == ("a.csv", "csv", None)


def test_a_problem_names_the_column_as_the_file_does() -> None:
    assert read_all("a.csv", "Mã thủ tục,Tên thủ tục\n1,a\x07b\n", CODE_AND_NAME).told == [
        (2, "Tên thủ tục", "control_character")
    ]


def test_a_number_that_stands_where_a_header_should_is_not_quoted() -> None:
    """A file without a header begins with somebody's row."""
    (told,) = read_all("a.csv", "code,name,042177031459\n1,a,b\n", CODE_AND_NAME).problems
    said = [repr(told)]
    for first, columns in (("042177031459,An", CODE_AND_NAME), ("042177031459,042177031459", None)):
        with pytest.raises(SheetRefused) as refused:
            read_all("a.csv", f"{first}\n1,2\n", columns)
        said.append(f"{refused.value} {refused.value.vi}")
    assert not [text for text in said if "042177" in text]


def test_unknown_columns_are_told_once_and_left_out() -> None:
    found = read_all("a.csv", "code,colour,name\n1,red\x07,b\n2,blue,c\n", CODE_AND_NAME)
    assert found.told == [(1, "colour", "unknown_column")]
    assert [c["name"] for c in found.cells] == ["b", "c"]


def test_a_missing_column_refuses_the_file_and_tells_every_name_it_may_have() -> None:
    with pytest.raises(SheetRefused) as refused:
        read_all("a.csv", "code,tên\n1,b\n", CODE_AND_NAME)
    assert refused.value.code == "missing_columns"
    assert "name / Tên thủ tục" in refused.value.vi
    assert "“tên”" in refused.value.vi


def test_two_headers_for_one_column_refuse_the_file() -> None:
    assert refusal("a.csv", "code,name,Mã thủ tục\n1,b,2\n", CODE_AND_NAME) == "duplicate_columns"
    assert refusal("a.csv", "code,code\n1,2\n") == "duplicate_columns"


def test_a_column_without_header_may_stay_empty_only() -> None:
    found = read_all("a.csv", "code,,name,\n1,,b,\n2,x,c,\n", CODE_AND_NAME)
    assert found.told == [(3, None, "too_many_cells")]
    assert [row.number for row in found.rows] == [2]


@pytest.mark.parametrize("raw", [b"", b"  \n\n", b"\xef\xbb\xbf", b",,\n,,\n", b"\xff\xfe", b"sep=;\n"])
def test_a_file_without_header_is_empty(raw: bytes) -> None:
    assert refusal("a.csv", raw) == "empty"


def test_a_header_alone_is_a_sheet_without_rows() -> None:
    assert read_all("a.csv", "code,name\n", CODE_AND_NAME) == ([], [])


def test_the_apostrophe_that_keeps_a_spreadsheet_from_running_a_cell_is_taken_off() -> None:
    assert [c["a"] for c in read_all("a.csv", "a\n'=1+1\n'tis\n''-x\n").cells] == ["=1+1", "'tis", "'-x"]


def test_too_many_columns_are_refused() -> None:
    assert refusal("a.csv", ",".join(f"c{n}" for n in range(1001))) == "too_many_columns"


# --- JSON


@pytest.mark.parametrize(
    ("name", "text", "numbers"),
    [
        ("a.json", '[{"code":"1","name":"b"},\n {"code":"2","name":"c"}]', [1, 2]),
        ("a.json", '{"total":2,"items":[{"code":"1","name":"b"},{"code":"2","name":"c"}],"next":null}', [1, 2]),
        ("a.ndjson", '{"code":"1","name":"b"}\n\n{"code":"2","name":"c"}\n', [1, 3]),
        ("a.txt", '{"code":"1","name":"b"}\r\n{"code":"2","name":"c"}', [1, 2]),
    ],
)
def test_objects_are_read_from_arrays_items_and_lines(name: str, text: str, numbers: list[int]) -> None:
    found = read_all(name, text, CODE_AND_NAME)
    assert [(c["code"], c["name"]) for c in found.cells] == [("1", "b"), ("2", "c")]
    assert [row.number for row in found.rows] == numbers
    assert not found.problems


def test_content_goes_before_the_extension() -> None:
    for name, text, kind in (
        ("a.csv", '[{"a":"1"}]', "json"),
        ("a.json", "a,b\n1,2", "csv"),
        ("x", '{"a":1}', "ndjson"),
    ):
        with read(name, text.encode()) as sheet:
            assert sheet.format == kind


def test_numbers_of_json_keep_their_digits_and_are_told() -> None:
    found = read_all("a.json", '[{"code":1.010,"name":true,"note":null}]', CODE_AND_NAME)
    assert found.cells == [{"code": "1.010", "name": "true", "note": ""}]
    assert found.rows[0].numbers == {"code"}
    assert type(found.rows[0].cells["code"]) is str is not Number


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ('{"code":"1","name":"\\ud800"}', (2, "name", "half_character")),
        ('{"code":"1","name":"a\\u0000"}', (2, "name", "control_character")),
        ('{"code":"1","name":"a","name":"b"}', (2, "name", "duplicate_key")),
        ('{"code":"1","name":"a","CODE":"b"}', (2, "code", "duplicate_key")),
        ('{"code":"1","name":["a"]}', (2, "name", "not_text")),
        ('{"code":"1","name":{"vi":"a"}}', (2, "name", "not_text")),
        ('{"code":"1"}', (2, "name", "missing_key")),
        ('["1","a"]', (2, None, "not_an_object")),
        ("7", (2, None, "not_an_object")),
    ],
)
def test_what_is_wrong_with_one_object_spares_the_others(item: str, told: tuple[int, str | None, str]) -> None:
    good = '{"code":"1","name":"b"}'
    found = read_all("a.json", f"[{good},{item},{good}]", CODE_AND_NAME)
    assert found.told == [told]
    assert [row.number for row in found.rows] == [1, 3]
    assert read_all("a.ndjson", f"{good}\n{item}\n{good}", CODE_AND_NAME).told == [told]


def test_a_broken_line_of_ndjson_spares_the_others() -> None:
    deep = '{"code":' + "[" * 100_000
    found = read_all("a.ndjson", f'{{"code":"1","name":"b"}}\n{{"code":\n{deep}\n{{}} x\n', CODE_AND_NAME)
    assert found.told == [(2, None, "json"), (3, None, "not_text"), (4, None, "json")]


def test_an_unknown_key_is_told_once_even_if_no_console_could_print_it() -> None:
    found = read_all(
        "a.json", '[{"code":"1","name":"b","\\ud800":1},{"code":"2","name":"b","\\ud800":1}]', CODE_AND_NAME
    )
    assert found.told == [(1, "\ufffd", "unknown_column")]
    assert len(found.rows) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 100_000, "too_deep"),
        ('[{"a":"1"}', "json"),
        ('[{"a":"1"} {"a":"2"}]', "json"),
        ('[{"a":"1"}] x', "json"),
        ('[{"a":NaN}]', "json"),
        ('{"items":[{"a":"1"}],"items":[]}', "json"),
        ('{"items":[{"a":"1"}]', "json"),
        ('[{"a":"' + "x" * (1 << 22) + '"}]', "json"),
        ("[" + ",".join(f'{{"k{n}":"1"}}' for n in range(1001)) + "]", "too_many_columns"),
    ],
)
def test_json_broken_as_a_whole_is_refused(text: str, code: str) -> None:
    assert refusal("a.json", text) == code


def test_an_array_longer_than_what_is_held_at_a_time_is_read_whole() -> None:
    items = [{"a": f"{n} Đường " + "x" * 3_000} for n in range(2_000)]
    for text in (json.dumps(items, indent=1), json.dumps({"total": 1, "items": items}, ensure_ascii=False)):
        assert read_all("a.json", text).cells == items


# --- the file as a whole


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7\n", "unsupported"),
        (b"\xef\xbb\xbf <html><table>", "unsupported"),
        (b"\x1f\x8b\x08\x00", "unsupported"),
        (b"{\\rtf1 a}", "unsupported"),
    ],
)
def test_files_of_another_kind_are_refused_by_name(raw: bytes, code: str) -> None:
    assert refusal("a.xlsx", raw) == code


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n" + b"1\n" * 1_000)
    for source in (path, path.read_bytes()):
        with pytest.raises(SheetRefused, match="too_large"), read("a.csv", source, max_bytes=2_001):
            pass
        with read("a.csv", source, max_bytes=2_002) as sheet:
            assert len(list(sheet)) == 1_000


def test_a_path_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert refusal("a.csv", tmp_path / "missing.csv") == "unreadable"
    assert refusal("a.csv", tmp_path) == "unreadable"


def test_the_limit_of_rows_counts_good_and_bad_rows_but_no_header() -> None:
    text = "a,b\n1,2\n3\n4,5\n"
    assert len(read_all("a.csv", text, max_rows=3).rows) == 2
    with pytest.raises(SheetRefused, match="too_many_rows"):
        read_all("a.csv", text, max_rows=2)
    with pytest.raises(SheetRefused, match="too_many_rows"):
        read_all("a.csv", "a,x\n" + "1,2\n" * 3, Columns(("a",)), max_rows=2)


def test_a_long_sheet_is_never_held_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("code,name\n" + "1.000028,Đăng ký hộ tịch\n" * 100_000, encoding="utf-8")
    tracemalloc.start()
    try:
        with read("long.csv", path, CODE_AND_NAME) as sheet:
            assert sum(isinstance(item, Row) for item in sheet) == 100_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 2


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.json", "a.ndjson", "a.xlsx"]), st.booleans())
def test_any_bytes_are_read_or_refused(raw: bytes, name: str, known: bool) -> None:
    try:
        found = read_all(name, raw, CODE_AND_NAME if known else None)
    except SheetRefused:
        return
    for row in found.rows:
        "".join(row.cells.values()).encode()


@given(st.text(st.sampled_from('{}[]",:;\n\r\t a1.\\u\'="')))
def test_any_signs_of_the_formats_are_read_or_refused(text: str) -> None:
    for start in ("", "a,b\n", '[{"a":', '{"items":['):
        try:
            read_all("a", start + text)
        except SheetRefused as refused:
            assert refused.vi  # noqa: PT017 - either way is right
