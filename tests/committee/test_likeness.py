"""Whether two proposals mean the same course."""

import pytest

from committee.likeness import Known, is_same_institute, is_same_title, like


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Evaluating Social Programmes", "evaluating social programmes"),
        ("The Evaluation of Programmes", "Programmes: Evaluation"),
        ("Evaluating Social Programmes", "Evaluatng Social Programmes"),
        ("Data Analysis for Social Scientists", "Data-analysis for social scientists"),
        ("लोक नीति का परिचय", "लोक नीति: परिचय"),
    ],
)
def test_titles_that_mean_the_same(one: str, other: str) -> None:
    assert is_same_title(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Statistics 1", "Statistics 2"),
        ("Evaluating Social Programmes", "Designing Social Programmes"),
        ("Public Policy", "Public Policy and Finance"),
        ("", ""),
    ],
)
def test_titles_that_do_not(one: str, other: str) -> None:
    assert not is_same_title(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("IIT Madras", "iit madras", True),
        ("J-PAL", "Abdul Latif Jameel Poverty Action Lab (J-PAL)", True),
        ("IIM Bangalore", "IIM Bangalor", True),
        ("IIM Bangalore", "IIM Ahmedabad", False),
        ("IIT", "IITM", False),
        ("", "IITM", False),
    ],
)
def test_names_of_institutes(one: str, other: str, same: bool) -> None:
    assert is_same_institute(one, other) is same
    assert is_same_institute(other, one) is same


def test_the_same_title_of_another_institute_is_another_course() -> None:
    known = [
        Known("P/1", "/1/", ("Public Policy", "लोक नीति"), ("IIM Bangalore",)),
        Known("P/2", "/2/", ("Public Policy", ""), ("IIT Madras", "आईआईटी मद्रास")),
    ]

    assert [k.label for k in like(["Public policy", ""], "IIT Madras", known)] == ["P/2"]
    assert [k.label for k in like(["", "लोक नीति"], "IIM Bangalore", known)] == ["P/1"]
    assert like(["", ""], "IIM Bangalore", known) == []
