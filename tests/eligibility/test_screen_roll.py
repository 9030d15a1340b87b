import csv
import io
import os
import subprocess
import sys
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligibility import packaged, roll, roll_memory
from eligibility.rules import Facts, decide
from igot.lib.tables import read_csv
from tests.eligibility.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
HEADER = "employee_code,name,service,group,date_of_birth,allotment_year,date_of_joining\n"
GOOD = "E1,Asha Rao,IAS,A,1985-08-15,2010,2010-08-30\n"
OUTPUT = (
    "employee_code,outcome,audience,service,age,boundary,first_eligible_on,last_eligible_on,reasons"
)

pytestmark = pytest.mark.django_db


def run(path, rule_set="WEB", commencement="2019-05-21") -> list[dict[str, str]]:
    out = io.StringIO()
    call_command("screen_roll", str(path), rule_set=rule_set, commencement=commencement, stdout=out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


@pytest.fixture
def screened(tmp_path):
    """Screen the rows of a roll given as text, under the usual header."""

    def screen(text: str, header: str = HEADER, **options: str) -> list[dict[str, str]]:
        path = tmp_path / "roll.csv"
        path.write_text(header + text, encoding="utf-8")
        return run(path, **options)

    return screen


# --- the contract ---
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.row["id"])
def test_every_worked_case_is_screened_as_expected(case, screened):
    kind, _space, when = case.row["service_basis"].partition(" ")
    cells = [case.row["id"], "Name", case.row["service"], case.row["group"], case.row["dob"]]
    cells += [when, ""] if kind == "allot" else ["", when]

    (row,) = screened(
        ",".join(cells) + "\n",
        rule_set=case.row["rule_set"],
        commencement=case.row["commencement_date"],
    )

    assert row["employee_code"] == case.row["id"]
    assert row["outcome"] == case.row["expected_default"]


def test_the_answer_has_the_columns_and_the_rows_of_the_contract_in_order(screened, tmp_path):
    (tmp_path / "roll.csv").write_text(HEADER + GOOD + GOOD.replace("E1", "E0"))
    out = io.StringIO()

    call_command(
        "screen_roll",
        str(tmp_path / "roll.csv"),
        "--rule-set=WEB",
        "--commencement=2019-05-21",
        stdout=out,
    )

    lines = out.getvalue().splitlines()
    assert lines[0] == OUTPUT
    assert [line.split(",")[0] for line in lines[1:]] == ["E1", "E0"]


def test_a_row_shows_findings_dates_and_reasons(screened):
    (row,) = screened("E1,Asha,IFOS,A,01.07.1963,1990,\n")

    assert row == {
        "employee_code": "E1",
        "outcome": "ELIGIBLE",
        "audience": "PASS",
        "service": "PASS",
        "age": "PASS",
        "boundary": "true",
        "first_eligible_on": "1993-01-01",
        "last_eligible_on": "2019-12-31",
        "reasons": (
            "Indian Forest Service, Group A, is among those admitted; "
            "Allotted in 1990: 2 years from the end of that year are complete from 01.01.1993, "
            "and the test date is 21.05.2019; "
            "Born on 01.07.1963: exactly 56 years old on 01.07.2019. This is read as within the "
            "limit. A stricter reading also exists, and the Department has the last word"
        ),
    }


