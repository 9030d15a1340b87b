import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from igot.lib.tables import TableError, csv_lines, read_csv, safe_cell, write_csv, write_xlsx

DANGEROUS = [
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM",
    "|calc",
    "  =1+1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
]


def read(data: bytes, **limits):
    table = read_csv(io.BytesIO(data), **limits)
    return [line.cells for line in table]


@pytest.mark.parametrize("text", DANGEROUS)
def test_cells_that_a_spreadsheet_would_run_become_text(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["Asha", "1=1", "a-b", "", "आशा", "E-0001", " plain", "'=1"])
def test_ordinary_text_is_left_alone(value):
    assert safe_cell(value) == value


def test_numbers_stay_numbers():
    assert safe_cell(-5) == -5
    assert safe_cell(Decimal("-5.50")) == Decimal("-5.50")
    assert safe_cell(None) == ""


@given(st.text())
def test_no_safe_cell_begins_like_a_formula(text):
    assert not str(safe_cell(text)).lstrip().startswith(("=", "+", "-", "@", "|"))


def test_csv_is_written_with_and_without_a_byte_order_mark():
    with_mark = "".join(csv_lines(["name"], [["आशा"], ["=1"]]))
    stream = io.StringIO()
    write_csv(stream, ["name"], [["two\nlines"]])

    assert with_mark == "\ufeffname\r\nआशा\r\n'=1\r\n"
    assert stream.getvalue() == 'name\r\n"two\nlines"\r\n'


def test_xlsx_holds_text_as_text_and_numbers_as_numbers():
    stream = io.BytesIO()

    write_xlsx(stream, ["name", "amount"], [["=1+1", Decimal("6960.00")], ["a\x0bb", 3]])

    sheet = load_workbook(io.BytesIO(stream.getvalue())).active
    rows = list(sheet.iter_rows(min_row=2))
    assert [[cell.value for cell in row] for row in rows] == [["'=1+1", 6960], ["ab", 3]]
    assert {cell.data_type for row in rows for cell in row} == {"s", "n"}


@pytest.mark.parametrize(
    "data",
    [
        "Code,Full Name\nA1,आशा\n".encode(),
        "Code,Full Name\r\nA1,आशा\r\n".encode("utf-8-sig"),
        "Code;Full Name\nA1;आशा\n".encode(),
        "Code\tFull Name\nA1\tआशा\n".encode("utf-16"),
        "\n  \n code* , FULL-NAME \nA1,आशा\n\n".encode(),
        '"code","full\nname"\nA1,आशा\n'.encode(),
    ],
)
def test_files_as_spreadsheets_save_them_are_read(data):
    assert read(data, required=["code", "full_name"]) == [{"code": "A1", "full_name": "आशा"}]


def test_an_uploaded_file_is_read_and_left_open_for_keeping():
    upload = SimpleUploadedFile("roll.csv", b"a\n1\n")

    cells = [line.cells for line in read_csv(upload, required=["a"])]

    upload.seek(0)
    assert cells == [{"a": "1"}]
    assert upload.read() == b"a\n1\n"


def test_quoted_line_breaks_and_short_rows_are_read():
    assert read(b'a,b\n"x\ny"\n') == [{"a": "x\ny", "b": ""}]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b",,\n", "names no column"),
        (b"a,a\n", "twice: a"),
        (b"a,b\n", "lacks the column: code"),
        ("naïve\n".encode("latin-1"), "UTF-8"),
        (b"\xff\xfea", "UTF-8"),
    ],
)
def test_what_is_not_a_table_is_refused_with_a_sentence(data, says):
    with pytest.raises(TableError, match=says):
        read(data, required=["code"])


@pytest.mark.parametrize(
    ("data", "limits", "says"),
    [
        (b"a\n1\n2\n3\n", {"max_rows": 2}, "more than 2 rows"),
        (b"a\n" + b"x" * 50, {"max_cell": 10}, "row 2 is longer"),
        (b"a,b,c\n", {"max_columns": 2}, "3 columns"),
        (b"a\n" + b"1\n" * 600_000, {"max_bytes": 1_000_000}, "larger than 1 MB"),
        (b"a\n1\n2,3\n", {}, "Row 3 has 2 cells"),
        ("a\nok\nnaïve\n".encode("latin-1"), {}, "UTF-8"),
        (b"a\n" + b"x" * 200_000, {}, "Row 2 cannot be read"),
    ],
)
def test_limits_and_broken_rows_are_named(data, limits, says):
    with pytest.raises(TableError, match=says):
        read(data, **limits)


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=2, max_size=2))
)
def test_what_was_written_is_read_back(rows):
    stream = io.StringIO()
    write_csv(stream, ["a", "b"], rows)

    table = read_csv(io.BytesIO(stream.getvalue().encode()))

    shown = [[str(safe_cell(cell)) for cell in row] for row in rows]
    expected = list(csv.reader(io.StringIO(stream.getvalue())))[1:]
    assert [record for _number, record in table.records()] == expected
    assert all("\r" in "".join(row) or row in expected for row in shown)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_without_its_mark(encoding):
    assert read("code,name\nA1,आशा\n".encode(encoding)) == [{"code": "A1", "name": "आशा"}]
