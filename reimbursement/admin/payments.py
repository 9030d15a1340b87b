"""Payment batches on the desk: drawn up, locked by one, released by another, sent and settled."""

from typing import Any, cast

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from accounts.models import User
from igot.lib.files import send_bytes
from igot.lib.money import quantise, rupees
from reimbursement import actions, forms, policies, states
from reimbursement.models import (
    PaymentBatch,
    PaymentLayout,
    PaymentLine,
    ReturnFile,
    ReturnRow,
)
from reimbursement.models.payments import PaymentBatchQuerySet

# What is asked of a batch without being a step of its life cycle.
TAKE_OUT, FETCH, IMPORT = "take out", "fetch", "import"


def payment_file(**arguments: Any) -> HttpResponse:
    """Export the batch, or fetch the file once exported, and hand it over."""
    batch = actions.export_batch(**arguments)
    name = f"payments-{batch.number.replace('/', '-')}.csv"
    return send_bytes(batch.export.encode(), name=name)


def take_out(*, batch_id: int, **arguments: Any) -> None:
    """Take one line out of the batch that the desk shows; the line knows its batch."""
    actions.take_from_batch(**arguments)


def why_not(step: Any, batch: PaymentBatch, user: User) -> str:
    """Return why `user` may not do `step`, be it of the life cycle or with the files."""
    if step == TAKE_OUT:
        return policies.why_not_batch(states.LOCK, batch, user)
    if step == FETCH:
        return policies.why_not_fetch(batch, user)
    if step == IMPORT:
        return policies.why_not_import(batch, user)
    return policies.why_not_batch(step, batch, user)


class PaymentLineInline(DeskInline):
    model = PaymentLine
    fields = (
        "reference",
        "claim",
        "payee_name",
        "ifsc",
        "account",
        "amount",
        "outcome",
        "utr",
        "paid_on",
        "failure_reason",
    )
    readonly_fields = ("account",)

    @admin.display(description=_("account"))
    def account(self, line: PaymentLine) -> str:
        return f"••••{line.account_ending}"


@admin.register(PaymentBatch)
class PaymentBatchAdmin(DeskAdmin):
    """One batch: its lines, its file, what came back."""

    list_display = ("number", "state", "made_by", "locked_by", "released_by", "sum_of_lines")
    list_select_related = ("made_by", "locked_by", "released_by")
    list_filter = ("state",)
    search_fields = ("=number",)
    ordering = ("-pk",)
    fields = (
        "number",
        "state",
        "layout",
        "made_by",
        "made_at",
        "locked_by",
        "released_by",
        "exported_at",
        "export_sha256",
    )
    inlines = (PaymentLineInline,)
    change_form_template = "reimbursement/desk/batch.html"
    why_not = staticmethod(why_not)
    steps = (
        DeskStep(
            name="lock",
            label=_("Lock"),
            step=states.LOCK,
            action=actions.lock_batch,
            id_name="batch_id",
            explain=_("Nothing is added or taken out any more. Another paying officer releases."),
        ),
        DeskStep(
            name="take-out",
            label=_("Take a claim out"),
            step=TAKE_OUT,
            action=take_out,
            form=forms.TakeOutForm,
            id_name="batch_id",
            explain=_("The claim waits for another batch."),
        ),
        DeskStep(
            name="release",
            label=_("Release"),
            step=states.RELEASE,
            action=actions.release_batch,
            id_name="batch_id",
        ),
        DeskStep(
            name="export",
            label=_("Make the payment file"),
            step=states.EXPORT,
            action=payment_file,
            id_name="batch_id",
            explain=_("The file names account numbers: keep it where only the bank gets it."),
        ),
        DeskStep(
            name="fetch",
            label=_("Download the payment file again"),
            step=FETCH,
            action=payment_file,
            id_name="batch_id",
            explain=_("The same bytes as before. The download is recorded."),
        ),
        DeskStep(
            name="import",
            label=_("Import a return file"),
            step=IMPORT,
            action=actions.import_return_file,
            form=forms.ReturnFileForm,
            id_name="batch_id",
            explain=_("Rows are matched by our reference, the amount and the last four digits."),
        ),
        DeskStep(
            name="reject",
            label=_("Rejected as a whole"),
            step=states.REJECT_WHOLE,
            action=actions.reject_batch,
            form=forms.ReasonForm,
            id_name="batch_id",
            explain=_("Every claim of the batch waits for payment again."),
            is_grave=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return cast(PaymentBatchQuerySet, super().get_queryset(request)).with_total()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        batch = kwargs.get("obj")
        if batch is not None:
            context["in_question"] = ReturnRow.objects.in_question().filter(
                return_file__batch=batch
            )
            context["total"] = batch.lines.in_batch().total()
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("total"))
    def sum_of_lines(self, batch: PaymentBatch) -> str:
        return rupees(quantise(getattr(batch, "total", None)))


class ReturnRowInline(DeskInline):
    model = ReturnRow
    fields = ("row", "line", "outcome", "reason", "raw")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the rows to whoever may see their file."""
        return request.user.has_perm("reimbursement.view_returnfile")


@admin.register(ReturnFile)
class ReturnFileAdmin(DeskAdmin):
    list_display = ("file_name", "batch", "imported_by", "imported_at")
    list_select_related = ("batch", "imported_by")
    ordering = ("-pk",)
    inlines = (ReturnRowInline,)


@admin.register(PaymentLayout)
class PaymentLayoutAdmin(DeskAdmin):
    list_display = ("code", "name", "is_active")
    editable_fields = (
        "name",
        "export_columns",
        "return_columns",
        "paid_words",
        "failed_words",
        "is_active",
    )
    add_fields = ("code",)
