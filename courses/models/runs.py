"""Runs: the batches of a course, with their windows of registration and their days."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from circulars.models import Circular
from courses.models.base import in_language
from courses.models.catalogue import Course
from courses.states import RunState


class RunQuerySet(models.QuerySet["Run"]):
    def open_on(self, day: date) -> "RunQuerySet":
        """Return the runs open for registration on `day`, both days of the window inclusive."""
        return self.filter(
            state=RunState.SCHEDULED,
            registration_opens_on__lte=day,
            registration_closes_on__gte=day,
        )

    def visible_to(self, user: Any) -> "RunQuerySet":
        """Return the runs of the courses that `user` may see."""
        return self.filter(course__in=Course.objects.visible_to(user))

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
        return in_language(self.name, self.name_hi)

    def is_open_on(self, day: date) -> bool:
        """Return whether registration is open on `day`, both days of the window inclusive."""
        opens, closes = self.registration_opens_on, self.registration_closes_on
        return bool(
            self.state == RunState.SCHEDULED and opens and closes and opens <= day <= closes
        )

    @property
    def is_open(self) -> bool:
        return self.is_open_on(timezone.localdate())

    @property
    def note_in_language(self) -> str:
        return in_language(self.note, self.note_hi)
