"""A registration on the boundary of the age rule is confirmed by somebody who saw both readings."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from eligibility.actions import rule_sets
from enrollment import facts
from enrollment.actions import confirmations
from enrollment.forms.registrations import ConfirmForm
from enrollment.models import Enrollment
from enrollment.states import EnrollmentState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user, sign_in
from tests.factories.eligibility import make_rule_set_version
from tests.factories.enrollment import make_enrollment, make_rule_version

pytestmark = pytest.mark.django_db
E = EnrollmentState


@pytest.fixture(autouse=True)
def rules_in_force() -> None:
    call_command("sync_roles", stdout=StringIO())
    make_rule_version()


def on_the_boundary(**fields) -> Enrollment:
    """Make a registration, submitted, of an officer who is exactly 56 on 1 July."""
    enrollment = make_enrollment(state=E.SUBMITTED, **fields)
    year = enrollment.run.commences_on.year
    enrollment.officer.born_on = date(year - 56, 7, 1)
    enrollment.officer.save()
    return enrollment


def confirm(enrollment: Enrollment, **given) -> None:
    confirmations.confirm_enrollment(
        enrollment_id=enrollment.pk,
        acting_user=make_user(Role.DEALING_HAND),
        at=timezone.now(),
        **given,
    )
    enrollment.refresh_from_db()


def leave_it_to_the_rules(course_code: str = "OM") -> None:
    """Put in force, from tomorrow on, a version that shows nobody both readings."""
    today = timezone.localdate()
    version = make_rule_set_version(
        code=course_code,
        effective_from=today + timedelta(days=1),
        service_base="JOINING_DATE",
        boundary_to_human=False,
    )
    rule_sets.approve_rules(
        rulesetversion_id=version.pk,
        acting_user=make_user(Role.SANCTIONING_AUTHORITY),
        at=timezone.now(),
    )


def test_without_a_look_at_both_readings_it_is_refused_and_nothing_is_left_behind():
    enrollment = on_the_boundary()

    with pytest.raises(Refused, match="very day of the age limit, and two readings"):
        confirm(enrollment)

    enrollment.refresh_from_db()
    assert enrollment.state == E.SUBMITTED
    assert not AuditEntry.objects.about(enrollment).exists()


def test_whoever_considered_both_readings_confirms_and_the_trail_says_so():
    enrollment = on_the_boundary()

    confirm(enrollment, readings_considered=True)

    assert (enrollment.state, enrollment.decision.is_boundary) == (E.CONFIRMED, True)
    entry = AuditEntry.objects.about(enrollment).get(event="enrollment.confirmed")
    assert entry.details["readings_considered"] == "yes"


def test_a_rule_set_may_leave_the_boundary_to_the_rules():
    leave_it_to_the_rules()
    enrollment = on_the_boundary()

    assert facts.readings_to_consider(enrollment, timezone.localdate()) == []
    confirm(enrollment)

    assert enrollment.decision.rule_set_version.boundary_to_human is False
    assert (enrollment.state, enrollment.decision.is_boundary) == (E.CONFIRMED, True)


def test_both_readings_are_named_with_the_births_that_they_admit():
    enrollment = on_the_boundary()
    year = enrollment.run.commences_on.year - 56

    in_force, other = facts.readings_to_consider(enrollment, timezone.localdate())

    assert in_force == (
        f"In force: “Exactly the limit is within it”: births from 01.07.{year} are admitted; "
        "this birth is within the limit."
    )
    assert other == (
        f"Also held: “Exactly the limit is over it”: births from 02.07.{year} are admitted; "
        "this birth is over the limit."
    )


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_beside_the_boundary_asks_nothing(days):
    enrollment = on_the_boundary()
    enrollment.officer.born_on += timedelta(days=days)

    assert facts.readings_to_consider(enrollment, timezone.localdate()) == []
    assert ConfirmForm(thing=enrollment).fields == {}


def test_the_desk_shows_both_readings_and_asks_for_the_tick(client):
    enrollment = on_the_boundary()
    sign_in(client, make_user(Role.DEALING_HAND))
    url = reverse("admin:enrollment_enrollment_step", args=[enrollment.pk, "confirm"])

    page = client.get(url).content.decode()
    without = client.post(url, {"desk_confirmed": "1"})
    ticked = client.post(url, {"desk_confirmed": "1", "readings_considered": "on"})

    assert "In force: “Exactly the limit is within it”" in page
    assert "Also held: “Exactly the limit is over it”" in page
    assert "This field is required." in without.content.decode()
    assert ticked.status_code == 302
    enrollment.refresh_from_db()
    assert enrollment.state == E.CONFIRMED


def test_of_many_at_once_those_on_the_boundary_are_left_for_a_page_of_their_own(client):
    enrollment, plain = on_the_boundary(), make_enrollment(state=E.SUBMITTED)
    sign_in(client, make_user(Role.DEALING_HAND))

    page = client.post(
        reverse("admin:enrollment_enrollment_changelist"),
        {
            "action": "step_confirm",
            "desk_confirmed": "1",
            "_selected_action": [enrollment.pk, plain.pk],
        },
    )

    assert "two readings of it exist" in page.content.decode()
    enrollment.refresh_from_db()
    plain.refresh_from_db()
    assert (enrollment.state, plain.state) == (E.SUBMITTED, E.CONFIRMED)
