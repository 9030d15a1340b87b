"""The desk's base: read-only records, buttons for steps, confirm pages, rows one by one."""

from io import StringIO

import pytest
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import RequestFactory
from django.urls import reverse

from accounts.desk import DeskAdmin
from accounts.models import AuditEntry
from accounts.roles import Role
from courses.models import CommitteeDecision, Course, Institute, Run
from courses.states import DecisionState
from enrollment.models import PoolPolicy, ReconciliationCase
from tests.factories.accounts import make_user, sign_in
from tests.factories.courses import make_committee_decision, make_course, make_institute, make_run
from tests.factories.usage import make_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, db):
    """Return a client signed in as somebody who holds the given roles."""
    call_command("sync_roles", stdout=StringIO())

    def sign_in_as(*roles):
        client.user = make_user(*roles)
        sign_in(client, client.user)
        return client

    return sign_in_as


def url(thing, step=""):
    name = f"admin:{thing._meta.app_label}_{thing._meta.model_name}_{'step' if step else 'change'}"
    return reverse(name, args=[thing.pk, step] if step else [thing.pk])


def test_a_record_with_nothing_to_fill_in_cannot_be_added(rf):
    request = rf.get("/")
    request.user = make_user(is_superuser=True)
    plain = ("has_add_permission", "add_view")  # of those that add in a way of their own

    for model, desk_admin in admin.site._registry.items():
        kind = type(desk_admin)
        own = any(getattr(kind, name) is not getattr(DeskAdmin, name) for name in plain)
        if issubclass(kind, DeskAdmin) and not own:
            open_fields = [*desk_admin.editable_fields, *desk_admin.add_fields]
            assert desk_admin.has_add_permission(request) == bool(open_fields), model


def test_what_a_record_is_of_stands_before_what_it_says():
    fields = admin.site._registry[PoolPolicy].get_fields(RequestFactory().get("/"))

    assert fields[0] == "provider"
    assert len(fields) == len(set(fields))


def test_what_a_step_is_about_shows_nought_as_nought_and_a_dash_for_nothing(rf):
    desk_admin = admin.site._registry[ReconciliationCase]
    case = make_case()

    shown = {str(row["name"]): row["value"] for row in desk_admin.summary_of(case)}

    assert shown["days open"] == 0
    assert shown["redeemed, as the provider reports"] == "–"


def test_a_record_shows_a_button_for_each_step_that_is_open_and_its_account(desk):
    decision = make_committee_decision(course=make_course(is_published=False))
    member = desk(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)

    page = member.get(url(decision)).content.decode()

    assert url(decision, "confirm") in page
    assert url(decision, "withdraw") not in page
    assert "Nothing is recorded on this yet." in page


def test_a_step_is_confirmed_on_its_own_page_and_stands_in_the_account(desk):
    decision = make_committee_decision(course=make_course(is_published=False))
    member = desk(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)

    asked = member.get(url(decision, "confirm"))
    decision.refresh_from_db()
    assert asked.status_code == 200
    assert decision.state == DecisionState.DRAFT

    answer = member.post(url(decision, "confirm"), {"desk_confirmed": "1"})

    decision.refresh_from_db()
    assert answer.url == url(decision)
    assert decision.state == DecisionState.IN_FORCE
    assert "Confirmed" in member.get(url(decision)).content.decode()


def test_a_post_without_the_confirmation_takes_no_step(desk):
    decision = make_committee_decision(course=make_course(is_published=False))

    desk(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY).post(url(decision, "confirm"), {})

    decision.refresh_from_db()
    assert decision.state == DecisionState.DRAFT


def test_a_closed_step_says_why_and_is_not_taken(desk):
    decision = make_committee_decision(course=make_course(is_published=False))
    secretary = desk(Role.COMMITTEE_SECRETARY)

    answer = secretary.post(url(decision, "confirm"), {"desk_confirmed": "1"})

    decision.refresh_from_db()
    assert answer.status_code == 409
    assert "Member of the selection committee" in answer.content.decode()
    assert decision.state == DecisionState.DRAFT


def test_a_step_with_a_form_says_what_is_missing(desk):
    course = make_course()
    decision = course.committee_decisions.get()
    member = desk(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)

    answer = member.post(url(decision, "withdraw"), {"desk_confirmed": "1", "reason": ""})

    assert "This field is required." in answer.content.decode()
    member.post(url(decision, "withdraw"), {"desk_confirmed": "1", "reason": "Renamed."})
    decision.refresh_from_db()
    assert decision.state == DecisionState.WITHDRAWN
    assert "Renamed." in member.get(url(decision)).content.decode()


def test_an_unknown_step_or_record_is_not_found(desk):
    decision = make_committee_decision(course=make_course(is_published=False))
    member = desk(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)

    assert member.get(url(decision, "erase")).status_code == 404
    unknown = reverse("admin:courses_committeedecision_step", args=[999999, "confirm"])
    assert member.get(unknown).status_code == 404


