"""Giving coupons to the registrations that wait for one, many in a transaction."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.urls import reverse

from courses.models import Course
from enrollment import pool_policies, pool_sql
from enrollment.actions import coupons, steps
from enrollment.models import Enrollment
from enrollment.models.coupons import servable, unweighed
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

log = logging.getLogger("igot.coupons")
AT_ONCE: Final = 100  # registrations of one transaction: what a break undoes, and who waits


def serve_coupon_queue(*, at: datetime, course: Course | None = None, limit: int = 2000) -> int:
    """Give coupons to the registrations that wait, first confirmed first; return how many.

    What is given stays given, whatever comes after: AT_ONCE at a time is one transaction. More
    than `limit` wait for the next call.
    """
    waiting = servable(civil_date(at))
    if course is not None:
        waiting = waiting.filter(course=course)
    return serve_these(list(waiting.values_list("pk", flat=True)[:limit]), at=at)


def serve_these(enrollment_ids: Sequence[int], *, at: datetime) -> int:
    """Give coupons to those of some registrations that may have one; return how many it gave.

    Those that somebody else has in hand at the moment are passed over. One that fails does not
    hold up the others.
    """
    served = 0
    for begin in range(0, len(enrollment_ids), AT_ONCE):
        chunk = enrollment_ids[begin : begin + AT_ONCE]
        if connection.vendor != "postgresql":
            served += sum(_serve(one, at) for one in chunk)
            continue
        try:
            served += _serve_together(chunk, at)
        except DatabaseError:  # nothing of the chunk was written
            log.exception("a part of the queue for coupons is served one by one")
            served += sum(_serve(one, at) for one in chunk)
    return served


@transaction.atomic
def _serve_together(enrollment_ids: Sequence[int], at: datetime) -> int:
    """Serve some of the queue in one transaction, by the same rules as one alone."""
    locked = pool_sql.lock_free_ones(enrollment_ids)
    groups: dict[tuple[int, date], list[Enrollment]] = defaultdict(list)
    holders = set()
    for enrollment in _in_order(locked):
        holder = (enrollment.officer_id, enrollment.course_id)
        if holder in holders or pool_policies.why_not_issue(enrollment, None):
            continue
        holders.add(holder)
        needed = coupons.last_day_needed(enrollment, at)
        groups[enrollment.course_id, needed].append(enrollment)
    return sum(
        pool_sql.give_each(group, needed=needed, at=at, link=_link, params=steps.particulars)
        for (_course, needed), group in groups.items()
    )


def _link(enrollment: Enrollment) -> str:
    return reverse("enrollment:reveal_coupon", args=[enrollment.pk])


def _in_order(enrollment_ids: Sequence[int]) -> list[Enrollment]:
    """Read the registrations on which no issue weighs, in the order of the queue."""
    rows = Enrollment.objects.filter(pk__in=enrollment_ids).order_by("confirmed_at", "pk")
    related = rows.select_related("officer__user", "decision", "held_from")
    shared = related.defer(*coupons.UNREAD).prefetch_related("course__provider", "run")
    return list(unweighed(shared))


@transaction.atomic
def _serve(enrollment_id: int, at: datetime) -> bool:
    """Serve one of the queue; False where it had a code, may have none, or the pool is empty."""
    try:
        issue = coupons.issue_if_any(enrollment_id=enrollment_id, acting_user=None, at=at)
    except Refused:  # nothing was written
        return False
    except (IntegrityError, DataError):  # undone to before it; the others go on
        log.exception("registration %s gets no coupon", enrollment_id)
        return False
    return issue is not None and (issue.enrollment_id, issue.issued_at) == (enrollment_id, at)
