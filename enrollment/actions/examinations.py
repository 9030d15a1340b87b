"""Taking down in which cities an officer wishes to sit the proctored examination."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from enrollment import exam_cities
from enrollment.actions import steps
from enrollment.models import ExamCity, ExamPreference
from enrollment.models.examinations import MOST_CITIES
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def choose_cities(
    *, enrollment_id: int, city_ids: Sequence[int], acting_user: User, at: datetime
) -> None:
    """Take down one to three cities, the preferred first, in place of those named before.

    :raises Refused: not open to `acting_user`, too late, or a city cannot be chosen
    """
    enrollment = steps.lock(enrollment_id)
    if reason := exam_cities.why_not_choose(enrollment, acting_user, civil_date(at)):
        raise Refused(reason)
    on_offer = ExamCity.objects.on_offer().in_bulk(city_ids)
    if not 1 <= len(city_ids) <= MOST_CITIES or len(on_offer) < len(city_ids):
        raise Refused(_("Choose one to three different cities of the list."))
    enrollment.exam_preferences.all().delete()
    ExamPreference.objects.bulk_create(
        ExamPreference(enrollment=enrollment, rank=rank, city=on_offer[pk], chosen_at=at)
        for rank, pk in enumerate(city_ids, start=1)
    )
    audit.record(
        enrollment,
        "enrollment.cities_chosen",
        acting_user=acting_user,
        at=at,
        cities=[on_offer[pk].code for pk in city_ids],
    )
