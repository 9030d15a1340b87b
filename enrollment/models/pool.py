"""How large a pool of codes is to be, when it is too small, and what was asked of the provider."""

from datetime import date

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from circulars.models import Circular
from circulars.states import CircularState
from courses.models import Course, Provider
from courses.models.base import DatedModel
from igot.lib.validity import ends_after_start


class PoolPolicy(DatedModel):
    """What the office keeps in hand of a provider's codes, and when it looks into a code."""

    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="pool_policies", verbose_name=_("provider")
    )
    least_codes = models.PositiveIntegerField(
        _("least codes in stock"), help_text=_("Fewer for a course: the desk is told.")
    )
    least_weeks = models.PositiveSmallIntegerField(
        _("least weeks of demand in stock"),
        help_text=_("The codes of a course last for fewer weeks: the desk is told."),
    )
    days_before_expiry = models.PositiveSmallIntegerField(
        _("days before expiry"),
        help_text=_(
            "Codes in stock that expire sooner are told to the desk, and issued codes "
            "that are not redeemed to their officers."
        ),
    )
    notice_weeks = models.PositiveSmallIntegerField(
        _("weeks of notice"), help_text=_("How long the provider takes to send codes.")
    )
    history_months = models.PositiveSmallIntegerField(
        _("months of history"),
        help_text=_("From how far back rates of confirmation and redemption are reckoned."),
    )
    unclaimed_after_days = models.PositiveSmallIntegerField(
        _("days until a claim is expected"),
        help_text=_("After the end of the batch: a code redeemed and not claimed is a case."),
    )
    unused_after_days = models.PositiveSmallIntegerField(
        _("days until a redemption is expected"),
        help_text=_("After the issue: a code that is not redeemed is a case."),
    )

    class Meta:
        verbose_name = _("policy of the pool")
        verbose_name_plural = _("policies of the pool")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "effective_from"], name="enrollment_poolpolicy_once_a_day"
            ),
            ends_after_start("enrollment_poolpolicy"),
            models.CheckConstraint(
                condition=Q(history_months__gt=0), name="enrollment_poolpolicy_some_history"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.circular_reference}"


def policy_of(provider: Provider, on: date) -> PoolPolicy | None:
    """Return the policy of the pool of `provider` in force on `on`; None: nothing is said."""
    found: PoolPolicy | None = PoolPolicy.objects.in_force(on).filter(provider=provider).first()
    return found


class PoolAlertQuerySet(models.QuerySet["PoolAlert"]):
    def visible_to(self, user: User) -> "PoolAlertQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def open(self) -> "PoolAlertQuerySet":
        return self.filter(closed_at__isnull=True)


class PoolAlert(models.Model):
    """That a pool is low, or codes in it expire soon: told once, and over when it is so no more."""

    class Kind(models.TextChoices):
        LOW = "low", _("Few codes left")
        EXPIRING = "expiring", _("Codes expire soon")

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="pool_alerts", verbose_name=_("course")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    codes = models.PositiveIntegerField(_("codes"), help_text=_("When it was told."))
    opened_at = models.DateTimeField(_("since"))
    closed_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = PoolAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert of the pool")
        verbose_name_plural = _("alerts of the pool")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "kind"],
                condition=Q(closed_at__isnull=True),
                name="enrollment_poolalert_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.course}: {self.get_kind_display()}"


class CouponRequestQuerySet(models.QuerySet["CouponRequest"]):
    def visible_to(self, user: User) -> "CouponRequestQuerySet":
        roles = (Role.DEALING_HAND, Role.CIRCULAR_AUTHOR, Role.AUDITOR)
        return self if user.has_role(*roles) or user.is_superuser else self.none()

    def with_received(self) -> "CouponRequestQuerySet":
        """Count the codes that came in batches which name the request."""
        counted = self.select_related("course", "circular")
        return counted.annotate(received=Count("batches__coupons"))

    def outstanding(self) -> "CouponRequestQuerySet":
        """Return what is asked for and has not come in full, with `received`; drafts too."""
        over = [CircularState.SUPERSEDED, CircularState.ARCHIVED]
        asked = self.filter(ended_at__isnull=True).exclude(circular__state__in=over)
        counted = asked.select_related("course", "circular")
        return counted.annotate(received=Count("batches__coupons")).filter(received__lt=F("codes"))

    def outstanding_for(self, course: Course) -> "CouponRequestQuerySet":
        return self.outstanding().filter(course=course).order_by("needed_by", "pk")


class CouponRequest(models.Model):
    """That the provider is asked for codes by a letter, which goes the way of every letter."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="coupon_requests", verbose_name=_("course")
    )
    codes = models.PositiveIntegerField(_("codes asked for"))
    needed_by = models.DateField(_("needed by"))
    circular = models.OneToOneField(
        Circular, models.PROTECT, related_name="coupon_request", verbose_name=_("letter")
    )
    drafted_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("drafted by")
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    ended_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("given up by")
    )
    end_reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = CouponRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for codes")
        verbose_name_plural = _("requests for codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(codes__gt=0), name="enrollment_couponrequest_some_codes"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(end_reason__gt="", ended_by__isnull=False),
                name="enrollment_couponrequest_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.circular.number} – {self.course}"
