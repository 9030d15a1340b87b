"""The desk of rolls: those brought in, where they come from, and the changes they propose."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import forms, roll_forms, roll_policies, roll_states
from accounts.actions import roll_changes, rolls
from accounts.desk import DeskAdmin, DeskStep
from accounts.models import ProposedChange, RollImport, RollSource
from accounts.roll_changes import rows_of


@admin.register(RollSource)
class RollSourceAdmin(DeskAdmin):
    list_display = ("name", "authority", "date_order")
    list_select_related = ("authority",)
    search_fields = ("name",)
    ordering = ("name",)
    editable_fields = ("name", "authority")


@admin.register(RollImport)
class RollImportAdmin(DeskAdmin):
    """A roll is uploaded and its rows are read on the pages of the site; here it is approved."""

    list_display = ("file_name", "source", "state", "uploaded_by", "uploaded_at", "approved_by")
    list_filter = ("state",)
    list_select_related = ("source", "uploaded_by", "approved_by")
    search_fields = ("file_name", "source__name", "=sha256")
    ordering = ("-pk",)
    hidden_fields = ("leased_until", "mapping", "notes")
    readonly_fields = ("rows_link",)
    why_not = staticmethod(roll_policies.why_not_roll)
    steps = (
        DeskStep(
            name="approve",
            label=_("Approve and apply"),
            step=roll_states.APPROVE,
            action=rolls.approve_roll,
            id_name="roll_id",
            explain=_(
                "New officers are added as verified; facts that differ from a record are only "
                "proposed."
            ),
        ),
        DeskStep(
            name="discard",
            label=_("Discard"),
            step=roll_states.DISCARD,
            action=rolls.discard_roll,
            id_name="roll_id",
            explain=_("The file and its rows are deleted."),
            is_grave=True,
        ),
    )

    def rows_link(self, roll: RollImport) -> SafeString:
        return format_html('<a href="{}">{}</a>', roll.get_absolute_url(), _("Show the rows"))

    rows_link.short_description = _("rows")  # type: ignore[attr-defined]


@admin.register(ProposedChange)
class ProposedChangeAdmin(DeskAdmin):
    list_display = ("officer", "roll", "state", "proposed_by", "proposed_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("officer__user", "roll__source", "proposed_by", "decided_by")
    search_fields = ("officer__name__istartswith", "=officer__employee_code")
    ordering = ("-pk",)
    hidden_fields = ("before", "after")
    readonly_fields = ("facts",)
    why_not = staticmethod(roll_policies.why_not_change)
    steps = (
        DeskStep(
            name="accept",
            label=_("Accept"),
            step=roll_states.ACCEPT,
            action=roll_changes.accept_change,
            id_name="change_id",
            form=roll_forms.AcceptChangeForm,
            explain=_("You certify the record as it then stands; the officer is told."),
        ),
        DeskStep(
            name="decline",
            label=_("Decline"),
            step=roll_states.DECLINE,
            action=roll_changes.decline_change,
            id_name="change_id",
            form=forms.ReasonForm,
            explain=_("The record stays as it is; whoever brought in the roll is told."),
        ),
    )

    def facts(self, change: ProposedChange) -> SafeString | str:
        rows = rows_of(change.before, change.after)
        lines: list[Any] = [
            format_html("{}: {} → <strong>{}</strong>", row["name"], row["before"], row["after"])
            for row in rows
        ]
        link = format_html(
            '<a href="{}">{}</a>', reverse("accounts:change", args=[change.pk]), _("Side by side")
        )
        return format_html("{}<br>" * len(lines) + "{}", *lines, link)

    facts.short_description = _("facts")  # type: ignore[attr-defined]
