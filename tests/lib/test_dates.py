from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igot.lib.dates import (
    civil_date,
    dmy,
    financial_year,
    financial_year_end,
    financial_year_start,
    month_name,
    parse_civil_date,
    parse_year,
    years_after,
)

IN_RANGE = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize("text", ["2019-05-21", "21.05.2019", " 21.5.2019 ", "२१.०५.२०१९"])
def test_dates_are_read_iso_or_with_dots(text):
    assert parse_civil_date(text) == date(2019, 5, 21)


def test_a_blank_date_is_no_date():
    assert parse_civil_date("  ") is None


@pytest.mark.parametrize(
    "text",
    ["31.02.2010", "29.02.2019", "2010-13-01", "21.05.19", "21/05/2019", "05-21-2019", "43606"]
    + ["2019-05-21T00:00", "1899-12-31", "01.01.2101", "0000-00-00", "tomorrow", "2019.05.21"],
)
def test_what_is_not_a_date_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_civil_date(text)


def test_slashes_are_read_only_where_the_page_says_which_number_is_the_day():
    assert parse_civil_date("03/04/2019", with_slashes=True) == date(2019, 4, 3)


@given(IN_RANGE)
def test_a_date_that_was_written_can_be_read_back(day):
    assert parse_civil_date(dmy(day)) == parse_civil_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "year"), [("2010", 2010), (" 2010 ", 2010), ("२०१०", 2010), ("", None)]
)
def test_years_are_read(text, year):
    assert parse_year(text) == year


@pytest.mark.parametrize("text", ["20", "2010.0", "20100", "1850", "2101", "two", "-2010"])
def test_what_is_not_a_year_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_year(text)


def test_half_past_six_in_the_evening_utc_is_the_next_day_in_india():
    assert civil_date(datetime(2026, 6, 30, 18, 29, tzinfo=UTC)) == date(2026, 6, 30)
    assert civil_date(datetime(2026, 6, 30, 18, 30, tzinfo=UTC)) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 3, 31), "2025-26"),
        (date(2026, 4, 1), "2026-27"),
        (date(2099, 12, 1), "2099-00"),
    ],
)
def test_the_financial_year_turns_on_1_april(day, name):
    assert financial_year(day) == name


@given(IN_RANGE)
def test_every_day_lies_in_its_financial_year(day):
    assert financial_year_start(day) <= day <= financial_year_end(day)


def test_a_leap_day_moves_to_1_march_where_there_is_none():
    assert years_after(date(2020, 2, 29), 1) == date(2021, 3, 1)
    assert years_after(date(2020, 2, 29), 4) == date(2024, 2, 29)


def test_months_are_named_as_offices_write_them():
    assert month_name(date(2026, 9, 1), "en") == "September"
    assert month_name(date(2026, 9, 1), "hi") == "सितंबर"
    assert month_name(date(2026, 1, 31), None) == "January"
