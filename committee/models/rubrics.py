"""Rubrics: the weighted criteria by which members score a course, frozen once approved."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from committee.states import RubricState
from courses.models import BilingualModel, in_language

MOST_POINTS = 10


class RubricQuerySet(models.QuerySet["Rubric"]):
    def approved(self) -> "RubricQuerySet":
        return self.filter(approved_at__isnull=False).order_by("code", "-version")


class Rubric(BilingualModel):
    """One version of a rubric: a draft until approved, then never changed."""

    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    drafted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("drafted by")
    )
    approved_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = RubricQuerySet.as_manager()

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="committee_rubric_version"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")),
                name="committee_rubric_two_persons",
            ),
        ]  # with triggers: weights of 100 when approved, frozen afterwards (migration 0002)

    def __str__(self) -> str:
        title = in_language(self.title, self.title_hi)
        return f"{title} ({self.version})"

    @property
    def state(self) -> RubricState:
        return RubricState.APPROVED if self.approved_at else RubricState.DRAFT


class CriterionQuerySet(models.QuerySet["Criterion"]):
    def in_order(self) -> "CriterionQuerySet":
        return self.order_by("position")

    def with_points_of(self, participation: models.Model) -> "CriterionQuerySet":
        """Add the points that the member of `participation` gave, as `own_points`."""
        given = CriterionScore.objects.filter(
            participation=participation.pk, criterion=models.OuterRef("pk")
        )
        return self.in_order().annotate(own_points=models.Subquery(given.values("points")))


class Criterion(BilingualModel):
    """A criterion with its weight in per cent; points run from 0 to 10."""

    rubric = models.ForeignKey(
        Rubric,
        models.CASCADE,  # a criterion is a part of its rubric; approved ones are frozen
        related_name="criteria",
        verbose_name=_("rubric"),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    help_text = models.CharField(_("what to look at"), max_length=300, blank=True)
    help_text_hi = models.CharField(_("what to look at, in Hindi"), max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("weight in per cent"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    objects = CriterionQuerySet.as_manager()

    class Meta(BilingualModel.Meta):
        abstract = False
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "position"], name="committee_criterion_position"
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=100), name="committee_criterion_weight"
            ),
        ]

    @property
    def help_in_language(self) -> str:
        return in_language(self.help_text, self.help_text_hi)


class CriterionScore(models.Model):
    """The points that one member gave an item on one criterion; sealed with the sheet."""

    participation = models.ForeignKey(
        "Participation", models.PROTECT, related_name="scores", verbose_name=_("participation")
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="+", verbose_name=_("criterion")
    )
    points = models.PositiveSmallIntegerField(
        _("points"), validators=[MaxValueValidator(MOST_POINTS)]
    )

    objects: Any = models.Manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "criterion"], name="committee_criterionscore_once"
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0, points__lte=MOST_POINTS),
                name="committee_criterionscore_points",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"
