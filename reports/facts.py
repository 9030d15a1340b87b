"""The few queries behind the public pages: what is open, what is new, what holds some words."""

from datetime import date
from typing import Any

from django.db.models import Min, QuerySet

from circulars.models import Circular
from courses.models import Course, Run
from courses.states import RunState

NEWEST = 3
FOUND = 25


def open_runs(on: date) -> "QuerySet[Run, Run]":
    """Return the runs of published courses that are open on `on`, the first to close first."""
    runs = Run.objects.open_on(on).of_published().select_related("course__institute")
    return runs.order_by("registration_closes_on", "commences_on", "pk")


def next_opening(after: date) -> date | None:
    """Return the first day after `after` on which the registration for some run opens."""
    coming = Run.objects.of_published().filter(
        state=RunState.SCHEDULED, registration_opens_on__gt=after
    )
    return coming.aggregate(first=Min("registration_opens_on"))["first"]


def home(on: date) -> dict[str, Any]:
    """Return what the home page tells of the records: three queries at most."""
    runs = list(open_runs(on)[:3])
    return {
        "open_runs": runs,
        "next_opening": None if runs else next_opening(on),
        "circulars": list(Circular.objects.in_force().latest_first()[:NEWEST]),
    }


def found(words: str) -> dict[str, Any]:
    """Return the published courses and issued circulars that hold `words`; none for no words."""
    if not words:
        return {"courses": [], "circulars": []}
    courses = Course.objects.published().search(words).select_related("institute")
    circulars = Circular.objects.public().search(words).latest_first()
    return {
        "courses": list(courses.order_by("title")[:FOUND]),
        "circulars": list(circulars[:FOUND]),
    }


def all_courses() -> "QuerySet[Course, Course]":
    """Return the published courses by title, for the sitemap."""
    return Course.objects.published().order_by("title")
