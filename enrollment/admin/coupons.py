"""The pool on the desk: batches brought in and released, codes by their endings, issues."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from accounts.models import User
from enrollment import pool_policies, states
from enrollment.actions import batches, coupons, requests
from enrollment.admin.files import FileAdmin
from enrollment.forms.coupons import CouponFileForm, ReasonForm
from enrollment.forms.reconciliation import NameRequestForm
from enrollment.models import Coupon, CouponBatch, CouponImportRow, CouponIssue
from enrollment.states import CouponState
from igot.lib.tables import Cell


@admin.register(CouponBatch)
class CouponBatchAdmin(FileAdmin):
    list_display = (
        "course",
        "letter_reference",
        "state",
        "available",
        "issued",
        "redeemed",
        "expired",
        "dead",
        "imported_at",
    )
    list_filter = ("state", "course")
    search_fields = ("letter_reference", "=sha256")
    ordering = ("-pk",)
    fields = (
        "course",
        "provider",
        "letter_reference",
        "request",
        "state",
        "problem",
        "rows_link",
        "available",
        "issued",
        "redeemed",
        "expired",
        "dead",
        "file_name",
        "sha256",
        "imported_by",
        "imported_at",
        "released_by",
        "released_at",
    )
    readonly_fields = ("rows_link", "available", "issued", "redeemed", "expired", "dead")
    summary_fields = ("course", "letter_reference", "file_name", "imported_by", "available")
    why_not = staticmethod(pool_policies.why_not_batch)
    file_form = CouponFileForm
    reader = batches.COUPON_FILES
    file_explain = _(
        "The codes are encrypted at once; only their last four characters are ever shown here. "
        "They can be issued when a second person has released the batch."
    )
    row_columns = (
        ("row", _("row")),
        ("ending", _("code ends with")),
        ("outcome", _("outcome")),
        ("reason", _("reason")),
    )
    event_labels = {
        "couponbatch.taken_in": _("File taken in"),
        "couponbatch.imported": _("Brought in"),
        "couponbatch.refused": _("Could not be read"),
        "couponbatch.stop_asked": _("Stop asked for"),
        "couponbatch.stopped": _("Reading stopped"),
        "couponbatch.does_not_hold": _("The codes do not add up"),
        "couponbatch.released": _("Released"),
        "couponbatch.closed": _("Closed"),
        "couponbatch.request_named": _("Our letter named"),
        "couponbatch.rows_downloaded": _("Rows downloaded"),
    }
    steps = (
        DeskStep(
            name="release",
            label=_("Release the batch"),
            step=states.RELEASE_BATCH,
            action=batches.release_batch,
            id_name="batch_id",
            explain=_("The officers who wait get their coupons at once, first confirmed first."),
        ),
        DeskStep(
            name="close",
            label=_("Close the batch"),
            step=states.CLOSE_BATCH,
            action=batches.close_batch,
            id_name="batch_id",
            form=ReasonForm,
            explain=_("No further code of this batch is issued. What is issued stands."),
            is_grave=True,
        ),
        DeskStep(
            name="request",
            label=_("Name our letter"),
            step=states.NAME_REQUEST,
            action=requests.name_request,
            id_name="batch_id",
            form=NameRequestForm,
            explain=_("The codes of the batch are counted as those that the letter asks for."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_counts()

    def bring_in(self, *, form: forms.Form, acting_user: User) -> CouponBatch:
        file = form.cleaned_data["file"]
        return batches.import_coupons(
            course=form.cleaned_data["course"],
            letter_reference=form.cleaned_data["letter_reference"],
            file_name=file.name,
            file=file,
            acting_user=acting_user,
            at=timezone.now(),
        )

    def row_cells(self, row: CouponImportRow) -> list[Cell]:
        ending = f"••••{row.ending}" if row.ending else ""
        return [row.row, ending, str(row.get_outcome_display()), row.reason]

    @admin.display(description=CouponState.AVAILABLE.label)
    def available(self, batch: Any) -> int:
        return batch.available_count

    @admin.display(description=CouponState.ISSUED.label)
    def issued(self, batch: Any) -> int:
        return batch.issued_count

    @admin.display(description=CouponState.REDEEMED.label)
    def redeemed(self, batch: Any) -> int:
        return batch.redeemed_count

    @admin.display(description=CouponState.EXPIRED.label)
    def expired(self, batch: Any) -> int:
        return batch.expired_count

    @admin.display(description=CouponState.DEAD.label)
    def dead(self, batch: Any) -> int:
        return batch.dead_count


@admin.register(Coupon)
class CouponAdmin(DeskAdmin):
    list_display = ("__str__", "course", "state", "valid_until", "price_usd", "batch")
    list_filter = ("state", "course", "valid_until")
    list_select_related = ("course", "batch__course")
    search_fields = ("=ending",)
    search_help_text = _("The last four characters")
    ordering = ("-pk",)
    hidden_fields = ("code_digest",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("code")


def why_not_with_issue(step: Any, issue: CouponIssue, user: User) -> str:
    """Return why `user` may not take the coupon back, or give a new one after it."""
    if step is states.ISSUE_COUPON:
        return pool_policies.why_not_give_again(issue, user)
    return pool_policies.why_not_revoke(step, issue, user)


@admin.register(CouponIssue)
class CouponIssueAdmin(DeskAdmin):
    list_display = (
        "coupon",
        "of_officer",
        "of_course",
        "issued_at",
        "first_revealed_at",
        "ended_at",
    )
    list_filter = ("course", "issued_at", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("officer__name", "=enrollment__number", "=coupon__ending")
    ordering = ("-pk",)
    why_not = staticmethod(why_not_with_issue)
    event_labels = {
        "coupon.issued": _("Issued"),
        "coupon.revealed": _("Code shown to the officer"),
        "coupon.ended": _("Taken back"),
        "coupon.redeemed": _("Redeemed, as the provider reports"),
        "coupon.disputed": _("Officer asked about another account"),
        "coupon.expiring": _("Officer reminded"),
        "coupon.payment_declared": _("Declared as paid by the officer"),
    }
    steps = (
        DeskStep(
            name="revoke",
            label=_("Take back"),
            step=states.KILL_COUPON,
            action=coupons.revoke_coupon,
            id_name="issue_id",
            form=ReasonForm,
            explain=_(
                "A code that nobody has seen goes back to the pool; one that was shown is never "
                "used again. The officer reads the reason."
            ),
            is_grave=True,
        ),
        DeskStep(
            name="give-again",
            label=_("Give a new coupon"),
            step=states.ISSUE_COUPON,
            action=coupons.give_again,
            id_name="issue_id",
            explain=_("Another person than the one who took the coupon back gives the new one."),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        related = rows.select_related(
            "coupon", "officer__user", "course", "enrollment__course__provider", "enrollment__run"
        )
        return related.defer("coupon__code")

    @admin.display(description=_("officer"), ordering="officer__name")
    def of_officer(self, issue: CouponIssue) -> str:
        return str(issue.officer)

    @admin.display(description=_("course"), ordering="course__title")
    def of_course(self, issue: CouponIssue) -> str:
        return str(issue.course)
