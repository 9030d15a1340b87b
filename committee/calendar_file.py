"""The calendar entry of a meeting: time, place and a link; nothing that is confidential.

RFC 5545 and 5546: one UID for the meeting, a SEQUENCE that rises with every notice, REQUEST to
whoever is called or invited, CANCEL to whoever no longer is.
"""

from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Final, Literal

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText

from accounts.models import Notice, User
from committee.models import Invitation, Meeting
from committee.states import ITEM_LIVE, MeetingState
from igot.lib.attachments import TextAttachment
from igot.lib.dates import IST

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
MADE_BY: Final = "-//DoPT Training Division//iGOT//EN"


def of_notice(notice: Notice) -> TextAttachment:
    """Make the calendar file that goes with the mail of a notice on a meeting, as it stands now."""
    meeting = Meeting.objects.get(pk=notice.params["meeting"])
    method: Method = "REQUEST" if _is_expected(notice.user, meeting) else "CANCEL"
    text = calendar_text(meeting, method=method, made_at=notice.created_at, attendee=notice.user)
    name = file_name(meeting)
    return TextAttachment(name=name, text=text, kind="calendar", parameters={"method": method})


def _is_expected(user: User, meeting: Meeting) -> bool:
    if meeting.state == MeetingState.CANCELLED:
        return False
    invited = Invitation.objects.filter(
        user=user, item__meeting=meeting, item__state__in=[*ITEM_LIVE, "decided"]
    )
    return meeting.attendance.filter(seat__user=user).exists() or invited.exists()


def file_name(meeting: Meeting) -> str:
    return f"{meeting.number.replace('/', '-')}.ics"


def calendar_text(
    meeting: Meeting, *, method: Method, made_at: datetime, attendee: User | None = None
) -> str:
    """Return the calendar file of `meeting`; a mailed one names its one recipient, and no other."""
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(_indian_time())
    calendar.add_component(_event(meeting, method, made_at, attendee))
    return str(calendar.to_ical().decode())


def _event(meeting: Meeting, method: Method, made_at: datetime, attendee: User | None) -> Event:
    event = Event()
    event.add("uid", f"{meeting.uid}@igot")
    event.add("dtstamp", made_at)
    event.add("sequence", max(meeting.notices_sent - 1, 0))
    event.add("dtstart", meeting.begins_at.astimezone(IST))
    event.add("dtend", meeting.ends_at.astimezone(IST))
    event.add("summary", _("Selection committee, meeting %(number)s") % {"number": meeting})
    if meeting.place:
        event.add("location", meeting.place)
    url = f"{settings.SITE_URL}{meeting.get_absolute_url()}"
    event.add("url", url)
    event.add("description", _("Agenda and papers: %(url)s") % {"url": url})
    event.add("class", "CONFIDENTIAL")
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", _address(settings.DEFAULT_FROM_EMAIL, _("Selection committee")))
    if attendee is not None:
        person = _address(attendee.email, str(attendee))
        person.params["PARTSTAT"] = vText("NEEDS-ACTION")
        person.params["RSVP"] = vText("FALSE")  # the answer is given in the portal
        person.params["LANGUAGE"] = vText(get_language() or "en")
        event.add("attendee", person)
    return event


def _address(email: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{parseaddr(email)[1]}")
    address.params["CN"] = vText(name)
    return address


def _indian_time() -> Timezone:
    """Return Asia/Kolkata: five and a half hours ahead, all the year, since 1945."""
    standard = TimezoneStandard()
    standard.add("tzname", "IST")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 – local time of the zone itself
    standard.add("tzoffsetfrom", timedelta(hours=5, minutes=30))
    standard.add("tzoffsetto", timedelta(hours=5, minutes=30))
    zone = Timezone()
    zone.add("tzid", "Asia/Kolkata")
    zone.add_component(standard)
    return zone
