"""The letter of a sanction order, recorded once as issued."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from circulars.actions import issue_document
from circulars.documents import KeptPdf
from igot.lib.errors import Refused
from igot.lib.money import rupees
from reimbursement.actions.moves import tell_claimant
from reimbursement.models import SanctionOrder


@transaction.atomic(durable=True)
def issue_order(*, order_id: int, pdf: KeptPdf, at: datetime) -> None:
    """Record the kept letter as the document of a sanction order, and tell the officers.

    :raises Refused: the order has its letter already; one worker was first
    """
    order = SanctionOrder.objects.select_for_update(no_key=True, of=("self",)).get(pk=order_id)
    if order.document_id is not None:
        raise Refused(_("The letter of this order is issued already."))
    claims = list(order.claims.select_related("claimant_user", "course").order_by("pk"))
    order.document = issue_document(
        pdf=pdf,
        kind="sanction_order",
        number=order.number,
        title="Sanction order",
        title_hi="स्वीकृति आदेश",
        dated_on=order.dated_on,
        particulars={
            "Number": order.number,
            "File": order.file_number,
            "Amount": rupees(order.amount),
            "Officers": str(len(claims)),
        },
        acting_user=None,
        at=at,
    )
    order.save(update_fields=["document"])
    for claim in claims:
        entry = audit.record(
            claim, "claim.order_issued", acting_user=None, at=at, order=order.number
        )
        tell_claimant(claim, entry, order=order.number, amount=order.amount)
