"""The maps of columns that are shipped: the files of edX are read by them as they come."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from accounts.roles import Role
from courses.models import Provider
from enrollment.actions.results import stage_results
from enrollment.models import ColumnMap, UsageReportRow
from enrollment.states import CouponState
from tests.factories.accounts import make_user
from tests.factories.courses import make_course, make_programme, make_provider, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon, make_coupon_batch, make_coupon_issue
from tests.factories.usage import apply, bring_in

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()
Kind = ColumnMap.Kind
HEADER = (
    "Code,Coupon Name,Maximum Coupon Usage,Redemption Count,Coupon Type,Status,"
    "Order Number,Redeemed By Username,Create Date,Coupon Expiry Date"
)


@pytest.fixture
def edx():
    provider = Provider.objects.filter(code="mitx").first() or make_provider(code="mitx")
    call_command("load_column_maps", verbosity=0)
    return provider


@pytest.fixture
def run(edx):
    course = make_course(programme=make_programme(provider=edx))
    return make_run(course=course, commences_on=TODAY - timedelta(days=60))


def issued(run, code: str, username: str):
    coupon = make_coupon(
        batch=make_coupon_batch(course=run.course), code=code, state=CouponState.ISSUED
    )
    enrollment = make_enrollment(run=run, username=username)
    return make_coupon_issue(enrollment=enrollment, coupon=coupon, first_revealed_at=AT)


def row(code: str, status: str, account: str = "") -> str:
    order = "EDX-1001" if account else ""
    return f'{code},DoPT 4,1,1,Enrollment,{status},{order},{account},"Sep 30, 20","Dec 31, 30"'


def test_the_report_of_edx_is_read_as_it_comes(edx, run):
    assert run.course.provider == edx
    own, stolen = issued(run, "EDX-CODE-0001", "asha_k"), issued(run, "EDX-CODE-0002", "ravi")
    unused = issued(run, "EDX-CODE-0003", "bina")

    report = bring_in(
        edx,
        row("", "Active"),  # of the coupon as a whole
        row("EDX-CODE-0001", "Active"),  # as it was sold
        row("EDX-CODE-0001", "Redeemed", "Asha_K"),
        row("EDX-CODE-0002", "Active"),
        row("EDX-CODE-0002", "Redeemed", "thief"),
        row("EDX-CODE-0003", "Active"),
        row("EDX-CODE-0004", "Expired"),
        header=HEADER,
    )

    told = {kept.row: kept.outcome for kept in report.rows.all()}
    outcome = UsageReportRow.Outcome
    assert told == {
        3: outcome.DUPLICATE,
        4: outcome.REDEEMED,
        5: outcome.DUPLICATE,
        6: outcome.OTHER_ACCOUNT,
        7: outcome.UNUSED,
        8: outcome.UNKNOWN_CODE,
    }
    apply(report)
    for issue in (own, stolen):
        issue.coupon.refresh_from_db()
        assert issue.coupon.state == CouponState.REDEEMED
        assert issue.coupon.redemption.redeemed_on is None  # the report does not name the day
    unused.coupon.refresh_from_db()
    assert unused.coupon.state == CouponState.ISSUED


def test_results_are_read_with_the_row_of_the_batch_and_dates_of_edx(run):
    make_enrollment(run=run, username="asha_k", state="in_progress")
    content = (
        "Username,Email,Grade,Exam,Exam Date,Exam City\n"
        ",,,,,DEDP batch 4\n"
        'asha_k,asha@example.gov.in,72,passed,"Sep 30, 20",Pune\n'
    )

    staged = stage_results(
        run=run,
        file_name="results.csv",
        file=ContentFile(content.encode()),
        acting_user=make_user(Role.DEALING_HAND),
        at=AT,
    )

    kept = staged.rows.get()
    assert (kept.row, kept.outcome, kept.would_pass) == (3, "new", True)
    assert (kept.exam_on, kept.exam_city) == (date(2020, 9, 30), "Pune")


def test_a_map_is_loaded_once_and_one_that_was_entered_is_kept(edx):
    assert edx.column_maps.count() == 2
    edx.column_maps.filter(kind=Kind.USAGE).update(columns={"code": "Voucher"})

    call_command("load_column_maps", verbosity=0)

    assert edx.column_maps.count() == 2
    assert edx.column_maps.get(kind=Kind.USAGE).columns == {"code": "Voucher"}


def test_without_the_provider_nothing_is_loaded():
    Provider.objects.filter(code="mitx").update(code="another")

    call_command("load_column_maps", verbosity=0)

    assert not ColumnMap.objects.exists()
