"""Reminders of approvals that wait: twice, then the desk; once each; and never an approval."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, NodalAppointment, Notice, Service
from accounts.roles import Role
from enrollment import tasks
from enrollment.actions import authority_reminders, confirmations, registrations
from enrollment.actions.authority_reminders import see_to_approvals
from enrollment.models import Enrollment, Intimation
from enrollment.states import EnrollmentState
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.enrollment import make_enrollment, make_intimation
from tests.factories.registrations import make_registration_policy

pytestmark = pytest.mark.django_db
E = EnrollmentState


@pytest.fixture(autouse=True)
def policy():
    return make_registration_policy()


def asked(*, days_ago: int = 0) -> Intimation:
    service = make_service(
        code="ISS", authority=make_authority(), cca_mode=Service.Mode.PRIOR_APPROVAL
    )
    officer = make_officer(service=service)
    enrollment = make_enrollment(state=E.AWAITING_AUTHORITY, officer=officer)
    day = timezone.localdate() - timedelta(days=days_ago)
    return make_intimation(enrollment=enrollment, dated_on=day)


def after(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def reminders() -> list[str]:
    events = ("intimation.reminded", "intimation.escalated")
    return list(
        AuditEntry.objects.filter(event__in=events).order_by("pk").values_list("event", flat=True)
    )


@pytest.mark.parametrize(("days", "expected"), [(6, 0), (7, 1), (8, 1)])
def test_the_first_reminder_comes_after_the_days_of_the_policy(days, expected):
    nodal, intimation = make_nodal_officer(), asked()

    assert see_to_approvals(at=after(days)) == expected

    intimation.refresh_from_db()
    assert intimation.reminders == expected
    assert (
        Notice.objects.filter(user=nodal, template="enrollment.approval_reminder").count()
        == expected
    )


def test_twice_reminded_then_the_desk_and_never_an_approval():
    make_nodal_officer()
    intimation = asked()

    for day in range(0, 40):
        see_to_approvals(at=after(day))

    intimation.refresh_from_db()
    assert reminders() == ["intimation.reminded", "intimation.reminded", "intimation.escalated"]
    assert (intimation.reminders, intimation.answer) == (2, "none")
    assert Intimation.objects.escalated().get() == intimation
    assert Enrollment.objects.get().state == E.AWAITING_AUTHORITY
    told = Notice.objects.get(template="intimation.escalated")
    assert told.user == intimation.enrollment.officer.user


def test_a_task_that_runs_ten_times_a_day_reminds_once():
    make_nodal_officer()
    asked(days_ago=60)

    for _time in range(10):
        see_to_approvals(at=after(0))

    assert reminders() == ["intimation.reminded"]


def test_after_a_long_standstill_each_reminder_has_a_day_of_its_own():
    make_nodal_officer()
    asked(days_ago=60)

    for day in range(4):
        see_to_approvals(at=after(day))

    assert len(reminders()) == 3


def test_every_nodal_officer_and_delegate_is_told_once_and_in_the_mail_of_the_day():
    users = [make_nodal_officer(), make_nodal_officer()]
    asked(days_ago=8)

    see_to_approvals(at=after(0))

    notices = Notice.objects.filter(template="enrollment.approval_reminder")
    assert {notice.user for notice in notices} == set(users)
    assert all(notice.in_digest for notice in notices)


def test_where_nobody_acts_for_the_authority_the_desk_has_it_at_once():
    asked(days_ago=8)
    NodalAppointment.objects.all().delete()

    see_to_approvals(at=after(0))

    assert reminders() == ["intimation.escalated"]
    entry = AuditEntry.objects.get(event="intimation.escalated")
    assert entry.details["nobody_acts_for_the_authority"] is True


def test_the_officer_concerned_is_not_reminded_of_the_own_case():
    intimation = asked(days_ago=8)
    NodalAppointment.objects.create(
        authority=intimation.authority,
        user=intimation.enrollment.officer.user,
        starts_on=date(2020, 1, 1),
    )

    see_to_approvals(at=after(0))

    assert reminders() == ["intimation.escalated"]


@pytest.mark.parametrize("change", ["answered", "returned", "withdrawn", "to_note"])
def test_what_waits_for_no_approval_is_reminded_of_by_nobody(change):
    nodal, intimation = make_nodal_officer(), asked(days_ago=60)
    rows = Intimation.objects.filter(pk=intimation.pk)
    if change == "answered":
        rows.update(answer="approved", answered_by=nodal, answered_at=timezone.now())
    elif change == "to_note":
        rows.update(mode=Service.Mode.INTIMATION)
    else:
        Enrollment.objects.update(state={"returned": E.RETURNED, "withdrawn": E.WITHDRAWN}[change])

    assert see_to_approvals(at=after(0)) == 0


def test_without_a_policy_in_force_nobody_is_reminded(policy):
    make_nodal_officer()
    asked(days_ago=60)
    type(policy).objects.filter(pk=policy.pk).update(effective_to=date(2020, 1, 1))

    assert tasks.remind_authorities() == 0


def test_a_registration_sent_in_anew_asks_anew():
    make_nodal_officer()
    intimation = asked(days_ago=8)
    see_to_approvals(at=after(0))
    enrollment = intimation.enrollment
    confirmations.return_enrollment(
        enrollment_id=enrollment.pk,
        reason="Correct it.",
        acting_user=make_user(Role.DEALING_HAND),
        at=after(1),
    )

    registrations.submit_registration(
        enrollment_id=enrollment.pk, acting_user=enrollment.officer.user, at=after(2)
    )

    intimation.refresh_from_db()
    assert (intimation.reminders, intimation.reminded_at) == (0, None)
    assert see_to_approvals(at=after(8)) == 0
    assert see_to_approvals(at=after(9)) == 1


def test_an_approval_given_meanwhile_is_left_alone(policy):
    nodal, intimation = make_nodal_officer(), asked(days_ago=8)
    Intimation.objects.update(answer="approved", answered_by=nodal, answered_at=timezone.now())

    came = authority_reminders.see_to_approval(
        intimation_id=intimation.pk, policy=policy, at=after(0)
    )

    assert came is False
    assert reminders() == []


def test_three_reminders_are_refused_by_the_database():
    intimation = asked()

    with pytest.raises(IntegrityError), transaction.atomic():
        Intimation.objects.filter(pk=intimation.pk).update(reminders=3, reminded_at=timezone.now())


def test_the_desk_lists_what_authorities_leave_unanswered(client):
    intimation, other = asked(days_ago=8), asked()
    see_to_approvals(at=after(0))
    sign_in(client, make_user(Role.DEALING_HAND, is_superuser=True))

    url = reverse("admin:enrollment_intimation_changelist")
    text = client.get(url, {"waits": "desk"}).content.decode()

    assert (intimation.number in text, other.number in text) == (True, False)
