"""Which later runs a registration may be deferred to, and what stands against it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from courses.models import Run, RunQuerySet
from courses.states import RunState
from enrollment import facts, policies, seats
from enrollment.models import CertificateSubmission, Enrollment
from enrollment.states import LIVE_CERTIFICATES


def runs_for(enrollment: Enrollment, on: date) -> RunQuerySet:
    """Return the later runs of the course to which a registration may be deferred on `on`.

    They are open for registration; to whom the Division has confirmed, also those whose window is
    not open, as long as they have not begun (docs/decisions/0150).
    """
    run = enrollment.run
    if run is None or run.commences_on is None:
        return Run.objects.none()
    later = Run.objects.filter(
        course=enrollment.course_id,
        state=RunState.SCHEDULED,
        commences_on__gt=run.commences_on,
    )
    joinable = Q(registration_opens_on__lte=on, registration_closes_on__gte=on)
    if enrollment.confirmed_at is not None:
        joinable |= Q(commences_on__gt=on)
    return later.filter(joinable).in_order()


def why_not_settled(enrollment: Enrollment) -> str:
    """Return why a registration is too far on to be deferred, or ""."""
    if enrollment.results.filter(passed=True).exists():
        return _("You have passed this course: there is nothing to defer.")
    sent: CertificateSubmission | None = (
        enrollment.certificates.filter(state__in=LIVE_CERTIFICATES).order_by("pk").last()
    )
    if sent is None:
        return ""
    return _(
        "Your certificate of this course is “%(state)s”: a course with a certificate is not "
        "deferred."
    ) % {"state": sent.get_state_display()}


class LaterRun(NamedTuple):
    """A later run to which a registration may be deferred, with what the rules say for it."""

    run: Run
    answer: facts.Answer | None
    is_barred: bool
    seats: seats.Seats | None


def particulars_of(enrollment: Enrollment, runs: Iterable[Run], today: date) -> dict[str, Any]:
    """Return what an officer should know before deferring: rules, coupon, and the fee paid."""
    course, run = enrollment.course, enrollment.run
    rows, counted = list(runs), seats.of_runs(runs)
    later = []
    for row in rows:
        answer = facts.answer_for(enrollment.officer, course, row, today)
        barred = answer is not None and answer.outcome not in policies.SUBMITTABLE
        later.append(LaterRun(row, answer, barred, counted.get(row.pk)))
    issue = enrollment.coupon_issues.live().without_code().first()
    ends = [row.ends_on for row in rows if row.ends_on]
    return {
        "later": later,
        "issue": issue,
        "outlasts": issue is not None and any(issue.coupon.valid_until >= day for day in ends),
        "payment_valid_until": run.payment_valid_until if run else None,
    }
