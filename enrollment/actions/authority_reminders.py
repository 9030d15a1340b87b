"""Reminding authorities of approvals that wait, and handing to the desk what stays unanswered.

No approval is ever given by silence: days passing only tell people.
"""

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.notifications import notify, notify_in_digest
from enrollment.actions import steps
from enrollment.models import Intimation, RegistrationPolicy
from igot.lib.dates import civil_date


def see_to_approvals(*, at: datetime, limit: int = 500) -> int:
    """Remind of each approval whose day has come, or hand it to the desk; return how many."""
    policy = RegistrationPolicy.on(civil_date(at))
    if policy is None:
        return 0
    due = Intimation.objects.due(policy, at).order_by("pk").values_list("pk", flat=True)[:limit]
    return sum(
        see_to_approval(intimation_id=intimation_id, policy=policy, at=at)
        for intimation_id in list(due)
    )


@transaction.atomic(durable=True)
def see_to_approval(*, intimation_id: int, policy: RegistrationPolicy, at: datetime) -> bool:
    """Remind the nodal officers, twice at most, then hand the approval to the desk; once each.

    Where nobody acts for the authority the desk has it at once. False: it is not due any more.
    """
    enrollment_id = Intimation.objects.values_list("enrollment_id", flat=True).get(pk=intimation_id)
    enrollment = steps.lock(enrollment_id)
    rows = Intimation.objects.due(policy, at).filter(pk=intimation_id)
    intimation = rows.select_for_update(no_key=True, of=("self",)).first()
    if intimation is None:
        return False
    intimation.enrollment = enrollment
    told = steps.nodal_officers(intimation.authority, at, besides=enrollment.officer.user)
    if intimation.reminders == 2 or not told:
        _escalate(intimation, at, is_nobody_there=not told)
        return True
    intimation.reminders, intimation.reminded_at = intimation.reminders + 1, at
    intimation.save(update_fields=["reminders", "reminded_at"])
    number = intimation.reminders
    entry = audit.record(intimation, "intimation.reminded", acting_user=None, at=at, number=number)
    for user in told:
        notify_in_digest(
            user,
            of=entry,
            template="enrollment.approval_reminder",
            link=intimation.get_absolute_url(),
            days=(civil_date(at) - intimation.waits_since).days,
            **steps.particulars(enrollment),
        )
    return True


def _escalate(intimation: Intimation, at: datetime, *, is_nobody_there: bool) -> None:
    intimation.escalated_at = at
    intimation.save(update_fields=["escalated_at"])
    entry = audit.record(
        intimation,
        "intimation.escalated",
        acting_user=None,
        at=at,
        reminders=intimation.reminders,
        nobody_acts_for_the_authority=is_nobody_there,
    )
    enrollment = intimation.enrollment
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        **steps.particulars(enrollment),
    )
