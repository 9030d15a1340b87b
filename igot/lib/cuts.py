"""A page that is kept for everybody, cut open where it shows what is one reader's own.

While a page is rendered to be kept, `request.cuts` is set: the tags `personal` and `course_panels`
then leave a mark instead of their words, and the finished bytes are cut at the marks. What stands
there is rendered for each reader. Without `request.cuts` the same tags render in place.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template import Engine
from django.template.loader import get_template

Values = dict[str, Any]
Part = Callable[[HttpRequest, Values], str]  # renders one place for one reader


class Cuts:
    """The places of one rendering; the mark is random, so that no text can be taken for it."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(16)
        self._parts: list[Part] = []

    def leave(self, part: Part) -> str:
        """Remember `part` and return the mark to be written in its place."""
        self._parts.append(part)
        return f"{self._mark}.{len(self._parts) - 1}."

    def pieces(self, page: bytes) -> list[bytes | Part]:
        """Return the bytes of `page` in order, with the parts between them."""
        found: list[bytes | Part] = []
        for number, piece in enumerate(re.split(rb"%s\.(\d+)\." % self._mark.encode(), page)):
            found.append(self._parts[int(piece)] if number % 2 else piece)
        return found


def joined(pieces: list[bytes | Part], request: HttpRequest) -> bytes:
    """Put a page together for one reader: only what is the reader's own is rendered."""
    values = values_of(request)
    return b"".join(
        piece if isinstance(piece, bytes) else piece(request, values).encode() for piece in pieces
    )


def values_of(request: HttpRequest) -> Values:
    """Return what the context processors give every template."""
    values: Values = {}
    for processor in Engine.get_default().template_context_processors:
        values.update(processor(request))
    return values


def template_part(template_name: str, own: Values) -> Part:
    """Return the part that renders a template with `own` values beside those of the processors."""

    def part(request: HttpRequest, values: Values) -> str:
        return get_template(template_name).render({**values, **own})

    return part
