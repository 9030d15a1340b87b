"""What colleagues did, on a course page: never of fewer than ten officers, nor by taking away."""

import pytest
from django.test import override_settings
from django.utils import timezone

from enrollment.course_panel import figures, panel
from enrollment.models import Enrollment
from enrollment.rules import counts_shown
from enrollment.states import EnrollmentState
from igot.lib.dates import civil_today
from tests.factories.accounts import make_officer, make_service
from tests.factories.courses import make_course
from tests.factories.enrollment import make_enrollment

pytestmark = pytest.mark.django_db
ACT, DONE = EnrollmentState.IN_PROGRESS, EnrollmentState.COMPLETED


class Nobody:
    is_authenticated = False


@pytest.fixture(scope="module", autouse=True)
def quick_fields():
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def register(course, service, count, *, state=ACT):
    """Register `count` officers of a service for a course."""
    run = make_enrollment(course=course, state=EnrollmentState.WITHDRAWN).run
    for _number in range(count):
        make_enrollment(run=run, state=state, officer=make_officer(service=service))


def seen(course, service):
    found = figures(course.pk, make_officer(service=service))
    return found["registered"], found["completed"], found["certified"]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((9, 0, 0), [None, None, None]),
        ((10, 0, 0), [10, None, None]),
        ((14, 9, 9), [10, None, None]),
        ((20, 10, 0), [20, 10, None]),
        ((19, 10, 0), [15, None, None]),  # nine have not completed: found by taking away
        ((20, 20, 20), [20, None, None]),  # nobody has not completed: that too tells of each
        ((40, 25, 15), [40, 25, 15]),
        ((40, 25, 16), [40, 25, None]),
        ((40, 35, 20), [40, None, 20]),  # five have not completed; twenty have no certificate
        ((0, 0, 0), [None, None, None]),
    ],
)
def test_a_count_is_shown_where_it_and_what_it_leaves_out_are_ten_or_more(counts, shown):
    assert counts_shown(counts) == shown


@pytest.mark.parametrize(
    "counts", [(r, c, v) for r in range(0, 45, 3) for c in range(r + 1) for v in range(0, c + 1, 4)]
)
def test_no_two_numbers_shown_are_fewer_than_ten_apart(counts):
    exact = [n for n, shown in zip(counts, counts_shown(counts), strict=True) if shown is not None]

    assert all(n >= 10 for n in exact)
    assert all(abs(a - b) >= 10 for i, a in enumerate(exact) for b in exact[:i])


def test_nine_colleagues_are_not_counted_and_ten_are():
    course, service = make_course(), make_service()
    register(course, service, 9)

    assert seen(course, service) == (None, None, None)
    register(course, service, 1)
    assert seen(course, service) == (10, None, None)


def test_each_service_sees_its_own_numbers_only():
    course = make_course()
    ours, theirs = make_service(), make_service(code="other", name="Other Service")
    register(course, ours, 10)
    register(course, theirs, 3)

    assert seen(course, ours) == (10, None, None)
    assert seen(course, theirs) == (None, None, None)


def test_who_looks_does_not_count():
    course, service = make_course(), make_service()
    register(course, service, 10)
    one = Enrollment.objects.filter(course=course, state=ACT).first().officer

    assert figures(course.pk, one)["registered"] is None


def test_withdrawn_and_unconfirmed_registrations_do_not_count():
    course, service = make_course(), make_service()
    register(course, service, 5, state=EnrollmentState.SUBMITTED)
    register(course, service, 6, state=EnrollmentState.WITHDRAWN)
    register(course, service, 9)

    assert seen(course, service) == (None, None, None)


def test_an_officer_with_two_registrations_counts_once():
    course, service = make_course(), make_service()
    register(course, service, 9)
    twice = Enrollment.objects.filter(course=course, state=ACT).first().officer
    make_enrollment(course=course, officer=twice, state=EnrollmentState.NOT_COMPLETED)

    assert seen(course, service) == (None, None, None)


def test_completed_officers_are_counted_where_as_many_are_not_completed():
    course, service = make_course(), make_service()
    register(course, service, 10)
    register(course, service, 10, state=DONE)

    assert seen(course, service) == (20, 10, None)


def test_the_panel_shows_the_numbers_and_why_some_are_missing():
    course, service = make_course(), make_service()
    register(course, service, 12)
    officer = make_officer(service=service)

    html = panel(course.pk, officer.user, today=civil_today())

    assert "10 or more" in html
    assert "fewer than 10 officers" in html
    assert "completed" not in html


def test_the_panel_shows_the_own_registration(django_assert_max_num_queries):
    enrollment = make_enrollment()
    user = enrollment.officer.user.__class__.objects.get(pk=enrollment.officer.user.pk)

    with django_assert_max_num_queries(3):
        html = panel(enrollment.course_id, user, today=civil_today())

    assert enrollment.number in html
    assert enrollment.get_absolute_url() in html
    assert "Confirmed" in html
    assert "Fewer than 10 others" in html


def test_a_stranger_and_staff_without_a_record_are_told_nothing():
    enrollment = make_enrollment()
    staff = enrollment.confirmed_by

    assert panel(enrollment.course_id, Nobody(), today=civil_today()) == ""
    assert panel(enrollment.course_id, staff, today=civil_today()) == ""


def test_an_officer_without_a_service_sees_the_own_registration_alone():
    enrollment = make_enrollment(at=timezone.now())
    enrollment.officer.__class__.objects.filter(pk=enrollment.officer_id).update(service=None)

    html = panel(enrollment.course_id, enrollment.officer.user, today=civil_today())

    assert enrollment.number in html
    assert "others of" not in html.replace("You and others of your service", "others")
