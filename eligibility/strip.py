"""The strip of years beside an answer: the days that fit as a bar, the commencement as a mark."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from eligibility.outlook import Prospect

WIDTH: Final = 240  # of the drawing, in its own units
FEWEST_YEARS, MOST_YEARS = 3, 6


class Year(NamedTuple):
    """A year on the axis."""

    x: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The years that all strips of a page share: 1 January of the first to the end of the last."""

    first: int
    last: int

    def x(self, day: date) -> int:
        """Place a day on the strip; what lies outside stands at its edge."""
        begin = date(self.first, 1, 1).toordinal()
        length = date(self.last, 12, 31).toordinal() + 1 - begin
        return max(0, min(WIDTH, round((day.toordinal() - begin) * WIDTH / length)))

    @property
    def years(self) -> list[Year]:
        return [
            Year(self.x(date(year, 1, 1)), str(year)) for year in range(self.first, self.last + 1)
        ]


@dataclass(frozen=True, kw_only=True)
class Strip:
    """What is drawn for one answer; None where there is nothing to draw."""

    axis: Axis
    bar_x: int | None = None
    bar_width: int | None = None
    mark_x: int | None = None


def axis_of(days: Iterable[date | None], today: date) -> Axis:
    """Take in the years of `days` from today's on, three years at least and six at most."""
    last = max((day.year for day in days if day), default=today.year)
    most, fewest = today.year + MOST_YEARS - 1, today.year + FEWEST_YEARS - 1
    return Axis(first=today.year, last=max(fewest, min(last, most)))


def strip_of(prospect: Prospect, commences_on: date | None, axis: Axis) -> Strip:
    """Draw the window of `prospect`, as far as the axis reaches, and the day of commencement."""
    mark = axis.x(commences_on) if commences_on else None
    begins, ends = prospect.fits_from, prospect.fits_until
    if begins is None or ends is None or ends.year < axis.first or begins.year > axis.last:
        return Strip(axis=axis, mark_x=mark)
    bar_x = axis.x(begins)
    return Strip(axis=axis, bar_x=bar_x, bar_width=max(2, axis.x(ends) - bar_x), mark_x=mark)
