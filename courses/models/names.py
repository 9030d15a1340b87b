"""By which other names a course is known: keys of providers, and titles that it bore before."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from courses.models.base import BilingualModel
from courses.models.catalogue import Course
from courses.models.institutes import Provider


class CourseAlias(models.Model):
    """A key by which a provider's files name the course, or an acronym by which it is found."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="aliases", verbose_name=_("course")
    )
    provider = models.ForeignKey(
        Provider,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="aliases",
        verbose_name=_("provider"),
        help_text=_("Blank for an acronym that is nobody's key."),
    )
    key = models.CharField(_("key"), max_length=120)

    class Meta:
        verbose_name = _("other name of a course")
        verbose_name_plural = _("other names of courses")
        constraints = [
            models.UniqueConstraint(
                Lower("key"),
                "provider",
                condition=Q(provider__isnull=False),
                name="courses_coursealias_key_once",
            ),
            models.UniqueConstraint(
                Lower("key"), "course", name="courses_coursealias_once_a_course"
            ),
            models.CheckConstraint(condition=Q(key__gt=""), name="courses_coursealias_not_blank"),
        ]

    def __str__(self) -> str:
        return self.key


class FormerTitle(BilingualModel):
    """A title that the course bore until a day, inclusive; papers of that time still name it so."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="former_titles", verbose_name=_("course")
    )
    until = models.DateField(_("until"))
    reference = models.CharField(_("letter or circular"), max_length=200, blank=True)

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("former title")
        verbose_name_plural = _("former titles")
        constraints = [
            models.UniqueConstraint(
                fields=["course", "until"], name="courses_formertitle_once_a_day"
            )
        ]
