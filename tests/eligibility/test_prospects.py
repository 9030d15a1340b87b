"""The calendar of one person over all that is open or announced, from rows."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from courses.models import Course, Run
from courses.states import RunState
from eligibility import prospects
from eligibility.actions import decisions
from eligibility.books import Books
from eligibility.facts import rule_book
from eligibility.models import RuleSetVersion
from eligibility.outlook import Answer
from eligibility.prospects import Order
from eligibility.trainings import datable, on_offer
from igot.lib.dates import civil_today
from tests.factories.accounts import make_officer, make_posting, make_service, make_user
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import (
    load_rule_sets,
    make_decision,
    make_override_proposal,
    make_rule_set_version,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule_sets():
    load_rule_sets()


def announce(course: Course, code: str) -> Run:
    """Announce a batch of which no day is known yet."""
    return Run.objects.create(course=course, code=code, name=code, state=RunState.ANNOUNCED)


def answers(officer):
    lines = prospects.of_officer(officer, civil_today())
    return {line.offer.key: line.answer for line in lines}


# --- rule books ---
def test_books_find_the_version_that_the_database_finds(rule_sets):
    first = RuleSetVersion.objects.get(rule_set__code="WEB")
    RuleSetVersion.objects.filter(pk=first.pk).update(effective_to=date(2027, 12, 31))
    later = make_rule_set_version(code="WEB", effective_from=date(2028, 1, 1), age_limit=50)
    RuleSetVersion.objects.filter(pk=later.pk).update(
        approved_at=timezone.now(), approved_by=make_user()
    )
    make_rule_set_version(code="WEB", effective_from=date(2026, 1, 1), version=9)  # a draft
    books = Books(["WEB", "OM"])

    for day in (date(1990, 1, 1), date(2026, 6, 1), date(2027, 12, 31), date(2028, 1, 1)):
        for code in ("WEB", "OM"):
            assert books.governing(code, day) == rule_book(
                RuleSetVersion.objects.governing(code, day)
            )


def test_without_rule_sets_in_the_database_those_of_the_delivery_answer():
    books = Books(["OM"])

    assert books.governing("OM", date(2026, 1, 1)).code == "OM"
    assert books.governing("NONE", date(2026, 1, 1)) is None


def test_all_books_are_read_in_one_query(rule_sets, django_assert_num_queries):
    with django_assert_num_queries(1):
        books = Books(["OM", "WEB"])
        for year in range(2019, 2030):
            books.governing("OM", date(year, 1, 1))
            books.governing("WEB", date(year, 1, 1))


# --- what is on offer ---
def test_open_announced_and_self_paced_are_on_offer_and_what_is_over_is_not(rule_sets):
    today = civil_today()
    course = make_course(code="poverty")
    make_run(course=course, code="open")
    make_run(
        course=course, code="closed", closes_on=today - timedelta(days=1),
        commences_on=today + timedelta(days=9),
    )  # fmt: skip
    make_run(course=course, code="past", commences_on=today - timedelta(days=40))
    make_run(course=course, code="withdrawn", state=RunState.WITHDRAWN)
    make_run(course=make_course(is_published=False), code="hidden")
    make_run(
        course=course, code="late", commences_on=today - timedelta(days=3),
        closes_on=today + timedelta(days=4),
    )  # fmt: skip
    announce(course, "june")
    make_course(code="gandhi", mode=Course.Mode.SELF_PACED)

    offers = on_offer(today)

    ahead = {offer.key for offer in offers if offer.is_ahead(today)}
    assert ahead == {"run:open", "run:june", "run:late", "course:gandhi"}
    dated = {training.key for training in datable(offers, today)}
    assert dated == {"run:open", "run:closed", "course:gandhi"}


def test_a_batch_that_the_address_names_can_be_checked_even_if_it_is_past(rule_sets):
    run = make_run(code="past", commences_on=date(2019, 5, 21))
    today = civil_today()

    offers = on_offer(today, run_code=run.code)

    assert [training.key for training in datable(offers, today, run_code="past")] == ["run:past"]
    assert not offers[0].is_ahead(today)


def test_an_announced_batch_without_a_day_cannot_be_checked_by_itself(rule_sets):
    announce(make_course(), "june")
    today = civil_today()

    assert datable(on_offer(today, run_code="june"), today, run_code="june") == []


# --- the calendar ---
def test_each_training_is_judged_by_the_rules_of_its_own_course(rule_sets):
    make_service(code="CSS", name="Central Secretariat Service", family="SECRETARIAT", groups="A,B")
    officer = make_officer(
        service=make_service(code="CSS"), group="B", allotment_year=None, born_on=date(1985, 1, 1)
    )
    make_run(course=make_course(rule_set_code="OM"), code="om")
    make_run(course=make_course(rule_set_code="NONE"), code="none")
    make_course(code="gandhi", rule_set_code="WEB", mode=Course.Mode.SELF_PACED)
    announce(make_course(rule_set_code="WEB"), "june")

    assert answers(officer) == {
        "run:om": Answer.NO,
        "run:none": Answer.NO_RULES,
        "course:gandhi": Answer.MISSING,
        "run:june": Answer.MISSING,
    }


def test_the_group_held_on_the_day_of_commencement_counts(rule_sets):
    today = civil_today()
    service = make_service(
        code="CSS", name="Central Secretariat Service", family="SECRETARIAT", groups="A,B"
    )
    officer = make_officer(service=service, group="B")
    make_posting(officer, starts_on=date(2015, 1, 1), group="B")
    make_posting(officer, starts_on=today + timedelta(days=40), group="A")
    course = make_course(rule_set_code="OM")
    make_run(course=course, code="soon", commences_on=today + timedelta(days=20))
    make_run(course=course, code="later", commences_on=today + timedelta(days=60))

    assert answers(officer) == {"run:soon": Answer.NO, "run:later": Answer.YES}


def test_the_number_of_queries_does_not_grow(rule_sets, django_assert_num_queries):
    officer = make_officer()
    make_posting(officer, starts_on=date(2015, 1, 1), group="A")
    for number in range(12):
        make_run(course=make_course(rule_set_code="OM" if number % 2 else "WEB"))

    prospects.of_officer(make_officer(), civil_today())  # the catalogue is now kept

    with django_assert_num_queries(4):  # its version, rule books, postings, decisions
        lines = prospects.of_officer(officer, civil_today())
        lines = prospects.with_decisions(lines, officer)

    assert len(lines) == 12


def test_lines_stand_by_course_or_by_day_with_those_without_a_day_last(rule_sets):
    today = civil_today()
    zeta, alpha = make_course(title="Zeta"), make_course(title="Alpha")
    make_run(course=zeta, code="z1", commences_on=today + timedelta(days=10))
    make_run(course=alpha, code="a2", commences_on=today + timedelta(days=30))
    announce(alpha, "a-june")
    make_run(course=alpha, code="a1", commences_on=today + timedelta(days=20))
    lines = prospects.of_officer(make_officer(), today)

    by_course = prospects.in_order(lines, Order.COURSE)
    by_day = prospects.in_order(lines, Order.DATE)

    assert [line.offer.run.code for line in by_course] == ["a1", "a2", "a-june", "z1"]
    assert [line.offer.run.code for line in by_day] == ["z1", "a1", "a2", "a-june"]
    grouped = prospects.groups(by_course, Order.COURSE)
    assert [(str(course), len(rows)) for course, rows in grouped] == [("Alpha", 3), ("Zeta", 1)]


def test_the_foremost_are_those_that_one_may_join_soonest_first(rule_sets):
    today = civil_today()
    make_run(course=make_course(rule_set_code="NONE"), code="none")
    make_run(course=make_course(), code="second", commences_on=today + timedelta(days=20))
    make_run(course=make_course(), code="first", commences_on=today + timedelta(days=10))
    lines = prospects.of_officer(make_officer(), today)

    shown = prospects.foremost(lines, 2)

    assert [line.offer.run.code for line in shown] == ["first", "second"]
    assert prospects.count_of(lines, Answer.YES) == 2


def test_what_the_department_has_decided_goes_before_the_rules(rule_sets):
    officer = make_officer(joined_on=civil_today())
    run = make_run(course=make_course(rule_set_code="OM"), code="om")
    make_run(course=run.course, code="other", commences_on=civil_today() + timedelta(days=50))
    proposal = make_override_proposal(decision=make_decision(officer=officer, run=run))
    decisions.approve_override(
        overrideproposal_id=proposal.pk, acting_user=make_user(Role.DEALING_HAND), at=timezone.now()
    )

    found = prospects.with_decisions(prospects.of_officer(officer, civil_today()), officer)
    lines = {line.run.code: line for line in found}

    assert (lines["om"].answer, lines["other"].answer) == (Answer.YES, Answer.LATER)
    assert lines["om"].reason.startswith("The Department has so decided: ED-")
