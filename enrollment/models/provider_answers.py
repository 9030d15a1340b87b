"""What a provider answers to a list of officers: a file staged, looked at and applied."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from enrollment.models.provider_lists import ListAnswer, ProviderList, ProviderListLine
from enrollment.states import AnswerState


class ProviderAnswerQuerySet(models.QuerySet["ProviderAnswer"]):
    def visible_to(self, user: User) -> "ProviderAnswerQuerySet":
        if user.has_role(Role.DEALING_HAND, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def standing(self) -> "ProviderAnswerQuerySet":
        return self.exclude(state=AnswerState.DISCARDED)

    def awaiting_application(self) -> "ProviderAnswerQuerySet":
        return self.filter(state=AnswerState.STAGED)


class ProviderAnswer(models.Model):
    """A file that the provider returned for one list: nothing changes until it is applied."""

    is_at_work = False  # it is read while its sender waits, not by a task

    provider_list = models.ForeignKey(
        ProviderList, models.PROTECT, related_name="answers", verbose_name=_("list")
    )
    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(_("digest"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=AnswerState, default=AnswerState.STAGED
    )
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("applied by")
    )
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    objects = ProviderAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer of a provider")
        verbose_name_plural = _("answers of providers")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=~Q(state="discarded"),
                name="enrollment_provideranswer_file_once",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_by__isnull=False, applied_at__isnull=False)
                | (~Q(state="applied") & Q(applied_by__isnull=True, applied_at__isnull=True)),
                name="enrollment_provideranswer_applied_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_list} – {self.file_name}"


class ProviderAnswerRowQuerySet(models.QuerySet["ProviderAnswerRow"]):
    def with_news(self) -> "ProviderAnswerRowQuerySet":
        """Return the rows that say something new of a line of the list."""
        return self.filter(outcome=ProviderAnswerRow.Outcome.NEW)


class ProviderAnswerRow(models.Model):
    """What was read in one row of an answer, and which line of the list it is about."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        SAME = "same", _("As before")
        NOT_LISTED = "not_listed", _("Not on this list")
        AMBIGUOUS = "ambiguous", _("Fits more than one line or row")
        CONFLICT = "conflict", _("Names another account than the line")
        SUPERSEDED = "superseded", _("A later list has corrected the line")
        UNREADABLE = "unreadable", _("Answer not readable")

    provider_answer = models.ForeignKey(
        ProviderAnswer, models.PROTECT, related_name="rows", verbose_name=_("answer")
    )
    row = models.PositiveIntegerField(_("row"))
    line_number = models.CharField(_("line"), max_length=20, blank=True)
    username = models.CharField(_("user name"), max_length=100, blank=True)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    said = models.CharField(_("as the provider says it"), max_length=100, blank=True)
    answer = models.CharField(_("answer"), max_length=16, choices=ListAnswer, blank=True)
    remark = models.CharField(_("remark"), max_length=250, blank=True)
    line = models.ForeignKey(
        ProviderListLine,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("line of the list"),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = ProviderAnswerRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an answer")
        verbose_name_plural = _("rows of answers")
        constraints = [
            models.UniqueConstraint(
                fields=["provider_answer", "row"], name="enrollment_provideranswerrow_once"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["new", "same"]) | (Q(line__isnull=False) & ~Q(answer="")),
                name="enrollment_provideranswerrow_of_a_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"
