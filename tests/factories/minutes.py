"""Meetings that are over: items voted and resolved, minutes drafted, submitted or confirmed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from committee.actions import minutes as actions
from committee.models import AgendaItem, Meeting, Minutes, Outcome, Participation, Resolution, Seat
from committee.states import ItemState, MeetingState, ProposalState
from tests.factories.committee import (
    chair_of,
    make_committee,
    make_item,
    make_meeting,
    make_proposal,
    make_secretary,
    members_of,
)

VALID_FROM = date(2026, 12, 1)


def make_session(**fields: Any) -> Meeting:
    """Make a meeting in session of a committee of five."""
    committee = fields.pop("committee", None) or make_committee()
    opened_at = fields.pop("opened_at", timezone.now() - timedelta(days=2))
    return make_meeting(
        committee=committee,
        state=MeetingState.IN_SESSION,
        begins_at=opened_at,
        opened_at=opened_at,
        **fields,
    )


def make_voted(
    *, meeting: Meeting, votes: Sequence[str] = ("for",) * 3, **fields: Any
) -> AgendaItem:
    """Make a closed item with `votes`, the chair's first."""
    fields.setdefault("proposal", make_proposal(state=ProposalState.DECIDED))
    item = make_item(meeting=meeting, state=ItemState.OPEN, **fields)
    voters = [chair_of(item), *members_of(item)]
    for voter, vote in zip(voters, votes, strict=False):
        Participation.objects.filter(pk=voter.pk).update(interest="none")
        Participation.objects.filter(pk=voter.pk).update(vote=vote, voted_at=timezone.now())
    AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.CLOSED)
    item.refresh_from_db()
    return item


def make_resolution(
    *, item: AgendaItem | None = None, meeting: Meeting | None = None, **fields: Any
) -> Resolution:
    """Make the resolution on an item (three votes for), which is decided by it."""
    item = item or make_voted(meeting=meeting or make_session())
    counted = [p.counted for p in item.participations.all()]
    counting = [p for p in counted if p.is_present and p.is_voting and not p.is_recused]
    outcome = fields.pop("outcome", Outcome.SHORTLISTED)
    terms = {
        "rule_set_code": item.proposal.rule_set_code,
        "certification": "grade_exam",
        "valid_from": VALID_FROM,
    }
    resolution = Resolution.objects.create(
        item=item,
        **{
            "number": f"{item.meeting.number}/{item.position}",
            "decided_on": timezone.localdate(),
            "outcome": outcome,
            "reasons": "It fills a gap.",
            "reasons_hi": "यह कमी को पूरा करता है।",
            **(terms if outcome == Outcome.SHORTLISTED else {}),
            "quorum_needed": item.meeting.committee.quorum,
            "quorum_counted": len(counting),
            "chair_needed": True,
            "chair_counted": any(p.is_chair for p in counting),
            "votes_for": sum(p.vote == "for" for p in counting),
            "votes_against": sum(p.vote == "against" for p in counting),
            "votes_abstained": sum(p.vote == "abstain" for p in counting),
            "recorded_by": item.meeting.convened_by,
            "recorded_at": timezone.now(),
            **fields,
        },
    )
    AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.DECIDED)
    type(item.proposal).objects.filter(pk=item.proposal_id).update(outcome=outcome)
    return resolution


def make_closed(*, resolutions: int = 1, **fields: Any) -> Meeting:
    """Make a closed meeting with `resolutions` that shortlist a course each."""
    meeting = make_session(**fields)
    for _number in range(resolutions):
        make_resolution(meeting=meeting)
    return close(meeting)


def close(meeting: Meeting) -> Meeting:
    Meeting.objects.filter(pk=meeting.pk).update(
        state=MeetingState.CLOSED, closed_at=timezone.now() - timedelta(days=1)
    )
    meeting.refresh_from_db()
    return meeting


def chair_user(meeting: Meeting) -> User:
    return meeting.committee.seats.select_related("user").get(kind=Seat.Kind.CHAIR).user


def make_minutes(*, meeting: Meeting | None = None, state: str = "draft") -> Minutes:
    """Make minutes by the actions of the people; `state` says how far they got."""
    meeting = meeting or make_closed()
    at = timezone.now()
    secretary = make_secretary()
    minutes = actions.draft_minutes(meeting_id=meeting.pk, acting_user=secretary, at=at)
    if state != "draft":
        actions.submit_minutes(minutes_id=minutes.pk, acting_user=secretary, at=at)
    if state == "confirmed":
        actions.confirm_minutes(
            minutes_id=minutes.pk,
            version=minutes.version,
            acting_user=chair_user(meeting),
            at=at,
        )
    minutes.refresh_from_db()
    return minutes
