"""Who may do what with a meeting: prepare it, call it, note who is there."""

from datetime import datetime

from django.db.models import Exists
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from committee import states
from committee.models import Attendance, Meeting, Seat
from committee.states import ITEM_ENDS, MeetingState, Step
from igot.lib.dates import civil_date, dmy

ATTENDED = frozenset({MeetingState.CALLED, MeetingState.IN_SESSION})


def why_not_secretary(user: User) -> str:
    """Return why `user` may not prepare meetings, or ""."""
    if not user.has_role(Role.COMMITTEE_SECRETARY):
        return _("This is for the %(role)s.") % {"role": Role.COMMITTEE_SECRETARY.label}
    return ""


def why_not_state(meeting: Meeting) -> str:
    """Say in which state the meeting is, as the reason why something cannot be done with it."""
    return _("The meeting is “%(state)s”.") % {"state": meeting.get_state_display()}


def why_not_edit(meeting: Meeting, user: User) -> str:
    """Return why `user` may not change the meeting or its agenda now, or ""."""
    if reason := why_not_secretary(user):
        return reason
    return "" if meeting.state in states.MEETING_EDITABLE else why_not_state(meeting)


def why_not(step: Step, meeting: Meeting, user: User, at: datetime) -> str:
    """Return why `user` may not take `step` on `meeting` at the instant `at`, or ""."""
    if reason := why_not_secretary(user):
        return reason
    if meeting.state not in step.sources:
        return why_not_state(meeting)
    if step is states.CALL_MEETING:
        return _why_not_call(meeting, at)
    if step is states.OPEN_MEETING:
        return _why_not_open(meeting, at)
    if step is states.CLOSE_MEETING:
        return _why_not_close(meeting)
    return ""


def _why_not_call(meeting: Meeting, at: datetime) -> str:
    if meeting.ends_at <= at:
        return _("The time of the meeting has passed: set another first.")
    seats = Seat.objects.of(meeting.committee).held_on(civil_date(meeting.begins_at))
    items = meeting.items.exclude(state__in=ITEM_ENDS)
    asked = Meeting.objects.filter(pk=meeting.pk).annotate(has=Exists(items), seated=Exists(seats))
    has_items, is_seated = asked.values_list("has", "seated").get()
    if not has_items:
        return _("The agenda is empty: put a proposal on it first.")
    if not is_seated:
        return _("Nobody holds a seat in the committee on %(day)s.") % {
            "day": dmy(civil_date(meeting.begins_at))
        }
    if meeting.rubric.approved_at is None:
        return _("The rubric is not approved: choose an approved one.")
    return ""


def _why_not_open(meeting: Meeting, at: datetime) -> str:
    if civil_date(at) < (day := civil_date(meeting.begins_at)):
        return _("The meeting is called for %(day)s: it cannot be opened before.") % {
            "day": dmy(day)
        }
    sitting = Meeting.objects.filter(
        committee=meeting.committee_id, state=MeetingState.IN_SESSION
    ).first()
    if sitting:
        return _("Meeting %(number)s of the committee is in session: close it first.") % {
            "number": sitting
        }
    return ""


def _why_not_close(meeting: Meeting) -> str:
    waiting = list(meeting.items.exclude(state__in=ITEM_ENDS).order_by("position")[:10])
    if waiting:
        return _("Decide these items or carry them over first: %(numbers)s.") % {
            "numbers": ", ".join(str(item.position) for item in waiting)
        }
    return ""


def why_not_record_presence(meeting: Meeting, user: User) -> str:
    """Return why `user` may not note who attends, or ""."""
    if reason := why_not_secretary(user):
        return reason
    return "" if meeting.state in ATTENDED else why_not_state(meeting)


def why_not_reply(meeting: Meeting, attendance: Attendance | None) -> str:
    """Return why the member of `attendance` may not say now how he or she will attend, or ""."""
    if attendance is None:
        return _("You are not called to this meeting as a member.")
    by_circulation = meeting.mode == Meeting.Mode.CIRCULATION
    if meeting.state == MeetingState.CALLED or (
        meeting.state == MeetingState.IN_SESSION and by_circulation
    ):
        return ""
    return why_not_state(meeting)
