"""The list of courses: which match, how many of each kind, in which order, with their cards.

What is shown of a course is made into words when it is first shown, once for a version of the
catalogue (docs/decisions/0034, 0111).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, overload

from django.conf import settings
from django.db.models import Min, OuterRef, Q, Subquery
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from courses.cards import Card, Words, price_words
from courses.catalogue_index import MOST_FOUND, CatalogueIndex, Row, Window, index
from courses.catalogue_query import CatalogueQuery, Sort
from courses.facets import Chip, Dropped, Facet, Sieve
from courses.models import Course, CourseQuerySet, Institute, Programme, ProgrammeCourse, Run
from courses.search import Found, find
from courses.states import RunState

__all__ = ["Card", "CatalogueQuery", "Sort", "Words", "price_words"]

NEAR_COURSES = 3  # shown where nothing is found
Eligible = Callable[..., frozenset[int] | None]


class Entry:
    """A course in a list; its card is made when it is shown."""

    def __init__(self, place: int, catalogue: CatalogueIndex) -> None:
        self.place, self.catalogue = place, catalogue

    @property
    def row(self) -> Row:
        return self.catalogue.rows[self.place]

    @property
    def pk(self) -> int:
        return self.row.pk

    @property
    def card(self) -> Card:
        key = (self.place, get_language())
        if key not in self.catalogue.cards:
            institute = self.catalogue.institutes[self.row.institute].brief_name
            self.catalogue.cards[key] = Words.in_use().card(self.row, institute)
        found: Card = self.catalogue.cards[key]
        return found


class Entries(Sequence[Entry]):
    """The entries at some places, in order; each is made when it is taken."""

    def __init__(self, places: Sequence[int], catalogue: CatalogueIndex) -> None:
        self.places, self.catalogue = places, catalogue

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> "Entries": ...
    def __getitem__(self, at: int | slice) -> "Entry | Entries":
        if isinstance(at, slice):
            return Entries(self.places[at], self.catalogue)
        return Entry(self.places[at], self.catalogue)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The answer to a query: the matching entries in order, and the filters with their counts."""

    query: CatalogueQuery
    entries: Entries
    total: int  # courses of the catalogue that match the words, before the filters
    facets: Sequence[Facet]
    open_count: int
    chips: Sequence[Chip]
    found: Found
    sieve: Sieve

    @cached_property
    def respelt(self) -> str:
        """What was probably meant; "" where the words were found as they are."""
        return self.found.respelt

    @property
    def respelt_url(self) -> str:
        return self.query.but(words=self.respelt).address

    @cached_property
    def to_drop(self) -> Sequence[Dropped]:
        return self.sieve.to_drop()

    @cached_property
    def without_words(self) -> Dropped | None:
        """What the filters would leave without the words."""
        if not self.query.words or not self.query.is_filtered:
            return None
        left = self.sieve.left_of(self.entries.catalogue.everything).bit_count()
        return Dropped("", left, self.query.without_words.address) if left else None

    @cached_property
    def near_courses(self) -> Sequence[Card]:
        """Three courses for those who found none: near to the words, to the filters, or open."""
        catalogue = self.entries.catalogue
        ranks = self.found.any_ranks
        places = sorted(ranks, key=lambda place: (-ranks[place], place))
        places = list(dict.fromkeys([*places, *range(len(catalogue.rows))]))
        return [entry.card for entry in Entries(places[:NEAR_COURSES], catalogue)]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders to choose from: the best match is one of words alone."""
        return [(s.value, str(s.label)) for s in Sort if self.query.words or s != Sort.MATCH]


def search(query: CatalogueQuery, *, today: date, user: Any = None) -> Catalogue:
    """Find the published courses that `query` asks for; `user` for what is open to them."""
    catalogue = index(today=today)
    found = _found(query.words, catalogue)
    keys = eligible_keys(user, today=today) if query.is_eligible else None
    sieve = Sieve(
        query,
        catalogue,
        found=found.bits if query.words else catalogue.everything,
        eligible=None if keys is None else catalogue.bits_of_keys(keys),
    )
    return Catalogue(
        query=query,
        entries=Entries(catalogue.in_order(sieve.left, query.sort, found.ranks), catalogue),
        total=sieve.found.bit_count(),
        facets=sieve.facets(),
        open_count=sieve.open_count,
        chips=sieve.chips() if query.is_filtered else (),
        found=found,
        sieve=sieve,
    )


def _found(words: str, catalogue: CatalogueIndex) -> Found:
    """Find words, or remember what they found: every page and filter asks for them again."""
    if not words:
        return Found(ranks={})
    if words not in catalogue.found:
        if len(catalogue.found) >= MOST_FOUND:
            catalogue.found.clear()
        catalogue.found[words] = find(words, catalogue.finder, catalogue.places)
    answer: Found = catalogue.found[words]
    return answer


def eligible_keys(user: Any, *, today: date) -> frozenset[int] | None:
    """Return the courses whose rules admit `user`; None for those without a service record."""
    if user is None or not user.is_authenticated or not settings.ELIGIBLE_COURSES:
        return None
    eligible: Eligible = import_string(settings.ELIGIBLE_COURSES)
    return eligible(user, today=today)


def eligible_count(found: Catalogue, user: Any, *, today: date) -> int | None:
    """Count what "eligible for me" would leave, or leaves; None as `eligible_keys`."""
    keys = eligible_keys(user, today=today)
    if keys is None:
        return None
    left = found.sieve.but("is_eligible") & found.entries.catalogue.bits_of_keys(keys)
    return left.bit_count()


def windows(*, today: date) -> dict[Window, list[int]]:
    """Return what can be joined, alike ones together, with the courses: for eligibility.

    A course without a batch ahead, and one that begins with the learner, has a window without
    days. No query besides that for the version.
    """
    catalogue = index(today=today)
    if not catalogue.alike:
        for row in catalogue.rows:
            undated = Window(row.rule_set_code, row.mode, None, None, None)
            for window in row.windows or (undated,):
                catalogue.alike.setdefault(window, []).append(row.pk)
    return catalogue.alike


def with_windows(courses: CourseQuerySet, today: date) -> CourseQuerySet:
    """Add the day on which the open window closes, and the one on which the next opens."""
    runs = Run.objects.filter(course=OuterRef("pk"), state=RunState.SCHEDULED).values("course")
    is_open = Q(registration_opens_on__lte=today, registration_closes_on__gte=today)
    closing = runs.filter(is_open).annotate(day=Min("registration_closes_on")).values("day")
    coming = runs.filter(registration_opens_on__gt=today)
    opening = coming.annotate(day=Min("registration_opens_on")).values("day")
    return courses.annotate(closes_on=Subquery(closing), opens_on=Subquery(opening))


def cards_of(keys: Iterable[int], *, today: date) -> list[Card]:
    """Return the cards of the published ones of some courses, in the order given."""
    catalogue = index(today=today)
    places = [catalogue.places[key] for key in keys if key in catalogue.places]
    return [entry.card for entry in Entries(places, catalogue)]


def cards_of_institute(institute: Institute, *, today: date) -> list[Card]:
    """Return the cards of the courses that `institute` offers or shares, those open now first."""
    catalogue = index(today=today)
    keys = Course.objects.of_institute(institute).values_list("pk", flat=True)
    places = sorted({catalogue.places[key] for key in keys if key in catalogue.places})
    return [entry.card for entry in Entries(places, catalogue)]


def cards_of_programme(programme: Programme, *, today: date) -> tuple[list[Card], list[Card]]:
    """Return the cards of a programme's courses, the required and the further ones, in order."""
    places = ProgrammeCourse.objects.filter(programme=programme).order_by("position", "pk")
    rows = list(places.values_list("course_id", "is_required"))
    required = [key for key, is_required in rows if is_required]
    further = [key for key, is_required in rows if not is_required]
    return cards_of(required, today=today), cards_of(further, today=today)
