"""Reports on the use of codes, redemptions and cases for tests."""

import io
from datetime import date
from hashlib import sha256
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from courses.models import Provider
from enrollment.actions.usage import apply_usage, approve_usage, bring_in_usage
from enrollment.models import (
    Coupon,
    CouponIssue,
    PoolPolicy,
    ReconciliationCase,
    Redemption,
    UsageReport,
    UsageReportRow,
)
from enrollment.states import CouponState, UsageState
from tests.factories.accounts import make_user
from tests.factories.pool import make_coupon_issue

numbers = count(1)


def make_pool_policy(*, provider: Provider, **fields: Any) -> PoolPolicy:
    fields.setdefault("effective_from", date(2019, 1, 1))
    fields.setdefault("circular_reference", "a test")
    fields.setdefault("least_codes", 10)
    fields.setdefault("least_weeks", 4)
    fields.setdefault("days_before_expiry", 30)
    fields.setdefault("notice_weeks", 4)
    fields.setdefault("history_months", 24)
    fields.setdefault("unclaimed_after_days", 90)
    fields.setdefault("unused_after_days", 60)
    return PoolPolicy.objects.create(provider=provider, **fields)


def make_usage_report(
    *, provider: Provider, state: str = UsageState.READ, **fields: Any
) -> UsageReport:
    """Make a report without rows, in whatever state a test names."""
    fields.setdefault("as_on", timezone.localdate())
    fields.setdefault("file_name", "usage.csv")
    fields.setdefault("sha256", sha256(f"usage {next(numbers)}".encode()).hexdigest())
    fields.setdefault("uploaded_by", make_user(Role.DEALING_HAND))
    fields.setdefault("uploaded_at", timezone.now())
    if state in (UsageState.APPROVED, UsageState.APPLIED):
        fields.setdefault("approved_by", make_user(Role.DEALING_HAND))
        fields.setdefault("approved_at", timezone.now())
    return UsageReport.objects.create(provider=provider, state=state, **fields)


def make_redemption(
    *, issue: CouponIssue | None = None, coupon: Coupon | None = None, **fields: Any
) -> Redemption:
    """Make the redemption of an issued coupon by its officer, as an applied report leaves it."""
    if coupon is None:
        issue = issue or make_coupon_issue()
        coupon = issue.coupon
    coupon.state = CouponState.REDEEMED
    coupon.save(update_fields=["state"])
    row = UsageReportRow.objects.create(
        report=make_usage_report(provider=coupon.provider, state=UsageState.APPLIED),
        row=2,
        coupon=coupon,
        ending=coupon.ending,
        is_redeemed=True,
        outcome=UsageReportRow.Outcome.REDEEMED,
    )
    fields.setdefault("is_by_holder", issue is not None)
    fields.setdefault("redeemed_on", timezone.localdate())
    fields.setdefault("recorded_at", timezone.now())
    return Redemption.objects.create(coupon=coupon, issue=issue, row=row, **fields)


def make_case(
    *, issue: CouponIssue | None = None, kind: str = ReconciliationCase.Kind.UNUSED, **fields: Any
) -> ReconciliationCase:
    issue = issue or make_coupon_issue()
    fields.setdefault("subject", f"issue {issue.pk}")
    fields.setdefault("opened_at", timezone.now())
    return ReconciliationCase.objects.create(
        kind=kind,
        provider=issue.coupon.provider,
        course=issue.course,
        coupon=issue.coupon,
        issue=issue,
        enrollment=issue.enrollment,
        **fields,
    )


def usage_file(*rows: str, header: str = "Code,Status,Redeemed on,Redeemed by") -> ContentFile:
    """Write a report as a provider sends it."""
    text = "\n".join([header, *rows]) + "\n"
    return ContentFile(io.BytesIO(text.encode()).getvalue(), name="usage.csv")


def bring_in(
    provider: Provider,
    *rows: str,
    header: str = "Code,Status,Redeemed on,Redeemed by",
    user: User | None = None,
) -> UsageReport:
    """Bring a report in and read it."""
    return bring_in_usage(
        provider=provider,
        as_on=timezone.localdate(),
        file=usage_file(*rows, header=header),
        acting_user=user or make_user(Role.DEALING_HAND),
        at=timezone.now(),
    )


def apply(report: UsageReport) -> UsageReport:
    """Approve a report by a second person and apply it."""
    approve_usage(report_id=report.pk, acting_user=make_user(Role.DEALING_HAND), at=timezone.now())
    apply_usage(report_id=report.pk, at=timezone.now())
    report.refresh_from_db()
    return report
