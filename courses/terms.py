"""On which terms a batch is taken: its own where it has them, else those of course and programme.

Providers change price, attempts, pass rule and the validity of a payment from batch to batch
(docs/decisions/0141).
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from courses.models import Course, GradeRule, Run
from courses.models.catalogue import OF_THE_EXAM
from courses.models.institutes import RULE_FIELDS


@dataclass(frozen=True, kw_only=True)
class RunTerms:
    """Plain values; None (or "") where nothing is notified."""

    fee_usd: Decimal | None = None
    cap_usd: Decimal | None = None  # what of the fee comes back, at most
    money_reference: str = ""  # the paper that the cap rests on
    points: int | None = None
    least_grade: Decimal | None = None
    needs_proctored_exam: bool | None = None
    online_weight: Decimal | None = None  # with the next two, or none of them
    exam_weight: Decimal | None = None
    least_total: Decimal | None = None
    least_exam_score: Decimal | None = None
    grade_reference: str = ""  # the paper that the pass rule rests on
    most_attempts: int | None = None
    payment_valid_until: date | None = None
    is_own: bool = False  # the batch has terms of its own, in part at least


OWN = (
    "fee_usd",
    "cap_usd",
    "most_attempts",
    "least_grade",
    "needs_proctored_exam",
    "payment_valid_until",
)  # the columns of a run that are terms


def terms_of(run: Run, on: date) -> RunTerms:
    """Return the terms of `run` for somebody who pays on `on`; up to three queries.

    The pass rule is that of the commencement, where the run has a day.
    """
    return with_own(run, terms_of_course(run.course, on, graded_on=run.commences_on))


def terms_of_course(course: Course, on: date, *, graded_on: date | None = None) -> RunTerms:
    """Return what holds for `course` on `on`, whatever the batch: three queries."""
    fee = course.fees.in_force(on).first()
    credit = course.credits.in_force(on).first()
    rule = rule_of(course, graded_on or on)
    passing = {name: getattr(rule, name) for name in RULE_FIELDS} if rule else {}
    return RunTerms(
        fee_usd=fee.fee_usd if fee else None,
        cap_usd=fee.cap_usd if fee else None,
        money_reference=fee.circular_reference if fee else "",
        points=credit.points if credit else None,
        **passing,
        grade_reference=rule.circular_reference if rule else "",
    )


def with_own(run: Run, general: RunTerms) -> RunTerms:
    """Return `general` with what `run` says otherwise; asks nothing of the database."""
    own = {name: getattr(run, name) for name in OWN if getattr(run, name) is not None}
    if not own:
        return general
    if own.get("needs_proctored_exam") is False:  # nothing is left to be weighed
        own |= dict.fromkeys(OF_THE_EXAM)
    has_own_rule = bool({"least_grade", "needs_proctored_exam"} & set(own))
    return replace(
        general,
        **own,
        money_reference=run.terms_reference if "cap_usd" in own else general.money_reference,
        grade_reference=run.terms_reference if has_own_rule else general.grade_reference,
        is_own=True,
    )


def rule_of(course: Course, on: date) -> GradeRule | None:
    """Return the grade rule of the course's programmes on `on`; None unless they agree on one."""
    found = list(GradeRule.objects.in_force(on).filter(programme__courses=course).order_by("pk"))
    said = {tuple(getattr(rule, name) for name in RULE_FIELDS) for rule in found}
    return found[0] if len(said) == 1 else None
