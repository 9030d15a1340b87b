"""Who attends a meeting: replies beforehand, presence as the secretary notes it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from committee.actions.presence import record_presence, reply_to_call
from committee.models import AgendaItem, Meeting, Participation
from committee.states import ItemState, MeetingState
from igot.lib.errors import Refused
from tests.factories.accounts import make_user
from tests.factories.committee import make_item, make_meeting, make_secretary

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def present(meeting: Meeting, number: int, mode: str, *, by: Any = None) -> None:
    seat = meeting.attendance.order_by("pk")[number].seat
    record_presence(
        meeting_id=meeting.pk,
        seat_id=seat.pk,
        mode=mode,
        acting_user=by or make_secretary(),
        at=NOW,
    )


def presences(item: AgendaItem) -> list[str]:
    return list(item.participations.order_by("pk").values_list("presence", flat=True))


def test_presence_counts_for_items_that_are_listed_or_open() -> None:
    meeting = make_meeting(state=MeetingState.IN_SESSION, present=False)
    closed = make_item(meeting=meeting, state=ItemState.CLOSED)
    opened = make_item(meeting=meeting, state=ItemState.OPEN)
    listed = make_item(meeting=meeting)

    present(meeting, 1, "video")

    assert presences(listed) == presences(opened) == ["absent", "video"] + ["absent"] * 3
    assert presences(closed) == ["absent"] * 5
    row = meeting.attendance.order_by("pk")[1]
    assert (row.mode, row.since) == ("video", NOW)


def test_a_vote_stands_when_its_member_leaves() -> None:
    item = make_item(state=ItemState.OPEN)
    voter = item.participations.order_by("pk")[0]
    Participation.objects.filter(pk=voter.pk).update(interest="none")
    Participation.objects.filter(pk=voter.pk).update(vote="for", voted_at=NOW)

    present(item.meeting, 0, "absent")

    voter.refresh_from_db()
    assert (voter.presence, voter.vote) == ("person", "for")
    assert item.meeting.attendance.order_by("pk")[0].mode == "absent"


def test_presence_is_on_record() -> None:
    meeting = make_meeting()
    secretary = make_secretary()

    present(meeting, 0, "absent", by=secretary)

    entry = AuditEntry.objects.about(meeting).get()
    assert (entry.event, entry.acting_user) == ("meeting.presence_recorded", secretary)
    assert entry.details["mode"] == "absent"


def test_only_the_secretary_notes_presence() -> None:
    meeting = make_meeting()
    member = meeting.attendance.first().seat.user

    with pytest.raises(Refused, match="Secretary"):
        present(meeting, 0, "video", by=member)


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.CLOSED, MeetingState.CANCELLED])
def test_presence_is_noted_of_a_meeting_called_or_in_session(state: str) -> None:
    meeting = make_meeting(state=state)

    with pytest.raises(Refused, match="The meeting is"):
        present(meeting, 0, "video")


def test_a_reply_is_no_presence() -> None:
    meeting = make_meeting(present=False)
    item = make_item(meeting=meeting)
    row = meeting.attendance.first()

    reply_to_call(meeting_id=meeting.pk, mode="video", acting_user=row.seat.user, at=NOW)

    row.refresh_from_db()
    assert (row.reply, row.replied_at, row.mode) == ("video", NOW, "absent")
    assert set(presences(item)) == {"absent"}


def test_a_member_takes_part_in_a_circulation_by_saying_so() -> None:
    meeting = make_meeting(state=MeetingState.IN_SESSION, mode="circulation", present=False)
    item = make_item(meeting=meeting, state=ItemState.OPEN)
    row = meeting.attendance.order_by("pk")[0]

    reply_to_call(meeting_id=meeting.pk, mode="circulation", acting_user=row.seat.user, at=NOW)

    assert presences(item) == ["circulation"] + ["absent"] * 4


def test_a_reply_is_too_late_once_the_meeting_sits() -> None:
    meeting = make_meeting(state=MeetingState.IN_SESSION)
    member = meeting.attendance.first().seat.user

    with pytest.raises(Refused, match="In session"):
        reply_to_call(meeting_id=meeting.pk, mode="video", acting_user=member, at=NOW)


def test_only_who_is_called_replies() -> None:
    meeting = make_meeting()

    with pytest.raises(Refused, match="not called"):
        reply_to_call(
            meeting_id=meeting.pk,
            mode="video",
            acting_user=make_user(),
            at=NOW + timedelta(days=1),
        )
