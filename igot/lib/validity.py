"""Rows that hold from one day to another: the one condition that asks whether they do."""

from datetime import date

from django.db.models import Q


def holding(day: date, *, first: str = "effective_from", until: str = "effective_to") -> Q:
    """Return the condition that a row holds on `day`, its first and last day inclusive.

    A row without a last day lasts.
    """
    ended = Q(**{f"{until}__isnull": False, f"{until}__lt": day})
    return Q(**{f"{first}__lte": day}) & ~ended
