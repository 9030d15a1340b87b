"""What the desk does to runs: lock, check, change, record."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from courses import policies
from courses.models import Run, RunReschedule
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def reschedule_run(
    *,
    run_id: int,
    commences_on: date,
    ends_on: date | None,
    registration_opens_on: date,
    registration_closes_on: date,
    reason: str,
    reference: str,
    acting_user: User,
    at: datetime,
) -> RunReschedule:
    """Move the days of a scheduled run, on a letter or circular; each move is kept.

    Whatever was decided for the earlier days is found from the rows and decided anew.
    :raises Refused: not open to `acting_user`, out of order, or nothing is moved
    """
    run = Run.objects.select_for_update(no_key=True).get(pk=run_id)
    if declined := policies.why_not_reschedule(None, run, acting_user):
        raise Refused(declined)
    days = {
        "commences": (run.commences_on, commences_on),
        "ends": (run.ends_on, ends_on),
        "opens": (run.registration_opens_on, registration_opens_on),
        "closes": (run.registration_closes_on, registration_closes_on),
    }
    if all(was == now for was, now in days.values()):
        raise Refused(_("These are the days of the run already: nothing is moved."))
    if declined := policies.why_not_days(
        commences_on, ends_on, registration_opens_on, registration_closes_on
    ):
        raise Refused(declined)
    run.commences_on, run.ends_on = commences_on, ends_on
    run.registration_opens_on = registration_opens_on
    run.registration_closes_on = registration_closes_on
    run.save()
    moved = RunReschedule.objects.create(
        run=run,
        **{f"{name}_from": was for name, (was, _now) in days.items()},
        **{f"{name}_to": now for name, (_was, now) in days.items()},
        reason=reason,
        reference=reference,
        rescheduled_by=acting_user,
        at=at,
    )
    audit.record(
        run,
        "run.rescheduled",
        acting_user=acting_user,
        at=at,
        reason=reason,
        reference=reference,
        days={name: [str(was or ""), str(now or "")] for name, (was, now) in days.items()},
    )
    return moved
