"""What a claim consists of: lines, papers, frozen revisions, queries with their answers."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from igot.lib.append_only import AppendOnlyModel, AppendOnlyQuerySet
from reimbursement.models.claims import Claim
from reimbursement.states import ClaimState


class ClaimLine(models.Model):
    """One line of a claim: what was claimed, what of it is admissible, and why less."""

    class Kind(models.TextChoices):
        FEE = "fee", _("Course fee")
        MARKUP = "markup", _("Foreign currency mark-up")
        TAX = "tax", _("Tax on the mark-up")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="lines", verbose_name=_("claim"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    claimed = models.DecimalField(_("claimed, in ₹"), max_digits=12, decimal_places=2)
    admissible = models.DecimalField(
        _("admissible, in ₹"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    reason = models.CharField(_("why less"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("line of a claim")
        verbose_name_plural = _("lines of claims")
        constraints = [
            models.UniqueConstraint(fields=["claim", "kind"], name="reimbursement_claimline_once"),
            models.CheckConstraint(
                condition=Q(claimed__gte=0)
                & (Q(admissible__isnull=True) | Q(admissible__gte=0, admissible__lte=F("claimed"))),
                name="reimbursement_claimline_within_claimed",
            ),
            models.CheckConstraint(
                condition=Q(admissible__isnull=True)
                | Q(admissible=F("claimed"))
                | Q(reason__gt=""),
                name="reimbursement_claimline_less_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.claimed}"


ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def _storage_name(instance: "ClaimDocument", file_name: str) -> str:
    """Return a name that tells nothing but the kind of file, and cannot be guessed."""
    return f"claims/{uuid.uuid4().hex}.{ENDINGS.get(instance.content_type, 'bin')}"


class ClaimDocumentQuerySet(models.QuerySet["ClaimDocument"]):
    def visible_to(self, user: User) -> "ClaimDocumentQuerySet":
        return self.filter(claim__in=Claim.objects.visible_to(user))

    def current(self) -> "ClaimDocumentQuerySet":
        return self.filter(replaced_at__isnull=True).order_by("pk")

    def same_file_elsewhere(self, document: "ClaimDocument") -> "ClaimDocumentQuerySet":
        """Return the papers of other submitted claims that are byte for byte this one."""
        others = self.filter(sha256=document.sha256).exclude(claim=document.claim_id)
        return others.exclude(claim__state__in=[ClaimState.DRAFT, ClaimState.WITHDRAWN])


class ClaimDocument(models.Model):
    """A paper attached to a claim; a later upload of the same kind takes its place."""

    class Kind(models.TextChoices):
        FEE_RECEIPT = "fee_receipt", _("Fee receipt")
        DEBIT_PROOF = "debit_proof", _("Proof of debit (card or bank statement)")

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="documents", verbose_name=_("claim")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    file = models.FileField(_("file"), upload_to=_storage_name, max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=255)
    content_type = models.CharField(_("kind of file"), max_length=40)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("digest"), max_length=64, db_index=True)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = ClaimDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper of a claim")
        verbose_name_plural = _("papers of claims")
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "kind"],
                condition=Q(replaced_at__isnull=True),
                name="reimbursement_claimdocument_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"


class ClaimRevision(AppendOnlyModel):
    """A claim as it was submitted, frozen: what is recommended and sanctioned is one of these."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="revisions", verbose_name=_("claim")
    )
    number = models.PositiveSmallIntegerField(_("revision"))
    content: Any = models.JSONField(_("content"))
    sha256 = models.CharField(_("digest"), max_length=64)
    at = models.DateTimeField(_("at"))

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision of a claim")
        verbose_name_plural = _("revisions of claims")
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "number"], name="reimbursement_claimrevision_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} r{self.number}"


class QueryItemQuerySet(models.QuerySet["QueryItem"]):
    def open(self) -> "QueryItemQuerySet":
        return self.filter(answer="").order_by("pk")


class QueryItem(models.Model):
    """A question of the dealing hand on a claim, and the claimant's answer."""

    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="queries", verbose_name=_("claim")
    )
    text = models.TextField(_("query"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = QueryItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("query")
        verbose_name_plural = _("queries")

    def __str__(self) -> str:
        return self.text[:60]
