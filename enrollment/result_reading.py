"""Reading a provider's file of results, row by row, each with what it earns or why it cannot."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import IO, Final, NamedTuple

from django.utils.translation import gettext as _

from enrollment import rules
from enrollment.models import ColumnMap
from enrollment.models.result_imports import ExamOutcome
from enrollment.provider_tables import ProviderTable, fold, open_table
from igot.lib.dates import ascii_digits
from igot.lib.tables import TableError

RESULT_COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "username": frozenset(
        {"username", "user_name", "edx_username", "platform_username", "provider_user_name"}
    ),
    "email": frozenset({"email", "e_mail", "email_address", "e_mail_address"}),
    "grade": frozenset({"grade", "online_grade", "final_grade", "course_grade", "score"}),
    "exam": frozenset(
        {"exam", "exam_outcome", "exam_result", "proctored_exam", "proctored_exam_outcome"}
    ),
    "exam_score": frozenset({"exam_score", "exam_grade", "exam_marks", "proctored_exam_score"}),
    "exam_on": frozenset({"exam_date", "exam_on", "examined_on", "date_of_examination"}),
    "exam_centre": frozenset({"exam_centre", "exam_center", "test_centre", "test_center"}),
    "exam_city": frozenset({"exam_city", "test_city", "city"}),
}
EXAM_WORDS: Final[Mapping[str, ExamOutcome]] = {
    **dict.fromkeys(("passed", "pass", "p", "yes", "y"), ExamOutcome.PASSED),
    **dict.fromkeys(("failed", "fail", "f", "not passed", "no", "n"), ExamOutcome.FAILED),
    **dict.fromkeys(("absent", "no show", "no-show", "did not appear", "ab"), ExamOutcome.ABSENT),
    **dict.fromkeys(("", "-", "none", "na", "n/a", "not taken"), ExamOutcome.NONE),
}
HUNDREDTH: Final = Decimal("0.01")
MOST_REMEMBERED: Final = 20_000


@dataclass(frozen=True, kw_only=True)
class PassRule:
    """What passing means in one batch: the columns `RULE_FIELDS` of what it was decided under."""

    least_grade: Decimal
    needs_proctored_exam: bool
    online_weight: Decimal | None = None
    exam_weight: Decimal | None = None
    least_exam_score: Decimal | None = None
    least_total: Decimal | None = None

    @property
    def required_columns(self) -> tuple[str, ...]:
        """Return the columns without which no row could be judged."""
        required = ["username", "grade"]
        if self.needs_proctored_exam:
            by_score = self.least_exam_score is not None or self.least_total is not None
            required.append("exam_score" if by_score else "exam")
        return tuple(required)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the grades of a row come to; `fault` says why they cannot be read."""

    online_grade: Decimal | None = None
    exam_outcome: ExamOutcome | None = None
    exam_score: Decimal | None = None
    total: Decimal | None = None
    passes: bool | None = None
    fault: str = ""


class ResultRow(NamedTuple):
    """One row of a file of results."""

    number: int
    username: str
    email: str
    raw: dict[str, str]
    verdict: Verdict
    exam_on: date | None = None
    exam_centre: str = ""
    exam_city: str = ""


@dataclass(kw_only=True)
class ResultReader:
    """Reads the rows of one file under one rule; what the same words came to is remembered."""

    table: ProviderTable
    rule: PassRule
    _known: dict[tuple[str, str, str], Verdict] = field(default_factory=dict)
    _days: dict[str, date | None] = field(default_factory=dict)

    def rows(self) -> Iterator[ResultRow]:
        """Read the rows one after the other.

        :raises TableError: at a row that cannot be read at all
        """
        for number, cells in self.table.rows():
            yield self._row(number, cells)

    def _row(self, number: int, cells: dict[str, str]) -> ResultRow:
        grade, exam = cells["grade"][:20], cells.get("exam", "")[:20]
        score, day = cells.get("exam_score", "")[:20], cells.get("exam_on", "")[:30]
        verdict, exam_on = self._verdict(grade, exam, score), None
        try:
            exam_on = self._day(day)
        except ValueError as error:
            verdict = Verdict(fault=str(error))
        return ResultRow(
            number=number,
            username=" ".join(cells["username"].split())[:100],
            email=cells.get("email", "")[:254],
            raw={
                "email": cells.get("email", "")[:254],
                "grade": grade,
                "exam": exam,
                "exam_score": score,
                "exam_on": day,
            },
            verdict=verdict,
            exam_on=exam_on,
            exam_centre=cells.get("exam_centre", "")[:150],
            exam_city=cells.get("exam_city", "")[:100],
        )

    def _day(self, text: str) -> date | None:
        if text not in self._days:
            if len(self._days) >= MOST_REMEMBERED:
                self._days.clear()
            self._days[text] = self.table.day(text)
        return self._days[text]

    def _verdict(self, grade: str, exam: str, score: str) -> Verdict:
        key = (grade, exam, score)
        if key not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = self._judge(*key)
        return self._known[key]

    def _judge(self, grade_text: str, exam_text: str, score_text: str) -> Verdict:
        out_of = self.table.grades_out_of
        try:
            grade = read_grade(grade_text, out_of=out_of)
            score = read_grade(score_text, out_of=out_of) if score_text else None
            exam = read_exam(self.table.word("exam", exam_text))
        except ValueError as error:
            return Verdict(fault=str(error))
        if score is not None and exam == ExamOutcome.ABSENT:
            return Verdict(fault=_("The row gives a score of an examination and says “absent”."))
        return judge(self.rule, grade=grade, exam=exam, score=score)


