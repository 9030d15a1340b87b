"""What many tables of the catalogue share: a title in two languages, days of validity."""

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from igot.lib.validity import holding


def in_language(english: str, hindi: str) -> str:
    """Return the Hindi text to readers of Hindi where there is one, else the English."""
    return hindi if hindi and get_language() == "hi" else english


class Certification(models.TextChoices):
    """How a course is certified, as the committee decides it."""

    GRADE_AND_EXAM = "grade_exam", _("Online grade and proctored examination")
    MODULES = "modules", _("Completion of all modules")
    CERTIFICATE = "certificate", _("Certificate of the institute")


class Outcome(models.TextChoices):
    """What the committee decides on a course that is proposed."""

    SHORTLISTED = "shortlisted", _("Shortlisted")
    DEFERRED = "deferred", _("Deferred")
    REJECTED = "rejected", _("Rejected")
    MORE_INFORMATION = "more_info", _("More information asked for")


class BilingualModel(models.Model):
    """Something with a title in two languages."""

    title = models.CharField(_("title"), max_length=150)
    title_hi = models.CharField(_("title in Hindi"), max_length=150, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return in_language(self.title, self.title_hi)


class DatedQuerySet(models.QuerySet[Any]):
    def in_force(self, on: date) -> "DatedQuerySet":
        """Return the rows in force on `on`, both days inclusive, the latest first."""
        return self.filter(holding(on)).order_by("-effective_from")


class DatedModel(models.Model):
    """A fact of policy with the days on which it holds and the circular that it comes from."""

    effective_from = models.DateField(_("from"))
    effective_to = models.DateField(_("until"), null=True, blank=True)
    circular_reference = models.CharField(_("circular"), max_length=200)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
