"""Certificates that officers upload, and what was checked about each."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, User
from accounts.roles import Role
from courses.models import Course, DatedModel
from enrollment.models.registrations import Enrollment
from enrollment.states import (
    BEING_CHECKED,
    LIVE_CERTIFICATES,
    SEND_AGAIN,
    WITH_THE_OFFICE,
    CertificateState,
)
from igot.lib.validity import ends_after_start

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def _storage_name(instance: "CertificateSubmission", file_name: str) -> str:
    """Return a name that tells nothing but the kind of file, and cannot be guessed."""
    return f"certificates/{uuid.uuid4().hex}.{ENDINGS.get(instance.content_type, 'bin')}"


class CertificateRule(DatedModel):
    """From when to when, and how strictly, certificates are compared; only flags rest on it."""

    least_name_score = models.PositiveSmallIntegerField(
        _("least score of a name"),
        help_text=_("0 to 100: below it the reviewer is told that the name does not agree."),
    )
    most_apart = models.PositiveSmallIntegerField(
        _("differences of a look-alike, at most"),
        help_text=_(
            "In so many of 32,768 points, or fewer, the drawn page may differ from another "
            "officer's for the reviewer to be told that both look the same."
        ),
    )

    class Meta:
        verbose_name = _("rule on comparing certificates")
        verbose_name_plural = _("rules on comparing certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["effective_from"], name="enrollment_certificaterule_once_a_day"
            ),
            ends_after_start("enrollment_certificaterule"),
            models.CheckConstraint(
                condition=Q(least_name_score__lte=100),
                name="enrollment_certificaterule_of_a_hundred",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.least_name_score} / {self.most_apart}"


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

    def beside(
        self, submission: "CertificateSubmission"
    ) -> "tuple[CertificateSubmission | None, CertificateSubmission | None]":
        """Return who stands before and after `submission` in the queue of review."""
        at, key = submission.uploaded_at, submission.pk
        queue = self.awaiting_review().exclude(officer=submission.officer_id)
        queue = queue.order_by("uploaded_at", "pk").only("pk", "certificate_number")
        before = queue.filter(Q(uploaded_at__lt=at) | Q(uploaded_at=at, pk__lt=key))
        after = queue.filter(Q(uploaded_at__gt=at) | Q(uploaded_at=at, pk__gt=key))
        return before.last(), after.first()

    def awaiting_checks(self, at: datetime) -> "CertificateSubmissionQuerySet":
        """Return what a task is to check now: nobody is at it, and it is not put off."""
        return self.filter(state__in=BEING_CHECKED, check_at__lte=at).order_by("check_at", "pk")

    def put_off(self) -> "CertificateSubmissionQuerySet":
        """Return what could not be checked so far."""
        return self.filter(state=CertificateState.CHECKING).exclude(problem="")

    def handed_out(self) -> "CertificateSubmissionQuerySet":
        """Return those whose file was checked and is there: only these leave the store."""
        return self.exclude(state__in=BEING_CHECKED).exclude(file="")


class CertificateSubmission(models.Model):
    """One upload of a certificate; verified once for an officer and a course."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="certificates", verbose_name=_("registration")
    )
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="certificates")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    file = models.FileField(
        _("certificate"),
        upload_to=_storage_name,
        max_length=200,
        blank=True,
        help_text=_("Deleted where a check refuses it."),
    )
    file_name = models.CharField(_("name of the file"), max_length=255)
    content_type = models.CharField(_("kind of file"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("digest"), max_length=64)
    certificate_number = models.CharField(_("number of the certificate"), max_length=100)
    certificate_number_folded = models.CharField(max_length=100, editable=False)
    name_on_certificate = models.CharField(_("name on the certificate"), max_length=200)
    completed_on = models.DateField(_("date of completion"))
    state = models.CharField(
        _("state"), max_length=12, choices=CertificateState, default=CertificateState.UPLOADED
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    field_reasons: Any = models.JSONField(
        _("what is to be corrected"), default=dict, blank=True, editable=False
    )
    check_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    problem = models.CharField(_("why the checks wait"), max_length=200, blank=True)

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
            models.CheckConstraint(
                condition=(Q(state="refused") & Q(file="")) | (~Q(state="refused") & ~Q(file="")),
                name="enrollment_certificate_refused_has_no_file",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(BEING_CHECKED)) | Q(check_at__isnull=False),
                name="enrollment_certificate_checked_some_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["check_at"],
                condition=Q(state__in=sorted(BEING_CHECKED)),
                name="enrollment_cert_to_check",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrollment}: {self.certificate_number}"

    def get_absolute_url(self) -> str:
        return reverse("enrollment:detail", args=[self.enrollment_id])

    @property
    def is_being_checked(self) -> bool:
        return self.state in BEING_CHECKED

    @property
    def is_with_the_office(self) -> bool:
        return self.state in WITH_THE_OFFICE

    @property
    def is_to_be_sent_again(self) -> bool:
        return self.state in SEND_AGAIN

    @property
    def is_handed_out(self) -> bool:
        """Tell whether the file was checked and is there (see `handed_out` of the query set)."""
        return bool(self.file) and not self.is_being_checked


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
        VIRUS = "virus", _("No virus found")
        DRAWN = "drawn", _("Pages could be drawn")
        LOOK_ALIKE = "look_alike", _("Looks like no certificate of another officer")

    submission = models.ForeignKey(
        CertificateSubmission, models.PROTECT, related_name="checks", verbose_name=_("certificate")
    )
    check_code = models.CharField(_("check"), max_length=30, choices=Code)
    passed = models.BooleanField(
        _("passed"), null=True, help_text=_("Unknown: the check could not be made.")
    )
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    rule = models.ForeignKey(
        CertificateRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rule applied"),
    )
    other = models.ForeignKey(
        CertificateSubmission,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("the other certificate"),
    )
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


def _page_name(instance: "CertificatePage", file_name: str) -> str:
    return f"certificates/pages/{uuid.uuid4().hex}.jpg"


class CertificatePage(models.Model):
    """A page of a certificate as it was drawn, for the reviewer: the file itself is not opened."""

    submission = models.ForeignKey(
        CertificateSubmission, models.PROTECT, related_name="pages", verbose_name=_("certificate")
    )
    number = models.PositiveSmallIntegerField(_("page"))
    image = models.FileField(_("picture"), upload_to=_page_name, max_length=200)
    width = models.PositiveSmallIntegerField(_("width in pixels"))
    height = models.PositiveSmallIntegerField(_("height in pixels"))

    class Meta:
        verbose_name = _("drawn page of a certificate")
        verbose_name_plural = _("drawn pages of certificates")
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "number"], name="enrollment_certificatepage_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.number}"


class CertificateFingerprint(models.Model):
    """What the first page of a certificate looks like (`igot.lib.fingerprints`)."""

    submission = models.OneToOneField(
        CertificateSubmission, models.PROTECT, primary_key=True, related_name="fingerprint"
    )
    bits = models.BinaryField()

    class Meta:
        verbose_name = _("look of a certificate")
        verbose_name_plural = _("looks of certificates")

    def __str__(self) -> str:
        return str(self.submission_id)


class FingerprintBand(models.Model):
    """One of the numbers by which certificates that look alike are found without reading all."""

    fingerprint = models.ForeignKey(
        CertificateFingerprint,
        models.CASCADE,
        related_name="bands",  # parts of it
    )
    value = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = _("number of a look")
        verbose_name_plural = _("numbers of looks")

    def __str__(self) -> str:
        return str(self.value)
