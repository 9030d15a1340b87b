"""What registrations go by, for tests: the policy, cities of examinations, choices of them."""

from datetime import date, datetime
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import State
from enrollment.models import Enrollment, ExamCity, ExamPreference, RegistrationPolicy

numbers = count(1)


def make_registration_policy(
    *, effective_from: date = date(2019, 5, 17), **fields: Any
) -> RegistrationPolicy:
    """Make the policy in force: reminders after 7 and 14 days, lapse after 21 (authority: 30)."""
    fields.setdefault("circular_reference", "O.M. of 17.05.2019")
    return RegistrationPolicy.objects.create(effective_from=effective_from, **fields)


def make_exam_city(*, name: str = "", **fields: Any) -> ExamCity:
    name = name or f"City {next(numbers)}"
    state = (
        fields.pop("state", None)
        or State.objects.get_or_create(code="DL", defaults={"name": "Delhi", "region": "A"})[0]
    )
    fields.setdefault("code", name.lower().replace(" ", "-"))
    return ExamCity.objects.create(name=name, state=state, **fields)


def make_exam_preference(
    *,
    enrollment: Enrollment,
    city: ExamCity | None = None,
    rank: int = 1,
    chosen_at: datetime | None = None,
) -> ExamPreference:
    return ExamPreference.objects.create(
        enrollment=enrollment,
        city=city or make_exam_city(),
        rank=rank,
        chosen_at=chosen_at or timezone.now(),
    )
