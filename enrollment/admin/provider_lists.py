"""Lists of confirmed officers for providers, what providers answer, and whom they refuse."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.desk import DeskAdmin, DeskStep
from accounts.models import User
from enrollment import list_policies, policies, states
from enrollment.actions import confirmations, provider_answers
from enrollment.admin.files import FileAdmin
from enrollment.forms.provider_lists import AnswerFileForm, ProviderListForm
from enrollment.forms.registrations import ReasonForm
from enrollment.models import (
    ProviderAnswer,
    ProviderAnswerRow,
    ProviderList,
    ProviderListLine,
)
from igot.lib.errors import Refused
from igot.lib.files import send_bytes
from igot.lib.tables import Cell


@admin.register(ProviderList)
class ProviderListAdmin(DeskAdmin):
    list_display = ("number", "provider", "run", "dated_on", "rows", "made_by")
    list_filter = ("provider",)
    list_select_related = ("provider", "run", "made_by")
    search_fields = ("=number",)
    ordering = ("-pk",)
    fields = ("number", "provider", "run", "dated_on", "rows", "sha256", "made_by", "made_at")
    change_list_template = "admin/enrollment/providerlist/change_list.html"
    why_not = staticmethod(policies.why_not_list)
    event_labels = {
        "providerlist.made": gettext_lazy("Made"),
        "providerlist.handed_out": gettext_lazy("Downloaded"),
    }
    steps = (
        DeskStep(
            name="download",
            label=gettext_lazy("Download"),
            step=None,
            action=lambda **given: _download(**given),
            explain=gettext_lazy("The download is recorded. Send the file to the provider only."),
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        make = path(
            "make/", self.admin_site.admin_view(self.make_view), name="enrollment_providerlist_make"
        )
        return [make, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_make = not policies.why_not_list(None, None, cast(User, request.user))
        return super().changelist_view(request, {**(extra_context or {}), "may_make": may_make})

    def make_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for which provider, and make the next list."""
        reason = policies.why_not_list(None, None, cast(User, request.user))
        form = ProviderListForm(request.POST or None)
        if not reason and form.is_valid():
            run = form.cleaned_data["run"]
            try:
                made = confirmations.make_provider_list(
                    provider_id=form.cleaned_data["provider"].pk,
                    run_id=run.pk if run else None,
                    acting_user=cast(User, request.user),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                said = ngettext("%(rows)s officer listed.", "%(rows)s officers listed.", made.rows)
                messages.success(request, said % {"rows": made.rows})
                return HttpResponseRedirect(self.change_url(made))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Make a list for a provider"),
            "form": form,
            "reason": reason,
        }
        page = "admin/enrollment/providerlist/make.html"
        return TemplateResponse(request, page, context, status=403 if reason else 200)


def _download(*, providerlist_id: int, acting_user: User, at: datetime) -> HttpResponse:
    handed = confirmations.hand_out_list(
        providerlist_id=providerlist_id, acting_user=acting_user, at=at
    )
    name = f"{handed.number.replace('/', '-')}-{handed.dated_on:%Y-%m-%d}.csv"
    return send_bytes(bytes(handed.content), name=name)


