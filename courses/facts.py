"""The list of courses: which match, how many of each kind, and the cards with all words ready.

A card is plain strings, made once for a version of the catalogue, so that neither the database
nor the template has anything to look up or to format (docs/decisions/0034).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Min, OuterRef, Q, Subquery, TextChoices
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from courses.kept import keep
from courses.models import (
    Course,
    CourseQuerySet,
    Institute,
    Programme,
    ProgrammeCourse,
    Run,
)
from courses.states import RunState
from igot.lib.dates import dmy
from igot.lib.money import dollars

SUMMARY_WORDS = 28
LEVELS = {level: place for place, level in enumerate(Course.Level.values)}


class Sort(TextChoices):
    CLOSING = "", gettext_lazy("Open now first")
    TITLE = "title", gettext_lazy("Title, A to Z")
    LEVEL = "level", gettext_lazy("Level, introductory first")


@dataclass(frozen=True, kw_only=True)
class CatalogueQuery:
    """A search with its filters; what an address says wrongly is taken as not said."""

    words: str = ""
    institute: str = ""
    level: str = ""
    mode: str = ""
    is_open: bool = False
    sort: str = ""

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "CatalogueQuery":
        level, mode, sort = (str(params.get(name, "")) for name in ("level", "mode", "sort"))
        return cls(
            words=" ".join(str(params.get("q", "")).replace("\0", " ").split())[:200],
            institute=str(params.get("institute", ""))[:50],
            level=level if level in Course.Level.values else "",
            mode=mode if mode in Course.Mode.values else "",
            is_open=params.get("open") == "1",
            sort=sort if sort in Sort.values else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.institute or self.level or self.mode or self.is_open)


class Choice(NamedTuple):
    """An entry of a filter, with the number of courses that it would leave."""

    value: str
    label: str
    courses: int
    is_chosen: bool


class Card(NamedTuple):
    """A course in a list, in words."""

    url: str
    title: str
    institute: str
    level: str
    mode: str
    summary: str
    tone: str
    standing: str
    price: str


class Entry(NamedTuple):
    """A course as the list counts, searches, orders and shows it."""

    pk: int
    institute: str
    institute_name: str
    level: str
    mode: str
    title: str
    closes_on: date | None
    opens_on: date | None
    text: str  # all that is searched, case folded
    card: Card

    @property
    def is_open(self) -> bool:
        return self.closes_on is not None or self.mode == Course.Mode.SELF_PACED


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The answer to a query: the matching entries in order, and the filters with their counts."""

    entries: Sequence[Entry]
    institutes: list[Choice]
    levels: list[Choice]
    modes: list[Choice]
    open_count: int
    total: int  # courses of the catalogue that match the words, before the filters


def search(query: CatalogueQuery, *, today: date) -> Catalogue:
    """Find the published courses that `query` asks for."""
    words = query.words.casefold().split()
    found = [e for e in entries(today=today) if all(word in e.text for word in words)]
    kept = [entry for entry in found if not _filters_against(query, entry)]
    return Catalogue(
        entries=sorted(kept, key=_order(query.sort)),
        institutes=_institute_choices(query, found),
        levels=_choices(query, found, "level", Course.Level.choices),
        modes=_choices(query, found, "mode", Course.Mode.choices),
        open_count=sum(1 for e in found if e.is_open and _filters_against(query, e) <= {"is_open"}),
        total=len(found),
    )


def entries(*, today: date) -> list[Entry]:
    """Return every published course in words, kept for the version: two queries, then one."""
    return keep(("entries", get_language()), lambda: _made_entries(today), today=today)


def _made_entries(today: date) -> list[Entry]:
    courses = Course.objects.published(today).select_related("institute").with_terms(today)
    rows: Iterable[Any] = with_windows(courses, today)  # courses with what was added to them
    words = Words()
    return [
        Entry(
            pk=course.pk,
            institute=course.institute.code,
            institute_name=str(course.institute),
            level=course.level,
            mode=course.mode,
            title=str(course),
            closes_on=course.closes_on,
            opens_on=course.opens_on,
            text=course.searched_text.casefold(),
            card=words.card(course),
        )
        for course in rows
    ]


