"""What must always hold of the pool, counted anew: no code is lost and none stands twice."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from enrollment.models import Coupon, CouponBatch, CouponImportRow, CouponIssue
from enrollment.states import CouponState

HELD = (CouponState.ISSUED, CouponState.REDEEMED)


def faults() -> Iterator[str]:
    """Name each batch, coupon and issue for which the accounts do not hold."""
    accepted = Q(rows__outcome=CouponImportRow.Outcome.ACCEPTED)
    counted = CouponBatch.objects.annotate(
        accepted=Count("rows", filter=accepted, distinct=True),
        kept=Count("coupons", distinct=True),
    )
    for batch in counted.exclude(accepted=F("kept")).order_by("pk"):
        yield f"batch {batch.pk}: {batch.accepted} rows accepted, {batch.kept} codes kept"
    live = Count("issues", filter=Q(issues__ended_at__isnull=True))
    coupons = Coupon.objects.defer("code").annotate(live=live).order_by("pk")
    for coupon in coupons.filter(state=CouponState.ISSUED).exclude(live=1):
        yield f"coupon {coupon.pk}: issued, with {coupon.live} live issues"
    for coupon in coupons.exclude(state__in=HELD).filter(live__gt=0):
        yield f"coupon {coupon.pk}: {coupon.state}, with {coupon.live} live issues"
    shown = CouponIssue.objects.filter(first_revealed_at__isnull=False)
    for issue in shown.filter(coupon__state=CouponState.AVAILABLE).order_by("pk"):
        yield f"coupon {issue.coupon_id}: shown to somebody and in the pool again"
