"""Work found in the rows: letters of sanction orders, and claims beside coupons redeemed."""

import uuid
from typing import Any

from celery import shared_task
from django.utils import timezone

from circulars import documents
from enrollment.actions import reconciling
from igot.lib.errors import Refused
from reimbursement import actions
from reimbursement.documents import sanction_letter
from reimbursement.models import Claim, SanctionOrder

AT_ONCE = 50


@shared_task
def issue_missing_orders(**ignored: Any) -> int:
    """Render and issue the letters that are missing, oldest first; return how many were issued."""
    issued = 0
    for order in SanctionOrder.objects.without_document().with_everything()[:AT_ONCE]:
        paper = sanction_letter(order, public_id=uuid.uuid4())
        with documents.kept(paper) as pdf:
            try:
                actions.issue_order(order_id=order.pk, pdf=pdf, at=timezone.now())
            except Refused:
                continue  # another worker was first; its letter stands and ours is thrown away
        issued += 1
    return issued


@shared_task
def reconcile_coupons(**ignored: Any) -> int:
    """Compare codes issued, redeemed and claimed; return how many cases that opened or settled."""
    return reconciling.reconcile(claimed=Claim.objects.made(), at=timezone.now())
