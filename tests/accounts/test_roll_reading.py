"""Bad input of a roll: each a sentence that names row and column, and nothing half applied."""

import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from accounts import roll_cells
from accounts.actions import rolls
from accounts.models import Officer, RollImport, RollRow
from accounts.roles import Role
from accounts.roll_states import RollState
from accounts.roll_words import SENTENCES, sentence_of
from igot.lib.errors import Refused
from tests.factories.accounts import make_service, make_state, make_user
from tests.factories.rolls import (
    AT,
    HEADER,
    ROW,
    make_applied,
    make_checked,
    make_upload,
    roll_file,
)

pytestmark = pytest.mark.django_db


def sentences(roll: RollImport, number: int = 2) -> list[str]:
    row = RollRow.objects.get(roll=roll, number=number)
    return [sentence_of(problem, row=number) for problem in row.problems]


# --- cells ---------------------------------------------------------------------------------------

BIRTH = "Row 2, column “date_of_birth”: "
CELLS = [
    ("date_of_birth", "", BIRTH + "The cell is empty, and this fact is needed."),
    ("date_of_birth", "31.02.1985", BIRTH + "There is no such day as 31.02.1985."),
    ("date_of_birth", "29.02.1985", BIRTH + "There is no such day as 29.02.1985."),
    (
        "date_of_birth",
        "31274",
        BIRTH + "“31274” is a number. A spreadsheet stores 15.08.1985 so: format the column as a "
        "date and save the file again.",
    ),
    (
        "date_of_birth",
        "15.08.85",
        BIRTH + "“15.08.85” gives the year with two digits, which may be two different years: "
        "write four.",
    ),
    (
        "date_of_birth",
        "15/08/85",
        BIRTH + "“15/08/85” gives the year with two digits, which may be two different years: "
        "write four.",
    ),
    (
        "date_of_birth",
        "03/04/1985",
        BIRTH + "“03/04/1985” may be read in two ways. Say on the page of the columns whether the "
        "day or the month stands first.",
    ),
    (
        "date_of_birth",
        "25/12/1985",
        BIRTH + "“25/12/1985” may be read in two ways. Say on the page of the columns whether the "
        "day or the month stands first.",
    ),
    (
        "date_of_birth",
        "August 1985",
        BIRTH + "“August 1985” is not a date: write DD.MM.YYYY, for example 21.05.2019.",
    ),
    ("date_of_birth", "15.08.2090", BIRTH + "15.08.2090 is out of range: give a date from "),
    ("date_of_birth", "15.08.1885", BIRTH + "15.08.1885 is out of range: give a date from "),
    (
        "employee_code",
        " ",
        "Row 2, column “employee_code”: The cell is empty, and this fact is needed.",
    ),
    (
        "employee_code",
        "1.23457E+11",
        "Row 2, column “employee_code”: “1.23457E+11” was rounded by a spreadsheet. Format the "
        "column as text and enter the codes again.",
    ),
    (
        "employee_code",
        "E" * 41,
        "Row 2, column “employee_code”: The text is longer than 40 characters.",
    ),
    ("name", "", "Row 2, column “name”: The cell is empty, and this fact is needed."),
    ("name", "Asha <b>", "Row 2, column “name”: “Asha <b>” cannot be a person's name."),
    ("name", "12345", "Row 2, column “name”: “12345” cannot be a person's name."),
    ("service", "", "Row 2, column “service”: The cell is empty, and this fact is needed."),
    ("service", "IFSX", "Row 2, column “service”: No service is called “IFSX”."),
    ("group", "D", "Row 2, column “group”: “D” is no group: write A, B or C."),
    (
        "group",
        "B",
        "Row 2, column “group”: Indian Administrative Service has no Group B; it has: A.",
    ),
    ("cadre", "Atlantis", "Row 2, column “cadre”: “Atlantis” is no State or Union Territory."),
    (
        "rank",
        "Emperor",
        "Row 2, column “rank”: “Emperor” is no grade of Indian Administrative Service in Group A.",
    ),
    (
        "date_of_joining",
        "15.08.1980",
        "Row 2, column “date_of_joining”: Whoever was born on 15.08.1985 turned 18 on 15.08.2003: "
        "the date of joining cannot be earlier.",
    ),
    (
        "allotment_year",
        "1990",
        "Row 2, column “allotment_year”: Whoever was born in 1985 cannot have a year of allotment "
        "before 2003.",
    ),
    (
        "allotment_year",
        "10",
        "Row 2, column “allotment_year”: “10” is not a year: write four digits, for example 2019.",
    ),
    ("allotment_year", "2150", "Row 2, column “allotment_year”: Give a year from 1950 to "),
    ("email", "asha at gov", "Row 2, column “email”: “asha at gov” is not an e-mail address."),
    (
        "break_days",
        "-3",
        "Row 2, column “break_days”: “-3” is no number of days: write a whole number up to 20000.",
    ),
    ("designation", "x" * 201, "Row 2, column “designation”: The text is longer than 200 "),
    ("designation", "Dir\u202eector", "Row 2, column “designation”: “DirU+202Eector” holds a "),
]


