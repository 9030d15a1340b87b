"""Reports on the use of codes on the desk, and the cases in which the three accounts differ."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from accounts.models import User
from enrollment import reconciliation_policies as policies
from enrollment import states
from enrollment.actions import cases, usage
from enrollment.admin.files import FileAdmin
from enrollment.forms.coupons import ReasonForm
from enrollment.forms.reconciliation import CloseCaseForm, UsageFileForm
from enrollment.models import ReconciliationCase, UsageReport, UsageReportRow
from igot.lib.dates import civil_date, dmy
from igot.lib.tables import Cell


@admin.register(UsageReport)
class UsageReportAdmin(FileAdmin):
    list_display = ("provider", "as_on", "file_name", "state", "uploaded_by", "uploaded_at")
    list_filter = ("state", "provider")
    list_select_related = ("provider", "uploaded_by")
    search_fields = ("file_name", "=sha256")
    ordering = ("-pk",)
    fields = (
        "provider",
        "as_on",
        "state",
        "problem",
        "rows_link",
        "rows_done",
        "rows_total",
        "applied_to_row",
        "file_name",
        "sha256",
        "uploaded_by",
        "uploaded_at",
        "approved_by",
        "approved_at",
    )
    readonly_fields = ("rows_link",)
    summary_fields = ("provider", "as_on", "file_name", "uploaded_by", "uploaded_at")
    why_not = staticmethod(policies.why_not_usage)
    reader = usage.READER
    file_form = UsageFileForm
    file_explain = _(
        "Codes are found by their digests and not kept. Reading changes nothing: what the report "
        "tells is applied when a second person has approved it."
    )
    row_columns = (
        ("row", _("row")),
        ("ending", _("code ends with")),
        ("redeemed_on", _("redeemed on")),
        ("account", _("redeemed by")),
        ("outcome", _("outcome")),
        ("reason", _("reason")),
    )
    event_labels = {
        "usagereport.brought_in": _("Brought in"),
        "usagereport.read": _("Read"),
        "usagereport.refused": _("Could not be read"),
        "usagereport.stop_asked": _("Stop asked for"),
        "usagereport.stopped": _("Reading stopped"),
        "usagereport.leaks_found": _("Codes found that leaked"),
        "usagereport.approved": _("Approved"),
        "usagereport.applied": _("Applied"),
        "usagereport.discarded": _("Discarded"),
        "usagereport.rows_downloaded": _("Rows downloaded"),
    }
    steps = (
        DeskStep(
            name="approve",
            label=_("Approve and apply"),
            step=states.APPROVE_USAGE,
            action=usage.approve_and_apply,
            id_name="report_id",
            explain=_(
                "The codes that it tells of are marked as redeemed; where our records disagree, a "
                "case is opened."
            ),
        ),
        DeskStep(
            name="discard",
            label=_("Discard"),
            step=states.DISCARD_USAGE,
            action=usage.discard_usage,
            id_name="report_id",
            form=ReasonForm,
            is_grave=True,
        ),
    )

    def bring_in(self, *, form: forms.Form, acting_user: User) -> UsageReport:
        return usage.bring_in_usage(
            provider=form.cleaned_data["provider"],
            as_on=form.cleaned_data["as_on"],
            file=form.cleaned_data["file"],
            acting_user=acting_user,
            at=timezone.now(),
        )

    def row_cells(self, row: UsageReportRow) -> list[Cell]:
        return [
            row.row,
            f"••••{row.ending}" if row.ending else "",
            dmy(row.redeemed_on) if row.redeemed_on else "",
            row.account,
            str(row.get_outcome_display()),
            row.reason,
        ]


class AgeFilter(admin.SimpleListFilter):
    """For how long a case has been open."""

    title = _("open for")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("7", _("more than 7 days")), ("30", _("more than 30 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in ("7", "30"):
            return queryset
        since = timezone.now() - timedelta(days=int(self.value() or 0))
        return queryset.filter(state=states.CaseState.OPEN, opened_at__lt=since)


@admin.register(ReconciliationCase)
class ReconciliationCaseAdmin(DeskAdmin):
    list_display = (
        "kind",
        "code",
        "officer",
        "course",
        "state",
        "opened_at",
        "age",
        "taken_by",
        "reason",
    )
    list_filter = ("state", "kind", AgeFilter, "course", ("taken_by", admin.EmptyFieldListFilter))
    search_fields = ("=coupon__ending", "=enrollment__number", "enrollment__officer__name")
    ordering = ("state", "opened_at", "pk")
    fields = (
        "kind",
        "code",
        "officer",
        "enrollment",
        "course",
        "provider",
        "issued",
        "redeemed",
        "declared",
        "state",
        "opened_at",
        "age",
        "taken_by",
        "closed_at",
        "closed_by",
        "reason",
        "remark",
    )
    readonly_fields = ("code", "officer", "issued", "redeemed", "declared", "age")
    summary_fields = ("kind", "code", "officer", "course", "issued", "redeemed", "age")
    why_not = staticmethod(policies.why_not_case)
    event_labels = {
        "reconciliationcase.opened": _("Opened"),
        "reconciliationcase.taken": _("Taken up"),
        "reconciliationcase.closed": _("Closed"),
        "reconciliationcase.settled": _("Settled by what came later"),
    }
    steps = (
        DeskStep(
            name="take",
            label=_("Take up"),
            step=states.TAKE_CASE,
            action=cases.take_case,
            id_name="case_id",
            in_bulk=True,
        ),
        DeskStep(
            name="close",
            label=_("Close with a reason"),
            step=states.CLOSE_CASE,
            action=cases.close_case,
            id_name="case_id",
            form=CloseCaseForm,
            explain=_("The same facts will not open it again."),
            in_bulk=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).defer("coupon__code")
        return rows.select_related(
            "provider",
            "course",
            "coupon__redemption",
            "issue__declaration",
            "row",
            "taken_by",
            "enrollment__course",
            "enrollment__officer__user",
        )

    @admin.display(description=_("code ends with"), ordering="coupon__ending")
    def code(self, case: ReconciliationCase) -> str:
        return str(case.coupon) if case.coupon else case.ending

    @admin.display(description=_("officer"), ordering="enrollment__officer__name")
    def officer(self, case: ReconciliationCase) -> str:
        return str(case.enrollment.officer) if case.enrollment else "–"

    @admin.display(description=_("days open"), ordering="-opened_at")
    def age(self, case: ReconciliationCase) -> int:
        return case.days_open

    @admin.display(description=_("issued"))
    def issued(self, case: ReconciliationCase) -> str:
        return dmy(civil_date(case.issue.issued_at)) if case.issue else "–"

    @admin.display(description=_("redeemed, as the provider reports"))
    def redeemed(self, case: ReconciliationCase) -> str:
        redemption = getattr(case.coupon, "redemption", None) or case.row
        if redemption is None:
            return "–"
        day = dmy(redemption.redeemed_on) if redemption.redeemed_on else ""
        return ", ".join(part for part in (day, redemption.account) if part)

    @admin.display(description=_("paid, as the officer declares"))
    def declared(self, case: ReconciliationCase) -> str:
        declaration = getattr(case.issue, "declaration", None)
        return dmy(declaration.redeemed_on) if declaration else "–"
