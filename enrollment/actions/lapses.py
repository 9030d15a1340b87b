"""Reminding officers of what waits for them, and letting lapse what nobody goes on with."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.db import models, transaction

from accounts import audit
from accounts.notifications import notify
from enrollment import deadlines, states
from enrollment.actions import coupons, steps
from enrollment.models import Enrollment, RegistrationPolicy, RegistrationReminder
from enrollment.states import EnrollmentState
from igot.lib.dates import civil_date, dmy

BATCH = 500


class Came(NamedTuple):
    """What a night came to."""

    reminded: int
    lapsed: int


def remind_and_lapse(*, at: datetime) -> Came:
    """Remind whom the policy of the day has reminded, and lapse what it lets lapse.

    Each registration is a transaction of its own and is looked at again under its lock, so that
    the work may be cut off and may run twice. Without a policy in force nothing happens.
    """
    policy = RegistrationPolicy.on(civil_date(at))
    if policy is None:
        return Came(0, 0)
    done: Counter[str] = Counter()
    for rows, act, name in (
        (deadlines.to_lapse(policy, at), lapse, "lapsed"),
        (deadlines.to_remind(policy, at), remind, "reminded"),
    ):
        done[name] += _each(rows, act, policy, at)
    return Came(done["reminded"], done["lapsed"])


def _each(
    rows: models.QuerySet[Enrollment],
    act: Callable[..., bool],
    policy: RegistrationPolicy,
    at: datetime,
) -> int:
    """Do `act` with each of `rows`, in the order of their keys; keep the keys of a batch only."""
    done = after = 0
    while ids := list(
        rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        done += sum(act(enrollment_id=pk, policy=policy, at=at) for pk in ids)
        after = ids[-1]
    return done


@transaction.atomic(durable=True)
def remind(*, enrollment_id: int, policy: RegistrationPolicy, at: datetime) -> bool:
    """Remind the officer of a registration once more, if that is due; return whether it was."""
    enrollment = steps.lock(enrollment_id)
    if not deadlines.to_remind(policy, at).filter(pk=enrollment_id).exists():
        return False
    since = enrollment.in_state_since
    number = enrollment.reminders.filter(since=since).count() + 1
    RegistrationReminder.objects.create(
        enrollment=enrollment,
        state=enrollment.state,
        since=since,
        number=number,
        policy=policy,
        at=at,
    )
    entry = audit.record(
        enrollment, "enrollment.reminded", acting_user=None, at=at, number_of=number
    )
    until = deadlines.day_of(enrollment, policy)
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        waits=enrollment.state,
        until=dmy(until) if until else "",
        reason=enrollment.reason if enrollment.state == EnrollmentState.RETURNED else "",
        **steps.particulars(enrollment),
    )
    return True


@transaction.atomic(durable=True)
def lapse(*, enrollment_id: int, policy: RegistrationPolicy, at: datetime) -> bool:
    """Let a registration lapse that nobody has gone on with, if that is due."""
    enrollment = steps.lock(enrollment_id)
    if not deadlines.to_lapse(policy, at).filter(pk=enrollment_id).exists():
        return False
    waited, since = enrollment.state, enrollment.in_state_since
    enrollment.reason = deadlines.WHY_LAPSED[EnrollmentState(waited)]
    entry = steps.take(
        states.LAPSE,
        enrollment,
        acting_user=None,
        at=at,
        policy=policy.circular_reference,
        waited=waited,
        since=since.isoformat(),
    )
    coupons.end_issue_of(enrollment=enrollment, reason=enrollment.reason, acting_user=None, at=at)
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        waited=waited,
        **steps.particulars(enrollment),
    )
    steps.tell_authorities(enrollment, of=entry, at=at, besides=None, waited=waited)
    return True
