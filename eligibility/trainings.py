"""What a person can be checked for: runs to come, and courses that begin with the learner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.kept import keep
from courses.models import Course, Run
from courses.states import RunState
from igot.lib.dates import dmy
from igot.lib.prepared import KEY, prepared

LONGEST_CODE: Final = 80  # of a run, as its column holds it


@dataclass(frozen=True, kw_only=True)
class Training:
    """A run, or a course without runs, and the day on which it would commence."""

    key: str
    course: Course
    run: Run | None
    commences_on: date

    @property
    def label(self) -> str:
        if self.run is None:
            return _("%(course)s: begins when you do") % {"course": self.course}
        return _("%(course)s: %(run)s (%(day)s)") % {
            "course": self.course,
            "run": self.run,
            "day": dmy(self.commences_on),
        }


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the catalogue holds out: a run, with or without a day yet, or a self-paced course."""

    course: Course
    run: Run | None

    @property
    def key(self) -> str:
        return f"run:{self.run.code}" if self.run else f"course:{self.course.code}"

    def commences_on(self, today: date) -> date | None:
        """Return the day of commencement: today for a course that begins when the learner does."""
        return self.run.commences_on if self.run else today

    def is_ahead(self, today: date) -> bool:
        """Return whether one can still join, now or once registration opens."""
        if self.run is None:
            return True
        closes, begins = self.run.registration_closes_on, self.run.commences_on
        return not (closes and closes < today) and (
            begins is None or begins >= today or self.run.is_open_on(today)
        )


def on_offer(today: date, *, run_code: str = "") -> list[Offer]:
    """List what is open, announced or coming, by course; and `run_code`, even if past.

    All but a past run is kept for the present version of the catalogue: one query.
    """
    found = keep(("eligibility.on_offer",), lambda: _on_offer(today), today=today)
    if run_code and not any(offer.run and offer.run.code == run_code for offer in found):
        found = found + [_offer(run) for run in _runs(Q(code=run_code[:LONGEST_CODE]))]
    return sorted(found, key=lambda offer: (str(offer.course).casefold(), offer.course.pk))


def of_course(key: int, today: date) -> list[Offer]:
    """List what is ahead of one course: two queries; a batch without a day where there is none."""
    courses = prepared(
        ("trainings.course", today), lambda: Course.objects.published(today).of_key(KEY), {KEY: key}
    )
    course: Course | None = next(iter(courses), None)
    if course is None:
        return []
    if course.is_self_paced:
        return [Offer(course=course, run=None)]
    runs = prepared(
        ("trainings.runs", today),
        lambda: Run.objects.filter(_wanted(today), course=KEY).in_order(),
        {KEY: key},
    )
    found = [Offer(course=course, run=run) for run in runs]
    ahead = [offer for offer in found if offer.is_ahead(today)]
    return ahead or [Offer(course=course, run=Run(course=course, state=RunState.ANNOUNCED))]


def _on_offer(today: date) -> list[Offer]:
    self_paced = Course.objects.published().filter(mode=Course.Mode.SELF_PACED)
    return [
        *(_offer(run) for run in _runs(_wanted(today))),
        *(Offer(course=course, run=None) for course in self_paced),
    ]


def _wanted(today: date) -> Q:
    live = Q(state__in=[RunState.ANNOUNCED, RunState.SCHEDULED])
    wanted = live & (Q(commences_on__gte=today) | Q(registration_closes_on__gte=today))
    return wanted | Q(state=RunState.ANNOUNCED, commences_on__isnull=True)


def _runs(wanted: Q) -> Iterable[Run]:
    runs = Run.objects.of_published().filter(wanted).exclude(course__mode=Course.Mode.SELF_PACED)
    return runs.select_related("course").in_order()


def _offer(run: Run) -> Offer:
    return Offer(course=run.course, run=run)


def datable(offers: Iterable[Offer], today: date, *, run_code: str = "") -> list[Training]:
    """Take those with a day of commencement that is not past, and `run_code`, even if past."""
    found = []
    for offer in offers:
        day = offer.commences_on(today)
        if day and (day >= today or (offer.run and offer.run.code == run_code)):
            training = Training(key=offer.key, course=offer.course, run=offer.run, commences_on=day)
            found.append(training)
    return found


def chosen(trainings: Iterable[Training], *, run_code: str, course_code: str) -> str:
    """Tell the key of the training that the address names, "" where it names none of them."""
    for training in trainings:
        if run_code and training.key == f"run:{run_code}":
            return training.key
    for training in trainings:
        if course_code and training.course.code == course_code:
            return training.key
    return ""


def address_of(training: Training | None) -> str:
    """Return the address of the checker for a training, or for all: it names nobody."""
    address = reverse("eligibility:check")
    if training is None:
        return address
    name, _colon, code = training.key.partition(":")
    return f"{address}?{urlencode({name: code})}"
