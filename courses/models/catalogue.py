"""Courses, their outline, and what is dated about them: fee and credit points."""

from datetime import date
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models.base import (
    BilingualModel,
    Certification,
    DatedModel,
    in_language,
)
from courses.models.committee import CommitteeDecision
from courses.models.institutes import GradeRule, Institute, Programme, Provider
from igot.lib.validity import ends_after_start

OF_THE_EXAM = ("online_weight", "exam_weight", "least_total", "least_exam_score")  # in a grade rule


class CourseQuerySet(models.QuerySet["Course"]):
    def published(self, on: date | None = None) -> "CourseQuerySet":
        """Return what the public sees on a day (today): published, on a decision in force.

        The decision opens the course to certain officers, so it names the course's rule set.
        """
        decided = CommitteeDecision.objects.authorising(on or timezone.localdate())
        same = decided.filter(course=OuterRef("pk"), rule_set_code=OuterRef("rule_set_code"))
        return self.filter(Exists(same), is_published=True)

    def with_page(self, on: date | None = None) -> "CourseQuerySet":
        """Return what has a public page: the published courses, and those withdrawn since.

        The page of a withdrawn course stays for those who took it; it is in no list.
        """
        offered = Q(pk__in=Course.objects.published(on).values("pk"))
        history = Q(withdrawn_on__isnull=False, first_published_at__isnull=False)
        return self.filter(offered | history)

    def visible_to(self, user: Any) -> "CourseQuerySet":
        """Return the published courses, and all to those who work at the desk."""
        if user.is_authenticated and user.is_staff:
            return self
        return self.published()

    def of_institute(self, institute: Institute) -> "CourseQuerySet":
        """Return the courses that `institute` offers, alone or as a partner."""
        as_partner = Q(pk__in=institute.partnered_courses.values("pk"))
        return self.filter(Q(institute=institute) | as_partner)

    def of_key(self, key: int) -> "CourseQuerySet":
        return self.filter(pk=key)

    def beside(self, course: "Course") -> "CourseQuerySet":
        """Return the other courses of the programmes of `course`."""
        places = ProgrammeCourse.objects.filter(programme__in=course.programmes.values("pk"))
        return self.filter(pk__in=places.values("course")).exclude(pk=course.pk)

    def search(self, words: str) -> "CourseQuerySet":
        """Return the courses that hold each of the first eight words in a title or a text."""
        for word in words.replace("\0", "")[:200].split()[:8]:
            found = Q(title__icontains=word) | Q(title_hi__icontains=word)
            found |= Q(objective__icontains=word) | Q(objective_hi__icontains=word)
            found |= Q(institute__title__icontains=word) | Q(institute__short_name__icontains=word)
            found |= Q(institute__title_hi__icontains=word) | Q(code__icontains=word)
            self = self.filter(found)
        return self

    def with_terms(self, day: date) -> "CourseQuerySet":
        """Add what holds on `day`: fee, cap and points, each None where nothing is notified."""
        fee = CourseFee.objects.in_force(day).filter(course=OuterRef("pk"))
        points = CourseCredit.objects.in_force(day).filter(course=OuterRef("pk"))
        return self.annotate(
            fee_usd=Subquery(fee.values("fee_usd")[:1]),
            cap_usd=Subquery(fee.values("cap_usd")[:1]),
            points=Subquery(points.values("points")[:1]),
        )

    def for_page(self, day: date) -> "CourseQuerySet":
        """Add all that the page of a course says of the course itself, as it stands on `day`."""
        rules = GradeRule.objects.in_force(day).filter(programme__courses=OuterRef("pk"))
        return (
            self.with_terms(day)
            .select_related("institute", "provider")
            .annotate(
                least_grade=Subquery(rules.values("least_grade")[:1]),
                needs_exam=Subquery(rules.values("needs_proctored_exam")[:1]),
                **{name: Subquery(rules.values(name)[:1]) for name in OF_THE_EXAM},
            )
        )


class Course(BilingualModel):
    """A course of the catalogue, rested on a committee decision and a circular."""

    class Level(models.TextChoices):
        INTRODUCTORY = "introductory", _("Introductory")
        INTERMEDIATE = "intermediate", _("Intermediate")
        ADVANCED = "advanced", _("Advanced")

    class Mode(models.TextChoices):
        RUN = "run", _("In batches")
        SELF_PACED = "self_paced", _("Self-paced")

    Certification = Certification

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
    first_published_at = models.DateTimeField(_("first published at"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("why withdrawn"), max_length=300, blank=True)
    withdrawn_reason_hi = models.CharField(_("why withdrawn, in Hindi"), max_length=300, blank=True)
    withdrawn_reference = models.CharField(_("withdrawn by"), max_length=200, blank=True)
    superseded_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supersedes",
        verbose_name=_("superseded by"),
    )
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
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(is_published=False),
                name="courses_course_withdrawn_not_offered",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True)
                | Q(withdrawn_on__isnull=False) & ~Q(superseded_by=F("pk")),
                name="courses_course_superseded_is_withdrawn",
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("courses:detail", args=[self.code])

    @property
    def objective_in_language(self) -> str:
        return in_language(self.objective, self.objective_hi)

    @property
    def prerequisites_in_language(self) -> str:
        return in_language(self.prerequisites, self.prerequisites_hi)

    @property
    def withdrawn_reason_in_language(self) -> str:
        return in_language(self.withdrawn_reason, self.withdrawn_reason_hi)

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

    @property
    def summary_in_language(self) -> str:
        return in_language(self.summary, self.summary_hi)


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
            ends_after_start("courses_coursefee"),
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
            ),
            ends_after_start("courses_coursecredit"),
        ]

    def __str__(self) -> str:
        return str(self.points)
