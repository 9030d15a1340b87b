"""The filters of the list with the number of courses that each value would leave."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.catalogue_index import CatalogueIndex
from courses.catalogue_query import FILTERS, CatalogueQuery, Effort, Fee
from courses.models import Course

SHOWN_AT_ONCE: Final = 8  # values of one filter; the others unfold
LEGENDS: Final[dict[str, Promise]] = {
    "institute": gettext_lazy("Institute"),
    "level": gettext_lazy("Level"),
    "mode": gettext_lazy("Mode"),
    "language": gettext_lazy("Language"),
    "effort": gettext_lazy("Effort"),
    "fee": gettext_lazy("Fee"),
}
LABELS: Final[dict[str, Sequence[tuple[str, Any]]]] = {
    "level": Course.Level.choices,
    "mode": Course.Mode.choices,
    "effort": Effort.choices,
    "fee": Fee.choices,
}


class Choice(NamedTuple):
    """An entry of a filter, with the number of courses that it would leave."""

    value: str
    label: str
    courses: int
    is_chosen: bool


class Facet(NamedTuple):
    """A filter with its values; `more` are shown when unfolded."""

    name: str
    legend: str
    choices: Sequence[Choice]
    more: Sequence[Choice]
    is_open: bool  # unfolded at once, since a value of `more` is chosen

    @property
    def all_choices(self) -> Sequence[Choice]:
        return (*self.choices, *self.more)


class Chip(NamedTuple):
    """A filter that is set, with the address without it."""

    label: str
    url: str


class Dropped(NamedTuple):
    """A filter whose removal would leave so many courses."""

    label: str
    courses: int
    url: str


class Sieve:
    """The courses that fit the words, under each of the filters of a query."""

    def __init__(
        self, query: CatalogueQuery, index: CatalogueIndex, *, found: int, eligible: int | None
    ) -> None:
        self.query, self.index = query, index
        self.found = found
        self.held: dict[str, int] = {
            name: reduce(or_, (index.values[name].get(value, 0) for value in values), 0)
            for name, values in query.chosen.items()
        }
        if query.is_open:
            self.held["is_open"] = index.open_now
        if query.is_eligible and eligible is not None:
            self.held["is_eligible"] = eligible

    def but(self, *names: str) -> int:
        """Return what is left under all filters but those named."""
        held = (bits for name, bits in self.held.items() if name not in names)
        return reduce(and_, held, self.found)

    def left_of(self, found: int) -> int:
        """Return what all filters leave of other courses."""
        return reduce(and_, self.held.values(), found)

    @property
    def left(self) -> int:
        return self.but()

    @property
    def open_count(self) -> int:
        return (self.but("is_open") & self.index.open_now).bit_count()

    def facets(self) -> list[Facet]:
        """Return the filters that tell courses apart, or that are set."""
        found = [self._facet(name) for name in FILTERS]
        return [facet for facet in found if facet is not None]

    def _facet(self, name: str) -> Facet | None:
        left, chosen = self.but(name), getattr(self.query, name)
        choices = [
            Choice(value, label, (left & bits).bit_count(), value in chosen)
            for value, label, bits in labelled(name, self.index)
        ]
        shown = [choice for choice in choices if choice.courses or choice.is_chosen]
        if len(choices) < 2 and not chosen or not shown:
            return None
        more: list[Choice] = []
        if len(shown) > SHOWN_AT_ONCE + 1:
            shown.sort(key=lambda choice: (not choice.is_chosen, -choice.courses, choice.label))
            shown, more = shown[:SHOWN_AT_ONCE], shown[SHOWN_AT_ONCE:]
        is_open = any(choice.is_chosen for choice in more)
        return Facet(name, str(LEGENDS[name]), shown, more, is_open)

    def chips(self) -> list[Chip]:
        """Return the filters that are set, each with the address without it."""
        chips = [
            Chip(_label(name, value, self.index), self.query.without(name, value).address)
            for name, values in self.query.chosen.items()
            for value in values
        ]
        if self.query.is_open:
            chips.append(Chip(_("Open now"), self.query.but(is_open=False).address))
        if "is_eligible" in self.held:
            chips.append(Chip(_("Eligible for me"), self.query.but(is_eligible=False).address))
        return chips

    def to_drop(self) -> list[Dropped]:
        """Return the filters without which something would be found, the best first."""
        found = [
            Dropped(self._held_label(name), count, self.query.without(name).address)
            for name in self.held
            if (count := self.but(name).bit_count())
        ]
        return sorted(found, key=lambda dropped: -dropped.courses)

    def _held_label(self, name: str) -> str:
        if name == "is_open":
            return _("Open now")
        if name == "is_eligible":
            return _("Eligible for me")
        values = ", ".join(_label(name, value, self.index) for value in getattr(self.query, name))
        return _("%(filter)s: %(values)s") % {"filter": LEGENDS[name], "values": values}


def labelled(name: str, index: CatalogueIndex) -> Iterable[tuple[str, str, int]]:
    """Return the values of a filter that the catalogue has, with labels, in order."""
    values = index.values[name]
    if name in LABELS:
        return [(v, str(label), values[v]) for v, label in LABELS[name] if v in values]
    names = institute_names(index) if name == "institute" else {v: _(v) for v in values}
    found = [(value, names[value], bits) for value, bits in values.items()]
    return sorted(found, key=lambda each: each[1].casefold())


def institute_names(index: CatalogueIndex) -> Mapping[str, str]:
    return {names.code: names.brief_name for names in index.institutes.values()}


def _label(name: str, value: str, index: CatalogueIndex) -> str:
    """Return the words for a value; what the catalogue has not is shown as it was asked."""
    if name in LABELS:
        return str(dict(LABELS[name])[value])
    return {known: label for known, label, _bits in labelled(name, index)}.get(value, value)
