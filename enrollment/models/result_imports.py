"""Files of results that the provider sends, and what was read in each of their rows."""

from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.roles import Role
from courses.models import GradeRule, Run
from courses.models.institutes import RULE_FIELDS
from enrollment.models.provider_files import ProviderFile, ProviderFileQuerySet, file_once
from enrollment.models.registrations import Enrollment
from enrollment.states import ImportState

__all__ = [
    "RULE_FIELDS",
    "DecidedUnder",
    "ExamOutcome",
    "ResultImport",
    "ResultImportRow",
    "progress_key",
]


class ExamOutcome(models.TextChoices):
    PASSED = "passed", pgettext_lazy("examination", "Passed")
    FAILED = "failed", _("Not passed")
    ABSENT = "absent", _("Absent")
    NONE = "none", _("No examination yet")


class DecidedUnder(models.Model):
    """What passing meant when a result was read: kept beside it, whatever changes later."""

    grade_rule = models.ForeignKey(
        GradeRule, models.PROTECT, null=True, related_name="+", verbose_name=_("grade rule")
    )
    # Blank on results from before batches had terms of their own.
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
    online_weight = models.DecimalField(
        _("weight of the online grade"), max_digits=5, decimal_places=2, null=True, editable=False
    )
    exam_weight = models.DecimalField(
        _("weight of the examination"), max_digits=5, decimal_places=2, null=True, editable=False
    )
    least_exam_score = models.DecimalField(
        _("least score of the examination"),
        max_digits=5,
        decimal_places=2,
        null=True,
        editable=False,
    )
    least_total = models.DecimalField(
        _("least total"), max_digits=5, decimal_places=2, null=True, editable=False
    )

    class Meta:
        abstract = True


class Sitting(models.Model):
    """What a row of the provider says of one attempt: grade, examination, where and when."""

    online_grade = models.DecimalField(_("online grade"), max_digits=5, decimal_places=2, null=True)
    exam_score = models.DecimalField(
        _("score of the examination"), max_digits=5, decimal_places=2, null=True
    )
    total = models.DecimalField(_("weighted total"), max_digits=5, decimal_places=2, null=True)
    exam_on = models.DateField(_("examined on"), null=True)
    exam_centre = models.CharField(_("centre of the examination"), max_length=150, blank=True)
    exam_city = models.CharField(_("city of the examination"), max_length=100, blank=True)

    class Meta:
        abstract = True


def progress_key(import_id: int) -> str:
    """Name the place where a worker says how many results it has made public by now."""
    return f"results-made-public-{import_id}"


class ResultImportQuerySet(ProviderFileQuerySet):
    def visible_to(self, user: User) -> "ResultImportQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def awaiting_approval(self) -> "ResultImportQuerySet":
        return self.filter(state=ImportState.STAGED)

    def standing(self) -> "ResultImportQuerySet":
        """Return the files that may not come a second time."""
        nothing = (*ProviderFile.NO_FILE_KEPT, ImportState.DISCARDED, ImportState.REVERSED)
        return self.exclude(state__in=nothing)

    def to_be_carried_out(self, at: datetime) -> "ResultImportQuerySet":
        """Return the approved files to record, or to make public at `at`."""
        due = Q(public_from__isnull=True) | Q(public_from__lte=at)
        approved = self.filter(state=ImportState.APPROVED)
        return approved.filter(Q(results_recorded_at__isnull=True) | due).order_by("pk")


