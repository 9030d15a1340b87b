"""Correcting a verified date of birth: on an order, by two persons, the earlier one kept."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, policies, states
from accounts.actions.versions import keep_version
from accounts.models import AuditEntry, BirthDateCorrection, Officer, User
from accounts.notifications import notify
from igot.lib.dates import dmy, years_after
from igot.lib.errors import Refused

LEAST_AGE = 18  # years: nobody joins a service younger


@transaction.atomic(durable=True)
def propose_birth_date(
    *,
    officer_id: int,
    born_on: date,
    order_reference: str,
    reason: str,
    acting_user: User,
    at: datetime,
) -> BirthDateCorrection:
    """Propose the date of birth that an order gives; a second person decides.

    The trail says that, and never which day.
    :raises Refused: not open to `acting_user`, the day is on record, or cannot be
    """
    officer = _lock_officer(officer_id)
    if declined := policies.why_not_propose_birth(None, officer, acting_user):
        raise Refused(declined)
    if officer.born_on is None:
        raise ValueError("a date of birth that was verified is there")
    _check_day(officer, born_on)
    correction = BirthDateCorrection.objects.create(
        officer=officer,
        born_from=officer.born_on,
        born_to=born_on,
        order_reference=order_reference,
        reason=reason,
        proposed_by=acting_user,
        proposed_at=at,
    )
    audit.record(
        correction,
        "birthdatecorrection.proposed",
        acting_user=acting_user,
        at=at,
        reason=reason,
        order_reference=order_reference,
    )
    return correction


@transaction.atomic(durable=True)
def approve_birth_date(*, birthdatecorrection_id: int, acting_user: User, at: datetime) -> None:
    """Set the date of birth by the order; what rests on it is decided anew.

    :raises Refused: not open to `acting_user`, or the record has changed since the proposal
    """
    correction = _lock_for(states.APPROVE_CORRECTION, birthdatecorrection_id, acting_user)
    officer = correction.officer
    if officer.born_on != correction.born_from:
        raise Refused(_("The date of birth on record has changed since this was proposed."))
    _check_day(officer, correction.born_to)
    officer.born_on, officer.facts_changed_at = correction.born_to, at
    officer.save()
    _advance(correction, states.APPROVE_CORRECTION, acting_user, at)
    keep_version(officer, note=correction.order_reference, acting_user=acting_user, at=at)
    entry = audit.record(
        officer,
        "record.birth_date_corrected",
        acting_user=acting_user,
        at=at,
        changed=["born_on"],
        order_reference=correction.order_reference,
    )
    order = correction.order_reference
    notify(officer.user, of=entry, link=officer.get_absolute_url(), order=order)


@transaction.atomic(durable=True)
def decline_birth_date(
    *, birthdatecorrection_id: int, reason: str, acting_user: User, at: datetime
) -> None:
    """Leave the date of birth as it is, for a `reason`; whoever proposed is told.

    :raises Refused: the step is not open to `acting_user`
    """
    correction = _lock_for(states.DECLINE_CORRECTION, birthdatecorrection_id, acting_user)
    correction.remark = reason
    entry = _advance(correction, states.DECLINE_CORRECTION, acting_user, at)
    notify(
        correction.proposed_by,
        of=entry,
        link=correction.get_absolute_url(),
        name=correction.officer,
        reason=reason,
    )


def _lock_officer(officer_id: int) -> Officer:
    locked = Officer.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("service").get(pk=officer_id)


def _lock_for(
    step: states.CorrectionStep, correction_id: int, acting_user: User
) -> BirthDateCorrection:
    corrections = BirthDateCorrection.objects.select_for_update(no_key=True, of=("self",))
    correction = corrections.select_related("proposed_by").get(pk=correction_id)
    correction.officer = _lock_officer(correction.officer_id)
    if reason := policies.why_not_correction(step, correction, acting_user):
        raise Refused(reason)
    return correction


def _check_day(officer: Officer, born_on: date) -> None:
    if born_on == officer.born_on:
        raise Refused(_("This is the date of birth on record already."))
    if officer.joined_on and officer.joined_on < years_after(born_on, LEAST_AGE):
        raise Refused(
            _("The officer joined on %(day)s and would have been younger than %(age)s years then.")
            % {"day": dmy(officer.joined_on), "age": LEAST_AGE}
        )


def _advance(
    correction: BirthDateCorrection, step: states.CorrectionStep, acting_user: User, at: datetime
) -> AuditEntry:
    correction.state = step.target
    correction.decided_by, correction.decided_at = acting_user, at
    correction.save()
    event = f"birthdatecorrection.{correction.state}"
    reason = correction.remark
    return audit.record(correction, event, acting_user=acting_user, at=at, reason=reason)
