"""Who offers courses: institutes, providers of platforms, programmes and what passing means."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models.base import BilingualModel, DatedModel, in_language
from igot.lib.validity import ends_after_start


class PublicQuerySet(models.QuerySet[Any]):
    """Rows that anybody may see."""

    def visible_to(self, user: Any) -> "PublicQuerySet":
        return self


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
        return in_language(self.name, self.name_hi)


class Institute(BilingualModel):
    """An institute that offers courses."""

    code = models.SlugField(_("code"), unique=True)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    short_name_hi = models.CharField(_("short name in Hindi"), max_length=60, blank=True)
    about = models.TextField(_("about"), blank=True)
    about_hi = models.TextField(_("about, in Hindi"), blank=True)
    country = models.CharField(_("country"), max_length=60, default="India")
    website = models.URLField(_("website"), blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("institute")
        verbose_name_plural = _("institutes")

    def get_absolute_url(self) -> str:
        return reverse("courses:institute", args=[self.code])

    @property
    def brief_name(self) -> str:
        """The short name where there is one, else the full one."""
        return in_language(self.short_name, self.short_name_hi) or str(self)

    @property
    def about_in_language(self) -> str:
        return in_language(self.about, self.about_hi)


class Programme(BilingualModel):
    """A set of courses that together lead somewhere."""

    code = models.SlugField(_("code"), unique=True)
    summary = models.TextField(_("summary"), blank=True)
    summary_hi = models.TextField(_("summary in Hindi"), blank=True)
    institute = models.ForeignKey(Institute, models.PROTECT, verbose_name=_("institute"))
    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name=_("provider"))

    objects = PublicQuerySet.as_manager()

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def get_absolute_url(self) -> str:
        return reverse("courses:programme", args=[self.code])

    @property
    def summary_in_language(self) -> str:
        return in_language(self.summary, self.summary_hi)


# What passing means, column by column: of a grade rule, and of whatever was decided under one.
RULE_FIELDS: Final = (
    "least_grade",
    "needs_proctored_exam",
    "online_weight",
    "exam_weight",
    "least_exam_score",
    "least_total",
)


class GradeRule(DatedModel):
    """What passing means in a programme, from one day to another.

    Either the examination is passed or it is not, as the provider says; or online grade and score
    of the examination are weighed, and the total decides.
    """

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="grade_rules", verbose_name=_("programme")
    )
    least_grade = models.DecimalField(
        _("least online grade, in per cent"), max_digits=5, decimal_places=2
    )
    needs_proctored_exam = models.BooleanField(_("proctored examination required"), default=True)
    least_exam_score = models.DecimalField(
        _("least score of the examination, in per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Blank: the provider says whether the examination is passed."),
    )
    online_weight = models.DecimalField(
        _("weight of the online grade, in per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Blank, with the next two: nothing is weighed."),
    )
    exam_weight = models.DecimalField(
        _("weight of the examination, in per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
    )
    least_total = models.DecimalField(
        _("least total, in per cent"), max_digits=5, decimal_places=2, null=True, blank=True
    )

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
            models.CheckConstraint(
                condition=Q(
                    online_weight__isnull=True, exam_weight__isnull=True, least_total__isnull=True
                )
                | Q(
                    online_weight__gt=0,
                    exam_weight=100 - F("online_weight"),
                    exam_weight__gt=0,
                    least_total__range=(0, 100),
                    needs_proctored_exam=True,
                ),
                name="courses_graderule_weights_make_a_hundred",
            ),
            models.CheckConstraint(
                condition=Q(least_exam_score__isnull=True)
                | Q(least_exam_score__range=(0, 100), needs_proctored_exam=True),
                name="courses_graderule_exam_score_of_an_exam",
            ),
            ends_after_start("courses_graderule"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.least_grade}"

    def clean(self) -> None:
        weighed = [self.online_weight, self.exam_weight, self.least_total]
        has_weights = any(value is not None for value in weighed)
        problems = {}
        if has_weights and None in weighed:
            names = ("online_weight", "exam_weight", "least_total")
            missing = [n for n, value in zip(names, weighed, strict=True) if value is None]
            words = gettext("Give both weights and the least total, or leave all three blank.")
            problems = dict.fromkeys(missing, words)
        elif has_weights and sum(weighed[:2]) != 100:  # type: ignore[arg-type]
            problems["exam_weight"] = gettext("The two weights make a hundred together.")
        if not self.needs_proctored_exam and (has_weights or self.least_exam_score is not None):
            words = gettext("Weights and a least score need a proctored examination.")
            problems.setdefault("needs_proctored_exam", words)
        if problems:
            raise ValidationError(problems)
