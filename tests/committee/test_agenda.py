"""The agenda: proposals listed, ordered, taken off and carried over."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from committee.actions.agenda import (
    carry_item_over,
    list_proposals,
    move_item,
    note_item,
    remove_item,
)
from committee.models import Invitation, Meeting, Participation
from committee.states import ItemState, MeetingState, ProposalState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user
from tests.factories.committee import (
    make_committee,
    make_item,
    make_meeting,
    make_proposal,
    make_secretary,
    members_of,
)
from tests.factories.meetings import make_invitation, make_paper

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def who() -> dict[str, Any]:
    return {"acting_user": make_secretary(), "at": NOW}


def order_of(meeting: Meeting) -> list[int]:
    return list(meeting.items.order_by("position").values_list("pk", flat=True))


def test_screened_proposals_go_on_the_agenda_in_their_order() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT)
    make_item(meeting=meeting)
    first, second = make_proposal(), make_proposal()

    count = list_proposals(meeting_id=meeting.pk, proposal_ids=[second.pk, first.pk], **who())

    rows = meeting.items.order_by("position").values_list("position", "proposal")
    assert count == 2
    assert list(rows)[1:] == [(2, first.pk), (3, second.pk)]
    first.refresh_from_db()
    assert first.state == ProposalState.ON_AGENDA


def test_an_item_listed_after_the_call_has_a_row_for_every_member() -> None:
    meeting = make_meeting(state=MeetingState.CALLED)
    proposal = make_proposal()

    list_proposals(meeting_id=meeting.pk, proposal_ids=[proposal.pk], **who())

    rows = Participation.objects.filter(item__meeting=meeting)
    assert rows.count() == 5
    assert rows.filter(is_chair=True).count() == 1


def test_a_proposal_that_is_not_screened_stays_off_and_takes_the_others_along() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT)
    ready, raw = make_proposal(), make_proposal(state=ProposalState.SUBMITTED)

    with pytest.raises(Refused, match=raw.number):
        list_proposals(meeting_id=meeting.pk, proposal_ids=[ready.pk, raw.pk], **who())

    assert not meeting.items.exists()


def test_nothing_ticked_is_said() -> None:
    with pytest.raises(Refused, match="Tick"):
        list_proposals(meeting_id=make_meeting().pk, proposal_ids=[], **who())


@pytest.mark.parametrize("state", [MeetingState.IN_SESSION, MeetingState.CLOSED])
def test_the_agenda_is_settled_once_the_meeting_sits(state: str) -> None:
    meeting = make_meeting(state=state)

    with pytest.raises(Refused, match="The meeting is"):
        list_proposals(meeting_id=meeting.pk, proposal_ids=[make_proposal().pk], **who())


def test_a_member_does_not_write_the_agenda() -> None:
    meeting = make_meeting()
    member = make_user(Role.COMMITTEE_MEMBER)

    with pytest.raises(Refused, match="Secretary"):
        list_proposals(
            meeting_id=meeting.pk, proposal_ids=[make_proposal().pk], acting_user=member, at=NOW
        )


def test_items_move_up_and_down() -> None:
    meeting = make_meeting()
    one, two, three = (make_item(meeting=meeting) for _ in range(3))

    move_item(item_id=three.pk, up=True, **who())
    move_item(item_id=one.pk, up=False, **who())

    assert order_of(meeting) == [three.pk, one.pk, two.pk]


def test_the_first_item_goes_no_higher() -> None:
    item = make_item()

    with pytest.raises(Refused, match="cannot be moved further"):
        move_item(item_id=item.pk, up=True, **who())


def test_an_item_taken_up_is_not_moved() -> None:
    item = make_item(state=ItemState.OPEN)

    with pytest.raises(Refused):
        move_item(item_id=item.pk, up=True, **who())


def test_the_note_of_the_secretary_is_kept_with_its_history() -> None:
    item = make_item()

    note_item(item_id=item.pk, note="See the letter of the State.", **who())

    item.refresh_from_db()
    assert item.note == "See the letter of the State."
    assert AuditEntry.objects.about(item).get().details["note"] == item.note


def test_an_item_taken_off_before_the_call_leaves_no_gap() -> None:
    meeting = make_meeting(state=MeetingState.DRAFT)
    one, two, three = (make_item(meeting=meeting) for _ in range(3))
    make_paper(two)
    Participation.objects.all().delete()

    remove_item(item_id=two.pk, reason="Twice", **who())

    rows = meeting.items.order_by("position").values_list("pk", "position")
    assert list(rows) == [(one.pk, 1), (three.pk, 2)]
    two.proposal.refresh_from_db()
    assert two.proposal.state == ProposalState.SCREENED


def test_the_papers_of_an_item_taken_off_are_gone_from_the_store(
    django_capture_on_commit_callbacks: Any,
) -> None:
    item = make_item(meeting=make_meeting(state=MeetingState.DRAFT))
    paper = make_paper(item)
    Participation.objects.all().delete()

    with django_capture_on_commit_callbacks(execute=True):
        remove_item(item_id=item.pk, reason="Twice", **who())

    assert not paper.file.storage.exists(str(paper.file.name))


def test_an_item_taken_off_after_the_call_keeps_its_number() -> None:
    meeting = make_meeting(state=MeetingState.CALLED)
    one, two = (make_item(meeting=meeting) for _ in range(2))

    remove_item(item_id=one.pk, reason="The institute asks for time.", **who())

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, one.position, two.position) == (ItemState.CARRIED_OVER, 1, 2)
    assert one.carried_over_reason == "The institute asks for time."


@pytest.mark.parametrize("state", [ItemState.LISTED, ItemState.OPEN, ItemState.CLOSED])
def test_an_undecided_item_is_carried_over_to_another_meeting(state: str) -> None:
    item = make_item(state=state)
    paper = make_paper(item)
    other = make_meeting(committee=item.meeting.committee)

    successor = carry_item_over(item_id=item.pk, reason="Time", to_meeting_id=other.pk, **who())

    assert successor
    item.refresh_from_db()
    item.proposal.refresh_from_db()
    assert (item.state, item.carried_over_reason) == (ItemState.CARRIED_OVER, "Time")
    assert (successor.meeting, successor.proposal) == (other, item.proposal)
    assert item.proposal.state == ProposalState.ON_AGENDA
    assert successor.papers.get().file.name == paper.file.name
    assert successor.participations.filter(interest="").count() == 5


def test_a_closed_item_whose_proposal_was_deliberated_is_carried_over_too() -> None:
    proposal = make_proposal(state=ProposalState.DELIBERATED)
    item = make_item(state=ItemState.CLOSED, proposal=proposal)

    carry_item_over(item_id=item.pk, reason="Time", **who())

    proposal.refresh_from_db()
    assert proposal.state == ProposalState.SCREENED


def test_experts_go_along_and_are_asked_anew() -> None:
    item = make_item()
    make_invitation(item=item, field="Statistics", interest="none", opinion="Sound.", given_at=NOW)
    other = make_meeting(committee=item.meeting.committee)

    carry_item_over(item_id=item.pk, reason="Time", to_meeting_id=other.pk, **who())

    copy = Invitation.objects.get(item__meeting=other)
    assert (copy.field, copy.opinion, copy.interest) == ("Statistics", "Sound.", "")


def test_without_another_meeting_the_proposal_waits_again() -> None:
    item = make_item()

    assert carry_item_over(item_id=item.pk, reason="Time", **who()) is None

    item.proposal.refresh_from_db()
    assert item.proposal.state == ProposalState.SCREENED


def test_a_meeting_that_is_over_takes_no_items() -> None:
    committee = make_committee()
    item = make_item(meeting=make_meeting(committee=committee))
    over = make_meeting(committee=committee, state=MeetingState.CLOSED)

    with pytest.raises(Refused, match=over.number):
        carry_item_over(item_id=item.pk, reason="Time", to_meeting_id=over.pk, **who())

    item.refresh_from_db()
    assert item.state == ItemState.LISTED


def test_an_item_is_not_carried_over_to_its_own_meeting() -> None:
    item = make_item()

    with pytest.raises(Refused, match="another meeting"):
        carry_item_over(item_id=item.pk, reason="Time", to_meeting_id=item.meeting_id, **who())


def test_the_item_before_the_committee_is_let_go_when_carried_over() -> None:
    item = make_item(state=ItemState.OPEN)
    Meeting.objects.filter(pk=item.meeting_id).update(current_item=item)

    carry_item_over(item_id=item.pk, reason="Time", **who())

    assert Meeting.objects.get(pk=item.meeting_id).current_item is None


def test_votes_of_an_item_carried_over_stay_on_record() -> None:
    item = make_item(state=ItemState.OPEN)
    row = Participation.objects.filter(pk=members_of(item)[0].pk)
    row.update(interest="none")
    row.update(vote="for", voted_at=NOW)

    carry_item_over(item_id=item.pk, reason="No quorum", **who())

    assert row.get().vote == "for"
