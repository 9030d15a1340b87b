"""The days of registration as a calendar file that a calendar program subscribes to.

Each day is an event of its own with a UID that never changes: where a batch is moved, its events
move in the subscriber's calendar; where it is withdrawn, they are cancelled there.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from courses.models import Course, Run
from courses.states import RunState
from igot.lib.dates import dmy

REFRESHED: Final = timedelta(hours=12)  # how often subscribers are asked to look again
LOOKS_BACK: Final = timedelta(days=30)  # of what has begun already


def of_course(course: Course, *, today: date) -> bytes:
    """Return the calendar of one course: one query."""
    title = _("Registration: %(course)s") % {"course": course}
    return _file(title, course.get_absolute_url(), _runs(today).filter(course=course))


def of_all(*, today: date) -> bytes:
    """Return the calendar of every published course: one query."""
    return _file(_("iGOT: registration dates"), reverse("courses:list"), _runs(today))


def _runs(today: date) -> Any:
    """Return the runs with days that have not begun long ago, withdrawn ones too."""
    dated = Run.objects.of_published().filter(commences_on__gte=today - LOOKS_BACK)
    moves = dated.annotate(moves=Count("reschedules"))
    return moves.exclude(state=RunState.ANNOUNCED).select_related("course__institute").in_order()


def _file(title: str, path: str, runs: Iterable[Any]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//DoPT Training Division//iGOT programme//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, title)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("url", address(path))
    calendar.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    for run in runs:
        for event in _events(run):
            calendar.add_component(event)
    return calendar.to_ical()


def _events(run: Any) -> Iterator[Event]:
    words = {"course": run.course, "run": run}
    if run.registration_opens_on:
        title = _("Registration opens: %(course)s, %(run)s") % words
        yield _event(run, "opens", run.registration_opens_on, title)
    if run.registration_closes_on:
        title = _("Last day of registration: %(course)s, %(run)s") % words
        yield _event(run, "closes", run.registration_closes_on, title)
    yield _event(run, "begins", run.commences_on, _("Begins: %(course)s, %(run)s") % words)


def _event(run: Any, kind: str, day: date, title: str) -> Event:
    host = urlsplit(settings.SITE_URL).hostname or "igot"
    event = Event()
    event.add("uid", f"run-{run.pk}-{kind}@{host}")
    event.add("dtstamp", run.course.updated_at)
    event.add("sequence", run.moves)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))  # the day after: the end is exclusive
    event.add("summary", title, parameters={"LANGUAGE": get_language() or "en"})
    event.add("description", _description(run))
    event.add("url", address(run.course.get_absolute_url()))
    event.add("categories", ["iGOT"])
    event.add("transp", "TRANSPARENT")
    is_off = run.state == RunState.WITHDRAWN
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event


def _description(run: Run) -> str:
    lines = [str(run.course.institute)]
    opens, closes = run.registration_opens_on, run.registration_closes_on
    if opens and closes:
        days = {"opens": dmy(opens), "closes": dmy(closes)}
        lines.append(_("Registration: %(opens)s to %(closes)s") % days)
    if run.note_in_language:
        lines.append(run.note_in_language)
    lines.append(address(run.course.get_absolute_url()))
    return "\n".join(lines)


def address(path: str) -> str:
    """Return the full address of a page, under the name by which the portal is known."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"
