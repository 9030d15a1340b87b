"""Pages of a list and the words that it is searched for, whatever the address says."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 20


def page_of(
    request: HttpRequest, rows: "QuerySet[Any, Any] | Sequence[Any]", *, per_page: int = PER_PAGE
) -> Page[Any]:
    """Return the page of `rows` that `?page=` asks for, or the nearest; `rows` are in an order."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def words_of(request: HttpRequest, name: str = "q", *, most: int = 100) -> str:
    """Return what `?q=` asks for: trimmed, without control characters, `most` characters long."""
    text = "".join(c for c in request.GET.get(name, "") if c.isprintable() or c.isspace())
    return " ".join(text.split())[:most]