def test_who_may_not_view_a_record_does_not_reach_its_steps(desk):
    decision = make_committee_decision(course=make_course(is_published=False))

    answer = desk(Role.PAYING_OFFICER).get(url(decision, "confirm"))

    assert answer.status_code == 403


def test_a_bulk_step_asks_first_and_then_tells_the_outcome_of_each_row(desk):
    fresh = make_committee_decision(course=make_course(is_published=False))
    standing = make_course().committee_decisions.get()
    member = desk(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)
    list_url = reverse("admin:courses_committeedecision_changelist")
    chosen = {"action": "step_confirm", "_selected_action": [fresh.pk, standing.pk]}

    asked = member.post(list_url, chosen).content.decode()
    fresh.refresh_from_db()
    assert "This concerns 2 records" in asked
    assert fresh.state == DecisionState.DRAFT

    done = member.post(list_url, {**chosen, "desk_confirmed": "1"}).content.decode()

    fresh.refresh_from_db()
    assert fresh.state == DecisionState.IN_FORCE
    assert "Done on 1 of 2 records." in done
    assert "In force" in done


def test_fields_are_read_only_unless_named_and_state_can_never_be_named(desk):
    run_admin = admin.site._registry[Run]
    request = RequestFactory().get("/")

    assert "state" in run_admin.get_readonly_fields(request, make_run())

    class Careless(DeskAdmin):
        editable_fields = ("state",)

    with pytest.raises(ImproperlyConfigured):
        Careless(Run, admin.site).get_readonly_fields(request)


def test_nobody_deletes_at_the_desk(desk):
    decision = make_committee_decision(course=make_course(is_published=False))
    secretary = desk(Role.COMMITTEE_SECRETARY)

    answer = secretary.post(
        reverse("admin:courses_committeedecision_delete", args=[decision.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert CommitteeDecision.objects.filter(pk=decision.pk).exists()
    listed = secretary.get(reverse("admin:courses_committeedecision_changelist"))
    assert "delete_selected" not in listed.content.decode()


def test_saves_are_recorded_with_what_changed(desk):
    institute = make_institute(code="mit", title="MIT")
    hand = desk(Role.DEALING_HAND)
    data = {"title": "Massachusetts Institute of Technology", "country": "United States"}

    answer = hand.post(url(institute), data)

    entry = AuditEntry.objects.about(institute).get()
    assert answer.status_code == 302
    assert entry.event == "institute.changed"
    assert entry.acting_user == hand.user
    values = entry.details["changes"][0]["changed"]["values"]
    assert values["title"] == ["MIT", "Massachusetts Institute of Technology"]


def test_an_addition_is_recorded_too(desk):
    data = {"code": "gsds", "title": "Gandhi Smriti and Darshan Samiti", "country": "India"}

    desk(Role.DEALING_HAND).post(reverse("admin:courses_institute_add"), data)

    added = Institute.objects.get(code="gsds")
    assert [entry.event for entry in AuditEntry.objects.about(added)] == ["institute.added"]


def test_a_constraint_on_a_hidden_field_is_an_error_of_the_form_not_a_crash(desk):
    run = make_run()
    data = {"name": run.name, "registration_opens_on": "", "registration_closes_on": ""}

    answer = desk(Role.DEALING_HAND).post(url(run), data)

    run.refresh_from_db()
    assert answer.status_code == 200
    assert run.registration_opens_on is not None


@pytest.mark.parametrize("model", ["course", "run", "institute", "programme", "provider"])
def test_lists_of_the_desk_keep_to_fifteen_queries(desk, model, django_assert_max_num_queries):
    for _number in range(12):
        make_run(course=make_course())
    hand = desk(Role.DEALING_HAND)

    with django_assert_max_num_queries(15):
        hand.get(reverse(f"admin:courses_{model}_changelist"))


def test_a_record_page_keeps_its_queries_low_whatever_the_rows(desk, django_assert_max_num_queries):
    course = make_course()
    for number in range(30):
        make_course(code=f"other-{number}")
    hand = desk(Role.DEALING_HAND)

    with django_assert_max_num_queries(30):
        page = hand.get(url(course)).content.decode()

    assert "other-29" not in page


def test_the_desk_keeps_the_content_policy(desk):
    decision = make_committee_decision(course=make_course(is_published=False))
    member = desk(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)

    for address in (url(decision), url(decision, "confirm")):
        page = member.get(address).content.decode()
        assert " style=" not in page
        assert "onclick" not in page


def test_the_desk_shows_unpublished_courses_to_staff(desk):
    hidden = make_course(code="hidden", is_published=False)

    page = desk(Role.DEALING_HAND).get(reverse("admin:courses_course_changelist"))

    assert url(hidden) in page.content.decode()
    assert not Course.objects.published().filter(pk=hidden.pk).exists()
