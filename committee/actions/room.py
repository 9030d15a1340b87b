"""How the secretary takes the committee through its agenda: open an item, close its votes."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from committee import rules, states
from committee.actions.locks import (
    lock_item,
    lock_meeting_of_item,
    lock_proposals,
    lock_single_item,
)
from committee.actions.proposals import advance
from committee.models import AgendaItem, Meeting
from committee.policies import room as policies
from committee.states import ItemState, ProposalState, Step
from igot.lib.errors import Refused

EVENTS: dict[Step, str] = {
    states.OPEN_ITEM: "agendaitem.opened",
    states.CLOSE_ITEM: "agendaitem.closed",
    states.DECIDE_ITEM: "agendaitem.decided",
}


@transaction.atomic(durable=True)
def open_item(*, item_id: int, acting_user: User, at: datetime) -> AgendaItem:
    """Bring an item before the committee and open the votes on it.

    :raises Refused: the meeting is not in session, or another item is open
    """
    item = lock_item(lock_meeting_of_item(item_id), item_id)
    if item.state == ItemState.CLOSED:
        raise Refused(
            _("The votes on item %(number)s were closed: open them again, with a reason.")
            % {"number": item.position}
        )
    _open(item, acting_user, at)
    return item


@transaction.atomic(durable=True)
def reopen_item(*, item_id: int, reason: str, acting_user: User, at: datetime) -> AgendaItem:
    """Open the votes on a closed item again; the votes cast stand (docs/decisions/0130).

    :raises Refused: decided, a casting vote is given, or another item is open
    """
    item = lock_item(lock_meeting_of_item(item_id), item_id)
    members = list(item.participations.with_member())
    if refusal := policies.why_not_reopen(item, members, acting_user):
        raise Refused(refusal)
    entry = _open(item, acting_user, at, reason=reason)
    for member in members:
        if rules.counts(member.counted) and member.seat.user_id != acting_user.pk:
            _tell(member.seat.user, entry, item, template="agendaitem.reopened", reason=reason)
    return item


@transaction.atomic(durable=True)
def close_item(*, item_id: int, acting_user: User, at: datetime) -> AgendaItem:
    """Close the votes on an item; where they are tied, ask the chair for the casting vote.

    :raises Refused: the item is not open
    """
    item = lock_single_item(item_id)
    if reason := policies.why_not(states.CLOSE_ITEM, item, acting_user):
        raise Refused(reason)
    item.closed_at = at
    entry = _advance(item, states.CLOSE_ITEM, acting_user, at)
    (proposal,) = lock_proposals([item.proposal_id])
    if proposal.state == ProposalState.ON_AGENDA:
        advance(proposal, states.DELIBERATE_PROPOSAL, acting_user, at, item=item.pk)
    members = list(item.participations.with_member())
    if policies.awaits_casting_vote(item, members):
        chair = next(member for member in members if member.is_chair)
        _tell(chair.seat.user, entry, item, template="agendaitem.tied")
    return item


@transaction.atomic
def decide_item(item: AgendaItem, acting_user: User, at: datetime) -> None:
    """Mark the locked `item` as decided by the resolution that stands on it."""
    _advance(item, states.DECIDE_ITEM, acting_user, at)


def _open(item: AgendaItem, user: User, at: datetime, **details: object) -> AuditEntry:
    opened = AgendaItem.objects.filter(meeting=item.meeting_id, state=ItemState.OPEN).first()
    refusal = policies.why_not(states.OPEN_ITEM, item, user)
    if refusal := refusal or policies.why_not_beside(item, opened):
        raise Refused(refusal)
    item.opened_at, item.closed_at = at, None
    entry = _advance(item, states.OPEN_ITEM, user, at, **details)
    Meeting.objects.filter(pk=item.meeting_id).update(current_item=item)
    return entry


def _advance(item: AgendaItem, step: Step, user: User, at: datetime, **details: Any) -> AuditEntry:
    was, item.state = item.state, step.target
    item.save()
    return audit.record(item, EVENTS[step], acting_user=user, at=at, was=was, **details)


def _tell(user: User, entry: AuditEntry, item: AgendaItem, **params: Any) -> None:
    notify(
        user,
        of=entry,
        link=reverse("committee:item_room", args=[item.pk]),
        item=item.position,
        title=item.proposal.title,
        meeting=item.meeting,
        **params,
    )
