"""The page of a course: dates, outline, cost, certificate and authority, in both languages."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from courses import course_page
from courses.models import CommitteeDecision, Course, CourseFee, Institute
from courses.states import DecisionState, RunState
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import (
    make_course,
    make_institute,
    make_module,
    make_programme,
    make_run,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
OPEN = "Open for registration"


def page_of(client, course):
    answer = client.get(course.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_names_the_decision_and_who_may_join(client):
    course = make_course()
    CommitteeDecision.objects.filter(course=course).update(
        resolution_number="SC/2019/7", audience="Group A officers only."
    )

    page = page_of(client, course)

    assert "SC/2019/7" in page
    assert "Group A officers only." in page


def test_a_course_that_is_not_published_is_not_found_by_the_public(client):
    assert client.get(make_course(is_published=False).get_absolute_url()).status_code == 404


def test_withdrawing_the_decision_takes_the_page_away(client):
    course = make_course()
    course.committee_decisions.update(state=DecisionState.WITHDRAWN)

    assert client.get(course.get_absolute_url()).status_code == 404


def test_a_decision_for_other_officers_does_not_open_the_course(client):
    course = make_course(rule_set_code="OM")
    course.committee_decisions.update(rule_set_code="WEB")

    assert client.get(course.get_absolute_url()).status_code == 404


def test_a_decision_opens_the_course_on_its_days_only():
    course = make_course()
    course.committee_decisions.update(valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30))

    for day, is_public in [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ]:
        assert Course.objects.published(day).exists() is is_public, day


def test_staff_see_an_unpublished_course_with_a_warning(client):
    course = make_course(is_published=False)
    sign_in(client, make_user(Role.DEALING_HAND))

    assert "Visitors do not see this page" in page_of(client, course)


def test_an_open_batch_offers_registration(client):
    course = make_course()
    run = make_run(course=course, name="March 2027")

    page = client.get(course.get_absolute_url())

    assert page.context["page"].may_register
    assert page.context["page"].check_query == f"run={run.code}"
    assert "Open for registration" in page.content.decode()


def test_without_an_open_batch_nobody_is_asked_to_register(client):
    course = make_course()
    today = timezone.localdate()
    make_run(
        course=course, opens_on=today + timedelta(days=5), commences_on=today + timedelta(days=50)
    )

    page = client.get(course.get_absolute_url())

    assert not page.context["page"].may_register
    opens = (today + timedelta(days=5)).strftime("%d.%m.%Y")
    assert f"Opens on {opens}" in page.content.decode()


@pytest.mark.parametrize(
    ("opens", "closes", "begins", "ends", "state", "words"),
    [
        (
            "2026-11-22",
            "2026-11-30",
            "2026-11-30",
            "2027-02-01",
            "current",
            "Open for registration",
        ),
        (
            "2026-11-01",
            "2026-11-22",
            "2026-11-22",
            "2027-02-01",
            "current",
            "Open for registration",
        ),
        ("2026-11-23", "2026-11-30", "2026-11-30", "2027-02-01", "next", "Opens on 23.11.2026"),
        ("2026-11-01", "2026-11-21", "2026-11-30", "2027-02-01", "next", "Registration closed"),
        ("2026-09-01", "2026-11-01", "2026-11-01", "2026-11-22", "current", "In progress"),
        ("2026-09-01", "2026-10-01", "2026-10-01", "2026-11-21", "done", "Ended"),
    ],
)
def test_a_batch_stands_where_its_days_put_it(opens, closes, begins, ends, state, words):
    run = make_run(
        opens_on=date.fromisoformat(opens),
        closes_on=date.fromisoformat(closes),
        commences_on=date.fromisoformat(begins),
        ends_on=date.fromisoformat(ends),
    )

    line = course_page.run_line(run, today=TODAY)

    assert (line.state, line.standing) == (state, words)


def test_an_announced_batch_without_days_and_a_withdrawn_one_are_shown_as_such():
    announced = make_run(state=RunState.ANNOUNCED)
    withdrawn = make_run(state=RunState.WITHDRAWN)

    assert course_page.run_line(announced, today=TODAY).standing == "Announced, days to follow"
    assert course_page.run_line(withdrawn, today=TODAY).state == "blocked"


def test_a_batch_says_how_many_seats_it_has_and_what_becomes_of_those_beyond(client):
    course = make_course()
    ahead = timezone.localdate() + timedelta(days=90)
    make_run(course=course, commences_on=ahead, ends_on=ahead + timedelta(days=80), seats=40)

    page = page_of(client, course)

    assert "40 seats; who registers beyond them stands on a waiting list" in page


def test_a_batch_without_a_number_of_seats_says_nothing_of_them():
    assert course_page.run_line(make_run(seats=None), today=TODAY).seats == ""


def test_what_is_above_the_cap_is_shown_before_anybody_registers(client):
    course = make_course(fee_usd=Decimal(175), cap_usd=Decimal(100))

    page = page_of(client, course)

    assert "US$175" in page
    assert "You bear yourself" in page
    assert "US$75" in page


def test_only_the_fee_in_force_today_counts(client):
    course = make_course(fee_usd=Decimal(100))
    today = timezone.localdate()
    course.fees.update(effective_to=today)
    CourseFee.objects.create(
        course=course,
        fee_usd=175,
        cap_usd=100,
        effective_from=today + timedelta(days=1),
        circular_reference="Later circular",
    )

    assert "US$175" not in page_of(client, course)


def test_without_a_fee_there_is_nothing_to_claim(client):
    page = page_of(client, make_course(fee_usd=None))

    assert "No fee is notified for this course" in page
    assert "Claim the fee" not in page


def test_the_certificate_asks_what_the_grade_rule_in_force_asks(client):
    course = make_course(programme=make_programme(least_grade=Decimal("62.50")))

    page = page_of(client, course)

    assert "Reach a final online grade of 62.5 per cent or more." in page
    assert "Pass the proctored examination" in page


def test_modules_show_their_units_in_order(client):
    course = make_course(mode=Course.Mode.SELF_PACED, certification=Course.Certification.MODULES)
    make_module(course=course, position=2, title="Second")
    make_module(course=course, position=1, title="First", units=0)

    outline = course_page.outline_of(course)

    assert [(m.title, len(m.units)) for m in outline] == [("First", 0), ("Second", 4)]
    assert outline[1].units == ["Unit 1", "Unit 2", "Unit 3", "Unit 4"]


@pytest.mark.parametrize("rows", [1, 40])
def test_the_page_takes_nine_queries_whatever_the_rows(client, django_assert_num_queries, rows):
    course = make_course(programme=make_programme())
    for position in range(1, rows + 1):
        make_run(course=course)
        make_module(course=course, position=position)
        course.partners.add(make_institute(code=f"partner-{position}", title="Partner"))

    with django_assert_num_queries(9):
        client.get(course.get_absolute_url())


def test_the_gandhi_course_reads_in_hindi(client):
    call_command("load_catalogue", stdout=StringIO())
    client.cookies["django_language"] = "hi"

    page = page_of(client, Course.objects.get(code="gandhi-contemporary-world"))

    assert "समकालीन विश्व में गांधी की प्रासंगिकता" in page
    assert "गांधी और उनकी विरासत" in page
    assert "Gandhi and His Legacy" not in page


def test_the_programme_lists_required_and_further_courses(client):
    call_command("load_catalogue", stdout=StringIO())

    page = client.get(reverse("courses:programme", args=["dedp"]))

    assert len(page.context["required"]) == 5
    assert [card.title for card in page.context["further"]] == [
        "Political Economy and Economic Development"
    ]
    assert "50 per cent or more and a proctored examination" in page.content.decode()


def test_an_institute_lists_the_courses_that_it_offers_or_shares(client):
    mit = make_institute(code="mit", title="MIT")
    shared = make_course(title="Shared")
    shared.partners.add(mit)
    make_course(title="Other")

    page = client.get(mit.get_absolute_url())

    assert [card.title for card in page.context["cards"]] == ["Shared"]


def test_an_institute_without_a_course_says_so(client):
    empty = make_institute(code="empty", title="An institute")

    assert "No course at present" in client.get(empty.get_absolute_url()).content.decode()
    assert Institute.objects.filter(code="empty").exists()


@pytest.mark.parametrize("name", ["detail", "programme", "institute"])
def test_unknown_codes_are_not_found(client, name):
    assert client.get(reverse(f"courses:{name}", args=["nothing"])).status_code == 404


def test_the_sitemap_names_published_courses_only(client):
    shown, hidden = make_course(), make_course(is_published=False)

    answer = client.get("/sitemap.xml")

    assert answer.headers["Content-Type"] == "application/xml"
    text = answer.content.decode()
    assert text.startswith("<?xml")
    assert f"http://testserver{shown.get_absolute_url()}</loc>" in text
    assert hidden.get_absolute_url() not in text


def test_robots_are_told_where_the_sitemap_is(client):
    assert "Sitemap: http://testserver/sitemap.xml" in client.get("/robots.txt").content.decode()
