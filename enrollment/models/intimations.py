"""The intimation of the cadre controlling authority, with its letter and its answer."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import CadreAuthority, NodalAppointment, Service, User
from accounts.roles import Role
from circulars.models import IssuedDocument
from courses.models import Run
from enrollment.models.registrations import Enrollment
from enrollment.states import EnrollmentState


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
