"""The return file: it alone says what was paid; what matches no line waits, and is not guessed."""

import io
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from igot.lib.dates import civil_date
from igot.lib.errors import Refused
from igot.lib.money import quantise
from igot.lib.tables import TableError
from reimbursement import imports, policies, states
from reimbursement.actions.moves import (
    advance,
    advance_batch,
    lock_allotment,
    lock_batch_for,
    lock_claim,
    tell_claimant,
)
from reimbursement.imports import Returned
from reimbursement.models import PaymentBatch, PaymentLine, ReturnFile, ReturnRow
from reimbursement.states import BatchState

Outcome = ReturnRow.Outcome


@transaction.atomic(durable=True)
def import_return_file(
    *, batch_id: int, file_name: str, content: bytes, acting_user: User, at: datetime
) -> ReturnFile:
    """Import the file that came back on a batch, row by row, once.

    :raises Refused: the batch was not sent, the file was imported before, or cannot be read
    """
    batch = lock_batch_for(None, batch_id, acting_user)
    if reason := policies.why_not_import(batch, acting_user):
        raise Refused(reason)
    sha256 = imports.digest_of(content)
    if earlier := ReturnFile.objects.filter(sha256=sha256).select_related("batch").first():
        raise Refused(
            _("This file was imported before, on batch %(batch)s.") % {"batch": earlier.batch}
        )
    try:
        rows = list(imports.returned_rows(io.BytesIO(content), batch.layout))
    except TableError as error:
        raise Refused(str(error)) from error
    stored = ReturnFile.objects.create(
        batch=batch,
        file_name=file_name[:150],
        sha256=sha256,
        imported_by=acting_user,
        imported_at=at,
    )
    for row in rows:
        _take_row(stored, row, acting_user, at)
    _settle(batch, stored, acting_user, at)
    return stored


def _take_row(stored: ReturnFile, row: Returned, acting_user: User, at: datetime) -> None:
    line, outcome, reason = _match(stored.batch, row, at)
    if line is not None and outcome == Outcome.PAID:
        _mark_paid(line, row, acting_user, at)
    elif line is not None and outcome == Outcome.FAILED:
        _mark_failed(line, row, acting_user, at)
    ReturnRow.objects.create(
        return_file=stored,
        row=row.row,
        raw=row.raw,
        line=line,
        outcome=outcome,
        reason=(reason or row.reason)[:250],
    )


def _match(
    batch: PaymentBatch, row: Returned, at: datetime
) -> tuple[PaymentLine | None, Outcome, str]:
    """Find the line of a row: by our reference, then the amount, then the last four digits."""
    if row.fault:
        return None, Outcome.MALFORMED, row.fault
    line = batch.lines.in_batch().filter(reference=row.reference).first()
    if line is None:
        return None, Outcome.UNMATCHED, _("No line of this batch has this reference.")
    if quantise(row.amount) != line.amount:
        return line, Outcome.WRONG_AMOUNT, _("The amount is not that of the line.")
    if row.account_ending is not None and row.account_ending != line.account_ending:
        return line, Outcome.WRONG_ACCOUNT, _("The account ends otherwise than that of the line.")
    if line.outcome != PaymentLine.Outcome.WAITING:
        return line, Outcome.DUPLICATE, _("The line is settled already.")
    if row.is_paid and PaymentLine.objects.filter(utr=row.utr).exists():
        return line, Outcome.DUPLICATE, _("This UTR belongs to another payment.")
    if row.paid_on and row.paid_on > civil_date(at):
        return line, Outcome.MALFORMED, _("The day of payment lies in the future.")
    return line, Outcome.PAID if row.is_paid else Outcome.FAILED, ""


def _mark_paid(line: PaymentLine, row: Returned, acting_user: User, at: datetime) -> None:
    claim = lock_claim(line.claim_id)
    if claim.state not in states.MARK_PAID.sources or claim.sanction_order is None:
        raise Refused(_("Claim %(claim)s is not with the paying officer.") % {"claim": claim})
    line.outcome, line.utr, line.paid_on = PaymentLine.Outcome.PAID, row.utr, row.paid_on
    line.save(update_fields=["outcome", "utr", "paid_on"])
    allotment = lock_allotment(claim.sanction_order.allotment_id)
    allotment.committed -= line.amount
    allotment.spent += line.amount
    allotment.save(update_fields=["committed", "spent"])
    entry = advance(claim, states.MARK_PAID, acting_user, at, utr=row.utr, paid_on=row.paid_on)
    tell_claimant(claim, entry, amount=line.amount, utr=row.utr)


def _mark_failed(line: PaymentLine, row: Returned, acting_user: User, at: datetime) -> None:
    claim = lock_claim(line.claim_id)
    if claim.state not in states.MARK_FAILED.sources:
        raise Refused(_("Claim %(claim)s is not with the paying officer.") % {"claim": claim})
    line.outcome = PaymentLine.Outcome.FAILED
    line.failure_reason = (row.reason or _("No reason was given."))[:250]
    line.save(update_fields=["outcome", "failure_reason"])
    claim.reason = line.failure_reason
    entry = advance(claim, states.MARK_FAILED, acting_user, at, reason=line.failure_reason)
    tell_claimant(claim, entry, reason=line.failure_reason)


def _settle(batch: PaymentBatch, stored: ReturnFile, acting_user: User, at: datetime) -> None:
    """Close the batch when no line waits any more, or record that part of it is settled."""
    lines = batch.lines.in_batch()
    waiting = lines.waiting().count()
    if waiting and batch.state == BatchState.PART_SETTLED or waiting and waiting == lines.count():
        audit.record(batch, "batch.file_imported", acting_user=acting_user, at=at, file=stored.pk)
    elif waiting:
        advance_batch(batch, states.SETTLE_IN_PART, acting_user, at, waiting=waiting)
    else:
        advance_batch(batch, states.SETTLE, acting_user, at, file=stored.pk)
