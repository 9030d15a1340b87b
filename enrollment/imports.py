"""Reading the provider's files: coupon codes and results, row by row, each with what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import IO, Final

from django.utils.translation import gettext as _

from enrollment.models import CouponImportRow
from enrollment.models.results import ExamOutcome
from igot.lib.dates import ascii_digits, parse_civil_date
from igot.lib.tables import Line, Table, TableError, read_csv

COUPON_COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "code": frozenset({"code", "coupon", "coupon_code", "enrollment_code", "voucher"}),
    "valid_until": frozenset(
        {"valid_until", "valid_till", "valid_to", "expires", "expires_on", "expiry", "expiry_date"}
    ),
    "price": frozenset({"price", "price_usd", "price_(usd)", "price_in_us$", "amount", "cost"}),
    "course": frozenset({"course", "course_code", "course_id", "course_key"}),
    "status": frozenset({"status", "redeemed", "redemption_status", "used"}),
}
RESULT_COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "username": frozenset(
        {"username", "user_name", "edx_username", "platform_username", "provider_user_name"}
    ),
    "email": frozenset({"email", "e_mail", "email_address", "e_mail_address"}),
    "grade": frozenset({"grade", "online_grade", "final_grade", "course_grade", "score"}),
    "exam": frozenset(
        {"exam", "exam_outcome", "exam_result", "proctored_exam", "proctored_exam_outcome"}
    ),
}
REDEEMED: Final = frozenset({"redeemed", "used", "yes", "true", "1", "y"})
CODE: Final = re.compile(r"[!-~]{8,100}")  # shorter ones would be half told by their ending
EXAM_WORDS: Final[Mapping[str, ExamOutcome]] = {
    **dict.fromkeys(("passed", "pass", "p", "yes", "y"), ExamOutcome.PASSED),
    **dict.fromkeys(("failed", "fail", "f", "not passed", "no", "n"), ExamOutcome.FAILED),
    **dict.fromkeys(("absent", "no show", "no-show", "did not appear", "ab"), ExamOutcome.ABSENT),
    **dict.fromkeys(("", "-", "none", "na", "n/a", "not taken"), ExamOutcome.NONE),
}
LARGEST_PRICE: Final = Decimal("99999.99")


@dataclass(frozen=True, kw_only=True)
class CouponRow:
    """One row of a coupon file: a code that can be used, or the reason why not."""

    number: int
    code: str
    valid_until: date | None
    price_usd: Decimal | None
    outcome: CouponImportRow.Outcome
    reason: str = ""

    @property
    def ending(self) -> str:
        return self.code[-4:] if len(self.code) >= 8 else ""


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """One row of a file of results; `fault` says why its grade or outcome cannot be read."""

    number: int
    username: str
    email: str
    grade_text: str
    exam_text: str
    online_grade: Decimal | None = None
    exam_outcome: ExamOutcome | None = None
    fault: str = ""


def read_coupons(file: IO[bytes], *, course_names: frozenset[str], on: date) -> list[CouponRow]:
    """Read a coupon file of one course; `course_names`, folded, are the names that mean it.

    :raises TableError: the file is no table, or lacks a column
    """
    table = read_csv(file, max_bytes=10_000_000)
    columns = _columns_of(table, COUPON_COLUMNS, required=("code", "valid_until", "price"))
    seen: set[str] = set()
    rows = []
    for line in table:
        row = _coupon_row(line, columns, course_names, on)
        if row.outcome == CouponImportRow.Outcome.ACCEPTED and row.code in seen:
            row = _refuse(row, CouponImportRow.Outcome.DUPLICATE, _("Twice in this file."))
        seen.add(row.code)
        rows.append(row)
    if not rows:
        raise TableError(_("The file has no row below its header."))
    return rows


def read_results(file: IO[bytes]) -> list[ResultRow]:
    """Read a file of results.

    :raises TableError: the file is no table, lacks a column, or gives grades as fractions of one
    """
    table = read_csv(file, max_bytes=10_000_000)
    columns = _columns_of(table, RESULT_COLUMNS, required=("username", "grade", "exam"))
    rows = [_result_row(line, columns) for line in table]
    if not rows:
        raise TableError(_("The file has no row below its header."))
    grades = [row.online_grade for row in rows if row.online_grade]
    if grades and max(grades) <= 1:
        raise TableError(
            _("The grades look like fractions of one. Give them in per cent: 72, not 0.72.")
        )
    return rows


def read_grade(text: str) -> Decimal:
    """Read a grade in per cent, 0 to 100, with at most two places: "72", "72.5", "72 %".

    :raises ValueError: with a sentence for whoever sent the file
    """
    plain = ascii_digits(text).replace("%", "").strip()
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", plain):
        raise ValueError(_("“%(text)s” is not a grade in per cent.") % {"text": text[:20]})
    grade = Decimal(plain)
    if grade > 100:
        raise ValueError(_("A grade of %(grade)s is more than 100 per cent.") % {"grade": plain})
    if grade != grade.quantize(Decimal("0.01")):
        raise ValueError(_("The grade %(grade)s has more than two places.") % {"grade": plain})
    return grade.quantize(Decimal("0.01"))


def read_exam(text: str) -> ExamOutcome:
    """Read the outcome of the proctored examination; blank means that there was none yet.

    :raises ValueError: with a sentence for whoever sent the file
    """
    found = EXAM_WORDS.get(fold(text.replace("_", " ")))
    if found is None:
        raise ValueError(
            _("“%(text)s” is no outcome of an examination: write passed, failed or absent.")
            % {"text": text[:20]}
        )
    return found


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


def fold(text: str) -> str:
    """Reduce a user name, e-mail address or course name to what is compared."""
    return " ".join(text.split()).casefold()


def _columns_of(
    table: Table, wanted: Mapping[str, frozenset[str]], *, required: tuple[str, ...]
) -> dict[str, str]:
    """Find which column of the file holds what."""
    found: dict[str, str] = {}
    for name, aliases in wanted.items():
        columns = [column for column in table.header if column in aliases]
        if len(columns) > 1:
            raise TableError(
                _("The columns %(names)s mean the same; leave one of them.")
                % {"names": ", ".join(columns)}
            )
        if columns:
            found[name] = columns[0]
    missing = [name for name in required if name not in found]
    if missing:
        raise TableError(_("The file lacks the column: %(names)s.") % {"names": ", ".join(missing)})
    return found


def _coupon_row(
    line: Line, columns: Mapping[str, str], course_names: frozenset[str], on: date
) -> CouponRow:
    outcomes = CouponImportRow.Outcome
    cells = {name: line.cells[column].strip() for name, column in columns.items()}
    row = CouponRow(
        number=line.number,
        code=cells["code"],
        valid_until=None,
        price_usd=None,
        outcome=outcomes.ACCEPTED,
    )
    if not row.code:
        return _refuse(row, outcomes.BLANK, _("The row has no code."))
    if not CODE.fullmatch(row.code):
        return _refuse(
            row,
            outcomes.MALFORMED,
            _("A code has 8 to 100 letters, digits and signs, without blanks."),
        )
    if (course := cells.get("course", "")) and fold(course) not in course_names:
        return _refuse(row, outcomes.UNKNOWN_COURSE, _("The row names another course."))
    if fold(cells.get("status", "")) in REDEEMED:
        return _refuse(row, outcomes.ALREADY_REDEEMED, _("The provider marks it as redeemed."))
    return _with_terms(row, cells, on)


def _with_terms(row: CouponRow, cells: Mapping[str, str], on: date) -> CouponRow:
    """Add validity and price to a row whose code is in order."""
    outcomes = CouponImportRow.Outcome
    try:
        valid_until = parse_civil_date(cells["valid_until"])
        price_usd = read_price(cells["price"])
    except ValueError as error:
        return _refuse(row, outcomes.MALFORMED, str(error))
    if valid_until is None:
        return _refuse(row, outcomes.MALFORMED, _("The row does not say until when it is valid."))
    if valid_until < on:
        return _refuse(row, outcomes.EXPIRED, _("The code is no longer valid."))
    return CouponRow(
        number=row.number,
        code=row.code,
        valid_until=valid_until,
        price_usd=price_usd,
        outcome=outcomes.ACCEPTED,
    )


def _refuse(row: CouponRow, outcome: CouponImportRow.Outcome, reason: str) -> CouponRow:
    return CouponRow(
        number=row.number,
        code=row.code,
        valid_until=None,
        price_usd=None,
        outcome=outcome,
        reason=reason,
    )


def _result_row(line: Line, columns: Mapping[str, str]) -> ResultRow:
    cells = {name: line.cells[column].strip() for name, column in columns.items()}
    return result_row(
        number=line.number,
        username=cells["username"][:100],
        email=cells.get("email", "")[:254],
        grade_text=cells["grade"][:20],
        exam_text=cells["exam"][:20],
    )


def result_row(
    *, number: int, username: str, email: str, grade_text: str, exam_text: str
) -> ResultRow:
    """Read grade and outcome of one row; a row that was kept is read again in the same way."""
    grade, exam, fault = None, None, ""
    try:
        grade = read_grade(grade_text)
        exam = read_exam(exam_text)
    except ValueError as error:
        fault = str(error)
    return ResultRow(
        number=number,
        username=username,
        email=email,
        grade_text=grade_text,
        exam_text=exam_text,
        online_grade=grade,
        exam_outcome=exam,
        fault=fault,
    )
