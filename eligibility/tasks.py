"""Work that the schedule finds in the rows: screenings to make, and lists to delete."""

from contextlib import suppress
from typing import Any

from celery import shared_task
from django.utils import timezone

from eligibility.actions import screenings
from eligibility.models import Screening
from eligibility.states import ScreeningState
from igot.lib.dates import civil_today
from igot.lib.errors import Refused

AT_ONCE = 5


@shared_task
def make_screenings(**ignored: Any) -> int:
    """Make the screenings that wait, the oldest first; return how many were made."""
    due = list(Screening.objects.due(timezone.now()).values_list("pk", flat=True)[:AT_ONCE])
    for screening_id in due:
        try:
            begun = screenings.begin_screening(screening_id=screening_id, at=timezone.now())
            if begun.state == ScreeningState.RUNNING:
                screenings.make_screening(screening_id=screening_id, at=timezone.now())
        except Refused:
            continue  # another worker was first
    return len(due)


@shared_task
def delete_old_screenings(**ignored: Any) -> int:
    """Delete the lists of officers whose time has passed; return of how many screenings."""
    old = list(Screening.objects.past_keeping(civil_today()).values_list("pk", flat=True))
    for screening_id in old:
        with suppress(Refused):  # another worker was first
            while not screenings.delete_results(screening_id=screening_id, at=timezone.now()):
                pass
    return len(old)
