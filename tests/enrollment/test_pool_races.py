"""People at once on PostgreSQL: one verification, one application, one batch."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from credits import chain
from credits.models import CreditEntry
from enrollment.actions.batches import import_coupons
from enrollment.actions.certificates import verify_certificate
from enrollment.actions.results import apply_results, stage_results
from enrollment.models import Coupon, CouponBatch, Result
from igot.lib.errors import Refused
from tests.enrollment.test_coupon_races import in_threads
from tests.factories.accounts import make_user
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_certificate

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = timezone.now()


def test_eight_reviewers_at_once_verify_a_certificate_once():
    enrollment = make_enrollment(
        course=make_course(mode="self_paced", certification="modules"), state="in_progress"
    )
    submission = make_certificate(enrollment=enrollment, state="under_review")
    clerks = [make_user(Role.DEALING_HAND) for _number in range(8)]

    answers = in_threads(
        lambda user: verify_certificate(submission_id=submission.pk, acting_user=user, at=AT),
        clerks,
        threads=8,
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 7
    assert CreditEntry.objects.get().points == 10
    assert Notice.objects.filter(template="certificate.verified").count() == 1
    assert list(chain.faults()) == []


def test_a_file_of_results_approved_by_four_at_once_is_applied_once():
    run = make_run(
        course=make_course(programme=make_programme()),
        commences_on=timezone.localdate() - timedelta(days=30),
    )
    for number in range(10):
        make_enrollment(run=run, username=f"user{number}", state="in_progress")
    rows = "".join(f"user{number},72,passed\n" for number in range(10))
    staged = stage_results(
        run=run,
        file_name="r.csv",
        file=ContentFile(f"username,grade,exam\n{rows}".encode()),
        acting_user=make_user(Role.DEALING_HAND),
        at=AT,
    )
    clerks = [make_user(Role.DEALING_HAND) for _number in range(4)]

    answers = in_threads(
        lambda user: apply_results(
            import_id=staged.pk, rows=10, passes=10, acting_user=user, at=AT
        ),
        clerks,
        threads=4,
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 3
    assert Result.objects.count() == 10


def test_one_file_brought_in_by_four_at_once_is_one_batch():
    course = make_course()
    rows = "".join(f"CODE-{number:06d},2199-01-01,100\n" for number in range(50))
    rows = rows.replace("2199", str(timezone.localdate().year + 1))
    clerks = [make_user(Role.DEALING_HAND) for _number in range(4)]

    answers = in_threads(
        lambda user: import_coupons(
            course=course,
            letter_reference="x",
            file_name="x.csv",
            file=ContentFile(f"code,valid until,price\n{rows}".encode()),
            acting_user=user,
            at=AT,
        ),
        clerks,
        threads=4,
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 3
    assert (CouponBatch.objects.count(), Coupon.objects.count()) == (1, 50)
