"""Watching the pool: the desk is told once of a low or expiring one, officers of their codes."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse

from accounts import audit
from accounts.models import User
from accounts.notifications import notify
from accounts.roles import Role
from courses.models import Course, Provider
from enrollment import forecasting
from enrollment.actions import steps
from enrollment.models import CouponIssue, PoolAlert
from enrollment.models.pool import policy_of
from igot.lib.dates import civil_date, dmy

AT_ONCE: Final = 500  # officers reminded by one task


@transaction.atomic(durable=True)
def watch_pool(*, course_id: int, at: datetime) -> int:
    """Open or end the alerts of one course; the desk is told when one opens. Return how many.

    Two watchers wait for each other at the course's row, so that nobody is told twice.
    """
    rows = Course.objects.select_for_update(no_key=True, of=("self",))
    course = rows.select_related("provider").get(pk=course_id)
    found = forecasting.outlook(course, civil_date(at))
    if found is None:
        return 0
    standing = {alert.kind: alert for alert in PoolAlert.objects.open().filter(course=course)}
    wanted = {
        PoolAlert.Kind.LOW: (found.lacking, found.in_stock),
        PoolAlert.Kind.EXPIRING: (bool(found.expiring), found.expiring),
    }
    changed = 0
    for kind, (is_so, codes) in wanted.items():
        alert = standing.get(kind)
        if is_so and alert is None:
            _open(course, kind, codes, at)
        elif alert is not None and not is_so:
            alert.closed_at = at
            alert.save(update_fields=["closed_at"])
            audit.record(alert, "poolalert.ended", acting_user=None, at=at)
        changed += is_so is (alert is None)
    return changed


def remind_of_expiry(*, at: datetime) -> int:
    """Remind officers whose code expires soon and is not known as redeemed, each once."""
    reminded = 0
    for provider in Provider.objects.filter(issues_coupons=True).order_by("pk"):
        if policy := policy_of(provider, civil_date(at)):
            until = civil_date(at) + timedelta(days=policy.days_before_expiry)
            ids = CouponIssue.objects.to_be_reminded(provider, civil_date(at), until)
            for issue_id in list(ids.values_list("pk", flat=True)[:AT_ONCE]):
                reminded += _remind(issue_id, at)
    return reminded


@transaction.atomic(durable=True)
def _remind(issue_id: int, at: datetime) -> bool:
    """Remind the officer of one issue; False where somebody was first, or it has ended."""
    locked = CouponIssue.objects.select_for_update(no_key=True, of=("self",)).without_code()
    related = ("officer__user", "enrollment__course", "enrollment__run", "enrollment__officer")
    issue = locked.select_related(*related, "coupon").get(pk=issue_id)
    if issue.reminded_at or issue.ended_at:
        return False
    issue.reminded_at = at
    issue.save(update_fields=["reminded_at"])
    entry = audit.record(issue, "coupon.expiring", acting_user=None, at=at)
    notify(
        issue.officer.user,
        of=entry,
        link=reverse("enrollment:reveal_coupon", args=[issue.enrollment_id]),
        day=dmy(issue.coupon.valid_until),
        **steps.particulars(issue.enrollment),
    )
    return True


def _open(course: Course, kind: PoolAlert.Kind, codes: int, at: datetime) -> None:
    alert = PoolAlert.objects.create(course=course, kind=kind, codes=codes, opened_at=at)
    entry = audit.record(alert, f"poolalert.{kind}", acting_user=None, at=at, codes=codes)
    title = {"course": course.title, "course_hi": course.title_hi or course.title}
    link = reverse("enrollment:pool_course", args=[course.code])
    for user in User.objects.holding(Role.DEALING_HAND):
        notify(user, of=entry, link=link, codes=codes, **title)