@pytest.mark.parametrize(
    ("column", "cell", "sentence"), CELLS, ids=[f"{c[0]}:{c[1][:12]}" for c in CELLS]
)
def test_a_cell_that_cannot_be_used_says_why(column, cell, sentence):
    cells = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {column: cell}

    roll = make_checked(",".join(cells.values()), header=",".join(cells))

    assert any(found.startswith(sentence) for found in sentences(roll)), sentences(roll)
    assert roll.counts == {"invalid": 1}
    assert roll.state == RollState.UNCHANGED


def test_the_file_s_own_name_of_a_column_is_the_one_that_is_named():
    roll = make_upload("E1,Asha Rao,IAS,A,31.02.1985", header="emp,nam,svc,grp,dob")
    names = ("employee_code", "name", "service", "group", "date_of_birth")
    mapping = dict(zip(names, ("emp", "nam", "svc", "grp", "dob"), strict=True))

    rolls.map_roll(
        roll_id=roll.pk, mapping=mapping, date_order="", acting_user=roll.uploaded_by, at=AT
    )

    assert sentences(roll) == ["Row 2, column “dob”: There is no such day as 31.02.1985."]


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("15.08.1985", "", "1985-08-15"),
        ("1985-08-15", "", "1985-08-15"),
        ("1985-08-15 00:00:00", "", "1985-08-15"),
        ("१५.०८.१९८५", "", "1985-08-15"),
        ("03/04/1985", "dmy", "1985-04-03"),
        ("03/04/1985", "mdy", "1985-03-04"),
        ("03-04-1985", "mdy", "1985-03-04"),
        ("29.02.1984", "", "1984-02-29"),
        (" 15.08.1985 ", "", "1985-08-15"),
    ],
)
def test_a_date_is_read_in_every_form_that_says_which_day_it_is(text, order, iso):
    roll = make_checked(f"E1,Asha Rao,IAS,A,{text}", date_order=order)

    assert roll.rows.get().born_on.isoformat() == iso


def test_a_day_that_does_not_fit_the_chosen_order_is_no_day():
    roll = make_checked("E1,Asha Rao,IAS,A,25/12/1985", date_order="mdy")

    assert sentences(roll) == [
        "Row 2, column “date_of_birth”: There is no such day as 25/12/1985 in the order that was "
        "chosen."
    ]


@pytest.mark.parametrize("name", ["आशा राव", "M. D'Souza", "Renée O’Brien-Rao", "ﾓ ﾆ", "அருண்"])
def test_names_of_every_script_and_with_apostrophes_are_names(name):
    roll = make_applied(f"E1,{name},IAS,A,15.08.1985")

    assert roll.counts == {"new": 1}
    assert Officer.objects.get().name == name


def test_services_are_known_by_any_of_their_names():
    make_service(code="IAAS", name="Indian Audit and Accounts Service")

    roll = make_checked(
        "E1,Asha Rao,Indian Audit & Accounts Service,A,15.08.1985",
        "E2,Asha Rao,iaas,Gr. A,15.08.1985",
    )

    assert roll.counts == {"new": 2}


# --- rows ----------------------------------------------------------------------------------------


def test_both_rows_of_a_code_that_stands_twice_name_each_other():
    roll = make_checked(ROW, "E2,Bela Sen,IAS,A,01.02.1980", "e1,Asha Rao,IAS,A,15.08.1985")

    assert roll.counts == {"duplicate": 2, "new": 1}
    assert sentences(roll, 2) == [
        "Row 2, column “employee_code”: Row 4 has the same employee code."
    ]
    assert sentences(roll, 4) == [
        "Row 4, column “employee_code”: Row 2 has the same employee code."
    ]


def test_an_address_that_stands_twice_belongs_to_nobody():
    header = f"{HEADER},email"

    roll = make_checked(f"{ROW},a@gov.in", "E2,Bela Sen,IAS,A,01.02.1980,A@gov.in", header=header)

    assert roll.counts == {"duplicate": 2}
    assert sentences(roll, 3) == [
        "Row 3, column “email”: Row 2 gives the same e-mail address. Leave the address of an "
        "office blank."
    ]


def test_a_row_wider_than_the_header_says_so():
    roll = make_checked(f"{ROW},more,still more", ROW.replace("E1", "E2"))

    assert sentences(roll) == ["Row 2: The row has 7 cells, but the header names 5 columns."]
    assert roll.counts == {"invalid": 1, "new": 1}


def test_blank_rows_are_nothing_and_rows_keep_their_numbers():
    roll = make_checked(",,,,", "", ROW, " , ,")

    assert list(roll.rows.values_list("number", flat=True)) == [4]


