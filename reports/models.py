"""What visitors write to the office, and when each standing page was reviewed and by whom."""

from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role

REPLY_WITHIN: Final = timedelta(days=15)  # the time that the feedback page promises


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    """Reads of what visitors wrote."""

    def unanswered(self) -> "FeedbackQuerySet":
        """Keep what waits for a reply, the oldest first."""
        return self.filter(answered_on=None).order_by("received_at")

    def visible_to(self, user: Any) -> "FeedbackQuerySet":
        """Keep all for those who answer them; what visitors wrote concerns nobody else."""
        reads = user.is_superuser or user.has_role(Role.DEALING_HAND)
        return self if reads else self.none()

    def numbered(self, number: str) -> "FeedbackQuerySet":
        """Keep the feedback with `number`, at most one."""
        return self.filter(number=number)


class Feedback(models.Model):
    """A message to the office, with the number and the date of reply that its writer was told."""

    class Subject(models.TextChoices):
        COURSES = "courses", _("A course or its registration")
        ELIGIBILITY = "eligibility", _("Eligibility or my service record")
        CLAIMS = "claims", _("A claim or a payment")
        ACCESS = "access", _("Signing in or my account")
        ACCESSIBILITY = "accessibility", _("Accessibility of this website")
        OTHER = "other", _("Something else")

    number = models.CharField(_("number"), max_length=20, unique=True)
    subject = models.CharField(_("subject"), max_length=20, choices=Subject.choices)
    message = models.TextField(_("message"), max_length=3000)
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=5)
    received_at = models.DateTimeField(_("received"))
    reply_by = models.DateField(_("reply due by"))
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer = models.TextField(_("answer in short"), blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on=None) | ~Q(answer=""),
                name="reports_feedback_answered_with_text",
            ),
            models.CheckConstraint(
                condition=Q(message__gt=""), name="reports_feedback_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PageReviewQuerySet(models.QuerySet["PageReview"]):
    """Reads of the reviews of standing pages."""

    def latest_of(self, slug: str) -> "PageReview | None":
        """Return the newest review of the page called `slug`."""
        return self.filter(slug=slug).order_by("-reviewed_on", "-pk").first()


class PageReview(models.Model):
    """A review of a standing page: on which day it was found right, and who approved it."""

    slug = models.SlugField(_("page"))
    reviewed_on = models.DateField(_("reviewed on"))
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True)
    next_review_on = models.DateField(_("next review due on"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PageReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("page review")
        verbose_name_plural = _("page reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "reviewed_on"], name="reports_pagereview_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(next_review_on=None) | Q(next_review_on__gt=F("reviewed_on")),
                name="reports_pagereview_next_is_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug}, {self.reviewed_on:%d.%m.%Y}"


def reply_due(received_on: date) -> date:
    """Tell by which day a message received on `received_on` is to be answered."""
    return received_on + REPLY_WITHIN
