"""Meetings of the demo to come: one called with an agenda and an expert, one being prepared."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from committee.actions import agenda, interests, meetings, papers, presence
from committee.models import Attendance, Committee, Meeting, Proposal, Rubric
from igot.lib.dates import IST

PLACE = "Conference room, Block-IV, Old JNU Campus, New Delhi"
LISTED = 4


def call_meetings(users: dict[str, User], today: date) -> int:
    """Call a meeting for next week and prepare another; return how many items are on agendas.

    Nothing, where the demo has no committee, approved rubric or screened proposal yet.
    """
    rubric = Rubric.objects.approved().first()
    ids = list(Proposal.objects.ready_for_agenda().order_by("pk").values_list("pk", flat=True))
    day = today + timedelta(days=8)
    if not ids or rubric is None or not Committee.objects.in_force(day).exists():
        return 0
    who: dict[str, Any] = {"acting_user": users["secretary"], "at": timezone.now()}
    called = _meeting(day, rubric, who)
    agenda.list_proposals(meeting_id=called.pk, proposal_ids=ids[:LISTED], **who)
    item = called.items.in_order()[0]
    agenda.note_item(
        item_id=item.pk, note="The comparative statement is with the papers of the item.", **who
    )
    expert = users["nodal"].pk
    papers.invite_expert(item_id=item.pk, user_id=expert, field="Development economics", **who)
    meetings.call_meeting(meeting_id=called.pk, **who)
    _answer(called)
    _meeting(today + timedelta(days=40), rubric, who)
    return called.items.count()


def _meeting(day: date, rubric: Rubric, who: dict[str, Any]) -> Meeting:
    return meetings.create_meeting(
        mode=Meeting.Mode.HYBRID,
        begins_at=datetime.combine(day, time(11), tzinfo=IST),
        ends_at=datetime.combine(day, time(13), tzinfo=IST),
        place=PLACE,
        video_link="https://video.example.gov.in/selection-committee",
        remarks="",
        rubric=rubric,
        **who,
    )


def _answer(meeting: Meeting) -> None:
    """Let one member answer the call and declare an interest in the last item."""
    row = meeting.attendance.select_related("seat__user").order_by("-pk")[0]
    who: dict[str, Any] = {"acting_user": row.seat.user, "at": timezone.now()}
    presence.reply_to_call(meeting_id=meeting.pk, mode=Attendance.Mode.VIDEO, **who)
    answers = {item.pk: ("none", "") for item in meeting.items.all()}
    answers[max(answers)] = ("teaching", "Guest lectures at the institute in 2025")
    interests.declare_interests(meeting_id=meeting.pk, answers=answers, **who)
