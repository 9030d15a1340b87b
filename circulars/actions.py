"""Documents that leave the portal: recorded once as issued, later revoked or replaced."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from circulars.documents import KeptPdf
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
    particulars: dict[str, str],
    acting_user: User | None,
    at: datetime,
    is_public: bool = False,
) -> IssuedDocument:
    """Record the kept `pdf` as a document of the portal, in the caller's transaction.

    `particulars` (name: value, as printed) are shown to anybody who verifies the document: number
    of officers and sum, say, never bank details and no more of a person than a name. `acting_user`
    None is the portal itself.
    """
    document = IssuedDocument.objects.create(
        public_id=pdf.public_id,
        kind=kind,
        number=number,
        title=title,
        title_hi=title_hi,
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
