"""Where the money comes from and how much of it one may sanction: dated rows, no constants."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import DatedModel
from igot.lib.validity import holding


class ReimbursementPolicy(DatedModel):
    """How much of a payment comes back, and until when, from one day to another."""

    class Method(models.TextChoices):
        ACTUAL_INR = "actual_inr", _("Rupees debited, up to the ceiling at the reference rate")

    method = models.CharField(_("method"), max_length=12, choices=Method, default=Method.ACTUAL_INR)
    markup_admissible = models.BooleanField(_("foreign currency mark-up comes back"), default=False)
    tax_admissible = models.BooleanField(_("tax on the mark-up comes back"), default=False)
    time_bar_years = models.PositiveSmallIntegerField(
        _("years within which a claim is settled after the usual checks"), default=2
    )
    limitation_years = models.PositiveSmallIntegerField(
        _("years after which a claim is time-barred"),
        default=3,
        help_text=_("Between the two, the Head of Department investigates the claim."),
    )
    oldest_rate_days = models.PositiveSmallIntegerField(
        _("days that a reference rate may be older than the payment"),
        default=7,
        help_text=_("The rate of the previous working day counts; one older than this does not."),
    )
    rate_tolerance_percent = models.DecimalField(
        _("per cent by which the bank's rate may differ before the desk is told"),
        max_digits=5,
        decimal_places=2,
        default=Decimal("5.00"),
    )
    appeal_to = models.CharField(_("to whom a rejection is appealed"), max_length=200, blank=True)
    is_verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("policy of reimbursement")
        verbose_name_plural = _("policies of reimbursement")
        constraints = [
            models.UniqueConstraint(
                fields=["effective_from"], name="reimbursement_policy_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(limitation_years__gte=F("time_bar_years")),
                name="reimbursement_policy_years_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.circular_reference} ({self.effective_from:%d.%m.%Y})"

    @classmethod
    def on(cls, day: date) -> "ReimbursementPolicy | None":
        """Return the policy in force on `day`."""
        return cls.objects.in_force(day).first()


class ReferenceRate(models.Model):
    """The reference rate of a currency on a day, with its source."""

    currency = models.CharField(_("currency"), max_length=3, default="USD")
    on = models.DateField(_("day"))
    rate = models.DecimalField(_("INR for one unit"), max_digits=10, decimal_places=4)
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("reference rate")
        verbose_name_plural = _("reference rates")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "on"], name="reimbursement_referencerate_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0), name="reimbursement_referencerate_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate} ({self.on:%d.%m.%Y})"

    @classmethod
    def for_day(
        cls, currency: str, day: date, *, oldest_days: int | None = None
    ) -> "ReferenceRate | None":
        """Return the rate of `day`, or of the latest day before it that has one.

        A rate more than `oldest_days` days older than `day` is no rate of that day.
        """
        rates = cls.objects.filter(currency=currency, on__lte=day)
        if oldest_days is not None:
            rates = rates.filter(on__gte=day - timedelta(days=oldest_days))
        return rates.order_by("-on").first()


class Allotment(models.Model):
    """The money of one financial year under one head, and the offices that pay from it."""

    financial_year = models.CharField(_("financial year"), max_length=7, unique=True)
    demand_number = models.CharField(_("demand number"), max_length=10)
    major_head = models.CharField(_("major head"), max_length=120)
    head_of_account = models.CharField(_("head of account"), max_length=120)
    object_head = models.CharField(_("object head"), max_length=120, blank=True)
    ddo_name = models.CharField(_("Drawing & Disbursing Officer"), max_length=150)
    ddo_code = models.CharField(_("DDO code"), max_length=30, blank=True)
    pao_name = models.CharField(_("Pay & Accounts Office"), max_length=150)
    pao_address = models.TextField(_("address of the Pay & Accounts Office"))
    pao_code = models.CharField(_("PAO code"), max_length=30, blank=True)
    allotted = models.DecimalField(_("allotted, in ₹"), max_digits=12, decimal_places=2)
    committed = models.DecimalField(
        _("committed, in ₹"), max_digits=12, decimal_places=2, default=Decimal("0.00")
    )
    spent = models.DecimalField(
        _("spent, in ₹"), max_digits=12, decimal_places=2, default=Decimal("0.00")
    )
    needs_ifd_concurrence = models.BooleanField(_("IFD concurrence required"), default=True)
    order_reference = models.CharField(_("order of allotment"), max_length=150)
    file_number = models.CharField(_("file on which sanctions issue"), max_length=80)
    series = models.CharField(_("series of sanction orders"), max_length=20, default="iGOT-R")
    is_verified = models.BooleanField(_("verified"), default=False)

    class Meta:
        verbose_name = _("allotment")
        verbose_name_plural = _("allotments")
        constraints = [
            models.CheckConstraint(
                condition=Q(committed__gte=0, spent__gte=0),
                name="reimbursement_allotment_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(allotted__gte=F("committed") + F("spent")),
                name="reimbursement_allotment_not_exceeded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.financial_year}: {self.head_of_account}"

    @property
    def free(self) -> Decimal:
        """What is neither committed nor spent, in ₹."""
        return self.allotted - self.committed - self.spent


class SanctionLimit(models.Model):
    """Up to what amount a sanctioning authority may sanction one claim, by which order."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="sanction_limits", verbose_name=_("user")
    )
    amount = models.DecimalField(_("up to, in ₹"), max_digits=12, decimal_places=2)
    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)
    order_reference = models.CharField(_("order of delegation"), max_length=150)
    designation = models.CharField(
        _("designation"), max_length=150, help_text=_("Under Secretary or above.")
    )
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    is_under_secretary_or_above = models.BooleanField(_("Under Secretary or above"), default=True)

    class Meta:
        verbose_name = _("delegated limit")
        verbose_name_plural = _("delegated limits")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "effective_from"], name="reimbursement_sanctionlimit_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="reimbursement_sanctionlimit_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: ₹{self.amount}"

    @classmethod
    def of(cls, user: User, on: date) -> "SanctionLimit | None":
        """Return the limit of `user` in force on `on`, both days inclusive."""
        rows = cls.objects.filter(holding(on), user=user)
        return rows.order_by("-effective_from").first()
