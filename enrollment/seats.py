"""Seats of a batch: how many there are and are taken, who waits for one, and in what place."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import (
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber
from django.utils.translation import gettext as _

from courses.models import Run
from enrollment.models import Enrollment
from enrollment.states import AWAITS_SEAT, ONCE_CONFIRMED


class Seats(NamedTuple):
    """The seats of a batch that has a number of them."""

    seats: int
    taken: int
    waiting: int  # submitted and not decided yet, within the seats or beyond

    @property
    def left(self) -> int:
        """Return how many seats nobody has yet."""
        return max(0, self.seats - self.taken)

    @property
    def free(self) -> int:
        """Return how many of them nobody stands in line for."""
        return max(0, self.left - self.waiting)

    @property
    def beyond(self) -> int:
        """Return how many wait beyond the seats."""
        return max(0, self.waiting - self.left)


def of_runs(runs: Iterable[Run]) -> dict[int, Seats]:
    """Return the seats of those of `runs` that have a number of them, by key; one query."""
    seats = {run.pk: run.seats for run in runs if run.seats is not None}
    if not seats:
        return {}
    rows = Enrollment.objects.filter(run__in=seats).order_by().values("run")
    counted = rows.annotate(
        taken=Count("pk", filter=Q(state__in=ONCE_CONFIRMED)),
        waiting=Count("pk", filter=Q(state__in=AWAITS_SEAT)),
    )
    found = {row["run"]: (row["taken"], row["waiting"]) for row in counted}
    return {pk: Seats(number, *found.get(pk, (0, 0))) for pk, number in seats.items()}


def lines_of(runs: Iterable[Run]) -> list[tuple[Run, Seats]]:
    """Return those of `runs` that have a number of seats, each with them; one query."""
    rows = list(runs)
    found = of_runs(rows)
    return [(run, found[run.pk]) for run in rows if run.pk in found]


def place_beyond(enrollment: Enrollment) -> int:
    """Return the place of a registration on the waiting list of its batch; 0: not on it.

    The order is that of submission; what is returned keeps its place for when it comes again.
    """
    run, since = enrollment.run, enrollment.submitted_at
    if run is None or run.seats is None or since is None or enrollment.state not in AWAITS_SEAT:
        return 0
    before = Q(state__in=AWAITS_SEAT) & (
        Q(submitted_at__lt=since) | Q(submitted_at=since, pk__lt=enrollment.pk)
    )
    counted = Enrollment.objects.filter(run=run).aggregate(
        taken=Count("pk", filter=Q(state__in=ONCE_CONFIRMED)), before=Count("pk", filter=before)
    )
    left = max(0, run.seats - counted["taken"])
    return max(0, int(counted["before"]) + 1 - left)


def places_of(enrollments: Iterable[Enrollment]) -> dict[int, int]:
    """Return the places of those of `enrollments` that are on a waiting list, by key.

    Two queries however many they are; none where no batch among them has a number of seats.
    """
    rows = [row for row in enrollments if row.state in AWAITS_SEAT and row.run and row.run.seats]
    seats = of_runs(row.run for row in rows if row.run)
    if not seats:
        return {}
    earlier = Q(submitted_at__lt=OuterRef("submitted_at"))
    earlier |= Q(submitted_at=OuterRef("submitted_at"), pk__lt=OuterRef("pk"))
    line = Enrollment.objects.awaiting_seat().filter(earlier, run=OuterRef("run"))
    counted = Enrollment.objects.filter(pk__in=[row.pk for row in rows])
    found = counted.annotate(before=_number_of(line)).values_list("pk", "run", "before")
    places = {pk: before + 1 - seats[run].left for pk, run, before in found if run}
    return {pk: place for pk, place in places.items() if place > 0}


def beyond() -> QuerySet[Enrollment]:
    """Return the registrations that stand on the waiting list of their batch."""
    of_run = Enrollment.objects.filter(run=OuterRef("run"))
    place = Window(RowNumber(), partition_by=F("run"), order_by=[F("submitted_at"), F("pk")])
    line = Enrollment.objects.awaiting_seat().order_by().filter(run__seats__isnull=False)
    left = F("run__seats") - _number_of(of_run.taking_seats())
    return line.annotate(place=place, left=left).filter(place__gt=F("left"))


def _number_of(rows: QuerySet[Enrollment]) -> Coalesce:
    """Return how many of `rows` there are, all of one batch, inside another query."""
    counted = rows.order_by().values("run").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def why_not_seat(enrollment: Enrollment) -> str:
    """Return why there is no seat for a registration in its batch now, or "" if there is one."""
    if place := place_beyond(enrollment):
        return _(
            "The seats of this batch are given or kept for those who submitted earlier: this "
            "registration is number %(place)s on the waiting list."
        ) % {"place": place}
    return ""


def with_waiting_list() -> QuerySet[Run]:
    """Return the runs on whose waiting list somebody stands, or may have to be put."""
    counted = Q(seats__isnull=False, enrollments__state__in=AWAITS_SEAT)
    return Run.objects.filter(counted | Q(enrollments__waitlisted_at__isnull=False)).distinct()


def misplaced(run: Run) -> list[int]:
    """Return the keys of those in the line of `run` who believe another place than theirs.

    That is: beyond the seats and not told so, or within them and still told to wait.
    """
    line: list[tuple[int, datetime | None]] = list(
        Enrollment.objects.filter(run=run).awaiting_seat().values_list("pk", "waitlisted_at")
    )
    left = len(line)
    if run.seats is not None:
        left = max(0, run.seats - Enrollment.objects.filter(run=run).taking_seats().count())
    return [
        pk for place, (pk, told_at) in enumerate(line) if (place >= left) != (told_at is not None)
    ]
