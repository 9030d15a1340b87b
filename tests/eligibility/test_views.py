import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from courses.models import Course
from eligibility.models import Decision, RuleSet, RuleSetVersion
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.courses import make_course, make_run
from tests.factories.eligibility import (
    load_rule_sets,
    make_decision,
    make_override_proposal,
    make_rule_set_version,
)

pytestmark = pytest.mark.django_db
CHECK = "/eligibility/"


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def run():
    load_rule_sets()
    make_service()
    make_service(code="CSS", name="Central Secretariat Service", family="SECRETARIAT", groups="A,B")
    return make_run(course=make_course(code="poverty", rule_set_code="OM"), code="poverty-1")


def facts(**changes: str) -> dict[str, str]:
    return {
        "training": "run:poverty-1",
        "service": "IAS",
        "group": "A",
        "born_on": "15.08.1985",
        "allotment_year": "2010",
        "joined_on": "30.08.2010",
        **changes,
    }


def main_of(page) -> str:
    """Return what stands inside <main>, without the header that repeats the address."""
    return page.content.decode().split("<main")[1].split("</main>")[0]


# --- the checker ---
def test_anybody_may_check_without_signing_in(client, run):
    page = client.get(CHECK)

    assert page.status_code == 200
    assert "Indian Administrative Service" in page.content.decode()


def test_the_answer_gives_each_finding_its_paragraph_and_the_days(client, run):
    html = client.post(CHECK, facts()).content.decode()

    assert "On these facts you may join" in html
    assert "Indian Administrative Service, Group A, is among those admitted." in html
    assert "Joined in 2010" in html
    assert "para 7.3" in html
    assert "01.01.2013" in html
    assert "31.12.2041" in html


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"service": "CSS", "group": "B"}, "is not among those admitted"),
        ({"joined_on": ""}, "The date of joining is not on record"),
        ({"born_on": "01.01.1950"}, "over the limit of 56 years"),
    ],
)
def test_every_other_answer_says_why(client, run, changes, says):
    html = client.post(CHECK, facts(**changes)).content.decode()

    assert says in html
    assert "On these facts you may join" not in html


def test_checking_stores_nothing(client, run):
    client.post(CHECK, facts())

    assert not Decision.objects.exists()
    assert not AuditEntry.objects.exists()


def test_the_address_names_the_course_alone_and_the_answer_is_not_cached(client, run):
    page = client.post(f"{CHECK}?run=poverty-1", facts())

    assert page.status_code == 200  # answered in place: no redirect that could carry facts
    assert "no-store" in page.headers["Cache-Control"]
    form = re.search(r'<form method="post" class="form-card[^>]*>', page.content.decode())
    assert form and "action" not in form[0]


def test_facts_in_the_address_are_ignored(client, run):
    html = main_of(client.get(CHECK, {**facts(), "run": "poverty-1"}))

    assert "15.08.1985" not in html
    assert "On these facts" not in html


def test_the_address_chooses_the_batch_even_one_that_is_past(client, run):
    past = make_run(course=run.course, code="poverty-2019", commences_on=date(2019, 5, 21))

    chosen = client.get(CHECK, {"run": past.code}).content.decode()
    course = client.get(CHECK, {"course": "poverty"}).content.decode()

    assert '<option value="run:poverty-2019" selected>' in chosen
    assert '<option value="run:poverty-1" selected>' in course
    assert "poverty-2019" not in course


def test_an_unknown_batch_in_the_address_chooses_none(client, run):
    page = client.get(CHECK, {"run": "<script>", "course": "x" * 5000})

    assert page.status_code == 200
    assert "<script>" not in main_of(page)


def test_a_course_that_is_not_published_cannot_be_checked(client, run):
    hidden = make_run(course=make_course(is_published=False), code="hidden-1")

    page = client.post(CHECK, facts(training=f"run:{hidden.code}"))

    assert "hidden-1" not in main_of(client.get(CHECK, {"run": "hidden-1"}))
    assert page.context["form"].errors["training"]


def test_a_self_paced_course_commences_today(client, run):
    make_course(code="gandhi", rule_set_code="WEB", mode=Course.Mode.SELF_PACED)

    html = client.post(CHECK, facts(training="course:gandhi")).content.decode()

    assert f"commencing on {timezone.localdate():%d.%m.%Y}" in html


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("training", "run:nothing", "Select a valid choice"),
        ("service", "", "Choose your service"),
        ("group", "D", "Select a valid choice"),
        ("born_on", "31.02.1985", "There is no such day"),
        ("born_on", f"{timezone.localdate() + timedelta(days=1):%d.%m.%Y}", "on or before"),
        ("allotment_year", "20", "is not a year"),
        ("allotment_year", "2099", "lies in the future"),
        ("allotment_year", "1985", "after the year of birth"),
        ("joined_on", "15.08.1985", "after the date of birth"),
    ],
)
def test_mistakes_are_named_at_the_field(client, run, field, value, says):
    page = client.post(CHECK, facts(**{field: value}))

    assert says in str(page.context["form"].errors[field])
    assert "findings" not in page.context


