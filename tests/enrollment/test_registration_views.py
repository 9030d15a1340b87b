"""The officer's pages: who reaches them, one post each, and that nothing else changes anything."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Officer, User
from accounts.roles import Role
from courses.models import Course
from enrollment import tasks
from enrollment.models import Enrollment, Intimation, ProviderAccount
from enrollment.states import EnrollmentState
from tests.factories.accounts import (
    make_authority,
    make_nodal_officer,
    make_officer,
    make_service,
    make_user,
    sign_in,
)
from tests.factories.courses import make_course, make_provider, make_run
from tests.factories.enrollment import (
    make_enrollment,
    make_intimation,
    make_provider_account,
    make_rule_version,
)

pytestmark = pytest.mark.django_db
E = EnrollmentState
PAGES = ["run", "details", "accounts", "declaration", "review", "withdraw"]


@pytest.fixture(autouse=True)
def rules_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    make_rule_version()
    monkeypatch.setattr(tasks.issue_missing_letters, "delay", lambda: None)


def client_of(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def page(name: str, enrollment: Enrollment) -> str:
    return reverse(f"enrollment:{name}", args=[enrollment.pk])


# --- from the course to the receipt -------------------------------------------------------------
def test_a_registration_from_the_first_page_to_the_last():
    officer, run = make_officer(), make_run()
    client = client_of(officer.user)

    response = client.post(reverse("enrollment:start", args=[run.course.code]), {"run": run.pk})
    draft = Enrollment.objects.get()
    assert response.url == page("details", draft)
    response = client.post(page("details", draft))
    assert response.url == page("accounts", draft)
    response = client.post(
        page("accounts", draft),
        {"platform_username": "asha_rao", "programme_username": "asha_rao"},
    )
    assert response.url == page("declaration", draft)
    response = client.post(page("declaration", draft), {"agree": "on"})
    assert response.url == page("review", draft)
    response = client.post(page("review", draft))
    assert response.url == page("done", draft)

    draft.refresh_from_db()
    assert (draft.state, draft.run) == (E.SUBMITTED, run)
    assert draft.number in client.get(page("done", draft)).content.decode()


def test_a_self_paced_course_has_four_pages_and_no_accounts():
    officer = make_officer()
    provider = make_provider(code="dopt", issues_coupons=False)
    course = make_course(mode=Course.Mode.SELF_PACED, provider=provider, fee_usd=None)
    client = client_of(officer.user)
    start = reverse("enrollment:start", args=[course.code])

    assert "Step 1 of 4" in client.get(start).content.decode()
    client.post(start)
    draft = Enrollment.objects.get()
    assert client.post(page("details", draft)).url == page("declaration", draft)
    assert client.get(page("accounts", draft)).url == page("declaration", draft)
    assert client.get(page("run", draft)).url == page("declaration", draft)


def test_looking_changes_nothing():
    draft = make_enrollment(state=E.DRAFT)
    client = client_of(draft.officer.user)
    before = Enrollment.objects.values().get()

    for name in (*PAGES, "detail"):
        assert client.get(page(name, draft)).status_code == 200
    assert client.get(reverse("enrollment:start", args=[draft.course.code])).status_code == 200

    assert Enrollment.objects.values().get() == before


def test_starting_without_choosing_says_so_at_the_field():
    run = make_run()

    response = client_of(make_officer().user).post(
        reverse("enrollment:start", args=[run.course.code])
    )

    assert "Choose a batch." in response.content.decode()
    assert not Enrollment.objects.exists()


def test_only_open_batches_can_be_chosen():
    today, course = timezone.localdate(), make_course()
    make_run(course=course, name="Open batch")
    past = make_run(
        course=course,
        name="Past batch",
        opens_on=today - timedelta(days=40),
        closes_on=today - timedelta(days=1),
    )
    client = client_of(make_officer().user)
    url = reverse("enrollment:start", args=[course.code])

    text = client.get(url).content.decode()
    response = client.post(url, {"run": past.pk})

    assert "Open batch" in text and "Past batch" not in text
    assert "not open for registration" in response.content.decode()


def test_without_an_open_batch_the_page_says_what_to_do():
    course = make_course()

    text = (
        client_of(make_officer().user)
        .get(reverse("enrollment:start", args=[course.code]))
        .content.decode()
    )

    assert "No batch is open" in text


def test_the_course_page_leads_back_to_a_draft():
    draft = make_enrollment(state=E.DRAFT)

    text = (
        client_of(draft.officer.user)
        .get(reverse("enrollment:start", args=[draft.course.code]))
        .content.decode()
    )

    assert "You have a draft for this course." in text
    assert draft.get_absolute_url() in text


def test_a_page_cannot_be_reached_before_those_in_front_of_it():
    draft = make_enrollment(
        state=E.DRAFT, details_confirmed_at=None, decision=None, declared_at=None
    )
    client = client_of(draft.officer.user)

    for name in ("accounts", "declaration", "review"):
        assert client.get(page(name, draft)).url == page("details", draft)


def test_the_details_page_leads_an_empty_record_to_the_record_and_back():
    officer = Officer.objects.create(user=make_user(Role.OFFICER))
    draft = make_enrollment(
        state=E.DRAFT, officer=officer, details_confirmed_at=None, decision=None
    )

    text = client_of(officer.user).get(page("details", draft)).content.decode()

    assert "Your service record is not complete" in text
    assert f"{reverse('accounts:profile')}?next={page('details', draft)}" in text


def test_who_is_not_eligible_gets_the_decision_and_goes_no_further():
    officer = make_officer(joined_on=timezone.localdate() - timedelta(days=60))
    draft = make_enrollment(
        state=E.DRAFT, officer=officer, decision=None, details_confirmed_at=None
    )
    client = client_of(officer.user)

    response = client.post(page("details", draft), follow=True)

    draft.refresh_from_db()
    text = response.content.decode()
    assert draft.decision.outcome == "NOT_ELIGIBLE"
    assert draft.decision.get_absolute_url() in text
    assert "Details are right" not in text
    assert client.get(page("declaration", draft)).url == page("details", draft)


def test_a_second_course_in_the_same_weeks_is_a_warning_and_no_obstacle():
    run = make_run()
    other = make_enrollment(state=E.CONFIRMED, course=make_course(title="Microeconomics"))
    draft = make_enrollment(state=E.DRAFT, officer=other.officer, run=run)
    client = client_of(draft.officer.user)

    text = client.get(page("details", draft)).content.decode()

    assert "You are registered for another course in the same weeks" in text
    assert "“Microeconomics”" in text
    assert client.post(page("review", draft)).url == page("done", draft)


def test_a_course_of_other_weeks_is_no_reason_to_warn():
    today = timezone.localdate()
    other = make_enrollment(
        state=E.CONFIRMED, run=make_run(commences_on=today + timedelta(days=300))
    )
    draft = make_enrollment(state=E.DRAFT, officer=other.officer, run=make_run())

    text = client_of(draft.officer.user).get(page("details", draft)).content.decode()

    assert "in the same weeks" not in text


def test_the_user_names_of_an_earlier_course_are_offered_again():
    draft = make_enrollment(state=E.DRAFT, provider_account=None)
    make_provider_account(officer=draft.officer, course=draft.course, username="asha_rao")

    text = client_of(draft.officer.user).get(page("accounts", draft)).content.decode()

    assert 'value="asha_rao"' in text


@pytest.mark.parametrize("name", ["", "a", "two words", "अशा", "x" * 101, "<script>"])
def test_what_is_no_user_name_is_refused_at_the_field(name):
    draft = make_enrollment(state=E.DRAFT, provider_account=None)

    response = client_of(draft.officer.user).post(
        page("accounts", draft), {"platform_username": name, "programme_username": "fine"}
    )

    assert response.status_code == 200
    assert "platform_username" in response.context["form"].errors
    assert not ProviderAccount.objects.exists()


def test_a_user_name_of_another_officer_is_refused_at_the_field():
    make_enrollment(state=E.CONFIRMED, username="asha_rao")
    draft = make_enrollment(state=E.DRAFT, provider_account=None)

    response = client_of(draft.officer.user).post(
        page("accounts", draft),
        {"platform_username": "Asha_Rao", "programme_username": "mine"},
    )

    assert "Another officer is registered" in response.content.decode()


def test_the_declaration_must_be_ticked():
    draft = make_enrollment(state=E.DRAFT, declared_at=None)

    response = client_of(draft.officer.user).post(page("declaration", draft))

    draft.refresh_from_db()
    assert "Tick the box" in response.content.decode()
    assert draft.declared_at is None


def test_a_second_click_on_submit_leads_to_the_registration():
    draft = make_enrollment(state=E.DRAFT)
    client = client_of(draft.officer.user)
    client.post(page("review", draft))

    response = client.post(page("review", draft))

    assert response.url == draft.get_absolute_url()
    assert Intimation.objects.count() == 1


def test_a_refusal_on_the_last_page_stands_on_it():
    today = timezone.localdate()
    run = make_run(opens_on=today - timedelta(days=9), closes_on=today - timedelta(days=1))
    draft = make_enrollment(state=E.DRAFT, run=run)

    response = client_of(draft.officer.user).post(page("review", draft))

    assert "is not open. Choose another batch." in response.content.decode()


@pytest.mark.parametrize(
    "extra",
    [
        {"state": "confirmed", "number": "X", "confirmed_at": "2026-01-01"},
        {"officer": "1", "decision": "1", "cca_mode": "intimation", "is_binding": "on"},
    ],
)
def test_fields_that_a_page_does_not_ask_for_change_nothing(extra):
    draft = make_enrollment(state=E.DRAFT, declared_at=None)
    client = client_of(draft.officer.user)
    before = Enrollment.objects.values().get()

    client.post(page("declaration", draft), {"agree": "on", **extra})

    after = Enrollment.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"declared_at"}


# --- somebody else's ------------------------------------------------------------------------------
@pytest.mark.parametrize("state", [E.DRAFT, E.SUBMITTED])
@pytest.mark.parametrize("name", [*PAGES, "detail", "done"])
def test_another_officers_registration_is_not_found(name, state):
    enrollment = make_enrollment(state=state)
    client = client_of(make_officer().user)

    assert client.get(page(name, enrollment)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [Role.DEALING_HAND, Role.NODAL_OFFICER, Role.AUDITOR])
def test_nobody_fills_in_a_registration_for_an_officer(name, role):
    draft = make_enrollment(state=E.DRAFT)
    user = (
        make_nodal_officer(authority=draft.officer.authority)
        if role == Role.NODAL_OFFICER
        else make_user(role)
    )
    before = Enrollment.objects.values().get()

    assert client_of(user).post(page(name, draft), {"agree": "on"}).status_code == 404
    assert Enrollment.objects.values().get() == before


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OFFICER}))
def test_registering_is_for_officers(role):
    course = make_course()

    response = client_of(make_user(role)).get(reverse("enrollment:start", args=[course.code]))

    assert response.status_code == 403


def test_a_draft_is_its_officers_alone():
    draft = make_enrollment(state=E.DRAFT)
    hand = make_user(Role.DEALING_HAND)
    nodal = make_nodal_officer(authority=draft.officer.authority)

    for user in (hand, nodal):
        assert not Enrollment.objects.visible_to(user).exists()
    assert Enrollment.objects.visible_to(draft.officer.user).exists()


def test_access_follows_the_officer_to_another_authority_at_once():
    enrollment = make_enrollment(state=E.SUBMITTED)
    former = make_nodal_officer(authority=enrollment.officer.authority)
    new_authority = make_authority(name="Ministry of Home Affairs")
    new = make_nodal_officer(authority=new_authority)
    assert Enrollment.objects.visible_to(former).exists()

    enrollment.officer.service = make_service(code="IPS", authority=new_authority)
    enrollment.officer.save()

    assert not Enrollment.objects.visible_to(former).exists()
    assert Enrollment.objects.visible_to(new).exists()


def test_a_stranger_is_asked_to_sign_in():
    course = make_course()

    response = Client().get(reverse("enrollment:start", args=[course.code]))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


# --- list, detail, withdrawal -----------------------------------------------------------------
def test_the_list_shows_ones_own_registrations_only():
    mine = make_enrollment(state=E.SUBMITTED)
    other = make_enrollment(state=E.SUBMITTED)

    text = client_of(mine.officer.user).get(reverse("enrollment:list")).content.decode()

    assert mine.number in text
    assert other.number not in text


def test_an_empty_list_says_what_fills_it():
    text = client_of(make_officer().user).get(reverse("enrollment:list")).content.decode()

    assert "No registration yet" in text


@pytest.mark.parametrize("count", [1, 15])
def test_the_list_costs_the_same_whatever_its_length(count, django_assert_max_num_queries):
    officer = make_officer()
    for _number in range(count):
        make_enrollment(state=E.CONFIRMED, officer=officer)
    client = client_of(officer.user)
    client.get(reverse("enrollment:list"))

    with django_assert_max_num_queries(10):
        client.get(reverse("enrollment:list"))


@pytest.mark.parametrize("state", list(E))
def test_the_page_of_a_registration_shows_in_every_state(state, django_assert_max_num_queries):
    enrollment = make_enrollment(state=state, reason="Because of this.")
    if enrollment.number:
        make_intimation(enrollment=enrollment)
    client = client_of(enrollment.officer.user)
    client.get(enrollment.get_absolute_url())

    with django_assert_max_num_queries(12):
        response = client.get(enrollment.get_absolute_url())

    assert escape(enrollment.get_state_display()) in response.content.decode()


def test_a_registration_is_withdrawn_with_a_reason():
    enrollment = make_enrollment(state=E.SUBMITTED)
    client = client_of(enrollment.officer.user)

    refused = client.post(page("withdraw", enrollment), {"reason": ""})
    response = client.post(page("withdraw", enrollment), {"reason": "Posted abroad."})

    enrollment.refresh_from_db()
    assert refused.status_code == 200
    assert response.url == reverse("enrollment:list")
    assert (enrollment.state, enrollment.reason) == (E.WITHDRAWN, "Posted abroad.")


def test_the_age_of_a_rule_is_judged_for_the_batch_that_is_chosen():
    """Born on 1 July 1971, 56 on 1 July 2027: in for a batch of 2027, out for one of 2028."""
    officer, course = make_officer(born_on=date(1971, 6, 30)), make_course()
    make_run(course=course, commences_on=date(2026, 12, 30))
    late = make_run(course=course, commences_on=date(2027, 1, 4))
    draft = make_enrollment(
        state=E.DRAFT, officer=officer, run=late, decision=None, details_confirmed_at=None
    )

    text = client_of(officer.user).get(page("details", draft)).content.decode()

    assert "you are not eligible for this batch" in text
