"""Rates, policy, allotments and delegated limits on the desk: dated rows with their sources."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin
from igot.lib.money import rupees
from reimbursement.models import Allotment, ReferenceRate, ReimbursementPolicy, SanctionLimit


@admin.register(ReferenceRate)
class ReferenceRateAdmin(DeskAdmin):
    list_display = ("on", "currency", "rate", "source")
    list_filter = ("currency",)
    search_fields = ("=on", "source")
    ordering = ("-on",)
    editable_fields = ("currency", "on", "rate", "source")


@admin.register(ReimbursementPolicy)
class ReimbursementPolicyAdmin(DeskAdmin):
    list_display = ("__str__", "method", "markup_admissible", "tax_admissible", "is_verified")
    ordering = ("-effective_from",)
    editable_fields = (
        "effective_from",
        "effective_to",
        "circular_reference",
        "method",
        "markup_admissible",
        "tax_admissible",
        "time_bar_years",
        "limitation_years",
        "oldest_rate_days",
        "rate_tolerance_percent",
        "appeal_to",
        "is_verified",
    )


@admin.register(Allotment)
class AllotmentAdmin(DeskAdmin):
    """The money of a year; what is committed and spent follows from sanctions and payments."""

    list_display = ("financial_year", "head_of_account", "allotted", "committed", "spent", "left")
    ordering = ("-financial_year",)
    editable_fields = (
        "demand_number",
        "major_head",
        "head_of_account",
        "object_head",
        "ddo_name",
        "ddo_code",
        "pao_name",
        "pao_address",
        "pao_code",
        "allotted",
        "needs_ifd_concurrence",
        "order_reference",
        "file_number",
        "series",
        "is_verified",
    )
    add_fields = ("financial_year",)

    @admin.display(description=_("free"))
    def left(self, allotment: Allotment) -> str:
        return rupees(allotment.free)


@admin.register(SanctionLimit)
class SanctionLimitAdmin(DeskAdmin):
    list_display = ("user", "designation", "amount", "effective_from", "effective_to")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    ordering = ("user__name", "-effective_from")
    editable_fields = (
        "amount",
        "effective_from",
        "effective_to",
        "order_reference",
        "designation",
        "telephone",
        "is_under_secretary_or_above",
    )
    add_fields = ("user",)
