"""The public list of courses: search, filters with counts, order, pages, and few queries."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from courses import facts
from courses.models import Course
from courses.states import RunState
from tests.factories.courses import make_course, make_institute, make_run

pytestmark = pytest.mark.django_db


def listed(client, **params):
    page = client.get(reverse("courses:list"), params)
    assert page.status_code == 200
    return [card.title for card in page.context["cards"]]


def test_anybody_sees_the_published_courses_and_no_others(client):
    make_course(title="Poverty")
    make_course(title="Hidden", is_published=False)

    assert listed(client) == ["Poverty"]


def test_words_are_found_in_titles_and_texts_of_both_languages(client):
    make_course(title="Poverty", title_hi="निर्धनता")
    make_course(title="Statistics", objective="Estimation and regression.")

    assert listed(client, q="pover") == ["Poverty"]
    assert listed(client, q="निर्धन") == ["Poverty"]
    assert listed(client, q="regression estimation") == ["Statistics"]
    assert listed(client, q="poverty regression") == []


def test_the_filters_narrow_the_list(client):
    ignou = make_institute(code="ignou", title="IGNOU")
    make_course(title="Poverty", level=Course.Level.ADVANCED)
    make_course(title="Gandhi", institute=ignou, level="", mode=Course.Mode.SELF_PACED)

    assert listed(client, institute="ignou") == ["Gandhi"]
    assert listed(client, level="advanced") == ["Poverty"]
    assert listed(client, mode="self_paced") == ["Gandhi"]
    assert listed(client, level="advanced", mode="self_paced") == []


def test_open_now_keeps_open_batches_and_self_paced_courses(client):
    today = timezone.localdate()
    make_run(course=make_course(title="Open"))
    make_run(
        course=make_course(title="Later"),
        opens_on=today + timedelta(days=1),
        commences_on=today + timedelta(days=40),
    )
    make_run(course=make_course(title="Withdrawn"), state=RunState.WITHDRAWN)
    make_course(title="Any day", mode=Course.Mode.SELF_PACED)

    assert sorted(listed(client, open="1")) == ["Any day", "Open"]


def test_a_batch_is_open_on_the_last_day_of_its_window(client):
    today = timezone.localdate()
    make_run(course=make_course(title="Last day"), closes_on=today, commences_on=today)

    assert listed(client, open="1") == ["Last day"]


def test_open_courses_come_first_and_the_one_that_closes_next_leads(client):
    today = timezone.localdate()
    make_course(title="A: no batch")
    make_run(course=make_course(title="B: in a month"), closes_on=today + timedelta(days=30))
    make_run(course=make_course(title="C: in a week"), closes_on=today + timedelta(days=7))

    assert listed(client) == ["C: in a week", "B: in a month", "A: no batch"]
    assert listed(client, sort="title") == ["A: no batch", "B: in a month", "C: in a week"]


def test_courses_can_be_ordered_by_level_with_the_unstated_last(client):
    make_course(title="Third", level=Course.Level.ADVANCED)
    make_course(title="Fourth", level="")
    make_course(title="First", level=Course.Level.INTRODUCTORY)
    make_course(title="Second", level=Course.Level.INTERMEDIATE)

    assert listed(client, sort="level") == ["First", "Second", "Third", "Fourth"]


def test_each_filter_counts_what_it_would_leave_under_the_others(client):
    for number in range(3):
        make_course(code=f"a{number}", level=Course.Level.ADVANCED)
    make_course(level=Course.Level.ADVANCED, mode=Course.Mode.SELF_PACED)
    query = facts.CatalogueQuery.of({"level": "advanced", "mode": "self_paced"})

    found = facts.search(query, today=timezone.localdate())

    counts = {
        facet.name: {choice.value: choice.courses for choice in facet.all_choices}
        for facet in found.facets
    }
    assert counts["mode"] == {"run": 3, "self_paced": 1}
    assert counts["level"] == {"advanced": 1}


def test_nothing_found_says_what_to_do(client):
    make_course(title="Poverty")

    none = client.get(reverse("courses:list"), {"q": "astronomy"}).content.decode()
    filtered = client.get(reverse("courses:list"), {"q": "poverty", "level": "advanced"})

    assert "No course found" in none
    assert "One course matches your words" in filtered.content.decode()


@pytest.mark.parametrize(
    "params",
    [
        {"page": "-1"},
        {"page": "9999999999999999999999"},
        {"page": "two"},
        {"q": "x" * 10_000},
        {"q": "हिन्दी" * 2_000},
        {"q": "\0%_\\'\"<script>"},
        {"level": "expert", "mode": "flying", "sort": "price", "open": "yes"},
        {"institute": "no-such-institute"},
        {"institute": "é" * 300},
        {"q": ["a", "b"], "page": ["1", "2"]},
        {"unknown": "1"},
    ],
)
def test_whatever_the_address_says_the_list_answers(client, params):
    make_course()

    assert client.get(reverse("courses:list"), params).status_code == 200


def test_what_was_typed_stands_escaped_in_the_page(client):
    page = client.get(reverse("courses:list"), {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_pages_keep_the_filters(client):
    for number in range(14):
        make_course(code=f"c{number:02}", level=Course.Level.ADVANCED)

    page = client.get(reverse("courses:list"), {"level": "advanced"}).content.decode()

    assert "?level=advanced&amp;page=2" in page
    assert len(listed(client, level="advanced", page="2")) == 2


@pytest.mark.parametrize("count", [5, 100])
def test_the_list_takes_few_queries_whatever_the_rows(client, django_assert_max_num_queries, count):
    for number in range(count):
        make_run(course=make_course(code=f"c{number}"))

    with django_assert_max_num_queries(6):
        client.get(reverse("courses:list"), {"q": "poverty", "open": "1"})


def test_a_card_says_where_registration_stands(client):
    today = timezone.localdate()
    make_run(course=make_course(title="Open"), closes_on=today + timedelta(days=3))
    make_course(title="None")

    cards = {card.title: card for card in client.get(reverse("courses:list")).context["cards"]}

    day = (today + timedelta(days=3)).strftime("%d.%m.%Y")
    assert cards["Open"].standing == f"Register by {day}"
    assert (cards["None"].standing, cards["None"].tone) == ("No open batch", "neutral")
    assert cards["Open"].price == "US$100"


def test_the_list_reads_in_hindi(client):
    call_command("load_catalogue", stdout=StringIO())

    with override("hi"):
        client.cookies["django_language"] = "hi"
        page = client.get(reverse("courses:list")).content.decode()

    assert "वैश्विक निर्धनता की चुनौतियाँ" in page
    assert "The Challenges of Global Poverty" not in page
