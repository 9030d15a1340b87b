"""Proposals: how they move along their life cycle, and who may do what."""

from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Notice, User
from accounts.roles import Role
from committee import states
from committee.actions import proposals as actions
from committee.models import (
    Outcome,
    Proposal,
    ProposalSeries,
    ScreeningAnswer,
    ScreeningPoint,
)
from committee.policies import proposals as policies
from committee.states import ProposalState
from courses.models import Certification, Course
from igot.lib.errors import Refused
from tests.factories.accounts import make_authority, make_nodal_officer, make_user
from tests.factories.committee import make_proposal, make_secretary
from tests.factories.courses import make_institute

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def said(**fields: Any) -> dict[str, Any]:
    """What a form says of a proposal."""
    return {
        "source": Proposal.Source.INSTITUTE,
        "proposer": "IIT Madras",
        "received_on": date(2026, 11, 1),
        "institute_name": "IIT Madras",
        "title": "Data for Public Policy",
        "mode": Course.Mode.RUN,
        "certification": Certification.CERTIFICATE,
        "objective": "To read figures.",
        "reasons": "Three States asked.",
        "officers": "All of Group A.",
        "fee": Decimal(5000),
        "currency": "INR",
        **fields,
    }


def record(user: User, *, submits: bool = False, **fields: Any) -> Proposal:
    return actions.record_proposal(fields=said(**fields), submits=submits, acting_user=user, at=NOW)


def events_of(proposal: Proposal) -> list[str]:
    return [entry.event for entry in AuditEntry.objects.about(proposal)]


# --- along the life cycle ------------------------------------------------------------------------


def test_a_step_of_the_table_moves_the_proposal_and_is_recorded() -> None:
    secretary = make_secretary()
    proposal = make_proposal(state=ProposalState.SCREENED)

    entry = actions.advance(
        proposal, states.LIST_PROPOSAL, secretary, timezone.now(), meeting="SC/2026/1"
    )

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.ON_AGENDA
    assert entry.event == "proposal.listed"
    assert entry.details == {"was": "screened", "meeting": "SC/2026/1"}
    assert entry.acting_user == secretary


def test_a_step_outside_the_table_is_refused_and_leaves_nothing_behind() -> None:
    proposal = make_proposal(state=ProposalState.DRAFT)

    with pytest.raises(Refused, match="is “Draft”"):
        actions.advance(proposal, states.LIST_PROPOSAL, make_secretary(), timezone.now())

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DRAFT
    assert not AuditEntry.objects.filter(event__startswith="proposal.").exists()


def test_every_step_has_an_event_of_its_own() -> None:
    assert set(actions.EVENTS) == set(states.PROPOSAL_STEPS)
    assert len(set(actions.EVENTS.values())) == len(states.PROPOSAL_STEPS)


# --- taking down ---------------------------------------------------------------------------------


def test_a_proposal_gets_the_next_number_of_its_year() -> None:
    secretary = make_secretary()

    first, second = record(secretary), record(secretary, title="Another")

    assert (first.number, second.number) == ("P/2026/001", "P/2026/002")
    assert first.state == ProposalState.DRAFT
    assert events_of(first) == ["proposal.recorded"]


def test_a_number_is_given_with_its_row_or_not_at_all() -> None:
    secretary = make_secretary()

    with pytest.raises(Refused):
        record(secretary, source=Proposal.Source.DIVISION)

    assert record(secretary).number == "P/2026/001"
    assert ProposalSeries.objects.get().latest == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_number_twice() -> None:
    secretary = make_secretary()

    def take() -> None:
        record(secretary)
        connection.close()

    threads = [Thread(target=take) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = sorted(Proposal.objects.values_list("number", flat=True))
    assert numbers == [f"P/2026/{number:03}" for number in range(1, 9)]


def test_the_institute_of_the_catalogue_is_found_by_its_names() -> None:
    institute = make_institute(title="Indian Institute of Technology, Madras", short_name="IIT-M")

    by_title = record(make_secretary(), institute_name="Indian institute of technology Madras")
    by_short_name = record(make_secretary(), institute_name="IIT M")
    unknown = record(make_secretary(), institute_name="IIT Nowhere")

    assert by_title.institute == by_short_name.institute == institute
    assert unknown.institute is None


def test_one_who_proposes_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="proposed by the secretary"):
        record(make_user(Role.COMMITTEE_MEMBER))

    assert not Proposal.objects.exists()


