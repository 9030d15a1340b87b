"""Papers of the portal about registrations and credit points, and the rows that they print."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from circulars.models import IssuedDocument
from credits.models import CreditStatement
from enrollment.models.registrations import Enrollment
from enrollment.states import HAS_RECEIPT, RECEIPT_ENDS


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: User) -> "ReceiptQuerySet":
        return self.filter(enrollment__in=Enrollment.objects.visible_to(user).values("pk"))

    def of(self, user: User) -> "ReceiptQuerySet":
        return self.filter(enrollment__officer__user=user)

    def in_force(self) -> "ReceiptQuerySet":
        return self.filter(ended_at__isnull=True)

    def latest_of(self, enrollment: Enrollment) -> "Receipt | None":
        return self.filter(enrollment=enrollment).select_related("document").order_by("pk").last()

    def overtaken(self) -> "ReceiptQuerySet":
        """Return those in force whose registration has ended, or was put on another batch.

        Not those that the receipt of the registration's successor, still to come, will replace.
        """
        ended = Q(enrollment__state__in=RECEIPT_ENDS)
        moved = Q(enrollment__submitted_at__isnull=True)
        awaited = Enrollment.objects.filter(
            predecessor=OuterRef("enrollment"),
            state__in=HAS_RECEIPT,
            submitted_at__isnull=False,
            receipts__isnull=True,
        )
        return self.in_force().filter(ended | moved).exclude(Exists(awaited))


class Receipt(models.Model):
    """That the portal has acknowledged one submission of a registration, by an issued document."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="receipts", verbose_name=_("registration")
    )
    submitted_at = models.DateTimeField(_("submitted at"))
    document = models.OneToOneField(
        IssuedDocument, models.PROTECT, related_name="receipt", verbose_name=_("document")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt of a registration")
        verbose_name_plural = _("receipts of registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "submitted_at"], name="enrollment_receipt_once_a_submission"
            ),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(ended_at__isnull=True),
                name="enrollment_receipt_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.document.number


class StatementPaperQuerySet(models.QuerySet["StatementPaper"]):
    def visible_to(self, user: User) -> "StatementPaperQuerySet":
        return self.filter(statement__in=CreditStatement.objects.visible_to(user).values("pk"))

    def of(self, user: User) -> "StatementPaperQuerySet":
        return self.filter(statement__officer__user=user)

    def overtaken(self) -> "StatementPaperQuerySet":
        """Return those in force with a line that was reversed after they were drawn."""
        reversed_ = CreditStatement.objects.overtaken().values("pk")
        valid = IssuedDocument.Standing.VALID
        return self.filter(document__standing=valid, statement__in=reversed_)


class StatementPaper(models.Model):
    """The issued document of a statement of credit points."""

    statement = models.OneToOneField(
        CreditStatement, models.PROTECT, related_name="paper", verbose_name=_("statement")
    )
    document = models.OneToOneField(
        IssuedDocument, models.PROTECT, related_name="statement_paper", verbose_name=_("document")
    )

    objects = StatementPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper of a statement")
        verbose_name_plural = _("papers of statements")

    def __str__(self) -> str:
        return self.document.number