def test_an_officer_finds_the_form_filled_in_from_the_record(client, run):
    officer = make_officer(born_on=date(1979, 2, 3))
    sign_in(client, officer.user)

    html = client.get(CHECK).content.decode()

    assert 'value="03.02.1979"' in html
    assert 'value="Indian Administrative Service (IAS)"' in html
    assert "This service has: Group A." in html


def test_without_any_course_the_page_says_what_will_come(client):
    load_rule_sets()

    assert "No course is open at present" in client.get(CHECK).content.decode()


def test_a_course_without_rules_gets_no_answer_but_a_sentence(client, run):
    make_run(course=make_course(rule_set_code="NONE"), code="none-1")

    html = client.post(CHECK, facts(training="run:none-1")).content.decode()

    assert "No rules are laid down for this course yet" in html


def test_the_sixty_first_check_in_a_minute_is_declined(client, run, monkeypatch):
    monkeypatch.setattr("igot.lib.limits.time.time", lambda: 1000.0)
    for _number in range(60):
        assert client.post(CHECK, {}).status_code == 200

    page = client.post(CHECK, {})

    assert page.status_code == 429
    assert page.headers["Retry-After"] == "60"
    assert client.get(CHECK).status_code == 200


def test_the_number_of_queries_does_not_grow_with_courses(
    client, run, django_assert_max_num_queries
):
    for _number in range(10):
        make_run(course=make_course(rule_set_code="OM"))

    client.get(CHECK)  # the catalogue is now kept in memory

    with django_assert_max_num_queries(6):
        client.post(CHECK, facts())


def test_the_page_is_there_in_hindi(client, run):
    client.cookies["django_language"] = "hi"

    page = client.get(CHECK)

    assert page.status_code == 200


# --- the page of a decision ---
def test_an_officer_reads_the_own_decision_with_reasons_and_facts(client, run):
    decision = make_decision(run=run)
    sign_in(client, decision.officer.user)

    html = client.get(decision.get_absolute_url()).content.decode()

    assert decision.number in html
    assert "is among those admitted" in html
    assert "15.08.1985" in html


def test_a_decision_of_somebody_else_is_not_found(client, run):
    decision = make_decision(run=run)
    sign_in(client, make_officer(name="Other").user)

    assert client.get(decision.get_absolute_url()).status_code == 404


def test_a_stranger_is_sent_to_sign_in(client, run):
    page = client.get(make_decision(run=run).get_absolute_url())

    assert page.status_code == 302
    assert page.url.startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.DEALING_HAND, 200),
        (Role.SANCTIONING_AUTHORITY, 200),
        (Role.AUDITOR, 200),
        (Role.PAYING_OFFICER, 404),
        (Role.COMMITTEE_MEMBER, 404),
        (Role.CIRCULAR_AUTHOR, 404),
    ],
)
def test_staff_read_decisions_where_their_work_needs_them(client, run, role, status):
    decision = make_decision(run=run)
    sign_in(client, make_user(role))

    assert client.get(decision.get_absolute_url()).status_code == status


def test_a_nodal_officer_reads_those_of_the_own_authority_alone(client, run):
    decision = make_decision(run=run)
    sign_in(client, make_nodal_officer())
    own = client.get(decision.get_absolute_url())
    client.logout()
    sign_in(client, make_nodal_officer(authority=make_authority(name="Ministry of Home Affairs")))
    other = client.get(decision.get_absolute_url())

    assert (own.status_code, other.status_code) == (200, 404)


def test_a_decision_page_takes_few_queries(client, run, django_assert_max_num_queries):
    decision = make_decision(run=run)
    sign_in(client, decision.officer.user)
    client.get("/")

    with django_assert_max_num_queries(12):
        client.get(decision.get_absolute_url())


# --- the desk ---
@pytest.fixture
def desk():
    """Give the roles their permissions, as an installation has them."""
    call_command("sync_roles", stdout=StringIO())


@pytest.mark.usefixtures("desk")
def test_a_dealing_hand_proposes_and_another_approves_an_override_at_the_desk(client, run):
    decision = make_decision(officer=make_officer(joined_on=timezone.localdate()), run=run)
    sign_in(client, make_user(Role.DEALING_HAND))
    page = client.get(reverse("admin:eligibility_decision_change", args=[decision.pk]))
    assert "Propose override" in page.content.decode()
    client.post(
        reverse("admin:eligibility_decision_step", args=[decision.pk, "override"]),
        {"desk_confirmed": "1", "reason": "Lent service.", "order_reference": "F. 1 of 1.1.2026"},
    )
    proposal = decision.override_proposals.get()
    client.logout()

    sign_in(client, make_user(Role.SANCTIONING_AUTHORITY))
    client.post(
        reverse("admin:eligibility_overrideproposal_step", args=[proposal.pk, "approve"]),
        {"desk_confirmed": "1"},
    )

    latest = Decision.objects.on(decision.officer, decision.course, run).first()
    assert (latest.outcome, latest.override_reason) == ("ELIGIBLE", "Lent service.")


