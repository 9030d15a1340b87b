"""What comes back and until when, as tables of figures and days."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reimbursement import rules
from reimbursement.states import Lane

DAY = date(2019, 7, 1)


def terms(**changes) -> rules.Terms:
    given_terms = {
        "cap_usd": Decimal(100),
        "cap_source": "O.M. of 17.05.2019, para 5",
        "rate": Decimal("69.60"),
        "rate_on": DAY,
        "rate_source": "made up",
        **changes,
    }
    return rules.Terms(**given_terms)


def paid(fee_inr: str, *, fee_usd: str = "100", markup: str = "0", tax: str = "0") -> rules.Paid:
    return rules.Paid(
        on=DAY,
        fee_usd=Decimal(fee_usd),
        fee_inr=Decimal(fee_inr),
        markup_inr=Decimal(markup),
        tax_inr=Decimal(tax),
    )


def test_the_worked_example_comes_to_6960():
    derivation = rules.derive(paid("6985.00", markup="244.48", tax="44.01"), terms())

    assert derivation.paid.total_inr == Decimal("7273.49")
    assert derivation.terms.ceiling == Decimal("6960.00")
    assert derivation.payable == Decimal("6960")
    assert derivation.borne == Decimal("313.49")
    assert [(line.kind, line.admissible, line.why) for line in derivation.lines] == [
        ("fee", Decimal("6960.00"), "above_ceiling"),
        ("markup", Decimal("0.00"), "not_admissible"),
        ("tax", Decimal("0.00"), "not_admissible"),
    ]


@pytest.mark.parametrize(
    ("fee_inr", "rate", "payable"),
    [
        ("6959.99", "69.60", "6960"),  # below the ceiling: what was debited, rounded
        ("6960.00", "69.60", "6960"),
        ("6960.01", "69.60", "6960"),  # above it: the ceiling
        ("5000.49", "69.60", "5000"),
        ("5000.50", "69.60", "5001"),
        ("9000.00", "69.6049", "6960"),  # 6960.49
        ("9000.00", "69.6050", "6961"),  # 6960.50: half goes up
        ("9000.00", "69.60499", "6960"),  # 6960.499 is not first made 6960.50
        ("0.49", "69.60", "0"),
        ("0.50", "69.60", "1"),
    ],
)
def test_the_amount_is_the_lesser_of_debit_and_ceiling_rounded_once(fee_inr, rate, payable):
    derivation = rules.derive(paid(fee_inr), terms(rate=Decimal(rate)))

    assert derivation.payable == Decimal(payable)


@pytest.mark.parametrize(
    ("markup_back", "tax_back", "payable"),
    [(False, False, "6960"), (True, False, "7204"), (True, True, "7248"), (False, True, "7004")],
)
def test_mark_up_and_tax_come_back_where_the_policy_says_so(markup_back, tax_back, payable):
    policy = terms(markup_admissible=markup_back, tax_admissible=tax_back)

    derivation = rules.derive(paid("6985.00", markup="244.48", tax="44.01"), policy)

    assert derivation.payable == Decimal(payable)


def test_a_line_of_nothing_is_left_out():
    derivation = rules.derive(paid("5000"), terms())

    assert [line.kind for line in derivation.lines] == ["fee"]
    assert derivation.lines[0].why == "whole"


amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(999_999), places=2)
rates = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(999), places=4)
caps = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(9999), places=2)


@given(fee=amounts, markup=amounts, tax=amounts, rate=rates, cap=caps, back=st.booleans())
def test_never_more_comes_back_than_was_claimed_and_lines_add_up(fee, markup, tax, rate, cap, back):
    derivation = rules.derive(
        paid(str(fee), markup=str(markup), tax=str(tax)),
        terms(rate=rate, cap_usd=cap, markup_admissible=back, tax_admissible=back),
    )

    assert 0 <= derivation.payable <= derivation.claimed
    assert all(0 <= line.admissible <= line.claimed for line in derivation.lines)
    # Lines are cut to paise: their sum rounds to the same rupees as the exact sum.
    assert (
        rules.round_rupees(sum(line.admissible for line in derivation.lines)) == derivation.payable
    )


@pytest.mark.parametrize(
    ("preferred_on", "lane"),
    [
        (date(2021, 6, 30), Lane.NORMAL),
        (date(2021, 7, 1), Lane.NORMAL),  # the same day two years later is still in time
        (date(2021, 7, 2), Lane.INVESTIGATION),
        (date(2022, 7, 1), Lane.INVESTIGATION),
        (date(2022, 7, 2), Lane.TIME_BARRED),
    ],
)
def test_the_lane_turns_on_the_day_after(preferred_on, lane):
    due_on = rules.due_date(paid_on=date(2019, 5, 21), completed_on=DAY)

    assert (
        rules.lane_of(due_on=due_on, preferred_on=preferred_on, years=2, limitation_years=3) == lane
    )


def test_a_claim_falls_due_with_the_later_of_payment_and_certificate():
    earlier, later = date(2019, 5, 21), date(2019, 8, 30)

    assert rules.due_date(paid_on=earlier, completed_on=later) == later
    assert rules.due_date(paid_on=later, completed_on=earlier) == later


def test_two_years_after_29_february_is_1_march():
    due_on = date(2020, 2, 29)

    on_the_day = rules.lane_of(
        due_on=due_on, preferred_on=date(2022, 3, 1), years=2, limitation_years=3
    )

    assert on_the_day == Lane.NORMAL


@pytest.mark.parametrize("code", ["SBIN0000691", "HDFC0ABC123", "UTIB0ZZZZZZ"])
def test_an_ifsc_has_four_letters_a_nought_and_six_more(code):
    assert rules.is_ifsc(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "SBIN1000691",
        "SBI00000691",
        "sbin0000691",
        "SBIN000069",
        "SBIN00006912",
        "SBIN0००००९१",
        "SBIN0000691\n",
    ],
)
def test_anything_else_is_no_ifsc(code):
    assert not rules.is_ifsc(code)


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("12345678", False),
        ("123456789", True),
        ("1" * 18, True),
        ("1" * 19, False),
        ("12345678A", False),
        ("१२३४५६७८९", False),
        ("", False),
    ],
)
def test_an_account_number_is_9_to_18_digits(number, is_one):
    assert rules.is_account_number(number) is is_one


@pytest.mark.parametrize(
    ("fee_inr", "differs"),
    [("6960.00", False), ("7308.00", False), ("7308.70", True), ("6000", True)],
)
def test_the_desk_is_told_when_the_banks_rate_is_unusual(fee_inr, differs):
    derivation = rules.derive(paid(fee_inr), terms())

    found = rules.differs_from_reference(derivation, tolerance_percent=Decimal(5))

    assert found is differs


GOOD_LAYOUT = {
    "export_columns": [["Ref", "reference"], ["Account", "account_number"], ["Rs", "amount"]],
    "return_columns": {
        "reference": "Ref",
        "amount": "Rs",
        "status": "S",
        "utr": "UTR",
        "paid_on": "On",
    },
    "paid_words": ["ok"],
    "failed_words": ["no"],
}


def test_a_layout_that_can_be_written_and_read_is_accepted():
    rules.check_layout(**GOOD_LAYOUT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"export_columns": [["Ref", "reference"], ["Rs", "amount"]]},
        {"export_columns": [["Ref", "password"]]},
        {"return_columns": {"reference": "Ref"}},
        {"return_columns": {**GOOD_LAYOUT["return_columns"], "secret": "X"}},
        {"paid_words": []},
        {"paid_words": ["no"]},
    ],
)
def test_a_layout_that_cannot_is_refused(wrong):
    with pytest.raises(ValueError, match="."):
        rules.check_layout(**{**GOOD_LAYOUT, **wrong})
