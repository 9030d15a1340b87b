"""Registrations, the intimation of the cadre authority, provider accounts and provider lists."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import CadreAuthority, NodalAppointment, Officer, Service, User
from accounts.roles import Role
from circulars.models import IssuedDocument
from courses.models import Course, Provider, Run
from eligibility.models import Decision
from enrollment.states import LIVE, WITH_COUPON, EnrollmentState


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

        A draft is its officer's alone.
        """
        shown = ~Q(state=EnrollmentState.DRAFT)
        everyone = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)
        if user.has_role(*everyone) or user.is_superuser:
            return self.filter(shown | Q(officer__user=user))
        reach = Q(officer__user=user)
        if user.has_role(Role.NODAL_OFFICER):
            own = NodalAppointment.objects.current().filter(user=user)
            reach |= shown & Q(officer__service__authority__in=own.values("authority"))
        return self.filter(reach)

    def live(self) -> "EnrollmentQuerySet":
        return self.filter(state__in=LIVE)

    def awaiting_confirmation(self) -> "EnrollmentQuerySet":
        return self.filter(state=EnrollmentState.SUBMITTED)

    def without_coupon(self) -> "EnrollmentQuerySet":
        """Return the confirmed registrations that wait for a coupon, first confirmed first."""
        waiting = self.filter(
            state__in=WITH_COUPON, course__provider__issues_coupons=True, run__isnull=False
        ).exclude(coupon_issues__ended_at__isnull=True, coupon_issues__isnull=False)
        return waiting.order_by("confirmed_at", "pk")

    def with_course(self) -> "EnrollmentQuerySet":
        return self.select_related("course__institute", "course__provider", "run", "officer__user")


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
    number = models.CharField(_("number"), max_length=30, null=True, unique=True)
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
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
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
                condition=Q(state__in=["draft", "withdrawn", "returned"])
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
        ]
        indexes = [
            models.Index(fields=["state", "confirmed_at"], name="enrollment_queue"),
            models.Index(fields=["run", "state"], name="enrollment_of_run"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.course)

    def get_absolute_url(self) -> str:
        return reverse("enrollment:detail", args=[self.pk])


class IntimationQuerySet(models.QuerySet["Intimation"]):
    def visible_to(self, user: User) -> "IntimationQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        reach = Q(enrollment__officer__user=user)
        if user.has_role(Role.NODAL_OFFICER):
            own = NodalAppointment.objects.current().filter(user=user)
            reach |= Q(authority__in=own.values("authority"))
        return self.filter(reach)

    def awaiting_answer(self) -> "IntimationQuerySet":
        return self.filter(answer=Intimation.Answer.NONE)

    def without_letter(self) -> "IntimationQuerySet":
        return self.filter(document__isnull=True)


class Intimation(models.Model):
    """That an officer has told the cadre controlling authority of a registration, with its answer."""

    class Answer(models.TextChoices):
        NONE = "none", _("Not yet seen")
        NOTED = "noted", _("Noted")
        APPROVED = "approved", _("Approved")
        WITHHELD = "withheld", _("Approval withheld")

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="intimations", verbose_name=_("registration")
    )
    authority = models.ForeignKey(
        CadreAuthority, models.PROTECT, related_name="intimations", verbose_name=_("authority")
    )
    run = models.ForeignKey(
        Run, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("run")
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    dated_on = models.DateField(_("dated"))
    mode = models.CharField(_("what the authority does"), max_length=15, choices=Service.Mode)
    document = models.OneToOneField(
        IssuedDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="intimation",
        verbose_name=_("letter"),
    )
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, default=Answer.NONE)
    answer_reason = models.TextField(_("reason"), blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = IntimationQuerySet.as_manager()

    class Meta:
        verbose_name = _("intimation")
        verbose_name_plural = _("intimations")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "authority", "run"],
                condition=Q(run__isnull=False),
                name="enrollment_intimation_once_a_run",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "authority"],
                condition=Q(run__isnull=True),
                name="enrollment_intimation_once_for_a_self_paced_course",
            ),
            models.CheckConstraint(
                condition=Q(answer="none", answered_by__isnull=True)
                | (~Q(answer="none") & Q(answered_by__isnull=False)),
                name="enrollment_intimation_answered_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(answer="withheld") | Q(answer_reason__gt=""),
                name="enrollment_intimation_withheld_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("enrollment:intimation", args=[self.pk])


class ProviderList(models.Model):
    """A list of confirmed officers as it was sent to the provider, byte for byte."""

    provider = models.ForeignKey(Provider, models.PROTECT, verbose_name=_("provider"))
    run = models.ForeignKey(
        Run,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="provider_lists",
        verbose_name=_("run"),
        help_text=_("Empty: all runs of the provider."),
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    dated_on = models.DateField(_("dated"))
    rows = models.PositiveIntegerField(_("rows"))
    content = models.BinaryField(_("file"))
    sha256 = models.CharField(_("digest"), max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("list for the provider")
        verbose_name_plural = _("lists for the provider")

    def __str__(self) -> str:
        return self.number


class ProviderListLine(models.Model):
    """That a registration stands on a list; a later, corrected line takes its place."""

    provider_list = models.ForeignKey(
        ProviderList, models.PROTECT, related_name="lines", verbose_name=_("list")
    )
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="provider_lines", verbose_name=_("registration")
    )
    digest = models.CharField(_("digest of the line"), max_length=64)
    is_correction = models.BooleanField(_("correction"), default=False)
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("line of a list for the provider")
        verbose_name_plural = _("lines of lists for the provider")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(superseded_at__isnull=True),
                name="enrollment_providerlistline_one_standing",
            ),
            models.UniqueConstraint(
                fields=["provider_list", "enrollment"], name="enrollment_providerlistline_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_list}: {self.enrollment}"
