"""Results from the provider: one row an attempt, hidden until public, reversed by another row."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from enrollment.models.registrations import Enrollment
from enrollment.models.result_imports import (
    DecidedUnder,
    ExamOutcome,
    ResultImportRow,
    Sitting,
)
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet

__all__ = ["ExamOutcome", "Result", "ResultReversal"]


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: User) -> "ResultQuerySet":
        """Return all at the desk, where nobody sees an own result early, and else what is public.

        To be asked of `Result.every`; `Result.objects` holds what is public alone.
        """
        own = Q(enrollment__officer__user=user)
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self.exclude(own & Q(public_at__isnull=True))
        return self.standing().filter(own)

    def valid(self) -> "ResultQuerySet":
        """Return what was not reversed, public or not."""
        return self.filter(reversal__isnull=True)

    def standing(self) -> "ResultQuerySet":
        """Return what is public and was not reversed: what pages, points and claims rest on."""
        return self.valid().filter(public_at__isnull=False)

    def of_import(self, import_id: int) -> "ResultQuerySet":
        return self.filter(import_row__result_import=import_id)


class StandingResults(models.Manager.from_queryset(ResultQuerySet)):  # type: ignore[misc]
    """The results that are public and were not reversed (docs/decisions/0170)."""

    def get_queryset(self) -> ResultQuerySet:
        rows: ResultQuerySet = super().get_queryset()
        return rows.standing()


class Result(Sitting, DecidedUnder):
    """One attempt: the online grade and the outcome of the proctored examination.

    `objects`, and with it `enrollment.results`, leaves out what is not public yet and what was
    reversed; only the desk asks `every`.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="results", verbose_name=_("registration")
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    online_grade = models.DecimalField(_("online grade"), max_digits=5, decimal_places=2)
    exam_outcome = models.CharField(
        _("proctored examination"), max_length=8, choices=ExamOutcome, default=ExamOutcome.NONE
    )
    passed = models.BooleanField(_("passed"))
    import_row = models.OneToOneField(
        ResultImportRow, models.PROTECT, related_name="result", verbose_name=_("row of the import")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    public_at = models.DateTimeField(_("public since"), null=True, blank=True)
    # Where this result moved the registration: the state that it had before.
    moved_from = models.CharField(_("registration before"), max_length=20, blank=True)

    every = models.Manager.from_queryset(ResultQuerySet)()
    objects = StandingResults()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "attempt"], name="enrollment_result_attempt"
            ),
            models.CheckConstraint(
                condition=Q(online_grade__gte=0, online_grade__lte=100),
                name="enrollment_result_grade_within_hundred",
            ),
            models.CheckConstraint(
                condition=Q(exam_score__isnull=True) | Q(exam_score__range=(0, 100)),
                name="enrollment_result_score_within_hundred",
            ),
            models.CheckConstraint(
                condition=Q(moved_from="") | Q(public_at__isnull=False),
                name="enrollment_result_moves_when_public",
            ),
        ]
        indexes = [
            models.Index(
                fields=["enrollment"],
                condition=Q(public_at__isnull=True),
                name="enrollment_result_embargoed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.online_grade}"


class ResultReversal(AppendOnlyModel):
    """That a result no longer counts: why, by whom. The earlier one counts again."""

    result = models.OneToOneField(
        Result, models.PROTECT, related_name="reversal", verbose_name=_("result")
    )
    reason = models.CharField(_("reason"), max_length=500)
    reversed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("reversed by")
    )
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reversal of a result")
        verbose_name_plural = _("reversals of results")
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__gt=""), name="enrollment_resultreversal_has_reason"
            )
        ]

    def __str__(self) -> str:
        return str(self.result)
