"""The catalogue on the desk: what is public is read, drafts are written, rows speak."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.roles import Role
from courses.models import Course, CourseEdition, CourseFee, Requirement, Run
from courses.states import EditionState, RunState
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import (
    LAUNCHED_ON,
    make_committee_decision,
    make_course,
    make_institute,
    make_module,
    make_programme,
    make_provider,
)
from tests.factories.eligibility import load_rule_sets

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, db):
    call_command("sync_roles", stdout=StringIO())

    def sign_in_as(*roles):
        client.logout()
        client.user = make_user(*roles)
        sign_in(client, client.user)
        return client

    return sign_in_as


def url(thing, step=""):
    name = f"admin:{thing._meta.app_label}_{thing._meta.model_name}_{'step' if step else 'change'}"
    return reverse(name, args=[thing.pk, step] if step else [thing.pk])


def step(client, thing, name, **data):
    return client.post(url(thing, name), {"desk_confirmed": "1", **data})


def typed(course, **changes):
    """Return what the page of a draft sends, filled in from a course."""
    return {
        "title": course.title,
        "title_hi": course.title_hi,
        "level": course.level,
        "mode": course.mode,
        "certification": course.certification,
        "language": course.language,
        "objective": course.objective,
        "rule_set_code": course.rule_set_code,
        "institute": course.institute_id,
        "provider": course.provider_id,
        **changes,
    }


def test_the_content_of_a_public_course_cannot_be_typed_over(desk):
    load_rule_sets()
    course = make_course(title="Poverty")
    make_module(course=course)
    hand = desk(Role.DEALING_HAND)

    page = hand.get(url(course)).content.decode()

    assert 'name="title"' not in page and 'name="is_published"' not in page
    assert url(course, "edit") in page and url(course, "withdraw") in page
    assert hand.get(reverse("admin:courses_course_add")).status_code == 403


def test_a_draft_is_written_looked_at_and_published_by_another_on_the_desk(desk):
    load_rule_sets()
    course = make_course(title="Poverty")
    secretary = desk(Role.COMMITTEE_SECRETARY)
    opened = step(secretary, course, "edit")
    edition = CourseEdition.objects.get()
    assert opened.url == url(edition, "edit")

    outline = "First module\n> What it is about.\n- Unit one"
    step(secretary, edition, "edit", **typed(course, title="Wealth", outline=outline))
    record = secretary.get(url(edition)).content.decode()
    assert "Wealth" in record and "First module" in record and "Poverty" in record
    step(secretary, edition, "submit")
    assert step(secretary, edition, "publish").status_code == 409

    step(desk(Role.DEALING_HAND), edition, "publish")

    course.refresh_from_db()
    edition.refresh_from_db()
    assert (course.title, edition.state) == ("Wealth", EditionState.PUBLISHED)
    assert course.modules.get().units.get().title == "Unit one"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outline": "- A unit first"}, "Line 1 stands above the first module"),
        ({"outline": "One\nTwo", "outline_hi": "एक"}, "1 modules, the English one 2"),
        ({"least_weekly_hours": 9, "most_weekly_hours": 3}, "less than the hours a week at least"),
        ({"title": ""}, "This field is required"),
        ({"weeks": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(desk, changes, words):
    load_rule_sets()
    course = make_course()
    hand = desk(Role.DEALING_HAND)
    step(hand, course, "edit")
    edition = CourseEdition.objects.get()
    sent = typed(course, objective="Typed with care.", note="Because.", **{})

    page = step(hand, edition, "edit", **{**sent, **changes}).content.decode()

    assert words in page
    assert "Typed with care." in page and "Because." in page


def test_a_new_course_begins_as_a_draft_on_the_desk(desk):
    load_rule_sets()
    model = make_course(code="model")
    hand = desk(Role.DEALING_HAND)
    address = reverse("admin:courses_courseedition_add")
    assert 'name="code"' in hand.get(address).content.decode()

    hand.post(address, {**typed(model), "code": "fresh", "title": "Fresh"})

    edition = CourseEdition.objects.get()
    assert (edition.code, edition.title, edition.course) == ("fresh", "Fresh", None)
    again = hand.post(address, {**typed(model), "code": "fresh"}).content.decode()
    assert "A draft with the code fresh is under way." in again
    assert desk(Role.AUDITOR).get(address).status_code == 403


def test_a_course_is_withdrawn_and_superseded_on_the_desk(desk):
    course, successor = make_course(), make_course(title="Successor")
    hand = desk(Role.DEALING_HAND)
    data = {"withdrawn_on": "22.11.2020", "reason": "Discontinued.", "reference": "Circular 1"}

    asked = hand.get(url(course, "withdraw")).content.decode()
    step(hand, course, "withdraw", **data, successor=successor.pk)

    assert "Officers who are registered continue" in asked
    course.refresh_from_db()
    assert (course.withdrawn_on, course.superseded_by) == (date(2020, 11, 22), successor)
    future = {**data, "withdrawn_on": "01.01.2099"}
    assert "on or before" in step(hand, successor, "withdraw", **future).content.decode()


def test_a_new_title_is_handed_to_a_second_person_on_the_desk(desk):
    course = make_course(title="Old")

    step(desk(Role.DEALING_HAND), course, "rename", title="New", reference="Letter 3")

    edition = CourseEdition.objects.get()
    assert (edition.state, edition.title, edition.reference) == ("submitted", "New", "Letter 3")


# --- dated rows -------------------------------------------------------------------------------
def rows_of(course, *fees, initial=1):
    """Return what the page of a course sends with its fees, other tables left alone."""
    data = {}
    for name in ("credits", "aliases", "former_titles", "modules"):
        data |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    data |= {"fees-TOTAL_FORMS": len(fees), "fees-INITIAL_FORMS": initial}
    for number, fee in enumerate(fees):
        data |= {f"fees-{number}-{name}": value for name, value in fee.items()}
    return data


def old(course, until=""):
    fee = course.fees.order_by("pk").first()
    return {
        "id": fee.pk,
        "course": course.pk,
        "fee_usd": "100",
        "cap_usd": "100",
        "effective_from": "2019-05-17",
        "effective_to": until,
        "circular_reference": "O.M.",
    }


def new(course, **changes):
    return {
        "course": course.pk,
        "fee_usd": "175",
        "cap_usd": "100",
        "effective_from": "2022-06-01",
        "circular_reference": "Letter",
        **changes,
    }


def test_a_fee_over_days_that_another_covers_is_refused_at_its_row_with_the_other_s_days(desk):
    course = make_course()
    hand = desk(Role.DEALING_HAND)

    page = hand.post(url(course), rows_of(course, old(course), new(course))).content.decode()

    assert "in force from 17.05.2019, without a last day" in page
    assert CourseFee.objects.count() == 1


def test_a_fee_is_followed_by_another_in_one_save(desk):
    course = make_course()
    hand = desk(Role.DEALING_HAND)

    answer = hand.post(url(course), rows_of(course, old(course, "2022-05-31"), new(course)))

    assert answer.status_code == 302
    assert CourseFee.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fee_usd": "-1"}, "greater than or equal to 0"),
        ({"cap_usd": "-0.01"}, "greater than or equal to 0"),
        ({"effective_to": "2022-05-01"}, "The last day lies before the first."),
        ({"fee_usd": "100 EUR"}, "Enter a number."),
    ],
)
def test_a_fee_that_cannot_be_is_refused_at_its_row(desk, changes, words):
    course = make_course()
    hand = desk(Role.DEALING_HAND)
    rows = rows_of(course, old(course, "2022-05-31"), new(course, **changes))

    assert words in hand.post(url(course), rows).content.decode()
    assert CourseFee.objects.count() == 1


def test_the_page_of_one_fee_speaks_too(desk):
    course = make_course()
    hand = desk(Role.DEALING_HAND)
    data = {k: v for k, v in new(course).items()}

    page = hand.post(reverse("admin:courses_coursefee_add"), data).content.decode()

    assert "without a last day" in page
    assert CourseFee.objects.count() == 1


def test_a_new_fee_from_a_day_ends_the_one_before_it(desk):
    course = make_course()
    data = {
        "fee_usd": "175",
        "cap_usd": "100",
        "effective_from": "01.06.2022",
        "circular_reference": "Letter",
    }

    step(desk(Role.DEALING_HAND), course, "fee", **data)

    assert course.fees.get(effective_from=LAUNCHED_ON).effective_to == date(2022, 5, 31)


# --- batches ----------------------------------------------------------------------------------
def batch(course, **changes):
    return {
        "course": course.pk,
        "code": "june-2027",
        "name": "June batch",
        "note": "Days to follow.",
        "reschedules-TOTAL_FORMS": "0",
        "reschedules-INITIAL_FORMS": "0",
        **changes,
    }


def test_a_batch_without_days_is_announced_for_a_month_and_given_its_days_later(desk):
    course, hand = make_course(), desk(Role.DEALING_HAND)
    hand.post(reverse("admin:courses_run_add"), batch(course, expected_month="2027-06-01"))
    run = Run.objects.get()
    assert (run.state, run.expected_month) == (RunState.ANNOUNCED, date(2027, 6, 1))

    step(
        hand,
        run,
        "schedule",
        commences_on="07.06.2027",
        ends_on="30.08.2027",
        registration_opens_on="01.05.2027",
        registration_closes_on="06.06.2027",
    )

    run.refresh_from_db()
    assert (run.state, run.note) == (RunState.SCHEDULED, "Days to follow.")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({}, "expected_month", "Give the days, or the month"),
        ({"expected_month": "2027-06-02"}, "expected_month", "first day of the month"),
        ({"commences_on": "2027-06-07"}, "registration_opens_on", "all of these days, or none"),
        (
            {
                "registration_opens_on": "2027-05-01",
                "registration_closes_on": "2027-09-01",
                "commences_on": "2027-06-07",
                "ends_on": "2027-08-30",
            },
            "registration_closes_on",
            "after the run ends on 30.08.2027",
        ),
        (
            {"expected_month": "2027-06-01", "fee_usd": "-5"},
            "fee_usd",
            "greater than or equal to 0",
        ),
        (
            {"expected_month": "2027-06-01", "fee_usd": "175"},
            "terms_reference",
            "rest on a letter or circular",
        ),
    ],
)
def test_a_batch_that_cannot_be_is_refused_at_its_field(desk, changes, field, words):
    course, hand = make_course(), desk(Role.DEALING_HAND)

    page = hand.post(reverse("admin:courses_run_add"), batch(course, **changes))

    assert words in str(page.context["adminform"].form.errors[field])
    assert not Run.objects.exists()


# --- the requirement tree ---------------------------------------------------------------------
def tree_rows(programme, *rows, initial=0):
    data = {
        "title": programme.title,
        "institute": programme.institute_id,
        "provider": programme.provider_id,
    }
    for name in ("programmecourse_set", "grade_rules"):
        data |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    data |= {"requirements-TOTAL_FORMS": len(rows), "requirements-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        values = {"programme": programme.pk, "position": number + 1, "title": "", **row}
        data |= {f"requirements-{number}-{name}": value for name, value in values.items()}
    return data


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"kind": "course", "title": "One"}, "Name the course."),
        ({"kind": "any", "title": "Some"}, "Say how many of the rows below it"),
        ({"kind": "all", "least": "2", "title": "All"}, "Only “At least some of these” has"),
    ],
)
def test_a_row_of_the_tree_that_cannot_be_says_why(desk, row, words):
    programme, hand = make_programme(), desk(Role.DEALING_HAND)

    page = hand.post(url(programme), tree_rows(programme, row)).content.decode()

    assert words in page
    assert not Requirement.objects.exists()


def test_a_tree_has_one_root(desk):
    programme, hand = make_programme(), desk(Role.DEALING_HAND)
    rows = [{"kind": "all", "title": "One"}, {"kind": "all", "title": "Two"}]

    page = hand.post(url(programme), tree_rows(programme, *rows)).content.decode()

    assert "A tree has one root" in page
    assert not Requirement.objects.exists()


def test_a_tree_is_entered_root_first(desk):
    programme, hand = make_programme(), desk(Role.DEALING_HAND)
    course = make_course(programme=programme)
    hand.post(url(programme), tree_rows(programme, {"kind": "all", "title": "All"}))
    root = Requirement.objects.get()
    rows = [
        {"id": root.pk, "kind": "all", "title": "All"},
        {"parent": root.pk, "kind": "course", "course": course.pk, "title": "Its course"},
    ]

    answer = hand.post(url(programme), tree_rows(programme, *rows, initial=1))

    assert answer.status_code == 302
    assert root.branches.get().course == course


# --- budgets ----------------------------------------------------------------------------------
def test_the_list_of_drafts_keeps_to_fifteen_queries(desk, django_assert_max_num_queries):
    hand = desk(Role.DEALING_HAND)
    for _number in range(12):
        step(hand, make_course(), "edit")

    with django_assert_max_num_queries(15):
        hand.get(reverse("admin:courses_courseedition_changelist"))


def test_a_course_that_awaits_its_decision_shows_why_it_is_not_published(desk):
    course = make_course(is_published=False)
    institute, provider = make_institute(), make_provider()
    assert (course.institute, course.provider) == (institute, provider)
    step(desk(Role.COMMITTEE_SECRETARY), course, "edit")
    edition = CourseEdition.objects.get()
    step(desk(Role.COMMITTEE_SECRETARY), edition, "submit")
    hand = desk(Role.DEALING_HAND)

    refused = step(hand, edition, "publish").content.decode()
    make_committee_decision(course=course, state="in_force")
    step(hand, edition, "publish")

    assert "No decision of the selection committee is in force" in refused
    assert Course.objects.published().get() == course
