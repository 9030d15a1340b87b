"""Documents that leave the portal: recorded once as issued, later revoked or replaced."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from circulars.documents import KeptPdf, Words
from circulars.models import IssuedDocument
from igot.lib.dates import civil_date
from igot.lib.errors import Refused


@transaction.atomic
def issue_document(
    *,
    pdf: KeptPdf,
    kind: str,
    number: str,
    title: str,
    title_hi: str = "",
    dated_on: date,
    particulars: Any,
    acting_user: User | None,
    at: datetime,
    is_public: bool = False,
) -> IssuedDocument:
    """Record the kept `pdf` as a document of the portal, in the caller's transaction.

    `particulars` (name: value, or what `particulars.frozen` gives; as printed) are shown to anybody
    who verifies the document: number of officers and sum, say, never bank details and no more of a
    person than the paper says. `acting_user` None is the portal itself.
    """
    document = IssuedDocument.objects.create(
        public_id=pdf.public_id,
        kind=kind,
        number=number,
        title=title[:250],
        title_hi=title_hi[:250],
        dated_on=dated_on,
        particulars=particulars,
        is_public=is_public,
        pdf=pdf.name,
        sha256=pdf.sha256,
        size=pdf.size,
        pages=pdf.pages,
        issued_by=acting_user,
        issued_at=at,
    )
    audit.record(document, "document.issued", acting_user=acting_user, at=at, sha256=pdf.sha256)
    return document


@transaction.atomic
def revoke_document(
    *,
    document_id: int,
    reason: str,
    acting_user: User | None,
    at: datetime,
    ended_on: date | None = None,
    because: Words | None = None,
) -> IssuedDocument:
    """Say of an issued document that it no longer holds; verification shows it from now on.

    `reason` is for the audit trail; `because`, where it is given, is for whoever verifies.
    `ended_on` is the first day on which it did not hold, the day of `at` unless another is given.
    :raises Refused: it was revoked or replaced before
    """
    document = _lock_in_force(document_id)
    document.standing = IssuedDocument.Standing.REVOKED
    document.ended_on = ended_on or civil_date(at)
    document.ended_because = because._asdict() if because else None
    document.save()
    audit.record(document, "document.revoked", acting_user=acting_user, at=at, reason=reason)
    return document


@transaction.atomic
def replace_document(
    *,
    document_id: int,
    by: IssuedDocument | None,
    acting_user: User | None,
    at: datetime,
    ended_on: date | None = None,
    because: Words | None = None,
) -> IssuedDocument:
    """Say of an issued document that `by` (None: a paper still to be rendered) stands in its place.

    `ended_on` and `because` are as in `revoke_document`.
    :raises Refused: it was revoked or replaced before
    """
    document = _lock_in_force(document_id)
    document.ended_because = because._asdict() if because else None
    document.standing = IssuedDocument.Standing.REPLACED
    document.replaced_by = by
    document.ended_on = ended_on or civil_date(at)
    document.save()
    audit.record(document, "document.replaced", acting_user=acting_user, at=at, by=by or "")
    return document


@transaction.atomic
def name_successor(*, document_id: int, by: IssuedDocument) -> None:
    """Point a document that was replaced by a paper still to be rendered at that paper."""
    IssuedDocument.objects.filter(
        pk=document_id, standing=IssuedDocument.Standing.REPLACED, replaced_by=None
    ).update(replaced_by=by)


def _lock_in_force(document_id: int) -> IssuedDocument:
    document = IssuedDocument.objects.select_for_update(no_key=True).get(pk=document_id)
    if document.standing != IssuedDocument.Standing.VALID:
        raise Refused(
            _("The document is already “%(standing)s”.")
            % {"standing": document.get_standing_display()}
        )
    return document
