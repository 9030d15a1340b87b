"""Results from the provider: files staged and approved, and one row an attempt."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from courses.models import GradeRule, Run
from enrollment.models.registrations import Enrollment
from enrollment.states import ImportState


class ResultImportQuerySet(models.QuerySet["ResultImport"]):
    def visible_to(self, user: User) -> "ResultImportQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def awaiting_approval(self) -> "ResultImportQuerySet":
        return self.filter(state=ImportState.STAGED)


class ResultImport(models.Model):
    """A file of results: uploaded by one person, applied by another who types the totals."""

    run = models.ForeignKey(
        Run, models.PROTECT, related_name="result_imports", verbose_name=_("run")
    )
    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(_("digest"), max_length=64, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState, default=ImportState.STAGED
    )
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = ResultImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of results")
        verbose_name_plural = _("imports of results")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("uploaded_by")),
                name="enrollment_resultimport_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(approved_by__isnull=False),
                name="enrollment_resultimport_applied_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} – {self.file_name}"


class ExamOutcome(models.TextChoices):
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed")
    ABSENT = "absent", _("Absent")
    NONE = "none", _("No examination yet")


class ResultImportRowQuerySet(models.QuerySet["ResultImportRow"]):
    def appliable(self) -> "ResultImportRowQuerySet":
        """Return the rows that belong to a registration and can be applied, or are as before."""
        outcomes = ResultImportRow.Outcome
        return self.filter(outcome__in=[outcomes.NEW, outcomes.CHANGED, outcomes.SAME])

    def with_news(self) -> "ResultImportRowQuerySet":
        """Return the rows that bring something new."""
        outcomes = ResultImportRow.Outcome
        return self.filter(outcome__in=[outcomes.NEW, outcomes.CHANGED])


class ResultImportRow(models.Model):
    """What was read in one row of a file of results, and what will come of it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        SAME = "same", _("As before")
        UNKNOWN_OFFICER = "unknown_officer", _("No officer with this user name")
        NOT_ENROLLED = "not_enrolled", _("Not registered for this run")
        AMBIGUOUS = "ambiguous", _("Fits more than one officer or row")
        CONFLICT = "conflict", _("Against what stands on record")
        BAD_SCORE = "bad_score", _("Grade or outcome not readable")

    result_import = models.ForeignKey(
        ResultImport, models.PROTECT, related_name="rows", verbose_name=_("import")
    )
    row = models.PositiveIntegerField(_("row"))
    raw: Any = models.JSONField(_("as read"))
    username = models.CharField(_("user name"), max_length=100, blank=True)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, related_name="+", verbose_name=_("registration")
    )
    online_grade = models.DecimalField(_("online grade"), max_digits=5, decimal_places=2, null=True)
    exam_outcome = models.CharField(
        _("proctored examination"), max_length=8, choices=ExamOutcome, blank=True
    )
    would_pass = models.BooleanField(_("passes"), null=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = ResultImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of results")
        verbose_name_plural = _("rows of results")
        constraints = [
            models.UniqueConstraint(
                fields=["result_import", "row"], name="enrollment_resultimportrow_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: User) -> "ResultQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.filter(enrollment__officer__user=user)


class Result(models.Model):
    """One attempt: the online grade and the outcome of the proctored examination."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="results", verbose_name=_("registration")
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    online_grade = models.DecimalField(_("online grade"), max_digits=5, decimal_places=2)
    exam_outcome = models.CharField(
        _("proctored examination"), max_length=8, choices=ExamOutcome, default=ExamOutcome.NONE
    )
    passed = models.BooleanField(_("passed"))
    grade_rule = models.ForeignKey(
        GradeRule, models.PROTECT, null=True, related_name="+", verbose_name=_("grade rule")
    )
    # What it was decided under; blank on results from before batches had terms of their own.
    least_grade = models.DecimalField(
        _("least online grade, in per cent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        editable=False,
    )
    needs_proctored_exam = models.BooleanField(
        _("proctored examination required"), null=True, editable=False
    )
    import_row = models.OneToOneField(
        ResultImportRow, models.PROTECT, related_name="result", verbose_name=_("row of the import")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "attempt"], name="enrollment_result_attempt"
            ),
            models.CheckConstraint(
                condition=Q(online_grade__gte=0, online_grade__lte=100),
                name="enrollment_result_grade_within_hundred",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.online_grade}"
