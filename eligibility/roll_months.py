"""Days of a roll remembered by their months: little that is always at hand is found soonest."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from sys import intern
from typing import Final, NamedTuple

from igot.lib.dates import dmy

WRITTEN: Final = re.compile(  # days whose month is known by the rest of the text
    r"(?P<year>\d{4})-(?P<month>\d\d)-\d\d|\d\d\.(?P<of>\d\d)\.(?P<in>\d{4})", re.ASCII
)
LATE: Final = 99999999  # stands for a day that is not known: later than all that are
EARLY: Final = 0
MONTH: Final = 100  # what divides a day as `_number` writes it to give its month,
YEAR: Final = 10000  # and its year
DAYS: Final = tuple(frozenset(f"{day:02d}" for day in range(1, n + 1)) for n in range(32))
NO_DAY: Final = frozenset({""})


class Birth(NamedTuple):
    """What a date of birth comes to; `day` is as `_number` writes it, EARLY where none is known."""

    young: int
    day: int
    last_day: str
    reason: str


class BirthMonth(NamedTuple):
    """What any day of a month comes to as a date of birth, where all its days come to the same.

    The reason is `before`, the day of the month as written, `after`.
    """

    days: frozenset[str]
    young: int
    month: int
    last_day: str
    before: str
    after: str


class JoiningMonth(NamedTuple):
    """The month of a date of joining, of which the years from which service counts know no more."""

    days: frozenset[str]
    month: int
    year: int


NEVER_BORN: Final = Birth(0, EARLY, "", "")


def birth_month(
    text: str, *, born_on: Callable[[date | None], Birth], before: date, on_the_limit: date
) -> BirthMonth | None:
    """Return what every day of the month of `text` comes to; None where they may differ.

    The age rule finds the later born within the limit whenever it finds the earlier born so: where
    the first day and the last come to the same, the days between do, but for a birth on the limit.
    """
    if not text:
        never = born_on(None)
        return BirthMonth(NO_DAY, never.young, never.day // MONTH, never.last_day, never.reason, "")
    month = month_of(text)
    if month is None or on_the_limit.replace(day=1) == month:
        return None
    length = monthrange(month.year, month.month)[1]
    ends = month, month.replace(day=length)
    if ends[1] >= before:
        return None
    first, last = (born_on(day) for day in ends)
    words, same_words = (
        one.reason.split(dmy(day)) for one, day in zip((first, last), ends, strict=True)
    )
    same = first.young == last.young and first.last_day == last.last_day and words == same_words
    if not same or len(words) != 2:
        return None
    return BirthMonth(
        DAYS[length],
        first.young,
        first.day // MONTH,
        first.last_day,
        intern(words[0]),
        f"{dmy(month)[2:]}{words[1]}",
    )


def joining_month(text: str) -> JoiningMonth | None:
    """Return the month of a day as written; None where it is not known by the rest of the text."""
    if not text:
        return JoiningMonth(NO_DAY, LATE // MONTH, LATE // YEAR)
    month = month_of(text)
    if month is None:
        return None
    days = DAYS[monthrange(month.year, month.month)[1]]
    return JoiningMonth(days, number_of(month) // MONTH, month.year)


def number_of(day: date) -> int:
    """Write a day as a number that is compared quickly and tells its year: 20190521."""
    return (day.year * 100 + day.month) * 100 + day.day


def month_of(text: str) -> date | None:
    """Return the first day of the month of a day that can be read, where `WRITTEN` knows it."""
    if found := WRITTEN.fullmatch(text):
        return date(int(found["year"] or found["in"]), int(found["month"] or found["of"]), 1)
    return None


def rest_of(text: str) -> str:
    """Return a written day without the day of the month; of "" it is ""."""
    return text[2:] if text[2:3] == "." else text[:-2]
