"""Who offers courses: institutes, providers of platforms, programmes and what passing means."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.models.base import BilingualModel, DatedModel, ends_after_start, in_language


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
            ends_after_start("graderule"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.least_grade}"
