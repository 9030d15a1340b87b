"""Results on the desk: files staged and approved by a second person, and what is on record."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from accounts.models import User
from enrollment import pool_policies, states
from enrollment.actions import results
from enrollment.admin.files import FileAdmin
from enrollment.forms.coupons import ReasonForm
from enrollment.forms.results import ResultFileForm, TotalsForm
from enrollment.models import Result, ResultImport, ResultImportRow
from igot.lib.tables import Cell


@admin.register(ResultImport)
class ResultImportAdmin(FileAdmin):
    list_display = ("run", "course", "file_name", "state", "uploaded_by", "uploaded_at")
    list_filter = ("state",)
    list_select_related = ("run__course", "uploaded_by")
    search_fields = ("file_name", "=sha256", "=run__code")
    ordering = ("-pk",)
    fields = (
        "run",
        "course",
        "state",
        "rows_link",
        "file_name",
        "sha256",
        "uploaded_by",
        "uploaded_at",
        "approved_by",
        "approved_at",
    )
    readonly_fields = ("rows_link", "course")
    summary_fields = ("run", "course", "file_name", "uploaded_by", "uploaded_at")
    why_not = staticmethod(pool_policies.why_not_results)
    file_form = ResultFileForm
    file_explain = _(
        "Nothing changes and nobody is told until a second person has approved the file by typing "
        "the totals of the provider's letter."
    )
    row_columns = (
        ("row", _("row")),
        ("username", _("user name")),
        ("enrollment", _("registration")),
        ("online_grade", _("online grade")),
        ("exam_outcome", _("proctored examination")),
        ("would_pass", _("passes")),
        ("outcome", _("outcome")),
        ("reason", _("reason")),
    )
    event_labels = {
        "resultimport.staged": _("Brought in"),
        "resultimport.applied": _("Approved and applied"),
        "resultimport.discarded": _("Discarded"),
        "resultimport.rows_downloaded": _("Rows downloaded"),
    }
    steps = (
        DeskStep(
            name="apply",
            label=_("Approve and apply"),
            step=states.APPLY_IMPORT,
            action=results.apply_results,
            id_name="import_id",
            form=TotalsForm,
            explain=_("Type the totals from the provider's letter, not from this portal."),
        ),
        DeskStep(
            name="discard",
            label=_("Discard"),
            step=states.DISCARD_IMPORT,
            action=results.discard_results,
            id_name="import_id",
            form=ReasonForm,
            is_grave=True,
        ),
    )

    def bring_in(self, *, form: forms.Form, acting_user: User) -> ResultImport:
        file = form.cleaned_data["file"]
        return results.stage_results(
            run=form.cleaned_data["run"],
            file_name=file.name,
            content=file.read(),
            acting_user=acting_user,
            at=timezone.now(),
        )

    def rows_of(self, thing: ResultImport) -> QuerySet[Any]:
        return thing.rows.select_related("enrollment__course").order_by("row")

    def row_cells(self, row: ResultImportRow) -> list[Cell]:
        passes = {True: _("yes"), False: _("no"), None: ""}[row.would_pass]
        return [
            row.row,
            row.username,
            str(row.enrollment or ""),
            "" if row.online_grade is None else row.online_grade,
            str(row.get_exam_outcome_display()) if row.exam_outcome else "",
            str(passes),
            str(row.get_outcome_display()),
            row.reason,
        ]

    @admin.display(description=_("course"), ordering="run__course__title")
    def course(self, thing: ResultImport) -> str:
        return str(thing.run.course)


@admin.register(Result)
class ResultAdmin(DeskAdmin):
    list_display = ("enrollment", "attempt", "online_grade", "exam_outcome", "passed")
    list_filter = ("passed", "exam_outcome", "recorded_at")
    list_select_related = ("enrollment__course",)
    search_fields = ("=enrollment__number", "enrollment__officer__name")
    ordering = ("-pk",)
