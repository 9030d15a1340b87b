"""Who may do what with an item of the agenda, its papers and its experts."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from committee import states
from committee.models import AgendaItem, Interest, Invitation
from committee.policies.meetings import ATTENDED, why_not_edit, why_not_secretary, why_not_state
from committee.states import ITEM_LIVE, ItemState, MeetingState

WORKED_ON = frozenset({MeetingState.DRAFT, *ATTENDED})


def why_not_item_state(item: AgendaItem) -> str:
    """Say in which state the item is, as the reason why something cannot be done with it."""
    return _("Item %(number)s is “%(state)s”.") % {
        "number": item.position,
        "state": item.get_state_display(),
    }


def why_not_arrange(item: AgendaItem, user: User) -> str:
    """Return why `user` may not move the item or take it off the agenda, or ""."""
    if reason := why_not_edit(item.meeting, user):
        return reason
    return "" if item.state == ItemState.LISTED else why_not_item_state(item)


def why_not_furnish(item: AgendaItem, user: User) -> str:
    """Return why `user` may not add a note, papers or experts to the item, or ""."""
    if reason := why_not_secretary(user):
        return reason
    if item.meeting.state not in WORKED_ON:
        return why_not_state(item.meeting)
    return "" if item.state in ITEM_LIVE else why_not_item_state(item)


def why_not_carry_over(item: AgendaItem, user: User) -> str:
    """Return why `user` may not carry the item over to another meeting, or ""."""
    if reason := why_not_secretary(user):
        return reason
    if item.meeting.state not in WORKED_ON:
        return why_not_state(item.meeting)
    if item.state not in states.CARRY_ITEM_OVER.sources:
        return why_not_item_state(item)
    if hasattr(item, "resolution"):
        return _("Item %(number)s has its resolution: it cannot be carried over.") % {
            "number": item.position
        }
    return ""


def why_not_invite(item: AgendaItem, expert: User, user: User) -> str:
    """Return why `user` may not invite `expert` to the item, or ""."""
    if reason := why_not_furnish(item, user):
        return reason
    if not expert.has_role(Role.NODAL_OFFICER):
        return _("%(name)s is not a nodal officer.") % {"name": expert}
    if item.meeting.committee.seats.filter(user=expert).exists():
        return _("%(name)s sits in the committee, and so is no expert for it.") % {"name": expert}
    if item.invitations.filter(user=expert).exists():
        return _("%(name)s is invited to this item already.") % {"name": expert}
    return ""


def why_not_give_opinion(invitation: Invitation | None) -> str:
    """Return why the expert of `invitation` may not give an opinion now, or ""."""
    if invitation is None:
        return _("You are not invited to this item as an expert.")
    item = invitation.item
    if item.meeting.state not in ATTENDED:
        return why_not_state(item.meeting)
    if item.state not in (ItemState.LISTED, ItemState.OPEN):
        return why_not_item_state(item)
    if not invitation.interest:
        return _("Say first whether you have an interest in the item.")
    if invitation.interest != Interest.NONE:
        return _("You have an interest in this item: no opinion is asked of you.")
    if invitation.opinion and item.state != ItemState.LISTED:
        return _("Your opinion is given, and the item has been taken up: it stands.")
    return ""
