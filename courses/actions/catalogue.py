"""What keepers of the catalogue do to courses, batches and dated rows."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from courses import catalogue_policies, policies, states
from courses.models import Course, CourseCredit, CourseFee, Run
from courses.states import RunState
from igot.lib.dates import civil_date, dmy
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def withdraw_course(
    *,
    course_id: int,
    withdrawn_on: date,
    reason: str,
    reason_hi: str,
    reference: str,
    successor: Course | None = None,
    acting_user: User,
    at: datetime,
) -> None:
    """Withdraw a course from a day, for good unless a new draft of its page is published.

    Nobody new registers; registrations are left exactly as they are, and the page stays.
    :raises Refused: not open to `acting_user`, the day lies ahead, or the successor is not offered
    """
    course = Course.objects.select_for_update(no_key=True).get(pk=course_id)
    # Whoever is submitting a registration holds the run still: wait for them, and they for us.
    list(Run.objects.select_for_update(no_key=True).filter(course=course).order_by("pk"))
    if declined := catalogue_policies.why_not_course(states.WITHDRAW_COURSE, course, acting_user):
        raise Refused(declined)
    if withdrawn_on > civil_date(at):
        raise Refused(
            _("%(day)s lies ahead. Withdraw the course on the day from which it is withdrawn.")
            % {"day": dmy(withdrawn_on)}
        )
    _check_successor(course, successor, civil_date(at))
    course.is_published = False
    course.withdrawn_on, course.superseded_by = withdrawn_on, successor
    course.withdrawn_reason, course.withdrawn_reason_hi = reason, reason_hi
    course.withdrawn_reference = reference
    course.first_published_at = course.first_published_at or at
    course.save()
    audit.record(
        course,
        "course.superseded" if successor else "course.withdrawn",
        acting_user=acting_user,
        at=at,
        reason=reason,
        reference=reference,
        withdrawn_on=str(withdrawn_on),
        successor=successor.code if successor else "",
    )


def _check_successor(course: Course, successor: Course | None, today: date) -> None:
    if successor is None:
        return
    if successor.pk == course.pk:
        raise Refused(_("A course is not superseded by itself."))
    if not Course.objects.published(today).filter(pk=successor.pk).exists():
        raise Refused(_("“%(course)s” is not offered: publish it first.") % {"course": successor})


@transaction.atomic(durable=True)
def schedule_run(
    *,
    run_id: int,
    commences_on: date,
    ends_on: date | None,
    registration_opens_on: date,
    registration_closes_on: date,
    acting_user: User,
    at: datetime,
) -> None:
    """Give an announced batch its days; its note and its terms stay.

    :raises Refused: not open to `acting_user`, or the days are out of order
    """
    locked = Run.objects.select_for_update(no_key=True, of=("self",))
    run = locked.select_related("course").get(pk=run_id)
    if declined := catalogue_policies.why_not_run(states.SCHEDULE_RUN, run, acting_user):
        raise Refused(declined)
    if declined := policies.why_not_days(
        commences_on, ends_on, registration_opens_on, registration_closes_on
    ):
        raise Refused(declined)
    run.commences_on, run.ends_on = commences_on, ends_on
    run.registration_opens_on = registration_opens_on
    run.registration_closes_on = registration_closes_on
    _advance(run, RunState.SCHEDULED, acting_user, at, commences_on=str(commences_on))


@transaction.atomic
def succeed_dated_row(
    kind: type[CourseFee] | type[CourseCredit],
    *,
    course: Course,
    effective_from: date,
    acting_user: User | None,
    at: datetime,
    **fields: Any,
) -> CourseFee | CourseCredit:
    """Add a fee or a tariff of points from a day, and end the one before it the day before.

    :raises Refused: one is recorded from that day or a later one on
    """
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    rows = kind.objects.filter(course=course)
    if later := rows.filter(effective_from__gte=effective_from).first():
        raise Refused(
            _("%(row)s is in force from %(day)s: there is nothing that could begin before it.")
            % {"row": later, "day": dmy(later.effective_from)}
        )
    before = effective_from - timedelta(days=1)
    for row in rows.in_force(effective_from):
        row.effective_to = before
        row.save()
    row = kind.objects.create(course=course, effective_from=effective_from, **fields)
    audit.record(
        row,
        f"{kind._meta.model_name}.added",
        acting_user=acting_user,
        at=at,
        effective_from=str(effective_from),
    )
    return row


@transaction.atomic(durable=True)
def set_fee(
    *,
    course_id: int,
    fee_usd: Any,
    cap_usd: Any,
    effective_from: date,
    circular_reference: str,
    acting_user: User,
    at: datetime,
) -> None:
    """Set the fee of a course from a day on; the one before it ends the day before.

    :raises Refused: not open to `acting_user`, or a later fee is recorded
    """
    course = Course.objects.get(pk=course_id)
    if declined := catalogue_policies.why_not_keep(acting_user):
        raise Refused(declined)
    succeed_dated_row(
        CourseFee,
        course=course,
        effective_from=effective_from,
        fee_usd=fee_usd,
        cap_usd=cap_usd,
        circular_reference=circular_reference,
        acting_user=acting_user,
        at=at,
    )


def _advance(
    run: Run, target: RunState, acting_user: User, at: datetime, **details: Any
) -> AuditEntry:
    was, run.state = run.state, target
    run.save()
    return audit.record(
        run, f"run.{target.value}", acting_user=acting_user, at=at, was=was, **details
    )
