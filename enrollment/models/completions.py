"""Programmes completed by officers, and what the completion of a programme opens to them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Officer, User
from accounts.roles import Role
from circulars.models import IssuedDocument
from courses.models import DatedModel, Programme, in_language
from igot.lib.validity import ends_after_start


class CompletionBenefit(DatedModel):
    """What the completion of a programme opens, from one day to another, and by what paper."""

    class Kind(models.TextChoices):
        APPLICATION = "application", _("May apply for a further programme")
        DFFT_PRIORITY = "dfft_priority", _("Priority in nominations under the DFFT scheme")

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="benefits", verbose_name=_("programme")
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    text = models.TextField(_("sentence of the letter"))
    text_hi = models.TextField(_("sentence of the letter in Hindi"))

    class Meta:
        verbose_name = _("benefit of completing a programme")
        verbose_name_plural = _("benefits of completing programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "effective_from"],
                name="enrollment_completionbenefit_once_a_day",
            ),
            ends_after_start("enrollment_completionbenefit"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.get_kind_display()}"

    @property
    def text_in_language(self) -> str:
        return in_language(self.text, self.text_hi)


class ProgrammeCompletionQuerySet(models.QuerySet["ProgrammeCompletion"]):
    def visible_to(self, user: User) -> "ProgrammeCompletionQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR):
            return self
        return self if user.is_superuser else self.filter(officer__user=user)

    def of(self, user: User) -> "ProgrammeCompletionQuerySet":
        return self.filter(officer__user=user)

    def valid(self) -> "ProgrammeCompletionQuerySet":
        return self.filter(revoked_at__isnull=True)

    def with_priority(self) -> "ProgrammeCompletionQuerySet":
        """Return those that a list of nominations under the DFFT scheme marks for priority."""
        return self.valid().filter(has_dfft_priority=True)

    def without_letter(self) -> "ProgrammeCompletionQuerySet":
        return self.valid().filter(document__isnull=True)

    def with_all(self) -> "ProgrammeCompletionQuerySet":
        return self.select_related("officer__user", "officer__service", "programme", "document")


class ProgrammeCompletion(models.Model):
    """That an officer has completed a programme: found from verified certificates, then frozen."""

    officer = models.ForeignKey(
        Officer,
        models.PROTECT,
        related_name="programme_completions",
        verbose_name=_("officer"),
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="completions", verbose_name=_("programme")
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    completed_on = models.DateField(_("completed on"))
    found_at = models.DateTimeField(_("found at"))
    # As printed: for each course its title, certificate and day (`facts_of` in completions.py).
    courses: Any = models.JSONField(_("courses"))
    benefits: Any = models.JSONField(_("what it opens"))
    has_dfft_priority = models.BooleanField(_("priority in DFFT nominations"), default=False)
    document = models.OneToOneField(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="programme_completion",
        verbose_name=_("letter"),
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("revoked by")
    )
    revoked_reason = models.CharField(_("why revoked"), max_length=300, blank=True)

    objects = ProgrammeCompletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("completed programme")
        verbose_name_plural = _("completed programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "programme"],
                condition=Q(revoked_at__isnull=True),
                name="enrollment_programmecompletion_once",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True)
                | Q(revoked_by__isnull=False, revoked_reason__gt=""),
                name="enrollment_programmecompletion_revoked_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("enrollment:programmes")

    @property
    def standing(self) -> str:
        """The word for where the completion stands."""
        return str(pgettext_lazy("completion", "Revoked") if self.revoked_at else _("Completed"))