def test_a_nodal_officer_proposes_for_the_own_ministry_only() -> None:
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))
    ministry = Proposal.Source.MINISTRY

    proposal = record(nodal, source=ministry, proposer="Ministry of Coal")
    with pytest.raises(Refused, match="own Ministry"):
        record(nodal, source=ministry, proposer="Ministry of Steel")
    with pytest.raises(Refused, match="on behalf of this source"):
        record(nodal)

    assert proposal.recorded_by == nodal


def test_the_division_proposes_through_a_dealing_hand() -> None:
    hand = make_user(Role.DEALING_HAND)

    proposal = record(hand, source=Proposal.Source.DIVISION, proposer="Training Division")

    assert proposal.source == "division"
    assert policies.sources_of(hand) == [Proposal.Source.DIVISION]


# --- editing and submitting ----------------------------------------------------------------------


def test_an_edit_is_recorded_with_what_was_there_before() -> None:
    secretary = make_secretary()
    proposal = record(secretary)

    actions.edit_proposal(
        proposal_id=proposal.pk,
        fields=said(fee=Decimal(4000)),
        submits=False,
        acting_user=secretary,
        at=NOW,
    )

    entry = AuditEntry.objects.about(proposal).get(event="proposal.changed")
    assert entry.details == {"values_were": {"fee": "5000.00"}}
    proposal.refresh_from_db()
    assert proposal.fee == Decimal(4000)


def test_an_edit_that_changes_nothing_is_not_recorded() -> None:
    proposal = record(secretary := make_secretary())

    actions.edit_proposal(
        proposal_id=proposal.pk, fields=said(), submits=False, acting_user=secretary, at=NOW
    )

    assert events_of(proposal) == ["proposal.recorded"]


@pytest.mark.parametrize("state", [s for s in ProposalState if s not in states.PROPOSAL_EDITABLE])
def test_what_the_committee_has_stays_as_it_is(state: str) -> None:
    course = {"outcome": "shortlisted", "course": None}
    if state == ProposalState.IN_CATALOGUE:
        return  # needs a course; the rule is the same
    proposal = make_proposal(state=state, **{**course, "outcome": ""})

    with pytest.raises(Refused, match="stays as it is"):
        actions.edit_proposal(
            proposal_id=proposal.pk,
            fields=said(),
            submits=False,
            acting_user=make_secretary(),
            at=NOW,
        )


def test_only_the_proposer_and_the_secretary_edit_a_draft() -> None:
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))
    proposal = record(nodal, source="ministry", proposer="Ministry of Coal")

    assert policies.why_not_edit(proposal, nodal) == ""
    assert policies.why_not_edit(proposal, make_secretary()) == ""
    assert "Only the proposer" in policies.why_not_edit(proposal, make_nodal_officer())
    assert "Only the proposer" in policies.why_not_edit(proposal, make_user(Role.AUDITOR))


def test_the_secretary_is_told_of_what_is_to_be_screened() -> None:
    secretary = make_secretary()
    nodal = make_nodal_officer(authority=make_authority(name="Ministry of Coal"))

    proposal = record(nodal, source="ministry", proposer="Ministry of Coal", submits=True)

    assert proposal.state == ProposalState.SUBMITTED
    assert events_of(proposal) == ["proposal.recorded", "proposal.submitted"]
    notice = Notice.objects.get(user=secretary)
    assert notice.template == "proposal.to_screen"
    assert not Notice.objects.filter(user=nodal).exists()
    assert "ask the secretary to return it" in policies.why_not_edit(proposal, nodal)


# --- screening -----------------------------------------------------------------------------------


def points(*required: bool) -> list[ScreeningPoint]:
    return [
        ScreeningPoint.objects.create(position=n, text=f"Question {n}", is_required=needed)
        for n, needed in enumerate(required, start=1)
    ]


def screen(proposal: Proposal, answers: dict[ScreeningPoint, str], **given: Any) -> None:
    actions.screen_proposal(
        proposal_id=proposal.pk,
        answers={point.pk: (answer, "") for point, answer in answers.items()},
        passes=given.pop("passes", True),
        acting_user=given.pop("acting_user", None) or make_secretary(),
        at=NOW,
    )


def test_a_proposal_passes_when_every_required_question_is_answered_with_yes() -> None:
    needed, other = points(True, False)
    proposal = make_proposal(state=ProposalState.SUBMITTED)

    screen(proposal, {needed: "yes", other: "na"})

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SCREENED
    assert proposal.screened_by and proposal.screened_at == NOW
    assert Notice.objects.filter(user=proposal.recorded_by, template="proposal.screened").exists()


