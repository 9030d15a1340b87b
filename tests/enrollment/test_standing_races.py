"""Deferral and seats at the same moment as something else, on PostgreSQL with threads."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Notice, User
from accounts.roles import Role
from enrollment import pool_audit
from enrollment.actions.confirmations import confirm_enrollment
from enrollment.actions.coupons import issue_coupon, reveal_coupon
from enrollment.actions.deferrals import defer_registration
from enrollment.actions.registrations import withdraw_registration
from enrollment.actions.results import apply_results, publish_results, stage_results
from enrollment.actions.waiting_list import tell_waiting_lists
from enrollment.models import CouponIssue, Enrollment, Result, ResultImport
from enrollment.states import EnrollmentState as E
from tests.enrollment.test_registration_races import at_once
from tests.factories.accounts import make_user
from tests.factories.courses import make_course, make_programme, make_run
from tests.factories.enrollment import make_enrollment, make_rule_version
from tests.factories.pool import make_coupon_batch

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT = timezone.now()
TODAY = timezone.localdate()


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


def confirming(enrollment, hand):
    return lambda: confirm_enrollment(enrollment_id=enrollment.pk, acting_user=hand, at=AT)


def submitted_in_turn(run, *, number):
    return [
        make_enrollment(run=run, state=E.SUBMITTED, at=AT + timedelta(minutes=minute))
        for minute in range(number)
    ]


def test_the_last_seats_go_to_those_who_submitted_first_of_many_confirmed_at_once():
    make_rule_version()
    hand = make_user(Role.DEALING_HAND)

    for _number in range(10):
        run = make_run(seats=2)
        line = submitted_in_turn(run, number=5)

        outcomes = at_once(*[confirming(e, hand) for e in line])

        assert outcomes.count("done") == 2
        seated = Enrollment.objects.filter(run=run).taking_seats()
        assert set(seated.values_list("pk", flat=True)) == {e.pk for e in line[:2]}


def test_a_seat_given_back_while_others_are_confirmed_goes_to_the_next_in_line():
    make_rule_version()
    hand = make_user(Role.DEALING_HAND)

    for _number in range(10):
        run = make_run(seats=1)
        holder = make_enrollment(run=run)
        user = User.objects.get(pk=holder.officer.user_id)
        following, last = submitted_in_turn(run, number=2)

        def withdraw(pk=holder.pk, user=user):
            withdraw_registration(enrollment_id=pk, reason="Ill.", acting_user=user, at=AT)

        at_once(withdraw, confirming(following, hand), confirming(last, hand))

        seated = list(Enrollment.objects.filter(run=run).taking_seats())
        assert seated in ([], [following])  # never the last, and never two
        holder.refresh_from_db()
        assert holder.state == E.WITHDRAWN
        confirm = confirming(following, hand)
        assert at_once(confirm) == ["done"] if not seated else at_once(confirm) != ["done"]


def staged_result(run, username, clerk, *, public_from=None):
    staged = stage_results(
        run=run,
        file_name="r.csv",
        file=ContentFile(f"username,grade,exam\n{username},72,passed\n".encode()),
        public_from=public_from,
        acting_user=clerk,
        at=AT,
    )
    assert staged.rows.get().outcome == "new"
    return staged


def test_a_result_released_while_its_registration_is_deferred_moves_it_or_comes_too_late():
    make_rule_version()
    clerk, second, third = (make_user(Role.DEALING_HAND) for _number in range(3))
    course = make_course(programme=make_programme())
    ends = Counter()

    for number in range(20):
        old = make_enrollment(
            run=make_run(course=course, commences_on=TODAY - timedelta(days=30)),
            username=f"user{number}",
            state=E.IN_PROGRESS,
        )
        later = make_run(course=course, commences_on=TODAY + timedelta(days=60))
        staged = staged_result(
            old.run, f"user{number}", clerk, public_from=AT + timedelta(days=number % 2)
        )
        approve = {"import_id": staged.pk, "rows": 1, "passes": 1, "acting_user": second, "at": AT}
        if number % 2:  # recorded long before, and hidden until somebody releases it
            apply_results(**approve)
            release = partial(publish_results, import_id=staged.pk, acting_user=third, at=AT)
        else:
            release = partial(apply_results, **approve)

        outcomes = at_once(deferring(old, later), release)

        old.refresh_from_db()
        result = Result.every.filter(enrollment=old).first()
        is_deferred = Enrollment.objects.filter(predecessor=old).exists()
        assert old.state == (E.DEFERRED if is_deferred else E.COMPLETED)
        assert outcomes.count("done") == (2 if is_deferred and result else 1)
        assert result is None or result.public_at is not None
        assert result is not None or is_deferred  # approved too late: refused, nothing recorded
        ends[old.state] += 1
    assert sum(ends.values()) == 20


def test_a_file_read_while_its_registrations_are_deferred_changes_nothing_behind_anybody():
    make_rule_version()
    clerk, second = make_user(Role.DEALING_HAND), make_user(Role.DEALING_HAND)
    course = make_course(programme=make_programme())

    for number in range(10):
        run = make_run(course=course, commences_on=TODAY - timedelta(days=30))
        old = make_enrollment(run=run, username=f"user{number}", state=E.IN_PROGRESS)
        later = make_run(course=course, commences_on=TODAY + timedelta(days=60))
        content = f"username,grade,exam\nuser{number},72,passed\n".encode()

        def stage(run=run, content=content):
            stage_results(
                run=run,
                file_name="r.csv",
                file=ContentFile(content),
                acting_user=clerk,
                at=AT,
            )

        assert at_once(deferring(old, later), stage) == ["done", "done"]

        staged = ResultImport.objects.get(run=run)
        passes = staged.rows.filter(would_pass=True, enrollment=old).count()
        at_once(
            lambda pk=staged.pk, passes=passes: apply_results(
                import_id=pk, rows=1, passes=passes, acting_user=second, at=AT
            )
        )
        old.refresh_from_db()
        assert old.state == E.DEFERRED
        assert not Result.every.filter(enrollment=old).exists()


def test_two_workers_tell_the_waiting_list_once():
    run = make_run(seats=1)
    for minute in range(4):
        make_enrollment(run=run, state=E.SUBMITTED, at=AT + timedelta(minutes=minute))

    at_once(*[lambda: tell_waiting_lists(at=AT)] * 3)

    assert Notice.objects.filter(template="enrollment.waitlisted").count() == 3