def test_days_are_given_whenever_their_own_input_is_known(screened):
    only_birth, only_year, outside = screened(
        "E1,X,,,1985-08-15,,\nE2,X,IAS,A,,2010,\nE3,X,PSU,A,1985-08-15,2010,\n"
    )

    assert (only_birth["outcome"], only_birth["audience"]) == ("INCOMPLETE", "MISSING")
    assert (only_birth["first_eligible_on"], only_birth["last_eligible_on"]) == ("", "2041-12-31")
    assert (only_year["age"], only_year["last_eligible_on"]) == ("MISSING", "")
    assert only_year["first_eligible_on"] == "2013-01-01"
    assert outside["outcome"] == "NOT_ELIGIBLE"
    assert (outside["first_eligible_on"], outside["last_eligible_on"]) == (
        "2013-01-01",
        "2041-12-31",
    )


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("XYZ,A,1985-08-15,2010,", "unknown service “XYZ”"),
        ("ITS,A,1985-08-15,2010,", "ITELS (Indian Telecommunication Service), ITRS"),
        ("IFS(F),A,1985-08-15,2010,", "IFOS (Indian Forest Service), IFS (Indian Foreign"),
        ("IAS,D,1985-08-15,2010,", "unknown group “D”"),
        ("IAS,AB,1985-08-15,2010,", "unknown group “AB”"),
        ("IAS,A,31.02.1985,2010,", "date_of_birth: There is no such day as 31.02.1985"),
        ("IAS,A,15/08/1985,2010,", "date_of_birth: “15/08/1985” is not a date"),
        ("IAS,A,15.08.85,2010,", "date_of_birth"),
        ("IAS,A,31274,2010,", "date_of_birth"),
        ("IAS,A,1985-08-15,20,", "allotment_year: “20” is not a year"),
        ("IAS,A,1985-08-15,2010.0,", "allotment_year"),
        ("IAS,A,1985-08-15,1850,", "allotment_year: The year 1850 is out of range"),
        ("IAS,A,1985-08-15,2099,", "allotment_year: 2099 lies in the future"),
        ("IAS,A,1985-08-15,1985,", "allotment_year: not after the year of birth"),
        ("IAS,A,1985-08-15,,2099-01-01", "date_of_joining: 2099 lies in the future"),
        ("IAS,A,1985-08-15,,1985-08-15", "date_of_joining: not after the date of birth"),
        ("IAS,A,2019-05-21,,", "date_of_birth: not before the commencement"),
        ("IAS,A,1985-08-15,2010,,extra", "the row has 8 cells, but the header names 7"),
        ('"IAS,A,1985-08-15,2010,', "the quotation marks of this row do not match"),
    ],
)
def test_a_row_that_cannot_be_judged_is_invalid_and_the_next_is_judged(screened, cells, says):
    invalid, good = screened(f"E9,X,{cells}\n{GOOD}")

    assert invalid["outcome"] == "INVALID"
    assert invalid["employee_code"] == "E9"
    assert says in invalid["reasons"]
    assert {invalid[name] for name in OUTPUT.split(",")[2:-1]} == {""}
    assert (good["employee_code"], good["outcome"]) == ("E1", "ELIGIBLE")


def test_all_that_is_wrong_in_a_row_is_said_at_once(screened):
    (row,) = screened("E9,X,XYZ,Q,31.02.1985,20,99.99.9999\n")

    for word in ("XYZ", "“Q”", "date_of_birth", "allotment_year", "date_of_joining"):
        assert word in row["reasons"]


@pytest.mark.parametrize("service", ["IAS", "ias", " I.A.S. ", "Indian Administrative Service"])
@pytest.mark.parametrize("group", ["A", "a", "Group A", "Gr. 'A'", "समूह क"])
def test_services_and_groups_are_read_in_the_spellings_in_use(screened, service, group):
    (row,) = screened(f"E1,X,{service},{group},15.08.1985, 2010 ,\n")

    assert row["outcome"] == "ELIGIBLE"


def test_columns_may_stand_in_any_order_with_others_between(screened):
    header = (
        "Remarks,Date of Birth,GROUP,service,allotment_year,date_of_joining,name,employee_code\n"
    )

    (row,) = screened("note,1985-08-15,A,IAS,2010,,Asha,E1\n", header=header)

    assert (row["employee_code"], row["outcome"]) == ("E1", "ELIGIBLE")


