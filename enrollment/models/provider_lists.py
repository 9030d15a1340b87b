"""The lists of confirmed officers that went to providers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Provider, Run
from enrollment.models.registrations import Enrollment


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


class ProviderListLineQuerySet(models.QuerySet["ProviderListLine"]):
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
        ]

    def __str__(self) -> str:
        return f"{self.provider_list}: {self.enrollment}"
