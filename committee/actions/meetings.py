"""What the secretary does with a meeting: prepare, call, open, close, cancel."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from committee import states
from committee.actions.agenda import release_item
from committee.actions.locks import lock_live_items, lock_meeting
from committee.actions.presence import seat_members
from committee.models import Attendance, Committee, Meeting, Participation
from committee.policies import meetings as policies
from committee.states import MeetingState, Step
from igot.lib.dates import IST, civil_date, dmy
from igot.lib.errors import Refused

FIELDS = ("mode", "begins_at", "ends_at", "place", "video_link", "remarks", "rubric")
EVENTS: dict[Step, str] = {
    states.CALL_MEETING: "meeting.called",
    states.OPEN_MEETING: "meeting.opened",
    states.CLOSE_MEETING: "meeting.closed",
    states.CANCEL_MEETING: "meeting.cancelled",
}


@transaction.atomic(durable=True)
def create_meeting(*, acting_user: User, at: datetime, **fields: Any) -> Meeting:
    """Prepare a meeting of the committee that is constituted on its day; it has its number at once.

    :raises Refused: not the secretary, or no committee is constituted on that day
    """
    if reason := policies.why_not_secretary(acting_user):
        raise Refused(reason)
    list(Committee.objects.select_for_update(no_key=True).order_by("pk"))  # one number at a time
    begins_at: datetime = fields["begins_at"]
    meeting = Meeting(convened_by=acting_user, committee=_committee_on(begins_at), **fields)
    meeting.number = _next_number(civil_date(begins_at).year)
    meeting.save()
    audit.record(meeting, "meeting.prepared", acting_user=acting_user, at=at)
    return meeting


@transaction.atomic(durable=True)
def change_meeting(*, meeting_id: int, acting_user: User, at: datetime, **fields: Any) -> bool:
    """Change time, place or means; if it is called already, everybody gets a new notice.

    Returns whether anything was changed.
    :raises Refused: not the secretary, or the meeting is neither being prepared nor called
    """
    meeting = lock_meeting(meeting_id)
    if reason := policies.why_not_edit(meeting, acting_user):
        raise Refused(reason)
    was = {name: getattr(meeting, name) for name in fields}
    changed = {name: value for name, value in fields.items() if was[name] != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(meeting, name, value)
    meeting.committee = _committee_on(meeting.begins_at)
    if meeting.state == MeetingState.CALLED:
        if reason := policies.why_not(states.CALL_MEETING, meeting, acting_user, at):
            raise Refused(reason)
        _call(meeting, acting_user, at, template="meeting.changed", changed=_shown(changed))
    else:
        meeting.save()
        audit.record(
            meeting, "meeting.changed", acting_user=acting_user, at=at, changed=_shown(changed)
        )
    return True


@transaction.atomic(durable=True)
def call_meeting(*, meeting_id: int, acting_user: User, at: datetime) -> None:
    """Call the meeting: everybody who holds a seat on its day, and the experts, get the notice.

    Taken again it sends the notice again, with the calendar entry as it stands.

    :raises Refused: not the secretary, no items, nobody to be called, or the time has passed
    """
    meeting = _lock_for(states.CALL_MEETING, meeting_id, acting_user, at)
    template = "meeting.changed" if meeting.state == MeetingState.CALLED else "meeting.called"
    _call(meeting, acting_user, at, template=template)


@transaction.atomic(durable=True)
def open_meeting(*, meeting_id: int, acting_user: User, at: datetime) -> None:
    """Open the meeting: from now on its items can be taken up.

    :raises Refused: not the secretary, not called, before its day, or another one is in session
    """
    meeting = _lock_for(states.OPEN_MEETING, meeting_id, acting_user, at)
    meeting.opened_at = at
    _advance(meeting, states.OPEN_MEETING, acting_user, at)


@transaction.atomic(durable=True)
def close_meeting(*, meeting_id: int, acting_user: User, at: datetime) -> None:
    """Close the meeting, each of its items decided or carried over.

    :raises Refused: not the secretary, not in session, or an item waits
    """
    meeting = _lock_for(states.CLOSE_MEETING, meeting_id, acting_user, at)
    meeting.closed_at, meeting.current_item = at, None
    _advance(meeting, states.CLOSE_MEETING, acting_user, at)


@transaction.atomic(durable=True)
def cancel_meeting(*, meeting_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Cancel the meeting: its items go back to the proposals that wait, and all are told.

    :raises Refused: not the secretary, or the meeting has been opened
    """
    meeting = _lock_for(states.CANCEL_MEETING, meeting_id, acting_user, at)
    was_called = meeting.state == MeetingState.CALLED
    concerned = _concerned(meeting)
    for item in lock_live_items(meeting):
        item.meeting = meeting
        release_item(item, reason, acting_user, at)
    meeting.notices_sent += was_called
    entry = _advance(meeting, states.CANCEL_MEETING, acting_user, at, reason=reason)
    if was_called:
        tell(meeting, entry, concerned, reason=reason)


