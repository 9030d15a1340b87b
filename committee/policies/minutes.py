"""Who may do what to minutes and their corrigenda. Buttons and actions ask these."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from committee import states
from committee.models import Attendance, Corrigendum, Meeting, Minutes, Resolution, Seat
from committee.states import MeetingState, MinutesState, Step
from igot.lib.dates import civil_today


def chairs_of(meeting: Meeting, day: date) -> set[int]:
    """Return the users who may confirm the minutes of `meeting` on `day`.

    Whoever chaired it; where no chair attended, or the one who did has left, the chair of `day`.
    """
    attended = Seat.objects.filter(
        attendance__in=meeting.attendance.exclude(mode=Attendance.Mode.ABSENT)
    )
    presided = attended.filter(kind=Seat.Kind.CHAIR, user__is_active=True)
    in_office = Seat.objects.of(meeting.committee).held_on(day).filter(kind=Seat.Kind.CHAIR)
    found = set(presided.values_list("user_id", flat=True))
    return found or set(in_office.values_list("user_id", flat=True))


def why_not_draft(meeting: Meeting, user: User) -> str:
    """Return why `user` may not have the minutes of `meeting` made now, or ""."""
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_SECRETARY.label}
    if meeting.state != MeetingState.CLOSED:
        return _("Minutes are made of a closed meeting; this one is “%(state)s”.") % {
            "state": meeting.get_state_display()
        }
    if Minutes.objects.filter(meeting=meeting).exists():
        return _("The minutes of this meeting are there already: edit them, or make them anew.")
    return _why_not_author(meeting, user)


def why_not_edit(minutes: Minutes, user: User) -> str:
    """Return why `user` may not change the text now, or ""."""
    if minutes.state != MinutesState.DRAFT:
        return _("Only a draft can be changed; the minutes are “%(state)s”.") % {
            "state": minutes.get_state_display()
        }
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_SECRETARY.label}
    return _why_not_author(minutes.meeting, user)


def why_not(step: Step, minutes: Minutes, user: User) -> str:
    """Return why `user` may not take `step` on `minutes` now, or "" if they may."""
    if minutes.state not in step.sources:
        return _("The minutes are “%(state)s”.") % {"state": minutes.get_state_display()}
    if not user.has_role(step.role):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    if step is states.SUBMIT_MINUTES:
        return _why_not_author(minutes.meeting, user)
    if user.pk not in chairs_of(minutes.meeting, civil_today()):
        return _("Minutes are confirmed or returned by the chair of the meeting.")
    if step is states.CONFIRM_MINUTES:
        return _why_not_second_person(minutes, user)
    return ""


def why_not_draft_corrigendum(minutes: Minutes, user: User) -> str:
    """Return why `user` may not draft a corrigendum now, or ""."""
    if minutes.state != MinutesState.CONFIRMED:
        return _("A corrigendum is to confirmed minutes; a draft is simply edited.")
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_SECRETARY.label}
    if minutes.corrigenda.filter(confirmed_at__isnull=True).exists():
        return _("A corrigendum is being written: finish that one first.")
    return _why_not_author(minutes.meeting, user)


def why_not_edit_corrigendum(corrigendum: Corrigendum, user: User) -> str:
    """Return why `user` may not change the corrigendum now, or ""."""
    if corrigendum.confirmed_at:
        return _("A confirmed corrigendum stays as it is: write another one.")
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_SECRETARY.label}
    return _why_not_author(corrigendum.minutes.meeting, user)


def why_not_confirm_corrigendum(corrigendum: Corrigendum, user: User) -> str:
    """Return why `user` may not confirm the corrigendum now, or ""."""
    if corrigendum.confirmed_at:
        return _("The corrigendum is confirmed already.")
    if not user.has_role(Role.COMMITTEE_MEMBER):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_MEMBER.label}
    if user.pk not in chairs_of(corrigendum.minutes.meeting, civil_today()):
        return _("Minutes are confirmed or returned by the chair of the meeting.")
    if corrigendum.drafted_by_id == user.pk:
        return _("Whoever wrote a text does not confirm it: two persons are needed.")
    return ""


def _why_not_author(meeting: Meeting, user: User) -> str:
    if user.pk in chairs_of(meeting, civil_today()):
        return _("The chair of a meeting confirms its minutes and does not write them.")
    return ""


def _why_not_second_person(minutes: Minutes, user: User) -> str:
    recorded = Resolution.objects.filter(item__meeting=minutes.meeting_id, recorded_by=user)
    if minutes.drafted_by_id == user.pk or recorded.exists():
        return _("Whoever wrote a text does not confirm it: two persons are needed.")
    return ""
