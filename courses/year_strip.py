"""The batches of a course drawn over the months: windows of registration, and the course itself.

Plain numbers for an SVG; the list beside the drawing says the same in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.utils.translation import get_language

from igot.lib.dates import month_name

WIDTH: Final = 640  # of the drawing, in its own units
ROW: Final = 52
HEAD: Final = 30  # for the names of the months
MOST_ROWS: Final = 6
FEWEST_MONTHS, MOST_MONTHS = 6, 24


class Bar(NamedTuple):
    """Something that lasts from one day to another."""

    x: int
    width: int


class Month(NamedTuple):
    """A line at the first day of a month, with the year where it is a new one.

    A minor one is not named where there is little room.
    """

    x: int
    label: str
    year: str
    is_minor: bool


class Row(NamedTuple):
    """A batch: what is None cannot be drawn."""

    name: str
    y: int
    text_x: int
    is_at_end: bool  # the name ends at `text_x`, where it would else leave the drawing
    window: Bar | None
    course: Bar | None
    expected: Bar | None

    @property
    def bar_y(self) -> int:
        return self.y + 24


@dataclass(frozen=True, kw_only=True)
class YearStrip:
    """The whole drawing."""

    width: int
    height: int
    months: list[Month]
    rows: list[Row]
    today_x: int


def strip_of(runs: Sequence[Any], today: date) -> YearStrip | None:
    """Draw the first runs that have a day or a month; None where no run has one."""
    dated = [run for run in runs if _days(run)][:MOST_ROWS]
    if not dated:
        return None
    days = [day for run in dated for day in _days(run)]
    first = min(min(days), today).replace(day=1)
    span = max(_months_between(first, max(days)) + 1, FEWEST_MONTHS)
    axis = _Axis(first, min(span, MOST_MONTHS))
    rows = [_row(run, HEAD + ROW * place, axis) for place, run in enumerate(dated)]
    height = HEAD + ROW * len(rows)
    return YearStrip(
        width=WIDTH, height=height, months=axis.lines(), rows=rows, today_x=axis.x(today)
    )


class _Axis:
    """The months that the drawing shows, from the first day of the first."""

    def __init__(self, first: date, months: int) -> None:
        self.first, self.months = first, months
        self.length = (_month_after(first, months) - first).days

    def x(self, day: date) -> int:
        """Place a day; what lies outside stands at the edge."""
        return max(0, min(WIDTH, round((day - self.first).days * WIDTH / self.length)))

    def bar(self, first: date, last: date) -> Bar:
        x = self.x(first)
        return Bar(x, max(3, self.x(last + timedelta(days=1)) - x))

    def lines(self) -> list[Month]:
        """Return a line for each month, or for each third one of a long span."""
        step = 1 if self.months <= 12 else 3
        found = []
        for number in range(0, self.months, step):
            day = _month_after(self.first, number)
            year = str(day.year) if number == 0 or day.month <= step else ""
            is_minor = not year and number // step % 2 == 1
            language = get_language()
            name = month_name(day, language)  # short in Hindi already
            label = name if language == "hi" else name[:3]
            found.append(Month(self.x(day), label, year, is_minor))
        return found


def _row(run: Any, y: int, axis: _Axis) -> Row:
    opens, closes = run.registration_opens_on, run.registration_closes_on
    begins, ends = run.commences_on, run.ends_on
    window = axis.bar(opens, closes) if opens and closes else None
    course = axis.bar(begins, ends or begins) if begins else None
    expected = None
    if not begins and run.expected_month:
        last = _month_after(run.expected_month, 1) - timedelta(days=1)
        expected = axis.bar(run.expected_month, last)
    bars = [bar for bar in (window, course, expected) if bar]
    start, end = min(bar.x for bar in bars), max(bar.x + bar.width for bar in bars)
    is_at_end = start > WIDTH * 3 // 5
    return Row(str(run), y, end if is_at_end else start, is_at_end, window, course, expected)


def _days(run: Any) -> list[date]:
    days = (run.registration_opens_on, run.registration_closes_on, run.commences_on, run.ends_on)
    known = [day for day in days if day]
    return known or ([run.expected_month] if run.expected_month else [])


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _month_after(first: date, months: int) -> date:
    whole = first.year * 12 + first.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)
