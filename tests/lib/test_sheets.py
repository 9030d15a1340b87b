import io
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from igot.lib import sheets
from igot.lib.sheets import read_table, read_xlsx
from igot.lib.tables import TableError, write_xlsx

CONTENT_TYPES = "[Content_Types].xml"


def workbook(*rows, **others) -> io.BytesIO:
    """Write a workbook of one sheet, and of further sheets given by title."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for title, lines in others.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def rewritten(file: io.BytesIO, change, *, extra=(), without="") -> io.BytesIO:
    """Write a workbook anew, each part through `change(name, bytes)`, with `extra` ones."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name == without:
                continue
            new.writestr(name, change(name, old.read(name)))
        for name, content in extra:
            new.writestr(name, content)
    out.seek(0)
    return out


def same(_name: str, content: bytes) -> bytes:
    return content


def cells_of(file, **limits) -> list[dict[str, str]]:
    return [line.cells for line in read_xlsx(file, **limits)]


def test_a_sheet_is_read_as_texts_under_normalised_names():
    file = workbook(["Employee Code*", "Name"], ["E1", "आशा"], ["E2", "O'Brien"])

    assert cells_of(file, required=["employee_code"]) == [
        {"employee_code": "E1", "name": "आशा"},
        {"employee_code": "E2", "name": "O'Brien"},
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2019, 5, 21), "21.05.2019"),
        (datetime(1963, 7, 1), "01.07.1963"),  # noqa: DTZ001 -- a cell has no zone
        (datetime(2019, 5, 21, 10, 30), "21.05.2019 10:30"),  # noqa: DTZ001
        (time(9, 5), "09:05"),
        (2010, "2010"),
        (2010.0, "2010"),
        (0.5, "0.5"),
        (43606, "43606"),
        (123456789012345678, "123456789012345677"),
        (1e21, "1000000000000000000000"),
        (True, "TRUE"),
        (" plain ", " plain "),
        ("00123", "00123"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_cells_of_every_kind_become_the_text_a_person_reads(value, text):
    (row,) = cells_of(workbook(["a"], [value]))

    if value == 123456789012345678:  # a spreadsheet keeps fifteen digits; we add no error of ours
        assert row["a"][:15] == text[:15]
    else:
        assert row["a"] == text


def test_rows_carry_the_numbers_that_the_spreadsheet_shows_though_some_are_blank():
    file = workbook([None], ["a", "b"], [None, None], ["x", "y"], [None])

    assert [(line.number, line.cells["a"]) for line in read_xlsx(file)] == [(4, "x")]


def test_thousands_of_blank_rows_below_the_last_are_no_rows():
    book = Workbook()
    book.active.append(["a"])
    book.active.append(["x"])
    book.active.cell(row=500_000, column=1).number_format = "0.00"
    stream = io.BytesIO()
    book.save(stream)

    assert cells_of(stream, max_rows=10) == [{"a": "x"}]


def test_the_lines_of_the_table_are_its_rows_as_csv():
    table = read_xlsx(workbook(["a", "b"], ['say "x"', "1,2"], [None, "two\nlines"]))

    assert list(table.lines) == ['"say ""x""","1,2"\n', ',"two\nlines"\n']


def test_of_several_sheets_the_first_visible_is_read_and_the_table_says_so():
    file = workbook(["a"], ["1"], Second=[["b"], ["2"]])
    table = read_xlsx(file)

    assert table.header == ["a"]
    assert table.notes == ["The workbook has 2 sheets; only the first, “Sheet”, was read."]
    assert read_xlsx(workbook(["a"])).notes == []


def test_a_hidden_sheet_is_passed_over():
    book = Workbook()
    book.active.append(["secret"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Roll").append(["a"])
    book.active = 1
    stream = io.BytesIO()
    book.save(stream)

    assert read_xlsx(stream).header == ["a"]


def test_text_that_looks_like_a_formula_is_text():
    stream = io.BytesIO()
    write_xlsx(stream, ["a"], [["plain"], ["-5"]])
    stream.seek(0)

    assert [row["a"] for row in cells_of(stream)] == ["plain", "'-5"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "empty"),
        ([[None, None], [None]], "empty"),
        ([["a", "a"]], "twice: a"),
        ([["b"]], "lacks the column: a"),
        (
            [["a", "Date of birth"], ["E1", "=TODAY()"]],
            r"Row 2, column B \(“Date of birth”\) holds",
        ),
        ([["a"], ["ok"], [None], [1, 2, "=1+1"]], "Row 4, column C holds a formula"),
        ([["a"], ["#REF!"]], "Row 2, column A .* an error: #REF!"),
        ([["a"], ["x" * 50]], "row 2 is longer than 40"),
        ([["a"], *[["x"]] * 6], "more than 5 rows"),
        ([[f"c{n}" for n in range(300)]], "300 columns; at most 200"),
        ([["a"], [None] * 299 + ["x"]], "300 columns; at most 200"),
    ],
)
def test_what_is_no_roll_is_refused_with_row_and_column(rows, says):
    with pytest.raises(TableError, match=says):
        cells_of(workbook(*rows), required=["a"], max_rows=5, max_cell=40)


def test_a_password_and_the_old_kind_are_named():
    with pytest.raises(TableError, match="password.*old kind"):
        read_xlsx(io.BytesIO(sheets.OLE_START + b"\xa1\xb1\x1a\xe1" + bytes(600)))


def test_macros_are_refused():
    file = rewritten(workbook(["a"]), same, extra=[("xl/vbaProject.bin", b"x")])

    with pytest.raises(TableError, match="macros"):
        read_xlsx(file)


@pytest.mark.parametrize(
    "extra",
    [
        [("xl/media/big.bin", bytes(40_000_000))],
        [("xl/worksheets/bomb.xml", b"<a>" + b" " * 30_000_000 + b"</a>")],
        [(f"xl/part{number}.bin", b"") for number in range(600)],
    ],
)
def test_a_zip_bomb_is_not_unpacked(extra, monkeypatch):
    file = rewritten(workbook(["a"], ["1"]), same, extra=extra)
    monkeypatch.setattr(sheets, "load_workbook", lambda *_a, **_k: pytest.fail("it was opened"))

    with pytest.raises(TableError, match="not opened"):
        read_xlsx(file)


def test_a_table_of_texts_too_large_for_memory_is_not_read(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_TEXTS", 100)
    texts = [("xl/sharedStrings.xml", b"<sst>" + b"<si><t>x</t></si>" * 50 + b"</sst>")]

    with pytest.raises(TableError, match="not opened"):
        read_xlsx(rewritten(workbook(["a"]), same, extra=texts, without="xl/sharedStrings.xml"))


def test_entities_are_refused_wherever_they_are_declared():
    def declare(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return content
        return content.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY e "eee">]><worksheet', 1)

    with pytest.raises(TableError, match="damaged"):
        read_xlsx(rewritten(workbook(["a"]), declare))


def test_a_declaration_across_two_blocks_is_seen(monkeypatch):
    monkeypatch.setattr(sheets, "BLOCK", 7)

    def declare(name: str, content: bytes) -> bytes:
        return content if name != "xl/styles.xml" else b"<!-- 1 --><!DOCTYPE x>" + content

    with pytest.raises(TableError, match="damaged"):
        read_xlsx(rewritten(workbook(["a"]), declare))


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<worksheet"),
        ("xl/workbook.xml", b""),
        ("xl/workbook.xml", "<?xml version='1.0'?><workbook/>".encode("utf-16")),
        ("xl/styles.xml", b"\x00\x01"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships/>"),
    ],
)
def test_a_damaged_workbook_is_refused_with_a_sentence(part, content):
    file = rewritten(workbook(["a"], ["1"]), lambda name, old: content if name == part else old)

    with pytest.raises(TableError, match="damaged|no visible sheet"):
        cells_of(file)


def test_a_cell_that_points_to_no_text_is_damage_and_no_crash():
    def point(name: str, content: bytes) -> bytes:
        return content.replace(b"</sheetData>", b'<row><c t="s"><v>7</v></c></row></sheetData>')

    with pytest.raises(TableError, match="damaged"):
        cells_of(rewritten(workbook(["a"]), point))


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04" + bytes(100), b"PK\x03\x04\x14\x00\xff\xfe", b"PK\x05\x06" + bytes(18)],
)
def test_half_a_package_is_refused(data):
    with pytest.raises(TableError):
        read_xlsx(io.BytesIO(data))


def test_another_kind_of_package_is_no_workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    out.seek(0)

    with pytest.raises(TableError, match="no Excel workbook"):
        read_xlsx(out)


def test_a_workbook_above_the_limit_is_not_opened():
    with pytest.raises(TableError, match="larger than 1 MB"):
        read_xlsx(io.BytesIO(sheets.ZIP_START + bytes(1_100_000)), max_bytes=1_000_000)


def test_either_kind_of_file_is_told_by_its_first_bytes():
    csv_file = io.BytesIO(b"a,b\n1,2\n")

    assert [line.cells for line in read_table(csv_file)] == [{"a": "1", "b": "2"}]
    assert [line.cells for line in read_table(workbook(["a"], [1]))] == [{"a": "1"}]
    with pytest.raises(TableError, match="empty"):
        read_table(io.BytesIO(b""))
