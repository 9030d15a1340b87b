"""Conflict of interest: asked of every member and expert for every item, and what follows."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from accounts.roles import Role
from committee.actions.interests import declare_interest, declare_interests
from committee.models import AgendaItem, Interest, Invitation, Participation
from committee.states import ItemState, MeetingState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user
from tests.factories.committee import make_item, make_meeting, members_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def declare(item: AgendaItem, user: Any, interest: str, note: str = "") -> None:
    declare_interest(item_id=item.pk, interest=interest, note=note, acting_user=user, at=NOW)


def invited(item: AgendaItem, **fields: Any) -> Invitation:
    return Invitation.objects.create(
        item=item,
        user=make_user(Role.NODAL_OFFICER),
        field="Econometrics",
        invited_by=item.meeting.convened_by,
        invited_at=NOW,
        **fields,
    )


@pytest.mark.parametrize("interest", [kind for kind in Interest.values if kind != "none"])
def test_any_interest_recuses(interest: str) -> None:
    row = members_of(make_item())[0]

    declare(row.item, row.seat.user, interest, "Taught there in 2025.")

    row.refresh_from_db()
    assert (row.interest, row.is_recused, row.declared_at) == (interest, True, NOW)
    assert row.interest_note == "Taught there in 2025."


def test_none_does_not_recuse_and_may_correct_a_slip() -> None:
    row = members_of(make_item())[0]

    declare(row.item, row.seat.user, "family")
    declare(row.item, row.seat.user, "none")

    row.refresh_from_db()
    assert (row.interest, row.is_recused) == ("none", False)
    events = AuditEntry.objects.about(row.item.meeting).values_list("details", flat=True)
    assert [entry["items"] for entry in events] == [{"1": "family"}, {"1": "none"}]


def test_another_interest_is_named() -> None:
    row = members_of(make_item())[0]

    with pytest.raises(Refused, match="Say what"):
        declare(row.item, row.seat.user, "other")


def test_all_items_are_answered_in_one_go() -> None:
    meeting = make_meeting()
    items = [make_item(meeting=meeting) for _ in range(4)]
    user = members_of(items[0])[0].seat.user
    answers = {item.pk: ("none", "") for item in items} | {items[2].pk: ("teaching", "")}

    changed = declare_interests(meeting_id=meeting.pk, answers=answers, acting_user=user, at=NOW)

    mine = Participation.objects.filter(seat__user=user).order_by("item__position")
    assert changed == 4
    assert list(mine.values_list("is_recused", flat=True)) == [False, False, True, False]
    assert AuditEntry.objects.about(meeting).count() == 1


def test_what_stands_already_is_not_declared_again() -> None:
    meeting = make_meeting()
    items = [make_item(meeting=meeting) for _ in range(2)]
    user = members_of(items[0])[0].seat.user
    answers = {item.pk: ("none", "") for item in items}
    declare_interests(meeting_id=meeting.pk, answers=answers, acting_user=user, at=NOW)

    again = declare_interests(meeting_id=meeting.pk, answers=answers, acting_user=user, at=NOW)

    assert again == 0
    assert AuditEntry.objects.about(meeting).count() == 1


def test_one_refusal_leaves_nothing_behind() -> None:
    meeting = make_meeting(state=MeetingState.IN_SESSION)
    listed, closed = make_item(meeting=meeting), make_item(meeting=meeting, state=ItemState.CLOSED)
    user = members_of(listed)[0].seat.user
    answers = {listed.pk: ("none", ""), closed.pk: ("none", "")}

    with pytest.raises(Refused, match="Item 2 is “Votes closed”"):
        declare_interests(meeting_id=meeting.pk, answers=answers, acting_user=user, at=NOW)

    assert not Participation.objects.exclude(interest="").exists()


def test_items_of_another_meeting_are_passed_over() -> None:
    item, elsewhere = make_item(), make_item()
    user = members_of(elsewhere)[0].seat.user

    changed = declare_interests(
        meeting_id=item.meeting.pk,
        answers={elsewhere.pk: ("none", "")},
        acting_user=user,
        at=NOW,
    )

    assert changed == 0


def test_the_secretary_hears_of_an_interest_but_not_of_its_absence() -> None:
    item = make_item()
    first, second, *_rest = members_of(item)

    declare(item, first.seat.user, "none")
    declare(item, second.seat.user, "financial")

    notice = Notice.objects.get()
    assert notice.user == item.meeting.convened_by
    assert notice.params["name"] == str(second.seat.user)


def test_no_interest_is_declared_after_the_vote() -> None:
    row = members_of(make_item(state=ItemState.OPEN))[0]
    declare(row.item, row.seat.user, "none")
    Participation.objects.filter(pk=row.pk).update(vote="for", voted_at=NOW)

    with pytest.raises(Refused, match="Your vote on item 1 is cast"):
        declare(row.item, row.seat.user, "family")


def test_no_interest_is_declared_after_the_score_sheet() -> None:
    row = members_of(make_item())[0]
    declare(row.item, row.seat.user, "none")
    Participation.objects.filter(pk=row.pk).update(scored_at=NOW, score=70)

    with pytest.raises(Refused, match="Your score sheet on item 1 is in"):
        declare(row.item, row.seat.user, "family")


def test_who_is_neither_member_nor_expert_declares_nothing() -> None:
    with pytest.raises(Refused, match="neither a member nor an expert"):
        declare(make_item(), make_user(Role.COMMITTEE_MEMBER), "none")


def test_nothing_is_declared_once_the_meeting_is_over() -> None:
    row = members_of(make_item(meeting=make_meeting(state=MeetingState.CLOSED)))[0]

    with pytest.raises(Refused, match="The meeting is “Closed”"):
        declare(row.item, row.seat.user, "none")


def test_an_expert_declares_too() -> None:
    invitation = invited(make_item())

    declare(invitation.item, invitation.user, "employment", "Visiting professor")

    invitation.refresh_from_db()
    assert (invitation.interest, invitation.interest_note) == ("employment", "Visiting professor")


def test_an_expert_has_no_interest_after_the_opinion() -> None:
    invitation = invited(make_item(), opinion="Sound.", given_at=NOW, interest="none")

    with pytest.raises(Refused, match="Your opinion on item 1 is given"):
        declare(invitation.item, invitation.user, "family")
