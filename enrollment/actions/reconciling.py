"""Reconciliation: what is issued, redeemed and claimed, compared, and each difference a case."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from courses.models import Provider
from enrollment.actions.cases import open_cases, settle_cases
from enrollment.models import (
    CouponIssue,
    Enrollment,
    ReconciliationCase,
    Redemption,
    UsageReport,
)
from enrollment.models.pool import policy_of
from enrollment.states import CouponState, EnrollmentState
from igot.lib.dates import civil_date

Kind = ReconciliationCase.Kind
AT_ONCE: Final = 2_000  # cases opened, or settled, of one kind in one transaction
# Whoever did not pass, or left, has nothing to claim: no case.
MAY_CLAIM: Final = (
    EnrollmentState.CONFIRMED,
    EnrollmentState.IN_PROGRESS,
    EnrollmentState.COMPLETED,
)


def reconcile(*, claimed: QuerySet[Any], at: datetime) -> int:
    """Compare the three accounts of each provider; return how many cases were opened or settled.

    `claimed` has the columns `enrollment` and `paid_on`: the claims made, from the app above.
    Running again changes nothing where nothing has changed.
    """
    providers = Provider.objects.filter(issues_coupons=True).order_by("pk")
    return sum(_reconcile_one(provider.pk, claimed, at) for provider in providers)


@transaction.atomic(durable=True)
def _reconcile_one(provider_id: int, claimed: QuerySet[Any], at: datetime) -> int:
    """Reconcile one provider, whose row is locked: nobody else opens cases meanwhile."""
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider_id)
    done = 0
    for kind, rows, case_of, link in _differences(provider, claimed, civil_date(at)):
        standing = ReconciliationCase.objects.standing().filter(kind=kind)
        new = rows.exclude(Exists(standing.filter(**{link: OuterRef("pk")})))
        opened = open_cases(map(case_of, new.order_by("pk")[:AT_ONCE]), at=at)
        over = ReconciliationCase.objects.open().filter(kind=kind, provider=provider)
        over = over.exclude(Exists(rows.filter(pk=OuterRef(link))))
        settled = list(over.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        done += len(opened) + settle_cases(settled, at=at)
    return done


Difference = tuple[str, QuerySet[Any], Callable[[Any], ReconciliationCase], str]


def _differences(provider: Provider, claimed: QuerySet[Any], today: date) -> list[Difference]:
    """Return, for each kind of case, the issues or registrations for which it stands today.

    Nothing is said of what no policy and no applied report covers.
    """
    policy = policy_of(provider, today)
    covered = UsageReport.objects.covered_until(provider)
    found: list[Difference] = []
    if policy:
        ended = today - timedelta(days=policy.unclaimed_after_days)
        found.append(
            (Kind.UNCLAIMED, _unclaimed(provider, claimed, ended), _unclaimed_case, "issue")
        )
    if policy and covered:
        before = covered - timedelta(days=policy.unused_after_days)
        found.append((Kind.UNUSED, _unused(provider, before), _unused_case, "issue"))
    if covered:
        alone = _claimed_alone(provider, claimed, covered)
        found.append((Kind.CLAIM_ALONE, alone, _alone_case, "enrollment"))
    return found


def _unclaimed(provider: Provider, claimed: QuerySet[Any], ended: date) -> QuerySet[Any]:
    """Return the issues whose officer redeemed the code and has not claimed since the run ended."""
    run = "enrollment__run"
    over = Q(**{f"{run}__ends_on__lt": ended})
    over |= Q(**{f"{run}__ends_on__isnull": True, f"{run}__commences_on__lt": ended})
    rows = _issues(provider).filter(
        over, coupon__redemption__is_by_holder=True, enrollment__state__in=MAY_CLAIM
    )
    return rows.exclude(Exists(claimed.filter(enrollment=OuterRef("enrollment")).order_by()))


def _unused(provider: Provider, before: date) -> QuerySet[Any]:
    """Return the issues of long ago whose code no report tells of as redeemed."""
    return _issues(provider).filter(coupon__state=CouponState.ISSUED, issued_at__date__lt=before)


def _claimed_alone(provider: Provider, claimed: QuerySet[Any], covered: date) -> QuerySet[Any]:
    """Return the registrations that claim a payment the reports cover and know nothing of."""
    redeemed = Redemption.objects.filter(issue__enrollment=OuterRef("pk"))
    paid = claimed.filter(enrollment=OuterRef("pk"), paid_on__lte=covered).order_by()
    rows = Enrollment.objects.filter(Exists(paid), course__provider=provider)
    return rows.exclude(Exists(redeemed)).select_related("course")


def _issues(provider: Provider) -> QuerySet[Any]:
    rows = CouponIssue.objects.live().filter(coupon__provider=provider).without_code()
    return rows.select_related("coupon", "enrollment__course")


def _unclaimed_case(issue: CouponIssue) -> ReconciliationCase:
    return _case(Kind.UNCLAIMED, issue)


def _unused_case(issue: CouponIssue) -> ReconciliationCase:
    return _case(Kind.UNUSED, issue)


def _case(kind: ReconciliationCase.Kind, issue: CouponIssue) -> ReconciliationCase:
    return ReconciliationCase(
        kind=kind,
        subject=f"issue {issue.pk}",
        provider_id=issue.coupon.provider_id,
        course_id=issue.course_id,
        coupon=issue.coupon,
        issue=issue,
        enrollment=issue.enrollment,
    )


def _alone_case(enrollment: Enrollment) -> ReconciliationCase:
    return ReconciliationCase(
        kind=Kind.CLAIM_ALONE,
        subject=f"registration {enrollment.pk}",
        provider_id=enrollment.course.provider_id,
        course_id=enrollment.course_id,
        enrollment=enrollment,
    )
