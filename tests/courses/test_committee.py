"""The committee: the secretary records, another person confirms, and the database keeps it so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from courses import policies, states
from courses.actions import decisions as actions
from courses.models import CommitteeDecision, Course
from courses.states import DecisionState
from igot.lib.errors import Refused
from tests.factories.accounts import make_officer, make_user, sign_in
from tests.factories.courses import make_committee_decision, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(db):
    return make_user(Role.COMMITTEE_SECRETARY, name="Secretary")


@pytest.fixture
def member(db):
    return make_user(Role.COMMITTEE_MEMBER, name="Member")


@pytest.fixture
def draft(secretary):
    course = make_course(is_published=False)
    Course.objects.filter(pk=course.pk).update(is_published=True)
    return make_committee_decision(course=course, recorded_by=secretary)


def confirm(decision, user):
    actions.confirm_decision(decision_id=decision.pk, acting_user=user, at=timezone.now())


def withdraw(decision, user, reason="The course was renamed."):
    actions.withdraw_decision(
        decision_id=decision.pk, reason=reason, acting_user=user, at=timezone.now()
    )


def test_recording_makes_a_draft_and_tells_the_members(secretary, member):
    decision = CommitteeDecision(
        resolution_number="SC/2026/1",
        course=make_course(is_published=False),
        outcome=CommitteeDecision.Outcome.SHORTLISTED,
        rule_set_code="OM",
        valid_from=date(2026, 12, 1),
        reasons="Useful.",
    )

    actions.record_decision(decision=decision, acting_user=secretary, at=timezone.now())

    decision.refresh_from_db()
    assert (decision.state, decision.recorded_by) == (DecisionState.DRAFT, secretary)
    assert Notice.objects.get().user == member
    assert AuditEntry.objects.about(decision).get().event == "committee_decision.recorded"


def test_a_decision_cannot_be_recorded_as_confirmed_already(secretary):
    decision = CommitteeDecision(course=make_course(), state=DecisionState.IN_FORCE)

    with pytest.raises(ValueError, match="begins as a draft"):
        actions.record_decision(decision=decision, acting_user=secretary, at=timezone.now())


def test_nobody_but_the_secretary_records(member):
    decision = CommitteeDecision(course=make_course(), resolution_number="SC/2026/2")

    with pytest.raises(Refused):
        actions.record_decision(decision=decision, acting_user=member, at=timezone.now())

    assert decision.pk is None


def test_a_confirmed_decision_opens_the_course_and_the_secretary_hears_of_it(
    draft, member, secretary
):
    assert not Course.objects.published().exists()

    confirm(draft, member)

    draft.refresh_from_db()
    assert (draft.state, draft.confirmed_by) == (DecisionState.IN_FORCE, member)
    assert Course.objects.published().get() == draft.course
    assert Notice.objects.get().user == secretary


def test_whoever_recorded_a_decision_does_not_confirm_it(draft, secretary):
    secretary.groups.set(make_user(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY).groups.all())
    both = type(secretary).objects.get(pk=secretary.pk)

    with pytest.raises(Refused, match="two persons are needed"):
        confirm(draft, both)

    draft.refresh_from_db()
    assert draft.state == DecisionState.DRAFT
    assert not AuditEntry.objects.about(draft).exists()


def test_the_database_refuses_one_person_in_both_parts(draft, secretary):
    with pytest.raises(IntegrityError), transaction.atomic():
        CommitteeDecision.objects.filter(pk=draft.pk).update(confirmed_by=secretary)


def test_the_database_keeps_one_decision_in_force_for_a_course_and_category(draft):
    standing = make_committee_decision(course=draft.course, state=DecisionState.IN_FORCE)

    with pytest.raises(IntegrityError), transaction.atomic():
        CommitteeDecision.objects.filter(pk=draft.pk).update(state=DecisionState.IN_FORCE)

    assert CommitteeDecision.objects.in_force().get() == standing


def test_a_second_decision_waits_until_the_first_is_withdrawn(draft, member):
    standing = make_committee_decision(course=draft.course, state=DecisionState.IN_FORCE)

    with pytest.raises(Refused, match="Withdraw it first"):
        confirm(draft, member)
    withdraw(standing, member)
    confirm(draft, member)

    assert CommitteeDecision.objects.in_force().get() == draft


def test_withdrawing_closes_the_course_and_keeps_the_reason(draft, member, secretary):
    confirm(draft, member)

    withdraw(draft, member, reason="The provider ended it.")

    assert not Course.objects.published().exists()
    entry = AuditEntry.objects.about(draft).last()
    assert entry.event == "committee_decision.withdrawn"
    assert entry.details["reason"] == "The provider ended it."


def test_a_decision_is_not_confirmed_twice(draft, member):
    confirm(draft, member)

    with pytest.raises(Refused):
        confirm(draft, make_user(Role.COMMITTEE_MEMBER))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COMMITTEE_MEMBER])
@pytest.mark.parametrize("step", states.STEPS)
def test_only_members_take_steps(step, role):
    decision = make_committee_decision(course=make_course(is_published=False))
    decision.state = next(iter(step.sources))

    assert policies.why_not(step, decision, make_user(role)) != ""


def test_the_steps_lead_from_draft_to_every_state():
    reached = {DecisionState.DRAFT} | {step.target for step in states.STEPS}

    assert reached == set(DecisionState)
    assert all(isinstance(step.sources, frozenset) for step in states.STEPS)


def test_a_member_confirms_on_the_committees_page(client, draft, member):
    sign_in(client, member)

    page = client.get(reverse("courses:committee")).content.decode()
    confirm_url = reverse("courses:decision_confirm", args=[draft.pk])
    assert confirm_url in page
    answer = client.post(confirm_url, follow=True)

    draft.refresh_from_db()
    assert draft.state == DecisionState.IN_FORCE
    assert "is in force." in answer.content.decode()


def test_the_secretary_sees_what_waits_but_gets_no_button(client, draft, secretary):
    sign_in(client, secretary)

    page = client.get(reverse("courses:committee")).content.decode()

    assert str(draft) in page
    assert reverse("courses:decision_confirm", args=[draft.pk]) not in page


def test_confirming_takes_a_post(client, draft, member):
    sign_in(client, member)

    answer = client.get(reverse("courses:decision_confirm", args=[draft.pk]))

    draft.refresh_from_db()
    assert answer.status_code == 405
    assert draft.state == DecisionState.DRAFT


def test_withdrawing_on_the_page_asks_for_a_reason(client, draft, member):
    confirm(draft, member)
    sign_in(client, member)
    address = reverse("courses:decision_withdraw", args=[draft.pk])

    assert client.get(address).status_code == 200
    client.post(address, {"reason": " "})
    draft.refresh_from_db()
    assert draft.state == DecisionState.IN_FORCE

    client.post(address, {"reason": "Renamed."})
    draft.refresh_from_db()
    assert draft.state == DecisionState.WITHDRAWN


def test_a_decision_that_was_withdrawn_meanwhile_says_so_on_the_form(client, draft, member):
    sign_in(client, member)

    answer = client.post(
        reverse("courses:decision_withdraw", args=[draft.pk]), {"reason": "Too late."}
    )

    assert "Recorded, to be confirmed" in answer.content.decode()


def test_officers_and_visitors_do_not_reach_the_committees_page(client, draft):
    assert client.get(reverse("courses:committee")).status_code == 302

    sign_in(client, make_officer().user)
    assert client.get(reverse("courses:committee")).status_code == 403
    post = client.post(reverse("courses:decision_confirm", args=[draft.pk]))
    assert post.status_code == 403


def test_the_public_sees_decisions_in_force_and_no_drafts(client, draft):
    standing = make_course().committee_decisions.get()

    page = client.get(reverse("courses:decision_list")).content.decode()

    assert str(standing) in page
    assert f">{draft}<" not in page


@pytest.mark.parametrize("count", [2, 30])
def test_the_public_list_of_decisions_takes_two_queries(client, django_assert_num_queries, count):
    for _number in range(count):
        make_course()

    with django_assert_num_queries(2):
        client.get(reverse("courses:decision_list"))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_drafts_on_one_course_confirmed_at_once_leave_one_in_force():
    course = make_course(is_published=False)
    drafts = [make_committee_decision(course=course) for _number in range(4)]
    members = [make_user(Role.COMMITTEE_MEMBER) for _draft in drafts]
    together = Barrier(len(drafts))

    def confirm_one(draft, user):
        together.wait(10)
        try:
            confirm(draft, user)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(drafts)) as pool:
        outcomes = list(pool.map(confirm_one, drafts, members))

    assert sum(outcomes) == 1
    assert CommitteeDecision.objects.in_force().count() == 1
