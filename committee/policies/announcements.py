"""Who may announce the decisions of a meeting, and draft the circular of them."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from committee.models import Committee, Meeting, Outcome, Resolution
from committee.states import MeetingState
from igot.lib.dates import dmy


def why_not_announce(meeting: Meeting, user: User) -> str:
    """Return why `user` may not announce the decisions of `meeting` now, or "".

    The chair's confirmation of the minutes is the second person's (docs/decisions/0136).
    """
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_SECRETARY.label}
    if meeting.state != MeetingState.CONFIRMED:
        return _("Decisions are announced once the chair has confirmed the minutes.")
    waiting = Resolution.objects.filter(item__meeting=meeting, announced_at__isnull=True)
    if not waiting.exists():
        return _("No decision of this meeting waits to be announced.")
    return ""


def why_not_draft_circular(meeting: Meeting, user: User) -> str:
    """Return why `user` may not draft the circular of the decisions of `meeting`, or ""."""
    if not user.has_role(Role.CIRCULAR_AUTHOR):
        return _("This is for the %(role)s.") % {"role": Role.CIRCULAR_AUTHOR.label}
    if meeting.circular_id:
        return _("The circular of this meeting is drafted already.")
    announced = Resolution.objects.filter(
        item__meeting=meeting, outcome=Outcome.SHORTLISTED, announced_at__isnull=False
    )
    if not announced.exists():
        return _("No course shortlisted in this meeting has been announced.")
    return ""


def why_not_from_paper(decided_on: date | None) -> str:
    """Return why a decision of that day is not recorded from paper, or "".

    Since a committee sits on the portal its decisions come from its meetings.
    """
    first = Committee.objects.order_by("effective_from").first()
    if first is None:
        return ""
    if decided_on is None:
        return _(
            "Give the day of the decision: from %(day)s on decisions are taken in meetings on the "
            "portal, and only earlier ones are recorded from paper."
        ) % {"day": dmy(first.effective_from)}
    if decided_on >= first.effective_from:
        return _(
            "Since %(day)s decisions are taken in meetings on the portal: put the proposal on an "
            "agenda. Only earlier ones are recorded from paper."
        ) % {"day": dmy(first.effective_from)}
    return ""
