"""Results on the desk: files staged and approved by a second person, and what is on record."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep, user_of
from accounts.models import User
from enrollment import result_policies, result_words, states
from enrollment.actions import result_reversals, result_rows, results
from enrollment.admin.files import FileAdmin
from enrollment.forms.coupons import ReasonForm
from enrollment.forms.results import AsideForm, MatchForm, ResultFileForm, TotalsForm
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
        "problem",
        "rows_link",
        "decided_under",
        "public_from",
        "made_public_at",
        "file_name",
        "sha256",
        "uploaded_by",
        "uploaded_at",
        "approved_by",
        "approved_at",
        "reversed_by",
        "reversed_at",
        "reversal_reason",
    )
    readonly_fields = ("rows_link", "course", "decided_under")
    summary_fields = (
        "run",
        "course",
        "file_name",
        "decided_under",
        "public_from",
        "matched_by_hand",
        "uploaded_by",
        "uploaded_at",
    )
    why_not = staticmethod(result_policies.why_not_results)
    reader = results.RESULT_FILES
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
        ("exam_score", _("score of the examination")),
        ("total", _("weighted total")),
        ("exam_on", _("examined on")),
        ("exam_city", _("city of the examination")),
        ("exam_centre", _("centre of the examination")),
        ("would_pass", _("passes")),
        ("outcome", _("outcome")),
        ("reason", _("reason")),
        ("settled_how", _("settled")),
    )
    event_labels = {
        "resultimport.taken_in": _("File taken in"),
        "resultimport.staged": _("Brought in"),
        "resultimport.refused": _("Could not be read"),
        "resultimport.stop_asked": _("Stop asked for"),
        "resultimport.stopped": _("Reading stopped"),
        "resultimport.rows_put_aside": _("Rows put aside"),
        "resultimport.approved": _("Approved"),
        "resultimport.applied": _("Made public"),
        "resultimport.discarded": _("Discarded"),
        "resultimport.reversed": _("Reversed"),
        "resultimport.rows_downloaded": _("Rows downloaded"),
    }
    steps = (
        DeskStep(
            name="apply",
            label=_("Approve and apply"),
            step=states.APPROVE_IMPORT,
            action=results.apply_results,
            id_name="import_id",
            form=TotalsForm,
            explain=_("Type the totals from the provider's letter, not from this portal."),
        ),
        DeskStep(
            name="aside",
            label=_("Put rows aside"),
            step=result_policies.ASIDE,
            action=result_rows.put_all_aside,
            id_name="import_id",
            form=AsideForm,
            explain=_("The rows that wait for a person with this outcome are not applied."),
        ),
        DeskStep(
            name="publish",
            label=_("Make public now"),
            step=states.PUBLISH_IMPORT,
            action=results.publish_results,
            id_name="import_id",
            explain=_("Registrations move by the results, and the officers are told."),
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
        DeskStep(
            name="reverse",
            label=_("Reverse"),
            step=states.REVERSE_IMPORT,
            action=result_reversals.reverse_import,
            id_name="import_id",
            form=ReasonForm,
            explain=_(
                "None of its results counts any more; the earlier ones count again. Registrations "
                "go back, and certificates that rest on these results are revoked with their "
                "credit points."
            ),
            is_grave=True,
        ),
    )

    def bring_in(self, *, form: forms.Form, acting_user: User) -> ResultImport:
        file = form.cleaned_data["file"]
        return results.stage_results(
            run=form.cleaned_data["run"],
            file_name=file.name,
            file=file,
            public_from=form.cleaned_data["public_from"],
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
            "" if row.exam_score is None else row.exam_score,
            "" if row.total is None else row.total,
            row.exam_on,
            row.exam_city,
            row.exam_centre,
            str(passes),
            str(row.get_outcome_display()),
            row.reason,
            str(row.get_settled_how_display()) if row.settled_how else "",
        ]

    @admin.display(description=_("course"), ordering="run__course__title")
    def course(self, thing: ResultImport) -> str:
        return str(thing.run.course)

    @admin.display(description=_("decided under"))
    def decided_under(self, thing: ResultImport) -> str:
        return result_words.rule_in_words(thing)

    @admin.display(description=_("matched by hand"))
    def matched_by_hand(self, thing: ResultImport) -> str:
        return result_words.matches_in_words(thing)


@admin.register(ResultImportRow)
class ResultImportRowAdmin(DeskAdmin):
    """The queue of rows that a person has to settle; rows that came by themselves are not in it."""

    list_display = ("result_import", "row", "username", "outcome", "enrollment", "settled_how")
    list_filter = ("settled_how", "outcome", "result_import__state")
    list_select_related = ("result_import__run", "enrollment__course")
    search_fields = ("=username", "=enrollment__number")
    ordering = ("-result_import", "row")
    fields = (
        "result_import",
        "row",
        "username",
        "address",
        "online_grade",
        "exam_outcome",
        "exam_score",
        "exam_on",
        "exam_centre",
        "exam_city",
        "outcome",
        "reason",
        "enrollment",
        "settled_how",
        "settled_by",
        "settled_at",
        "settled_reason",
    )
    readonly_fields = ("address",)
    summary_fields = ("result_import", "row", "username", "address", "outcome", "reason")
    why_not = staticmethod(result_policies.why_not_settle)
    event_labels = {
        "resultimportrow.matched": _("Matched by hand"),
        "resultimportrow.put_aside": _("Put aside"),
    }
    steps = (
        DeskStep(
            name="match",
            label=_("Match to a registration"),
            step=result_policies.MATCH,
            action=result_rows.match_row,
            id_name="row_id",
            form=MatchForm,
            explain=_(
                "Only on what the provider writes of the account or the address: names alone "
                "decide nothing. The person who approves the file sees what you matched."
            ),
        ),
        DeskStep(
            name="aside",
            label=_("Put this row aside"),
            step=result_policies.ASIDE,
            action=result_rows.put_row_aside,
            id_name="row_id",
            form=ReasonForm,
            in_bulk=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.for_persons()

    @admin.display(description=_("e-mail address"))
    def address(self, row: ResultImportRow) -> str:
        return str(row.raw.get("email", ""))


@admin.register(Result)
class ResultAdmin(DeskAdmin):
    list_display = (
        "enrollment",
        "attempt",
        "online_grade",
        "exam_outcome",
        "passed",
        "public_at",
        "is_reversed",
    )
    list_filter = ("passed", "exam_outcome", "recorded_at")
    list_select_related = ("enrollment__course", "reversal")
    search_fields = ("=enrollment__number", "enrollment__officer__name")
    ordering = ("-pk",)
    fields = (
        "enrollment",
        "attempt",
        "online_grade",
        "exam_outcome",
        "exam_score",
        "total",
        "passed",
        "decided_under",
        "exam_on",
        "exam_centre",
        "exam_city",
        "import_row",
        "recorded_at",
        "public_at",
        "was_before",
        "is_reversed",
        "why_reversed",
    )
    readonly_fields = ("decided_under", "was_before", "is_reversed", "why_reversed")
    summary_fields = ("enrollment", "attempt", "online_grade", "exam_outcome", "passed")
    why_not = staticmethod(result_policies.why_not_reverse_result)
    event_labels = {
        "result.recorded": _("Recorded"),
        "result.reversed": _("Reversed"),
    }
    steps = (
        DeskStep(
            name="reverse",
            label=_("Reverse"),
            step=states.REVERSE_IMPORT,
            action=result_reversals.reverse_result,
            form=ReasonForm,
            explain=_(
                "The result does not count any more; an earlier one counts again. The "
                "registration goes back, and a certificate that rests on this result is revoked "
                "with its credit points."
            ),
            is_grave=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = Result.every.visible_to(user_of(request)).select_related(
            "enrollment__course", "reversal__reversed_by"
        )
        return rows.order_by(*self.get_ordering(request))

    @admin.display(description=_("decided under"))
    def decided_under(self, result: Result) -> str:
        return result_words.rule_in_words(result)

    @admin.display(description=_("registration before"))
    def was_before(self, result: Result) -> str:
        return str(dict(states.EnrollmentState.choices).get(result.moved_from, "–"))

    @admin.display(description=_("reversed"), boolean=True)
    def is_reversed(self, result: Result) -> bool:
        return hasattr(result, "reversal")

    @admin.display(description=_("why reversed"))
    def why_reversed(self, result: Result) -> str:
        return result.reversal.reason if hasattr(result, "reversal") else "–"
