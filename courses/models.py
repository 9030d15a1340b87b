"""Institutes, programmes, courses, runs, and what is dated about them: fee, points, grade rule."""

from datetime import date
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from circulars.models import Circular
from courses.states import DecisionState, RunState


class BilingualModel(models.Model):
    """Something with a title in two languages."""

    title = models.CharField(_("title"), max_length=150)
    title_hi = models.CharField(_("title in Hindi"), max_length=150, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title_hi if get_language() == "hi" and self.title_hi else self.title


class DatedQuerySet(models.QuerySet[Any]):
    def in_force(self, on: date) -> "DatedQuerySet":
        """Return the rows in force on `on`, both days inclusive, the latest first."""
        ended = Q(effective_to__isnull=False, effective_to__lt=on)
        return self.filter(effective_from__lte=on).exclude(ended).order_by("-effective_from")


class DatedModel(models.Model):
    """A fact of policy with the days on which it holds and the circular that it comes from."""

    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)
    circular_reference = models.CharField(_("circular"), max_length=200)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


class Provider(models.Model):
    """Who runs the courses' platform: accounts, coupons and results are the provider's."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_hi = models.CharField(_("name in Hindi"), max_length=150, blank=True)
    platform_account = models.CharField(
        _("name of the account on the platform"), max_length=80, blank=True
    )
    programme_account = models.CharField(
        _("name of the account in the programme's portal"), max_length=80, blank=True
    )
    website = models.URLField(_("website"), blank=True)
    issues_coupons = models.BooleanField(_("issues coupons"), default=False)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")

    def __str__(self) -> str:
        return self.name_hi if get_language() == "hi" and self.name_hi else self.name


class Institute(BilingualModel):
    """An institute that offers courses."""

    code = models.SlugField(_("code"), unique=True)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    about = models.TextField(_("about"), blank=True)
    about_hi = models.TextField(_("about, in Hindi"), blank=True)
    country = models.CharField(_("country"), max_length=60, default="India")
    website = models.URLField(_("website"), blank=True)

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("institute")
        verbose_name_plural = _("institutes")


class Programme(BilingualModel):
    """A set of courses that together lead somewhere."""

    code = models.SlugField(_("code"), unique=True)
    summary = models.TextField(_("summary"), blank=True)
    summary_hi = models.TextField(_("summary in Hindi"), blank=True)
    institute = models.ForeignKey(Institute, models.PROTECT, verbose_name=_("institute"))
    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name=_("provider"))

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")


class GradeRule(DatedModel):
    """What passing means in a programme, from one day to another."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="grade_rules", verbose_name=_("programme")
    )
    least_grade = models.DecimalField(
        _("least online grade, in per cent"), max_digits=5, decimal_places=2
    )
    needs_proctored_exam = models.BooleanField(_("proctored examination required"), default=True)

    class Meta:
        verbose_name = _("grade rule")
        verbose_name_plural = _("grade rules")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "effective_from"], name="courses_graderule_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(least_grade__gte=0, least_grade__lte=100),
                name="courses_graderule_within_hundred",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.least_grade}"


class CommitteeDecisionQuerySet(models.QuerySet["CommitteeDecision"]):
    def in_force(self) -> "CommitteeDecisionQuerySet":
        return self.filter(state=DecisionState.IN_FORCE)

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

    class Outcome(models.TextChoices):
        SHORTLISTED = "shortlisted", _("Shortlisted")
        DEFERRED = "deferred", _("Deferred")
        REJECTED = "rejected", _("Rejected")
        MORE_INFORMATION = "more_info", _("More information asked for")

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
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="courses_committeedecision_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.resolution_number

    @property
    def audience_in_language(self) -> str:
        return self.audience_hi if get_language() == "hi" and self.audience_hi else self.audience

    @property
    def reasons_in_language(self) -> str:
        return self.reasons_hi if get_language() == "hi" and self.reasons_hi else self.reasons


