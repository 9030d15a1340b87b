"""Who may declare an interest in an item, and until when."""

from django.utils.translation import gettext as _

from committee.models import AgendaItem, Interest, Invitation, Participation
from committee.policies.meetings import ATTENDED, why_not_state
from committee.states import ItemState

ASKED = frozenset({ItemState.LISTED, ItemState.OPEN})


def why_not_declare(
    item: AgendaItem, answering: Participation | Invitation | None, interest: str
) -> str:
    """Return why the member or expert of `answering` may not declare `interest` now, or ""."""
    if answering is None:
        return _("You are neither a member nor an expert for this item.")
    if item.meeting.state not in ATTENDED:
        return why_not_state(item.meeting)
    if item.state not in ASKED:
        return _(
            "Item %(number)s is “%(state)s”: interests are declared before the votes close."
        ) % {
            "number": item.position,
            "state": item.get_state_display(),
        }
    return _why_not_after_acting(item, answering, interest)


def _why_not_after_acting(
    item: AgendaItem, answering: Participation | Invitation, interest: str
) -> str:
    if isinstance(answering, Invitation):
        if answering.opinion and interest != Interest.NONE:
            return _(
                "Your opinion on item %(number)s is given: tell the secretary of the interest."
            ) % {"number": item.position}
        return ""
    if answering.vote:
        return _("Your vote on item %(number)s is cast: tell the secretary of the interest.") % {
            "number": item.position
        }
    if answering.scored_at and interest != Interest.NONE:
        return _(
            "Your score sheet on item %(number)s is in: tell the secretary of the interest."
        ) % {"number": item.position}
    return ""


def why_not_note(interest: str, note: str) -> str:
    """Return what is missing of a declaration, or ""."""
    if interest == Interest.OTHER and not note:
        return _("Say what the other interest is.")
    return ""
