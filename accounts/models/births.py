"""Corrections of a verified date of birth: on an order, proposed by one person, decided by two."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.officers import Officer
from accounts.models.users import User
from accounts.roles import Role
from accounts.states import CorrectionState


class BirthDateCorrectionQuerySet(models.QuerySet["BirthDateCorrection"]):
    def visible_to(self, user: User) -> "BirthDateCorrectionQuerySet":
        """Return the corrections for those who decide on them, or audit them."""
        if user.has_role(Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR):
            return self
        return self if user.is_superuser else self.none()

    def open(self) -> "BirthDateCorrectionQuerySet":
        return self.filter(state=CorrectionState.PROPOSED)


class BirthDateCorrection(models.Model):
    """That the date of birth on record is wrong by an order; a second person decides."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="birth_date_corrections", verbose_name=_("officer")
    )
    born_from = models.DateField(_("date of birth on record"))
    born_to = models.DateField(_("date of birth by the order"))
    order_reference = models.CharField(_("order"), max_length=150)
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(
        _("state"), max_length=8, choices=CorrectionState, default=CorrectionState.PROPOSED
    )
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=500, blank=True)

    objects = BirthDateCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a date of birth")
        verbose_name_plural = _("corrections of dates of birth")
        constraints = [
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(state="proposed"),
                name="accounts_birthdatecorrection_one_open",
            ),
            models.CheckConstraint(
                condition=Q(order_reference__gt="", reason__gt="") & ~Q(born_to=F("born_from")),
                name="accounts_birthdatecorrection_has_grounds",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="accounts_birthdatecorrection_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer}: {self.order_reference}"

    def get_absolute_url(self) -> str:
        return reverse("admin:accounts_birthdatecorrection_change", args=[self.pk])
