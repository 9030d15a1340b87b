"""Where officers wish to sit a proctored examination: cities, and up to three of them in order."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import State
from courses.models import in_language
from enrollment.models.registrations import Enrollment

MOST_CITIES = 3


class ExamCityQuerySet(models.QuerySet["ExamCity"]):
    def visible_to(self, user: Any) -> "ExamCityQuerySet":
        return self

    def on_offer(self) -> "ExamCityQuerySet":
        """Return the cities that may be chosen, by State and name."""
        return self.filter(is_active=True).select_related("state").order_by("state__name", "name")


class ExamCity(models.Model):
    """A city in which a provider may hold proctored examinations."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_hi = models.CharField(_("name in Hindi"), max_length=100, blank=True)
    state = models.ForeignKey(
        State, models.PROTECT, related_name="+", verbose_name=_("State or Union Territory")
    )
    is_active = models.BooleanField(_("may be chosen"), default=True)
    is_verified = models.BooleanField(_("verified"), default=False)

    objects = ExamCityQuerySet.as_manager()

    class Meta:
        verbose_name = _("examination city")
        verbose_name_plural = _("examination cities")
        constraints = [
            models.UniqueConstraint(fields=["state", "name"], name="enrollment_examcity_once")
        ]

    def __str__(self) -> str:
        return in_language(self.name, self.name_hi)


class ExamPreferenceQuerySet(models.QuerySet["ExamPreference"]):
    def in_order(self) -> "ExamPreferenceQuerySet":
        return self.select_related("city__state").order_by("enrollment", "rank")


class ExamPreference(models.Model):
    """One of up to three cities that an officer names for a registration, the dearest first."""

    enrollment = models.ForeignKey(
        Enrollment,
        models.PROTECT,
        related_name="exam_preferences",
        verbose_name=_("registration"),
    )
    rank = models.PositiveSmallIntegerField(_("choice"))
    city = models.ForeignKey(
        ExamCity, models.PROTECT, related_name="preferences", verbose_name=_("city")
    )
    chosen_at = models.DateTimeField(_("chosen at"))

    objects = ExamPreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of an examination city")
        verbose_name_plural = _("choices of examination cities")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "rank"], name="enrollment_exampreference_rank_once"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "city"], name="enrollment_exampreference_city_once"
            ),
            models.CheckConstraint(
                condition=Q(rank__range=(1, MOST_CITIES)),
                name="enrollment_exampreference_rank_in_three",
            ),
        ]
        indexes = [models.Index(fields=["city", "rank"], name="enrollment_exampref_demand")]

    def __str__(self) -> str:
        return f"{self.rank}: {self.city}"