def test_blank_lines_are_no_rows_and_cells_left_out_at_the_end_are_blank(screened):
    rows = screened(f"\n{GOOD}\n\nE2,X,IAS,A\n,,,,,,\n")

    assert [row["employee_code"] for row in rows] == ["E1", "E2", ""]
    assert [row["outcome"] for row in rows] == ["ELIGIBLE", "INCOMPLETE", "INCOMPLETE"]


def test_quoted_line_breaks_and_commas_stay_in_their_cells(screened):
    rows = screened('"E\n1","Rao, ""Asha""",IAS,A,1985-08-15,2010,\n' + GOOD)

    assert [row["employee_code"] for row in rows] == ["E\n1", "E1"]
    assert [row["outcome"] for row in rows] == ["ELIGIBLE", "ELIGIBLE"]


def test_an_open_quotation_mark_does_not_swallow_the_rows_after_it(screened):
    rows = screened(f'E7,"Rao,IAS,A,1985-08-15,2010,\n{GOOD}E8,"Das,IAS,A,1985-08-15,2010,\n{GOOD}')

    assert [row["employee_code"] for row in rows] == ["E7", "E1", "E8", "E1"]
    assert [row["outcome"] for row in rows] == ["INVALID", "ELIGIBLE"] * 2


@pytest.mark.parametrize("code", ["=1+1", "+91", "-5", "@SUM(A1)", "\t=1", "＝1", "|x", " =1"])
def test_cells_that_a_spreadsheet_would_run_come_out_as_text(screened, code):
    good, invalid = screened(f"{code},X,IAS,A,1985-08-15,2010,\n{code},X,=cmd|x,A,,,\n")

    assert good["employee_code"] == invalid["employee_code"] == "'" + code
    assert not invalid["reasons"].startswith(("=", "+", "-", "@"))


def test_a_roll_of_nobody_gives_the_header_alone(screened):
    assert screened("") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_file_may_carry_a_byte_order_mark(tmp_path, encoding):
    path = tmp_path / "roll.csv"
    path.write_text(HEADER + "E1,आशा,IAS,A,१५.०८.१९८५,२०१०,\n", encoding=encoding)

    assert [row["outcome"] for row in run(path)] == ["ELIGIBLE"]


# --- what stops it ---
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"employee_code,name,service,group,date_of_birth,allotment_year\n", "date_of_joining"),
        (HEADER.encode() + b"E1,Jos\xe9,IAS,A,,,\n", "line 2"),
        (b"PK\x03\x04\x14\x00\xff\xfe", "UTF-8"),
        (b"a,a\n", "twice"),
    ],
)
def test_a_file_that_is_no_roll_is_refused_before_anything_is_written(tmp_path, content, says):
    path = tmp_path / "roll.csv"
    path.write_bytes(content)
    out = io.StringIO()

    with pytest.raises(CommandError, match=says) as caught:
        call_command("screen_roll", str(path), rule_set="OM", commencement="2019-05-21", stdout=out)

    assert caught.value.returncode == 2
    assert "\n" not in str(caught.value)
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("rule_set", "commencement", "says"),
    [
        ("XYZ", "2019-05-21", "known are OM, WEB"),
        ("OM", "21.05.2019", "YYYY-MM-DD"),
        ("OM", "2019-02-29", "YYYY-MM-DD"),
    ],
)
def test_an_unknown_rule_set_or_day_is_refused(tmp_path, rule_set, commencement, says):
    with pytest.raises(CommandError, match=says) as caught:
        run(tmp_path / "roll.csv", rule_set=rule_set, commencement=commencement)

    assert caught.value.returncode == 2


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path, name):
    with pytest.raises(CommandError) as caught:
        run(tmp_path / name)

    assert caught.value.returncode == 2


