"""The order in which rows of the committee are locked: meeting, items, proposals."""

from collections.abc import Iterable

from committee.models import AgendaItem, Meeting, Proposal
from committee.policies.interests import ASKED


def lock_meeting(meeting_id: int) -> Meeting:
    """Lock a meeting and read it anew; its items are locked after it, never before."""
    rows = Meeting.objects.select_related("committee", "rubric", "convened_by")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=meeting_id)


def lock_meeting_of_item(item_id: int) -> Meeting:
    """Lock the meeting of an item."""
    return lock_meeting(AgendaItem.objects.values_list("meeting_id", flat=True).get(pk=item_id))


def lock_item(meeting: Meeting, item_id: int) -> AgendaItem:
    """Lock an item of a locked meeting and read it anew."""
    rows = AgendaItem.objects.filter(meeting=meeting).select_for_update(no_key=True)
    item = rows.get(pk=item_id)
    item.meeting = meeting
    return item


def lock_single_item(item_id: int) -> AgendaItem:
    """Lock one item for what concerns it alone, and read it anew with all that is asked of it."""
    rows = AgendaItem.objects.select_for_update(no_key=True, of=("self",)).with_all()
    return rows.get(pk=item_id)


def lock_live_items(meeting: Meeting) -> list[AgendaItem]:
    """Lock the items of a locked meeting on which members still act."""
    rows = AgendaItem.objects.filter(meeting=meeting, state__in=ASKED)
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def lock_proposals(ids: Iterable[int]) -> list[Proposal]:
    """Lock proposals, after the items that they stand on."""
    rows = Proposal.objects.filter(pk__in=set(ids)).select_for_update(no_key=True)
    return list(rows.order_by("pk"))
