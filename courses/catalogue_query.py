"""What an address of the list asks for, and the one address that says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.translation import gettext_lazy

from courses.models import Course

LONGEST_WORDS: Final = 200
LONGEST_VALUE: Final = 60
MOST_VALUES: Final = 30  # of one filter


class Sort(TextChoices):
    MATCH = "match", gettext_lazy("Best match")
    OPEN = "open", gettext_lazy("Open now first")
    TITLE = "title", gettext_lazy("Title, A to Z")
    LEVEL = "level", gettext_lazy("Level, introductory first")
    FEE = "fee", gettext_lazy("Fee, lowest first")
    NEWEST = "newest", gettext_lazy("Newest first")


class Effort(TextChoices):
    """Hours a week that a course asks for at most."""

    FOUR = "4", gettext_lazy("Up to 4 hours a week")
    EIGHT = "8", gettext_lazy("5 to 8 hours a week")
    TWELVE = "12", gettext_lazy("9 to 12 hours a week")
    MORE = "more", gettext_lazy("More than 12 hours a week")


class Fee(TextChoices):
    """What a course costs, and whether it comes back."""

    NONE = "none", gettext_lazy("No fee")
    WHOLE = "whole", gettext_lazy("Fee comes back in full")
    PART = "part", gettext_lazy("Part of the fee comes back")


@dataclass(frozen=True, kw_only=True)
class CatalogueQuery:
    """A search with its filters; what an address says wrongly is taken as not said."""

    words: str = ""
    institute: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    fee: tuple[str, ...] = ()
    is_open: bool = False
    is_eligible: bool = False
    asked_sort: str = ""

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "CatalogueQuery":
        sort = str(params.get("sort", ""))
        return cls(
            words=_plain(params.get("q", ""))[:LONGEST_WORDS].strip(),
            institute=_values(params, "institute"),
            level=_values(params, "level", Course.Level.values),
            mode=_values(params, "mode", Course.Mode.values),
            language=_values(params, "language"),
            effort=_values(params, "effort", Effort.values),
            fee=_values(params, "fee", Fee.values),
            is_open=params.get("open") == "1",
            is_eligible=params.get("eligible") == "1",
            asked_sort=sort if sort in Sort.values else "",
        )

    @property
    def sort(self) -> str:
        """The order: as asked, else the best match of words, else what is open first."""
        if not self.words and self.asked_sort == Sort.MATCH:
            return Sort.OPEN
        return self.asked_sort or self._usual_sort

    @property
    def _usual_sort(self) -> str:
        return Sort.MATCH if self.words else Sort.OPEN

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The chosen values of each filter with values."""
        return {name: getattr(self, name) for name in FILTERS if getattr(self, name)}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.is_filtered)

    @property
    def is_filtered(self) -> bool:
        return bool(self.chosen or self.is_open or self.is_eligible)

    @property
    def params(self) -> list[tuple[str, str]]:
        """What an address has to say, always in one order; nothing that goes without saying."""
        found = [("q", self.words)] if self.words else []
        found += [(name, value) for name, values in self.chosen.items() for value in values]
        found += [("open", "1")] if self.is_open else []
        found += [("eligible", "1")] if self.is_eligible else []
        return found + ([("sort", self.sort)] if self.sort != self._usual_sort else [])

    @property
    def address(self) -> str:
        query = urlencode(self.params)
        return f"{reverse('courses:list')}?{query}" if query else reverse("courses:list")

    @property
    def without_words(self) -> "CatalogueQuery":
        return replace(self, words="")

    def but(self, **changes: Any) -> "CatalogueQuery":
        return replace(self, **changes)

    def without(self, name: str, value: str | None = None) -> "CatalogueQuery":
        """Return the query without a filter, or without one of its values."""
        if value is None:
            return self.but(**{name: False if name in SWITCHES else ()})
        return self.but(**{name: tuple(v for v in getattr(self, name) if v != value)})


FILTERS: Final = ("institute", "level", "mode", "language", "effort", "fee")
SWITCHES: Final = ("is_open", "is_eligible")


def _values(
    params: Mapping[str, Any], name: str, allowed: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return what is asked of one filter: known values, each once, in one order."""
    given = params.getlist(name) if hasattr(params, "getlist") else params.get(name, ())
    values = [given] if isinstance(given, str) else given
    clean = {_plain(value)[:LONGEST_VALUE] for value in values} - {""}
    if allowed is not None:
        return tuple(value for value in allowed if value in clean)
    return tuple(sorted(clean)[:MOST_VALUES])


def _plain(text: Any) -> str:
    """Return one line without control characters and halves of characters."""
    shown = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(shown.split())