def test_a_quoted_line_break_belongs_to_its_cell():
    roll = make_checked(f'{ROW},"Deputy\nSecretary"', header=f"{HEADER},designation")

    assert roll.rows.get().designation == "Deputy Secretary"


def test_a_quotation_mark_left_open_swallows_no_row_in_silence():
    rows = [f'{ROW},"Deputy Secretary'] + [f"E{n},Asha Rao,IAS,A,15.08.1985," for n in range(9)]

    roll = make_checked(*rows, header=f"{HEADER},designation")

    assert sentences(roll)[0].startswith("Row 2: A quotation mark is left open here, so 1")


def test_every_problem_has_a_sentence_that_can_be_filled():
    given = {
        "text": "x", "most": 1, "names": "a", "service": "s", "group": "A", "groups": "A",
        "day": "d", "first": "f", "last": "l", "born": "b", "age": 18, "least": "l", "other": 3,
        "found": 7, "width": 5, "lines": 9,
    }  # fmt: skip

    for code in SENTENCES:
        assert sentence_of({"code": code, **given}, row=2).startswith("Row 2")


def test_what_is_remembered_of_cells_is_bounded(monkeypatch):
    monkeypatch.setattr(roll_cells, "REMEMBERED", 3)
    memory = roll_cells.Memory(roll_cells.read_text)

    for number in range(10):
        assert memory[f"text {number}"].value == f"text {number}"

    assert len(memory) <= 3


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_any_unicode_is_read(encoding):
    roll = make_checked(content=roll_file("E1,आशा राव,IAS,A,15.08.1985", encoding=encoding))

    assert roll.rows.get().name == "आशा राव"


def test_a_file_of_an_old_encoding_is_refused_with_its_line():
    content = roll_file("E1,Ren\u00e9e Rao,IAS,A,15.08.1985", encoding="cp1252")

    with pytest.raises(Refused, match="not UTF-8 text, from about line 2 on"):
        make_upload(content=content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xef\xbb\xbf", "The file is empty"),
        (b"\r\n\r\n", "The file is empty"),
        (b"name,service,name\r\nx,y,z\r\n", "names a column twice: name"),
        ((",".join(f"c{n}" for n in range(300)) + "\r\n").encode(), "has 300 columns; at most 100"),
        (b"PK\x03\x04nonsense", "damaged|no Excel workbook"),
        (b"\xd0\xcf\x11\xe0 old workbook", "password"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(content, words):
    with pytest.raises(Refused, match=words):
        make_upload(content=content)

    assert not RollImport.objects.exists()


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_with_real_dates_and_numbers_is_read():
    header = [*HEADER.split(","), "allotment_year"]
    content = workbook(header, [10234, "Asha Rao", "IAS", "A", datetime(1985, 8, 15), 2010.0])  # noqa: DTZ001

    roll = make_applied(content=content, file_name="roll.xlsx", header=",".join(header))

    officer = Officer.objects.get()
    assert roll.counts == {"new": 1}
    assert officer.employee_code == "10234"
    assert officer.born_on.isoformat() == "1985-08-15"
    assert officer.allotment_year == 2010


def test_a_formula_deep_in_a_workbook_refuses_the_whole_roll():
    rows = [[f"E{n}", "Asha Rao", "IAS", "A", "15.08.1985"] for n in range(30)]
    content = workbook(HEADER.split(","), *rows, ["E99", "=A1&A2", "IAS", "A", "15.08.1985"])

    roll = make_checked(content=content, file_name="roll.xlsx")

    assert roll.state == RollState.REFUSED
    assert roll.problem.startswith("Row 32, column B (“name”) holds a formula.")
    assert not roll.rows.exists()


def test_a_zip_bomb_is_not_opened():
    stream = io.BytesIO(workbook(HEADER.split(",")))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet2.xml", b"<x/>" + b" " * 30_000_000)

    with pytest.raises(Refused, match="unpacks to far more"):
        make_upload(content=stream.getvalue(), file_name="roll.xlsx")


def test_a_row_that_cannot_be_read_at_all_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(rolls, "STAGED_AT_ONCE", 2)
    monkeypatch.setattr("accounts.roll_files.MOST_ROWS", 5)
    rows = [f"E{number},Asha Rao,IAS,A,15.08.1985" for number in range(9)]

    roll = make_checked(*rows)

    assert roll.state == RollState.REFUSED
    assert roll.problem == "The file has more than 5 rows. Split it."
    assert not RollRow.objects.exists() and not Officer.objects.exists()


def test_sentences_of_a_refused_file_are_in_the_language_of_its_sender():
    uploader = make_user(Role.DEALING_HAND, language="hi")

    roll = make_checked(content=roll_file(), uploaded_by=uploader)

    assert roll.problem and not roll.problem.isascii()


def test_cells_of_columns_that_nobody_named_are_not_read():
    make_state()

    roll = make_checked(f"{ROW},=cmd|x", header=f"{HEADER},remarks")

    assert roll.counts == {"new": 1}
