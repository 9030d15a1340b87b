"""What a course asks and gives back, in words: effort, money, the way to the certificate."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Course, CourseFee
from courses.models.catalogue import OF_THE_EXAM
from courses.run_lines import RunLine
from courses.terms import RunTerms, with_own
from igot.lib.dates import dmy
from igot.lib.money import dollars


class Money(NamedTuple):
    """What a course costs, what comes back of it, and what stays with the officer."""

    fee: str
    back: str
    own_share: str


class BatchTerms(NamedTuple):
    """The terms of one batch, in words; "" where nothing is notified."""

    name: str
    fee: str
    back: str
    own_share: str
    passing: str
    attempts: str
    valid_until: str
    reference: str


def money_of(fee: Decimal | None, cap: Decimal | None) -> Money | None:
    """Return fee, share that comes back and share that stays, in words; None without a fee."""
    if not fee:
        return None
    back = min(fee, cap or Decimal(0))
    return Money(dollars(fee), dollars(back), dollars(fee - back) if fee > back else "")


def effort_words(course: Course) -> str:
    """Say what a week asks: "12 to 14 hours a week, two lectures", as far as it is known."""
    least, most = course.least_weekly_hours, course.most_weekly_hours
    if not least and not most:
        return ""
    if least and most and least != most:
        return _("%(least)s to %(most)s hours a week") % {"least": least, "most": most}
    return _("About %(hours)s hours a week") % {"hours": most or least}


def whole_effort_words(course: Course) -> str:
    """Say what the whole course asks, where both the hours and the weeks are known."""
    least, most = course.least_weekly_hours, course.most_weekly_hours
    if not course.weeks or not (least or most):
        return ""
    fewest, largest = (least or most or 0) * course.weeks, (most or least or 0) * course.weeks
    if fewest != largest:
        return _("%(least)s to %(most)s hours in all") % {"least": fewest, "most": largest}
    return _("About %(hours)s hours in all") % {"hours": largest}


# --- terms of the batches ------------------------------------------------------------------------
def general_terms(course: Any) -> RunTerms:
    """Return what holds for every batch that says nothing else; `course` is `for_page`."""
    return RunTerms(
        fee_usd=course.fee_usd,
        cap_usd=course.cap_usd,
        points=course.points,
        least_grade=course.least_grade,
        needs_proctored_exam=course.needs_exam,
        **{name: getattr(course, name) for name in OF_THE_EXAM},
    )


def terms_of_lines(
    lines: Sequence[RunLine], general: RunTerms, fees: Sequence[CourseFee], today: date
) -> list[RunTerms]:
    """Return the terms of each batch, at the price of the day on which its window opens."""
    return [with_own(line.run, _priced(general, line.run, fees, today)) for line in lines]


def _priced(general: RunTerms, run: Any, fees: Sequence[CourseFee], today: date) -> RunTerms:
    opens = run.registration_opens_on
    if opens is None or opens <= today:
        return general
    held = [f for f in fees if f.effective_from <= opens and (f.effective_to or opens) >= opens]
    if not held:
        return general
    fee = max(held, key=lambda row: row.effective_from)
    return replace(general, fee_usd=fee.fee_usd, cap_usd=fee.cap_usd)


def batch_terms(
    lines: Sequence[RunLine], terms: Sequence[RunTerms], general: RunTerms
) -> list[BatchTerms]:
    """Put the terms beside each other, where one batch differs from the course or says more."""
    if all(replace(own, is_own=False) == general for own in terms):
        return []
    return [_in_words(line, own) for line, own in zip(lines, terms, strict=True)]


def _in_words(line: RunLine, terms: RunTerms) -> BatchTerms:
    money = money_of(terms.fee_usd, terms.cap_usd)
    until = terms.payment_valid_until
    return BatchTerms(
        name=line.name,
        fee=money.fee if money else "",
        back=money.back if money else "",
        own_share=money.own_share if money else "",
        passing=passing_words(terms),
        attempts=str(terms.most_attempts or ""),
        valid_until=dmy(until) if until else "",
        reference=line.run.terms_reference,
    )


def passing_words(terms: RunTerms) -> str:
    """Say in short what passing means."""
    if terms.least_grade is None:
        return _("proctored examination") if terms.needs_proctored_exam else ""
    words = {"grade": f"{terms.least_grade.normalize():f}"}
    if terms.least_total is not None:
        return _("%(total)s per cent in all, of online grade and examination") % {
            "total": f"{terms.least_total.normalize():f}"
        }
    if terms.needs_proctored_exam:
        return _("%(grade)s per cent and proctored examination") % words
    return _("%(grade)s per cent") % words


# --- the way to certificate and money ----------------------------------------------------------
def certificate_steps(course: Any, terms: RunTerms | None = None) -> list[str]:
    """Return the way to the certificate, step by step, under the grade rule in force."""
    terms = terms or general_terms(course)
    return [*_study_steps(course, terms), *_steps_here(course, terms)]


def _study_steps(course: Any, terms: RunTerms) -> Iterable[str]:
    if course.certification == Course.Certification.MODULES:
        yield _("Complete all modules, in your own time.")
        return
    if course.certification == Course.Certification.CERTIFICATE:
        yield _("Complete the course; the institute issues the certificate.")
        return
    if terms.least_grade is not None:
        grade = f"{terms.least_grade.normalize():f}"
        yield _("Reach a final online grade of %(grade)s per cent or more.") % {"grade": grade}
    else:
        yield _("Reach the online grade that the programme asks for.")
    if terms.needs_proctored_exam is not False:
        exam = _("Pass the proctored examination, in person at a test centre in India.")
        yield " ".join([exam, *_exam_terms(terms)])
    if terms.least_total is not None:
        yield weighing_words(terms)


def weighing_words(terms: RunTerms) -> str:
    """Say how online grade and examination are weighed, and what is asked of the total."""
    given = {"online": terms.online_weight, "exam": terms.exam_weight, "least": terms.least_total}
    return _(
        "The online grade counts %(online)s per cent and the examination %(exam)s per cent; "
        "together they must come to %(least)s per cent or more."
    ) % {name: f"{value.normalize():f}" if value else "" for name, value in given.items()}


def _exam_terms(terms: RunTerms) -> Iterable[str]:
    """Say what score it asks, how often it may be tried, until when on the fee once paid.

    Each where it is notified.
    """
    if least := terms.least_exam_score:
        yield _("A score of %(score)s per cent or more is needed.") % {
            "score": f"{least.normalize():f}"
        }
    if attempts := terms.most_attempts:
        yield ngettext("You have one attempt.", "You have %(number)s attempts.", attempts) % {
            "number": attempts
        }
    if until := terms.payment_valid_until:
        yield _("The fee that you pay is good for an examination until %(day)s.") % {
            "day": dmy(until)
        }


def _steps_here(course: Any, terms: RunTerms) -> Iterable[str]:
    yield _("Upload the certificate here. The Training Division compares it with your result.")
    if course.points:
        yield _("Your credit points are added the moment the certificate is verified.")
    if terms.fee_usd:
        yield _("Claim the fee with the receipt and the proof of debit.")


def money_steps(*, has_coupons: bool) -> list[str]:
    """Return the way of the money, in the order in which it usually goes; no step has a term.

    The time limit is that of rule 295 of the General Financial Rules 2017.
    """
    coupon = _("Your registration is confirmed, and the provider's coupon is shown to you here.")
    return [
        coupon if has_coupons else _("Your registration is confirmed."),
        _("You pay the provider. Keep the receipt, and the bank or card statement of the debit."),
        _("You pass, upload the certificate, and the Training Division verifies it."),
        _(
            "You send the claim with receipt and proof of debit, within two years of passing and "
            "paying. A later claim is looked into first (General Financial Rules 2017, rule 295)."
        ),
        _("The claim is checked and sanctioned; you can read the order here."),
        _(
            "The amount reaches your bank account in rupees, at the reference rate of the day on "
            "which you paid."
        ),
    ]
