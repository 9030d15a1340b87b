"""Lines of the credit ledger and thresholds for tests."""

from datetime import date, datetime
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import Officer
from credits.actions import post_credits
from credits.models import CreditEntry, CreditThreshold
from tests.factories.accounts import make_officer

numbers = count(1)


def make_credit_entry(
    *, officer: Officer | None = None, points: int = 10, at: datetime | None = None, **fields: Any
) -> CreditEntry:
    """Post a line through the ledger's only writer, so that its chain holds."""
    fields.setdefault("key", f"test:{next(numbers)}")
    fields.setdefault("description", "The Challenges of Global Poverty")
    fields.setdefault("acting_user", None)
    return post_credits(
        officer=officer or make_officer(), points=points, at=at or timezone.now(), **fields
    )


def make_threshold(*, kind: str = "domestic", points: int = 40, **fields: Any) -> CreditThreshold:
    fields.setdefault("effective_from", date(2019, 1, 1))
    fields.setdefault("circular_reference", "Credit Point System")
    return CreditThreshold.objects.create(kind=kind, points=points, **fields)
