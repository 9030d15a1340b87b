"""Certificates that officers upload, and what was checked about each."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, User
from accounts.roles import Role
from courses.models import Course
from enrollment.models.registrations import Enrollment
from enrollment.states import LIVE_CERTIFICATES, CertificateState

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def _storage_name(instance: "CertificateSubmission", file_name: str) -> str:
    """Return a name that tells nothing but the kind of file, and cannot be guessed."""
    return f"certificates/{uuid.uuid4().hex}.{ENDINGS.get(instance.content_type, 'bin')}"


class CertificateSubmissionQuerySet(models.QuerySet["CertificateSubmission"]):
    def visible_to(self, user: User) -> "CertificateSubmissionQuerySet":
        everyone = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)
        if user.has_role(*everyone) or user.is_superuser:
            return self
        return self.filter(officer__user=user)

    def of(self, user: User) -> "CertificateSubmissionQuerySet":
        return self.filter(officer__user=user)

    def live(self) -> "CertificateSubmissionQuerySet":
        return self.filter(state__in=LIVE_CERTIFICATES)

    def with_all(self) -> "CertificateSubmissionQuerySet":
        return self.select_related(
            "officer__user", "course", "enrollment__run", "enrollment__officer__user", "reviewed_by"
        )

    def awaiting_review(self) -> "CertificateSubmissionQuerySet":
        return self.filter(state=CertificateState.UNDER_REVIEW)


class CertificateSubmission(models.Model):
    """One upload of a certificate; verified once for an officer and a course."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="certificates", verbose_name=_("registration")
    )
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="certificates")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    file = models.FileField(_("certificate"), upload_to=_storage_name, max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=255)
    content_type = models.CharField(_("kind of file"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("digest"), max_length=64)
    certificate_number = models.CharField(_("number of the certificate"), max_length=100)
    certificate_number_folded = models.CharField(max_length=100, editable=False)
    name_on_certificate = models.CharField(_("name on the certificate"), max_length=200)
    completed_on = models.DateField(_("date of completion"))
    state = models.CharField(
        _("state"), max_length=12, choices=CertificateState, default=CertificateState.UNDER_REVIEW
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    objects = CertificateSubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "course"],
                condition=Q(state="verified"),
                name="enrollment_certificate_verified_once",
            ),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(state__in=sorted(LIVE_CERTIFICATES)),
                name="enrollment_certificate_one_live",
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(state__in=sorted(LIVE_CERTIFICATES)),
                name="enrollment_certificate_file_once",
            ),
            models.UniqueConstraint(
                fields=["course", "certificate_number_folded"],
                condition=Q(state__in=sorted(LIVE_CERTIFICATES)),
                name="enrollment_certificate_number_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["verified", "returned", "rejected"])
                | Q(reviewed_by__isnull=False),
                name="enrollment_certificate_reviewed_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.certificate_number}"

    def get_absolute_url(self) -> str:
        return reverse("enrollment:detail", args=[self.enrollment_id])


class CertificateCheck(models.Model):
    """What one check found about a certificate."""

    class Code(models.TextChoices):
        FILE_TYPE = "file_type", _("Kind of file, by its content")
        SIZE = "size", _("Size")
        ACTIVE_CONTENT = "active_content", _("No active content")
        FILE_SEEN = "file_seen", _("File not sent in by anybody else before")
        NUMBER_SEEN = "number_seen", _("Number not given by anybody else before")
        NAME = "name", _("Name agrees with the service record")
        DATE = "date", _("Date of completion within the run")
        RESULT = "result", _("Agrees with the provider's result")

    submission = models.ForeignKey(
        CertificateSubmission, models.PROTECT, related_name="checks", verbose_name=_("certificate")
    )
    check_code = models.CharField(_("check"), max_length=30, choices=Code)
    passed = models.BooleanField(_("passed"))
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("check of a certificate")
        verbose_name_plural = _("checks of certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "check_code"], name="enrollment_certificatecheck_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_check_code_display())
