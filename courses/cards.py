"""A course in a list, in words."""

from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from courses.catalogue_index import Row
from courses.models import Course, in_language
from igot.lib.dates import dmy
from igot.lib.money import dollars

SUMMARY_WORDS = 28


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

    @classmethod
    def in_use(cls) -> "Words":
        """Return the words of the present language, made once for a process."""
        return _words(get_language())

    def card(self, row: Row, institute: str) -> Card:
        tone, standing = self.standing(row)
        return Card(
            url=f"{self.prefix}{row.code}/",
            title=in_language(row.title, row.title_hi),
            institute=institute,
            level=self.levels.get(row.level, ""),
            mode=self.modes[row.mode],
            summary=summary_of(in_language(row.objective, row.objective_hi)),
            tone=tone,
            standing=standing,
            price=" · ".join(price_words(row.fee_usd, row.weeks)),
        )

    def standing(self, course: Any) -> tuple[str, str]:
        """Return tone and words of where registration stands today."""
        if course.closes_on:
            return "success", self.register_by % {"day": dmy(course.closes_on)}
        if course.mode == Course.Mode.SELF_PACED:
            return "success", self.any_day
        if course.opens_on:
            return "info", self.opens_on % {"day": dmy(course.opens_on)}
        return "neutral", self.none_open


@lru_cache(maxsize=4)
def _words(language: str | None) -> Words:
    return Words()


def summary_of(text: str) -> str:
    """Return the first words of a text."""
    if len(text) < SUMMARY_WORDS:
        return text
    return Truncator(text).words(SUMMARY_WORDS)


def price_words(fee_usd: Decimal | None, weeks: int | None) -> list[str]:
    words = [dollars(fee_usd)] if fee_usd else []
    if weeks:
        words.append(ngettext("%(number)s week", "%(number)s weeks", weeks) % {"number": weeks})
    return words
