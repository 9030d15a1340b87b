"""Certificates on their way in: what has arrived of a file that is sent in pieces."""

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from enrollment.models.registrations import Enrollment

KEPT_FOR: Final = timedelta(days=1)  # without a further piece


class CertificateUploadQuerySet(models.QuerySet["CertificateUpload"]):
    def of(self, user: User) -> "CertificateUploadQuerySet":
        """Return the uploads of `user`: nobody else ever sees one."""
        return self.filter(enrollment__officer__user=user)

    def for_registration(self, enrollment: Enrollment) -> "CertificateUpload | None":
        return self.filter(enrollment=enrollment).first()

    def left_lying(self, at: datetime) -> "CertificateUploadQuerySet":
        """Return those of which nothing has come for a day."""
        return self.filter(touched_at__lt=at - KEPT_FOR)


class CertificateUpload(models.Model):
    """A file on its way in, one a registration; its bytes lie on disk (`igot.lib.pieces`)."""

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrollment = models.OneToOneField(
        Enrollment, models.PROTECT, related_name="upload", verbose_name=_("registration")
    )
    file_name = models.CharField(_("name of the file"), max_length=255)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("digest announced"), max_length=64, blank=True)
    received = models.PositiveIntegerField(_("bytes received"), default=0)
    started_at = models.DateTimeField(_("started at"))
    touched_at = models.DateTimeField(_("latest piece at"), db_index=True)

    objects = CertificateUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate on its way in")
        verbose_name_plural = _("certificates on their way in")
        constraints = [
            models.CheckConstraint(
                condition=Q(received__lte=F("size")),
                name="enrollment_certificateupload_not_more_than_said",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.received}/{self.size}"

    @property
    def is_whole(self) -> bool:
        return self.received == self.size
