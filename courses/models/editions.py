"""Editions: what the page of a course is to say next, written beside the page that is public."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from courses.models.catalogue import Course
from courses.states import KEEPERS, LIVE_EDITIONS, EditionState


class CourseEditionQuerySet(models.QuerySet["CourseEdition"]):
    def visible_to(self, user: Any) -> "CourseEditionQuerySet":
        """Return all to those who keep the catalogue or audit it, nothing to others."""
        if user.is_superuser or user.has_role(*KEEPERS, Role.AUDITOR):
            return self
        return self.none()

    def live(self) -> "CourseEditionQuerySet":
        """Return what is being written or waits for a second person."""
        return self.filter(state__in=LIVE_EDITIONS)

    def awaiting_publication(self) -> "CourseEditionQuerySet":
        return self.filter(state=EditionState.SUBMITTED).order_by("submitted_at", "pk")

    def published(self) -> "CourseEditionQuerySet":
        return self.filter(state=EditionState.PUBLISHED).order_by("-published_at", "-pk")


class CourseEdition(models.Model):
    """A draft of a course's page: written by one person, published by another.

    The public page stays as it is until then. The content is kept as data, so that the draft of a
    course that is not yet in the catalogue is the same thing (docs/decisions/0140).
    """

    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
        verbose_name=_("course"),
        help_text=_("Blank for a course that is not yet in the catalogue."),
    )
    code = models.SlugField(_("code"))
    title = models.CharField(_("title"), max_length=150)
    content: Any = models.JSONField(_("content"), default=dict)
    base_digest = models.CharField(
        _("digest of the page that it was written beside"), max_length=64, blank=True
    )
    state = models.CharField(
        _("state"), max_length=10, choices=EditionState, default=EditionState.DRAFT
    )
    note = models.TextField(_("what changes, and why"), blank=True)
    reference = models.CharField(_("letter or circular"), max_length=200, blank=True)
    written_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    published_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    remark = models.TextField(_("remark"), blank=True)

    objects = CourseEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a course page")
        verbose_name_plural = _("drafts of course pages")
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(state__in=sorted(LIVE_EDITIONS), course__isnull=False),
                name="courses_courseedition_one_live_a_course",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(state__in=sorted(LIVE_EDITIONS), course__isnull=True),
                name="courses_courseedition_one_live_a_code",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("written_by")),
                name="courses_courseedition_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(
                    course__isnull=False,
                    published_by__isnull=False,
                    published_at__isnull=False,
                    submitted_at__isnull=False,
                ),
                name="courses_courseedition_published_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="courses_courseedition_queue")
        ]

    def __str__(self) -> str:
        return self.title
