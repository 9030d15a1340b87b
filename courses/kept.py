"""What a process keeps in memory for one version of the catalogue, one day: words and pages.

The version is known on every request, so a change shows at once (docs/decisions/0034, 0115).
Nothing personal is ever kept here.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from threading import Lock
from typing import Any, Protocol, TypeVar

from django.utils import timezone

from courses.models import CatalogueVersion
from igot.lib.token_watch import TokenWatch

T = TypeVar("T")
MOST = 5000  # things kept; then all are dropped, so that memory stays bounded
MOST_PAGES = 1000
MOST_BYTES = 48 * 1024 * 1024  # of pages, a process


class Sized(Protocol):
    """A page, as far as its keeper looks at it."""

    @property
    def size(self) -> int: ...


class _Pages:
    """Pages in the order of their latest use; the one not asked for longest goes first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Hashable) -> Any:
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
        return found

    def put(self, key: Hashable, page: Sized) -> None:
        with self._lock:
            before = self._pages.pop(key, None)
            self._pages[key] = page
            self.size += page.size - (before.size if before else 0)
            while len(self._pages) > MOST_PAGES or self.size > MOST_BYTES:
                _key, gone = self._pages.popitem(last=False)
                self.size -= gone.size


class Store:
    """The things and pages of one version and day."""

    def __init__(self, mark: tuple[str, date]) -> None:
        self.mark = mark
        self.things: dict[Hashable, Any] = {}
        self.pages = _Pages()

    @property
    def is_of_something(self) -> bool:
        """Say whether the catalogue has a version at all; an empty one has none."""
        return bool(self.mark[0])


_watch = TokenWatch(CatalogueVersion._meta.db_table)
_present = Store(("", date.min))
_in_hand: ContextVar[Store | None] = ContextVar("_in_hand", default=None)


def store(today: date) -> Store:
    """Return what is kept of the catalogue as it is now.

    The version is read before anything is made for it, so what is kept is never older than it.
    """
    global _present
    in_hand = _in_hand.get()
    if in_hand and in_hand.mark[1] == today:
        return in_hand
    mark = (_watch.present(CatalogueVersion.objects.present), today)
    if _present.mark != mark or len(_present.things) >= MOST:
        _present = Store(mark)
    return _present


def keep(key: Hashable, make: Callable[[], T], *, today: date) -> T:
    """Return what `make` returns, made anew only when the catalogue or the day has changed.

    `None` and what is made of an empty catalogue are not kept.
    """
    present = store(today)
    if key in present.things:
        found: T = present.things[key]
        return found
    made = make()
    if made is not None and present.is_of_something:
        present.things[key] = made
    return made


def store_of_today() -> Store:
    return store(timezone.localdate())


@contextmanager
def of_one_version(found: Store) -> Iterator[None]:
    """Make everything within for the version of `found`; it is not asked for again."""
    token = _in_hand.set(found)
    try:
        yield
    finally:
        _in_hand.reset(token)


def after_a_write() -> None:
    """Let the next request that this process answers see what was just committed here."""
    _watch.written()


def forget() -> None:
    """Drop everything and ask for the version again, as after a change of the catalogue."""
    global _present
    _present = Store(("", date.min))
    _watch.doubt()


def latest() -> Store:
    """Return what was kept when the version was last looked at; it may have changed since."""
    return _present
