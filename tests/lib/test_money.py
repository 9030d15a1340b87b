from csv import DictReader
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from igot.lib.money import (
    BELOW_HUNDRED_HI,
    amount_in_words,
    dollars,
    group_indian,
    parse_amount,
    quantise,
    round_rupees,
    rupees,
)

VECTORS = list(DictReader((Path(__file__).parent / "data" / "amount_vectors.csv").open()))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["integer_rupees"])
def test_every_vector_is_written_as_given(vector):
    amount = int(vector["integer_rupees"])

    assert group_indian(amount) == vector["figures"]
    assert amount_in_words(amount) == vector["words"]


@pytest.mark.parametrize(
    ("amount", "english", "hindi"),
    [
        (0, "Rupees Zero only", "रुपये शून्य मात्र"),
        (21, "Rupees Twenty One only", "रुपये इक्कीस मात्र"),
        (100, "Rupees One Hundred only", "रुपये एक सौ मात्र"),
        (6960, "Rupees Six Thousand Nine Hundred Sixty only", "रुपये छह हजार नौ सौ साठ मात्र"),
        (
            362050,
            "Rupees Three Lakh Sixty Two Thousand Fifty only",
            "रुपये तीन लाख बासठ हजार पचास मात्र",
        ),
        (
            12345679,
            "Rupees One Crore Twenty Three Lakh Forty Five Thousand Six Hundred Seventy Nine only",
            "रुपये एक करोड़ तेईस लाख पैंतालीस हजार छह सौ उनासी मात्र",
        ),
    ],
)
def test_amounts_are_put_into_words_in_both_languages(amount, english, hindi):
    assert amount_in_words(amount) == english
    assert amount_in_words(amount, "hi") == hindi


@given(st.integers(min_value=0, max_value=999_999_999))
def test_english_words_agree_with_an_independent_library(amount):
    oracle = (
        num2words(amount, lang="en_IN").replace(" and ", " ").replace("-", " ").replace(",", "")
    )

    assert amount_in_words(amount) == f"Rupees {oracle.title()} only"


@given(st.integers(min_value=0, max_value=9_999_999_999))
def test_hindi_words_can_be_read_back(amount):
    words = amount_in_words(amount, "hi").removeprefix("रुपये ").removesuffix(" मात्र").split()

    assert _read_hindi(words) == amount


def _read_hindi(words: list[str]) -> int:
    """Read words back by their places: what stands before a scale word counts it."""
    for scale, value in (("करोड़", 10**7), ("लाख", 10**5), ("हजार", 10**3), ("सौ", 100)):
        if scale in words:
            at = len(words) - 1 - words[::-1].index(scale)
            return _read_hindi(words[:at]) * value + (
                _read_hindi(words[at + 1 :]) if words[at + 1 :] else 0
            )
    (word,) = words
    return BELOW_HUNDRED_HI.index(word)


def test_hindi_has_a_hundred_different_words_below_one_hundred():
    assert len(BELOW_HUNDRED_HI) == len(set(BELOW_HUNDRED_HI)) == 100


@pytest.mark.parametrize("amount", [-1, Decimal("10.50")])
def test_only_whole_amounts_of_nought_or_more_have_words(amount):
    with pytest.raises(ValueError, match="whole"):
        amount_in_words(amount)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_grouping_only_adds_commas(number):
    grouped = group_indian(number)

    assert int(grouped.replace(",", "")) == number
    whole = grouped.lstrip("-").split(",")
    assert all(len(part) == 2 for part in whole[1:-1])
    assert len(whole) == 1 or len(whole[-1]) == 3


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1234567.50"), "₹12,34,567.50"),
        (Decimal("1234567.00"), "₹12,34,567"),
        (Decimal("6960"), "₹6,960"),
        (Decimal("0.10"), "₹0.10"),
        (Decimal("-1500"), "-₹1,500"),
        (999, "₹999"),
    ],
)
def test_rupees_are_shown_with_paise_only_where_there_are_any(amount, shown):
    assert rupees(amount) == shown


def test_dollars_are_shown_with_the_currency_in_words_that_nobody_mistakes():
    assert dollars(Decimal("100.00")) == "US$100"
    assert dollars(Decimal("1099.5")) == "US$1,099.50"


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("6960.49", "6960"), ("6960.50", "6961"), ("6961.50", "6962"), ("0.00", "0")],
)
def test_payments_are_rounded_half_up(exact, rounded):
    assert round_rupees(Decimal(exact)) == Decimal(rounded)


def test_sums_have_two_places_whatever_the_database_answers():
    assert str(quantise(Decimal("5.60000000000000"))) == "5.60"
    assert str(quantise(None)) == "0.00"


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1,00,000.50", "100000.50"),
        ("100000.5", "100000.50"),
        ("₹ 8,315", "8315.00"),
        ("Rs. 3,62,050/-", "362050.00"),
        ("१,००,०००", "100000.00"),
        ("  0.01 ", "0.01"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_amounts_are_read_as_people_type_them(typed, amount):
    assert parse_amount(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "NaN",
        "Infinity",
        "1e5",
        "-5",
        "−5",
        "1.234",
        "1,2,3",
        "12 34",
        "five",
        "10000000000",
        ".",
    ],
)
def test_what_is_not_an_amount_is_refused_with_a_sentence(typed):
    with pytest.raises(ValueError, match=r"\.$"):
        parse_amount(typed)


@given(st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2))
def test_an_amount_that_was_shown_can_be_typed_back(amount):
    assert parse_amount(rupees(amount)) == amount
