"""The calendar entry that goes with the notice of a meeting, read back as a calendar reads it."""

import smtplib
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from django.utils.module_loading import import_string
from icalendar import Calendar, Event

from accounts.models import Notice
from accounts.roles import Role
from accounts.tasks import deliver, deliver_unsent
from committee.actions.meetings import call_meeting, cancel_meeting, change_meeting
from committee.actions.papers import invite_expert, withdraw_invitation
from committee.calendar_file import calendar_text
from committee.models import Meeting
from committee.states import MeetingState
from tests.factories.accounts import make_user
from tests.factories.committee import make_item, make_meeting, make_secretary

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)  # 11:00 in India


@pytest.fixture
def meeting() -> Meeting:
    meeting = make_meeting(
        state=MeetingState.DRAFT, begins_at=DAY, video_link="https://video.example.gov.in/secret"
    )
    make_item(meeting=meeting)
    return meeting


def do(action: Any, meeting: Meeting, **more: Any) -> None:
    action(meeting_id=meeting.pk, acting_user=make_secretary(), at=NOW, **more)


def mailed(template: str) -> list[Any]:
    """Mail the notices of one kind, as the worker does, and return the mails."""
    mail.outbox.clear()
    for notice in Notice.objects.filter(template=template).order_by("pk"):
        deliver(notice_id=notice.pk)
    return mail.outbox


def calendar_part(message: Any) -> Message:
    parts = [p for p in message.message().walk() if p.get_content_type() == "text/calendar"]
    assert len(parts) == 1
    return parts[0]


def calendar_of(message: Any) -> Calendar:
    return Calendar.from_ical(calendar_part(message).get_payload(decode=True))


def event_of(calendar: Any) -> Event:
    (event,) = calendar.walk("VEVENT")
    return event


def test_every_member_gets_one_mail_with_one_calendar_file(meeting: Meeting) -> None:
    do(call_meeting, meeting)

    mails = mailed("meeting.called")

    members = set(meeting.committee.seats.values_list("user__email", flat=True))
    assert sorted(message.to[0] for message in mails) == sorted(members)
    for message in mails:
        part = calendar_part(message)
        assert part.get_param("method") == "REQUEST"
        assert part.get_filename() == f"{meeting.number.replace('/', '-')}.ics"


def test_the_entry_has_time_place_and_link(meeting: Meeting) -> None:
    do(call_meeting, meeting)

    calendar = calendar_of(mailed("meeting.called")[0])

    event = event_of(calendar)
    assert str(calendar["method"]) == "REQUEST"
    assert event["uid"] == f"{meeting.uid}@igot"
    assert event["sequence"] == 0
    assert event["dtstart"].params["TZID"] == "Asia/Kolkata"
    assert event.decoded("dtstart") == DAY
    assert event.decoded("dtend") == DAY + timedelta(hours=2)
    assert event["location"] == meeting.place
    assert event["url"] == f"{settings.SITE_URL}/committee/meetings/{meeting.pk}/"
    assert event["status"] == "CONFIRMED"


def test_the_zone_is_defined_in_the_file(meeting: Meeting) -> None:
    text = calendar_text(meeting, method="PUBLISH", made_at=NOW)

    zone = Calendar.from_ical(text).walk("VTIMEZONE")[0]
    assert zone["tzid"] == "Asia/Kolkata"
    assert zone.walk("STANDARD")[0]["tzoffsetto"].to_ical() == "+0530"
    assert "DTSTART;TZID=Asia/Kolkata:20261120T110000" in text


def test_nothing_confidential_is_in_the_entry(meeting: Meeting) -> None:
    do(call_meeting, meeting)

    text = calendar_part(mailed("meeting.called")[0]).get_payload(decode=True).decode()

    assert "video.example" not in text
    assert meeting.items.get().proposal.title not in text
    assert text.count("ATTENDEE") == 1


def test_the_attendee_is_the_recipient_and_nobody_else(meeting: Meeting) -> None:
    do(call_meeting, meeting)

    for message in mailed("meeting.called"):
        event = event_of(calendar_of(message))
        assert event["attendee"] == f"mailto:{message.to[0]}"


def test_the_sequence_rises_with_each_changed_notice(meeting: Meeting) -> None:
    do(call_meeting, meeting)
    do(change_meeting, meeting, place="Room 9")

    first = event_of(calendar_of(mailed("meeting.changed")[0]))
    do(change_meeting, meeting, place="Room 10")
    second = event_of(calendar_of(mailed("meeting.changed")[-1]))

    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert (first["location"], second["location"]) == ("Room 9", "Room 10")
    assert first["uid"] == second["uid"]


def test_a_cancelled_meeting_leaves_the_calendar(meeting: Meeting) -> None:
    do(call_meeting, meeting)
    do(cancel_meeting, meeting, reason="The House sits.")

    message = mailed("meeting.cancelled")[0]

    calendar = calendar_of(message)
    assert calendar_part(message).get_param("method") == "CANCEL"
    assert str(calendar["method"]) == "CANCEL"
    assert event_of(calendar)["status"] == "CANCELLED"
    assert event_of(calendar)["sequence"] == 1


def test_an_expert_invited_late_and_excused_again(meeting: Meeting) -> None:
    do(call_meeting, meeting)
    expert, secretary = make_user(Role.NODAL_OFFICER), make_secretary()
    item = meeting.items.get()
    invite_expert(item_id=item.pk, user_id=expert.pk, field="Law", acting_user=secretary, at=NOW)
    asked = next(m for m in mailed("meeting.called") if m.to == [expert.email])
    invitation = item.invitations.get()

    withdraw_invitation(invitation_id=invitation.pk, acting_user=secretary, at=NOW)

    (excused,) = mailed("meeting.not_called")
    assert calendar_part(asked).get_param("method") == "REQUEST"
    assert calendar_part(excused).get_param("method") == "CANCEL"
    sequences = [event_of(calendar_of(each))["sequence"] for each in (asked, excused)]
    assert sequences == [1, 2]


def test_a_task_that_runs_again_mails_no_second_time(meeting: Meeting) -> None:
    do(call_meeting, meeting)
    mailed("meeting.called")

    for notice in Notice.objects.all():
        deliver(notice_id=notice.pk)
    deliver_unsent()

    assert len(mail.outbox) == 5


def test_a_refused_connection_is_tried_again_with_the_file(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(call_meeting, meeting)
    notice = Notice.objects.order_by("pk").first()
    assert notice
    sent = EmailBackend.send_messages

    def refuse(self: Any, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        deliver(notice_id=notice.pk)
    monkeypatch.setattr(EmailBackend, "send_messages", sent)
    Notice.objects.exclude(pk=notice.pk).delete()
    Notice.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

    deliver_unsent()
    deliver_unsent()

    (message,) = mail.outbox
    assert calendar_part(message).get_param("method") == "REQUEST"


def test_the_entry_is_in_the_language_of_its_reader(meeting: Meeting) -> None:
    do(call_meeting, meeting)
    notice = Notice.objects.select_related("user").first()
    assert notice
    notice.user.language = "hi"
    notice.user.save()

    deliver(notice_id=notice.pk)

    assert event_of(calendar_of(mail.outbox[-1]))["attendee"].params["LANGUAGE"] == "hi"


def test_what_is_attached_stands_in_the_settings() -> None:
    for maker in settings.NOTICE_ATTACHMENTS.values():
        assert callable(import_string(maker))


def test_a_notice_without_attachment_has_none() -> None:
    assert Notice().attachment == ""
