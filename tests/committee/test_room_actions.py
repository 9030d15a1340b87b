"""The secretary takes the committee through its agenda: open, close, open again, carry over."""

import pytest
from django.utils import timezone

from accounts.facts import text_of
from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from committee.actions import agenda, votes
from committee.actions import room as actions
from committee.models import AgendaItem, Meeting, Proposal
from committee.states import ItemState, MeetingState, ProposalState
from igot.lib.errors import Refused
from tests.committee.rooms import cast, declare, everybody, make_open_item, make_voted_item
from tests.factories.accounts import make_user
from tests.factories.committee import (
    chair_of,
    make_committee,
    make_item,
    make_meeting,
    make_proposal,
    make_secretary,
    members_of,
)

pytestmark = pytest.mark.django_db


def act(work, item, user=None, **given):
    work(item_id=item.pk, acting_user=user or make_secretary(), at=timezone.now(), **given)
    return AgendaItem.objects.with_all().get(pk=item.pk)


def in_session(**fields):
    return make_meeting(state=MeetingState.IN_SESSION, **fields)


def test_an_item_that_is_opened_is_before_the_committee():
    item = make_item(meeting=in_session())

    opened = act(actions.open_item, item)

    assert opened.state == ItemState.OPEN
    assert opened.opened_at is not None
    assert opened.meeting.current_item == item
    assert AuditEntry.objects.about(item).get().event == "agendaitem.opened"


def test_a_second_item_waits_until_the_first_is_closed():
    first = make_open_item()
    second = make_item(meeting=first.meeting)

    with pytest.raises(Refused, match="Item 1 is open for votes. Close it first"):
        act(actions.open_item, second)


def test_by_circulation_all_items_are_open_at_once():
    meeting = in_session(mode=Meeting.Mode.CIRCULATION)
    first = make_open_item(meeting=meeting)
    second = make_item(meeting=meeting)

    act(actions.open_item, second)

    assert meeting.items.filter(state=ItemState.OPEN).count() == 2
    declare(*everybody(second))
    for item in (first, second):
        cast(members_of(item)[0])


def test_an_item_is_not_opened_before_the_session():
    item = make_item(meeting=make_meeting(state=MeetingState.CALLED))

    with pytest.raises(Refused, match="is not in session"):
        act(actions.open_item, item)


@pytest.mark.parametrize("role", [Role.COMMITTEE_MEMBER, Role.AUDITOR, Role.DEALING_HAND])
def test_only_the_secretary_takes_the_committee_through_its_agenda(role):
    item = make_open_item()
    listed = make_item(meeting=item.meeting)
    user = make_user(role)

    for work, thing, given in [
        (actions.open_item, listed, {}),
        (actions.close_item, item, {}),
        (agenda.carry_item_over, item, {"reason": "No time."}),
    ]:
        with pytest.raises(Refused, match="This is for the Secretary"):
            act(work, thing, user, **given)


def test_closing_the_votes_marks_the_proposal_as_deliberated():
    item = make_open_item()

    closed = act(actions.close_item, item)

    assert closed.state == ItemState.CLOSED
    assert closed.closed_at is not None
    assert closed.proposal.state == ProposalState.DELIBERATED


def test_votes_are_closed_once():
    item = make_open_item()
    act(actions.close_item, item)

    with pytest.raises(Refused, match="this cannot be done now"):
        act(actions.close_item, item)


def test_the_chair_hears_of_a_tie():
    item = make_open_item()
    for member, how in zip(everybody(item), ["for", "against"], strict=False):
        cast(member, how)

    act(actions.close_item, item)

    notice = Notice.objects.get(template="agendaitem.tied")
    assert notice.user == chair_of(item).seat.user
    assert notice.link == f"/committee/items/{item.pk}/room/"


def test_nobody_hears_of_a_tie_where_the_order_gives_no_casting_vote():
    item = make_open_item(meeting=in_session(committee=make_committee(has_casting_vote=False)))
    for member, how in zip(everybody(item), ["for", "against"], strict=False):
        cast(member, how)

    act(actions.close_item, item)

    assert not Notice.objects.filter(template="agendaitem.tied").exists()


def test_votes_opened_again_keep_what_was_cast_and_everybody_hears_why():
    item = make_voted_item(["for"])

    opened = act(actions.reopen_item, item, reason="The line of two members was down.")

    assert (opened.state, opened.closed_at) == (ItemState.OPEN, None)
    assert item.participations.exclude(vote="").count() == 1
    assert Notice.objects.filter(template="agendaitem.reopened").count() == 5
    assert AuditEntry.objects.about(item).get().details["reason"].startswith("The line")
    cast(members_of(item)[0], "against")


def test_after_a_casting_vote_an_item_stays_closed():
    item = make_voted_item(["for", "against"])
    chair = chair_of(item)
    votes.break_tie(item_id=item.pk, vote="for", acting_user=chair.seat.user, at=timezone.now())

    with pytest.raises(Refused, match="has given the casting vote"):
        act(actions.reopen_item, item, reason="Another look.")


def test_a_closed_item_is_opened_again_only_with_a_reason():
    item = make_voted_item(["for"])

    with pytest.raises(Refused, match="open them again, with a reason"):
        act(actions.open_item, item)


def test_an_open_item_is_not_opened_again():
    item = make_open_item()

    with pytest.raises(Refused, match="are not closed"):
        act(actions.reopen_item, item, reason="Why not.")
    with pytest.raises(Refused, match="this cannot be done now"):
        act(actions.open_item, item)


@pytest.mark.parametrize("state", [ItemState.LISTED, ItemState.OPEN, ItemState.CLOSED])
def test_an_item_that_is_carried_over_frees_its_proposal(state):
    item = make_item(meeting=in_session(), state=state)
    if state == ItemState.CLOSED:
        Proposal.objects.filter(pk=item.proposal_id).update(state=ProposalState.DELIBERATED)

    carried = act(agenda.carry_item_over, item, reason="No quorum.")

    assert carried.state == ItemState.CARRIED_OVER
    assert carried.carried_over_reason == "No quorum."
    assert carried.proposal.state == ProposalState.SCREENED
    make_item(meeting=make_meeting(), proposal=carried.proposal)


def test_a_carried_over_item_is_not_opened():
    item = make_item(meeting=in_session())
    act(agenda.carry_item_over, item, reason="No time.")

    with pytest.raises(Refused, match="Carried over"):
        act(actions.open_item, item)


def test_votes_on_a_reopened_item_are_closed_again():
    item = make_open_item()
    act(actions.close_item, item)
    act(actions.reopen_item, item, reason="The line was down.")

    closed = act(actions.close_item, item)

    assert closed.state == ItemState.CLOSED
    assert closed.proposal.state == ProposalState.DELIBERATED


def test_the_notices_of_the_room_are_plain_text():
    proposal = make_proposal(title="Law & Economics", state=ProposalState.ON_AGENDA)
    item = make_voted_item(["for"], proposal=proposal)
    act(actions.reopen_item, item, reason="The line was down.")

    notice = Notice.objects.filter(template="agendaitem.reopened").first()

    subject, text = text_of(notice)
    assert subject == "Item 1 is open for votes again"
    assert "Law & Economics" in text
