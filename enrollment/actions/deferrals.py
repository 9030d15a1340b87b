"""Deferral: one transaction ends a registration and opens its successor for a later run."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Officer, User
from courses.models import Run
from eligibility.actions import decisions as eligibility_decisions
from enrollment import declaration, deferral, policies, states
from enrollment.actions import coupons, steps, submissions
from enrollment.models import Enrollment
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def defer_registration(
    *, enrollment_id: int, run_id: int, reason: str, acting_user: User, at: datetime
) -> Enrollment:
    """End a registration and register its officer for a later run of the course; return that one.

    Eligibility is decided for the new commencement, the authority is told anew, and the Training
    Division confirms anew. The officer has declared again; the coupon goes as docs/decisions/0150
    says. A refusal leaves everything as it was.
    :raises Refused: not open to `acting_user`, passed already, no such run, or not eligible for it
    """
    old = steps.lock(enrollment_id)
    Officer.objects.select_for_update(no_key=True).get(pk=old.officer_id)
    if declined := policies.why_not(states.DEFER, old, acting_user):
        raise Refused(declined)
    run = deferral.runs_for(old, civil_date(at)).filter(pk=run_id).first()
    if run is None:
        raise Refused(_("Choose a later batch of this course that you may still join."))
    if declined := deferral.why_not_settled(old):
        raise Refused(declined)
    run = Run.objects.holding_still(run.pk)
    successor = _open(old, run, acting_user, at)
    old.reason = reason
    entry = steps.take(
        states.DEFER, old, acting_user=acting_user, at=at, reason=reason, run=run.code
    )
    submissions.put_forward(
        successor, acting_user=acting_user, at=at, template="enrollment.deferred_to"
    )
    audit.record(
        successor, "enrollment.opened_by_deferral", acting_user=acting_user, at=at, of=old.number
    )
    coupons.carry_issue(old=old, successor=successor, acting_user=acting_user, at=at)
    steps.tell_authorities(old, of=entry, at=at, besides=acting_user, reason=reason)
    return successor


def _open(old: Enrollment, run: Run, acting_user: User, at: datetime) -> Enrollment:
    """Make the successor, decided for `run` and declared; the caller submits it."""
    successor = Enrollment(
        officer=old.officer,
        course=old.course,
        run=run,
        provider_account=old.provider_account,
        predecessor=old,
        started_at=at,
        state_since=at,
        details_confirmed_at=at,
        declared_at=at,
        commences_on=run.commences_on,
    )
    successor.decision = eligibility_decisions.decide(
        officer=old.officer,
        course=old.course,
        run=run,
        commences_on=run.commences_on,
        acting_user=acting_user,
        at=at,
    )
    if reason := policies.why_not_on(successor.decision):
        raise Refused(reason)
    try:
        with transaction.atomic():
            successor.save()
    except IntegrityError:
        raise Refused(_("You have a registration for this batch already.")) from None
    audit.record(
        successor,
        "enrollment.declared",
        acting_user=acting_user,
        at=at,
        version=declaration.VERSION,
    )
    return successor
