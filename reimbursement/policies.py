"""Who may do what to a claim and to a payment batch: pages, desk and actions ask the same."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from enrollment import holds
from igot.lib.dates import dmy
from igot.lib.money import rupees
from reimbursement import facts, states
from reimbursement.models import Allotment, Claim, PaymentBatch, SanctionLimit
from reimbursement.states import Lane, Step

DECIDING = (states.SANCTION, states.REJECT)
GROUNDED = (states.RECOMMEND, states.SANCTION, states.ADD_TO_BATCH)  # towards the payment


def why_not(step: "Step[states.ClaimState]", claim: Claim, user: User) -> str:
    """Return why `user` may not take `step` on `claim` now, or "" if they may."""
    if claim.state not in step.sources:
        return _("The claim is “%(state)s”.") % {"state": claim.get_state_display()}
    if not user.has_role(step.role):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    is_own = user.pk in (claim.officer.user_id, claim.claimant_user_id)
    if step.role == Role.OFFICER and not is_own:
        return _("Only the claimant may do this.")
    if step.role != Role.OFFICER and is_own:
        return _("Nobody decides their own claim.")
    if step == states.SUBMIT:
        return holds.why_not_held(claim.enrollment)
    if step in DECIDING and (reason := _why_not_decide(claim, user)):
        return reason
    if step == states.ADD_TO_BATCH and (reason := _why_not_pay(claim)):
        return reason
    return facts.why_not_grounded(claim) if step in GROUNDED else ""


def _why_not_decide(claim: Claim, user: User) -> str:
    if user.pk == claim.recommended_by_id:
        return _("You recommended this claim: another person decides it.")
    if user.pk == claim.certificate.reviewed_by_id:
        return _("You verified the certificate of this claim: another person decides it.")
    return ""


def _why_not_pay(claim: Claim) -> str:
    if claim.sanction_order is None or claim.sanction_order.document_id is None:
        return _("The sanction order has not yet been issued.")
    return ""


def why_not_sanction(
    claim: Claim, *, amount: Decimal, limit: SanctionLimit | None, allotment: Allotment | None
) -> str:
    """Return why `amount` cannot be sanctioned under `limit` and `allotment`, or ""."""
    if claim.recommended_amount is None or amount > claim.recommended_amount:
        return _("Only %(amount)s was recommended; an amount is reduced, never raised.") % {
            "amount": rupees(claim.recommended_amount or 0)
        }
    if amount <= 0 or amount != amount.to_integral_value():
        return _("Sanction a whole number of rupees above nought, or reject the claim.")
    if limit is None or not limit.is_under_secretary_or_above:
        return _("A sanction is signed by an Under Secretary or above with delegated powers.")
    if amount > limit.amount:
        return _(
            "%(amount)s is above your delegated limit of %(limit)s: a higher authority is needed."
        ) % {"amount": rupees(amount), "limit": rupees(limit.amount)}
    if allotment is None:
        return _("No allotment is recorded for this financial year.")
    if amount > allotment.free:
        return _("Only %(amount)s of the allotment of %(year)s is free.") % {
            "amount": rupees(allotment.free),
            "year": allotment.financial_year,
        }
    return ""


def why_not_concurrence(
    allotment: Allotment, *, ifd_number: str, ifd_dated_on: date | None, on: date
) -> str:
    """Return why the concurrence of Finance does not suffice on `on`, or ""."""
    if allotment.needs_ifd_concurrence and not (ifd_number and ifd_dated_on):
        return _("Give number and date of the concurrence of the Integrated Finance Division.")
    if ifd_dated_on and ifd_dated_on > on:
        return _("The concurrence cannot be dated after %(day)s.") % {"day": dmy(on)}
    return ""


def why_not_lane(claim: Claim, *, lane_note: str) -> str:
    """Return what is missing for a late claim, or ""."""
    if claim.lane == Lane.INVESTIGATION and not lane_note:
        return _("The claim is late: record the investigation by the Head of Department.")
    if claim.lane == Lane.TIME_BARRED and not lane_note:
        return _("The claim is time-barred: record the express sanction and Finance's consent.")
    return ""


def why_not_batch(step: "Step[states.BatchState]", batch: PaymentBatch, user: User) -> str:
    """Return why `user` may not take `step` on `batch` now, or "" if they may."""
    if batch.state not in step.sources:
        return _("The batch is “%(state)s”.") % {"state": batch.get_state_display()}
    if not user.has_role(step.role):
        return _("This is for the %(role)s.") % {"role": step.role.label}
    if step == states.RELEASE and user.pk == batch.locked_by_id:
        return _("You locked this batch: another paying officer releases it.")
    if step in (states.LOCK, states.RELEASE) and batch.lines.in_batch().of_payee(user).exists():
        return _("The batch pays you: another paying officer handles it.")
    return ""


def why_not_fetch(batch: PaymentBatch, user: User) -> str:
    """Return why `user` may not download the payment file again, or ""."""
    if not user.has_role(Role.PAYING_OFFICER):
        return _("This is for the %(role)s.") % {"role": Role.PAYING_OFFICER.label}
    return "" if batch.export_sha256 else _("The payment file has not been made yet.")


def why_not_import(batch: PaymentBatch, user: User) -> str:
    """Return why `user` may not import a return file on the batch now, or ""."""
    if batch.state not in states.SETTLE.sources:
        return _("The batch is “%(state)s”.") % {"state": batch.get_state_display()}
    if not user.has_role(Role.PAYING_OFFICER):
        return _("This is for the %(role)s.") % {"role": Role.PAYING_OFFICER.label}
    return ""
