"""What the selection committee resolved: no course is offered without it."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from circulars.models import Circular
from courses.models.base import Certification, Outcome, in_language
from courses.states import DecisionState
from igot.lib.validity import ends_after_start, holding


class CommitteeDecisionQuerySet(models.QuerySet["CommitteeDecision"]):
    def in_force(self) -> "CommitteeDecisionQuerySet":
        return self.filter(state=DecisionState.IN_FORCE)

    def authorising(self, day: date) -> "CommitteeDecisionQuerySet":
        """Return the decisions by which a course may be offered on `day`, both ends inclusive."""
        holds = holding(day, first="valid_from", until="valid_to")
        return self.in_force().filter(holds, outcome=Outcome.SHORTLISTED)

    def visible_to(self, user: Any) -> "CommitteeDecisionQuerySet":
        """Return what is in force, and everything to the committee and to the desk."""
        roles = (Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)
        if user.is_authenticated and (user.is_staff or user.has_role(*roles)):
            return self
        return self.in_force()

    def awaiting_confirmation(self) -> "CommitteeDecisionQuerySet":
        return self.filter(state=DecisionState.DRAFT)

    def with_course(self) -> "CommitteeDecisionQuerySet":
        return self.select_related("course__institute", "circular", "recorded_by", "confirmed_by")

    def latest_first(self) -> "CommitteeDecisionQuerySet":
        return self.order_by("-valid_from", "resolution_number")


class CommitteeDecision(models.Model):
    """What the selection committee resolved on a course: the authority to offer it."""

    Outcome = Outcome

    resolution_number = models.CharField(_("resolution"), max_length=60, unique=True)
    decided_on = models.DateField(
        _("decided on"), null=True, blank=True, help_text=_("Blank where the source gives no day.")
    )
    course = models.ForeignKey(
        "Course", models.PROTECT, related_name="committee_decisions", verbose_name=_("course")
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    rule_set_code = models.CharField(_("categories of officers (rule set)"), max_length=20)
    audience = models.TextField(_("who may join, in plain words"), blank=True)
    audience_hi = models.TextField(_("who may join, in Hindi"), blank=True)
    fee_ceiling_usd = models.DecimalField(
        _("fee ceiling in US$"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    fee_ceiling_inr = models.DecimalField(
        _("fee ceiling in rupees"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    certification = models.CharField(
        _("certification"), max_length=12, choices=Certification, blank=True
    )
    credit_points = models.PositiveSmallIntegerField(_("credit points"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    reasons = models.TextField(_("reasons"))
    reasons_hi = models.TextField(_("reasons in Hindi"), blank=True)
    circular = models.ForeignKey(
        Circular,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="committee_decisions",
        verbose_name=_("announced by"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=DecisionState, default=DecisionState.DRAFT
    )
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    confirmed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    objects = CommitteeDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("committee decision")
        verbose_name_plural = _("committee decisions")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "rule_set_code"],
                condition=Q(state="in_force"),
                name="courses_committeedecision_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("recorded_by")),
                name="courses_committeedecision_two_persons",
            ),
            ends_after_start("courses_committeedecision", first="valid_from", until="valid_to"),
            models.CheckConstraint(
                condition=(Q(fee_ceiling_usd__isnull=True) | Q(fee_ceiling_usd__gte=0))
                & (Q(fee_ceiling_inr__isnull=True) | Q(fee_ceiling_inr__gte=0)),
                name="courses_committeedecision_ceiling_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.resolution_number

    @property
    def audience_in_language(self) -> str:
        return in_language(self.audience, self.audience_hi)

    @property
    def reasons_in_language(self) -> str:
        return in_language(self.reasons, self.reasons_hi)
