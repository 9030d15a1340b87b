"""The catalogue's tables: what is published, what is open, what the database refuses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Course, Run
from tests.factories.courses import make_course, make_run

pytestmark = pytest.mark.django_db


def test_a_course_without_a_decision_in_force_is_not_public():
    resting = make_course(code="resting")
    make_course(code="draft", is_published=False)
    floating = make_course(code="floating", is_published=False)
    Course.objects.filter(pk=floating.pk).update(is_published=True)

    assert list(Course.objects.published()) == [resting]


def test_the_window_of_registration_includes_both_its_days():
    run = make_run()
    opens, closes = run.registration_opens_on, run.registration_closes_on

    assert run.is_open_on(opens) and run.is_open_on(closes)
    assert not run.is_open_on(opens - timedelta(days=1))
    assert not run.is_open_on(closes + timedelta(days=1))
    assert list(Run.objects.open_on(closes)) == [run]
    assert not Run.objects.open_on(closes + timedelta(days=1))


def test_a_run_made_for_tests_is_open_today():
    assert make_run().is_open_on(timezone.localdate())
