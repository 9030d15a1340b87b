"""Rule sets as law: versions with their days, clauses with their paragraphs, and the audience."""

from datetime import date
from typing import Any, Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Service, User
from circulars.models import Circular
from eligibility import states
from igot.lib.validity import ends_after_start, holding

MOST_YEARS: Final = 40
LEAST_AGE: Final = 18
MOST_AGE: Final = 100


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
        found = self.approved().filter(holding(on), rule_set__code=code)
        return found.order_by("-effective_from")

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
    circular = models.ForeignKey(
        Circular,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("circular on the portal"),
        help_text=_("Where the circular was issued here: pages then lead to it."),
    )
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
    service_years = models.PositiveSmallIntegerField(
        _("years of service"), default=2, validators=[MaxValueValidator(MOST_YEARS)]
    )
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
    age_limit = models.PositiveSmallIntegerField(
        _("age limit"),
        default=56,
        validators=[MinValueValidator(LEAST_AGE), MaxValueValidator(MOST_AGE)],
    )
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
    age_relaxation = models.CharField(
        _("relaxation of the age limit"),
        max_length=10,
        choices=states.AgeRelaxation,
        default=states.AgeRelaxation.NONE,
    )
    missing_data = models.CharField(
        _("a fact that is missing"),
        max_length=10,
        choices=states.MissingData,
        default=states.MissingData.INCOMPLETE,
    )
    selfpaced_commencement = models.CharField(
        _("a self-paced course commences"),
        max_length=15,
        choices=states.SelfPacedCommencement,
        default=states.SelfPacedCommencement.FIRST_ENROLMENT,
    )
    boundary_to_human = models.BooleanField(
        _("show both readings of a boundary case to whoever confirms it"),
        default=True,
        help_text=_("They then have to state that they considered both."),
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
            ends_after_start("eligibility_rulesetversion"),
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
            models.CheckConstraint(
                condition=Q(service_years__lte=MOST_YEARS, age_limit__range=(LEAST_AGE, MOST_AGE)),
                name="eligibility_rulesetversion_years_within_a_life",
            ),
            models.CheckConstraint(
                condition=Q(
                    circular_reference__gt="",
                    audience_source__gt="",
                    service_source__gt="",
                    age_source__gt="",
                ),
                name="eligibility_rulesetversion_quotes_its_paragraphs",
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