def test_the_command_needs_no_database_and_exits_with_2_on_a_bad_file(tmp_path):
    roll_file = tmp_path / "roll.csv"
    roll_file.write_text(HEADER + GOOD)
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "igot.settings.development",
    }
    command = [sys.executable, "manage.py", "screen_roll", "--rule-set", "WEB"]
    command += ["--commencement", "2019-05-21"]

    good = subprocess.run([*command, roll_file], cwd=ROOT, env=environment, capture_output=True)
    bad = subprocess.run(
        [*command, tmp_path / "missing.csv"], cwd=ROOT, env=environment, capture_output=True
    )

    assert good.returncode == 0, good.stderr
    assert good.stdout.decode().splitlines()[1].startswith("E1,ELIGIBLE,PASS,PASS,PASS,false")
    assert good.stderr == b""
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert len(bad.stderr.decode().strip().splitlines()) == 1


# --- one reading of the rules ---
SERVICES = packaged.directory().services
DAYS = st.dates(date(1940, 1, 1), date(2018, 12, 31))
NEAR_BOUNDARY = st.sampled_from(
    [date(1963, 6, 30), date(1963, 7, 1), date(1963, 7, 2), date(1964, 2, 29), date(1962, 7, 1)]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rule_set=st.sampled_from(["WEB", "OM"]),
    rows=st.lists(
        st.tuples(
            st.sampled_from(["", *sorted(SERVICES)]),
            st.sampled_from(["", "A", "B", "C"]),
            st.none() | NEAR_BOUNDARY | DAYS,
            st.none() | st.integers(2014, 2018) | st.integers(1960, 2020),
            st.none() | DAYS,
        ),
        max_size=20,
    ),
)
def test_a_roll_says_of_each_row_what_the_rules_say(rule_set, rows):
    commences_on = date(2019, 5, 21)
    rules = packaged.rule_book(rule_set, commences_on)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(roll.INPUT)
    for number, (service, group, born_on, year, joined_on) in enumerate(rows):
        writer.writerow([number, "", service, group, born_on, year, joined_on])
    check = roll.Screen(
        rules=rules,
        directory=packaged.directory(),
        commences_on=commences_on,
        today=date(2026, 11, 22),
    )

    answer = "".join(roll.screen(read_csv(io.BytesIO(text.getvalue().encode())), check))

    answered = list(csv.DictReader(io.StringIO(answer)))
    assert len(answered) == len(rows)
    for (service, group, born_on, year, joined_on), found in zip(rows, answered, strict=True):
        if found["outcome"] == "INVALID":
            assert born_on and (
                (joined_on and joined_on <= born_on) or (year and year <= born_on.year)
            )
            continue
        ruling = decide(
            facts=Facts(
                service=SERVICES.get(service),
                group=group,
                born_on=born_on,
                allotment_year=year,
                joined_on=joined_on,
            ),
            rules=rules,
            commences_on=commences_on,
        )
        assert [found[name] for name in ("outcome", "audience", "service", "age")] == [
            ruling.outcome,
            *(finding.verdict for finding in ruling.findings),
        ]
        assert found["boundary"] == str(ruling.is_boundary).lower()
        assert found["first_eligible_on"] == str(ruling.first_eligible_on or "")
        assert found["last_eligible_on"] == str(ruling.last_eligible_on or "")
        assert found["reasons"] == "; ".join(
            str(finding.reason).rstrip(".") for finding in ruling.findings
        )


def test_memory_does_not_grow_with_the_roll(monkeypatch):
    monkeypatch.setattr(roll_memory, "REMEMBERED", 100)

    def peak_of(rows: int) -> int:
        def lines():
            for number in range(rows):
                born = f"19{60 + number % 30}-0{1 + number % 9}-{10 + number % 18}"
                yield f"E{number},X,IAS,A,{born},2010,\n"

        table = read_csv(io.BytesIO(HEADER.encode()))
        table.lines = lines()
        check = roll.Screen(
            rules=packaged.rule_book("WEB", date(2019, 5, 21)),
            directory=packaged.directory(),
            commences_on=date(2019, 5, 21),
            today=date(2026, 11, 22),
        )
        tracemalloc.start()
        assert sum(1 for _line in roll.screen(table, check)) == rows + 1
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_of(20_000) < 1.2 * peak_of(2_000)
