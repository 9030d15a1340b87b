"""Decisions on officers, kept with all that they rest on, and proposals to override them."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import NodalAppointment, Officer, User
from accounts.roles import Role
from courses.models import Course, Run
from eligibility import reasons, states
from eligibility.models.rule_sets import RuleSetVersion
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet


class DecisionQuerySet(AppendOnlyQuerySet):
    def visible_to(self, user: User) -> "DecisionQuerySet":
        """Return the decisions that `user` may see: all, those of the authority, or own."""
        everyone = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)
        if user.has_role(*everyone) or user.is_superuser:
            return self
        reach = Q(officer__user=user)
        if user.has_role(Role.NODAL_OFFICER):
            own = NodalAppointment.objects.current().filter(user=user)
            reach |= Q(officer__service__authority__in=own.values("authority"))
        return self.filter(reach)

    def on(self, officer: Officer, course: Course, run: Run | None) -> "DecisionQuerySet":
        """Return the decisions on this officer and run (or course without runs), newest first."""
        return self.filter(officer=officer, course=course, run=run).order_by("-pk")

    def standing(self) -> "DecisionQuerySet":
        """Return the decisions that no later one supersedes."""
        return self.filter(superseded_by__isnull=True)

    def with_all(self) -> "DecisionQuerySet":
        """Add what the page of a decision shows."""
        return self.select_related(
            "officer__service__authority",
            "officer__user",
            "course",
            "run__course",
            "rule_set_version__rule_set",
            "rule_set_version__circular",
            "asked_by",
            "override_proposed_by",
            "override_approved_by",
            "supersedes__rule_set_version__rule_set",
            "superseded_by__rule_set_version__rule_set",
        ).prefetch_related("rule_set_version__audience")


class Decision(AppendOnlyModel):
    """What the rules said of one officer and one course or run, with all that it rested on."""

    Outcome = states.Outcome

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="decisions", verbose_name=_("officer")
    )
    course = models.ForeignKey(Course, models.PROTECT, related_name="+", verbose_name=_("course"))
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", verbose_name=_("run"))
    commences_on = models.DateField(_("commencement"))
    registered_on = models.DateField(_("registration"))
    rule_set_version = models.ForeignKey(
        RuleSetVersion, models.PROTECT, related_name="+", verbose_name=_("version of the rule set")
    )
    inputs: Any = models.JSONField(_("facts decided on"))
    findings_data: Any = models.JSONField(_("findings"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=states.Outcome)
    is_provisional = models.BooleanField(
        _("provisional"), help_text=_("Rests on facts that nobody has verified.")
    )
    is_boundary = models.BooleanField(_("on the boundary"))
    is_binding = models.BooleanField(_("binding"))
    first_eligible_on = models.DateField(_("first day of eligibility"), null=True)
    last_eligible_on = models.DateField(_("last day of eligibility"), null=True)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    # An override: the Department decides otherwise than the rules, with a reason and two persons.
    overrides_outcome = models.CharField(
        _("outcome that was overridden"), max_length=12, choices=states.Outcome, blank=True
    )
    override_reason = models.TextField(_("reason of the override"), blank=True)
    override_reference = models.CharField(_("order of the override"), max_length=150, blank=True)
    override_proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("override proposed by")
    )
    override_approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("override approved by")
    )
    asked_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
        help_text=_("Nobody, where the portal itself asked."),
    )
    at = models.DateTimeField(_("at"))

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("eligibility decision")
        verbose_name_plural = _("eligibility decisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(overrides_outcome="")
                | (
                    Q(override_reason__gt="")
                    & Q(override_reference__gt="")
                    & Q(override_proposed_by__isnull=False)
                    & Q(override_approved_by__isnull=False)
                    & ~Q(override_proposed_by=F("override_approved_by"))
                ),
                name="eligibility_decision_override_by_two_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(overrides_outcome="")
                | Q(overrides_outcome__in=["NOT_ELIGIBLE", "REFER"], outcome="ELIGIBLE"),
                name="eligibility_decision_override_makes_eligible",
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "course", "-id"], name="eligibility_decision_latest")
        ]

    def __str__(self) -> str:
        return f"{self.officer}: {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return reverse("eligibility:decision", args=[self.public_id])

    @property
    def number(self) -> str:
        """What letters and claims quote this decision by."""
        return f"ED-{self.at.year}-{self.pk:06d}"

    @property
    def is_override(self) -> bool:
        return bool(self.overrides_outcome)

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings in the present language, each with rule, verdict, reason and paragraph."""
        return [reasons.in_words(finding) for finding in self.findings_data]


class OverrideProposalQuerySet(models.QuerySet["OverrideProposal"]):
    def visible_to(self, user: User) -> "OverrideProposalQuerySet":
        """Return the proposals on decisions that `user` may see, to those who decide or audit."""
        if user.has_role(Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR):
            return self
        return self if user.is_superuser else self.none()

    def open(self) -> "OverrideProposalQuerySet":
        return self.filter(state=states.ProposalState.PROPOSED)


class OverrideProposal(models.Model):
    """That one person proposes to decide otherwise than the rules, for a second to approve."""

    State = states.ProposalState

    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="override_proposals", verbose_name=_("decision")
    )
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=states.ProposalState,
        default=states.ProposalState.PROPOSED,
    )
    reason = models.TextField(_("reason"))
    order_reference = models.CharField(_("order"), max_length=150)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True)

    objects = OverrideProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of an override")
        verbose_name_plural = _("proposals of overrides")
        constraints = [
            models.UniqueConstraint(
                fields=["decision"],
                condition=Q(state="proposed"),
                name="eligibility_overrideproposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(reason__gt="", order_reference__gt=""),
                name="eligibility_overrideproposal_has_grounds",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="eligibility_overrideproposal_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision}: {self.get_state_display()}"
