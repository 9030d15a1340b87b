"""Rolls that somebody sent to be screened: the file, how far it is, and the answer."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from courses.models import Run
from eligibility.models.rule_sets import RuleSetVersion
from eligibility.states import ROLLS_AT_WORK, Outcome, RollState

KEPT_FOR: Final = timedelta(days=7)  # the answer, not the entry: docs/decisions/0091
SILENCE: Final = timedelta(minutes=5)  # after which whoever was screening a roll has gone
MOST_ATTEMPTS: Final = 3
INVALID: Final = "INVALID"
SENDERS: Final = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.NODAL_OFFICER)


class RollScreeningQuerySet(models.QuerySet["RollScreening"]):
    def visible_to(self, user: User) -> "RollScreeningQuerySet":
        """Return the entries that `user` may see: the own ones; an auditor sees all entries."""
        return self if user.has_role(Role.AUDITOR) else self.sent_by(user)

    def sent_by(self, user: User) -> "RollScreeningQuerySet":
        """Return what `user` sent, while `user` may send: to them alone the answer is given."""
        return self.filter(uploaded_by=user) if user.has_role(*SENDERS) else self.none()

    def latest_first(self) -> "RollScreeningQuerySet":
        return self.order_by("-pk")

    def with_all(self) -> "RollScreeningQuerySet":
        return self.select_related("uploaded_by", "run__course", "rule_set_version__rule_set")

    def at_work(self) -> "RollScreeningQuerySet":
        return self.filter(state__in=ROLLS_AT_WORK)

    def due(self, at: datetime) -> "RollScreeningQuerySet":
        """Return the rolls to be screened: those that wait, and those that someone left."""
        left = Q(state=RollState.RUNNING, beat_at__lt=at - SILENCE)
        return self.filter(Q(state=RollState.QUEUED) | left).order_by("pk")

    def past_keeping(self, today: date) -> "RollScreeningQuerySet":
        """Return the rolls whose answer is to be deleted."""
        return self.filter(state=RollState.DONE, kept_until__lt=today).order_by("pk")


class RollScreening(models.Model):
    """That somebody sent a roll to be screened for a day of commencement, and what came of it."""

    State = RollState

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=RollState, default=RollState.QUEUED, db_index=True
    )
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("sent by")
    )
    uploaded_at = models.DateTimeField(_("sent at"))
    file_name = models.CharField(_("name of the file"), max_length=150)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("digest"), max_length=64)
    file = models.FileField(_("file as sent"), max_length=200, blank=True)
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", verbose_name=_("run"))
    rule_set_version = models.ForeignKey(
        RuleSetVersion, models.PROTECT, related_name="+", verbose_name=_("version of the rule set")
    )
    commences_on = models.DateField(_("commencement"))
    language = models.CharField(_("language of the answer"), max_length=5)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    beat_at = models.DateTimeField(_("last sign of work"), null=True)
    rows_total = models.PositiveIntegerField(_("rows, about"), null=True)
    rows_done = models.PositiveIntegerField(_("rows screened"), default=0)
    counts: Any = models.JSONField(_("counts of outcomes"), default=dict)
    preview: Any = models.JSONField(_("first rows of the answer"), default=list)
    notes: Any = models.JSONField(_("remarks on the file"), default=list)
    problem = models.CharField(_("why it could not be screened"), max_length=500, blank=True)
    result = models.FileField(_("answer"), max_length=200, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    kept_until = models.DateField(_("answer kept until"), null=True)

    objects = RollScreeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("roll screened")
        verbose_name_plural = _("rolls screened")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"]) | Q(file=""),
                name="eligibility_rollscreening_file_goes",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(result="") & Q(kept_until__isnull=False)),
                name="eligibility_rollscreening_done_has_answer",
            ),
            models.CheckConstraint(
                condition=Q(state="done") | Q(result=""),
                name="eligibility_rollscreening_answer_goes",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Roll %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("eligibility:roll", args=[self.public_id])

    @property
    def is_at_work(self) -> bool:
        return self.state in ROLLS_AT_WORK

    @property
    def figures(self) -> list[dict[str, object]]:
        """Return what was counted, outcome by outcome, for the page."""
        named = [(outcome.value, str(outcome.label)) for outcome in Outcome]
        named.append((INVALID, gettext("Rows with a fault")))
        return [{"name": label, "value": self.counts.get(code, 0)} for code, label in named]
