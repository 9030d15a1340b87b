"""The intimation of the cadre controlling authority, with its letter and its answer."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import CadreAuthority, NodalAppointment, Service, User
from accounts.roles import Role
from circulars.models import IssuedDocument
from courses.models import Course, Run
from enrollment.models.registration_policies import RegistrationPolicy
from enrollment.models.registrations import Enrollment
from enrollment.states import EnrollmentState
from igot.lib.dates import IST, civil_date


class IntimationQuerySet(models.QuerySet["Intimation"]):
    def visible_to(self, user: User) -> "IntimationQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        reach = Q(enrollment__officer__user=user)
        if user.has_role(Role.NODAL_OFFICER):
            own = NodalAppointment.objects.current().filter(user=user)
            reach |= Q(authority__in=own.values("authority"))
        return self.filter(reach)

    def at_authorities_of(self, user: User) -> "IntimationQuerySet":
        """Return the intimations to the authorities that `user` acts for today."""
        own = NodalAppointment.objects.current().filter(user=user)
        return self.filter(authority__in=own.values("authority"))

    def awaiting_answer(self) -> "IntimationQuerySet":
        """Return what an authority can answer now: to note, or to approve while it is asked."""
        to_note = Q(mode=Service.Mode.INTIMATION) & ~Q(enrollment__state=EnrollmentState.WITHDRAWN)
        to_approve = Q(
            mode=Service.Mode.PRIOR_APPROVAL,
            enrollment__state=EnrollmentState.AWAITING_AUTHORITY,
            enrollment__officer__service__authority=F("authority"),  # who moved asks another one
        )
        return self.filter(to_note | to_approve, answer=Intimation.Answer.NONE)

    def awaiting_approval(self) -> "IntimationQuerySet":
        return self.awaiting_answer().filter(mode=Service.Mode.PRIOR_APPROVAL)

    def due(self, policy: RegistrationPolicy, at: datetime) -> "IntimationQuerySet":
        """Return the approvals of which `policy` lets somebody be told at `at`.

        The first and the second reminder, then the desk; one of them a day at most.
        """
        today = civil_date(at)
        midnight = datetime.combine(today, time.min, IST)

        def days(count: int) -> Q:
            return Q(since__lte=today - timedelta(days=count))

        of_earlier_days = Q(reminded_at__lt=midnight)
        due = Q(reminders=0) & days(policy.authority_first_days)
        due |= Q(reminders=1) & days(policy.authority_second_days) & of_earlier_days
        due |= Q(reminders=2) & days(policy.authority_escalation_days) & of_earlier_days
        waiting = self.awaiting_approval().filter(escalated_at__isnull=True)
        return waiting.annotate(since=Coalesce("asked_on", "dated_on")).filter(due)

    def escalated(self) -> "IntimationQuerySet":
        """Return the approvals that an authority does not give and the desk sees to."""
        return self.awaiting_approval().filter(escalated_at__isnull=False)

    def counts(self) -> dict[str, int]:
        """Count what waits for an answer, and of this what waits for approval, in one query."""
        to_approve = Q(mode=Service.Mode.PRIOR_APPROVAL)
        return self.awaiting_answer().aggregate(
            waiting=Count("pk"), approval=Count("pk", filter=to_approve)
        )

    def chosen(
        self, *, service: Service | None = None, course: Course | None = None
    ) -> "IntimationQuerySet":
        rows = self.filter(enrollment__officer__service=service) if service else self
        return rows.filter(enrollment__course=course) if course else rows

    def search(self, words: str) -> "IntimationQuerySet":
        """Return those whose number, registration or officer's name holds `words`."""
        if not words:
            return self
        return self.filter(
            Q(number__iexact=words)
            | Q(enrollment__number__iexact=words)
            | Q(enrollment__officer__name__icontains=words)
        )

    def courses(self) -> QuerySet[Course]:
        """Return the courses that these are about."""
        return Course.objects.filter(pk__in=self.order_by().values("enrollment__course"))

    def longest_first(self) -> "IntimationQuerySet":
        return self.order_by(Coalesce("asked_on", "dated_on"), "pk")

    def with_all(self) -> "IntimationQuerySet":
        """Add what a row of the in-box and the page of an intimation show."""
        return self.select_related(
            "authority",
            "answered_by",
            "document",
            "run",
            "enrollment__course__institute",
            "enrollment__officer__service__authority",
            "enrollment__officer__user",
        )

    def latest_first(self) -> "IntimationQuerySet":
        return self.order_by("-pk")

    def without_letter(self) -> "IntimationQuerySet":
        return self.filter(document__isnull=True)


class Intimation(models.Model):
    """Word to the cadre controlling authority of a registration, and what it answered."""

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
    # Where approval is asked for: since when, how often the authority was reminded, and since when
    # the Training Division sees to it.
    asked_on = models.DateField(_("approval asked for on"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    reminded_at = models.DateTimeField(_("latest reminder at"), null=True, blank=True)
    escalated_at = models.DateTimeField(
        _("with the Training Division since"), null=True, blank=True
    )

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
            models.CheckConstraint(
                condition=Q(reminders=0, reminded_at__isnull=True)
                | Q(reminders__in=[1, 2], reminded_at__isnull=False),
                name="enrollment_intimation_two_reminders",
            ),
        ]
        indexes = [
            models.Index(
                fields=["dated_on"],
                condition=Q(mode="prior_approval", answer="none"),
                name="enrollment_approvals_asked",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("enrollment:intimation", args=[self.pk])

    @property
    def awaits_note(self) -> bool:
        """Tell whether an authority may note it now; as `awaiting_answer` says."""
        is_open = self.enrollment.state != EnrollmentState.WITHDRAWN
        return self._is_unanswered(Service.Mode.INTIMATION) and is_open

    @property
    def awaits_approval(self) -> bool:
        """Tell whether an authority may approve it now; as `awaiting_answer` says."""
        enrollment, service = self.enrollment, self.enrollment.officer.service
        is_asked = enrollment.state == EnrollmentState.AWAITING_AUTHORITY
        is_theirs = service is not None and service.authority_id == self.authority_id
        return self._is_unanswered(Service.Mode.PRIOR_APPROVAL) and is_asked and is_theirs

    def _is_unanswered(self, mode: str) -> bool:
        return self.answer == self.Answer.NONE and self.mode == mode

    @property
    def waits_since(self) -> date:
        """Return the day from which its age counts: a registration sent in anew asks anew."""
        return self.asked_on or self.dated_on
