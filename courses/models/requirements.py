"""What completes a programme: a tree of courses, "all of" and "any N of"."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.base import BilingualModel
from courses.models.catalogue import Course
from courses.models.institutes import Programme


class Requirement(BilingualModel):
    """A node of the tree: one course, all of its branches, or at least some of them.

    The root has no parent. A programme without a tree asks for all its required courses.
    """

    class Kind(models.TextChoices):
        COURSE = "course", _("This course")
        ALL = "all", _("All of these")
        ANY = "any", _("At least some of these")

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="requirements", verbose_name=_("programme")
    )
    parent = models.ForeignKey(
        "self",
        models.CASCADE,  # a branch is a part of its node
        null=True,
        blank=True,
        related_name="branches",
        verbose_name=_("under"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    least = models.PositiveSmallIntegerField(_("at least"), null=True, blank=True)
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("course"),
    )

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("requirement of a programme")
        verbose_name_plural = _("requirements of programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(parent__isnull=True),
                name="courses_requirement_one_root",
            ),
            models.CheckConstraint(
                condition=Q(kind="course", course__isnull=False, least__isnull=True)
                | Q(kind="all", course__isnull=True, least__isnull=True)
                | Q(kind="any", course__isnull=True, least__gte=1),
                name="courses_requirement_whole",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="courses_requirement_not_under_itself",
            ),
        ]
