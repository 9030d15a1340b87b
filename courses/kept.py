"""What a process keeps in memory for one version of the catalogue, one day: words made ready.

The version is asked of the database on every request, so a change shows at once
(docs/decisions/0034). Nothing personal is ever kept here.
"""

from collections.abc import Callable, Hashable
from datetime import date
from typing import Any, TypeVar

from courses.models import CatalogueVersion

T = TypeVar("T")
MOST = 5000  # things kept; then all are dropped, so that memory stays bounded


class _Store:
    """The things of one version and day."""

    def __init__(self, mark: tuple[str, date]) -> None:
        self.mark = mark
        self.things: dict[Hashable, Any] = {}


_present = _Store(("", date.min))


def keep(key: Hashable, make: Callable[[], T], *, today: date) -> T:
    """Return what `make` returns, made anew only when the catalogue or the day has changed.

    The version is read before `make` reads the tables, so what is kept is never older than it.
    An empty catalogue and `None` are not kept.
    """
    global _present
    mark = (CatalogueVersion.objects.present(), today)
    if _present.mark != mark or len(_present.things) >= MOST:
        _present = _Store(mark)
    store = _present
    if key in store.things:
        found: T = store.things[key]
        return found
    made = make()
    if made is not None and mark[0]:
        store.things[key] = made
    return made
