"""The panels of a course page as one reader last got them, kept while they must say the same.

A panel names, as SQL, all that it rests on besides the catalogue, the day, the language and the
reader's roles (`rests_on`). One statement asks for the grounds of every panel of the page; as
long as they are what they were, the reader gets the same words. Nobody gets what was made for
somebody else (docs/decisions/0118).
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from courses import kept

MOST: Final = 2000  # pages of readers, a process
LONGEST: Final = 600.0  # seconds that figures of others may be old: they are rounded anyway
_SQL: Final = {
    "postgresql": {"array": "json_build_array", "join": "string_agg"},
    "sqlite": {"array": "json_array", "join": "group_concat"},
}
Panels = dict[str, SafeString]
F = TypeVar("F", bound=Callable[..., SafeString])


class _Made(NamedTuple):
    """The panels of one page for one reader, and when they were made."""

    panels: Panels
    at: float


_made: OrderedDict[Hashable, _Made] = OrderedDict()  # longest unused first
_lock = Lock()


def rests_on(*grounds: str) -> Callable[[F], F]:
    """Mark a panel as one that says the same while each of `grounds` gives the same text.

    A ground is a SELECT of one text, of `%(reader)s` (a user) and `%(course)s`; `{array}` makes
    one of columns without mixing them up, `{join}` one of rows. A panel without grounds is
    rendered in every answer.
    """

    def mark(panel: F) -> F:
        panel.grounds = grounds  # type: ignore[attr-defined]
        return panel

    return mark


def panels_for(request: HttpRequest, course_pk: int) -> Panels:
    """Return the panels of `settings.COURSE_PANELS` for whoever reads, by name; once a request."""
    asked: dict[int, Panels] | None = getattr(request, "course_panels", None)
    if asked is None:
        asked = request.course_panels = {}  # type: ignore[attr-defined]
    if course_pk not in asked:
        asked[course_pk] = _panels(course_pk, request.user)
    return asked[course_pk]


def _panels(course_pk: int, user: Any) -> Panels:
    """Return what is kept for the reader, or make it; strangers' panels are kept with the page."""
    names = tuple(settings.COURSE_PANELS)
    panels = [import_string(name) for name in names]
    present = kept.store_of_today()
    with kept.of_one_version(present):
        grounds = _grounds(course_pk, user, panels) if present.is_of_something else None
        if grounds is None:
            return _rendered(course_pk, user, names, panels)
        reader = (user.pk, user.is_active, user.role_names)
        key = (present.mark, course_pk, *reader, get_language(), names, grounds)
        found = _kept(key)
        if found is None:
            found = _rendered(course_pk, user, names, panels)
            if grounds == _grounds(course_pk, user, panels):  # else one moved meanwhile
                _keep(key, found)
    return found


def _rendered(course_pk: int, user: Any, names: Sequence[str], panels: Sequence[Any]) -> Panels:
    today = timezone.localdate()
    shown = [panel(course_pk, user, today=today) for panel in panels]
    return dict(zip(names, shown, strict=True))


# --- what panels rest on -------------------------------------------------------------------------
def _grounds(course_pk: int, user: Any, panels: Sequence[Any]) -> Hashable:
    """Ask the database what the panels rest on: one query; None where nothing can be kept."""
    if settings.DEBUG or not user.is_authenticated:
        return None
    named = tuple(getattr(panel, "grounds", None) for panel in panels)
    if not panels or None in named:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(named, connection.vendor), {"reader": user.pk, "course": course_pk}
        )
        found: tuple[Any, ...] = cursor.fetchone()
    return found


@lru_cache(maxsize=20)
def _statement(named: tuple[tuple[str, ...], ...], vendor: str) -> str:
    """Write one statement of all grounds."""
    grounds = dict.fromkeys(ground for of_panel in named for ground in of_panel)
    return "SELECT " + ", ".join(f"({ground.format(**_SQL[vendor])})" for ground in grounds)


# --- what is kept --------------------------------------------------------------------------------
def _kept(key: Hashable) -> Panels | None:
    with _lock:
        made = _made.get(key)
        if made is None or time.monotonic() - made.at > LONGEST:
            return None
        _made.move_to_end(key)
    return made.panels


def _keep(key: Hashable, panels: Panels) -> None:
    with _lock:
        _made[key] = _Made(panels, time.monotonic())
        _made.move_to_end(key)
        while len(_made) > MOST:
            _made.popitem(last=False)
