"""Receipts and statements as documents of the portal: issued once, replaced or revoked when due."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from circulars.actions import documents as issued
from circulars.documents import KeptPdf
from circulars.models import IssuedDocument
from circulars.particulars import frozen
from credits.models import CreditStatement
from enrollment import credit_paper, papers, receipt_paper
from enrollment.actions import steps
from enrollment.models import Receipt, StatementPaper
from enrollment.receipt_paper import Drafted
from enrollment.states import HAS_RECEIPT
from igot.lib.dates import civil_date
from igot.lib.errors import Refused

Standing = IssuedDocument.Standing


@transaction.atomic(durable=True)
def file_receipt(*, drafted: Drafted, pdf: KeptPdf, at: datetime) -> Receipt:
    """Issue a rendered receipt, once for each submission; it replaces the one before it.

    So it does where the registration itself took the place of one that was deferred.
    :raises Refused: it was issued meanwhile, or the registration has gone on or ended
    """
    enrollment = steps.lock(drafted.enrollment.pk)
    own = Receipt.objects.filter(enrollment=enrollment)
    if own.filter(submitted_at=drafted.submitted_at).exists():
        raise Refused(_("The receipt %(number)s is issued.") % {"number": drafted.number})
    if enrollment.submitted_at != drafted.submitted_at or enrollment.state not in HAS_RECEIPT:
        raise Refused(_("The registration has changed since: its receipt is written anew."))
    document = issued.issue_document(
        pdf=pdf,
        kind=receipt_paper.KIND,
        number=drafted.number,
        title=receipt_paper.TITLE.en,
        title_hi=receipt_paper.TITLE.hi,
        dated_on=civil_date(drafted.submitted_at),
        particulars=frozen(drafted.particulars),
        acting_user=None,
        at=at,
    )
    _replace(own.order_by("pk").last(), document, at)
    if enrollment.predecessor is not None:
        _replace(Receipt.objects.latest_of(enrollment.predecessor), document, at)
    return Receipt.objects.create(
        enrollment=enrollment, submitted_at=drafted.submitted_at, document=document
    )


@transaction.atomic(durable=True)
def end_receipt(*, receipt_id: int, at: datetime) -> None:
    """Say of the receipt of a registration that ended, or left its batch, that it does not hold.

    :raises Refused: it holds, or was ended meanwhile
    """
    keys = Receipt.objects.values_list("enrollment", flat=True)
    enrollment = steps.lock(keys.get(pk=receipt_id))
    receipt = Receipt.objects.overtaken().filter(pk=receipt_id).first()
    if receipt is None:
        raise Refused(_("This receipt holds, or was ended before."))
    receipt.ended_at = at
    receipt.save(update_fields=["ended_at"])
    because = receipt_paper.ENDED.get(enrollment.state)  # type: ignore[call-overload]
    if because is None:  # on another batch: the receipt of that is still to come
        issued.replace_document(
            document_id=receipt.document_id,
            by=None,
            acting_user=None,
            at=at,
            because=receipt_paper.MOVED,
        )
        return
    issued.revoke_document(
        document_id=receipt.document_id,
        reason=because.en,
        acting_user=None,
        at=at,
        ended_on=papers.ended_on(enrollment),
        because=because,
    )


@transaction.atomic(durable=True)
def file_statement(*, statement_id: int, pdf: KeptPdf, at: datetime) -> StatementPaper:
    """Issue the rendered statement of credit points as a document of the portal, once.

    :raises Refused: it was issued meanwhile
    """
    statement = CreditStatement.objects.select_for_update(no_key=True).get(pk=statement_id)
    if StatementPaper.objects.filter(statement=statement).exists():
        raise Refused(_("The statement %(number)s is issued.") % {"number": statement.number})
    document = issued.issue_document(
        pdf=pdf,
        kind=credit_paper.KIND,
        number=statement.number,
        title=credit_paper.TITLE.en,
        title_hi=credit_paper.TITLE.hi,
        dated_on=civil_date(statement.drawn_at),
        particulars=frozen(credit_paper.particulars_of(statement)),
        acting_user=None,
        at=at,
    )
    return StatementPaper.objects.create(statement=statement, document=document)


@transaction.atomic(durable=True)
def end_statement(*, paper_id: int, at: datetime) -> None:
    """Revoke a statement that shows points reversed since; a later statement ends none.

    :raises Refused: it holds, or was ended meanwhile
    """
    paper = StatementPaper.objects.select_related("statement__officer").get(pk=paper_id)
    reversal = paper.statement.latest_reversal()
    if reversal is None:
        raise Refused(_("This statement holds."))
    because = credit_paper.why_void(reversal)
    issued.revoke_document(
        document_id=paper.document_id,
        reason=because.en,
        acting_user=None,
        at=at,
        ended_on=civil_date(reversal.posted_at),
        because=because,
    )


def _replace(receipt: Receipt | None, document: IssuedDocument, at: datetime) -> None:
    """End the receipt before this one, or name its successor where it has been ended already."""
    if receipt is None:
        return
    if receipt.ended_at is not None:
        issued.name_successor(document_id=receipt.document_id, by=document)
        return
    receipt.ended_at = at
    receipt.save(update_fields=["ended_at"])
    issued.replace_document(document_id=receipt.document_id, by=document, acting_user=None, at=at)
