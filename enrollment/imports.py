"""Reading the provider's files of codes, row by row, each with what is wrong."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import IO, Final, NamedTuple

from django.utils.translation import gettext as _

from enrollment.models import ColumnMap, CouponImportRow
from enrollment.provider_tables import ProviderTable, fold, open_table
from igot.lib.dates import ascii_digits

COUPON_COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "code": frozenset({"code", "coupon", "coupon_code", "enrollment_code", "voucher"}),
    "valid_until": frozenset(
        {"valid_until", "valid_till", "valid_to", "expires", "expires_on", "expiry", "expiry_date"}
    ),
    "price": frozenset({"price", "price_usd", "price_(usd)", "price_in_us$", "amount", "cost"}),
    "course": frozenset({"course", "course_code", "course_id", "course_key"}),
    "status": frozenset({"status", "redeemed", "redemption_status", "used"}),
}
REDEEMED: Final = frozenset({"redeemed", "used", "yes", "true", "1", "y"})
CODE: Final = re.compile(r"[!-~]{8,100}")  # shorter ones would be half told by their ending
LARGEST_PRICE: Final = Decimal("99999.99")


class CouponRow(NamedTuple):
    """One row of a coupon file: a code that can be used, or the reason why not."""

    number: int
    code: str
    valid_until: date | None
    price_usd: Decimal | None
    outcome: CouponImportRow.Outcome
    reason: str

    @property
    def ending(self) -> str:
        return self.code[-4:] if len(self.code) >= 8 else ""


def open_coupons(file: IO[bytes], *, by: ColumnMap | None) -> ProviderTable:
    """Open a coupon file by the provider's map of columns, or by the names that we know.

    :raises TableError: the file is no table, or lacks a column
    """
    return open_table(file, known=COUPON_COLUMNS, required=("code", "valid_until", "price"), by=by)


def redeemed_codes(table: ProviderTable) -> frozenset[str]:
    """Read through a coupon file for the codes that any of its rows marks as redeemed.

    A code that somebody has used stands in two rows of some providers' files: once as it was
    sold, once as it was used.
    :raises TableError: at a row that cannot be read
    """
    if "status" not in table.columns:
        return frozenset()
    return frozenset(cells["code"] for _number, cells in table.rows() if _is_redeemed(table, cells))


def coupon_rows(
    table: ProviderTable, *, course_names: frozenset[str], redeemed: frozenset[str], on: date
) -> Iterator[CouponRow]:
    """Read the rows of a coupon file of one course; `course_names`, folded, mean that course.

    :raises TableError: at a row that cannot be read
    """
    terms = _Terms(table)
    for number, cells in table.rows():
        yield _coupon_row(number, cells, course_names, redeemed, terms, on)


def read_price(text: str) -> Decimal:
    """Read a price in US$: "100", "$100.00", "US$ 100".

    :raises ValueError: with a sentence for whoever sent the file
    """
    plain = re.sub(r"(?i)^(?:us\$|usd|\$)\s*|\s*usd$", "", ascii_digits(text).strip())
    try:
        price = Decimal(plain)
    except InvalidOperation:
        raise ValueError(_("“%(text)s” is not a price in US$.") % {"text": text[:20]}) from None
    if not price.is_finite() or not 0 <= price <= LARGEST_PRICE:
        raise ValueError(_("“%(text)s” is not a price in US$.") % {"text": text[:20]})
    if price != price.quantize(Decimal("0.01")):
        raise ValueError(_("“%(text)s” is not a price in US$.") % {"text": text[:20]})
    return price.quantize(Decimal("0.01"))


class _Terms:
    """Validity and price as a file writes them, each text read once: most rows say the same."""

    def __init__(self, table: ProviderTable) -> None:
        self.day = lru_cache(maxsize=1000)(table.day)
        self.price = lru_cache(maxsize=1000)(read_price)


def _is_redeemed(table: ProviderTable, cells: Mapping[str, str]) -> bool:
    return fold(table.word("status", cells.get("status", ""))) in REDEEMED


def _coupon_row(
    number: int,
    cells: Mapping[str, str],
    course_names: frozenset[str],
    redeemed: frozenset[str],
    terms: _Terms,
    on: date,
) -> CouponRow:
    outcomes, code = CouponImportRow.Outcome, cells["code"]
    if not code:
        return _refuse(number, code, outcomes.BLANK, _("The row has no code."))
    if not CODE.fullmatch(code):
        return _refuse(
            number,
            code,
            outcomes.MALFORMED,
            _("A code has 8 to 100 letters, digits and signs, without blanks."),
        )
    if (course := cells.get("course", "")) and fold(course) not in course_names:
        return _refuse(number, code, outcomes.UNKNOWN_COURSE, _("The row names another course."))
    if code in redeemed:
        words = _("The provider marks it as redeemed.")
        return _refuse(number, code, outcomes.ALREADY_REDEEMED, words)
    return _with_terms(number, cells, terms, on)


def _with_terms(number: int, cells: Mapping[str, str], terms: _Terms, on: date) -> CouponRow:
    """Read validity and price of a row whose code is in order."""
    outcomes, code = CouponImportRow.Outcome, cells["code"]
    try:
        valid_until, price_usd = terms.day(cells["valid_until"]), terms.price(cells["price"])
    except ValueError as error:
        return _refuse(number, code, outcomes.MALFORMED, str(error))
    if valid_until is None:
        words = _("The row does not say until when it is valid.")
        return _refuse(number, code, outcomes.MALFORMED, words)
    if valid_until < on:
        return _refuse(number, code, outcomes.EXPIRED, _("The code is no longer valid."))
    return CouponRow(number, code, valid_until, price_usd, outcomes.ACCEPTED, "")


def _refuse(number: int, code: str, outcome: CouponImportRow.Outcome, reason: str) -> CouponRow:
    return CouponRow(number, code, None, None, outcome, reason)
