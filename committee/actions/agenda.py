"""What the secretary does with the agenda: list proposals, order them, take them off."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from committee import states
from committee.actions.locks import (
    lock_item,
    lock_live_items,
    lock_meeting,
    lock_meeting_of_item,
    lock_proposals,
)
from committee.actions.presence import seat_members
from committee.actions.proposals import advance
from committee.models import AgendaItem, Invitation, ItemPaper, Meeting, Proposal
from committee.policies import agenda as policies
from committee.policies.meetings import why_not_edit
from committee.states import MeetingState
from igot.lib.commits import after_commit
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def list_proposals(
    *, meeting_id: int, proposal_ids: Iterable[int], acting_user: User, at: datetime
) -> int:
    """Put screened proposals on the agenda, after what is there; all or none. Return how many.

    :raises Refused: not the secretary, the meeting is over, or one of them is not screened
    """
    meeting = lock_meeting(meeting_id)
    if reason := why_not_edit(meeting, acting_user):
        raise Refused(reason)
    proposals = lock_proposals(proposal_ids)
    if not proposals:
        raise Refused(_("Tick the proposals that are to go on the agenda."))
    seat_members(meeting, [_list(meeting, each, acting_user, at) for each in proposals])
    return len(proposals)


@transaction.atomic(durable=True)
def move_item(*, item_id: int, up: bool, acting_user: User, at: datetime) -> None:
    """Exchange an item with the one before or after it.

    :raises Refused: not the secretary, the agenda is settled, or there is none to exchange it with
    """
    meeting = lock_meeting_of_item(item_id)
    item = lock_item(meeting, item_id)
    if reason := policies.why_not_arrange(item, acting_user):
        raise Refused(reason)
    others = meeting.items.select_for_update(no_key=True)
    if up:
        other = others.filter(position__lt=item.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=item.position).order_by("position").first()
    if other is None:
        raise Refused(_("Item %(number)s cannot be moved further.") % {"number": item.position})
    item.position, other.position = other.position, item.position
    AgendaItem.objects.bulk_update([item, other], ["position"])
    audit.record(item, "item.moved", acting_user=acting_user, at=at, to=item.position)


@transaction.atomic(durable=True)
def note_item(*, item_id: int, note: str, acting_user: User, at: datetime) -> None:
    """Write the secretary's note on an item.

    :raises Refused: not the secretary, or the item is settled
    """
    item = lock_item(lock_meeting_of_item(item_id), item_id)
    if reason := policies.why_not_furnish(item, acting_user):
        raise Refused(reason)
    item.note = note
    item.save(update_fields=["note"])
    audit.record(item, "item.noted", acting_user=acting_user, at=at, note=note)


@transaction.atomic(durable=True)
def remove_item(*, item_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Take an item off the agenda; its proposal waits for another meeting.

    While the meeting is being prepared nothing of it is left and the numbers close up; once it is
    called the item keeps its number, with the reason.

    :raises Refused: not the secretary, or the item has been taken up
    """
    meeting = lock_meeting_of_item(item_id)
    item = lock_item(meeting, item_id)
    if refusal := policies.why_not_arrange(item, acting_user):
        raise Refused(refusal)
    if meeting.state != MeetingState.DRAFT:
        release_item(item, reason, acting_user, at)
        return
    (proposal,) = lock_proposals([item.proposal_id])
    advance(proposal, states.UNLIST_PROPOSAL, acting_user, at, meeting=meeting.number)
    audit.record(item, "item.removed", acting_user=acting_user, at=at, reason=reason)
    files = [str(paper.file.name) for paper in item.papers.all()]
    ItemPaper.objects.filter(item=item).delete()
    after_commit(_drop_files, files)
    Invitation.objects.filter(item=item).delete()
    item.delete()
    _close_up(meeting)


