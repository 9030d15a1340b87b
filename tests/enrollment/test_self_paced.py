"""Self-paced modules: no batch, no coupon, no fee; completion by declaration or certificate."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from courses.models import Course
from credits.models import CreditEntry
from enrollment.actions.self_paced import declare_completion
from enrollment.states import EnrollmentState as E
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, sign_in
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db
AT = timezone.now()
TODAY = timezone.localdate()


def studying(certification=Course.Certification.MODULES, **fields):
    course = make_course(mode=Course.Mode.SELF_PACED, certification=certification)
    fields.setdefault("state", E.IN_PROGRESS)
    return make_enrollment(course=course, at=AT - timedelta(days=10), **fields)


def declare(enrollment, day=TODAY, user=None):
    declare_completion(
        enrollment_id=enrollment.pk,
        completed_on=day,
        acting_user=user or enrollment.officer.user,
        at=AT,
    )


def test_the_declaration_completes_the_registration_without_points():
    enrollment = studying()

    declare(enrollment, TODAY - timedelta(days=1))

    enrollment.refresh_from_db()
    assert enrollment.state == E.COMPLETED
    assert enrollment.completed_on == TODAY - timedelta(days=1)
    assert enrollment.completion_declared_at == AT
    entry = AuditEntry.objects.about(enrollment).get()
    assert entry.event == "enrollment.completion_declared"
    assert Notice.objects.get().user == enrollment.officer.user
    assert not CreditEntry.objects.exists()


def test_a_course_that_ends_with_a_certificate_is_not_declared():
    with pytest.raises(Refused, match="send it in"):
        declare(studying(Course.Certification.CERTIFICATE))


def test_a_batch_is_not_declared():
    enrollment = make_enrollment(state=E.IN_PROGRESS)

    with pytest.raises(Refused, match="nothing is declared"):
        declare(enrollment)


@pytest.mark.parametrize(
    ("day", "says"),
    [(TODAY + timedelta(days=1), "still to come"), (TODAY - timedelta(days=11), "on or after")],
)
def test_a_day_that_cannot_be_is_refused(day, says):
    with pytest.raises(Refused, match=says):
        declare(studying(), day)


@pytest.mark.parametrize("state", [E.DRAFT, E.SUBMITTED, E.COMPLETED, E.WITHDRAWN])
def test_only_what_is_under_way_is_declared(state):
    with pytest.raises(Refused, match="The registration is"):
        declare(studying(state=state))


def test_nobody_declares_for_another():
    with pytest.raises(Refused, match="officer concerned"):
        declare(studying(), user=make_officer().user)


def test_the_page_takes_the_declaration(client):
    enrollment = studying()
    sign_in(client, enrollment.officer.user)
    url = reverse("enrollment:complete", args=[enrollment.pk])
    day = f"{TODAY:%d.%m.%Y}"

    page = client.get(enrollment.get_absolute_url()).content.decode()
    unticked = client.post(url, {"completed_on": day}).content.decode()
    done = client.post(url, {"completed_on": day, "agree": "on"})

    assert url in page
    assert "Tick the box" in unticked and day in unticked
    assert done.status_code == 302
    page = client.get(enrollment.get_absolute_url()).content.decode()
    assert "by declaration of the officer" in page
    listed = client.get(reverse("enrollment:list")).content.decode()
    assert "Completed" in listed
