"""The lists of confirmed officers that went to providers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from courses.models import Provider, Run
from enrollment.models.registrations import Enrollment
from enrollment.states import WITH_COUPON


class ProviderList(models.Model):
    """A list of confirmed officers as it was sent to the provider, byte for byte."""

    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name=_("provider"))
    run = models.ForeignKey(
        Run,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="provider_lists",
        verbose_name=_("run"),
        help_text=_("Empty: all runs of the provider."),
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    dated_on = models.DateField(_("dated"))
    rows = models.PositiveIntegerField(_("rows"))
    content = models.BinaryField(_("file"))
    sha256 = models.CharField(_("digest"), max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("list for the provider")
        verbose_name_plural = _("lists for the provider")

    def __str__(self) -> str:
        return self.number


class ListAnswer(models.TextChoices):
    """What a provider says of an officer on a list."""

    ACCEPTED = "accepted", _("Accepted")
    ALREADY = "already_enrolled", _("Already enrolled")
    UNKNOWN = "unknown_account", _("Account not known")
    REJECTED = "rejected", _("Rejected")


REFUSALS = (ListAnswer.UNKNOWN, ListAnswer.REJECTED)


class ProviderListLineQuerySet(models.QuerySet["ProviderListLine"]):
    def visible_to(self, user: User) -> "ProviderListLineQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def refused(self) -> "ProviderListLineQuerySet":
        """Return the lines that the provider refused and that nobody has settled or corrected."""
        return self._unsettled().filter(corrected_at__isnull=True)

    def corrected(self) -> "ProviderListLineQuerySet":
        """Return the lines that were refused, are corrected, and wait for the next list."""
        return self._unsettled().filter(corrected_at__isnull=False)

    def _unsettled(self) -> "ProviderListLineQuerySet":
        return self.standing().filter(
            answer__in=REFUSALS, settled_at__isnull=True, enrollment__state__in=WITH_COUPON
        )

    def of(self, enrollment: Enrollment) -> "ProviderListLineQuerySet":
        return self.filter(enrollment=enrollment)

    def standing(self) -> "ProviderListLineQuerySet":
        """Return the lines that no later list has corrected."""
        return self.filter(superseded_at__isnull=True)


class ProviderListLine(models.Model):
    """That a registration stands on a list; a later, corrected line takes its place."""

    provider_list = models.ForeignKey(
        ProviderList, models.PROTECT, related_name="lines", verbose_name=_("list")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="provider_lines", verbose_name=_("registration")
    )
    digest = models.CharField(_("digest of the line"), max_length=64)
    is_correction = models.BooleanField(_("correction"), default=False)
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=16, choices=ListAnswer, blank=True)
    remark = models.CharField(_("remark of the provider"), max_length=250, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    corrected_at = models.DateTimeField(
        _("user names corrected at"),
        null=True,
        blank=True,
        help_text=_("The next list carries the corrected line."),
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_reason = models.CharField(_("how it was settled"), max_length=250, blank=True)

    objects = ProviderListLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a list for the provider")
        verbose_name_plural = _("lines of lists for the provider")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(superseded_at__isnull=True),
                name="enrollment_providerlistline_one_standing",
            ),
            models.UniqueConstraint(
                fields=["provider_list", "enrollment"], name="enrollment_providerlistline_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="enrollment_providerlistline_answered_at",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, settled_reason="")
                | Q(settled_at__isnull=False, settled_by__isnull=False, settled_reason__gt=""),
                name="enrollment_providerlistline_settled_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answered_at"],
                condition=Q(
                    answer__in=["unknown_account", "rejected"],
                    settled_at__isnull=True,
                    superseded_at__isnull=True,
                ),
                name="enrollment_list_refusals",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider_list}: {self.enrollment}"
