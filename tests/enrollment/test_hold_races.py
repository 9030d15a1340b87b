"""A run is moved while others confirm, give coupons and decide anew: PostgreSQL, with threads."""

from contextlib import suppress
from datetime import UTC, date, datetime
from time import sleep

import pytest

from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from courses.actions.runs import reschedule_run
from eligibility.models import Decision
from enrollment import pool_sql
from enrollment.actions import confirmations, coupons, recomputing
from enrollment.models import CouponIssue, Enrollment
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from tests.enrollment.test_registration_races import at_once
from tests.factories.accounts import make_officer, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import make_decision
from tests.factories.enrollment import make_enrollment
from tests.factories.pool import make_coupon_batch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
E = EnrollmentState
AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
DECEMBER, JANUARY = date(2026, 12, 30), date(2027, 1, 4)
TOO_OLD_IN_2027 = date(1971, 6, 30)


def crowd(state, *, number):
    """Register officers whom the next year's age rule refuses, with a code for each."""
    run = make_run(
        course=make_course(),
        opens_on=date(2026, 11, 1),
        closes_on=DECEMBER,
        commences_on=DECEMBER,
        ends_on=None,
    )
    make_coupon_batch(course=run.course, codes=number, valid_until=date(2028, 1, 1))
    for _number in range(number):
        officer = make_officer(born_on=TOO_OLD_IN_2027)
        decision = make_decision(officer=officer, run=run, at=AT)
        make_enrollment(officer=officer, run=run, state=state, decision=decision, at=AT)
    return run


def mover(run, hand):
    def move():
        reschedule_run(
            run_id=run.pk,
            commences_on=JANUARY,
            ends_on=None,
            registration_opens_on=run.registration_opens_on,
            registration_closes_on=run.registration_closes_on,
            reason="Later.",
            reference="T-16017 of 20.12.2026",
            acting_user=User.objects.get(pk=hand.pk),
            at=AT,
        )

    return move


def slowly(work):
    """Let others in between before `work`, so that a lock that is missing shows."""

    def slow(*args, **kwargs):
        sleep(0.02)
        return work(*args, **kwargs)

    return slow


def places(event):
    """Return where entries of `event` stand in the trail; a move stands behind all before it."""
    return list(AuditEntry.objects.filter(event=event).values_list("pk", flat=True))


def in_turn(work):
    """Return a call that does `work` on one registration after the other, refusals aside.

    Several of them could hold a run between them without a pause, and a move would come last.
    """
    ids = list(Enrollment.objects.order_by("pk").values_list("pk", flat=True))

    def each():
        for enrollment_id in ids:
            with suppress(Refused):
                work(enrollment_id)
            sleep(0.01)

    return each


def test_a_coupon_goes_out_wholly_before_a_move_or_not_at_all(monkeypatch):
    hand = make_user(Role.DEALING_HAND)
    run = crowd(E.CONFIRMED, number=24)
    monkeypatch.setattr(pool_sql, "give", slowly(pool_sql.give))

    def give(enrollment_id):
        coupons.issue_coupon(enrollment_id=enrollment_id, acting_user=None, at=AT)

    at_once(in_turn(give), slowly(mover(run, hand)))

    (moved,) = places("run.rescheduled")
    assert all(issued < moved for issued in places("coupon.issued"))
    assert CouponIssue.objects.count() < 24
    recomputing.decide_all_anew(at=AT)
    assert Enrollment.objects.held().count() == 24


def test_a_registration_is_confirmed_for_the_day_that_stands_or_refused(monkeypatch):
    hand = make_user(Role.DEALING_HAND)
    run = crowd(E.SUBMITTED, number=24)
    monkeypatch.setattr(confirmations, "_tell_officer", slowly(confirmations._tell_officer))

    def confirm(enrollment_id):
        confirmations.confirm_enrollment(
            enrollment_id=enrollment_id, acting_user=User.objects.get(pk=hand.pk), at=AT
        )

    at_once(in_turn(confirm), slowly(mover(run, hand)))

    (moved,) = places("run.rescheduled")
    assert all(confirmed < moved for confirmed in places("enrollment.confirmed"))
    assert Enrollment.objects.filter(state=E.SUBMITTED).exists()
    recomputing.decide_all_anew(at=AT)
    assert Enrollment.objects.held().count() == 24


def test_two_workers_at_once_hold_each_registration_once():
    hand = make_user(Role.DEALING_HAND)
    run = crowd(E.CONFIRMED, number=12)
    mover(run, hand)()
    made = Decision.objects.count()

    def work():
        recomputing.decide_all_anew(at=AT, batch=5)

    assert at_once(work, work, work) == ["done"] * 3

    assert Decision.objects.count() == made + 12
    assert Notice.objects.filter(template="enrollment.held").count() == 12
    assert Notice.objects.filter(user=hand, template="run.registrations_held").count() >= 1
    assert sum(int(n.params["number"]) for n in Notice.objects.filter(user=hand)) == 12
