"""The requirement tree of a programme, read from its rows, and the same in words."""

from collections import defaultdict
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses import rules
from courses.models import Course, Programme, ProgrammeCourse, Requirement, in_language
from courses.rules import Need


class Line(NamedTuple):
    """A line of the tree in words; `level` counts from 0 for the root."""

    level: int
    words: str
    url: str  # of the course, where it has a page
    is_done: bool


def tree_of(programme: Programme) -> Need:
    """Return what completes `programme`: its tree, else all of its required courses.

    One query for a tree, two for a programme without. Rows that hang under no root are left out.
    """
    rows = Requirement.objects.filter(programme=programme).order_by("position", "pk")
    under: dict[int | None, list[Requirement]] = defaultdict(list)
    for row in rows:
        under[row.parent_id].append(row)
    if not under[None]:
        return _all_required(programme)
    return _need(under[None][0], under, levels=rules.DEEPEST)


def _need(row: Requirement, under: dict[int | None, list[Requirement]], *, levels: int) -> Need:
    branches = under[row.pk] if levels > 1 else []
    return Need(
        kind=row.kind,
        course=row.course_id,
        least=row.least or 0,
        title=in_language(row.title, row.title_hi),
        branches=tuple(_need(branch, under, levels=levels - 1) for branch in branches),
    )


def _all_required(programme: Programme) -> Need:
    places = ProgrammeCourse.objects.filter(programme=programme, is_required=True)
    courses = places.order_by("position", "pk").values_list("course_id", flat=True)
    return Need(
        kind=rules.ALL,
        title=str(programme),
        branches=tuple(Need(kind=rules.COURSE, course=course) for course in courses),
    )


def in_words(tree: Need, *, done: frozenset[int] = frozenset()) -> list[Line]:
    """Return the tree line by line, with the titles and pages of its courses: one query."""
    named = Course.objects.in_bulk(list(rules.courses_of(tree)))
    pages = set(Course.objects.with_page().filter(pk__in=named).values_list("pk", flat=True))
    lines: list[Line] = []
    _append(lines, tree, 0, named, pages, done)
    return lines


def _append(
    lines: list[Line],
    need: Need,
    level: int,
    named: dict[int, Course],
    pages: set[int],
    done: frozenset[int],
) -> None:
    course = named.get(need.course) if need.course else None
    url = course.get_absolute_url() if course and course.pk in pages else ""
    words = str(course) if course else _words_of(need)
    lines.append(Line(level, words, url, rules.is_complete(need, done)))
    for branch in need.branches:
        _append(lines, branch, level + 1, named, pages, done)


def _words_of(need: Need) -> str:
    if need.kind == rules.ALL:
        count = len(need.branches)
        words = ngettext("This one", "All %(number)s of these", count) % {"number": count}
    else:
        words = ngettext(
            "At least %(number)s of these", "At least %(number)s of these", need.least
        ) % {"number": need.least}
    if need.title:
        return _("%(title)s: %(words)s") % {"title": need.title, "words": words}
    return words
