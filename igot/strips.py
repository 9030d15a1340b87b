"""Strips of a page that differ between readers in a few words only: name, number, token.

The strip is rendered once for a kind of reader, with holes in place of those words, and kept; a
reader's own words are put in afterwards. Nothing of a reader is kept. A template of a strip may
look at what `_values` gives it and at nothing else.
"""

import secrets
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar, Final

from django.conf import settings
from django.template.loader import get_template
from django.utils.formats import localize
from django.utils.html import escape
from django.utils.translation import get_language

from igot.lib.cuts import Values

_EMAIL, _NUMBER, _TOKEN = (secrets.token_hex(16) for _ in range(3))
_strips: dict["Kind", str] = {}
MOST: Final = 500


@dataclass(frozen=True)
class _Anybody:
    """Stands for whoever is signed in while a strip is rendered."""

    is_staff: bool
    email: ClassVar[str] = _EMAIL
    is_authenticated: ClassVar[bool] = True


@dataclass(frozen=True)
class Kind:
    """All that a strip depends on but for the words in its holes."""

    template_name: str
    language: str | None
    section: str
    is_staff: bool
    has_unread: bool
    idle_seconds: int


def rendered(template_name: str, values: Values, *, section: str) -> str:
    """Return the strip of the reader whom `values` of the context processors describe."""
    user = values["user"]
    if not user.is_authenticated:
        return get_template(template_name).render(values)
    unread = int(str(values["unread_count"]))  # it is lazy, and text is what that gives
    kind = Kind(
        template_name, get_language(), section, user.is_staff, unread > 0, values["idle_seconds"]
    )
    strip = _strips.get(kind)
    if strip is None or settings.DEBUG:
        strip = get_template(template_name).render(_values(kind))
        if len(_strips) >= MOST:
            _strips.clear()
        _strips[kind] = strip
    own = strip.replace(_EMAIL, escape(user.email)).replace(_NUMBER, str(localize(unread)))
    return own.replace(_TOKEN, str(values["csrf_token"]) if _TOKEN in own else "")


def _values(kind: Kind) -> dict[str, Any]:
    return {
        "user": _Anybody(kind.is_staff),
        "request": SimpleNamespace(path=kind.section),
        "unread_count": _NUMBER if kind.has_unread else 0,
        "csrf_token": _TOKEN,
        "idle_seconds": kind.idle_seconds,
    }
