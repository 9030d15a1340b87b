"""What comes back and until when: pure functions over plain values, each with its source."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final

from igot.lib.dates import years_after
from igot.lib.money import PAISE, round_rupees
from reimbursement.states import Lane

IFSC: Final = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}", re.ASCII)
ACCOUNT: Final = re.compile(r"[0-9]{9,18}", re.ASCII)
EXPORT_FIELDS: Final = (
    "reference",
    "claim",
    "payee_name",
    "bank_name",
    "ifsc",
    "account_number",
    "amount",
    "order_number",
    "order_dated_on",
    "remark",
)
RETURN_FIELDS: Final = ("reference", "amount", "account", "status", "utr", "paid_on", "reason")
NEEDED_ON_RETURN: Final = frozenset({"reference", "amount", "status", "utr", "paid_on"})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what conditions a payment of one day comes back, with the source of each."""

    cap_usd: Decimal
    cap_source: str
    rate: Decimal
    rate_on: date
    rate_source: str
    markup_admissible: bool = False
    tax_admissible: bool = False
    policy_source: str = ""

    @property
    def ceiling(self) -> Decimal:
        """The cap at the reference rate, in INR, not rounded."""
        return self.cap_usd * self.rate


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What an officer paid: the fee in USD and the three lines of the debit in INR."""

    on: date
    fee_usd: Decimal
    fee_inr: Decimal
    markup_inr: Decimal = Decimal(0)
    tax_inr: Decimal = Decimal(0)

    @property
    def total_inr(self) -> Decimal:
        return self.fee_inr + self.markup_inr + self.tax_inr


@dataclass(frozen=True, kw_only=True)
class DerivedLine:
    """One line of a claim by the rule; `admissible` in paise, cut off and not rounded."""

    kind: str  # fee, markup or tax
    claimed: Decimal
    admissible: Decimal
    why: str  # whole, above_ceiling, not_admissible


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """How the amount that comes back follows from what was paid and the terms."""

    paid: Paid
    terms: Terms
    lines: tuple[DerivedLine, ...]
    exact: Decimal  # the sum that comes back before rounding

    @property
    def claimed(self) -> Decimal:
        """What was paid in all, in whole rupees: the most that a claim can be sanctioned for."""
        return round_rupees(self.paid.total_inr)

    @property
    def payable(self) -> Decimal:
        """What comes back: rounded here, once, to whole rupees, 50 paise and above upwards."""
        return round_rupees(self.exact)

    @property
    def borne(self) -> Decimal:
        """What stays with the officer."""
        return self.paid.total_inr - self.payable

    @property
    def bank_rate(self) -> Decimal:
        """INR that the bank took for one US dollar of the fee."""
        return (self.paid.fee_inr / self.paid.fee_usd).quantize(Decimal("0.0001"))

    @property
    def is_capped(self) -> bool:
        return self.paid.fee_inr > self.terms.ceiling


def derive(paid: Paid, terms: Terms) -> Derivation:
    """Work out what comes back: INR debited for the fee, at most the cap at the reference rate.

    Mark-up and tax on it come back only where the policy says so. A line's admissible part is
    cut to paise, never rounded, so that the one rounding to whole rupees sees what it should.
    """
    fee = min(paid.fee_inr, terms.ceiling)
    markup = paid.markup_inr if terms.markup_admissible else Decimal(0)
    tax = paid.tax_inr if terms.tax_admissible else Decimal(0)
    lines = [_line("fee", paid.fee_inr, fee, "above_ceiling")]
    if paid.markup_inr:
        lines.append(_line("markup", paid.markup_inr, markup, "not_admissible"))
    if paid.tax_inr:
        lines.append(_line("tax", paid.tax_inr, tax, "not_admissible"))
    return Derivation(paid=paid, terms=terms, lines=tuple(lines), exact=fee + markup + tax)


def _line(kind: str, claimed: Decimal, admissible: Decimal, why_less: str) -> DerivedLine:
    cut = admissible.quantize(PAISE, rounding=ROUND_DOWN)
    why = "whole" if admissible >= claimed else why_less
    return DerivedLine(kind=kind, claimed=claimed, admissible=cut, why=why)


def due_date(*, paid_on: date, completed_on: date) -> date:
    """Tell when a claim falls due: both payment and certificate are conditions of it."""
    return max(paid_on, completed_on)


def lane_of(*, due_on: date, preferred_on: date, years: int, limitation_years: int) -> Lane:
    """Tell how late a claim is (GFR 2017, rules 295 and 296).

    Until the same day `years` later, inclusive, it is in time; until `limitation_years` the Head
    of Department investigates it; after that it is time-barred.
    """
    if preferred_on <= years_after(due_on, years):
        return Lane.NORMAL
    if preferred_on <= years_after(due_on, limitation_years):
        return Lane.INVESTIGATION
    return Lane.TIME_BARRED


def differs_from_reference(derivation: Derivation, *, tolerance_percent: Decimal) -> bool:
    """Tell whether the bank's rate lies farther from the reference rate than is usual."""
    off = abs(derivation.bank_rate - derivation.terms.rate)
    return off * 100 > derivation.terms.rate * tolerance_percent


def is_ifsc(code: str) -> bool:
    """Tell whether `code` has the form of an IFSC: four letters, a zero, six letters or digits."""
    return IFSC.fullmatch(code) is not None


def is_account_number(number: str) -> bool:
    """Tell whether `number` is 9 to 18 digits."""
    return ACCOUNT.fullmatch(number) is not None


def check_layout(
    *,
    export_columns: Sequence[Sequence[str]],
    return_columns: Mapping[str, str],
    paid_words: Sequence[str],
    failed_words: Sequence[str],
) -> None:
    """Check that a layout of payment files can be written and read.

    :raises ValueError: naming what is wrong
    """
    pairs = [tuple(pair) for pair in export_columns]
    if not all(len(pair) == 2 and pair[1] in EXPORT_FIELDS for pair in pairs):
        raise ValueError(f"Each column is a heading and one of: {', '.join(EXPORT_FIELDS)}.")
    if {"reference", "account_number", "amount"} - {field for _heading, field in pairs}:
        raise ValueError("The payment file needs reference, account_number and amount.")
    unknown = set(return_columns) - set(RETURN_FIELDS)
    if unknown or NEEDED_ON_RETURN - set(return_columns):
        raise ValueError(
            f"The return file is read by: {', '.join(RETURN_FIELDS)}; account and reason may lack."
        )
    if not paid_words or not failed_words or set(paid_words) & set(failed_words):
        raise ValueError("Give at least one word for paid and one for failed, and none for both.")