@admin.register(ProviderAnswer)
class ProviderAnswerAdmin(FileAdmin):
    list_display = ("provider_list", "file_name", "state", "uploaded_by", "uploaded_at")
    list_filter = ("state",)
    list_select_related = ("provider_list", "uploaded_by")
    search_fields = ("=provider_list__number", "file_name", "=sha256")
    ordering = ("-pk",)
    fields = (
        "provider_list",
        "state",
        "rows_link",
        "file_name",
        "sha256",
        "uploaded_by",
        "uploaded_at",
        "applied_by",
        "applied_at",
    )
    readonly_fields = ("rows_link",)
    summary_fields = ("provider_list", "file_name", "uploaded_by", "uploaded_at")
    why_not = staticmethod(list_policies.why_not_answer)
    file_form = AnswerFileForm
    file_explain = gettext_lazy(
        "Nothing changes and nobody is told until you have looked at what the rows became and "
        "applied the answer. Rows that fit no line, or more than one, change nothing."
    )
    row_columns = (
        ("row", gettext_lazy("row")),
        ("line_number", gettext_lazy("line")),
        ("username", gettext_lazy("user name")),
        ("email", gettext_lazy("e-mail address")),
        ("said", gettext_lazy("as the provider says it")),
        ("enrollment", gettext_lazy("registration")),
        ("answer", gettext_lazy("answer")),
        ("remark", gettext_lazy("remark")),
        ("outcome", gettext_lazy("outcome")),
        ("reason", gettext_lazy("reason")),
    )
    event_labels = {
        "provideranswer.staged": gettext_lazy("Brought in"),
        "provideranswer.applied": gettext_lazy("Applied"),
        "provideranswer.discarded": gettext_lazy("Discarded"),
        "provideranswer.rows_downloaded": gettext_lazy("Rows downloaded"),
    }
    steps = (
        DeskStep(
            name="apply",
            label=gettext_lazy("Apply"),
            step=states.APPLY_ANSWER,
            action=provider_answers.apply_answer,
            id_name="answer_id",
            explain=gettext_lazy(
                "The answers stand on their lines. Officers whom the provider does not know or "
                "refuses are told to correct their user names; the next list carries them."
            ),
        ),
        DeskStep(
            name="discard",
            label=gettext_lazy("Discard"),
            step=states.DISCARD_ANSWER,
            action=provider_answers.discard_answer,
            id_name="answer_id",
            form=ReasonForm,
            is_grave=True,
        ),
    )

    def bring_in(self, *, form: forms.Form, acting_user: User) -> ProviderAnswer:
        file = form.cleaned_data["file"]
        return provider_answers.stage_answer(
            list_id=form.cleaned_data["provider_list"].pk,
            file_name=file.name,
            content=file.read(),
            acting_user=acting_user,
            at=timezone.now(),
        )

    def rows_of(self, thing: ProviderAnswer) -> QuerySet[Any]:
        return thing.rows.select_related("line__enrollment__course").order_by("row")

    def row_cells(self, row: ProviderAnswerRow) -> list[Cell]:
        return [
            row.row,
            row.line_number,
            row.username,
            row.email,
            row.said,
            str(row.line.enrollment) if row.line else "",
            str(row.get_answer_display()) if row.answer else "",
            row.remark,
            str(row.get_outcome_display()),
            row.reason,
        ]


class RefusalFilter(admin.SimpleListFilter):
    """Lines that the provider refused, until they are corrected or settled."""

    title = gettext_lazy("refused by the provider")
    parameter_name = "refused"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", gettext_lazy("waits for the officer")),
            ("corrected", gettext_lazy("corrected: goes on the next list")),
        ]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        queues = {"open": rows.refused, "corrected": rows.corrected}
        queue = queues.get(self.value() or "")
        return queue() if queue else rows


@admin.register(ProviderListLine)
class ProviderListLineAdmin(DeskAdmin):
    list_display = (
        "enrollment",
        "name",
        "account",
        "provider_list",
        "answer",
        "remark",
        "answered_at",
        "corrected_at",
    )
    list_filter = (RefusalFilter, "answer", "provider_list__provider")
    list_select_related = (
        "enrollment__officer__user",
        "enrollment__course",
        "enrollment__provider_account",
        "provider_list",
    )
    search_fields = (
        "=enrollment__number",
        "=provider_list__number",
        "=enrollment__provider_account__platform_username",
        "enrollment__officer__name",
    )
    ordering = ("-answered_at", "-pk")
    fields = (
        "registration",
        "name",
        "account",
        "provider_list",
        "is_correction",
        "answer",
        "remark",
        "answered_at",
        "corrected_at",
        "superseded_at",
        "settled_at",
        "settled_by",
        "settled_reason",
    )
    readonly_fields = ("registration", "name", "account")
    summary_fields = ("enrollment", "name", "account", "answer", "remark")
    why_not = staticmethod(list_policies.why_not_settle)
    event_labels = {"providerlistline.settled": gettext_lazy("Settled")}
    steps = (
        DeskStep(
            name="settle",
            label=gettext_lazy("Settle the refusal"),
            step=None,
            action=provider_answers.settle_refusal,
            id_name="line_id",
            form=ReasonForm,
            explain=gettext_lazy(
                "For a refusal that has another cause than the user name. It leaves the queue."
            ),
        ),
    )

    @admin.display(description=gettext_lazy("officer"), ordering="enrollment__officer__name")
    def name(self, line: ProviderListLine) -> str:
        return str(line.enrollment.officer)

    @admin.display(description=gettext_lazy("user name"))
    def account(self, line: ProviderListLine) -> str:
        return str(line.enrollment.provider_account or "–")

    @admin.display(description=gettext_lazy("registration"))
    def registration(self, line: ProviderListLine) -> SafeString:
        url = reverse("admin:enrollment_enrollment_change", args=[line.enrollment_id])
        return format_html('<a href="{}">{}</a>', url, line.enrollment)
