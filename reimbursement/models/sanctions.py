"""Sanction orders: letters to the Pay & Accounts Officer, immutable once issued."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from circulars.models import IssuedDocument
from reimbursement.models.budget import Allotment


class SanctionOrderQuerySet(models.QuerySet["SanctionOrder"]):
    def without_document(self) -> "SanctionOrderQuerySet":
        return self.filter(document__isnull=True)

    def with_everything(self) -> "SanctionOrderQuerySet":
        orders = self.select_related("allotment", "signed_by", "document").order_by("pk")
        return orders.prefetch_related(
            "claims__officer__service__authority",
            "claims__officer__user",
            "claims__course__institute",
            "claims__enrollment__run",
            "claims__certificate",
        )

    def of_year(self, series: str, year: int) -> "SanctionOrderQuerySet":
        return self.filter(series=series, year=year)


class SanctionOrder(models.Model):
    """The President's sanction, conveyed to the Pay & Accounts Officer, for one claim or more."""

    series = models.CharField(_("series"), max_length=20)
    year = models.PositiveSmallIntegerField(_("year in which the financial year begins"))
    serial = models.PositiveIntegerField(_("serial number"))
    file_number = models.CharField(_("file number"), max_length=80)
    dated_on = models.DateField(_("dated"))
    allotment = models.ForeignKey(
        Allotment, models.PROTECT, related_name="sanction_orders", verbose_name=_("allotment")
    )
    amount = models.DecimalField(_("amount, in ₹"), max_digits=12, decimal_places=2)
    ifd_number = models.CharField(_("IFD diary number"), max_length=60, blank=True)
    ifd_dated_on = models.DateField(_("IFD concurrence dated"), null=True, blank=True)
    signed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )
    signatory_designation = models.CharField(_("designation"), max_length=150)
    signatory_telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    signed_at = models.DateTimeField(_("signed at"))
    document = models.OneToOneField(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sanction_order",
        verbose_name=_("document"),
    )

    objects = SanctionOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("sanction order")
        verbose_name_plural = _("sanction orders")
        constraints = [
            models.UniqueConstraint(
                fields=["year", "series", "serial"], name="reimbursement_sanctionorder_number"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="reimbursement_sanctionorder_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as printed: series, financial year, serial number."""
        return f"{self.series}/{self.year}-{(self.year + 1) % 100:02d}/{self.serial}"
