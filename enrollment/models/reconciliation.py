"""Cases in which issue, redemption at the provider and claim do not agree."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from courses.models import Course, Provider
from enrollment.models.coupons import Coupon, CouponIssue
from enrollment.models.registrations import Enrollment
from enrollment.models.usage import UsageReportRow
from enrollment.states import CaseState
from igot.lib.dates import civil_date, civil_today


class ReconciliationCaseQuerySet(models.QuerySet["ReconciliationCase"]):
    def visible_to(self, user: User) -> "ReconciliationCaseQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def open(self) -> "ReconciliationCaseQuerySet":
        return self.filter(state=CaseState.OPEN)

    def standing(self) -> "ReconciliationCaseQuerySet":
        """Return what is open or was closed by somebody: these facts open no further case."""
        return self.exclude(reason=ReconciliationCase.Reason.SETTLED)


class ReconciliationCase(models.Model):
    """One disagreement of the three accounts, open until somebody closes it with a reason."""

    class Kind(models.TextChoices):
        LEAKED = "leaked", _("Redeemed, but never issued")
        OTHER_ACCOUNT = "other_account", _("Redeemed by another account")
        TAKEN_BACK = "taken_back", _("Redeemed, though taken back")
        UNKNOWN_CODE = "unknown_code", _("A code that is not ours was redeemed")
        CLAIM_ALONE = "claim_alone", _("Claimed without redemption")
        UNCLAIMED = "unclaimed", _("Redeemed, but never claimed")
        UNUSED = "unused", _("Issued long ago and not redeemed")

    class Reason(models.TextChoices):
        REPORT_WRONG = "report_wrong", _("The provider’s report was wrong")
        RECORD_WRONG = "record_wrong", _("Our record was wrong and is set right")
        EXPLAINED = "explained", _("The officer has explained it")
        NOT_CLAIMED = "not_claimed", _("The officer makes no claim")
        REPLACED = "replaced", _("The code was replaced")
        ANOTHER_WAY = "another_way", _("Dealt with on the file")
        SETTLED = "settled", _("Settled by what came later")

    BY_HAND = tuple(choice for choice in Reason.choices if choice[0] != "settled")

    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    # What it is about, as "issue 12", and the facts that opened it: for these it opens once.
    subject = models.CharField(max_length=90)
    facts = models.CharField(max_length=64, blank=True)
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="+", verbose_name=_("provider")
    )
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("course")
    )
    coupon = models.ForeignKey(
        Coupon,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("coupon"),
    )
    issue = models.ForeignKey(
        CouponIssue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("issue"),
    )
    enrollment = models.ForeignKey(
        Enrollment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reconciliation_cases",
        verbose_name=_("registration"),
    )
    row = models.ForeignKey(
        UsageReportRow,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("row of the report"),
    )
    state = models.CharField(_("state"), max_length=6, choices=CaseState, default=CaseState.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    taken_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dealt with by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    reason = models.CharField(_("reason"), max_length=15, choices=Reason, blank=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True)

    objects = ReconciliationCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case of reconciliation")
        verbose_name_plural = _("cases of reconciliation")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state="open"),
                name="enrollment_reconciliationcase_one_open",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject", "facts"],
                condition=~Q(reason="settled"),
                name="enrollment_reconciliationcase_once_for_facts",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, reason="")
                | Q(state="closed", closed_at__isnull=False, reason__gt=""),
                name="enrollment_reconciliationcase_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(closed_by__isnull=False) | Q(reason="settled"),
                name="enrollment_reconciliationcase_closed_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_at"], name="enrollment_cases_in_order")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.coupon or self.enrollment or self.ending}"

    @property
    def ending(self) -> str:
        return f"••••{self.row.ending}" if self.row else ""

    @property
    def days_open(self) -> int:
        """Return for how many days the case has been open, or was."""
        until = civil_date(self.closed_at) if self.closed_at else civil_today()
        return max(0, (until - civil_date(self.opened_at)).days)
