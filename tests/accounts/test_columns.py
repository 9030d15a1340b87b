import pytest

from accounts import columns
from igot.lib.tables import TableError, normalise_header


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("DOB", "date_of_birth"),
        ("D.O.B.", "date_of_birth"),
        ("Date of Birth*", "date_of_birth"),
        ("जन्म तिथि", "date_of_birth"),
        ("Emp. Code", "employee_code"),
        ("Emp Code", "employee_code"),
        ("EMPLOYEE-NO", "employee_code"),
        ("कर्मचारी कोड", "employee_code"),
        ("Name of the Officer", "name"),
        ("Officer's Name", "name"),
        ("सेवा", "service"),
        ("Group (of post)", "group"),
        ("समूह", "group"),
        ("Batch", "allotment_year"),
        ("आवंटन वर्ष", "allotment_year"),
        ("Date of Joining", "date_of_joining"),
        ("DOJ", "date_of_joining"),
        ("E-mail ID", "email"),
        ("Ministry/Department", "ministry"),
        ("State", "cadre"),
        ("Remarks", ""),
        ("", ""),
    ],
)
def test_a_column_is_known_by_the_names_that_offices_give_it(written, meant):
    assert columns.meaning_of(normalise_header(written)) == meant


def test_no_two_columns_share_a_name():
    words = [columns.key_of(word) for names in columns.COLUMNS.values() for word in names]

    assert len(words) == len(set(words))


def test_our_own_name_goes_before_its_synonyms():
    assert columns.guess(["code", "employee_code", "remarks"]) == {
        "employee_code": ["employee_code"]
    }
    assert columns.guess(["code", "emp_no"]) == {"employee_code": ["code", "emp_no"]}


def test_a_header_is_given_our_names_and_keeps_its_others():
    header = ["remarks", "dob", "emp_code", "state"]

    assert columns.renamed(header) == ["remarks", "date_of_birth", "employee_code", "cadre"]
    assert columns.renamed(header, wanted=["date_of_birth"])[1:] == [
        "date_of_birth",
        "emp_code",
        "state",
    ]


def test_columns_that_mean_the_same_and_columns_that_lack_are_named():
    with pytest.raises(TableError, match="dob, birth_date mean the same"):
        columns.renamed(["dob", "birth_date"])
    with pytest.raises(TableError, match="lacks the column: group"):
        columns.renamed(["dob"], required=["date_of_birth", "group"])
