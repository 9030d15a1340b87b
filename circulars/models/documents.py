"""Documents that left the portal as PDF, and whether they still hold."""

import uuid
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class IssuedDocumentQuerySet(models.QuerySet["IssuedDocument"]):
    def with_successor(self) -> "IssuedDocumentQuerySet":
        return self.select_related("replaced_by")


class IssuedDocument(models.Model):
    """A PDF that left the portal: frozen particulars, its digest, and whether it still holds."""

    class Standing(models.TextChoices):
        VALID = "valid", _("Genuine and in force")
        REVOKED = "revoked", _("Revoked")
        REPLACED = "replaced", _("Replaced by a later document")

    public_id = models.UUIDField(
        _("public number"), default=uuid.uuid4, unique=True, editable=False
    )
    kind = models.CharField(_("kind"), max_length=40)
    number = models.CharField(_("number"), max_length=80, blank=True)
    title = models.CharField(_("title"), max_length=250)
    title_hi = models.CharField(_("title in Hindi"), max_length=250, blank=True)
    dated_on = models.DateField(_("dated"))
    # What the public verification page may show, so that an edited paper is caught: no bank data.
    # Frozen, in the shapes that `circulars.facts.verification_of` reads.
    particulars: Any = models.JSONField(_("particulars"), default=dict)
    is_public = models.BooleanField(_("the PDF itself is public"), default=False)
    pdf = models.FileField(_("PDF"), upload_to="documents/%Y/", max_length=200)
    sha256 = models.CharField(_("digest"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    pages = models.PositiveSmallIntegerField(_("pages"))
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"))
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing, default=Standing.VALID
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    # For anybody who verifies: {"en": …, "hi": …}, or nothing.
    ended_because: Any = models.JSONField(_("why it ended"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replaced by"),
    )

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued document")
        verbose_name_plural = _("issued documents")

    def __str__(self) -> str:
        return f"{self.title} {self.number}".strip()

    @property
    def title_in_language(self) -> str:
        return self.title_hi if get_language() == "hi" and self.title_hi else self.title

    def get_verify_url(self) -> str:
        return reverse("circulars:verify", args=[self.public_id])