@pytest.mark.parametrize("answer", ["no", "na", ""])
def test_any_other_answer_to_a_required_question_holds_it_back(answer: str) -> None:
    needed, other = points(True, False)
    proposal = make_proposal(state=ProposalState.SUBMITTED)

    with pytest.raises(Refused, match="“Question 1” is not answered with yes"):
        screen(proposal, {needed: answer, other: "yes"})

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUBMITTED
    assert not ScreeningAnswer.objects.exists()


def test_answers_are_kept_without_passing_and_given_anew() -> None:
    needed, other = points(True, False)
    proposal = make_proposal(state=ProposalState.SUBMITTED)

    screen(proposal, {needed: "no", other: "yes"}, passes=False)
    screen(proposal, {needed: "yes", other: ""}, passes=False)

    assert dict(ScreeningAnswer.objects.values_list("point__text", "answer")) == {
        "Question 1": "yes"
    }
    assert events_of(proposal) == ["proposal.checked", "proposal.checked"]


def test_a_retired_question_keeps_its_answer_and_is_not_asked() -> None:
    (retired,) = points(True)
    proposal = make_proposal(state=ProposalState.SUBMITTED)
    screen(proposal, {retired: "no"}, passes=False)
    ScreeningPoint.objects.filter(pk=retired.pk).update(is_in_use=False)

    screen(proposal, {})

    assert ScreeningAnswer.objects.get().answer == "no"
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SCREENED


def test_nobody_but_the_secretary_screens() -> None:
    proposal = make_proposal(state=ProposalState.SUBMITTED)

    with pytest.raises(Refused, match="Secretary"):
        screen(proposal, {}, acting_user=make_user(Role.DEALING_HAND))


# --- returned, withdrawn, taken up again ---------------------------------------------------------


def test_a_returned_proposal_is_a_draft_again_and_its_proposer_knows_why() -> None:
    nodal = make_nodal_officer()
    proposal = make_proposal(state=ProposalState.SUBMITTED, recorded_by=nodal)

    actions.return_proposal(
        proposal_id=proposal.pk, reason="No outline.", acting_user=make_secretary(), at=NOW
    )

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DRAFT
    assert Notice.objects.get(user=nodal).params["reason"] == "No outline."
    assert policies.why_not_edit(proposal, nodal) == ""


@pytest.mark.parametrize("state", ["draft", "submitted", "screened"])
def test_a_proposer_withdraws_before_the_committee_has_it(state: str) -> None:
    nodal = make_nodal_officer()
    proposal = make_proposal(state=state, recorded_by=nodal)

    actions.withdraw_proposal(
        proposal_id=proposal.pk, reason="Not offered.", acting_user=nodal, at=NOW
    )

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.WITHDRAWN


@pytest.mark.parametrize("state", ["on_agenda", "deliberated", "decided"])
def test_what_the_committee_has_is_not_withdrawn_nor_is_its_decision_told(state: str) -> None:
    nodal = make_nodal_officer()
    proposal = make_proposal(state=state, recorded_by=nodal)

    with pytest.raises(Refused, match="“With the committee”"):
        actions.withdraw_proposal(proposal_id=proposal.pk, reason="No.", acting_user=nodal, at=NOW)


@pytest.mark.parametrize("outcome", [Outcome.DEFERRED, Outcome.MORE_INFORMATION])
def test_what_was_deferred_comes_back_to_be_screened(outcome: str) -> None:
    proposal = make_proposal(
        state=ProposalState.NOTIFIED, outcome=outcome, screened_by=make_secretary()
    )

    actions.resume_proposal(
        proposal_id=proposal.pk,
        reason="The provider answered.",
        acting_user=proposal.recorded_by,
        at=NOW,
    )

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SUBMITTED
    assert proposal.outcome == "" and proposal.screened_by is None
    entry = AuditEntry.objects.about(proposal).get()
    assert entry.details["outcome"] == outcome


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.SHORTLISTED])
def test_what_was_rejected_or_shortlisted_does_not(outcome: str) -> None:
    proposal = make_proposal(state=ProposalState.NOTIFIED, outcome=outcome)

    with pytest.raises(Refused, match="Only what was deferred"):
        actions.resume_proposal(
            proposal_id=proposal.pk, reason="Again.", acting_user=make_secretary(), at=NOW
        )
