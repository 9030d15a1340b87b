"""What is kept for a version of the catalogue: never stale, whatever changed it and however."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.roles import Role
from courses import kept
from courses.models import CatalogueVersion, Course, Run
from courses.states import DecisionState
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_course, make_institute, make_module, make_run

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def titles(client):
    page = client.get(reverse("courses:list"))
    return [card.title for card in page.context["cards"]]


def test_a_second_request_asks_only_for_the_version(client, django_assert_num_queries):
    course = make_course()
    client.get(reverse("courses:list"))
    client.get(course.get_absolute_url())

    with django_assert_num_queries(1):
        client.get(reverse("courses:list"))
    with django_assert_num_queries(1):
        client.get(course.get_absolute_url())


@pytest.mark.parametrize(
    "change",
    [
        lambda course: Course.objects.filter(pk=course.pk).update(title="New"),
        lambda course: course.institute.__class__.objects.update(short_name="New"),
        lambda course: course.fees.update(fee_usd=90),
        lambda course: course.credits.all().delete(),
        lambda course: make_run(course=course),
        lambda course: Run.objects.all().delete(),
        lambda course: make_module(course=course),
        lambda course: course.partners.add(make_institute(code="mit", title="MIT")),
        lambda course: course.committee_decisions.update(audience="Everybody"),
    ],
)
def test_any_change_of_the_catalogue_renews_its_version(change):
    course = make_course()
    make_run(course=course)
    before = CatalogueVersion.objects.present()

    change(course)

    assert CatalogueVersion.objects.present() != before


def test_a_change_shows_at_once_also_one_made_by_sql(client):
    course = make_course(title="Old")
    assert titles(client) == ["Old"]

    Course.objects.filter(pk=course.pk).update(title="By update")
    assert titles(client) == ["By update"]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_course SET title = 'By SQL'")
    assert titles(client) == ["By SQL"]


def test_a_withdrawn_course_is_gone_from_list_and_page_at_once(client):
    course = make_course()
    assert client.get(course.get_absolute_url()).status_code == 200
    assert len(titles(client)) == 1

    course.committee_decisions.update(state=DecisionState.WITHDRAWN)

    assert titles(client) == []
    assert client.get(course.get_absolute_url()).status_code == 404


def test_a_change_that_is_rolled_back_leaves_the_version(client):
    make_course(title="Stays")
    before = CatalogueVersion.objects.present()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Course.objects.update(title="Goes")
        assert titles(client) == ["Goes"]
        _ = 1 / 0

    assert CatalogueVersion.objects.present() == before
    assert titles(client) == ["Stays"]


def test_what_is_kept_ends_with_the_day():
    make_course()
    made = []

    for day in (TODAY, TODAY, TODAY + timedelta(days=1)):
        kept.keep("thing", lambda: made.append(1) or len(made), today=day)

    assert len(made) == 2


def test_nothing_is_kept_of_what_was_not_found():
    make_course()
    asked = []

    for _time in range(2):
        kept.keep("missing", lambda: asked.append(1), today=TODAY)

    assert len(asked) == 2


def test_what_is_kept_stays_bounded(monkeypatch):
    make_course()
    monkeypatch.setattr(kept, "MOST", 3)

    for number in range(10):
        kept.keep(number, lambda: "x", today=TODAY)

    assert len(kept._present.things) <= 3


def test_languages_are_kept_apart(client):
    make_course(title="Poverty", title_hi="निर्धनता")
    assert titles(client) == ["Poverty"]

    client.cookies["django_language"] = "hi"
    assert titles(client) == ["निर्धनता"]


def test_a_page_that_only_staff_may_see_is_not_kept_for_others(client):
    course = make_course(is_published=False)
    sign_in(client, make_user(Role.DEALING_HAND))
    assert client.get(course.get_absolute_url()).status_code == 200

    client.logout()

    assert client.get(course.get_absolute_url()).status_code == 404
