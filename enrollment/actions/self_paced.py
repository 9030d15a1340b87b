"""Completion of a self-paced course that is certified by its modules, by the officer's word."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from accounts.notifications import notify
from enrollment import declaration, policies, states
from enrollment.actions import steps
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def declare_completion(
    *, enrollment_id: int, completed_on: date, acting_user: User, at: datetime
) -> None:
    """Complete a registration on the declaration of its officer, who finished on `completed_on`.

    No points come with it: they rest on a certificate that somebody has verified
    (docs/decisions/0153).
    :raises Refused: not open to `acting_user`, another kind of course, or a day that cannot be
    """
    enrollment = steps.lock_for(states.DECLARE_COMPLETE, enrollment_id, acting_user)
    if reason := policies.why_not_declare_complete(enrollment):
        raise Refused(reason)
    if reason := policies.why_not_completed_on(enrollment, completed_on, at):
        raise Refused(reason)
    enrollment.completed_on, enrollment.completion_declared_at = completed_on, at
    entry = steps.take(
        states.DECLARE_COMPLETE,
        enrollment,
        acting_user=acting_user,
        at=at,
        event="enrollment.completion_declared",
        completed_on=completed_on.isoformat(),
        version=declaration.COMPLETION_VERSION,
    )
    notify(
        acting_user, of=entry, link=enrollment.get_absolute_url(), **steps.particulars(enrollment)
    )
