"""What passing means and until when a coupon must hold: pure functions, no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one part of the grade rule found, in words that the officer can check."""

    rule: str  # "grade", "exam" or "total": stable, never translated
    passed: bool
    reason: Promise


def check_result(
    *,
    online_grade: Decimal,
    exam_passed: bool,
    least_grade: Decimal,
    needs_proctored_exam: bool,
    exam_score: Decimal | None = None,
    online_weight: Decimal | None = None,
    exam_weight: Decimal | None = None,
    least_exam_score: Decimal | None = None,
    least_total: Decimal | None = None,
) -> list[Finding]:
    """Find whether a result earns the certificate; it does when every finding has passed.

    All grades, scores and weights are in per cent; the least of each still passes. Where weights
    are given, the weighted total decides in place of the provider's "passed"; where a least score
    is given, the score decides.
    Source: O.M. T-16017/42/2018-Trg (TFA) of 17.05.2019, para 9 (vii): a final online grade of
    50 per cent or above, and the proctored examination passed in person. The weights are for a
    later rule; none is in force.
    """
    findings = [
        Finding(
            rule="grade",
            passed=online_grade >= least_grade,
            reason=format_lazy(
                _("Online grade of {grade} per cent; at least {least} is required."),
                grade=_plain(online_grade),
                least=_plain(least_grade),
            ),
        )
    ]
    if not needs_proctored_exam:
        return findings
    if least_exam_score is not None:
        findings.append(_score_finding(exam_score, least_exam_score))
    if least_total is not None:
        total = weighted_total(online_grade, exam_score, online_weight, exam_weight)
        findings.append(_total_finding(total, least_total))
    if least_exam_score is None and least_total is None:
        words = (
            _("The proctored examination is passed.")
            if exam_passed
            else _("The proctored examination is not passed.")
        )
        findings.append(Finding(rule="exam", passed=exam_passed, reason=words))
    return findings


def weighted_total(
    online_grade: Decimal,
    exam_score: Decimal | None,
    online_weight: Decimal | None,
    exam_weight: Decimal | None,
) -> Decimal | None:
    """Return the total in per cent, rounded once to two places, half up; None: nothing to weigh."""
    if exam_score is None or online_weight is None or exam_weight is None:
        return None
    total = (online_grade * online_weight + exam_score * exam_weight) / 100
    return total.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _score_finding(score: Decimal | None, least: Decimal) -> Finding:
    if score is None:
        words: Any = _("There is no score of the proctored examination yet.")
        return Finding(rule="exam", passed=False, reason=words)
    return Finding(
        rule="exam",
        passed=score >= least,
        reason=format_lazy(
            _("Proctored examination: {score} per cent; at least {least} is required."),
            score=_plain(score),
            least=_plain(least),
        ),
    )


def _total_finding(total: Decimal | None, least: Decimal) -> Finding:
    if total is None:
        words: Any = _("There is no total while the score of the examination is missing.")
        return Finding(rule="total", passed=False, reason=words)
    return Finding(
        rule="total",
        passed=total >= least,
        reason=format_lazy(
            _("Weighted total of {total} per cent; at least {least} is required."),
            total=_plain(total),
            least=_plain(least),
        ),
    )


def needs_hold(*, before: str, after: str, was_boundary: bool, is_boundary: bool) -> bool:
    """Tell whether an answer made anew has to be settled by somebody before anything goes on.

    It has where the rules now say something else than before and it is not "eligible", and where
    a birth now stands exactly on the limit, on which the Department has the last word.
    Source: domain page 20, section 2.4, "Run rescheduled from 30.12 to 4.1".
    """
    return (after not in (before, "ELIGIBLE")) or (is_boundary and not was_boundary)


def last_day_needed(*, ends_on: date | None, commences_on: date | None, today: date) -> date:
    """Return the day through which a coupon must be valid to be of use for a run.

    That is the end of the run, or its commencement where the end is not known, and never a day
    that is past.
    """
    return max(ends_on or commences_on or today, today)


def _plain(number: Decimal) -> str:
    """Write 50.00 as "50" and 72.50 as "72.5"."""
    return f"{number.normalize():f}"


FEWEST_COUNTED: Final = 10  # officers that a published number speaks of, and that it leaves out
COUNTED_BY: Final = 5


def counts_shown(counts: Sequence[int]) -> list[int | None]:
    """Tell which counts of one group may be shown, each within the one before; None: not shown.

    A count is shown only where it and its difference from every other one that is shown speak of
    ten officers or more, so that none of them can be found by taking away; and then rounded down
    to a multiple of five, so that nobody is found by looking again tomorrow
    (docs/decisions/0145).
    """
    shown: list[int | None] = []
    exact: list[int] = []
    for count in counts:
        apart = all(abs(other - count) >= FEWEST_COUNTED for other in exact)
        if count >= FEWEST_COUNTED and apart:
            exact.append(count)
            shown.append(count - count % COUNTED_BY)
        else:
            shown.append(None)
    return shown
