"""The few queries that the committee's pages and actions share."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from committee.likeness import Known
from committee.models import Committee, Proposal, Seat
from courses.models import Course, Institute
from igot.lib.people import fold_for_match


def known_courses(*, but: int | None = None) -> list[Known]:
    """Return what is in the catalogue and in the queue, less the proposal `but`: two queries."""
    courses = Course.objects.filter(withdrawn_on__isnull=True).select_related("institute")
    proposals = Proposal.objects.standing().exclude(pk=but or 0).filter(course__isnull=True)
    columns = ("pk", "number", "title", "title_hi", "institute_name")
    return [
        *(_of_catalogue(course) for course in courses.order_by("pk")),
        *(_of_queue(proposal) for proposal in proposals.only(*columns).order_by("pk")),
    ]


def _of_catalogue(course: Course) -> Known:
    held = course.institute
    names = (held.title, held.title_hi, held.short_name, held.short_name_hi)
    return Known(
        str(course), course.get_absolute_url(), (course.title, course.title_hi), tuple(names)
    )


def _of_queue(proposal: Proposal) -> Known:
    titles = (proposal.title, proposal.title_hi)
    return Known(str(proposal), proposal.get_absolute_url(), titles, (proposal.institute_name,))


def institutes_by_name(institutes: Iterable[Institute] | None = None) -> dict[str, int]:
    """Return the institutes of the catalogue by each of their names, folded: one query."""
    found: dict[str, int] = {}
    for row in institutes if institutes is not None else Institute.objects.order_by("pk"):
        for name in (row.title, row.title_hi, row.short_name, row.short_name_hi, row.code):
            if name:
                found.setdefault(fold_for_match(name), row.pk)
    return found


def institute_names() -> list[str]:
    """Return the names to choose from while an institute is typed."""
    return list(Institute.objects.order_by("title").values_list("title", flat=True))


class Constituted(NamedTuple):
    """A committee with those who sit on it on a day."""

    committee: Committee
    seats: list[Seat]


def committees_on(day: date) -> list[Constituted]:
    """Return the committees in force on `day`, each with its seats in order: two queries."""
    committees = list(Committee.objects.in_force(day))
    seats = list(Seat.objects.held_on(day).in_order().filter(committee__in=committees))
    return [
        Constituted(committee, [s for s in seats if s.committee_id == committee.pk])
        for committee in committees
    ]
