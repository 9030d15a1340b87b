"""Who may open, score, vote on and close an item now. Pages and actions ask the same."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from committee import rules, states
from committee.models import AgendaItem, Attendance, Interest, Meeting, Participation
from committee.states import ITEM_REVEALED, ItemState, MeetingState, Step
from igot.lib.dates import dmy


def why_not(step: Step, item: AgendaItem, user: User) -> str:
    """Return why `user` may not take `step` on `item` now, or "" if they may."""
    if item.state not in step.sources:
        return _("Item %(number)s is “%(state)s”: this cannot be done now.") % {
            "number": item.position,
            "state": item.get_state_display(),
        }
    if not user.has_role(step.role):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    if item.meeting.state != MeetingState.IN_SESSION:
        return _("Meeting %(number)s is not in session.") % {"number": item.meeting}
    return ""


def why_not_beside(item: AgendaItem, opened: AgendaItem | None) -> str:
    """Return why `item` may not be opened while item `opened` is open, or "".

    By circulation the members answer on all items in their own order.
    """
    if opened is None or opened.pk == item.pk:
        return ""
    if item.meeting.mode == Meeting.Mode.CIRCULATION:
        return ""
    return _("Item %(number)s is open for votes. Close it first.") % {"number": opened.position}


def why_not_reopen(item: AgendaItem, members: Iterable[Participation], user: User) -> str:
    """Return why the votes on `item` may not be opened again, or "" (docs/decisions/0130)."""
    if item.state != ItemState.CLOSED:
        return _("The votes on item %(number)s are not closed.") % {"number": item.position}
    if any(member.casting_vote for member in members):
        return _("The chair has given the casting vote on item %(number)s: it stays closed.") % {
            "number": item.position
        }
    return why_not(states.OPEN_ITEM, item, user)


def why_not_score(own: Participation, user: User) -> str:
    """Return why `user` may not fill in or hand in the score sheet of `own` now, or ""."""
    if own.scored_at:
        return _("You handed in your sheet on %(when)s: it is sealed.") % {
            "when": _moment(own.scored_at)
        }
    if reason := _why_not_take_part(own, user):
        return reason
    if own.item.state not in {ItemState.LISTED, ItemState.OPEN}:
        return _("Item %(number)s is closed: no sheet is taken in any more.") % {
            "number": own.item.position
        }
    if own.item.meeting.state not in {MeetingState.CALLED, MeetingState.IN_SESSION}:
        return _("Meeting %(number)s is not in session.") % {"number": own.item.meeting}
    return ""


def why_not_vote(own: Participation, user: User) -> str:
    """Return why `user` may not cast the vote of `own` now, or "" if they may."""
    if own.vote:
        return _("You voted “%(vote)s” on item %(number)s on %(when)s. That vote stands.") % {
            "vote": own.get_vote_display(),
            "number": own.item.position,
            "when": _moment(own.voted_at) if own.voted_at else "",
        }
    if reason := _why_not_take_part(own, user):
        return reason
    if own.presence == Attendance.Mode.ABSENT:
        return _("You are recorded as absent. Ask the secretary to record that you attend.")
    if own.item.state == ItemState.LISTED:
        return _("Item %(number)s is not open for votes yet.") % {"number": own.item.position}
    if own.item.state != ItemState.OPEN:
        return _("The votes on item %(number)s are closed.") % {"number": own.item.position}
    return ""


def why_not_cast(own: Participation, members: Iterable[Participation], user: User) -> str:
    """Return why `user` may not give the casting vote on the item of `own` now, or ""."""
    if own.casting_vote:
        return _("Your casting vote on item %(number)s is “%(vote)s”. It stands.") % {
            "number": own.item.position,
            "vote": own.get_casting_vote_display(),
        }
    if own.seat.user_id != user.pk or not own.is_chair:
        return _("The casting vote is the chair's.")
    if own.item.state != ItemState.CLOSED:
        return _("A casting vote is given after the votes on item %(number)s are closed.") % {
            "number": own.item.position
        }
    return _why_no_casting_vote(own, members)


def awaits_casting_vote(item: AgendaItem, members: Iterable[Participation]) -> bool:
    """Return whether the votes on the closed `item` are tied and the chair may break the tie."""
    members = list(members)
    chair = next((member for member in members if member.is_chair), None)
    if chair is None or chair.casting_vote or item.state != ItemState.CLOSED:
        return False
    chair.item = item
    return not _why_no_casting_vote(chair, members)


def _why_no_casting_vote(chair: Participation, members: Iterable[Participation]) -> str:
    if not chair.item.meeting.committee.has_casting_vote:
        return _("The committee's order gives no casting vote: a motion that is tied falls.")
    if not rules.counts(chair.counted):
        return _("Who is absent or recused has no casting vote.")
    tally = rules.tally_of(member.counted for member in members)
    if not tally.is_tied or not tally.in_favour:
        return _("The votes on item %(number)s are not tied.") % {"number": chair.item.position}
    return ""


def _why_not_take_part(own: Participation, user: User) -> str:
    if own.seat.user_id != user.pk or not user.has_role(Role.COMMITTEE_MEMBER):
        return _("Only the member concerned scores and votes.")
    if own.is_recused:
        return _("You are recused from item %(number)s: you neither score nor vote on it.") % {
            "number": own.item.position
        }
    if not own.is_voting:
        return _("You sit in the committee without a vote.")
    if own.interest != Interest.NONE:
        return _("Say first whether you have an interest in item %(number)s.") % {
            "number": own.item.position
        }
    return ""


# --- what is sealed from whom (docs/decisions/0131) --------------------------------------------


def sees_matter(own: Participation) -> bool:
    """Return whether a member sees the papers and opinions: declared, and not recused."""
    return bool(own.interest) and not own.is_recused


def sees_scores(own: Participation) -> bool:
    """Return whether a member sees the others' sheets: the own one is in, or votes are closed."""
    if not sees_matter(own):
        return False
    return own.scored_at is not None or own.item.state in ITEM_REVEALED


def sees_votes(own: Participation) -> bool:
    """Return whether a member sees how the others voted: only after the close."""
    return sees_matter(own) and own.item.state in ITEM_REVEALED


def is_revealed(item: AgendaItem, members: Iterable[Participation], user: User) -> bool:
    """Return whether scores and votes on `item` are shown to the secretary or the auditor."""
    is_recused = any(member.is_recused and member.seat.user_id == user.pk for member in members)
    return item.state in ITEM_REVEALED and not is_recused


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{dmy(local.date())}, {local:%H:%M}"