@transaction.atomic(durable=True)
def carry_item_over(
    *,
    item_id: int,
    reason: str,
    acting_user: User,
    at: datetime,
    to_meeting_id: int | None = None,
) -> AgendaItem | None:
    """Carry an undecided item over: to another meeting, or back to the proposals that wait.

    Note, papers and experts go along; every member is asked about interests and votes anew.
    Returns the item on the other agenda.

    :raises Refused: not the secretary, the item is decided, or the other meeting takes no items
    """
    meeting_id = AgendaItem.objects.values_list("meeting_id", flat=True).get(pk=item_id)
    meetings = {pk: lock_meeting(pk) for pk in sorted({meeting_id, to_meeting_id or meeting_id})}
    item = lock_item(meetings[meeting_id], item_id)
    if refusal := policies.why_not_carry_over(item, acting_user):
        raise Refused(refusal)
    if to_meeting_id is None:
        release_item(item, reason, acting_user, at)
        return None
    other = meetings[to_meeting_id]
    if to_meeting_id == meeting_id:
        raise Refused(_("Choose another meeting than the one it is on."))
    if refusal := why_not_edit(other, acting_user):
        raise Refused(_("Meeting %(number)s: %(why)s") % {"number": other, "why": refusal})
    proposal = release_item(item, reason, acting_user, at, to=other.number)
    successor = _list(other, proposal, acting_user, at, note=item.note)
    _take_along(item, successor)
    seat_members(other, [successor])
    return successor


def release_item(
    item: AgendaItem, reason: str, acting_user: User, at: datetime, **details: str
) -> Proposal:
    """Mark a locked item as carried over and let its proposal wait again; the caller has asked."""
    meeting = item.meeting
    (proposal,) = lock_proposals([item.proposal_id])
    if meeting.current_item_id == item.pk:
        meeting.current_item = None
        meeting.save(update_fields=["current_item"])
    item.carried_over_reason = reason
    _advance(item, acting_user, at, reason=reason, **details)
    advance(proposal, states.UNLIST_PROPOSAL, acting_user, at, meeting=meeting.number)
    return proposal


def _advance(item: AgendaItem, acting_user: User, at: datetime, **details: Any) -> AuditEntry:
    was, item.state = item.state, states.CARRY_ITEM_OVER.target
    item.save(update_fields=["state", "carried_over_reason"])
    return audit.record(
        item, "item.carried_over", acting_user=acting_user, at=at, was=was, **details
    )


def _list(
    meeting: Meeting, proposal: Proposal, acting_user: User, at: datetime, *, note: str = ""
) -> AgendaItem:
    """Put a locked proposal on the agenda, after what is there."""
    last = meeting.items.order_by("-position").values_list("position", flat=True).first() or 0
    advance(proposal, states.LIST_PROPOSAL, acting_user, at, meeting=meeting.number)
    return AgendaItem.objects.create(
        meeting=meeting, proposal=proposal, position=last + 1, note=note
    )


def _take_along(item: AgendaItem, successor: AgendaItem) -> None:
    papers = list(item.papers.filter(withdrawn_at__isnull=True).order_by("pk"))
    for paper in papers:
        paper.pk, paper.item = None, successor  # the same file, kept once
    ItemPaper.objects.bulk_create(papers)
    invitations = list(item.invitations.order_by("pk"))
    for invitation in invitations:
        invitation.pk, invitation.item = None, successor
        invitation.interest = invitation.interest_note = ""  # asked anew
    Invitation.objects.bulk_create(invitations)


def _close_up(meeting: Meeting) -> None:
    """Number the items of a meeting that is being prepared from 1, without a gap."""
    rows = lock_live_items(meeting)
    rows.sort(key=lambda row: row.position)
    for position, row in enumerate(rows, start=1):
        row.position = position
    AgendaItem.objects.bulk_update(rows, ["position"])


def _drop_files(names: list[str]) -> None:
    """Delete files of papers, unless another item keeps one of them."""
    kept = set(ItemPaper.objects.filter(file__in=names).values_list("file", flat=True))
    for name in set(names) - kept:
        default_storage.delete(name)
