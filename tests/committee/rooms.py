"""A committee at work for the tests of its room: items with votes, in one line each."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from committee.actions import votes
from committee.models import AgendaItem, Meeting, Participation
from committee.states import ItemState, MeetingState
from committee.terms import Terms
from eligibility.models import RuleSet
from tests.factories.committee import chair_of, make_item, make_meeting, members_of


def everybody(item: AgendaItem) -> list[Participation]:
    """Return the chair, then the members."""
    return [chair_of(item), *members_of(item)]


def declare(*members: Participation, interest: str = "none") -> None:
    """Write down that each of `members` declared."""
    Participation.objects.filter(pk__in=[member.pk for member in members]).update(
        interest=interest, is_recused=interest != "none", declared_at=timezone.now()
    )


def make_open_item(*, meeting: Meeting | None = None, **fields: Any) -> AgendaItem:
    """Make an item open for votes, on which all have declared that they have no interest."""
    meeting = meeting or make_meeting(state=MeetingState.IN_SESSION)
    item = make_item(meeting=meeting, **fields)
    declare(*everybody(item))
    AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.OPEN, opened_at=timezone.now())
    Meeting.objects.filter(pk=meeting.pk).update(current_item=item)
    return AgendaItem.objects.with_all().get(pk=item.pk)


def cast(member: Participation, vote: str = "for") -> Participation:
    return votes.cast_vote(
        item_id=member.item_id, vote=vote, acting_user=member.seat.user, at=timezone.now()
    )


def close(item: AgendaItem) -> AgendaItem:
    AgendaItem.objects.filter(pk=item.pk).update(state=ItemState.CLOSED, closed_at=timezone.now())
    return AgendaItem.objects.with_all().get(pk=item.pk)


def make_voted_item(how: Sequence[str] = ("for", "for", "for"), **fields: Any) -> AgendaItem:
    """Make a closed item on which the chair and then the members voted `how`."""
    item = make_open_item(**fields)
    for member, vote in zip(everybody(item), how, strict=False):
        if vote:
            cast(member, vote)
    return close(item)


def points_of(item: AgendaItem, number: int) -> dict[int, int]:
    """Return `number` points on each criterion of the rubric."""
    return dict.fromkeys(item.meeting.rubric.criteria.values_list("pk", flat=True), number)


def hand_in(member: Participation, number: int, remark: str = "") -> Participation:
    return votes.hand_in_sheet(
        item_id=member.item_id,
        points=points_of(member.item, number),
        remark=remark,
        acting_user=member.seat.user,
        at=timezone.now(),
    )


def shortlisting(**fields: Any) -> Terms:
    """Return the terms of a course that is shortlisted for the rule set OM."""
    RuleSet.objects.get_or_create(code="OM", defaults={"name": "Letter of 17.05.2019"})
    known: dict[str, Any] = {
        "outcome": "shortlisted",
        "reasons": "It fills a gap in evaluation.",
        "rule_set_code": "OM",
        "certification": "grade_exam",
        "fee_ceiling": Decimal(100),
        "currency": "USD",
        "credit_points": 4,
        "valid_from": date(2026, 12, 1),
    }
    return Terms(**{**known, **fields})


def user_of(member: Participation) -> User:
    return member.seat.user
