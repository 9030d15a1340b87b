"""Every published course as the list counts, orders and shows it, for one version and day.

A course has a place, a number; a set of courses is a whole number with the bits of their places
set. So thousands of courses are counted under any filters in microseconds
(docs/decisions/0111).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import compress
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import FilteredRelation, Q
from django.utils.translation import get_language

from courses.catalogue_query import Effort, Fee, Sort
from courses.kept import keep
from courses.models import Course, Run, in_language
from courses.search_finders import Finder, finder
from courses.states import RunState

LEVELS: Final = {level: place for place, level in enumerate(Course.Level.values)}
EFFORTS: Final = ((4, Effort.FOUR), (8, Effort.EIGHT), (12, Effort.TWELVE))
MOST_FOUND: Final = 200  # answers to searches that are kept
_BITS_OF_OCTET: Final = [bytes(octet >> bit & 1 for bit in range(8)) for octet in range(256)]


class Window(NamedTuple):
    """A batch that can still be joined, now or later; self-paced and undated ones have no days."""

    rule_set_code: str
    mode: str
    opens_on: date | None
    closes_on: date | None
    commences_on: date | None


class Row(NamedTuple):
    """A course, with what holds today."""

    pk: int
    code: str
    title: str
    title_hi: str
    objective: str
    objective_hi: str
    level: str
    mode: str
    language: str
    hours: int | None
    weeks: int | None
    institute: int
    rule_set_code: str
    fee_usd: Decimal | None
    cap_usd: Decimal | None
    closes_on: date | None
    opens_on: date | None
    windows: tuple[Window, ...]

    effort: str
    fee: str
    is_open: bool


class InstituteNames(NamedTuple):
    """What an institute is called, in both languages."""

    code: str
    title: str
    title_hi: str
    short_name: str
    short_name_hi: str

    @property
    def brief_name(self) -> str:
        """The short name where there is one, else the full one, in the present language."""
        brief = in_language(self.short_name, self.short_name_hi)
        return brief or in_language(self.title, self.title_hi)


class CatalogueIndex:
    """The courses in their usual order, those open now first; a place is where one stands in it."""

    def __init__(self, rows: Iterable[Row], institutes: dict[int, InstituteNames]) -> None:
        self.rows = sorted(rows, key=_usual_order)
        self.institutes = institutes
        self.places = {row.pk: place for place, row in enumerate(self.rows)}
        self.everything = (1 << len(self.rows)) - 1
        self.cards: dict[tuple[int, str | None], Any] = {}
        self.found: dict[str, Any] = {}
        self.alike: dict[Window, list[int]] = {}
        self._orders: dict[tuple[str, str | None], Sequence[int]] = {}

    @cached_property
    def values(self) -> dict[str, dict[str, int]]:
        """For each filter the courses of each of its values."""
        codes = {key: names.code for key, names in self.institutes.items()}
        return {
            "institute": {codes[key]: bits for key, bits in self._by("institute").items()},
            **{name: self._by(name) for name in ("level", "mode", "language", "effort", "fee")},
        }

    @cached_property
    def open_now(self) -> int:
        return self.bits(place for place, row in enumerate(self.rows) if row.is_open)

    @cached_property
    def finder(self) -> Finder:
        return finder()

    def _by(self, name: str) -> dict[Any, int]:
        found: dict[Any, int] = {}
        bit = 1
        for value in map(attrgetter(name), self.rows):
            found[value] = found.get(value, 0) | bit
            bit <<= 1
        return {value: bits for value, bits in found.items() if value}

    def bits(self, places: Iterable[int]) -> int:
        """Write a set of places as a whole number."""
        octets = bytearray(len(self.rows) // 8 + 1)
        for place in places:
            octets[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(octets, "little")

    def bits_of_keys(self, keys: Iterable[int]) -> int:
        return self.bits(self.places[key] for key in keys if key in self.places)

    def in_order(self, bits: int, sort: str, ranks: Mapping[int, int]) -> list[int]:
        """Return the places of `bits` in the order asked for."""
        chosen = self._chosen(bits)
        if sort == Sort.MATCH:
            return sorted(compress(range(len(chosen)), chosen), key=lambda p: (-ranks[p], p))
        if sort == Sort.OPEN:
            return list(compress(range(len(chosen)), chosen))
        order = self._order(sort)
        if len(order) < 2:
            return list(compress(order, chosen))
        return list(compress(order, itemgetter(*order)(chosen)))

    def _chosen(self, bits: int) -> bytes:
        """Return for each place 1 or 0."""
        octets = bits.to_bytes(len(self.rows) // 8 + 1, "little")
        return b"".join(map(_BITS_OF_OCTET.__getitem__, octets))[: len(self.rows)]

    def _order(self, sort: str) -> Sequence[int]:
        key = (sort, get_language() if sort in (Sort.TITLE, Sort.LEVEL) else None)
        if key not in self._orders:
            self._orders[key] = sorted(
                range(len(self.rows)), key=lambda place: _ORDERS[sort](self.rows[place])
            )
        return self._orders[key]


def _title_of(row: Row) -> str:
    return in_language(row.title, row.title_hi).casefold()


def _usual_order(row: Row) -> Any:
    return (
        not row.is_open,
        row.closes_on or date.max,
        row.opens_on or date.max,
        LEVELS.get(row.level, len(LEVELS)),
        row.title.casefold(),
    )


_ORDERS: Final[dict[str, Callable[[Row], Any]]] = {
    Sort.TITLE: _title_of,
    Sort.LEVEL: lambda row: (LEVELS.get(row.level, len(LEVELS)), _title_of(row)),
    Sort.FEE: lambda row: row.fee_usd or 0,
    Sort.NEWEST: lambda row: -row.pk,
}


# --- read from the tables ---------------------------------------------------------------------
def index(*, today: date) -> CatalogueIndex:
    """Return the published courses, kept for the version: one query, and two more to make it."""
    return keep(("catalogue_index",), lambda: _made(today), today=today)


def _made(today: date) -> CatalogueIndex:
    windows: dict[int, list[_Window]] = {}
    for window in map(_Window._make, _fetched(_windows, today)):
        windows.setdefault(window.course, []).append(window)
    courses: dict[int, _Course] = {}
    for course in map(_Course._make, _fetched(_courses, today)):
        earlier = courses.get(course.pk)
        if earlier is None or (course.fee_from or date.min) > (earlier.fee_from or date.min):
            courses[course.pk] = course
    institutes: dict[int, InstituteNames] = {}
    for course in courses.values():
        if course.institute not in institutes:
            institutes[course.institute] = course.names
    return CatalogueIndex(_rows(courses, windows, today), institutes)


class _Made(NamedTuple):
    """A row, and what it was made of."""

    course: "_Course"
    windows: Sequence["_Window"]
    today: date
    row: Row


_latest: dict[int, _Made] = {}  # the rows of the index made before this one


def _rows(
    courses: Mapping[int, "_Course"], windows: Mapping[int, Sequence["_Window"]], today: date
) -> list[Row]:
    """Make the rows anew that were made of something else the time before."""
    global _latest
    before, made = _latest, {}
    for pk, course in courses.items():
        ahead = windows.get(pk, ())
        was = before.get(pk)
        if was is None or was.course != course or was.windows != ahead or was.today != today:
            was = _Made(course, ahead, today, _row(course, ahead, today))
        made[pk] = was
    _latest = made
    return [each.row for each in made.values()]


class _Course(NamedTuple):
    pk: int
    code: str
    title: str
    title_hi: str
    objective: str
    objective_hi: str
    level: str
    mode: str
    language: str
    least_hours: int | None
    most_hours: int | None
    weeks: int | None
    institute: int
    rule_set_code: str
    fee_usd: Any
    cap_usd: Any
    fee_from: date | None
    institute_code: str
    institute_title: str
    institute_title_hi: str
    institute_short_name: str
    institute_short_name_hi: str

    @property
    def names(self) -> InstituteNames:
        return InstituteNames._make(self[-5:])


class _Window(NamedTuple):
    course: int
    opens_on: date
    closes_on: date
    commences_on: date
    fee_usd: Any
    cap_usd: Any


def _courses(today: date) -> Any:
    """Read the published courses, each once for every fee in force."""
    ended = Q(fees__effective_to__isnull=True) | Q(fees__effective_to__gte=today)
    in_force = Q(fees__effective_from__lte=today) & ended
    return (
        Course.objects.published(today)
        .annotate(fee=FilteredRelation("fees", condition=in_force))
        .values_list(
            *("pk", "code", "title", "title_hi", "objective", "objective_hi", "level", "mode"),
            *("language", "least_weekly_hours", "most_weekly_hours", "weeks", "institute_id"),
            *("rule_set_code", "fee__fee_usd", "fee__cap_usd", "fee__effective_from"),
            *("institute__code", "institute__title", "institute__title_hi"),
            *("institute__short_name", "institute__short_name_hi"),
        )
    )


def _windows(today: date) -> Any:
    """Read the batches whose registration has not closed, by the day it closes."""
    ahead = Run.objects.filter(state=RunState.SCHEDULED, registration_closes_on__gte=today)
    return ahead.order_by("registration_closes_on", "pk").values_list(
        *("course_id", "registration_opens_on", "registration_closes_on", "commences_on"),
        *("fee_usd", "cap_usd"),
    )


@lru_cache(maxsize=8)
def _statement(rows: Callable[[date], Any], today: date) -> tuple[str, tuple[Any, ...]]:
    """Compile a query once a day: that takes longer than to run it."""
    sql, params = rows(today).query.sql_with_params()
    return sql, params


def _fetched(rows: Callable[[date], Any], today: date) -> Iterator[Any]:
    with connection.cursor() as cursor:
        cursor.execute(*_statement(rows, today))
        yield from cursor.fetchall()


def _row(course: _Course, windows: Sequence[_Window], today: date) -> Row:
    """Join a course with its batches; the fee is that of the batch that is joined next."""
    is_self_paced = course.mode == Course.Mode.SELF_PACED
    open_now = [window for window in windows if window.opens_on <= today]
    coming = [window for window in windows if window.opens_on > today]
    first = next(iter(open_now), None) or min(coming, key=lambda w: w.opens_on, default=None)
    has_fee = first is not None and first.fee_usd is not None
    has_cap = first is not None and first.cap_usd is not None
    code = course.rule_set_code
    hours = course.most_hours or course.least_hours
    fee = _decimal(first.fee_usd if first and has_fee else course.fee_usd)
    cap = _decimal(first.cap_usd if first and has_cap else course.cap_usd)
    return Row(
        *course[:9],
        hours=hours,
        weeks=course.weeks,
        institute=course.institute,
        rule_set_code=code,
        fee_usd=fee,
        cap_usd=cap,
        closes_on=open_now[0].closes_on if open_now else None,
        opens_on=min((window.opens_on for window in coming), default=None),
        windows=tuple(
            Window(code, course.mode, window.opens_on, window.closes_on, window.commences_on)
            for window in (() if is_self_paced else windows)
        ),
        effort=_effort(hours),
        fee=_fee(fee, cap),
        is_open=bool(open_now) or is_self_paced,
    )


def _effort(hours: int | None) -> str:
    if not hours:
        return ""
    return next((band for most, band in EFFORTS if hours <= most), Effort.MORE)


def _fee(fee_usd: Decimal | None, cap_usd: Decimal | None) -> str:
    if not fee_usd:
        return Fee.NONE
    return Fee.WHOLE if fee_usd <= (cap_usd or 0) else Fee.PART


def _decimal(amount: Any) -> Decimal | None:
    """Read an amount: SQLite hands out plain numbers."""
    if amount is None or isinstance(amount, Decimal):
        return amount
    return Decimal(str(amount))
