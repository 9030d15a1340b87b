"""The public checker beyond one course: all courses, the link to share, and what it never keeps."""

import logging
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from accounts.models import AuditEntry, Officer
from courses.models import Course, Run
from courses.states import RunState
from eligibility import prospects
from eligibility.models import Decision
from igot.lib.dates import civil_today, dmy
from tests.factories.accounts import make_officer, make_service, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db
CHECK = "/eligibility/"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def run():
    load_rule_sets()
    make_service(name_hi="भारतीय प्रशासनिक सेवा")
    make_run(course=make_course(code="macro", title="Macro", rule_set_code="WEB"), code="macro-1")
    return make_run(course=make_course(code="poverty", title="Poverty"), code="poverty-1")


def facts(**changes: str) -> dict[str, str]:
    return {
        "training": "all",
        "service": "IAS",
        "group": "A",
        "born_on": "15.08.1985",
        "allotment_year": "2010",
        "joined_on": "30.08.2010",
        **changes,
    }


def main_of(page) -> str:
    return page.content.decode().split("<main")[1].split("</main>")[0]


def table_of(page) -> str:
    return main_of(page).split("<table")[1].split("</table>")[0]


def test_without_choosing_a_course_one_learns_about_all_of_them(client, run):
    Run.objects.create(course=run.course, code="june", name="June batch", state=RunState.ANNOUNCED)

    page = client.post(CHECK, facts())

    assert "On these facts you may join 3 of 3 courses and batches." in main_of(page)
    for words in ("Poverty", "Macro", "June batch", "01.01.2013 to 31.12.2041"):
        assert words in table_of(page)
    assert "On these facts you may join</h2>" not in main_of(page)


def test_after_the_answer_for_one_batch_stand_the_others(client, run):
    page = client.post(CHECK, facts(training="run:poverty-1"))

    assert "And for the other courses" in main_of(page)
    assert "Macro" in table_of(page)
    assert "Poverty" not in table_of(page)


def test_each_course_is_answered_by_its_own_rules(client, run):
    make_service(code="CSS", name="Central Secretariat Service", family="SECRETARIAT", groups="A,B")

    html = table_of(client.post(CHECK, facts(service="CSS", group="B")))

    assert "This service and group are not among those admitted." in html  # Poverty: OM
    assert "01.01.2013 to 31.12.2041" in html  # Macro: WEB


def test_all_courses_are_chosen_beforehand_unless_the_address_names_one(client, run):
    plain = main_of(client.get(CHECK))
    named = main_of(client.get(CHECK, {"course": "poverty"}))

    assert '<option value="all" selected>' in plain
    assert '<option value="run:poverty-1" selected>' in named


def test_batches_without_a_day_alone_can_be_checked(client):
    load_rule_sets()
    make_service()
    Run.objects.create(course=make_course(), code="june", name="June", state=RunState.ANNOUNCED)

    assert "June" in table_of(client.post(CHECK, facts()))


def test_a_very_long_list_is_cut_with_a_sentence(client, run, monkeypatch):
    monkeypatch.setattr(prospects, "MOST_SHOWN", 1)

    html = main_of(client.post(CHECK, facts()))

    assert "1 more is not shown" in html


# --- the link to share ---
@pytest.mark.parametrize(
    ("training", "address"),
    [
        ("all", "http://testserver/eligibility/"),
        ("run:poverty-1", "http://testserver/eligibility/?run=poverty-1"),
    ],
)
def test_the_link_to_share_names_the_course_and_nothing_of_the_person(
    client, run, training, address
):
    html = main_of(client.post(f"{CHECK}?course=macro", facts(training=training)))

    assert f'href="{address}"' in html
    assert f'data-copy="{address}"' in html


def test_the_link_leads_to_the_form_with_the_batch_chosen_and_nothing_else(client, run):
    html = main_of(client.get(f"{CHECK}?run=poverty-1"))

    assert '<option value="run:poverty-1" selected>' in html
    assert "1985" not in html


def test_an_officer_is_led_to_the_own_calendar_and_a_stranger_is_not(client, run):
    stranger = main_of(client.get(CHECK))
    sign_in(client, make_officer().user)

    assert "/eligibility/calendar/" in main_of(client.get(CHECK))
    assert "/eligibility/calendar/" not in stranger


