"""What a person can be checked for: runs to come, and courses that begin with the learner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from courses.models import Course, Run
from courses.states import RunState
from igot.lib.dates import dmy


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


def open_or_coming(today: date, *, run_code: str = "") -> list[Training]:
    """List the trainings that one can still join, by course; and `run_code`, even if past."""
    wanted = Q(state__in=[RunState.ANNOUNCED, RunState.SCHEDULED], commences_on__gte=today)
    wanted |= Q(code=run_code, commences_on__isnull=False)
    runs = Run.objects.of_published().filter(wanted).select_related("course").in_order()
    found = [
        Training(key=f"run:{run.code}", course=run.course, run=run, commences_on=run.commences_on)
        for run in runs
        if run.commences_on and not run.course.is_self_paced
    ]
    self_paced = Course.objects.published().filter(mode=Course.Mode.SELF_PACED)
    found += [
        Training(key=f"course:{course.code}", course=course, run=None, commences_on=today)
        for course in self_paced
    ]
    found.sort(key=lambda training: str(training.course).casefold())
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
