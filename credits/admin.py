"""The desk for the ledger: lines are read, or reversed by a further line; thresholds are data."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from credits import actions, policies
from credits.forms import ReversalForm
from credits.models import CreditEntry, CreditThreshold


@admin.register(CreditEntry)
class CreditEntryAdmin(DeskAdmin):
    list_display = ("officer", "points", "kind", "description", "posted_at")
    list_filter = ("kind", "posted_at")
    list_select_related = ("officer__user",)
    search_fields = ("=key", "officer__name", "=officer__employee_code")
    ordering = ("-pk",)
    why_not = staticmethod(policies.why_not_reverse)
    event_labels = {"credits.posted": _("Posted"), "credits.reversed": _("Reversed")}
    steps = (
        DeskStep(
            name="reverse",
            label=_("Reverse"),
            step=None,
            action=actions.reverse_entry,
            id_name="entry_id",
            form=ReversalForm,
            explain=_("A further line takes the points back; this one stays as it is."),
            is_grave=True,
        ),
    )


@admin.register(CreditThreshold)
class CreditThresholdAdmin(DeskAdmin):
    list_display = ("kind", "points", "effective_from", "effective_to", "is_illustrative")
    list_filter = ("kind", "is_illustrative")
    ordering = ("kind", "-effective_from")
    editable_fields = (
        "kind",
        "points",
        "effective_from",
        "effective_to",
        "circular_reference",
        "is_illustrative",
    )