class ResultImport(ProviderFile, DecidedUnder):
    """A file of results: uploaded by one person, applied by another who types the totals.

    The rows are judged by the rule that stood when they were read, kept here.
    """

    run = models.ForeignKey(
        Run, models.PROTECT, related_name="result_imports", verbose_name=_("run")
    )
    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(_("digest"), max_length=64)
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
    most_attempts = models.PositiveSmallIntegerField(
        _("attempts at the examination"), null=True, editable=False
    )
    public_from = models.DateTimeField(
        _("public from"),
        null=True,
        blank=True,
        help_text=_("Until then nobody outside the desk sees a result. Blank: at once."),
    )
    results_recorded_at = models.DateTimeField(_("results recorded at"), null=True, blank=True)
    made_public_at = models.DateTimeField(_("made public at"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reversed by")
    )
    reversed_at = models.DateTimeField(_("reversed at"), null=True, blank=True)
    reversal_reason = models.CharField(_("why reversed"), max_length=500, blank=True)

    objects = ResultImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of results")
        verbose_name_plural = _("imports of results")
        constraints = [
            file_once("resultimport", besides=(ImportState.DISCARDED, ImportState.REVERSED)),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("uploaded_by")),
                name="enrollment_resultimport_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "applied", "reversed"])
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="enrollment_resultimport_applied_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(made_public_at__isnull=False),
                name="enrollment_resultimport_applied_is_public",
            ),
            models.CheckConstraint(
                condition=Q(reversed_by__isnull=True, reversed_at__isnull=True, reversal_reason="")
                | Q(reversed_by__isnull=False, reversed_at__isnull=False, reversal_reason__gt=""),
                name="enrollment_resultimport_reversed_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="reversed") | Q(reversed_by__isnull=False),
                name="enrollment_resultimport_reversed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(reversed_by__isnull=True) | ~Q(reversed_by=F("approved_by")),
                name="enrollment_resultimport_reversed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} – {self.file_name}"

    @property
    def is_at_work(self) -> bool:
        """Tell whether a task is reading it, or has yet to record its results."""
        waits = self.state == ImportState.APPROVED and self.results_recorded_at is None
        return waits or super().is_at_work

    @property
    def per_cent(self) -> int:
        """Return how much is read, or made public, 0 to 100."""
        if self.state != ImportState.APPROVED:
            return super().per_cent
        done: int = cache.get(progress_key(self.pk), 0)
        return min(100, done * 100 // self.rows_total) if self.rows_total else 0


class ResultImportRowQuerySet(models.QuerySet["ResultImportRow"]):
    def visible_to(self, user: User) -> "ResultImportRowQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def appliable(self) -> "ResultImportRowQuerySet":
        """Return the rows that belong to a registration and can be applied, or are as before."""
        return self.filter(outcome__in=APPLIABLE)

    def with_news(self) -> "ResultImportRowQuerySet":
        """Return the rows that bring something new."""
        outcomes = ResultImportRow.Outcome
        return self.filter(outcome__in=[outcomes.NEW, outcomes.CHANGED])

    def unsettled(self) -> "ResultImportRowQuerySet":
        """Return the rows that a person has to settle before their file can be approved."""
        return self.filter(settled_how="").exclude(outcome__in=APPLIABLE)

    def for_persons(self) -> "ResultImportRowQuerySet":
        """Return what waits for a person or was settled by one."""
        return self.exclude(settled_how="", outcome__in=APPLIABLE)

    def in_queue(self) -> "ResultImportRowQuerySet":
        """Return what waits for a person in the files that are not approved yet."""
        return self.unsettled().filter(result_import__state=ImportState.STAGED)


class ResultImportRow(Sitting):
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

    class Settled(models.TextChoices):
        MATCHED = "matched", _("Matched by hand")
        ASIDE = "aside", _("Put aside")

    result_import = models.ForeignKey(
        ResultImport, models.PROTECT, related_name="rows", verbose_name=_("import")
    )
    row = models.PositiveIntegerField(_("row"))
    raw: Any = models.JSONField(_("as read"))
    username = models.CharField(_("user name"), max_length=100, blank=True)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, related_name="+", verbose_name=_("registration")
    )
    exam_outcome = models.CharField(
        _("proctored examination"), max_length=8, choices=ExamOutcome, blank=True
    )
    would_pass = models.BooleanField(_("passes"), null=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    # What a person decided where the portal could not.
    settled_how = models.CharField(_("settled"), max_length=8, choices=Settled, blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_reason = models.CharField(_("why so settled"), max_length=500, blank=True)

    objects = ResultImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of results")
        verbose_name_plural = _("rows of results")
        constraints = [
            models.UniqueConstraint(
                fields=["result_import", "row"], name="enrollment_resultimportrow_once"
            ),
            models.UniqueConstraint(
                fields=["result_import", "enrollment"],
                condition=Q(outcome__in=["changed", "new", "same"]),
                name="enrollment_resultimportrow_once_a_registration",
            ),
            models.CheckConstraint(
                condition=Q(settled_how="", settled_by__isnull=True, settled_at__isnull=True)
                | Q(
                    settled_how__in=["aside", "matched"],
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                    settled_reason__gt="",
                ),
                name="enrollment_resultimportrow_settled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result_import}, {self.row}"


APPLIABLE = (
    ResultImportRow.Outcome.CHANGED,
    ResultImportRow.Outcome.NEW,
    ResultImportRow.Outcome.SAME,
)
