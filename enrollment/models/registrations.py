"""Registrations, and the accounts of officers at providers."""

from datetime import datetime

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import NodalAppointment, Officer, Service, User
from accounts.roles import Role
from courses.models import Course, Provider, Run
from eligibility.models import Decision
from enrollment.states import (
    AWAITS_SEAT,
    DECIDED_ANEW,
    LIVE,
    MAY_BE_HELD,
    ONCE_CONFIRMED,
    OPEN_FOR_CHANGES,
    UNDER_WAY,
    WITH_COUPON,
    EnrollmentState,
    HoldReason,
)


class ProviderAccount(models.Model):
    """An officer's user names at a provider: one officer a name, whatever its case."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="provider_accounts", verbose_name=_("officer")
    )
    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name=_("provider"))
    platform_username = models.CharField(_("user name on the platform"), max_length=100)
    programme_username = models.CharField(
        _("user name in the programme's portal"), max_length=100, blank=True
    )

    class Meta:
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "provider"], name="enrollment_provideraccount_once"
            ),
            models.UniqueConstraint(
                "provider", Lower("platform_username"), name="enrollment_provideraccount_username"
            ),
            models.UniqueConstraint(
                "provider",
                Lower("programme_username"),
                condition=~Q(programme_username=""),
                name="enrollment_provideraccount_programme_username",
            ),
        ]

    def __str__(self) -> str:
        return self.platform_username


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def visible_to(self, user: User) -> "EnrollmentQuerySet":
        """Return what `user` may see: all at the desk, those of the authority, or own ones.

        What was never submitted is its officer's alone.
        """
        shown = Q(number__isnull=False)
        everyone = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)
        if user.has_role(*everyone) or user.is_superuser:
            officers = Officer.objects.filter(user=user)  # no join: the desk counts all rows
            return self.filter(shown | Q(officer__in=officers.values("pk")))
        reach = Q(officer__user=user)
        if user.has_role(Role.NODAL_OFFICER):
            own = NodalAppointment.objects.current().filter(user=user)
            reach |= shown & Q(officer__service__authority__in=own.values("authority"))
        return self.filter(reach)

    def of(self, user: User) -> "EnrollmentQuerySet":
        """Return the registrations of `user` alone, whatever else they may see."""
        return self.filter(officer__user=user)

    def of_course(self, course: Course) -> "EnrollmentQuerySet":
        return self.filter(course=course)

    def of_course_key(self, key: int) -> "EnrollmentQuerySet":
        return self.filter(course_id=key)

    def besides(self, enrollment: "Enrollment") -> "EnrollmentQuerySet":
        return self.exclude(pk=enrollment.pk).with_course()

    def live(self) -> "EnrollmentQuerySet":
        return self.filter(state__in=LIVE)

    def under_way(self) -> "EnrollmentQuerySet":
        return self.filter(state__in=UNDER_WAY)

    def held(self) -> "EnrollmentQuerySet":
        """Return what is held until somebody settles it, longest first."""
        return self.filter(held_at__isnull=False).order_by("held_at", "pk")

    def resting_on_past(self) -> "EnrollmentQuerySet":
        """Return what has to be decided anew: the day of commencement or the record has changed.

        Of what is held also that whose decision another one, such as an override, has overtaken.
        """
        moved = Q(run__commences_on__lt=F("decision__commences_on"))
        moved |= Q(run__commences_on__gt=F("decision__commences_on"))
        changed = Q(officer__facts_changed_at__gt=F("decision__at"))
        overtaken = Q(held_at__isnull=False, decision__superseded_by__isnull=False)
        decided = Q(state__in=DECIDED_ANEW)
        decided |= Q(held_at__isnull=False) & ~Q(state=EnrollmentState.RETURNED)
        return self.filter(decided).filter(moved | changed | overtaken)

    def awaiting_officer(self) -> "EnrollmentQuerySet":
        """Return what its officer has to go on with: drafts and what came back."""
        return self.filter(state__in=OPEN_FOR_CHANGES)

    def awaiting_confirmation(self) -> "EnrollmentQuerySet":
        return self.filter(state=EnrollmentState.SUBMITTED)

    def awaiting_authority(self) -> "EnrollmentQuerySet":
        return self.filter(state=EnrollmentState.AWAITING_AUTHORITY)

    def awaiting_seat(self) -> "EnrollmentQuerySet":
        """Return what stands in the order of its batch, first submitted first."""
        return self.filter(state__in=AWAITS_SEAT).order_by("submitted_at", "pk")

    def taking_seats(self) -> "EnrollmentQuerySet":
        return self.filter(state__in=ONCE_CONFIRMED)

    def with_since(self) -> "EnrollmentQuerySet":
        """Add since when a registration is in its state, as `since`."""
        return self.annotate(since=Coalesce("state_since", "submitted_at", "started_at"))

    def for_provider(self, provider: Provider, run: Run | None) -> "EnrollmentQuerySet":
        """Return the confirmed registrations that a list for `provider` may name."""
        confirmed = self.filter(
            course__provider=provider,
            state__in=WITH_COUPON,
            provider_account__isnull=False,
            held_at__isnull=True,
        )
        return confirmed.filter(run=run) if run else confirmed

    def beside(self, run: Run | None, course: Course) -> "EnrollmentQuerySet":
        """Return what is under way for the same course, or in the same weeks as `run`."""
        same = Q(course=course)
        if run and run.commences_on:
            until = run.ends_on or run.commences_on
            same |= Q(run__commences_on__lte=until, run__ends_on__gte=run.commences_on)
            same |= Q(run__commences_on=run.commences_on)
        return self.under_way().filter(same)

    def of_colleagues(self, officer: Officer) -> "EnrollmentQuerySet":
        """Return the confirmed registrations of others of the service of `officer`."""
        confirmed = self.filter(state__in=ONCE_CONFIRMED, officer__service=officer.service_id)
        return confirmed.exclude(officer=officer)

    def officers_by_success(self) -> tuple[int, int, int]:
        """Count the officers who registered, who completed, and whose certificate is verified."""
        completed = Q(state=EnrollmentState.COMPLETED)
        counts = self.aggregate(
            registered=Count("officer", distinct=True),
            completed=Count("officer", distinct=True, filter=completed),
            certified=Count(
                "officer", distinct=True, filter=completed & Q(certificates__state="verified")
            ),
        )
        return counts["registered"], counts["completed"], counts["certified"]

    def latest_first(self) -> "EnrollmentQuerySet":
        return self.order_by("-started_at", "-pk")

    def without_coupon(self) -> "EnrollmentQuerySet":
        """Return the confirmed registrations that wait for a coupon, first confirmed first."""
        waiting = self.filter(
            state__in=WITH_COUPON,
            course__provider__issues_coupons=True,
            run__isnull=False,
            held_at__isnull=True,
        ).exclude(coupon_issues__ended_at__isnull=True, coupon_issues__isnull=False)
        return waiting.order_by("confirmed_at", "pk")

    def with_course(self) -> "EnrollmentQuerySet":
        return self.select_related("course__institute", "course__provider", "run", "officer__user")

    def with_answers(self) -> "EnrollmentQuerySet":
        """Add what the pages of a registration show of its officer, account and decision."""
        return self.select_related(
            "officer__service__authority",
            "officer__cadre",
            "provider_account",
            "decision",
            "held_from",
        )


class Enrollment(models.Model):
    """An officer's registration for a run of a course, or for a self-paced course."""

    officer = models.ForeignKey(
        Officer, models.PROTECT, related_name="enrollments", verbose_name=_("officer")
    )
    course = models.ForeignKey(
        Course, models.PROTECT, related_name="enrollments", verbose_name=_("course")
    )
    run = models.ForeignKey(
        Run,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enrollments",
        verbose_name=_("run"),
    )
    number = models.CharField(_("number"), max_length=30, null=True, blank=True, unique=True)
    state = models.CharField(
        _("state"), max_length=20, choices=EnrollmentState, default=EnrollmentState.DRAFT
    )
    # The steps of the draft that are done, so that it can be resumed.
    details_confirmed_at = models.DateTimeField(_("details confirmed at"), null=True, blank=True)
    provider_account = models.ForeignKey(
        ProviderAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("provider account"),
    )
    declared_at = models.DateTimeField(_("declaration made at"), null=True, blank=True)
    decision = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("eligibility decision"),
    )
    cca_mode = models.CharField(
        _("what the authority does"), max_length=15, choices=Service.Mode, blank=True
    )
    started_at = models.DateTimeField(_("started at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    commences_on = models.DateField(_("commencement"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    # Held: the answer has changed under the registration, and somebody has to settle it.
    held_at = models.DateTimeField(_("held since"), null=True, blank=True)
    held_from = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decision before the hold"),
    )
    hold_reason = models.CharField(
        _("reason of the hold"), max_length=12, choices=HoldReason, blank=True
    )
    hold_told_at = models.DateTimeField(_("desk told of the hold at"), null=True, blank=True)
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    # By the officer's own word: of a self-paced course that is certified by its modules.
    completion_declared_at = models.DateTimeField(
        _("completion declared at"), null=True, blank=True
    )
    # Since when it is where it is (null: from before this was kept), and that its officer knows
    # that the batch is full.
    state_since = models.DateTimeField(_("in this state since"), null=True, blank=True)
    waitlisted_at = models.DateTimeField(_("on the waiting list since"), null=True, blank=True)
    predecessor = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successor",
        verbose_name=_("deferred from"),
    )

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "run"],
                condition=Q(state__in=sorted(LIVE), run__isnull=False),
                name="enrollment_enrollment_one_live_a_run",
            ),
            models.UniqueConstraint(
                fields=["officer", "course"],
                condition=Q(state__in=sorted(LIVE), run__isnull=True),
                name="enrollment_enrollment_one_live_a_self_paced_course",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn", "returned", "lapsed"])
                | Q(
                    number__isnull=False,
                    submitted_at__isnull=False,
                    declared_at__isnull=False,
                    decision__isnull=False,
                ),
                name="enrollment_enrollment_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "in_progress", "completed", "not_completed"])
                | Q(confirmed_at__isnull=False),
                name="enrollment_enrollment_confirmed_at",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, held_from__isnull=True, hold_reason="")
                | Q(
                    held_at__isnull=False,
                    held_from__isnull=False,
                    hold_reason__gt="",
                    state__in=sorted(MAY_BE_HELD),
                ),
                name="enrollment_enrollment_held_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="deferred") | Q(reason__gt=""),
                name="enrollment_enrollment_deferred_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(completion_declared_at__isnull=True)
                | Q(run__isnull=True, completed_on__isnull=False),
                name="enrollment_enrollment_declared_complete",
            ),
            models.CheckConstraint(
                condition=Q(waitlisted_at__isnull=True)
                | Q(state__in=sorted(AWAITS_SEAT), run__isnull=False),
                name="enrollment_enrollment_waits_for_a_seat",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "confirmed_at"], name="enrollment_queue"),
            models.Index(fields=["run", "state"], name="enrollment_of_run"),
            models.Index(fields=["submitted_at", "id"], name="enrollment_by_age"),
            models.Index(
                fields=["state", "submitted_at", "id"], name="enrollment_by_state_and_age"
            ),
            models.Index(fields=["state", "state_since"], name="enrollment_in_state"),
            models.Index(
                fields=["held_at"], condition=Q(held_at__isnull=False), name="enrollment_held"
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.course)

    def get_absolute_url(self) -> str:
        return reverse("enrollment:detail", args=[self.pk])

    @property
    def in_state_since(self) -> datetime:
        """Since when it is in its state, as far as it is known (see `with_since`)."""
        return self.state_since or self.submitted_at or self.started_at
