"""A queryset compiled once answers for each value as if it had been composed for it."""

from datetime import date
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from courses import course_page
from courses.models import Course, CourseModule, Run
from igot.lib import prepared as module
from igot.lib.prepared import KEY, TEXT, prepared
from tests.factories.courses import make_course, make_programme, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_compiled():
    module._compiled.clear()


def runs_of(course):
    return prepared("runs", lambda: Run.objects.filter(course=KEY).in_order(), {KEY: course.pk})


def test_each_value_finds_its_own_rows():
    one, other = make_run(), make_run()
    make_run(course=one.course)

    assert len(runs_of(one.course)) == 2
    assert list(runs_of(other.course)) == [other]
    assert not runs_of(make_course())


def test_rows_come_with_what_they_are_joined_to(django_assert_num_queries):
    course = make_course(code="one")
    make_course(code="other")

    def found(code):
        rows = prepared("course", joined, {TEXT: code})
        return next(iter(rows), None)

    def joined():
        return Course.objects.select_related("institute").filter(code=TEXT)[:1]

    found("other")
    with django_assert_num_queries(1):
        assert str(found("one").institute) == str(course.institute)
    assert found("none") is None


def test_values_are_given_as_parameters_and_never_written_into_the_statement():
    make_course(code="one")
    rows = prepared("quoted", lambda: Course.objects.filter(code=TEXT), {TEXT: "' OR 1=1 --"})

    assert list(rows) == []


def test_it_is_composed_once_for_each_name():
    composed = []

    def build():
        composed.append(1)
        return CourseModule.objects.filter(course=KEY).values_list("title")

    for day in (date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2)):
        list(prepared(("modules", day), build, {KEY: 1}))

    assert len(composed) == 2


def test_a_value_that_stands_nowhere_is_a_mistake():
    with pytest.raises(ValueError, match="no parameter"):
        prepared("all", lambda: Course.objects.all(), {KEY: 1})


def test_no_more_than_so_many_are_kept(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    for name in "abc":
        prepared(name, lambda: Run.objects.filter(course=KEY), {KEY: 1})

    assert len(module._compiled) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_each_thread_asks_on_a_connection_of_its_own():
    run, found = make_run(), []
    assert list(runs_of(run.course)) == [run]

    def ask():
        found.extend(runs_of(run.course))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()

    assert found == [run]


def test_each_course_has_the_page_that_is_composed_for_it_alone():
    today = timezone.localdate()
    programme = make_programme()
    courses = [make_course(programme=programme, code=f"course-{n}") for n in range(3)]
    for number, course in enumerate(courses):
        CourseModule.objects.create(course=course, position=1, title=f"Module {number}")
        make_run(course=course, name=f"Batch {number}")

    def pages():
        found = [course_page._made_page(course_of(one), today) for one in courses]
        return [(p.course, p.runs, p.outline, p.decision, p.programmes, p.related) for p in found]

    def course_of(course):
        return course_page._public_course(course.code, today)

    together = pages()
    alone = []
    for number in range(3):
        module._compiled.clear()
        alone.append(pages()[number])

    assert together == alone
    assert [page[1][0].name for page in together] == ["Batch 0", "Batch 1", "Batch 2"]
    assert [page[2][0].title for page in together] == ["Module 0", "Module 1", "Module 2"]