def test_the_link_of_a_self_paced_course_names_the_course(client, run):
    make_course(code="gandhi", rule_set_code="WEB", mode=Course.Mode.SELF_PACED)

    html = main_of(client.post(CHECK, facts(training="course:gandhi")))

    assert 'href="http://testserver/eligibility/?course=gandhi"' in html


# --- nothing is kept ---
def test_no_fact_is_logged_stored_or_put_into_a_session(client, run, caplog):
    caplog.set_level(logging.DEBUG)

    page = client.post(CHECK, facts(born_on="04.03.1979", joined_on="31.02.2001"))
    page = client.post(CHECK, facts(born_on="04.03.1979"))

    assert page.status_code == 200
    assert not any("1979" in record.getMessage() for record in caplog.records)
    assert not AuditEntry.objects.exists()
    assert not Session.objects.exists()
    assert not Decision.objects.exists()
    assert not Officer.objects.exists()
    assert "sessionid" not in page.cookies
    assert "no-store" in page.headers["Cache-Control"]


def test_an_error_report_would_hold_none_of_the_facts(client, run, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(prospects, "calendar", fail)
    client.raise_request_exception = False

    page = client.post(CHECK, facts())

    assert page.wsgi_request.sensitive_post_parameters == "__ALL__"


def test_too_many_checks_get_a_page_with_a_sentence(client, run, monkeypatch):
    monkeypatch.setattr("igot.lib.limits.time.time", lambda: 1000.0)
    for _number in range(60):
        client.post(CHECK, {})

    page = client.post(CHECK, facts(born_on="04.03.1979"))

    assert page.status_code == 429
    assert "Please try again in 1 minute." in main_of(page)
    assert "1979" not in page.content.decode()


# --- what people type ---
@pytest.mark.parametrize(
    "changes",
    [
        {"born_on": "१५.०८.१९८५", "allotment_year": "२०१०", "joined_on": "३०.०८.२०१०"},
        {"born_on": "15/08/1985", "joined_on": "2010-08-30"},
        {"service": "  i.a.s. "},
        {"service": "Indian Administrative Service (IAS)"},
        {"service": "भारतीय प्रशासनिक सेवा"},
        {"service": "भारतीय प्रशासनिक सेवा (IAS)"},
    ],
)
def test_digits_of_any_script_and_names_of_any_kind_are_read(client, run, changes):
    page = client.post(CHECK, facts(**changes))

    assert "you may join 2 of 2" in main_of(page)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("born_on", "15.08.85", "is not a date"),
        ("born_on", "31.02.1985", "There is no such day"),
        ("born_on", "29.02.1985", "There is no such day"),
        ("born_on", "01.01.2099", "on or before"),
        ("born_on", "x" * 10_000, "is not a date"),
        ("born_on", "15.08.1985\x00", "is not a date"),
        ("born_on", "\u202e15.08.1985", "is not a date"),
        ("joined_on", "31.04.2010", "There is no such day"),
        ("allotment_year", "10", "is not a year"),
        ("allotment_year", "1984", "after the year of birth"),
        ("allotment_year", "2" * 10_000, "is not a year"),
        ("allotment_year", "20\x0010", "is not a year"),
        ("service", "x" * 10_000, "No service is called"),
        ("service", "\x00", "control character"),
        ("service", "IAS\u202e", "invisible mark"),
        ("group", "ABC", "Select a valid choice"),
        ("training", "run:\x00", "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_named_at_its_field_and_nothing_else_is_lost(
    client, run, field, value, says
):
    page = client.post(CHECK, facts(**{field: value}))

    assert page.status_code == 200
    assert says in str(page.context["form"].errors[field])
    kept = "30.08.2010" if field != "joined_on" else "15.08.1985"
    assert f'value="{kept}"' in main_of(page)
    assert len(page.content) < 100_000
    assert "is_answered" not in page.context


def test_a_birth_today_is_refused_for_a_course_that_commences_now(client, run):
    today = dmy(civil_today())

    page = client.post(CHECK, facts(born_on=today))

    assert page.status_code == 200
    assert "after the date of birth" in str(page.context["form"].errors)


def test_the_whole_answer_is_there_in_hindi(client, run):
    client.cookies["django_language"] = "hi"

    html = main_of(client.post(CHECK, facts(born_on=dmy(date(1950, 1, 1)))))

    assert "poverty" in html
    assert "भारतीय प्रशासनिक सेवा (IAS)" in html
