"""The provider's reports on the use of its codes, what they bring to light, and a letter."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from courses.models import Course, Provider
from enrollment import forecasting
from enrollment.actions import declarations, pool_watch, reconciling, requests, usage
from enrollment.models import Coupon, CouponIssue
from enrollment.states import CouponState, EnrollmentState
from igot.lib.dates import civil_date
from reimbursement.models import Claim

# As edX writes its report (enrollment/data/column_maps.toml): row 2 is of the coupon as a whole.
HEAD = "Code,Coupon Name,Status,Redeemed By Username,Create Date\n"
WHOLE = ',DoPT batch,Active,,"May 17, 19"'
FILE_NUMBER = "T-16017/42/2018-Trg (TFA)"


def report_usage(users: dict[str, User]) -> int:
    """Bring in a report that is applied and one that waits; return how many cases are open."""
    at = timezone.now()
    issues = list(
        CouponIssue.objects.live()
        .filter(first_revealed_at__isnull=False)
        .select_related("coupon", "enrollment__provider_account", "enrollment__run", "officer")
        .order_by("pk")
    )
    if not issues:
        return 0
    provider = issues[0].coupon.provider
    report = _bring_in(provider, [WHOLE, *_used(issues), *_strange(issues)], users, at)
    usage.approve_and_apply(report_id=report, acting_user=users["dealing2"], at=at)
    latest = [issue for issue in issues if issue.enrollment.state == EnrollmentState.IN_PROGRESS]
    for issue in latest[-2:]:
        declarations.declare_payment(
            issue_id=issue.pk,
            redeemed_on=civil_date(at),
            acting_user=issue.officer.log_in,
            at=at,
        )
    _bring_in(provider, [WHOLE, *(_row(issue) for issue in latest[-3:])], users, at)
    return reconciling.reconcile(claimed=Claim.objects.made(), at=at)


def watch_and_ask(users: dict[str, User]) -> int:
    """Let the pools be looked at, and draft the letter for the one that lacks most."""
    at = timezone.now()
    courses = list(Course.objects.filter(coupon_batches__isnull=False).distinct().order_by("pk"))
    told = sum(pool_watch.watch_pool(course_id=course.pk, at=at) for course in courses)
    found = [forecasting.outlook(course, civil_date(at)) for course in courses]
    lacking = [one for one in found if one and one.forecast.to_ask]
    if lacking:
        most = max(lacking, key=lambda one: one.forecast.to_ask)
        requests.draft_request(
            course_id=most.course.pk,
            **forecasting.wishes_of(most),
            file_number=FILE_NUMBER,
            signatory_name="Ashok Kumar",
            signatory_name_hi="अशोक कुमार",
            signatory_designation="Under Secretary to the Government of India",
            signatory_designation_hi="अवर सचिव, भारत सरकार",
            acting_user=users["author"],
            at=at,
        )
    return told


def _bring_in(provider: Provider, rows: list[str], users: dict[str, User], at: datetime) -> int:
    file = ContentFile((HEAD + "\n".join(rows) + "\n").encode(), name="usage.csv")
    report = usage.bring_in_usage(
        provider=provider,
        as_on=civil_date(at),
        file=file,
        acting_user=users["dealing"],
        at=at,
    )
    return report.pk


def _used(issues: Iterable[CouponIssue]) -> Iterator[str]:
    """Yield the rows of codes that their officers used; of every ninth nothing is told."""
    for place, issue in enumerate(issues):
        over = issue.enrollment.state != EnrollmentState.IN_PROGRESS
        if over and issue.first_revealed_at and place % 9:
            yield _row(issue)


def _strange(issues: list[CouponIssue]) -> Iterator[str]:
    """Yield what has to be looked into: another account, a code from the pool, one not ours."""
    first = issues[0]
    yield _redeemed(first.coupon.code, "someone_else")
    spare = Coupon.objects.filter(
        provider=first.coupon.provider, state=CouponState.AVAILABLE
    ).order_by("pk")
    if leaked := spare.first():
        yield _redeemed(leaked.code, "stranger@example.com")
    yield _redeemed("XYZW-0000-0000-7777", "stranger@example.com")


def _row(issue: CouponIssue) -> str:
    """Write both rows of a redeemed code: as it was sold, and as it was used."""
    sold = f'{issue.coupon.code},DoPT batch,Active,,"May 17, 19"'
    return f"{sold}\n{_redeemed(issue.coupon.code, str(issue.enrollment.provider_account))}"


def _redeemed(code: str, account: str) -> str:
    return f'{code},DoPT batch,Redeemed,{account},"May 17, 19"'
