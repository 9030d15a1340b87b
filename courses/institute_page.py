"""Institutes: how many courses each offers, how many are open now, and its programmes."""

from datetime import date
from typing import Any, NamedTuple

from courses import structured
from courses.facts import cards_of_institute, with_windows
from courses.models import Course, Institute, Programme


class Count(NamedTuple):
    """What an institute offers, in numbers."""

    courses: int = 0
    open_now: int = 0


class Entry(NamedTuple):
    """An institute in the list."""

    institute: Institute
    offers: Count


def listed(*, today: date) -> list[Entry]:
    """Return the institutes that offer a course, those with most courses first: three queries."""
    counts = counted(today=today)
    found = [Entry(row, counts[row.pk]) for row in Institute.objects.all() if row.pk in counts]
    return sorted(found, key=lambda entry: (-entry.offers.courses, str(entry.institute).casefold()))


def counted(*, today: date) -> dict[int, Count]:
    """Count the published courses of each institute, its own and those it shares: two queries."""
    courses: Any = with_windows(Course.objects.published(today), today)
    offered = {
        pk: (institute, closes_on is not None or mode == Course.Mode.SELF_PACED)
        for pk, institute, mode, closes_on in courses.values_list(
            "pk", "institute_id", "mode", "closes_on"
        )
    }
    pairs = {(institute, pk) for pk, (institute, _open) in offered.items()}
    shared = Course.partners.through.objects.values_list("institute_id", "course_id")
    pairs |= {(institute, pk) for institute, pk in shared if pk in offered}
    counts: dict[int, Count] = {}
    for institute, pk in pairs:
        before = counts.get(institute, Count())
        counts[institute] = Count(before.courses + 1, before.open_now + offered[pk][1])
    return counts


def page_of(institute: Institute, *, today: date) -> dict[str, Any]:
    """Return what the page of an institute shows."""
    cards = cards_of_institute(institute, today=today)
    return {
        "institute": institute,
        "cards": cards,
        "count": counted(today=today).get(institute.pk, Count()),
        "programmes": programmes_of(institute),
        "social": structured.social_of(institute, institute.about_in_language),
    }


def programmes_of(institute: Institute) -> list[Programme]:
    """Return the programmes that `institute` offers, or to which it gives a course."""
    own = Programme.objects.filter(institute=institute)
    given = Programme.objects.filter(courses__in=Course.objects.of_institute(institute).published())
    return list((own | given).distinct().order_by("code"))
