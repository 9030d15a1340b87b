"""Rows written in bulk: every value comes back as it was given, on both databases."""

from datetime import date
from decimal import Decimal

import pytest

from enrollment.models import Coupon, CouponImportRow
from igot.lib.copying import copy_in
from tests.factories.pool import make_coupon_batch

pytestmark = pytest.mark.django_db


def test_signs_that_copy_reads_otherwise_come_back_as_they_were():
    batch = make_coupon_batch()
    reasons = ["tab\there", "line\nbreak\r", "back\\slash \\N", "", "हिन्दी"]
    rows = [(batch.pk, 2 + n, "\\\\\\.", "blank", reason) for n, reason in enumerate(reasons)]

    copy_in(CouponImportRow, ("batch", "row", "ending", "outcome", "reason"), rows)

    kept = CouponImportRow.objects.order_by("row")
    assert list(kept.values_list("reason", flat=True)) == reasons
    assert kept[0].ending == "\\\\\\."


def test_sealed_columns_are_sealed():
    batch = make_coupon_batch()
    names = (
        *("batch", "provider", "course", "code", "code_digest", "ending"),
        *("valid_until", "price_usd", "state"),
    )
    own = (batch.pk, batch.provider_id, batch.course_id)

    copy_in(
        Coupon,
        names,
        [(*own, "SECRET-1", "d", "ET-1", date(2030, 1, 2), Decimal("99.50"), "available")],
    )

    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.valid_until, coupon.price_usd) == (
        "SECRET-1",
        date(2030, 1, 2),
        Decimal("99.50"),
    )
    raw = Coupon.objects.extra(select={"raw": "code"}).values_list("raw", flat=True).get()
    assert "SECRET" not in raw
