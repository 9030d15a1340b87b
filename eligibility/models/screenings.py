"""Screenings of stored officers: what was asked, for which trainings, and what was found."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import CadreAuthority, NodalAppointment, Officer, Service, State, User
from accounts.roles import Role
from accounts.states import RecordState
from courses.models import Course, Run
from eligibility.models.rule_sets import RuleSetVersion
from eligibility.states import ScreeningState
from igot.lib.dates import dmy

KEPT_FOR: Final = timedelta(days=30)  # the list of officers, not the counts: docs/decisions/0088
LEASE: Final = timedelta(minutes=10)  # after which whoever was making a screening has gone
MOST_ATTEMPTS: Final = 3


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def visible_to(self, user: User) -> "ScreeningQuerySet":
        """Return the screenings that `user` may see: all, or those of the own authority."""
        if user.has_role(*EVERYWHERE) or user.is_superuser:
            return self
        if user.has_role(Role.NODAL_OFFICER):
            own = NodalAppointment.objects.current().filter(user=user)
            return self.filter(authority__in=own.values("authority"))
        return self.none()

    def latest_first(self) -> "ScreeningQuerySet":
        return self.order_by("-pk")

    def with_filters(self) -> "ScreeningQuerySet":
        return self.select_related("requested_by", "service", "cadre", "authority")

    def due(self, at: datetime) -> "ScreeningQuerySet":
        """Return the screenings to be made: those that wait, and those that someone left."""
        left = Q(state=ScreeningState.RUNNING, started_at__lt=at - LEASE)
        return self.filter(Q(state=ScreeningState.QUEUED) | left).order_by("pk")

    def past_keeping(self, today: date) -> "ScreeningQuerySet":
        """Return the screenings whose list of officers is to be deleted, the oldest first."""
        kept = self.filter(purged_at__isnull=True, kept_until__lt=today)
        return kept.order_by("kept_until", "pk")


EVERYWHERE: Final = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)


class Screening(models.Model):
    """That somebody asked who of the stored officers is eligible, and what came of it."""

    state = models.CharField(
        _("state"), max_length=10, choices=ScreeningState, default=ScreeningState.QUEUED
    )
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    requested_at = models.DateTimeField(_("asked at"))
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, related_name="+", verbose_name=_("service")
    )
    cadre = models.ForeignKey(
        State, models.PROTECT, null=True, related_name="+", verbose_name=_("cadre or State")
    )
    authority = models.ForeignKey(
        CadreAuthority,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cadre controlling authority"),
    )
    group = models.CharField(_("group on record"), max_length=1, choices=Officer.Group, blank=True)
    record_state = models.CharField(
        _("service record"), max_length=10, choices=RecordState, blank=True
    )
    officers = models.PositiveIntegerField(_("officers"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("started at"), null=True)
    kept_until = models.DateField(_("list kept until"))
    purged_at = models.DateTimeField(_("list deleted at"), null=True)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(officers__isnull=False, started_at__isnull=False),
                name="eligibility_screening_done_has_figures",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Screening %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("eligibility:screening", args=[self.pk])

    @property
    def is_done(self) -> bool:
        return self.state == ScreeningState.DONE

    @property
    def is_narrowed(self) -> bool:
        """Whether not all officers were asked for."""
        return any(
            (self.service_id, self.cadre_id, self.authority_id, self.group, self.record_state)
        )

    @property
    def is_listed(self) -> bool:
        """Whether its officers are still kept."""
        return self.is_done and self.purged_at is None


class ScreenedTrainingQuerySet(models.QuerySet["ScreenedTraining"]):
    def in_order(self) -> "ScreenedTrainingQuerySet":
        return self.select_related("course", "run", "rule_set_version__rule_set").order_by("place")


class ScreenedTraining(models.Model):
    """One training that a screening was made for, its rules and dates, and what was counted."""

    screening = models.ForeignKey(
        Screening, models.PROTECT, related_name="trainings", verbose_name=_("screening")
    )
    place = models.PositiveSmallIntegerField(_("place"))  # of its character, from 1
    course = models.ForeignKey(Course, models.PROTECT, related_name="+", verbose_name=_("course"))
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", verbose_name=_("run"))
    rule_set_version = models.ForeignKey(
        RuleSetVersion, models.PROTECT, related_name="+", verbose_name=_("version of the rule set")
    )
    commences_on = models.DateField(_("commencement"))
    registered_on = models.DateField(_("registration"))
    # Lists of service, group on record, outcome, number; and of character, number.
    outcomes: Any = models.JSONField(_("counts of outcomes"), default=list)
    findings: Any = models.JSONField(_("counts of findings"), default=list)

    objects = ScreenedTrainingQuerySet.as_manager()

    class Meta:
        verbose_name = _("training screened for")
        verbose_name_plural = _("trainings screened for")
        constraints = [
            models.UniqueConstraint(
                fields=["screening", "place"], name="eligibility_screenedtraining_one_a_place"
            ),
            models.CheckConstraint(
                condition=Q(place__gte=1), name="eligibility_screenedtraining_place_from_one"
            ),
        ]

    def __str__(self) -> str:
        words = {"course": self.course, "day": dmy(self.commences_on)}
        if self.run is None:
            return gettext("%(course)s: from %(day)s") % words
        return gettext("%(course)s: %(run)s (%(day)s)") % {**words, "run": self.run}


class ScreeningResultQuerySet(models.QuerySet["ScreeningResult"]):
    def visible_to(self, user: User) -> "ScreeningResultQuerySet":
        """Return the results whose officers `user` may see: all, or those of the authority."""
        if user.has_role(*EVERYWHERE) or user.is_superuser:
            return self
        return self.filter(officer__in=Officer.objects.visible_to(user))

    def with_characters(self, place: int, characters: list[str]) -> "ScreeningResultQuerySet":
        """Return the results with one of `characters` at the training in `place`."""
        return self.annotate(character=Substr("codes", place, 1)).filter(character__in=characters)

    def of_authority(self, authority: CadreAuthority) -> "ScreeningResultQuerySet":
        return self.filter(service__authority=authority)

    def after(self, officer_id: int) -> "ScreeningResultQuerySet":
        """Return what follows the officer, in the order of the table's key."""
        return self.filter(officer_id__gt=officer_id).order_by("officer_id")

    def with_officers(self) -> "ScreeningResultQuerySet":
        return self.select_related("officer", "service__authority")


class ScreeningResult(models.Model):
    """What was found of one officer: a character for each training; see `eligibility.screening`.

    A million rows are written by one statement. It takes officers and services from their own
    tables, where nobody deletes them, and each officer once; so no row is checked against these,
    and on PostgreSQL no key is kept up row by row: docs/decisions/0089.
    """

    pk = models.CompositePrimaryKey("screening", "officer")
    screening = models.ForeignKey(
        Screening, models.PROTECT, related_name="results", db_constraint=False, db_index=False
    )
    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    service = models.ForeignKey(  # that of the day of the screening, as is the group
        Service, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    group = models.CharField(_("group on record"), max_length=1, blank=True)
    codes = models.CharField(_("findings"), max_length=500)

    objects = ScreeningResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a screening")
        verbose_name_plural = _("results of screenings")

    def __str__(self) -> str:
        return f"{self.screening_id}: {self.officer_id}"