class CourseQuerySet(models.QuerySet["Course"]):
    def published(self) -> "CourseQuerySet":
        """Return the courses that the public sees: published on a committee decision in force."""
        decided = CommitteeDecision.objects.filter(
            course=models.OuterRef("pk"),
            state=DecisionState.IN_FORCE,
            outcome=CommitteeDecision.Outcome.SHORTLISTED,
        )
        return self.filter(models.Exists(decided), is_published=True)

    def visible_to(self, user: Any) -> "CourseQuerySet":
        """Return the published courses, and all to those who work at the desk."""
        if user.is_authenticated and user.is_staff:
            return self
        return self.published()

    def search(self, words: str) -> "CourseQuerySet":
        """Return the courses that hold each of the first eight words in a title or a text."""
        for word in words.replace("\0", "")[:200].split()[:8]:
            found = Q(title__icontains=word) | Q(title_hi__icontains=word)
            found |= Q(objective__icontains=word) | Q(objective_hi__icontains=word)
            found |= Q(institute__title__icontains=word) | Q(institute__short_name__icontains=word)
            found |= Q(institute__title_hi__icontains=word) | Q(code__icontains=word)
            self = self.filter(found)
        return self


class Course(BilingualModel):
    """A course of the catalogue, rested on a committee decision and a circular."""

    class Level(models.TextChoices):
        INTRODUCTORY = "introductory", _("Introductory")
        INTERMEDIATE = "intermediate", _("Intermediate")
        ADVANCED = "advanced", _("Advanced")

    class Mode(models.TextChoices):
        RUN = "run", _("In batches")
        SELF_PACED = "self_paced", _("Self-paced")

    class Certification(models.TextChoices):
        GRADE_AND_EXAM = "grade_exam", _("Online grade and proctored examination")
        MODULES = "modules", _("Completion of all modules")
        CERTIFICATE = "certificate", _("Certificate of the institute")

    code = models.SlugField(_("code"), unique=True, help_text=_("In Latin letters."))
    level = models.CharField(
        _("level"),
        max_length=12,
        choices=Level,
        blank=True,
        help_text=_("Blank where the institute gives none."),
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    certification = models.CharField(_("certification"), max_length=12, choices=Certification)
    language = models.CharField(_("language"), max_length=60, default="English")
    objective = models.TextField(_("objective"))
    objective_hi = models.TextField(_("objective in Hindi"), blank=True)
    prerequisites = models.TextField(_("prerequisites"), blank=True)
    prerequisites_hi = models.TextField(_("prerequisites in Hindi"), blank=True)
    weekly_lectures = models.PositiveSmallIntegerField(_("lectures a week"), null=True, blank=True)
    least_weekly_hours = models.PositiveSmallIntegerField(
        _("hours a week, at least"), null=True, blank=True
    )
    most_weekly_hours = models.PositiveSmallIntegerField(
        _("hours a week, at most"), null=True, blank=True
    )
    weeks = models.PositiveSmallIntegerField(_("weeks"), null=True, blank=True)
    institute = models.ForeignKey(
        Institute, models.PROTECT, related_name="courses", verbose_name=_("institute")
    )
    partners = models.ManyToManyField(
        Institute, blank=True, related_name="partnered_courses", verbose_name=_("partners")
    )
    provider = models.ForeignKey(
        Provider, models.PROTECT, related_name="courses", verbose_name=_("provider")
    )
    programmes = models.ManyToManyField(
        Programme, through="ProgrammeCourse", related_name="courses", verbose_name=_("programmes")
    )
    rule_set_code = models.CharField(_("rule set"), max_length=20)
    website = models.URLField(_("page of the course"), blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = CourseQuerySet.as_manager()

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints = [
            models.CheckConstraint(
                condition=Q(least_weekly_hours__isnull=True)
                | Q(most_weekly_hours__isnull=True)
                | Q(most_weekly_hours__gte=F("least_weekly_hours")),
                name="courses_course_weekly_hours_in_order",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("courses:detail", args=[self.code])

    @property
    def objective_in_language(self) -> str:
        return self.objective_hi if get_language() == "hi" and self.objective_hi else self.objective

    @property
    def prerequisites_in_language(self) -> str:
        hindi = get_language() == "hi" and self.prerequisites_hi
        return self.prerequisites_hi if hindi else self.prerequisites

    @property
    def is_self_paced(self) -> bool:
        return self.mode == self.Mode.SELF_PACED


class ProgrammeCourse(models.Model):
    """The place of a course in a programme."""

    programme = models.ForeignKey(Programme, models.PROTECT, verbose_name=_("programme"))
    course = models.ForeignKey(Course, models.PROTECT, verbose_name=_("course"))
    position = models.PositiveSmallIntegerField(_("position"))
    is_required = models.BooleanField(_("required"), default=True)

    class Meta:
        verbose_name = _("course of a programme")
        verbose_name_plural = _("courses of programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "course"], name="courses_programmecourse_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.course_id}"


class CourseModule(BilingualModel):
    """A module of a course's outline."""

    course = models.ForeignKey(
        Course,
        models.CASCADE,  # a module is a part of its course
        related_name="modules",
        verbose_name=_("course"),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    summary = models.TextField(_("summary"), blank=True)
    summary_hi = models.TextField(_("summary in Hindi"), blank=True)

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "position"], name="courses_coursemodule_position"
            )
        ]


class CourseUnit(BilingualModel):
    """A unit of a module."""

    module = models.ForeignKey(
        CourseModule,
        models.CASCADE,  # a unit is a part of its module
        related_name="units",
        verbose_name=_("module"),
    )
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.UniqueConstraint(
                fields=["module", "position"], name="courses_courseunit_position"
            )
        ]


class CourseFee(DatedModel):
    """What a course costs and how much of it comes back, in US$, from one day to another."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="fees", verbose_name=_("course")
    )
    fee_usd = models.DecimalField(
        _("fee in US$"), max_digits=8, decimal_places=2, validators=[MinValueValidator(0)]
    )
    cap_usd = models.DecimalField(
        _("reimbursed up to, in US$"),
        max_digits=8,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )

    class Meta:
        verbose_name = _("fee of a course")
        verbose_name_plural = _("fees of courses")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "effective_from"], name="courses_coursefee_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(fee_usd__gte=0, cap_usd__gte=0), name="courses_coursefee_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"US$ {self.fee_usd}"


class CourseCredit(DatedModel):
    """The credit points of a course, from one day to another."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="credits", verbose_name=_("course")
    )
    points = models.PositiveSmallIntegerField(_("credit points"))

    class Meta:
        verbose_name = _("credit points of a course")
        verbose_name_plural = _("credit points of courses")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "effective_from"], name="courses_coursecredit_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return str(self.points)


