"""What the provider reports of the use of its codes, and what the officers declare themselves."""

from datetime import date

from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from courses.models import Provider
from enrollment.models.coupons import Coupon, CouponIssue
from enrollment.models.provider_files import ProviderFile, ProviderFileQuerySet, file_once
from enrollment.states import UsageState


class UsageReportQuerySet(ProviderFileQuerySet):
    def visible_to(self, user: User) -> "UsageReportQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def awaiting_approval(self) -> "UsageReportQuerySet":
        return self.filter(state=UsageState.READ)

    def to_be_applied(self) -> "UsageReportQuerySet":
        """Return the reports that a second person has approved, first come first."""
        return self.filter(state=UsageState.APPROVED).order_by("pk")

    def covered_until(self, provider: Provider) -> date | None:
        """Return through which day the applied reports of `provider` tell; None: there is none."""
        applied = self.filter(provider=provider, state=UsageState.APPLIED)
        latest: date | None = applied.aggregate(latest=Max("as_on"))["latest"]
        return latest


class UsageReport(ProviderFile):
    """A provider's report on its codes as on a day; whoever brings it in may not approve it."""

    NO_FILE_KEPT = (UsageState.REFUSED, UsageState.STOPPED, UsageState.DISCARDED)

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="usage_reports", verbose_name=_("provider")
    )
    as_on = models.DateField(_("as on"), help_text=_("The day up to which the report tells."))
    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(_("digest"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=UsageState, default=UsageState.READING
    )
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("brought in by")
    )
    uploaded_at = models.DateTimeField(_("brought in at"))
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    applied_to_row = models.PositiveIntegerField(_("applied up to row"), default=0)

    objects = UsageReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report on the use of codes")
        verbose_name_plural = _("reports on the use of codes")
        constraints = [
            file_once("usagereport", besides=(UsageState.DISCARDED,)),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("uploaded_by")),
                name="enrollment_usagereport_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "applied"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="enrollment_usagereport_approved_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} – {self.as_on:%d.%m.%Y}"


class UsageReportRow(models.Model):
    """What became of one row of a report; the code itself is not kept, only its digest."""

    class Outcome(models.TextChoices):
        REDEEMED = "redeemed", _("Redeemed by its officer")
        ALREADY_KNOWN = "already_known", _("Known as redeemed already")
        UNUSED = "unused", _("Not redeemed")
        OTHER_ACCOUNT = "other_account", _("Redeemed by another account")
        CONFLICT = "conflict", _("Redeemed by two accounts")
        NEVER_ISSUED = "never_issued", _("Redeemed, but never issued")
        TAKEN_BACK = "taken_back", _("Redeemed, though taken back")
        UNKNOWN_CODE = "unknown_code", _("Not a code of ours")
        MALFORMED = "malformed", _("Not readable")
        DUPLICATE = "duplicate", _("Told in another row")

    report = models.ForeignKey(
        UsageReport, models.PROTECT, related_name="rows", verbose_name=_("report")
    )
    row = models.PositiveIntegerField(_("row"))
    digest = models.CharField(max_length=64, blank=True)
    ending = models.CharField(_("code ends with"), max_length=4, blank=True)
    coupon = models.ForeignKey(
        Coupon,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="usage_rows",
        verbose_name=_("coupon"),
    )
    is_redeemed = models.BooleanField(_("redeemed"), default=False)
    redeemed_on = models.DateField(_("redeemed on"), null=True, blank=True)
    account = models.CharField(_("redeemed by"), max_length=254, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("row of a report on the use of codes")
        verbose_name_plural = _("rows of reports on the use of codes")
        constraints = [
            models.UniqueConstraint(fields=["report", "row"], name="enrollment_usagereportrow_once")
        ]
        indexes = [
            models.Index(
                fields=["report", "digest"],
                condition=~Q(digest=""),
                name="enrollment_usage_of_code",
            )
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"


class Redemption(models.Model):
    """That a code was redeemed, as the provider reports: when, by which account, from which row."""

    coupon = models.OneToOneField(
        Coupon, models.PROTECT, related_name="redemption", verbose_name=_("coupon")
    )
    issue = models.ForeignKey(
        CouponIssue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="redemptions",
        verbose_name=_("issue"),
        help_text=_("The issue that stood, or the last one. None: it was never issued."),
    )
    is_by_holder = models.BooleanField(_("by the account of its officer"), default=False)
    redeemed_on = models.DateField(_("redeemed on"), null=True, blank=True)
    account = models.CharField(_("redeemed by"), max_length=254, blank=True)
    row = models.ForeignKey(
        UsageReportRow, models.PROTECT, related_name="+", verbose_name=_("row of the report")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("redemption")
        verbose_name_plural = _("redemptions")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_by_holder=False) | Q(issue__isnull=False),
                name="enrollment_redemption_holder_has_issue",
            )
        ]

    def __str__(self) -> str:
        return str(self.coupon)


class RedemptionDeclaration(models.Model):
    """That an officer declares to have paid with the code; kept beside what the provider says."""

    issue = models.OneToOneField(
        CouponIssue, models.PROTECT, related_name="declaration", verbose_name=_("issue")
    )
    redeemed_on = models.DateField(_("paid on"))
    declared_at = models.DateTimeField(_("declared at"))

    class Meta:
        verbose_name = _("declaration of a payment")
        verbose_name_plural = _("declarations of payments")

    def __str__(self) -> str:
        return str(self.issue)