def tell(
    meeting: Meeting, entry: AuditEntry, users: Iterable[User], *, template: str = "", **more: str
) -> None:
    """Send `users` the notice of `entry` with the calendar entry, made when it is mailed."""
    begins_at, ends_at = meeting.begins_at.astimezone(IST), meeting.ends_at.astimezone(IST)
    for user in users:
        notify(
            user,
            of=entry,
            link=meeting.get_absolute_url(),
            template=template,
            attachment="meeting",
            meeting=meeting.pk,
            number=meeting.number,
            day=dmy(begins_at.date()),
            begins=f"{begins_at:%H:%M}",
            ends_day=dmy(ends_at.date()),
            ends=f"{ends_at:%H:%M}",
            place=meeting.place,
            mode=meeting.mode,
            remarks=meeting.remarks,
            **more,
        )


def _call(
    meeting: Meeting, acting_user: User, at: datetime, *, template: str, **details: Any
) -> None:
    before = _concerned(meeting) if meeting.state == MeetingState.CALLED else []
    items = lock_live_items(meeting)
    _call_members(meeting)
    seat_members(meeting, items)
    meeting.notices_sent += 1
    meeting.called_at = meeting.called_at or at
    entry = _advance(meeting, states.CALL_MEETING, acting_user, at, **details)
    called = _concerned(meeting)
    tell(meeting, entry, called, template=template)
    gone = [user for user in before if user not in called]
    tell(meeting, entry, gone, template="meeting.not_called")


def _call_members(meeting: Meeting) -> None:
    """Bring who is called in line with who holds a seat on the day of the meeting.

    A member who has handed in a score sheet stays, whatever becomes of the day.
    """
    seats = list(meeting.committee.seats.held_on(civil_date(meeting.begins_at)).in_order())
    gone = meeting.attendance.exclude(seat__in=seats).exclude(
        seat__in=Participation.objects.filter(
            item__meeting=meeting, scored_at__isnull=False
        ).values("seat")
    )
    gone_seats = list(gone.values_list("seat", flat=True))
    Participation.objects.filter(item__meeting=meeting, seat__in=gone_seats).delete()
    gone.delete()
    there = set(meeting.attendance.values_list("seat_id", flat=True))
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, seat=seat) for seat in seats if seat.pk not in there
    )


def _concerned(meeting: Meeting) -> list[User]:
    """Return the members called and the experts invited to items that are still to come."""
    members = User.objects.filter(seats__attendance__meeting=meeting)
    experts = User.objects.filter(
        invitations__item__meeting=meeting, invitations__item__state__in=states.ITEM_LIVE
    )
    ids = {*members.values_list("pk", flat=True), *experts.values_list("pk", flat=True)}
    return list(User.objects.filter(pk__in=ids).order_by("pk"))


def _committee_on(begins_at: datetime) -> Committee:
    day = civil_date(begins_at)
    committee = Committee.objects.in_force(day).first()
    if committee is None:
        raise Refused(
            _("No committee is constituted on %(day)s: its order comes first.") % {"day": dmy(day)}
        )
    return committee


def _next_number(year: int) -> str:
    series = f"SC/{year}/"
    numbers = Meeting.objects.filter(number__startswith=series).values_list("number", flat=True)
    last = [number.removeprefix(series) for number in numbers]
    return f"{series}{max((int(n) for n in last if n.isdecimal()), default=0) + 1}"


def _shown(changed: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in changed.items()}


def _lock_for(step: Step, meeting_id: int, acting_user: User, at: datetime) -> Meeting:
    meeting = lock_meeting(meeting_id)
    if reason := policies.why_not(step, meeting, acting_user, at):
        raise Refused(reason)
    return meeting


def _advance(
    meeting: Meeting, step: Step, acting_user: User, at: datetime, **details: Any
) -> AuditEntry:
    was, meeting.state = meeting.state, step.target
    meeting.save()
    event = EVENTS[step]
    return audit.record(meeting, event, acting_user=acting_user, at=at, was=was, **details)
