"""What the Training Division does with registrations: confirm, return, reject, and list."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEntry, User
from accounts.notifications import notify
from courses.models import Provider, Run
from eligibility.actions import decisions as eligibility_decisions
from enrollment import exports, policies, seats, states
from enrollment.actions import coupons, steps
from enrollment.models import CouponIssue, Enrollment, ProviderList, ProviderListLine
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def confirm_enrollment(
    *, enrollment_id: int, acting_user: User, at: datetime, readings_considered: bool = False
) -> None:
    """Confirm a registration on a binding decision, made now on verified facts.

    On the boundary of the age rule the acting user has to have considered both readings. A
    self-paced course begins at once. Where the provider issues coupons, one of the pool is
    issued; else the registration waits for it in the order of confirmation. One that was carried
    here by a deferral stays, and after one that a deferral has ended the desk gives another.
    :raises Refused: not open to `acting_user`, no seat, record not verified, not eligible, or a
        boundary case whose readings were not considered
    """
    enrollment = steps.lock_for(states.CONFIRM, enrollment_id, acting_user)
    steps.hold_run_for_seat(enrollment)
    if reason := seats.why_not_seat(enrollment):
        raise Refused(reason)
    if enrollment.run:
        enrollment.commences_on = enrollment.run.commences_on
    enrollment.decision = eligibility_decisions.decide(
        officer=enrollment.officer,
        course=enrollment.course,
        run=enrollment.run,
        commences_on=enrollment.commences_on,
        registered_on=civil_date(enrollment.submitted_at or at),
        acting_user=acting_user,
        at=at,
        is_binding=True,
    )
    if reason := policies.why_not_confirm_on(enrollment.decision):
        raise Refused(reason)
    if reason := policies.why_not_unseen(
        enrollment.decision, readings_considered=readings_considered
    ):
        raise Refused(reason)
    considered = {"readings_considered": "yes"} if readings_considered else {}
    enrollment.confirmed_at, enrollment.confirmed_by = at, acting_user
    entry = steps.take(
        states.CONFIRM,
        enrollment,
        acting_user=acting_user,
        at=at,
        decision=enrollment.decision.number,
        **considered,
    )
    if enrollment.run is None:
        steps.take(states.BEGIN, enrollment, acting_user=acting_user, at=at)
    has_coupon = policies.needs_coupon(enrollment.course)
    _tell_officer(enrollment, entry, waits_for_coupon="yes" if has_coupon else "")
    if has_coupon and not CouponIssue.objects.weighing_on(enrollment).exists():
        coupons.issue_if_any(enrollment_id=enrollment.pk, acting_user=None, at=at)


@transaction.atomic(durable=True)
def return_enrollment(*, enrollment_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Send a registration back to the officer, to correct what `reason` says.

    :raises Refused: the step is not open to `acting_user`
    """
    enrollment = steps.lock_for(states.RETURN, enrollment_id, acting_user)
    enrollment.reason = reason
    entry = steps.take(states.RETURN, enrollment, acting_user=acting_user, at=at, reason=reason)
    _tell_officer(enrollment, entry, reason=reason)


@transaction.atomic(durable=True)
def reject_enrollment(*, enrollment_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Decline to confirm a registration, for the `reason` that the officer reads.

    :raises Refused: the step is not open to `acting_user`
    """
    enrollment = steps.lock_for(states.REJECT, enrollment_id, acting_user)
    enrollment.reason = reason
    entry = steps.take(states.REJECT, enrollment, acting_user=acting_user, at=at, reason=reason)
    coupons.end_issue_of(enrollment=enrollment, reason=reason, acting_user=acting_user, at=at)
    _tell_officer(enrollment, entry, reason=reason)


@transaction.atomic(durable=True)
def make_provider_list(
    *, provider_id: int, run_id: int | None, acting_user: User, at: datetime
) -> ProviderList:
    """Make the next list of confirmed officers for a provider, of one run or (None) of all.

    It names those who stand on no list yet, and those whose line has changed since, marked as
    corrected. The provider's row is locked: two lists made at once name nobody twice.
    :raises Refused: not open to `acting_user`, or there is nobody new
    """
    if reason := policies.why_not_list(None, None, acting_user):
        raise Refused(reason)
    provider = Provider.objects.select_for_update(no_key=True).get(pk=provider_id)
    run = Run.objects.get(pk=run_id) if run_id else None
    lines = exports.lines_for_provider(provider, run)
    if not lines:
        raise Refused(_("Nobody was confirmed or corrected since the latest list."))
    content = exports.provider_csv(lines)
    today = civil_date(at)
    made = ProviderList.objects.create(
        provider=provider,
        run=run,
        number=f"new-{provider.pk}-{at.timestamp()}",
        dated_on=today,
        rows=len(lines),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        made_by=acting_user,
        made_at=at,
    )
    made.number = f"IGOT/P/{today.year}/{made.pk:06d}"
    made.save(update_fields=["number"])
    superseded = [line.enrollment.pk for line in lines if line.is_correction]
    ProviderListLine.objects.standing().filter(enrollment__in=superseded).update(superseded_at=at)
    ProviderListLine.objects.bulk_create(
        ProviderListLine(
            provider_list=made,
            enrollment=line.enrollment,
            digest=line.digest,
            is_correction=line.is_correction,
        )
        for line in lines
    )
    audit.record(
        made,
        "providerlist.made",
        acting_user=acting_user,
        at=at,
        rows=made.rows,
        corrections=len(superseded),
        sha256=made.sha256,
        run=run.code if run else "",
    )
    return made


@transaction.atomic(durable=True)
def hand_out_list(*, providerlist_id: int, acting_user: User, at: datetime) -> ProviderList:
    """Return a list, byte for byte as it was made, and record who took it.

    :raises Refused: not open to `acting_user`
    """
    if reason := policies.why_not_list(None, None, acting_user):
        raise Refused(reason)
    handed = ProviderList.objects.get(pk=providerlist_id)
    audit.record(
        handed, "providerlist.handed_out", acting_user=acting_user, at=at, rows=handed.rows
    )
    return handed


def _tell_officer(enrollment: Enrollment, entry: AuditEntry, **params: Any) -> None:
    notify(
        enrollment.officer.user,
        of=entry,
        link=enrollment.get_absolute_url(),
        **steps.particulars(enrollment),
        **params,
    )