def with_windows(courses: CourseQuerySet, today: date) -> CourseQuerySet:
    """Add the day on which the open window closes, and the one on which the next opens."""
    runs = Run.objects.filter(course=OuterRef("pk"), state=RunState.SCHEDULED).values("course")
    is_open = Q(registration_opens_on__lte=today, registration_closes_on__gte=today)
    closing = runs.filter(is_open).annotate(day=Min("registration_closes_on")).values("day")
    coming = runs.filter(registration_opens_on__gt=today)
    opening = coming.annotate(day=Min("registration_opens_on")).values("day")
    return courses.annotate(closes_on=Subquery(closing), opens_on=Subquery(opening))


def cards_of_institute(institute: Institute, *, today: date) -> list[Card]:
    """Return the cards of the courses that `institute` offers or shares, those open now first."""
    keys = set(Course.objects.of_institute(institute).values_list("pk", flat=True))
    offered = [entry for entry in entries(today=today) if entry.pk in keys]
    return [entry.card for entry in sorted(offered, key=_order(Sort.CLOSING))]


def cards_of_programme(programme: Programme, *, today: date) -> tuple[list[Card], list[Card]]:
    """Return the cards of a programme's courses, the required and the further ones, in order."""
    places = ProgrammeCourse.objects.filter(programme=programme).order_by("position", "pk")
    cards = {entry.pk: entry.card for entry in entries(today=today)}
    required: list[Card] = []
    further: list[Card] = []
    for key, is_required in places.values_list("course_id", "is_required"):
        if key in cards:
            (required if is_required else further).append(cards[key])
    return required, further


class Words:
    """The words that every card shares, translated once for a page."""

    def __init__(self) -> None:
        self.prefix = reverse("courses:list")
        self.levels = {value: str(label) for value, label in Course.Level.choices}
        self.modes = {value: str(label) for value, label in Course.Mode.choices}
        self.register_by = _("Register by %(day)s")
        self.opens_on = _("Opens on %(day)s")
        self.any_day = _("Join on any day")
        self.none_open = _("No open batch")

    def card(self, course: Any) -> Card:
        tone, standing = self.standing(course)
        return Card(
            url=f"{self.prefix}{course.code}/",
            title=str(course),
            institute=course.institute.brief_name,
            level=self.levels.get(course.level, ""),
            mode=self.modes[course.mode],
            summary=Truncator(course.objective_in_language).words(SUMMARY_WORDS),
            tone=tone,
            standing=standing,
            price=" · ".join(price_words(course.fee_usd, course.weeks)),
        )

    def standing(self, course: Any) -> tuple[str, str]:
        """Return tone and words of where registration stands today."""
        if course.closes_on:
            return "success", self.register_by % {"day": dmy(course.closes_on)}
        if course.is_self_paced:
            return "success", self.any_day
        if course.opens_on:
            return "info", self.opens_on % {"day": dmy(course.opens_on)}
        return "neutral", self.none_open


def price_words(fee_usd: Decimal | None, weeks: int | None) -> list[str]:
    words = [dollars(fee_usd)] if fee_usd else []
    if weeks:
        words.append(ngettext("%(number)s week", "%(number)s weeks", weeks) % {"number": weeks})
    return words


def _filters_against(query: CatalogueQuery, entry: Entry) -> set[str]:
    """Name the filters of `query` that keep `entry` out."""
    against = {
        name
        for name in ("institute", "level", "mode")
        if getattr(query, name) not in ("", getattr(entry, name))
    }
    return against | {"is_open"} if query.is_open and not entry.is_open else against


def _choices(
    query: CatalogueQuery, found: Sequence[Entry], name: str, choices: Iterable[tuple[str, Any]]
) -> list[Choice]:
    """Count, for each value of one filter, the courses that the other filters leave."""
    counts = Counter(
        getattr(entry, name) for entry in found if _filters_against(query, entry) <= {name}
    )
    chosen = getattr(query, name)
    return [
        Choice(value, str(label), counts[value], value == chosen)
        for value, label in choices
        if counts[value] or value == chosen
    ]


def _institute_choices(query: CatalogueQuery, found: Sequence[Entry]) -> list[Choice]:
    names = sorted({(entry.institute_name, entry.institute) for entry in found})
    return _choices(query, found, "institute", [(code, name) for name, code in names])


def _order(sort: str) -> Any:
    if sort == Sort.TITLE:
        return lambda entry: entry.title.casefold()
    if sort == Sort.LEVEL:
        return lambda entry: (LEVELS.get(entry.level, len(LEVELS)), entry.title.casefold())
    return lambda entry: (
        not entry.is_open,
        entry.closes_on or date.max,
        entry.opens_on or date.max,
        LEVELS.get(entry.level, len(LEVELS)),
        entry.title.casefold(),
    )