class RunQuerySet(models.QuerySet["Run"]):
    def open_on(self, day: date) -> "RunQuerySet":
        """Return the runs open for registration on `day`, both days of the window inclusive."""
        return self.filter(
            state=RunState.SCHEDULED,
            registration_opens_on__lte=day,
            registration_closes_on__gte=day,
        )

    def of_published(self) -> "RunQuerySet":
        return self.filter(course__in=Course.objects.published())

    def in_order(self) -> "RunQuerySet":
        return self.order_by(F("commences_on").asc(nulls_last=True), "pk")


class Run(models.Model):
    """One batch of a course: its window of registration and its days."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="runs", verbose_name=_("course")
    )
    code = models.SlugField(_("code"), unique=True, max_length=80)
    name = models.CharField(_("name"), max_length=100)
    name_hi = models.CharField(_("name in Hindi"), max_length=100, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=RunState, default=RunState.SCHEDULED
    )
    registration_opens_on = models.DateField(_("registration opens on"), null=True, blank=True)
    registration_closes_on = models.DateField(_("registration closes on"), null=True, blank=True)
    commences_on = models.DateField(_("commences on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=250, blank=True)
    note_hi = models.CharField(_("note in Hindi"), max_length=250, blank=True)
    circular = models.ForeignKey(
        Circular, models.PROTECT, null=True, blank=True, verbose_name=_("announced by")
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="scheduled")
                | Q(
                    registration_opens_on__isnull=False,
                    registration_closes_on__isnull=False,
                    commences_on__isnull=False,
                ),
                name="courses_run_scheduled_has_dates",
            ),
            models.CheckConstraint(
                condition=Q(registration_closes_on__isnull=True)
                | Q(registration_closes_on__gte=F("registration_opens_on")),
                name="courses_run_window_in_order",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("commences_on")),
                name="courses_run_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(
                fields=["registration_closes_on", "registration_opens_on"],
                name="courses_run_window",
            )
        ]

    def __str__(self) -> str:
        return self.name_hi if get_language() == "hi" and self.name_hi else self.name

    def is_open_on(self, day: date) -> bool:
        """Return whether registration is open on `day`, both days of the window inclusive."""
        opens, closes = self.registration_opens_on, self.registration_closes_on
        return bool(
            self.state == RunState.SCHEDULED and opens and closes and opens <= day <= closes
        )

    @property
    def is_open(self) -> bool:
        return self.is_open_on(timezone.localdate())
