"""Rows that hold from one day to another: whether they do, and that they end after they begin."""

from datetime import date

from django.db.models import CheckConstraint, F, Q


def holding(day: date, *, first: str = "effective_from", until: str = "effective_to") -> Q:
    """Return the condition that a row holds on `day`, its first and last day inclusive.

    A row without a last day lasts.
    """
    ended = Q(**{f"{until}__isnull": False, f"{until}__lt": day})
    return Q(**{f"{first}__lte": day}) & ~ended


def ends_after_start(
    table: str, *, first: str = "effective_from", until: str = "effective_to"
) -> CheckConstraint:
    """Return the constraint that a row of `table` does not end before it begins."""
    return CheckConstraint(
        condition=Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": F(first)}),
        name=f"{table}_ends_after_start",
    )
