"""Pages of a list: a wrong page number shows the nearest page that exists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 20


def page_of(request: HttpRequest, rows: "QuerySet[Any, Any]", *, per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page of `rows` that `?page=` asks for; rows must be in a stated order."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))
