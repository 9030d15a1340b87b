"""Deferral and seats at the same moment as something else, on PostgreSQL with threads."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from enrollment import pool_audit
from enrollment.actions.confirmations import confirm_enrollment
from enrollment.actions.coupons import issue_coupon, reveal_coupon
from enrollment.actions.deferrals import defer_registration
from enrollment.actions.registrations import withdraw_registration
from enrollment.actions.waiting_list import tell_waiting_lists
from enrollment.models import CouponIssue, Enrollment
from enrollment.states import EnrollmentState as E
from tests.enrollment.test_registration_races import at_once
from tests.factories.accounts import make_user
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment, make_rule_version
from tests.factories.pool import make_coupon_batch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = timezone.now()


def deferring(old, run):
    user = User.objects.get(pk=old.officer.user_id)
    return lambda: defer_registration(
        enrollment_id=old.pk, run_id=run.pk, reason="Leave.", acting_user=user, at=AT
    )


def registered(**fields):
    make_rule_version()
    old = make_enrollment(**fields)
    later = make_run(course=old.course, commences_on=old.run.commences_on + timedelta(days=60))
    return old, later


def test_deferring_twice_at_once_opens_one_successor():
    old, later = registered()

    outcomes = at_once(*[deferring(old, later)] * 3)

    assert outcomes.count("done") == 1
    assert Enrollment.objects.filter(predecessor=old).count() == 1


def test_a_deferral_and_the_issue_of_a_coupon_leave_every_code_accounted_for():
    old, later = registered()
    make_coupon_batch(course=old.course, codes=3)

    for _ in range(3):
        at_once(
            deferring(old, later),
            lambda: issue_coupon(enrollment_id=old.pk, acting_user=None, at=AT),
            lambda: reveal_coupon(
                enrollment_id=old.pk, acting_user=User.objects.get(pk=old.officer.user_id), at=AT
            ),
        )

    old.refresh_from_db()
    assert old.state == E.DEFERRED
    assert list(pool_audit.faults()) == []
    assert not CouponIssue.objects.live().filter(enrollment=old).exists()


def test_a_deferral_and_a_withdrawal_do_not_both_happen():
    old, later = registered()
    user = User.objects.get(pk=old.officer.user_id)

    outcomes = at_once(
        deferring(old, later),
        lambda: withdraw_registration(enrollment_id=old.pk, reason="Ill.", acting_user=user, at=AT),
    )

    assert outcomes.count("done") == 1
    old.refresh_from_db()
    assert Enrollment.objects.filter(predecessor=old).exists() == (old.state == E.DEFERRED)


def test_the_last_seat_goes_to_one_of_many_confirmed_at_once():
    make_rule_version()
    run = make_run(seats=2)
    waiting = [make_enrollment(run=run, state=E.SUBMITTED) for _ in range(6)]
    hand = make_user(Role.DEALING_HAND)

    at_once(
        *[
            lambda pk=e.pk: confirm_enrollment(enrollment_id=pk, acting_user=hand, at=AT)
            for e in waiting
        ]
    )

    taken = Enrollment.objects.filter(run=run).taking_seats()
    assert 1 <= taken.count() <= 2


def test_two_workers_tell_the_waiting_list_once():
    run = make_run(seats=1)
    for minute in range(4):
        make_enrollment(run=run, state=E.SUBMITTED, at=AT + timedelta(minutes=minute))

    at_once(*[lambda: tell_waiting_lists(at=AT)] * 3)

    assert Notice.objects.filter(template="enrollment.waitlisted").count() == 3
