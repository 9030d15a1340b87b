"""The waiting list: seats go in the order of submission, and whoever waits is told."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.roles import Role
from accounts.tasks import text_of
from courses.models import Run
from enrollment import seats
from enrollment.actions.confirmations import confirm_enrollment
from enrollment.actions.registrations import submit_registration, withdraw_registration
from enrollment.actions.waiting_list import tell_of_place, tell_waiting_lists
from enrollment.states import EnrollmentState as E
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_run
from tests.factories.enrollment import make_enrollment, make_rule_version

pytestmark = pytest.mark.django_db
AT = timezone.now()


@pytest.fixture(autouse=True)
def rules_in_force():
    make_rule_version()


def in_line(run, *, minutes=0, **fields):
    fields.setdefault("state", E.SUBMITTED)
    return make_enrollment(run=run, at=AT + timedelta(minutes=minutes), **fields)


def confirm(enrollment):
    confirm_enrollment(enrollment_id=enrollment.pk, acting_user=make_user(Role.DEALING_HAND), at=AT)


def told(enrollment):
    notices = Notice.objects.filter(user=enrollment.officer.user).order_by("pk")
    return [notice.template for notice in notices]


def test_places_go_by_the_order_of_submission():
    run = make_run(seats=2)
    make_enrollment(run=run)
    third, second, first = (in_line(run, minutes=m) for m in (30, 20, 10))

    assert [seats.place_beyond(e) for e in (first, second, third)] == [0, 1, 2]
    assert seats.of_runs([run]) == {run.pk: seats.Seats(2, 1, 3)}
    assert (seats.of_runs([run])[run.pk].free, seats.of_runs([run])[run.pk].beyond) == (0, 2)


def test_without_a_number_of_seats_nobody_waits():
    run = make_run()

    assert seats.place_beyond(in_line(run)) == 0
    assert seats.of_runs([run]) == {}


def test_submitting_beyond_the_seats_is_told_at_once():
    run = make_run(seats=1)
    in_line(run)
    draft = make_enrollment(run=run, state=E.DRAFT)

    submit_registration(enrollment_id=draft.pk, acting_user=draft.officer.user, at=AT)

    draft.refresh_from_db()
    assert draft.waitlisted_at == AT
    notice = Notice.objects.get(user=draft.officer.user)
    assert "number 1 on the waiting list" in text_of(notice)[1]
    assert tell_waiting_lists(at=AT) == 0


def test_nobody_is_confirmed_beyond_the_seats_or_past_those_before():
    run = make_run(seats=1)
    first, second = in_line(run), in_line(run, minutes=5)

    with pytest.raises(Refused, match="number 1 on the waiting list"):
        confirm(second)
    confirm(first)
    with pytest.raises(Refused, match="number 1 on the waiting list"):
        confirm(second)

    second.refresh_from_db()
    assert second.state == E.SUBMITTED


def test_a_seat_that_frees_is_told_once_to_the_next():
    run = make_run(seats=1)
    holder = make_enrollment(run=run)
    first, second = (in_line(run, minutes=m) for m in (1, 2))
    assert tell_waiting_lists(at=AT) == 2
    assert (told(first), told(second)) == (["enrollment.waitlisted"], ["enrollment.waitlisted"])

    withdraw_registration(
        enrollment_id=holder.pk, reason="Ill.", acting_user=holder.officer.user, at=AT
    )
    tell_waiting_lists(at=AT)
    tell_waiting_lists(at=AT)

    assert told(first) == ["enrollment.waitlisted", "enrollment.seat_free"]
    assert told(second) == ["enrollment.waitlisted"]
    confirm(first)


def test_more_seats_let_the_next_ones_in():
    run = make_run(seats=1)
    make_enrollment(run=run)
    waiting = [in_line(run, minutes=m) for m in (1, 2, 3)]
    tell_waiting_lists(at=AT)

    Run.objects.filter(pk=run.pk).update(seats=3)
    assert tell_waiting_lists(at=AT) == 2
    Run.objects.filter(pk=run.pk).update(seats=None)
    assert tell_waiting_lists(at=AT) == 1

    assert [told(e)[-1] for e in waiting] == ["enrollment.seat_free"] * 3


def test_telling_somebody_whose_place_is_known_says_nothing():
    run = make_run(seats=1)
    first = in_line(run)

    assert not tell_of_place(enrollment_id=first.pk, at=AT)
    assert not tell_of_place(enrollment_id=make_enrollment(run=run).pk, at=AT)


def test_the_pages_say_how_many_seats_are_left(client):
    run = make_run(seats=3)
    enrollment = in_line(run)
    sign_in(client, enrollment.officer.user)
    start = reverse("enrollment:start", args=[run.course.code])

    assert "2 seats left" in client.get(start).content.decode()
    for minute in range(1, 4):
        in_line(run, minutes=minute)
    assert "No seat left; 1 officer on the waiting list" in client.get(start).content.decode()


def test_the_desk_cannot_lower_the_seats_below_the_confirmed(client):
    run = make_run(seats=3)
    make_enrollment(run=run)
    make_enrollment(run=run)
    call_command("sync_roles", stdout=StringIO())
    sign_in(client, make_user(Role.DEALING_HAND))
    url = reverse("admin:courses_run_change", args=[run.pk])
    blank = {
        "name": run.name,
        "reschedules-TOTAL_FORMS": 0,
        "reschedules-INITIAL_FORMS": 0,
    }

    page = client.post(url, {**blank, "seats": 1}).content.decode()

    run.refresh_from_db()
    assert "2 officers are confirmed" in page
    assert run.seats == 3
    client.post(url, {**blank, "seats": 2})
    run.refresh_from_db()
    assert run.seats == 2
