"""What the database itself keeps of seats, deferral, lapse, cities of examinations, reminders."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from courses.models import Run
from enrollment.models import Enrollment, ExamCity, RegistrationPolicy, RegistrationReminder
from enrollment.states import EnrollmentState as E
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment
from tests.factories.registrations import (
    make_exam_city,
    make_exam_preference,
    make_registration_policy,
)

pytestmark = pytest.mark.django_db


def refused(name):
    return pytest.raises(DatabaseError, match=name)


def update(rows, **values):
    with transaction.atomic():
        rows.update(**values)


def one(enrollment):
    return Enrollment.objects.filter(pk=enrollment.pk)


@pytest.mark.parametrize("state", [E.CONFIRMED, E.IN_PROGRESS, E.COMPLETED])
def test_nobody_takes_a_seat_beyond_the_seats_of_a_batch(state):
    run = make_run(seats=1)
    make_enrollment(run=run)
    second = make_enrollment(run=run, state=E.SUBMITTED)

    with refused("enrollment_within_seats"):
        update(one(second), state=state, confirmed_at=timezone.now())
    with refused("enrollment_within_seats"), transaction.atomic():
        make_enrollment(run=run, state=state)


def test_who_has_a_seat_keeps_it_from_step_to_step():
    run = make_run(seats=1)
    only = make_enrollment(run=run)

    update(one(only), state=E.IN_PROGRESS)
    update(one(only), state=E.COMPLETED)

    assert one(only).get().state == E.COMPLETED


def test_a_batch_without_a_number_of_seats_takes_everybody():
    run = make_run()

    assert [make_enrollment(run=run).state for _ in range(3)] == [E.CONFIRMED] * 3


def test_seats_are_never_fewer_than_the_confirmed_but_may_always_be_raised():
    run = make_run(seats=3)
    make_enrollment(run=run)
    make_enrollment(run=run)

    with refused("courses_run_seats_taken"):
        update(Run.objects.filter(pk=run.pk), seats=1)
    update(Run.objects.filter(pk=run.pk), seats=2)
    update(Run.objects.filter(pk=run.pk), seats=10)
    update(Run.objects.filter(pk=run.pk), seats=None)


def test_only_who_awaits_a_seat_stands_on_the_waiting_list():
    waiting = make_enrollment(state=E.SUBMITTED, waitlisted_at=timezone.now())

    with refused("waits_for_a_seat"):
        update(one(waiting), state=E.REJECTED)


def test_a_deferral_has_a_reason():
    enrollment = make_enrollment()

    with refused("deferred_with_reason"):
        update(one(enrollment), state=E.DEFERRED)


def test_what_came_back_may_lapse_though_its_answers_were_cleared():
    enrollment = make_enrollment(state=E.RETURNED, submitted_at=None, decision=None)

    update(one(enrollment), state=E.LAPSED)


def test_completion_is_declared_of_self_paced_courses_alone_and_has_a_day():
    enrollment = make_enrollment()

    with refused("declared_complete"):
        update(
            one(enrollment),
            completion_declared_at=timezone.now(),
            completed_on=timezone.localdate(),
        )


def test_cities_are_named_once_each_in_three_ranks():
    enrollment, city = make_enrollment(), make_exam_city()
    make_exam_preference(enrollment=enrollment, city=city, rank=1)

    with refused("UNIQUE|city_once"), transaction.atomic():
        make_exam_preference(enrollment=enrollment, city=city, rank=2)
    with refused("UNIQUE|rank_once"), transaction.atomic():
        make_exam_preference(enrollment=enrollment, rank=1)
    for rank in (0, 4):
        with refused("rank_in_three"), transaction.atomic():
            make_exam_preference(enrollment=enrollment, rank=rank)


def test_reminders_come_before_the_lapse():
    with refused("reminders_before_lapse"), transaction.atomic():
        make_registration_policy(returned_lapse_days=14)
    with refused("reminders_before_lapse"), transaction.atomic():
        make_registration_policy(authority_first_days=20)


def test_a_reminder_is_one_of_two_once_each_and_stays():
    enrollment, policy = make_enrollment(state=E.RETURNED), make_registration_policy()
    at = timezone.now()
    row = {"enrollment": enrollment, "state": E.RETURNED, "since": at, "policy": policy, "at": at}
    RegistrationReminder.objects.create(number=1, **row)

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationReminder.objects.create(number=1, **row)
    with refused("reminder_two"), transaction.atomic():
        RegistrationReminder.objects.create(number=3, **row)


def test_loading_days_and_cities_again_keeps_what_was_edited():
    call_command("load_reference", stdout=StringIO())
    call_command("load_registration", stdout=StringIO())
    ExamCity.objects.filter(code="delhi").update(is_active=False)
    RegistrationPolicy.objects.update(returned_lapse_days=28)
    cities = ExamCity.objects.count()

    call_command("load_registration", stdout=StringIO())

    assert ExamCity.objects.count() == cities == 42
    assert not ExamCity.objects.get(code="delhi").is_active
    policy = RegistrationPolicy.objects.get()
    assert (policy.returned_lapse_days, policy.is_verified) == (28, False)
