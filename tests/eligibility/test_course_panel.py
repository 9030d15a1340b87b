"""“Can I take this?” on a course page: eligible or not and why, what is missing, who is nobody."""

from datetime import date, timedelta

import pytest

from accounts.models import Officer
from accounts.roles import Role
from courses.models import Course, Run
from courses.states import RunState
from eligibility.course_panel import panel
from igot.lib.dates import civil_today
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import load_rule_sets, make_decision

pytestmark = pytest.mark.django_db


class Nobody:
    is_authenticated = False


@pytest.fixture
def officer():
    load_rule_sets()
    return make_officer()


def shown(course, user):
    return panel(course.pk, user, today=civil_today())


def changed(officer, **facts):
    Officer.objects.filter(pk=officer.pk).update(**facts)
    return Officer.objects.get(pk=officer.pk).user


def test_a_stranger_is_sent_to_the_checker():
    run = make_run()

    html = shown(run.course, Nobody())

    assert f"/eligibility/?run={run.code}" in html
    assert "Nothing that you enter is kept." in html


def test_an_eligible_officer_reads_yes_and_until_when(officer):
    run = make_run(name="Winter batch")

    html = shown(run.course, officer.user)

    assert "Yes, on your service record you can take this course" in html
    assert "Winter batch" in html
    assert "Open to you for batches that begin until 31.12.2041." in html


def test_an_officer_of_another_group_reads_no_and_why(officer):
    run = make_run()

    html = shown(run.course, changed(officer, group="C"))

    assert "No, on your service record you cannot take this course" in html
    assert "has no Group C" in html


def test_not_yet_says_from_when(officer):
    year = civil_today().year
    run = make_run()

    html = shown(run.course, changed(officer, joined_on=date(year, 1, 1)))

    assert "Not yet" in html
    assert f"Length of service is complete only from 01.01.{year + 3}." in html


def test_a_missing_fact_is_named_with_the_way_to_give_it(officer):
    html = shown(make_run().course, changed(officer, born_on=None))

    assert "A fact is missing from your service record" in html
    assert "The date of birth is not on record." in html
    assert "/me/record/" in html


def test_an_officer_without_a_record_is_asked_for_one():
    html = shown(make_run().course, make_user(Role.OFFICER))

    assert "Your service record is still empty" in html


def test_staff_without_a_record_are_sent_to_the_checker():
    html = shown(make_run().course, make_user(Role.DEALING_HAND))

    assert "Check my eligibility for this course" in html
    assert "service record" not in html


def test_an_unverified_record_is_pointed_out(officer):
    html = shown(make_run().course, changed(officer, record_state="declared"))

    assert "not verified yet" in html


def test_the_decision_that_stands_is_linked(officer):
    run = make_run()
    decision = make_decision(officer=officer, course=run.course, run=run)

    html = shown(run.course, officer.user)

    assert decision.get_absolute_url() in html
    assert decision.number in html


def test_without_a_batch_the_answer_is_for_whichever_comes_next(officer):
    course = make_course()

    html = shown(course, officer.user)

    assert "Whenever the next batch begins" in html
    assert "Yes, on your service record" in html


def test_a_self_paced_course_begins_with_the_officer(officer):
    course = make_course(mode=Course.Mode.SELF_PACED)

    html = shown(course, officer.user)

    assert "Begins when you do" in html
    assert "Open to you if you begin by 31.12.2041." in html


def test_a_course_without_rules_says_so(officer):
    course = make_run(course=make_course(rule_set_code="NONE")).course

    assert "No rules are laid down" in shown(course, officer.user)


def test_a_withdrawn_course_has_no_panel(officer):
    course = make_course(is_published=False, withdrawn_on=date(2024, 1, 1))

    assert shown(course, officer.user) == ""


def test_many_batches_show_four_and_count_the_rest(officer):
    course = make_course()
    for number in range(1, 8):
        day = civil_today() + timedelta(days=30 * number)
        make_run(course=course, name=f"Batch {number}", commences_on=day)

    html = shown(course, officer.user)

    assert "Batch 4" in html
    assert "Batch 5" not in html
    assert "And 3 further batches." in html


def test_names_are_escaped(officer):
    course = make_course(title="<b>x</b>")
    Run.objects.create(course=course, code="x", name="<i>June</i>", state=RunState.ANNOUNCED)

    html = shown(course, officer.user)

    assert "<i>June" not in html
    assert "&lt;i&gt;June" in html


def test_the_panel_takes_few_queries_however_many_batches(officer, django_assert_max_num_queries):
    course = make_course()
    for _number in range(10):
        make_run(course=course)
    user = officer.user.__class__.objects.get(pk=officer.user.pk)
    shown(course, user)

    with django_assert_max_num_queries(6):
        shown(course, user)


def test_what_one_officer_reads_is_not_kept_for_the_next(client, officer):
    course = make_run().course
    other = make_officer(group="C")
    pages = []
    for user in (officer.user, other.user):
        sign_in(client, user)
        pages.append(client.get(course.get_absolute_url()).content.decode())
    client.logout()
    pages.append(client.get(course.get_absolute_url()).content.decode())

    assert "you can take this course" in pages[0]
    assert "you cannot take this course" in pages[1]
    assert "service record" not in pages[2].split("course-body")[1].split("</section>")[0]
