"""What the pages on coupons and certificates say of a registration: a few reads, no decisions."""

from dataclasses import dataclass

from django.db.models import Q

from enrollment.models import CouponIssue, Enrollment
from enrollment.models.coupons import waiting_for_coupon


@dataclass(frozen=True, kw_only=True)
class CouponStanding:
    """Where a registration stands: a live issue, a taken-back one, or a place in the queue."""

    issue: CouponIssue | None
    taken_back: CouponIssue | None
    place: int | None  # 1 is the next to be served

    @property
    def is_shown(self) -> bool:
        return self.issue is not None and self.issue.first_revealed_at is not None

    @property
    def may_declare(self) -> bool:
        """Tell whether the officer may still say that the code was paid with."""
        issue = self.issue
        return self.is_shown and issue is not None and not hasattr(issue, "declaration")


def coupon_standing(enrollment: Enrollment) -> CouponStanding:
    """Read where `enrollment` stands with its coupon, leaving the code sealed."""
    issues = list(CouponIssue.objects.weighing_on(enrollment).with_use())
    issue = next((issue for issue in issues if issue.ended_at is None), None)
    taken_back = issues[-1] if issues and issue is None else None
    place = None if issues else place_in_queue(enrollment)
    return CouponStanding(issue=issue, taken_back=taken_back, place=place)


def place_in_queue(enrollment: Enrollment) -> int | None:
    """Count who is served up to `enrollment` for its course, itself included; None: not queued."""
    queue = waiting_for_coupon().filter(course=enrollment.course_id)
    if not queue.filter(pk=enrollment.pk).exists():
        return None
    at = enrollment.confirmed_at
    return queue.filter(Q(confirmed_at__lt=at) | Q(confirmed_at=at, pk__lte=enrollment.pk)).count()
