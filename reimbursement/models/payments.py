"""Payment batches, their lines, and the return files that alone say what was paid."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from igot.lib.crypto import EncryptedTextField
from igot.lib.money import quantise
from reimbursement import rules
from reimbursement.models.claims import Claim
from reimbursement.states import BatchState


class PaymentLayout(models.Model):
    """How the files to and from the paying office are laid out: columns and words are data."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    export_columns: Any = models.JSONField(
        _("columns of the payment file"),
        help_text=_('Pairs of heading and field, in order: [["Payee", "payee_name"], …].'),
    )
    return_columns: Any = models.JSONField(
        _("columns of the return file"),
        help_text=_('Field and heading: {"reference": "Our Ref", …}.'),
    )
    paid_words: Any = models.JSONField(_("words that mean paid"))
    failed_words: Any = models.JSONField(_("words that mean failed"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("layout of payment files")
        verbose_name_plural = _("layouts of payment files")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            rules.check_layout(
                export_columns=self.export_columns,
                return_columns=self.return_columns,
                paid_words=self.paid_words,
                failed_words=self.failed_words,
            )
        except ValueError as error:
            raise ValidationError(str(error)) from None


class PaymentBatchQuerySet(models.QuerySet["PaymentBatch"]):
    def visible_to(self, user: User) -> "PaymentBatchQuerySet":
        if user.has_role(Role.PAYING_OFFICER, Role.AUDITOR) or user.is_superuser:
            return self
        return self.none()

    def with_total(self) -> "PaymentBatchQuerySet":
        """Add `total`: the sum of the lines that are still in the batch."""
        taken_back = models.Q(lines__outcome="taken_back")
        return self.annotate(total=models.Sum("lines__amount", filter=~taken_back))

    def awaiting_release(self) -> "PaymentBatchQuerySet":
        return self.filter(state=BatchState.LOCKED)

    def awaiting_return(self) -> "PaymentBatchQuerySet":
        return self.filter(state__in=[BatchState.EXPORTED, BatchState.PART_SETTLED])


class PaymentBatch(models.Model):
    """Sanctioned claims sent for payment together; who locks it does not release it."""

    number = models.CharField(_("number"), max_length=30, unique=True)
    state = models.CharField(
        _("state"), max_length=15, choices=BatchState, default=BatchState.DRAFT
    )
    layout = models.ForeignKey(
        PaymentLayout, models.PROTECT, related_name="batches", verbose_name=_("layout of the files")
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))
    locked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("locked by")
    )
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("released by")
    )
    exported_at = models.DateTimeField(_("exported at"), null=True, blank=True)
    # The file as it was exported, sealed because it names accounts; the same bytes every time.
    export = EncryptedTextField(_("exported file"), blank=True)
    export_sha256 = models.CharField(_("digest of the file"), max_length=64, blank=True)

    objects = PaymentBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by__isnull=True)
                | Q(locked_by__isnull=False) & ~Q(released_by=F("locked_by")),
                name="reimbursement_paymentbatch_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "locked"]) | Q(released_by__isnull=False),
                name="reimbursement_paymentbatch_released_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["exported", "part_settled", "settled", "rejected_whole"])
                | Q(exported_at__isnull=False, export_sha256__gt=""),
                name="reimbursement_paymentbatch_exported_is_kept",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PaymentLineQuerySet(models.QuerySet["PaymentLine"]):
    def in_batch(self) -> "PaymentLineQuerySet":
        """Return the lines that are still in their batch, in the order of the file."""
        return self.exclude(outcome=PaymentLine.Outcome.TAKEN_BACK).order_by("pk")

    def waiting(self) -> "PaymentLineQuerySet":
        return self.filter(outcome=PaymentLine.Outcome.WAITING)

    def paid(self) -> "PaymentLineQuerySet":
        return self.filter(outcome=PaymentLine.Outcome.PAID)

    def of_payee(self, user: User) -> "PaymentLineQuerySet":
        return self.filter(claim__officer__user=user)

    def total(self) -> Decimal:
        return quantise(self.aggregate(total=models.Sum("amount"))["total"])


class PaymentLine(models.Model):
    """One claim in one batch, with the bank details frozen for it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        TAKEN_BACK = "taken_back", _("Taken back")

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, related_name="lines", verbose_name=_("batch")
    )
    claim = models.ForeignKey(
        Claim, models.PROTECT, related_name="payment_lines", verbose_name=_("claim")
    )
    reference = models.CharField(_("our reference"), max_length=30, unique=True)
    amount = models.DecimalField(_("amount, in ₹"), max_digits=12, decimal_places=2)
    payee_name = models.CharField(_("payee"), max_length=200)
    ifsc = models.CharField(_("IFSC"), max_length=11)
    account_number = EncryptedTextField(_("account number"))
    account_ending = models.CharField(_("account ends with"), max_length=4)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, default=Outcome.WAITING
    )
    utr = models.CharField(_("UTR"), max_length=40, null=True, blank=True, unique=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    failure_reason = models.CharField(_("reason of the failure"), max_length=250, blank=True)

    objects = PaymentLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a payment batch")
        verbose_name_plural = _("lines of payment batches")
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(outcome__in=["waiting", "paid"]),
                name="reimbursement_paymentline_one_live",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="paid")
                | Q(utr__isnull=False, utr__gt="", paid_on__isnull=False),
                name="reimbursement_paymentline_paid_with_utr",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="reimbursement_paymentline_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ReturnFile(models.Model):
    """The bank's or paying office's file on a batch, imported once."""

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, related_name="return_files", verbose_name=_("batch")
    )
    file_name = models.CharField(_("file"), max_length=150)
    sha256 = models.CharField(_("digest"), max_length=64, unique=True)
    imported_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("imported by")
    )
    imported_at = models.DateTimeField(_("imported at"))

    class Meta:
        verbose_name = _("return file")
        verbose_name_plural = _("return files")

    def __str__(self) -> str:
        return self.file_name


class ReturnRowQuerySet(models.QuerySet["ReturnRow"]):
    def in_question(self) -> "ReturnRowQuerySet":
        """Return the rows that settled nothing and wait for a person."""
        settled = [ReturnRow.Outcome.PAID, ReturnRow.Outcome.FAILED]
        return self.exclude(outcome__in=settled).order_by("return_file", "row")


class ReturnRow(models.Model):
    """One row of a return file and what came of it; unmatched rows wait, they are never guessed."""

    class Outcome(models.TextChoices):
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        UNMATCHED = "unmatched", _("No such line")
        WRONG_AMOUNT = "wrong_amount", _("Amount differs")
        WRONG_ACCOUNT = "wrong_account", _("Account differs")
        DUPLICATE = "duplicate", _("Already settled, or UTR already used")
        MALFORMED = "malformed", _("Not readable")

    return_file = models.ForeignKey(
        ReturnFile, models.PROTECT, related_name="rows", verbose_name=_("return file")
    )
    row = models.PositiveIntegerField(_("row"))
    raw: Any = models.JSONField(_("as read"))
    line = models.ForeignKey(
        PaymentLine, models.PROTECT, null=True, related_name="+", verbose_name=_("line")
    )
    outcome = models.CharField(_("outcome"), max_length=13, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True)

    objects = ReturnRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a return file")
        verbose_name_plural = _("rows of return files")
        constraints = [
            models.UniqueConstraint(
                fields=["return_file", "row"], name="reimbursement_returnrow_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.outcome}"
