"""The screening of a proposal: the questions of the checklist, and how each was answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.proposals import Proposal
from courses.models import in_language


class ScreeningPointQuerySet(models.QuerySet["ScreeningPoint"]):
    def in_use(self) -> "ScreeningPointQuerySet":
        return self.filter(is_in_use=True).order_by("position", "pk")


class ScreeningPoint(models.Model):
    """A question of the screening checklist; one that was answered is retired, never reworded."""

    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("question"), max_length=250)
    text_hi = models.CharField(_("question in Hindi"), max_length=250, blank=True)
    is_required = models.BooleanField(_("must be answered with yes"), default=True)
    is_in_use = models.BooleanField(_("in use"), default=True)

    objects = ScreeningPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("question of the screening checklist")
        verbose_name_plural = _("questions of the screening checklist")

    def __str__(self) -> str:
        return in_language(self.text, self.text_hi)


class ScreeningAnswer(models.Model):
    """The answer to one question of the checklist for one proposal."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        NOT_APPLICABLE = "na", _("Does not apply")

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="screening", verbose_name=_("proposal")
    )
    point = models.ForeignKey(
        ScreeningPoint, models.PROTECT, related_name="answers", verbose_name=_("question")
    )
    answer = models.CharField(_("answer"), max_length=4, choices=Answer)
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("answer of the screening")
        verbose_name_plural = _("answers of the screening")
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "point"], name="committee_screeninganswer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.point}: {self.get_answer_display()}"
