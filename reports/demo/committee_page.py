"""Officers of one service on one course, so that its page has numbers to show to a colleague."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from accounts.models import Officer, User
from courses.models import Course
from reports.demo import registrations

COURSE = "gandhi-contemporary-world"
SERVICE = "IAS"
OFFICERS = 14  # some of them are refused or returned; ten have to remain


def register_colleagues(users: dict[str, User], officers: Iterable[Officer]) -> int:
    """Register and confirm officers of one service for a self-paced course."""
    course = Course.objects.select_related("provider").get(code=COURSE)
    of_service = [o for o in officers if o.service and o.service.code == SERVICE and o.is_verified]
    day = timezone.localdate() - timedelta(days=30)
    made = [
        registrations.register(officer, None, course, registrations.instant(day, 10, minute))
        for minute, officer in enumerate(of_service[:OFFICERS])
    ]
    found = [enrollment for enrollment in made if enrollment is not None]
    registrations.note_and_approve(users, found)
    registrations.confirm(users, found, share=1)
    return len(found)
