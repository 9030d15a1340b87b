"""Rule sets as law, their audience, and the decisions made with them."""

import uuid
from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import NodalAppointment, Officer, Service, User
from accounts.roles import Role
from courses.models import Course, Run
from eligibility import reasons, states
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet


class RuleSet(models.Model):
    """A body of eligibility rules that courses name by its code; its versions hold the rules."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_hi = models.CharField(_("name in Hindi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")

    def __str__(self) -> str:
        return f"{self.code}: {self.name_in_language}"

    @property
    def name_in_language(self) -> str:
        return self.name_hi if get_language() == "hi" and self.name_hi else self.name


class RuleSetVersionQuerySet(models.QuerySet["RuleSetVersion"]):
    def approved(self) -> "RuleSetVersionQuerySet":
        return self.filter(approved_at__isnull=False)

    def in_force(self, code: str, on: date) -> "RuleSetVersionQuerySet":
        """Return the approved version of rule set `code` on `on`, both days inclusive."""
        ended = Q(effective_to__isnull=False, effective_to__lt=on)
        found = self.approved().filter(rule_set__code=code, effective_from__lte=on)
        return found.exclude(ended).order_by("-effective_from")

    def governing(self, code: str, on: date) -> "RuleSetVersion | None":
        """Return the version that judges a training commencing on `on`.

        It is the one in force; before the first one, the first: docs/decisions/0021.
        """
        versions = self.select_related("rule_set").prefetch_related("audience")
        in_force = versions.in_force(code, on).first()
        first = versions.approved().filter(rule_set__code=code).order_by("effective_from")
        return in_force or first.first()


class RuleSetVersion(models.Model):
    """The rules of one rule set from one day to another, each clause with its paragraph."""

    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, related_name="versions", verbose_name=_("rule set")
    )
    version = models.PositiveSmallIntegerField(_("version"))
    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)
    circular_reference = models.CharField(_("circular"), max_length=200)
    audience_source = models.CharField(_("paragraph on who is eligible"), max_length=150)
    audience_source_hi = models.CharField(
        _("paragraph on who is eligible, in Hindi"), max_length=150, blank=True
    )
    service_source = models.CharField(_("paragraph on length of service"), max_length=150)
    service_source_hi = models.CharField(
        _("paragraph on length of service, in Hindi"), max_length=150, blank=True
    )
    age_source = models.CharField(_("paragraph on age"), max_length=150)
    age_source_hi = models.CharField(_("paragraph on age, in Hindi"), max_length=150, blank=True)
    service_base = models.CharField(
        _("service counts from"), max_length=16, choices=states.ServiceBase
    )
    joining_stands_in_for: Any = models.JSONField(
        _("services counted from joining where no year of allotment is known"),
        default=list,
        blank=True,
        help_text=_("Values of “length of service counts from” in the list of services."),
    )
    service_years = models.PositiveSmallIntegerField(_("years of service"), default=2)
    service_edge = models.CharField(
        _("the period is complete"),
        max_length=10,
        choices=states.ServiceEdge,
        default=states.ServiceEdge.NEXT_DAY,
    )
    service_test_date = models.CharField(
        _("service is tested on"),
        max_length=12,
        choices=states.TestDate,
        default=states.TestDate.COMMENCEMENT,
    )
    service_break_policy = models.CharField(
        _("a break in service"),
        max_length=7,
        choices=states.BreakPolicy,
        default=states.BreakPolicy.REFER,
    )
    age_limit = models.PositiveSmallIntegerField(_("age limit"), default=56)
    age_reference_month = models.PositiveSmallIntegerField(
        _("month of the age rule"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    age_reference_day = models.PositiveSmallIntegerField(
        _("day of the age rule"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
    )
    age_mode = models.CharField(
        _("reading of the age rule"),
        max_length=20,
        choices=states.AgeMode,
        default=states.AgeMode.INCLUSIVE,
    )
    treat_cscs_as_css = models.BooleanField(_("treat CSCS as CSS"), default=False)
    treat_ut_services_as_state = models.BooleanField(
        _("treat services of the Union Territories as State services"), default=False
    )
    include_state_police_forest = models.BooleanField(
        _("include State police and forest services"), default=False
    )
    drafted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("drafted by")
    )
    approved_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
        help_text=_("Nobody, for the versions that the portal was delivered with."),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = RuleSetVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a rule set")
        verbose_name_plural = _("versions of rule sets")
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set", "version"], name="eligibility_rulesetversion_once"
            ),
            models.UniqueConstraint(
                fields=["rule_set", "effective_from"],
                condition=Q(approved_at__isnull=False),
                name="eligibility_rulesetversion_one_from_a_day",
            ),
            models.UniqueConstraint(
                fields=["rule_set"],
                condition=Q(approved_at__isnull=False, effective_to__isnull=True),
                name="eligibility_rulesetversion_one_without_end",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="eligibility_rulesetversion_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(drafted_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(drafted_by=F("approved_by")),
                name="eligibility_rulesetversion_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(age_reference_month__range=(1, 12), age_reference_day__range=(1, 28)),
                name="eligibility_rulesetversion_reference_day_exists",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set.code}, {_('version')} {self.version}"

    @property
    def state(self) -> states.VersionState:
        """Draft until a second person approves it; from then on it is never edited."""
        return states.VersionState.APPROVED if self.approved_at else states.VersionState.DRAFT


class AudienceEntry(models.Model):
    """One line of who is admitted or referred: a family of services or a service, and a group."""

    class Answer(models.TextChoices):
        ADMIT = "ADMIT", _("Admit")
        REFER = "REFER", _("Refer to the Department")

    rule_set_version = models.ForeignKey(
        RuleSetVersion,
        models.CASCADE,  # a line is a part of its version
        related_name="audience",
        verbose_name=_("version"),
    )
    family = models.CharField(_("family"), max_length=12, choices=Service.Family, blank=True)
    service_code = models.CharField(_("service"), max_length=20, blank=True)
    group = models.CharField(_("group"), max_length=1, choices=Officer.Group)
    answer = models.CharField(_("answer"), max_length=5, choices=Answer, default=Answer.ADMIT)
    source = models.CharField(
        _("paragraph"),
        max_length=150,
        blank=True,
        help_text=_("Where it is not that of the version."),
    )
    source_hi = models.CharField(_("paragraph, in Hindi"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("line of the audience")
        verbose_name_plural = _("lines of the audience")
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set_version", "family", "service_code", "group"],
                name="eligibility_audienceentry_once",
            ),
            models.CheckConstraint(
                condition=Q(family="", service_code__gt="") | Q(family__gt="", service_code=""),
                name="eligibility_audienceentry_family_or_service",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_code or self.family} {self.group}: {self.answer}"


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
            "asked_by",
            "override_proposed_by",
            "override_approved_by",
            "superseded_by",
        )


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
