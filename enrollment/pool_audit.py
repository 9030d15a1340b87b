"""What must always hold of the pool, counted anew: no code is lost and none stands twice."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from enrollment.models import Coupon, CouponBatch, CouponImportRow, CouponIssue
from enrollment.states import CouponState

HELD = (CouponState.ISSUED, CouponState.REDEEMED)


class Fault(NamedTuple):
    """What does not hold, and the batch that it concerns."""

    batch_id: int
    words: str  # for the desk and for whoever runs the check: keys and counts, no code

    def __str__(self) -> str:
        return self.words


def faults() -> Iterator[Fault]:
    """Name each batch, coupon and issue for which the accounts do not hold."""
    accepted = CouponImportRow.objects.filter(outcome=CouponImportRow.Outcome.ACCEPTED)
    counted = CouponBatch.objects.annotate(
        accepted=_number(accepted), kept=_number(Coupon.objects.all())
    )
    for batch in counted.exclude(accepted=F("kept")).order_by("pk"):
        words = f"batch {batch.pk}: {batch.accepted} rows accepted, {batch.kept} codes kept"
        yield Fault(batch.pk, words)
    live = Count("issues", filter=Q(issues__ended_at__isnull=True))
    coupons = Coupon.objects.defer("code").annotate(live=live).order_by("pk")
    for coupon in coupons.filter(state=CouponState.ISSUED).exclude(live=1):
        words = f"coupon {coupon.pk}: issued, with {coupon.live} live issues"
        yield Fault(coupon.batch_id, words)
    for coupon in coupons.exclude(state__in=HELD).filter(live__gt=0):
        words = f"coupon {coupon.pk}: {coupon.state}, with {coupon.live} live issues"
        yield Fault(coupon.batch_id, words)
    shown = CouponIssue.objects.filter(first_revealed_at__isnull=False).without_code()
    for issue in shown.filter(coupon__state=CouponState.AVAILABLE).order_by("pk"):
        words = f"coupon {issue.coupon_id}: shown to somebody and in the pool again"
        yield Fault(issue.coupon.batch_id, words)


def _number(rows: QuerySet[Any]) -> Any:
    """Count the rows of a batch by themselves: joined, rows and codes would multiply."""
    own = rows.filter(batch=OuterRef("pk")).order_by().values("batch")
    return Coalesce(Subquery(own.annotate(number=Count("pk")).values("number")), 0)
