"""The officer's word that a code was paid with; the provider's report is kept beside it."""

from datetime import date, datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from enrollment import reconciliation_policies as policies
from enrollment.models import CouponIssue, RedemptionDeclaration
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic(durable=True)
def declare_payment(
    *, issue_id: int, redeemed_on: date, acting_user: User, at: datetime
) -> RedemptionDeclaration:
    """Note that the officer paid with the code on a day, once.

    :raises Refused: not the officer concerned, not shown yet, declared before, or no such day
    """
    locked = CouponIssue.objects.select_for_update(no_key=True, of=("self",))
    issue = locked.select_related("officer").get(pk=issue_id)
    if reason := policies.why_not_declare(issue, acting_user, on=redeemed_on, today=civil_date(at)):
        raise Refused(reason)
    declaration = RedemptionDeclaration.objects.create(
        issue=issue, redeemed_on=redeemed_on, declared_at=at
    )
    audit.record(issue, "coupon.payment_declared", acting_user=acting_user, at=at, on=redeemed_on)
    return declaration
