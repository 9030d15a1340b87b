"""What is new in the catalogue: courses first offered, and windows that close before long."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from django.contrib.syndication.views import Feed
from django.db.models import Min, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import CommitteeDecision, Course, Run
from igot.lib.dates import dmy

CLOSES_WITHIN: Final = timedelta(days=28)
MOST: Final = 40
WORDS: Final = 60
NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class News(NamedTuple):
    """One entry of the feed; `key` names it for ever."""

    key: str
    kind: str
    title: str
    summary: str
    path: str
    at: datetime


def news(*, today: date) -> list[News]:
    """Return the latest entries, the newest first: two queries."""
    found = [*_new_courses(today), *_closing_runs(today)]
    return sorted(found, key=lambda entry: (entry.at, entry.key), reverse=True)[:MOST]


def _new_courses(today: date) -> list[News]:
    """Tell of each course when it was first offered; before that was kept, when decided on."""
    decided = CommitteeDecision.objects.authorising(today).filter(course=OuterRef("pk"))
    first = decided.values("course").annotate(day=Min("valid_from")).values("day")
    courses: Any = Course.objects.published(today).select_related("institute")
    entries = [
        News(
            key=f"course-{course.pk}",
            kind=_("New course"),
            title=_("New course: %(course)s (%(institute)s)")
            % {"course": course, "institute": course.institute.brief_name},
            summary=Truncator(course.objective_in_language).words(WORDS),
            path=course.get_absolute_url(),
            at=course.first_published_at or _start_of(course.decided_from),
        )
        for course in courses.annotate(decided_from=Subquery(first)).order_by("-pk")
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST]


def _closing_runs(today: date) -> list[News]:
    """Tell of each window four weeks before it closes, or when it opens if that is later."""
    runs = Run.objects.of_published().open_on(today)
    closing = runs.filter(registration_closes_on__lte=today + CLOSES_WITHIN)
    return [
        _closing(run)
        for run in closing.select_related("course__institute").order_by("registration_closes_on")[
            :MOST
        ]
    ]


def _closing(run: Any) -> News:
    opens, closes = run.registration_opens_on, run.registration_closes_on
    begins = _("The batch begins on %(day)s.") % {"day": dmy(run.commences_on)}
    ends = _("Registration closes on %(day)s.") % {"day": dmy(closes)}
    return News(
        key=f"run-{run.pk}-closes-{closes:%Y%m%d}",
        kind=_("Closing soon"),
        title=_("Register by %(day)s: %(course)s, %(run)s")
        % {"day": dmy(closes), "course": run.course, "run": run},
        summary=f"{ends} {begins}",
        path=run.course.get_absolute_url(),
        at=_start_of(max(opens, closes - CLOSES_WITHIN)),
    )


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class CatalogueAtom(Feed):
    """The feed in Atom."""

    feed_type: type[SyndicationFeed] = Atom1Feed
    item_guid_is_permalink = False

    def title(self) -> str:
        return _("iGOT courses: new ones and closing dates")

    def subtitle(self) -> str:
        return _("Courses newly offered to government officers, and registrations that close soon.")

    description = subtitle

    def link(self) -> str:
        return reverse("courses:list")

    @property
    def language(self) -> str:  # type: ignore[override]  # Django reads it once a feed
        return "hi-IN" if get_language() == "hi" else "en-IN"

    def get_object(self, request: HttpRequest) -> date:
        return timezone.localdate()

    def items(self, today: date) -> list[News]:
        return news(today=today)

    def item_title(self, entry: News) -> str:
        return NOT_IN_XML.sub(" ", entry.title)

    def item_description(self, entry: News) -> str:
        return NOT_IN_XML.sub(" ", entry.summary)

    def item_link(self, entry: News) -> str:
        return entry.path

    def item_guid(self, entry: News) -> str:
        return f"tag:igot,2026:{entry.key}"

    def item_pubdate(self, entry: News) -> datetime:
        return entry.at

    item_updateddate = item_pubdate

    def item_categories(self, entry: News) -> list[str]:
        return [entry.kind]


class CatalogueRss(CatalogueAtom):
    """The same feed in RSS 2.0."""

    feed_type = Rss201rev2Feed
