"""What paying officers do: batches made, locked by one and released by another, and sent."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from accounts.roles import Role
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from reimbursement import exports, facts, policies, states
from reimbursement.actions.moves import (
    advance,
    advance_batch,
    hold_grounds,
    lock_batch_for,
    lock_claim,
)
from reimbursement.models import Claim, PaymentBatch, PaymentLayout, PaymentLine


@transaction.atomic(durable=True)
def make_batch(
    *, claim_ids: Sequence[int], layout_id: int | None = None, acting_user: User, at: datetime
) -> PaymentBatch:
    """Draw up a batch of sanctioned claims, with the bank details frozen line by line.

    :raises Refused: no claim is named, or one of them is not ready for payment
    """
    if not acting_user.has_role(Role.PAYING_OFFICER):
        raise Refused(_("This is for the %(role)s.") % {"role": Role.PAYING_OFFICER.label})
    layouts = PaymentLayout.objects.filter(is_active=True).order_by("pk")
    layout = layouts.filter(pk=layout_id).first() if layout_id else layouts.first()
    if layout is None:
        raise Refused(_("No layout of payment files is in use."))
    if not claim_ids:
        raise Refused(_("Choose at least one claim."))
    batch = PaymentBatch.objects.create(
        number=f"draft-{acting_user.pk}-{at.timestamp()}"[:30],
        layout=layout,
        made_by=acting_user,
        made_at=at,
    )
    batch.number = f"IGOT/P/{civil_date(at).year}/{batch.pk:04d}"
    batch.save(update_fields=["number"])
    claims = [lock_claim(claim_id) for claim_id in sorted(set(claim_ids))]
    hold_grounds(claims)
    for position, claim in enumerate(claims, start=1):
        _add(batch, claim, position, acting_user, at)
    audit.record(batch, "batch.made", acting_user=acting_user, at=at, claims=len(claims))
    return batch


@transaction.atomic(durable=True)
def take_from_batch(*, line_id: int, acting_user: User, at: datetime) -> None:
    """Take one claim out of a batch that is still being drawn up.

    :raises Refused: the line is gone, or the batch is locked
    """
    line = PaymentLine.objects.waiting().filter(pk=line_id).first()
    if line is None:
        raise Refused(_("This line is no longer in the batch."))
    batch = lock_batch_for(states.LOCK, line.batch_id, acting_user)
    _take_back(line, acting_user, at)
    audit.record(
        batch, "batch.line_taken_back", acting_user=acting_user, at=at, reference=line.reference
    )


@transaction.atomic(durable=True)
def lock_batch(*, batch_id: int, acting_user: User, at: datetime) -> None:
    """Lock a batch: nothing is added or taken out any more.

    :raises Refused: it is empty, or the certificate or result below a line was taken back
    """
    batch = lock_batch_for(states.LOCK, batch_id, acting_user)
    claims = [
        lock_claim(key) for key in sorted(batch.lines.in_batch().values_list("claim", flat=True))
    ]
    if not claims:
        raise Refused(_("The batch is empty."))
    hold_grounds(claims)
    for claim in claims:
        if reason := facts.why_not_grounded(claim):
            raise Refused(
                _("Take %(claim)s out of the batch. %(reason)s")
                % {"claim": claim, "reason": reason}
            )
    batch.locked_by = acting_user
    advance_batch(batch, states.LOCK, acting_user, at, total=batch.lines.in_batch().total())


@transaction.atomic(durable=True)
def release_batch(*, batch_id: int, acting_user: User, at: datetime) -> None:
    """Release a batch that another paying officer locked."""
    batch = lock_batch_for(states.RELEASE, batch_id, acting_user)
    batch.released_by = acting_user
    advance_batch(batch, states.RELEASE, acting_user, at, total=batch.lines.in_batch().total())


@transaction.atomic(durable=True)
def export_batch(*, batch_id: int, acting_user: User, at: datetime) -> PaymentBatch:
    """Return the batch with its payment file: written at the first call, the same bytes after.

    Each call is recorded, for the file names accounts.
    """
    batch = lock_batch_for(None, batch_id, acting_user)
    if not policies.why_not_fetch(batch, acting_user):
        audit.record(
            batch, "batch.file_fetched", acting_user=acting_user, at=at, sha256=batch.export_sha256
        )
        return batch
    if reason := policies.why_not_batch(states.EXPORT, batch, acting_user):
        raise Refused(reason)
    batch.export = exports.payment_file(batch)
    batch.export_sha256 = hashlib.sha256(batch.export.encode()).hexdigest()
    batch.exported_at = at
    advance_batch(batch, states.EXPORT, acting_user, at, sha256=batch.export_sha256)
    return batch


@transaction.atomic(durable=True)
def reject_batch(*, batch_id: int, reason: str, acting_user: User, at: datetime) -> None:
    """Record that the paying office rejected a batch whole: every claim waits for payment again.

    :raises Refused: the reason is blank, or a line of the batch is settled already
    """
    batch = lock_batch_for(states.REJECT_WHOLE, batch_id, acting_user)
    if not reason.strip():
        raise Refused(_("Give the reason of the rejection."))
    lines = batch.lines.in_batch()
    if lines.count() != lines.waiting().count():
        raise Refused(_("A line of this batch is settled already: it was not rejected whole."))
    for line in lines:
        _take_back(line, acting_user, at)
    advance_batch(batch, states.REJECT_WHOLE, acting_user, at, reason=reason.strip())


def _add(batch: PaymentBatch, claim: Claim, position: int, acting_user: User, at: datetime) -> None:
    if reason := policies.why_not(states.ADD_TO_BATCH, claim, acting_user):
        raise Refused(f"{claim}: {reason}")
    if claim.sanctioned_amount is None:
        raise Refused(_("Claim %(claim)s is not sanctioned.") % {"claim": claim})
    PaymentLine.objects.create(
        batch=batch,
        claim=claim,
        reference=f"IGOTP{batch.pk:06d}{position:05d}",
        amount=claim.sanctioned_amount,
        payee_name=claim.payee_name,
        ifsc=claim.ifsc,
        account_number=claim.account_number,
        account_ending=claim.account_ending,
    )
    advance(claim, states.ADD_TO_BATCH, acting_user, at, batch=batch.number)


def _take_back(line: PaymentLine, acting_user: User, at: datetime) -> None:
    """End a waiting line and let its claim wait for another batch."""
    claim = lock_claim(line.claim_id)
    line.outcome = PaymentLine.Outcome.TAKEN_BACK
    line.save(update_fields=["outcome"])
    if reason := policies.why_not(states.TAKE_FROM_BATCH, claim, acting_user):
        raise Refused(f"{claim}: {reason}")
    advance(claim, states.TAKE_FROM_BATCH, acting_user, at, batch=line.batch_id)
