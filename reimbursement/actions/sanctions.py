"""What the sanctioning authority does: sanctions within the money there is, or rejects."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from igot.lib.dates import civil_date, financial_year, financial_year_start
from igot.lib.errors import Refused
from reimbursement import facts, policies, states
from reimbursement.actions.moves import advance, lock_allotment, lock_claim_for, tell_claimant
from reimbursement.models import Allotment, Claim, SanctionLimit, SanctionOrder


@transaction.atomic(durable=True)
def sanction_claim(
    *,
    claim_id: int,
    amount: Decimal,
    ifd_number: str = "",
    ifd_dated_on: date | None = None,
    acting_user: User,
    at: datetime,
) -> SanctionOrder:
    """Sanction a recommended claim for `amount` whole rupees, commit the money, number the order.

    The letter itself is made by a task. The allotment stays locked until the commit, so two
    sanctions cannot spend the same rupee or take the same number.
    :raises Refused: not within the recommendation, the delegated limit, the money or concurrence
    """
    claim = lock_claim_for(states.SANCTION, claim_id, acting_user)
    _check_revision(claim)
    on = civil_date(at)
    limit = SanctionLimit.of(acting_user, on)
    allotment = _allotment_of(on)
    reason = policies.why_not_sanction(claim, amount=amount, limit=limit, allotment=allotment) or (
        policies.why_not_concurrence(
            allotment, ifd_number=ifd_number, ifd_dated_on=ifd_dated_on, on=on
        )
        if allotment
        else ""
    )
    if reason or limit is None or allotment is None:
        raise Refused(reason)
    order = _number_order(
        allotment, limit, amount, acting_user, at, ifd_number=ifd_number, ifd_dated_on=ifd_dated_on
    )
    allotment.committed += amount
    allotment.save(update_fields=["committed"])
    claim.sanction_order, claim.sanctioned_amount = order, amount
    claim.sanctioned_by, claim.sanctioned_at = acting_user, at
    entry = advance(claim, states.SANCTION, acting_user, at, amount=amount, order=order.number)
    tell_claimant(claim, entry, amount=amount, order=order.number)
    return order


@transaction.atomic(durable=True)
def reject_claim(*, claim_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Reject a recommended claim with reasons; the notice says how to appeal.

    :raises Refused: the reasons are blank
    """
    claim = lock_claim_for(states.REJECT, claim_id, acting_user)
    if not reason.strip():
        raise Refused(_("Give the reasons: the claimant reads them."))
    claim.reason = reason.strip()
    entry = advance(claim, states.REJECT, acting_user, at, reason=claim.reason)
    appeal = claim.policy.appeal_to if claim.policy else ""
    tell_claimant(claim, entry, reason=claim.reason, appeal=appeal)


def _check_revision(claim: Claim) -> None:
    """See that what is sanctioned is what was recommended, to the letter.

    :raises Refused: the claim has changed since
    """
    revision = facts.latest_revision(claim)
    same = revision is not None and revision.sha256 == claim.recommended_revision
    if not same or facts.digest(facts.snapshot(claim)) != claim.recommended_revision:
        raise Refused(_("The claim has changed since it was recommended: send it back."))


def _allotment_of(on: date) -> Allotment | None:
    row = Allotment.objects.filter(financial_year=financial_year(on)).first()
    return lock_allotment(row.pk) if row else None


def _number_order(
    allotment: Allotment,
    limit: SanctionLimit,
    amount: Decimal,
    acting_user: User,
    at: datetime,
    *,
    ifd_number: str,
    ifd_dated_on: date | None,
) -> SanctionOrder:
    """Make the order with the next number of its series; the allotment is locked by now."""
    on = civil_date(at)
    year = financial_year_start(on).year
    taken = SanctionOrder.objects.of_year(allotment.series, year).aggregate(last=Max("serial"))
    return SanctionOrder.objects.create(
        series=allotment.series,
        year=year,
        serial=(taken["last"] or 0) + 1,
        file_number=allotment.file_number,
        dated_on=on,
        allotment=allotment,
        amount=amount,
        ifd_number=ifd_number,
        ifd_dated_on=ifd_dated_on,
        signed_by=acting_user,
        signatory_designation=limit.designation,
        signatory_telephone=limit.telephone,
        signed_at=at,
    )
