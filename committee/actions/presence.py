"""Who attends a meeting: what members say beforehand, and what the secretary notes."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from committee.actions.locks import lock_live_items, lock_meeting
from committee.models import AgendaItem, Attendance, Meeting, Participation
from committee.policies import meetings as policies
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def record_presence(
    *, meeting_id: int, seat_id: int, mode: str, acting_user: User, at: datetime
) -> None:
    """Note how the member of `seat_id` attends from now on: in person, by video, not at all.

    Counts for the items that are yet to be taken up or open, unless the member has voted there:
    a vote that was cast stands, and so does the presence that it was cast with.

    :raises Refused: not the secretary, or the meeting is neither called nor in session
    :raises Attendance.DoesNotExist: the member is not called to this meeting
    """
    meeting = lock_meeting(meeting_id)
    if reason := policies.why_not_record_presence(meeting, acting_user):
        raise Refused(reason)
    attendance = meeting.attendance.select_related("seat__user").get(seat=seat_id)
    _attend(attendance, lock_live_items(meeting), mode, at)
    audit.record(
        meeting,
        "meeting.presence_recorded",
        acting_user=acting_user,
        at=at,
        member=attendance.seat.user.pk,
        mode=mode,
    )


@transaction.atomic(durable=True)
def reply_to_call(*, meeting_id: int, mode: str, acting_user: User, at: datetime) -> None:
    """Say how one will attend; in a meeting by circulation, that one takes part from now on.

    :raises Refused: not a member called to it, or it is too late to say so
    """
    meeting = lock_meeting(meeting_id)
    attendance = meeting.attendance.filter(seat__user=acting_user).first()
    if (reason := policies.why_not_reply(meeting, attendance)) or attendance is None:
        raise Refused(reason)
    attendance.reply, attendance.replied_at = mode, at
    attendance.save(update_fields=["reply", "replied_at"])
    if meeting.mode == Meeting.Mode.CIRCULATION:
        _attend(attendance, lock_live_items(meeting), mode, at)
    audit.record(meeting, "meeting.replied", acting_user=acting_user, at=at, mode=mode)


def _attend(attendance: Attendance, items: list[AgendaItem], mode: str, at: datetime) -> None:
    attendance.mode = Attendance.Mode(mode)
    attendance.since = at if attendance.is_present else None
    attendance.save(update_fields=["mode", "since"])
    Participation.objects.filter(item__in=items, seat=attendance.seat_id, vote="").update(
        presence=attendance.mode
    )


def seat_members(meeting: Meeting, items: Sequence[AgendaItem]) -> None:
    """Give every member who is called a row on each of `items`; rows that are there stay."""
    there = set(Participation.objects.filter(item__in=items).values_list("item_id", "seat_id"))
    attendance = list(meeting.attendance.select_related("seat").order_by("pk"))
    Participation.objects.bulk_create(
        Participation(
            item=item,
            seat=row.seat,
            is_chair=row.seat.is_chair,
            is_voting=row.seat.is_voting,
            presence=row.mode,
        )
        for item in items
        for row in attendance
        if (item.pk, row.seat_id) not in there
    )
