"""The page of the eligibility calendar: whose it is, what it says, in what order, at what cost."""

from datetime import date, timedelta

import pytest

from accounts.models import Officer
from accounts.roles import Role
from courses.models import Course, Run
from courses.states import RunState
from igot.lib.dates import civil_today, dmy
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_decision

pytestmark = pytest.mark.django_db
CALENDAR = "/eligibility/calendar/"


@pytest.fixture
def officer(client):
    load_rule_sets()
    officer = make_officer()
    sign_in(client, officer.user)
    return officer


def table_of(page) -> str:
    return page.content.decode().split("<table")[1].split("</table>")[0]


def test_each_line_says_yes_or_no_with_the_days_that_fit(client, officer):
    run = make_run(course=make_course(title="Poverty"), name="Autumn batch")
    make_run(course=make_course(title="Ruleless", rule_set_code="NONE"))

    page = client.get(CALENDAR)

    html = table_of(page)
    assert "Autumn batch" in html
    assert dmy(run.commences_on) in html
    assert "01.01.2013 to 31.12.2041" in html
    assert "No rules are laid down for this course yet." in html
    assert "no-store" in page.headers["Cache-Control"]


def test_not_yet_says_from_when_and_no_says_why(client, officer):
    year = civil_today().year
    Officer.objects.filter(pk=officer.pk).update(joined_on=date(year, 1, 1))
    make_run()

    html = table_of(client.get(CALENDAR))

    assert "Not yet" in html
    assert f"Length of service is complete only from 01.01.{year + 3}." in html


def test_announced_without_a_day_and_self_paced_say_so(client, officer):
    Run.objects.create(
        course=make_course(), code="june", name="June batch", state=RunState.ANNOUNCED
    )
    make_course(mode=Course.Mode.SELF_PACED)

    html = table_of(client.get(CALENDAR))

    assert "Day not announced yet" in html
    assert "When you begin" in html


def test_courses_head_their_batches_and_by_day_they_mix(client, officer):
    today = civil_today()
    alpha, zeta = make_course(title="Alpha"), make_course(title="Zeta")
    make_run(course=alpha, name="Alpha late", commences_on=today + timedelta(days=40))
    make_run(course=zeta, name="Zeta soon", commences_on=today + timedelta(days=20))

    by_course = table_of(client.get(CALENDAR))
    by_day = table_of(client.get(CALENDAR, {"order": "date"}))

    assert by_course.count('scope="rowgroup"') == 2
    assert by_course.index("Alpha late") < by_course.index("Zeta soon")
    assert 'scope="rowgroup"' not in by_day
    assert by_day.index("Zeta soon") < by_day.index("Alpha late")
    assert 'href="/courses/' in by_day


@pytest.mark.parametrize("query", ["order=%00&page=-1", "order=zzz&page=x", "page=99999999"])
def test_an_odd_address_shows_the_list_all_the_same(client, officer, query):
    make_run(course=make_course(title="Poverty"))

    assert "Poverty" in table_of(client.get(f"{CALENDAR}?{query}"))


def test_a_decision_that_stands_is_linked(client, officer):
    decision = make_decision(officer=officer)

    html = table_of(client.get(CALENDAR))

    assert decision.number in html
    assert decision.get_absolute_url() in html


def test_an_incomplete_or_unverified_record_is_pointed_out(client, officer):
    make_run()
    Officer.objects.filter(pk=officer.pk).update(record_state="declared")
    declared = client.get(CALENDAR).content.decode()
    Officer.objects.filter(pk=officer.pk).update(born_on=None)
    incomplete = client.get(CALENDAR).content.decode()

    assert "not verified yet" in declared
    assert "has gaps" in incomplete
    assert "The date of birth is not on record." in incomplete


def test_without_any_course_the_page_says_what_will_come(client, officer):
    assert "No course is open at present" in client.get(CALENDAR).content.decode()


def test_long_lists_are_paged_and_take_no_more_queries(
    client, officer, django_assert_max_num_queries
):
    for number in range(35):
        make_run(course=make_course(title=f"Course {number:02}"))
    client.get(CALENDAR)

    with django_assert_max_num_queries(12):
        first = client.get(CALENDAR)
    second = client.get(CALENDAR, {"page": 2})

    assert "Course 00" in table_of(first) and "Course 34" not in table_of(first)
    assert "Course 34" in table_of(second)
    assert "You may join 35 of 35" in first.content.decode()


def test_only_officers_have_a_calendar(client):
    assert client.get(CALENDAR).status_code == 302
    sign_in(client, make_user(Role.PAYING_OFFICER))

    assert client.get(CALENDAR).status_code == 403


def test_the_page_is_there_in_hindi_with_the_course_in_hindi(client, officer):
    make_run(course=make_course(title_hi="गरीबी"))
    client.cookies["django_language"] = "hi"

    page = client.get(CALENDAR)

    assert "गरीबी" in table_of(page)