def judge(
    rule: PassRule, *, grade: Decimal, exam: ExamOutcome, score: Decimal | None = None
) -> Verdict:
    """Tell what a grade and an examination come to under `rule`."""
    findings = rules.check_result(
        online_grade=grade,
        exam_passed=exam == ExamOutcome.PASSED,
        exam_score=score,
        least_grade=rule.least_grade,
        needs_proctored_exam=rule.needs_proctored_exam,
        online_weight=rule.online_weight,
        exam_weight=rule.exam_weight,
        least_exam_score=rule.least_exam_score,
        least_total=rule.least_total,
    )
    return Verdict(
        online_grade=grade,
        exam_outcome=_outcome(rule, exam, score),
        exam_score=score,
        total=rules.weighted_total(grade, score, rule.online_weight, rule.exam_weight),
        passes=all(finding.passed for finding in findings),
    )


def open_results(file: IO[bytes], *, rule: PassRule, by: ColumnMap | None) -> ResultReader:
    """Open a file of results by the map `by`, or by the headings that the portal knows.

    :raises TableError: it is no table, or lacks a column that `rule` needs
    """
    table = open_table(file, known=RESULT_COLUMNS, required=rule.required_columns, by=by)
    return ResultReader(table=table, rule=rule)


def refuse_fractions(highest: Decimal | None) -> None:
    """Refuse a file whose grades look like fractions though they are said to be per cent.

    :raises TableError: the `highest` grade of the file is one at most
    """
    if highest and highest <= 1:
        raise TableError(
            _("The grades look like fractions of one. Give them in per cent: 72, not 0.72.")
        )


def read_grade(text: str, *, out_of: Decimal = Decimal(100)) -> Decimal:
    """Read a grade and return it in per cent, 0 to 100, with two places: "72", "72.5", "72 %".

    A grade out of another number is cut to two places: nobody is lifted over a limit.
    :raises ValueError: with a sentence for whoever sent the file
    """
    plain = ascii_digits(text).replace("%", "").strip()
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", plain):
        raise ValueError(_("“%(text)s” is not a grade in per cent.") % {"text": text[:20]})
    if out_of != 100:
        return _in_per_cent(Decimal(plain), plain, out_of)
    grade = Decimal(plain)
    if grade > 100:
        raise ValueError(_("A grade of %(grade)s is more than 100 per cent.") % {"grade": plain})
    if grade != grade.quantize(HUNDREDTH):
        raise ValueError(_("The grade %(grade)s has more than two places.") % {"grade": plain})
    return grade.quantize(HUNDREDTH)


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


def _in_per_cent(grade: Decimal, plain: str, out_of: Decimal) -> Decimal:
    if grade > out_of:
        raise ValueError(
            _("A grade of %(grade)s is more than the %(most)s that it is out of.")
            % {"grade": plain, "most": f"{out_of.normalize():f}"}
        )
    return (grade * 100 / out_of).quantize(HUNDREDTH, ROUND_DOWN)


def _outcome(rule: PassRule, exam: ExamOutcome, score: Decimal | None) -> ExamOutcome:
    """Return the outcome that is kept; a score tells it where the provider gives no word."""
    if exam != ExamOutcome.NONE or score is None:
        return exam
    has_passed = rule.least_exam_score is None or score >= rule.least_exam_score
    return ExamOutcome.PASSED if has_passed else ExamOutcome.FAILED
