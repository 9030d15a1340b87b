"""Score sheets and votes: each once, in its time, and only of those who may."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.roles import Role
from committee.actions import votes
from committee.models import AgendaItem, Attendance, CriterionScore, Participation
from committee.policies import room as policies
from committee.states import ItemState, MeetingState
from igot.lib.errors import Refused
from tests.committee.rooms import (
    cast,
    close,
    declare,
    everybody,
    hand_in,
    make_open_item,
    make_voted_item,
    points_of,
)
from tests.factories.accounts import make_user
from tests.factories.committee import (
    chair_of,
    make_committee,
    make_item,
    make_meeting,
    make_rubric,
    make_seat,
    members_of,
)

pytestmark = pytest.mark.django_db


def row(member: Participation) -> Participation:
    return Participation.objects.get(pk=member.pk)


def test_a_member_votes_and_the_trail_does_not_say_how() -> None:
    member = members_of(make_open_item())[0]

    cast(member, "against")

    assert row(member).vote == "against"
    assert row(member).voted_at is not None
    entry = AuditEntry.objects.about(member).get()
    assert (entry.event, entry.details) == ("participation.voted", {})
    assert entry.acting_user == member.seat.user


def test_the_second_of_two_tabs_is_told_which_vote_stands() -> None:
    member = members_of(make_open_item())[0]
    cast(member, "for")

    with pytest.raises(Refused, match=r"You voted “For” on item 1 on .*That vote stands"):
        cast(member, "against")

    assert row(member).vote == "for"


def test_a_vote_after_the_close_is_refused() -> None:
    item = close(make_open_item())

    with pytest.raises(Refused, match="The votes on item 1 are closed"):
        cast(members_of(item)[0])


def test_a_vote_before_the_item_is_open_is_refused() -> None:
    item = make_item(meeting=make_meeting(state=MeetingState.IN_SESSION))
    declare(*everybody(item))

    with pytest.raises(Refused, match="not open for votes yet"):
        cast(members_of(item)[0])


def test_a_recused_member_does_not_vote() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    declare(member, interest="teaching")

    with pytest.raises(Refused, match="You are recused from item 1"):
        cast(member)


def test_a_member_who_has_not_declared_does_not_vote() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    Participation.objects.filter(pk=member.pk).update(interest="")

    with pytest.raises(Refused, match="Say first whether you have an interest"):
        cast(member)


def test_a_member_without_a_vote_does_not_vote() -> None:
    committee = make_committee()
    seat = make_seat(committee=committee, is_voting=False)
    meeting = make_meeting(committee=committee, state=MeetingState.IN_SESSION)
    item = make_open_item(meeting=meeting)

    with pytest.raises(Refused, match="without a vote"):
        cast(item.participations.with_member().get(seat=seat))


def test_an_absent_member_does_not_vote() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    Participation.objects.filter(pk=member.pk).update(presence=Attendance.Mode.ABSENT)

    with pytest.raises(Refused, match="You are recorded as absent"):
        cast(member)


def test_somebody_who_does_not_sit_in_the_committee_does_not_vote() -> None:
    item = make_open_item()

    with pytest.raises(Refused, match="You are no member"):
        votes.cast_vote(
            item_id=item.pk,
            vote="for",
            acting_user=make_user(Role.COMMITTEE_MEMBER),
            at=timezone.now(),
        )


def test_a_member_who_lost_the_role_does_not_vote() -> None:
    member = members_of(make_open_item())[0]
    member.seat.user.groups.clear()

    with pytest.raises(Refused, match="Only the member concerned"):
        cast(member)


def test_a_vote_is_for_against_or_abstain() -> None:
    with pytest.raises(Refused, match="Choose for, against or abstain"):
        cast(members_of(make_open_item())[0], "perhaps")


# --- score sheets -----------------------------------------------------------------------------


def keep(member: Participation, points: dict[int, int], remark: str = "") -> None:
    votes.keep_sheet(
        item_id=member.item_id,
        points=points,
        remark=remark,
        acting_user=member.seat.user,
        at=timezone.now(),
    )


def test_a_draft_is_kept_and_changed() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    first, second, _third = points_of(item, 0)

    keep(member, {first: 3, second: 8}, "So far")
    keep(member, {first: 9}, "Better")

    assert dict(member.scores.values_list("criterion", "points")) == {first: 9}
    assert (row(member).score_remark, row(member).scored_at) == ("Better", None)


def test_a_sheet_is_handed_in_with_its_weighted_score() -> None:
    item = make_open_item(
        meeting=make_meeting(state=MeetingState.IN_SESSION, rubric=make_rubric(weights=(60, 40)))
    )
    member = members_of(item)[0]
    relevance, cost = points_of(item, 0)

    votes.hand_in_sheet(
        item_id=item.pk,
        points={relevance: 10, cost: 5},
        remark="Dear, but good.",
        acting_user=member.seat.user,
        at=timezone.now(),
    )

    assert row(member).score == Decimal("80.00")
    assert row(member).score_remark == "Dear, but good."


def test_a_sheet_is_handed_in_once() -> None:
    member = members_of(make_open_item())[0]
    hand_in(member, 7)

    with pytest.raises(Refused, match="You handed in your sheet"):
        hand_in(member, 10)
    with pytest.raises(Refused, match="it is sealed"):
        keep(member, points_of(member.item, 1))

    assert row(member).score == Decimal("70.00")


def test_a_sheet_with_a_gap_is_not_handed_in() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    first, *_others = points_of(item, 0)

    with pytest.raises(Refused, match="2 are missing"):
        votes.hand_in_sheet(
            item_id=item.pk,
            points={first: 3},
            remark="",
            acting_user=member.seat.user,
            at=timezone.now(),
        )

    assert not CriterionScore.objects.exists()


def test_points_beyond_ten_or_of_another_rubric_are_refused() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    elsewhere = make_rubric(weights=(100,)).criteria.get()

    with pytest.raises(Refused, match="from 0 to 10"):
        keep(member, points_of(item, 11))
    with pytest.raises(Refused, match="another rubric"):
        keep(member, {elsewhere.pk: 3})


def test_a_sheet_may_be_prepared_before_the_meeting() -> None:
    item = make_item(meeting=make_meeting(state=MeetingState.CALLED))
    declare(*everybody(item))

    hand_in(members_of(item)[0], 6)

    assert row(members_of(item)[0]).score == Decimal("60.00")


def test_no_sheet_is_taken_in_after_the_close() -> None:
    item = close(make_open_item())

    with pytest.raises(Refused, match="no sheet is taken in any more"):
        hand_in(members_of(item)[0], 6)


def test_a_recused_member_hands_in_no_sheet() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    declare(member, interest="family")

    with pytest.raises(Refused, match="You are recused"):
        hand_in(member, 6)


# --- what is sealed ---------------------------------------------------------------------------


def seen(member: Participation) -> tuple[bool, bool, bool]:
    """Return whether the member sees the matter, the sheets, the votes."""
    own = Participation.objects.with_item().get(pk=member.pk)
    return policies.sees_matter(own), policies.sees_scores(own), policies.sees_votes(own)


def test_others_sheets_show_after_the_own_one_and_votes_after_the_close() -> None:
    item = make_open_item()
    first, second, *_others = members_of(item)
    hand_in(first, 7)

    assert seen(first) == (True, True, False)
    assert seen(second) == (True, False, False)

    close(item)

    assert seen(second) == (True, True, True)


def test_a_recused_member_sees_nothing_at_any_time() -> None:
    item = make_open_item()
    member = members_of(item)[0]
    declare(member, interest="employment")

    assert seen(member) == (False, False, False)
    close(item)
    assert seen(member) == (False, False, False)


def test_votes_of_an_item_that_was_carried_over_stay_sealed() -> None:
    item = make_open_item()
    AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.CARRIED_OVER)

    assert seen(members_of(item)[0]) == (True, False, False)


# --- the casting vote -------------------------------------------------------------------------


def break_tie(member: Participation, vote: str = "for") -> None:
    votes.break_tie(
        item_id=member.item_id, vote=vote, acting_user=member.seat.user, at=timezone.now()
    )


def test_the_chair_breaks_a_tie_once() -> None:
    chair = chair_of(make_voted_item(["for", "against"]))

    break_tie(chair)

    assert row(chair).casting_vote == "for"
    with pytest.raises(Refused, match="Your casting vote on item 1 is “For”"):
        break_tie(chair, "against")


def test_nobody_else_breaks_a_tie() -> None:
    item = make_voted_item(["for", "against"])

    with pytest.raises(Refused, match="The casting vote is the chair's"):
        break_tie(members_of(item)[0])


@pytest.mark.parametrize("how", [["for"], ["against", "abstain"], ["abstain", "abstain"], []])
def test_where_there_is_no_tie_there_is_no_casting_vote(how: list[str]) -> None:
    chair = chair_of(make_voted_item(how))

    with pytest.raises(Refused, match="not tied"):
        break_tie(chair)


def test_a_tie_is_broken_only_after_the_close() -> None:
    item = make_open_item()
    for member, vote in zip(everybody(item), ["for", "against"], strict=False):
        cast(member, vote)

    with pytest.raises(Refused, match="after the votes on item 1 are closed"):
        break_tie(chair_of(item))


def test_the_order_may_give_no_casting_vote() -> None:
    committee = make_committee(has_casting_vote=False)
    meeting = make_meeting(committee=committee, state=MeetingState.IN_SESSION)
    chair = chair_of(make_voted_item(["for", "against"], meeting=meeting))

    with pytest.raises(Refused, match="gives no casting vote"):
        break_tie(chair)


def test_a_casting_vote_is_no_abstention() -> None:
    chair = chair_of(make_voted_item(["for", "against"]))

    with pytest.raises(Refused, match="for or against"):
        break_tie(chair, "abstain")


def test_a_recused_chair_has_no_casting_vote() -> None:
    item = make_open_item()
    chair, first, second, *_others = everybody(item)
    declare(chair, interest="family")
    cast(first, "for")
    cast(second, "against")
    close(item)

    with pytest.raises(Refused, match="absent or recused"):
        break_tie(chair)
