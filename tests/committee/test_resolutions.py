"""What is resolved: by quorum and votes, on terms, put right while the minutes are open."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from committee.actions import resolutions as actions
from committee.actions import votes
from committee.models import Attendance, Meeting, Participation, Resolution
from committee.states import ItemState, MeetingState, ProposalState
from committee.terms import Terms
from igot.lib.errors import Refused
from tests.committee.rooms import (
    close,
    declare,
    everybody,
    make_open_item,
    make_voted_item,
    shortlisting,
)
from tests.factories.accounts import make_user
from tests.factories.committee import (
    chair_of,
    make_committee,
    make_meeting,
    make_secretary,
    members_of,
)

pytestmark = pytest.mark.django_db
DEFERRED = Terms(outcome="deferred", reasons="The syllabus is being revised.")
REJECTED = Terms(outcome="rejected", reasons="The same course is offered already.")


def record(item, terms=None, user=None):
    return actions.record_resolution(
        item_id=item.pk,
        terms=terms or shortlisting(),
        acting_user=user or make_secretary(),
        at=timezone.now(),
    )


def correct(resolution, terms, user=None):
    return actions.correct_resolution(
        resolution_id=resolution.pk,
        terms=terms,
        why="A slip of the pen.",
        acting_user=user or make_secretary(),
        at=timezone.now(),
    )


def test_a_resolution_carries_number_terms_and_counts():
    item = make_voted_item(["for", "for", "against", "abstain"])

    resolution = record(item)

    assert resolution.number == f"{item.meeting.number}/1"
    assert (resolution.quorum_needed, resolution.quorum_counted) == (3, 5)
    assert (resolution.votes_for, resolution.votes_against, resolution.votes_abstained) == (2, 1, 1)
    assert resolution.fee_ceiling == Decimal(100)
    item.refresh_from_db()
    assert item.state == ItemState.DECIDED
    assert item.proposal.state == ProposalState.DECIDED
    assert item.proposal.outcome == "shortlisted"
    assert AuditEntry.objects.about(resolution).get().event == "resolution.recorded"


def test_what_is_decided_is_announced_later():
    resolution = record(make_voted_item())

    assert resolution.announced_at is None
    assert not Notice.objects.exists()


def test_terms_are_kept_only_where_the_course_is_shortlisted():
    terms = shortlisting(outcome="deferred")

    resolution = record(make_voted_item([]), terms)

    assert (resolution.rule_set_code, resolution.fee_ceiling, resolution.valid_from) == (
        "",
        None,
        None,
    )


def test_nothing_is_decided_while_votes_are_open():
    with pytest.raises(Refused, match="still open for votes. Close the votes first"):
        record(make_open_item())


def test_nothing_is_decided_without_quorum():
    item = make_open_item()
    declare(*members_of(item)[:3], interest="teaching")
    item = close(item)

    with pytest.raises(Refused, match="no quorum: 2 members count, 3 are needed"):
        record(item, DEFERRED)


def test_nothing_is_decided_without_the_chair():
    item = make_open_item()
    Participation.objects.filter(pk=chair_of(item).pk).update(presence=Attendance.Mode.ABSENT)
    item = close(item)

    with pytest.raises(Refused, match="the chair does not count for it"):
        record(item, DEFERRED)


def test_a_course_is_not_shortlisted_against_the_votes():
    with pytest.raises(Refused, match="do not carry, 1 for and 2 against"):
        record(make_voted_item(["for", "against", "against"]))


def test_a_course_is_not_shortlisted_where_nobody_voted():
    with pytest.raises(Refused, match="cannot be shortlisted"):
        record(make_voted_item([]))


def test_a_course_for_which_the_votes_carry_is_not_rejected():
    with pytest.raises(Refused, match="cannot be rejected"):
        record(make_voted_item(["for", "for"]), REJECTED)


@pytest.mark.parametrize("terms", [DEFERRED, Terms(outcome="more_info", reasons="Fee unclear.")])
def test_a_course_may_be_deferred_whatever_the_votes(terms):
    assert record(make_voted_item(["for", "for"]), terms).outcome == terms.outcome


@pytest.mark.parametrize("terms", [None, REJECTED])
def test_a_tie_waits_for_the_chair(terms):
    item = make_voted_item(["for", "against"])

    with pytest.raises(Refused, match="tied, 1 to 1: the chair has to cast a vote"):
        record(item, terms)


@pytest.mark.parametrize(("vote", "outcome"), [("for", "shortlisted"), ("against", "rejected")])
def test_a_tie_goes_as_the_chair_casts(vote, outcome):
    item = make_voted_item(["for", "against"])
    chair = chair_of(item)
    votes.break_tie(item_id=item.pk, vote=vote, acting_user=chair.seat.user, at=timezone.now())

    resolution = record(item, shortlisting(outcome=outcome))

    assert (resolution.outcome, resolution.casting_vote) == (outcome, vote)


def test_a_tie_without_casting_vote_falls():
    committee = make_committee(has_casting_vote=False)
    meeting = make_meeting(committee=committee, state=MeetingState.IN_SESSION)
    item = make_voted_item(["for", "against"], meeting=meeting)

    with pytest.raises(Refused, match="no casting vote is for it"):
        record(item)
    assert record(item, REJECTED).outcome == "rejected"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reasons": " "}, "Give the reasons"),
        ({"rule_set_code": ""}, "Choose for which categories"),
        ({"rule_set_code": "NONE"}, "Choose for which categories"),
        ({"certification": ""}, "Choose how the course is certified"),
        ({"fee_ceiling": Decimal(-1)}, "zero or more"),
        ({"currency": "XYZ"}, "US dollars or rupees"),
        ({"currency": "EUR"}, "US dollars or rupees"),
        ({"fee_ceiling": None}, "or leave both empty"),
        ({"valid_from": None}, "from which day"),
        ({"valid_to": date(2026, 11, 30)}, "cannot lie before the first"),
    ],
)
def test_terms_that_cannot_be_are_refused_with_a_sentence(fields, sentence):
    item = make_voted_item()

    with pytest.raises(Refused, match=sentence):
        record(item, shortlisting(**fields))

    assert not Resolution.objects.exists()
    item.refresh_from_db()
    assert item.state == ItemState.CLOSED


def test_an_item_is_decided_once():
    item = make_voted_item()
    record(item)

    with pytest.raises(Refused, match=r"decided already, by resolution .*/1"):
        record(item, DEFERRED)


@pytest.mark.parametrize("role", [Role.COMMITTEE_MEMBER, Role.AUDITOR, Role.CIRCULAR_AUTHOR])
def test_only_the_secretary_records_and_corrects(role):
    user = make_user(role)
    with pytest.raises(Refused, match="This is for the Secretary"):
        record(make_voted_item(), user=user)

    with pytest.raises(Refused, match="This is for the Secretary"):
        correct(record(make_voted_item()), DEFERRED, user=user)


def test_a_resolution_is_put_right_before_the_minutes_and_the_chair_hears_of_it():
    item = make_voted_item()
    resolution = record(item)

    correct(resolution, shortlisting(fee_ceiling=Decimal(175), credit_points=None))

    resolution.refresh_from_db()
    assert (resolution.fee_ceiling, resolution.credit_points) == (Decimal(175), None)
    assert resolution.votes_for == 3
    entry = AuditEntry.objects.about(resolution).get(event="resolution.corrected")
    assert entry.details["changed"]["fee_ceiling"] == ["100.00", "175"]
    assert entry.details["why"] == "A slip of the pen."
    assert Notice.objects.get().user == chair_of(item).seat.user


def test_a_correction_changes_the_outcome_of_the_proposal_too():
    item = make_voted_item()
    resolution = record(item)

    correct(resolution, DEFERRED)

    item.proposal.refresh_from_db()
    resolution.refresh_from_db()
    assert (item.proposal.outcome, resolution.rule_set_code) == ("deferred", "")


def test_a_correction_does_not_go_against_the_votes():
    resolution = record(make_voted_item(["for", "against", "against"]), REJECTED)

    with pytest.raises(Refused, match="do not carry"):
        correct(resolution, shortlisting())


def test_nothing_is_corrected_after_the_minutes_are_confirmed():
    resolution = record(make_voted_item())
    Meeting.objects.filter(items__resolution=resolution).update(state=MeetingState.CONFIRMED)

    with pytest.raises(Refused, match="put right by a corrigendum"):
        correct(resolution, DEFERRED)


def test_nothing_is_corrected_after_the_announcement():
    resolution = record(make_voted_item())
    Resolution.objects.filter(pk=resolution.pk).update(announced_at=timezone.now())

    with pytest.raises(Refused, match="not changed any more"):
        correct(resolution, DEFERRED)


def test_a_recused_member_is_neither_counted_nor_voting():
    item = make_open_item()
    chair, first, second, third, _fourth = everybody(item)
    declare(first, interest="proposer")
    for member in (chair, second, third):
        votes.cast_vote(
            item_id=item.pk, vote="for", acting_user=member.seat.user, at=timezone.now()
        )

    resolution = record(close(item))

    assert (resolution.quorum_counted, resolution.votes_for) == (4, 3)
