"""Reminders and lapse: two reminders, then the day of the policy; never for the Division."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from accounts.tasks import text_of
from enrollment import deadlines
from enrollment.actions.confirmations import return_enrollment
from enrollment.actions.lapses import Came, remind_and_lapse
from enrollment.actions.registrations import submit_registration
from enrollment.models import RegistrationReminder
from enrollment.states import EnrollmentState as E
from enrollment.states import HoldReason
from enrollment.tasks import remind_and_lapse as task
from tests.factories.accounts import make_nodal_officer, make_user
from tests.factories.courses import make_run
from tests.factories.enrollment import (
    make_decision,
    make_enrollment,
    make_intimation,
    make_rule_version,
)
from tests.factories.registrations import make_registration_policy

pytestmark = pytest.mark.django_db
AT = timezone.now()


def after(days):
    return AT + timedelta(days=days)


def waiting(state, **fields):
    fields.setdefault("run", make_run(commences_on=timezone.localdate() + timedelta(days=300)))
    return make_enrollment(state=state, state_since=AT, at=AT, **fields)


def nights(first, last):
    """Let the night's work run each day from `first` to `last`, both inclusive."""
    return [remind_and_lapse(at=after(day)) for day in range(first, last + 1)]


@pytest.mark.parametrize(
    ("state", "first", "second", "lapse"),
    [(E.RETURNED, 7, 14, 21), (E.AWAITING_AUTHORITY, 7, 14, 30)],
)
def test_two_reminders_come_before_the_lapse(state, first, second, lapse):
    make_registration_policy()
    enrollment = waiting(state)

    came = nights(1, lapse)

    reminded = [day for day, night in enumerate(came, start=1) if night.reminded]
    lapsed = [day for day, night in enumerate(came, start=1) if night.lapsed]
    assert (reminded, lapsed) == ([first, second], [lapse])
    enrollment.refresh_from_db()
    assert enrollment.state == E.LAPSED
    assert "in time" in enrollment.reason


def test_a_night_that_runs_twice_reminds_once():
    make_registration_policy()
    waiting(E.RETURNED)

    assert remind_and_lapse(at=after(8)) == Came(1, 0)
    assert remind_and_lapse(at=after(8)) == Came(0, 0)
    assert RegistrationReminder.objects.count() == Notice.objects.count() == 1


def test_after_weeks_without_a_night_nobody_is_lapsed_unwarned():
    make_registration_policy()
    enrollment = waiting(E.RETURNED)

    assert nights(100, 122)[0] == Came(1, 0)

    at = list(RegistrationReminder.objects.order_by("number").values_list("at", flat=True))
    assert at == [after(100), after(107)]
    entry = AuditEntry.objects.about(enrollment).get(event="enrollment.lapsed")
    assert entry.at == after(114)


def test_without_a_policy_nothing_happens():
    waiting(E.RETURNED)

    assert remind_and_lapse(at=after(400)) == Came(0, 0)


@pytest.mark.parametrize("state", [E.SUBMITTED, E.CONFIRMED, E.IN_PROGRESS, E.COMPLETED])
def test_what_awaits_the_division_or_is_confirmed_never_lapses(state):
    make_registration_policy()
    run = make_run(commences_on=timezone.localdate() - timedelta(days=60))
    waiting(state, run=run)

    assert set(nights(1, 3) + nights(300, 301)) == {Came(0, 0)}


def test_what_is_held_waits_for_the_division_and_does_not_lapse():
    make_registration_policy()
    held = waiting(E.AWAITING_AUTHORITY)
    before = make_decision(officer=held.officer, course=held.course, run=held.run)
    held.held_at, held.held_from, held.hold_reason = AT, before, HoldReason.RECORD
    held.save()

    assert set(nights(6, 40)) == {Came(0, 0)}


@pytest.mark.parametrize("state", [E.RETURNED, E.AWAITING_AUTHORITY])
def test_some_days_after_the_run_has_begun_it_lapses_in_any_case(state):
    make_registration_policy()
    run = make_run(commences_on=timezone.localdate() + timedelta(days=1))
    waiting(state, run=run)

    assert nights(7, 8) == [Came(1, 0), Came(0, 1)]


def test_what_came_back_after_the_run_had_begun_has_some_days_too():
    make_registration_policy()
    run = make_run(commences_on=timezone.localdate() - timedelta(days=30))
    waiting(E.RETURNED, run=run)

    assert [night.lapsed for night in nights(5, 7)] == [0, 0, 1]


def test_who_waits_for_a_seat_lapses_once_the_batch_has_begun():
    make_registration_policy()
    run = make_run(commences_on=timezone.localdate() - timedelta(days=1), seats=1)
    make_enrollment(run=run)
    listed = waiting(E.SUBMITTED, run=run, waitlisted_at=AT)

    assert [night.lapsed for night in nights(5, 7)] == [0, 0, 1]

    listed.refresh_from_db()
    assert (listed.state, listed.waitlisted_at) == (E.LAPSED, None)


def test_a_draft_is_reminded_once_before_its_window_closes_and_never_lapses():
    make_registration_policy()
    today = timezone.localdate()
    run = make_run(
        commences_on=today + timedelta(days=40),
        opens_on=today,
        closes_on=today + timedelta(days=10),
    )
    draft = make_enrollment(state=E.DRAFT, run=run, at=AT, state_since=AT)

    came = nights(1, 100)

    assert [day for day, night in enumerate(came, start=1) if night.reminded] == [7]
    draft.refresh_from_db()
    assert draft.state == E.DRAFT
    subject, text = text_of(Notice.objects.get())
    assert "not submitted" in subject
    assert f"{run.registration_closes_on:%d.%m.%Y}" in text


def test_going_on_starts_the_days_anew():
    make_rule_version()
    make_registration_policy()
    enrollment = waiting(E.RETURNED, reason="User name wrong.")
    nights(1, 15)
    user = enrollment.officer.user

    submit_registration(enrollment_id=enrollment.pk, acting_user=user, at=after(16))
    return_enrollment(
        enrollment_id=enrollment.pk,
        reason="Still wrong.",
        acting_user=make_user(Role.DEALING_HAND),
        at=after(17),
    )

    assert [night.lapsed for night in nights(18, 38)] == [0] * 20 + [1]
    assert RegistrationReminder.objects.count() == 4


def test_officer_and_authority_are_told_of_the_lapse():
    make_registration_policy()
    enrollment = waiting(E.AWAITING_AUTHORITY)
    intimation = make_intimation(enrollment=enrollment)
    nodal = make_nodal_officer(authority=intimation.authority)

    nights(1, 30)

    for user in (enrollment.officer.user, nodal):
        subject, text = text_of(Notice.objects.get(user=user, template="enrollment.lapsed"))
        assert "has lapsed" in subject
        assert "was not given in time" in text


def test_the_day_of_the_lapse_is_known_beforehand():
    policy = make_registration_policy()
    enrollment = waiting(E.RETURNED)

    day = deadlines.day_of(enrollment, policy)

    nights(1, (day - timezone.localdate(AT)).days)
    enrollment.refresh_from_db()
    assert enrollment.state == E.LAPSED


def test_the_task_does_the_night_s_work():
    make_registration_policy()
    make_enrollment(state=E.RETURNED, state_since=AT - timedelta(days=8))

    assert task() == 1