@pytest.mark.usefixtures("desk")
def test_decisions_are_read_only_at_the_desk(client, run):
    decision = make_decision(run=run)
    sign_in(client, make_user(Role.DEALING_HAND))
    url = reverse("admin:eligibility_decision_change", args=[decision.pk])

    page = client.get(url)
    client.post(url, {"outcome": "NOT_ELIGIBLE"})

    assert 'name="outcome"' not in page.content.decode()
    assert Decision.objects.get(pk=decision.pk).outcome == "ELIGIBLE"
    assert client.get(reverse("admin:eligibility_decision_add")).status_code == 403


@pytest.mark.usefixtures("desk")
def test_a_draft_is_edited_and_read_in_plain_language_and_an_approved_version_only_read(
    client, run
):
    draft = make_rule_set_version(code="WEB", effective_from=date(2027, 1, 1))
    approved = draft.rule_set.versions.get(version=1)
    sign_in(client, make_user(Role.DEALING_HAND))

    open_page = client.get(
        reverse("admin:eligibility_rulesetversion_change", args=[draft.pk])
    ).content.decode()
    closed_page = client.get(
        reverse("admin:eligibility_rulesetversion_change", args=[approved.pk])
    ).content.decode()

    assert 'name="age_limit"' in open_page
    assert "born on or after 01.07.1971 for runs commencing in 2027" in open_page
    assert "Admitted: Group A officers of the All India Services." in open_page
    assert 'name="age_limit"' not in closed_page
    assert "Referred to the Department:" in closed_page


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("model", ["ruleset", "rulesetversion", "decision", "overrideproposal"])
def test_lists_at_the_desk_take_few_queries(client, run, model, django_assert_max_num_queries):
    for number in range(5):
        officer = make_officer(name=f"Officer {number}", joined_on=timezone.localdate())
        make_override_proposal(decision=make_decision(officer=officer, run=run))
    sign_in(client, make_user(Role.DEALING_HAND))
    client.get("/desk/")

    with django_assert_max_num_queries(15):
        page = client.get(reverse(f"admin:eligibility_{model}_changelist"))

    assert page.status_code == 200


def draft_of(**changes: str) -> dict[str, str]:
    """Return what the desk's form of a rule-set version sends."""
    return {
        "effective_from": "01.01.2028",
        "circular_reference": "Draft circular",
        "audience_source": "para 1",
        "service_source": "para 2",
        "age_source": "para 3",
        "service_base": "JOINING_DATE",
        "service_years": "3",
        "service_edge": "NEXT_DAY",
        "service_test_date": "COMMENCEMENT",
        "service_break_policy": "REFER",
        "age_limit": "50",
        "age_reference_month": "7",
        "age_reference_day": "1",
        "age_mode": "INCLUSIVE",
        "age_relaxation": "NONE",
        "missing_data": "INCOMPLETE",
        "selfpaced_commencement": "FIRST_ENROLMENT",
        "boundary_to_human": "on",
        "audience-TOTAL_FORMS": "1",
        "audience-INITIAL_FORMS": "0",
        "audience-0-family": "AIS",
        "audience-0-group": "A",
        "audience-0-answer": "ADMIT",
        **changes,
    }


@pytest.mark.usefixtures("desk")
def test_a_draft_is_made_at_the_desk_and_approved_by_somebody_else(client, run):
    rule_set = RuleSet.objects.get(code="WEB")
    author, approver = make_user(Role.DEALING_HAND), make_user(Role.SANCTIONING_AUTHORITY)
    sign_in(client, author)
    page = client.post(
        reverse("admin:eligibility_rulesetversion_add"),
        draft_of(rule_set=str(rule_set.pk), version="2"),
    )
    assert page.status_code == 302, page.context["adminform"].form.errors
    draft = rule_set.versions.get(version=2)
    assert (draft.drafted_by, draft.approved_at) == (author, None)
    assert draft.audience.count() == 1
    client.logout()

    sign_in(client, approver)
    client.post(
        reverse("admin:eligibility_rulesetversion_step", args=[draft.pk, "approve"]),
        {"desk_confirmed": "1"},
    )

    assert RuleSetVersion.objects.governing("WEB", date(2028, 1, 1)) == draft


@pytest.mark.usefixtures("desk")
def test_an_approved_version_is_not_changed_by_a_post(client, run):
    version = RuleSetVersion.objects.get(rule_set__code="WEB")
    sign_in(client, make_user(Role.DEALING_HAND))

    page = client.post(
        reverse("admin:eligibility_rulesetversion_change", args=[version.pk]), draft_of()
    )

    assert page.status_code == 403
    version.refresh_from_db()
    assert version.age_limit == 56
