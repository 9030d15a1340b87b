"""What passing means and until when a coupon must hold: pure functions, no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from igot.lib.people import fold_for_match


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one part of the grade rule found, in words that the officer can check."""

    rule: str  # "grade" or "exam": stable, never translated
    passed: bool
    reason: Promise


def check_result(
    *,
    online_grade: Decimal,
    exam_passed: bool,
    least_grade: Decimal,
    needs_proctored_exam: bool,
) -> list[Finding]:
    """Find whether a result earns the certificate; it does when every finding has passed.

    Source: O.M. T-16017/42/2018-Trg (TFA) of 17.05.2019, para 9 (vii): a final online grade of
    50 per cent or above, and the proctored examination passed in person.
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
    if needs_proctored_exam:
        words = (
            _("The proctored examination is passed.")
            if exam_passed
            else _("The proctored examination is not passed.")
        )
        findings.append(Finding(rule="exam", passed=exam_passed, reason=words))
    return findings


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


def names_agree(on_certificate: str, on_record: str) -> bool:
    """Tell whether two spellings may be one person: the longer has each word of the shorter.

    Order does not matter, and an initial stands for a word that begins with it.
    """
    shorter, longer = sorted((_words(on_certificate), _words(on_record)), key=len)
    for word in shorter:
        match = next((other for other in longer if _may_be(word, other)), None)
        if match is None:
            return False
        longer.remove(match)
    return any(len(word) > 1 for word in shorter)


def _words(name: str) -> list[str]:
    """Return the words of a name, the longest first: whole words find theirs before initials."""
    return sorted(fold_for_match(name).split(), key=len, reverse=True)


def _may_be(word: str, other: str) -> bool:
    if len(word) == 1 or len(other) == 1:
        return word[0] == other[0]
    return word == other


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
