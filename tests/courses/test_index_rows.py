"""Rows of the catalogue's index that were made of the same are taken over; changed ones are not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from courses import catalogue_index, kept
from courses.models import Course
from tests.factories.courses import make_course, make_run

pytestmark = pytest.mark.django_db


def rows(today: date | None = None) -> dict[str, catalogue_index.Row]:
    kept.forget()
    index = catalogue_index.index(today=today or timezone.localdate())
    return {row.code: row for row in index.rows}


def test_only_what_changed_is_made_anew():
    make_course(code="one")
    other = make_course(code="other")
    before = rows()

    Course.objects.filter(pk=other.pk).update(title="Another")
    after = rows()

    assert after["one"] is before["one"]
    assert after["other"].title == "Another"


def test_a_batch_a_fee_and_the_day_change_a_row():
    course = make_course(code="one", fee_usd=Decimal(100))
    assert not rows()["one"].is_open

    run = make_run(course=course)
    assert rows()["one"].closes_on == run.registration_closes_on
    course.fees.update(fee_usd=40)
    assert rows()["one"].fee_usd == 40
    assert not rows(run.registration_closes_on + timedelta(days=1))["one"].is_open


def test_a_course_that_is_withdrawn_leaves_the_index():
    course = make_course(code="one")
    assert set(rows()) == {"one"}

    Course.objects.filter(pk=course.pk).update(is_published=False)

    assert rows() == {}
    assert catalogue_index._latest == {}
