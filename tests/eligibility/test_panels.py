"""Which courses are open to the reader of the catalogue: as the calendar says, and cheaply."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Course
from eligibility import prospects
from eligibility.models import RuleSetVersion
from eligibility.outlook import Answer
from eligibility.panels import eligible_courses
from tests.factories.accounts import make_officer, make_service, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def rules():
    load_rule_sets()


def eligible(officer):
    return eligible_courses(officer.user, today=timezone.localdate())


def test_without_a_service_record_there_is_no_answer():
    make_course()

    assert eligible_courses(make_user(), today=TODAY) is None


def test_the_courses_are_those_to_which_the_calendar_says_yes():
    today = timezone.localdate()
    make_run(course=make_course())
    make_run(course=make_course(rule_set_code="NONE"))
    make_run(
        course=make_course(),
        opens_on=today + timedelta(days=200),
        commences_on=today + timedelta(days=240),
    )
    make_course(mode=Course.Mode.SELF_PACED)
    for born_year in (1950, 1968, 1985):
        officer = make_officer(born_on=today.replace(year=born_year, day=1))
        lines = prospects.of_officer(officer, today)

        yes = {line.course.pk for line in lines if line.answer == Answer.YES}

        assert eligible(officer) == yes


def test_a_course_without_a_batch_ahead_is_judged_for_one_to_come():
    course = make_course()

    assert eligible(make_officer()) == {course.pk}
    assert eligible(make_officer(group="C")) == frozenset()


def test_the_same_grounds_are_judged_once(django_assert_num_queries):
    make_run()
    officer = make_officer()
    twin = make_officer(service=officer.service)
    eligible(officer)

    with django_assert_num_queries(2):  # the grounds, the version
        eligible(officer)
    with django_assert_num_queries(2):
        eligible(twin)


def test_whatever_the_answer_rests_on_changes_it_at_once():
    make_run()
    officer = make_officer()
    assert eligible(officer)

    officer.__class__.objects.filter(pk=officer.pk).update(group="C")
    assert not eligible(officer)

    officer.__class__.objects.filter(pk=officer.pk).update(group="A")
    assert eligible(officer)

    officer.__class__.objects.filter(pk=officer.pk).update(
        service=make_service(code="XYZ", family="OUTSIDE")
    )
    assert not eligible(officer)


def test_rules_that_end_or_begin_are_seen_at_once():
    run = make_run()
    officer = make_officer()
    assert eligible(officer) == {run.course_id}

    RuleSetVersion.objects.filter(rule_set__code="OM").update(effective_to="2020-01-01")
    make_course(code="renews-the-version")

    assert run.course_id in eligible(officer)  # before any other, the first one governs
