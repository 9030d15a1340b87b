"""Which papers are still to be issued or to be ended, and which are one's own: facts from rows."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import AuditEntry, User
from circulars.models import IssuedDocument
from enrollment.models import Enrollment, ProgrammeCompletion, Receipt, StatementPaper
from enrollment.models.registrations import EnrollmentQuerySet
from enrollment.states import HAS_RECEIPT
from igot.lib.dates import civil_date

ENDS = (  # events of the audit trail with which a registration ends without a course
    "enrollment.withdrawn",
    "enrollment.deferred",
    "enrollment.lapsed",
    "enrollment.rejected",
    "enrollment.authority_withheld",
)


def awaiting_receipt() -> EnrollmentQuerySet:
    """Return the registrations whose submission has no receipt yet, first submitted first."""
    issued = Receipt.objects.filter(
        enrollment=OuterRef("pk"), submitted_at=OuterRef("submitted_at")
    )
    rows = Enrollment.objects.filter(
        ~Exists(issued), state__in=HAS_RECEIPT, number__isnull=False, submitted_at__isnull=False
    )
    return rows.with_course().with_answers().order_by("submitted_at", "pk")


def ended_on(enrollment: Enrollment) -> date | None:
    """Return the day on which a registration ended, from the audit trail."""
    ends = AuditEntry.objects.about(enrollment).filter(event__in=ENDS)
    at = ends.values_list("at", flat=True).last()
    return civil_date(at) if at else None


def own_papers(user: User) -> "QuerySet[IssuedDocument]":
    """Return the documents that the portal has issued to `user`, the latest first."""
    receipts = Receipt.objects.of(user).values("document")
    statements = StatementPaper.objects.of(user).values("document")
    letters = ProgrammeCompletion.objects.of(user).exclude(document=None).values("document")
    rows = IssuedDocument.objects.filter(pk__in=receipts.union(statements, letters))
    return rows.with_successor().order_by("-issued_at", "-pk")


def visible_papers(user: User) -> "QuerySet[IssuedDocument]":
    """Return the receipts and statements that `user` may see: own ones, or by office."""
    receipts = Receipt.objects.visible_to(user).values("document")
    statements = StatementPaper.objects.visible_to(user).values("document")
    letters = ProgrammeCompletion.objects.visible_to(user).exclude(document=None)
    return IssuedDocument.objects.filter(
        pk__in=receipts.union(statements, letters.values("document"))
    )
