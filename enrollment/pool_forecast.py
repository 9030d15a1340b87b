"""How many codes will be needed and by when: reckoned from demand, stock and what is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Final

SEASON: Final = timedelta(days=45)  # how far the days of two batches of one season lie apart
LATEST_RUNS: Final = 3  # reckoned with where no batch of the season is on record


@dataclass(frozen=True, kw_only=True)
class Demand:
    """Codes that will be needed for a batch on a day, each valid through `last_day`."""

    name: str
    kind: str  # waiting, pending or coming
    on: date
    last_day: date
    codes: int


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Codes in the pool that expire on one day."""

    valid_until: date
    codes: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """How a demand is met: from the pool, from what is asked for, or not."""

    demand: Demand
    from_stock: int
    from_asked: int

    @property
    def short(self) -> int:
        return self.demand.codes - self.from_stock - self.from_asked


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What the provider is to be asked for, and by when."""

    lines: list[Line]
    to_ask: int
    needed_by: date | None  # when the first code is lacking
    write_by: date | None  # for the provider's notice; may have passed
    left: int  # codes of the pool that no demand uses


def forecast(
    demands: Iterable[Demand], stock: Iterable[Stock], *, asked: int, notice_weeks: int
) -> Forecast:
    """Meet each demand in the order of its day with the codes that expire first and last through.

    `asked` are codes that the provider is asked for and has not sent: they count as valid for
    whatever the pool does not meet.
    """
    pool = sorted(stock, key=lambda part: part.valid_until)
    lines = []
    for demand in sorted(demands, key=lambda one: (one.on, one.last_day)):
        taken, pool = _take(pool, demand)
        of_asked = min(asked, demand.codes - taken)
        asked -= of_asked
        lines.append(Line(demand=demand, from_stock=taken, from_asked=of_asked))
    short = [line for line in lines if line.short]
    needed_by = short[0].demand.on if short else None
    return Forecast(
        lines=lines,
        to_ask=sum(line.short for line in short),
        needed_by=needed_by,
        write_by=needed_by - timedelta(weeks=notice_weeks) if needed_by else None,
        left=sum(part.codes for part in pool),
    )


def share(part: int, whole: int) -> Fraction:
    """Return which share of the whole a part is; all of it where there is no history."""
    return Fraction(part, whole) if whole else Fraction(1)


def rounded_up(number: int, rate: Fraction) -> int:
    """Return `number` times `rate`, rounded up: a code too many is no harm."""
    return ceil(number * rate)


def coming(history: Sequence[tuple[date, int]], commences_on: date) -> int:
    """Return how many codes a batch will take, by the batches before it.

    `history` are days of commencement with the registrations confirmed. Batches of the same season
    count where there are any (45 days apart at most, whatever the year), else the latest three.
    """
    before = sorted(row for row in history if row[0] < commences_on)
    season = [count for day, count in before if _is_season(day, commences_on)]
    counts = season or [count for _day, count in before[-LATEST_RUNS:]]
    return ceil(Fraction(sum(counts), len(counts))) if counts else 0


def per_cent(rate: Fraction) -> int:
    """Return a share in whole per cent, rounded down."""
    return int(rate * 100)


def _is_season(day: date, other: date) -> bool:
    apart = abs((other - day).days) % 365
    return min(apart, 365 - apart) <= SEASON.days and day.year != other.year


def _take(pool: list[Stock], demand: Demand) -> tuple[int, list[Stock]]:
    """Take codes for `demand`; return how many, and what is left."""
    needed, left = demand.codes, []
    for part in pool:
        taken = min(needed, part.codes) if part.valid_until >= demand.last_day else 0
        needed -= taken
        if part.codes > taken:
            left.append(replace(part, codes=part.codes - taken))
    return demand.codes - needed, left
