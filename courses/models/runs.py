"""Runs: the batches of a course, with their windows of registration and their days."""

from datetime import date
from typing import Any

from django.core.validators import MinValueValidator
from django.db import connection, models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from circulars.models import Circular
from courses.models.base import in_language
from courses.models.catalogue import Course
from courses.states import RunState
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet
from igot.lib.dates import dmy
from igot.lib.validity import ends_after_start

_READ = "SELECT * FROM courses_run WHERE id = %s"
_READ_HELD = "SELECT * FROM courses_run WHERE id = %s FOR SHARE"


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

    def still_to_close(self, day: date) -> "RunQuerySet":
        """Return the runs whose window closes on `day` or later, the first to close first."""
        scheduled = self.filter(state=RunState.SCHEDULED, registration_closes_on__gte=day)
        return scheduled.order_by("registration_closes_on", "pk")

    def with_move(self) -> "RunQuerySet":
        """Add from which day the commencement was moved last, and by what letter."""
        moves = RunReschedule.objects.filter(run=OuterRef("pk")).exclude(
            commences_from=F("commences_to")
        )
        latest = moves.order_by("-pk")
        return self.annotate(
            moved_from=Subquery(latest.values("commences_from")[:1]),
            moved_by=Subquery(latest.values("reference")[:1]),
        )

    def holding_still(self, run_id: int) -> "Run":
        """Read a run whose days nobody can move until this transaction ends.

        Several transactions may hold one run still at once (FOR SHARE, which the ORM has no word
        for); SQLite has one writer anyway.
        """
        is_shared = connection.features.has_select_for_update
        return self.raw(_READ_HELD if is_shared else _READ, [run_id])[0]


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

    # Terms of this batch, where they differ from the course's: providers change them often.
    fee_usd = models.DecimalField(
        _("fee in US$"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Blank: the fee of the course on the day."),
    )
    cap_usd = models.DecimalField(
        _("reimbursed up to, in US$"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    most_attempts = models.PositiveSmallIntegerField(
        _("attempts at the examination"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
    )
    least_grade = models.DecimalField(
        _("least online grade, in per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Blank: the grade rule of the programme."),
    )
    needs_proctored_exam = models.BooleanField(
        _("proctored examination required"), null=True, blank=True
    )
    payment_valid_until = models.DateField(
        _("a payment is valid until"),
        null=True,
        blank=True,
        help_text=_("Until which day an examination may be taken on the fee paid for this batch."),
    )
    terms_reference = models.CharField(_("letter on these terms"), max_length=200, blank=True)
    expected_month = models.DateField(
        _("expected in the month of"),
        null=True,
        blank=True,
        help_text=_("First day of the month, for a batch that is announced without days."),
    )

    # Not terms: they may change while officers register (docs/decisions/0151).
    seats = models.PositiveIntegerField(
        _("seats"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Blank: no limit. Who registers beyond the seats stands on the waiting list."),
    )
    cities_close_on = models.DateField(
        _("examination cities may be chosen until"),
        null=True,
        blank=True,
        help_text=_("Blank: as the policy of registration says, counted back from the end."),
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
            ends_after_start("courses_run", first="commences_on", until="ends_on"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(registration_closes_on__isnull=True)
                | Q(registration_closes_on__lte=F("ends_on")),
                name="courses_run_registration_closes_before_end",
            ),
            models.CheckConstraint(
                condition=(Q(fee_usd__isnull=True) | Q(fee_usd__gte=0))
                & (Q(cap_usd__isnull=True) | Q(cap_usd__gte=0)),
                name="courses_run_fee_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(least_grade__isnull=True) | Q(least_grade__range=(0, 100)),
                name="courses_run_grade_within_hundred",
            ),
            models.CheckConstraint(
                condition=Q(most_attempts__isnull=True) | Q(most_attempts__gte=1),
                name="courses_run_attempts",
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


class RunReschedule(AppendOnlyModel):
    """That the days of a run were moved: from which to which, why, on what letter, by whom."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="reschedules", verbose_name=_("run"))
    commences_from = models.DateField(_("commenced on"))
    commences_to = models.DateField(_("commences on"))
    ends_from = models.DateField(_("ended on"), null=True)
    ends_to = models.DateField(_("ends on"), null=True)
    opens_from = models.DateField(_("registration opened on"))
    opens_to = models.DateField(_("registration opens on"))
    closes_from = models.DateField(_("registration closed on"))
    closes_to = models.DateField(_("registration closes on"))
    reason = models.CharField(_("reason"), max_length=500)
    reference = models.CharField(_("letter or circular"), max_length=150)
    rescheduled_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("rescheduled by")
    )
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("rescheduling of a run")
        verbose_name_plural = _("reschedulings of runs")
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__gt="", reference__gt=""),
                name="courses_runreschedule_has_grounds",
            )
        ]

    def __str__(self) -> str:
        return f"{self.run}: {dmy(self.commences_from)} → {dmy(self.commences_to)}"
