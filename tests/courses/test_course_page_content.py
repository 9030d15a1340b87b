"""What a course page says of its batches, terms, history and programme, and says to machines."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import override_settings
from django.utils import timezone, translation

from courses import course_page, course_words, structured, year_strip
from courses.models import CourseFee, FormerTitle, Run
from courses.states import RunState
from tests.factories.accounts import make_officer, sign_in
from tests.factories.courses import make_course, make_institute, make_programme, make_run
from tests.look.html import Page

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
CLOSING = 'Tom & "Jerry"</script><script>alert(1)</script>\u2028'


def page_of(client, course):
    answer = client.get(course.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def made(course, *, today=None):
    page = course_page.page_of(course.code, None, today=today or timezone.localdate())
    assert page is not None
    return page


def data_of(html):
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(block)


def meta_of(html, name):
    for element in Page(html).all("meta"):
        if name in (element.attrs.get("property"), element.attrs.get("name")):
            return element.attrs["content"]
    return None


# --- effort ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("least", "most", "weeks", "words"),
    [
        (12, 14, 11, "132 to 154 hours in all"),
        (12, 12, 11, "About 132 hours in all"),
        (None, 5, 4, "About 20 hours in all"),
        (12, 14, None, ""),
        (None, None, 11, ""),
    ],
)
def test_the_whole_effort_is_told_where_hours_and_weeks_are_known(least, most, weeks, words):
    course = make_course(least_weekly_hours=least, most_weekly_hours=most, weeks=weeks)

    assert course_words.whole_effort_words(course) == words


# --- terms of batches --------------------------------------------------------------------------
def test_the_headline_is_the_price_of_the_batch_that_is_open(client):
    course = make_course(fee_usd=Decimal(100))
    make_run(course=course, fee_usd=Decimal(175), cap_usd=Decimal(100))

    html = page_of(client, course)

    assert "US$175" in html
    assert "You bear yourself" in html
    assert "US$75" in html


def test_batches_stand_beside_each_other_only_where_their_terms_differ(client):
    course = make_course()
    first = make_run(course=course, name="First")
    alike = made(course).batch_terms
    later = first.commences_on + timedelta(days=90)
    make_run(
        course=course,
        name="Second",
        opens_on=first.commences_on + timedelta(days=60),
        commences_on=later,
        fee_usd=Decimal(175),
        most_attempts=2,
        least_grade=Decimal(60),
        needs_proctored_exam=True,
        payment_valid_until=later,
        terms_reference="Letter 7",
    )

    one, two = made(course).batch_terms

    assert alike == []
    assert (one.name, one.fee, one.attempts) == ("First", "US$100", "")
    assert (two.fee, two.back, two.own_share) == ("US$175", "US$100", "US$75")
    assert two.passing == "60 per cent and proctored examination"
    assert (two.attempts, two.reference) == ("2", "Letter 7")
    html = page_of(client, course)
    assert "The terms differ from batch to batch" in html
    assert "Letter 7" in html


def test_a_batch_that_opens_after_a_new_fee_begins_is_shown_at_the_new_fee():
    course = make_course(fee_usd=Decimal(100))
    today = timezone.localdate()
    CourseFee.objects.filter(course=course).update(effective_to=today + timedelta(days=9))
    CourseFee.objects.create(
        course=course,
        fee_usd=175,
        cap_usd=100,
        effective_from=today + timedelta(days=10),
        circular_reference="Later circular",
    )
    make_run(course=course, name="Now")
    make_run(
        course=course,
        name="Later",
        opens_on=today + timedelta(days=10),
        commences_on=today + timedelta(days=60),
    )

    assert [batch.fee for batch in made(course).batch_terms] == ["US$100", "US$175"]


def test_attempts_and_validity_of_the_payment_stand_with_the_examination(client):
    course = make_course(programme=make_programme())
    make_run(course=course, most_attempts=1, payment_valid_until=date(2030, 5, 31))

    html = page_of(client, course)

    assert "You have one attempt." in html
    assert "good for an examination until 31.05.2030" in html


def test_the_way_of_the_money_names_the_time_limit_and_its_rule_and_no_other_term(client):
    html = page_of(client, make_course())

    assert "within two years of passing and paying" in html
    assert "rule 295" in html
    assert not re.search(r"within \d+ (?:days|weeks|months)", html)


# --- the drawing -------------------------------------------------------------------------------
def run_of(**days):
    return Run(name=days.pop("name", "Batch"), state=RunState.SCHEDULED, **days)


def test_windows_and_courses_are_drawn_in_order_within_the_drawing():
    run = run_of(
        registration_opens_on=date(2026, 11, 1),
        registration_closes_on=date(2026, 12, 1),
        commences_on=date(2026, 12, 1),
        ends_on=date(2027, 2, 22),
    )

    strip = year_strip.strip_of([run], TODAY)

    (row,) = strip.rows
    assert row.window.x == 0
    assert row.window.x + row.window.width <= row.course.x + 5
    assert row.course.x + row.course.width <= strip.width
    assert 0 < strip.today_x < row.course.x
    assert strip.months[0].year == "2026"
    assert [month.year for month in strip.months if month.year] == ["2026", "2027"]


def test_a_batch_without_a_day_is_drawn_over_its_month_and_without_a_month_not_at_all():
    june = Run(name="June", state=RunState.ANNOUNCED, expected_month=date(2027, 6, 1))
    some_day = Run(name="Some day", state=RunState.ANNOUNCED)

    strip = year_strip.strip_of([june, some_day], TODAY)

    assert [row.name for row in strip.rows] == ["June"]
    assert strip.rows[0].expected is not None
    assert strip.rows[0].course is None
    assert year_strip.strip_of([some_day], TODAY) is None


def test_a_batch_years_away_stays_within_the_drawing():
    far = run_of(commences_on=date(2031, 1, 1), ends_on=date(2031, 3, 1))

    strip = year_strip.strip_of([far], TODAY)

    assert len(strip.months) <= 24
    assert all(0 <= bar.x <= strip.width for bar in [strip.rows[0].course])
    assert strip.rows[0].is_at_end


def test_the_page_says_in_which_month_an_announced_batch_is_expected(client):
    course = make_course()
    course.runs.create(
        code="june", name="June batch", state=RunState.ANNOUNCED, expected_month=date(2030, 6, 1)
    )

    html = page_of(client, course)

    assert "June batch" in html
    assert "Expected in June 2030" in html
    assert 'class="months-expected"' in html


def test_no_drawing_carries_a_style_of_its_own(client):
    html = page_of(client, make_run().course)

    assert '<svg class="months-strip"' in html
    assert " style=" not in html


# --- history and neighbours --------------------------------------------------------------------
def test_former_titles_and_what_it_takes_the_place_of_are_named(client):
    course = make_course(title="New name")
    FormerTitle.objects.create(
        course=course, title="Old name", until=date(2023, 3, 31), reference="L/1"
    )
    make_course(
        title="Predecessor",
        is_published=False,
        first_published_at=timezone.now(),
        withdrawn_on=date(2024, 1, 1),
        superseded_by=course,
    )

    html = page_of(client, course)

    assert "Formerly “Old name” (until 31.03.2023)" in html
    assert "Takes the place of" in html
    assert "Predecessor" in html


def test_a_withdrawn_course_keeps_its_page_and_leads_to_its_successor(client):
    successor = make_course(title="Successor")
    course = make_course(
        title="Withdrawn one",
        is_published=False,
        first_published_at=timezone.now(),
        withdrawn_on=date(2024, 1, 1),
        withdrawn_reason="The institute has ended it.",
        superseded_by=successor,
    )
    make_run(course=course)

    html = page_of(client, course)

    assert "This course is withdrawn from 01.01.2024." in html
    assert "The institute has ended it." in html
    assert successor.get_absolute_url() in html
    assert "Nobody new can register." in html
    assert "/register/" not in html
    assert "Check my eligibility" not in html
    assert "hasCourseInstance" not in data_of(html)
    assert "Visitors do not see this page" not in html


def test_other_courses_of_the_programme_are_linked_six_at_most(client):
    programme = make_programme()
    courses = [make_course(title=f"Course {n}", programme=programme) for n in range(9)]
    make_course(title="Stranger")
    make_course(title="Hidden", programme=programme, is_published=False)

    names = [link.name for link in made(courses[0]).related]

    assert names == [f"Course {n}" for n in range(1, 7)]
    assert "Other courses of the programme" in page_of(client, courses[0])


# --- for machines ------------------------------------------------------------------------------
@override_settings(SITE_URL="https://igot.example")
def test_search_engines_read_course_batch_and_offer(client):
    course = make_course(
        code="poverty", title="Poverty", title_hi="निर्धनता", programme=make_programme(), weeks=11
    )
    course.least_weekly_hours = course.most_weekly_hours = 12
    course.save()
    run = make_run(course=course)

    data = data_of(page_of(client, course))

    assert (data["@context"], data["@type"]) == ("https://schema.org", "Course")
    assert data["url"] == "https://igot.example/courses/poverty/"
    assert data["alternateName"] == ["निर्धनता"]
    assert data["provider"]["@type"] == "EducationalOrganization"
    assert data["inLanguage"] == "en"
    assert data["isAccessibleForFree"] is False
    (instance,) = data["hasCourseInstance"]
    assert instance["startDate"] == run.commences_on.isoformat()
    assert instance["courseWorkload"] == "PT132H"
    assert instance["courseSchedule"]["duration"] == "PT12H"
    offer = instance["offers"]
    assert (offer["price"], offer["priceCurrency"]) == ("100.00", "USD")
    assert offer["validThrough"] == run.registration_closes_on.isoformat()


def test_a_course_without_a_fee_is_free_and_an_undated_batch_is_no_instance(client):
    course = make_course(fee_usd=None)
    course.runs.create(code="june", name="June batch", state=RunState.ANNOUNCED)

    data = data_of(page_of(client, course))

    assert data["isAccessibleForFree"] is True
    assert data["offers"]["category"] == "Free"
    assert "hasCourseInstance" not in data


def test_no_text_of_a_course_breaks_out_of_its_place(client):
    course = make_course(title=CLOSING, title_hi=CLOSING, objective=CLOSING, prerequisites=CLOSING)
    FormerTitle.objects.create(course=course, title=CLOSING, until=date(2023, 3, 31))
    make_run(course=course, name=CLOSING)

    html = page_of(client, course)

    assert "<script>alert" not in html
    assert data_of(html)["name"] == CLOSING
    assert meta_of(html, "og:title") == CLOSING
    assert Page(html).faults == []


def test_the_block_of_data_has_no_character_of_html():
    script = structured.script_of({"name": "</script>&<!--\u2029"})

    inner = script.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&\u2028\u2029") & set(inner)
    assert json.loads(inner)["name"] == "</script>&<!--\u2029"


@override_settings(SITE_URL="https://igot.example/")
def test_social_pages_read_title_description_and_address(client):
    course = make_course(code="poverty", title="Poverty", objective="Why it lasts. " * 40)

    html = page_of(client, course)

    assert meta_of(html, "og:title") == "Poverty"
    assert meta_of(html, "og:url") == "https://igot.example/courses/poverty/"
    assert meta_of(html, "og:locale") == "en_IN"
    assert meta_of(html, "twitter:card") == "summary_large_image"
    assert len(meta_of(html, "og:description")) <= 160
    (canonical,) = Page(html).all("link", rel="canonical")
    assert canonical.attrs["href"] == "https://igot.example/courses/poverty/"
    assert meta_of(html, "og:image") == "https://igot.example/static/img/share.png"


@override_settings(SITE_URL="https://igot.example")
def test_a_calendar_program_subscribes_in_the_language_of_the_page():
    course = make_course(code="poverty")

    with translation.override("hi"):
        address = made(course).webcal

    assert address == "webcal://igot.example/courses/poverty/calendar.ics?lang=hi"


# --- what it costs -----------------------------------------------------------------------------
def test_a_kept_page_takes_few_queries_for_who_is_signed_in(client, django_assert_max_num_queries):
    course = make_course(programme=make_programme())
    for _number in range(8):
        make_run(course=course)
    for number in range(5):
        course.partners.add(make_institute(code=f"p-{number}", title="Partner"))
    sign_in(client, make_officer().user)
    client.get(course.get_absolute_url())

    with django_assert_max_num_queries(12):
        assert "you can take this course" in page_of(client, course)
