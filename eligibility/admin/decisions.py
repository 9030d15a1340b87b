"""The desk of decisions: to read and, by two persons, to override."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from eligibility import explain_page, policies, states
from eligibility.actions import decisions as actions
from eligibility.forms.overrides import OverrideForm, RemarkForm
from eligibility.models import Decision, OverrideProposal


@admin.register(Decision)
class DecisionAdmin(DeskAdmin):
    list_display = (
        "number",
        "officer",
        "course",
        "commences_on",
        "outcome",
        "is_provisional",
        "is_boundary",
        "is_binding",
        "at",
    )
    list_select_related = ("officer__user", "course")
    list_filter = ("outcome", "is_provisional", "is_boundary", "is_binding")
    search_fields = ("=officer__employee_code", "officer__name", "=course__code")
    ordering = ("-pk",)
    hidden_fields = ("inputs", "findings_data")
    readonly_fields = ("found", "rests_on")
    why_not = staticmethod(policies.why_not)
    steps = (
        DeskStep(
            name="override",
            label=_("Propose override"),
            step=states.PROPOSE_OVERRIDE,
            action=actions.propose_override,
            form=OverrideForm,
            explain=_(
                "You propose to find this officer eligible although the rules do not. A second "
                "person approves or declines it; nobody overrides a decision on themselves."
            ),
            done=_("Proposed. A second person decides on it: %(thing)s."),
        ),
    )
    summary_fields = ("number", "officer", "course", "commences_on", "outcome", "found")
    event_labels = {
        "decision.made": _("Decided"),
        "decision.override_proposed": _("Override proposed"),
        "decision.override_declined": _("Override declined"),
        "decision.overridden": _("Decided by override"),
    }

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).select_related("officer__user", "course", "run")

    @admin.display(description=_("findings"))
    def found(self, decision: Decision) -> SafeString:
        lines = ((f["verdict_label"], f["reason"], f["source"]) for f in decision.findings)
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li><b>{}</b>: {} <i>{}</i></li>", lines)
        )

    @admin.display(description=_("facts decided on"))
    def rests_on(self, decision: Decision) -> SafeString:
        rows = [*explain_page.fact_rows(decision), *explain_page.provenance(decision)]
        lines = ((row["name"], row["value"]) for row in rows)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines))


@admin.register(OverrideProposal)
class OverrideProposalAdmin(DeskAdmin):
    list_display = ("decision", "state", "order_reference", "proposed_by", "proposed_at")
    list_select_related = ("decision__officer__user", "proposed_by")
    list_filter = ("state",)
    search_fields = ("order_reference", "decision__officer__name")
    ordering = ("-pk",)
    why_not = staticmethod(policies.why_not)
    steps = (
        DeskStep(
            name="approve",
            label=_("Approve"),
            step=states.APPROVE_OVERRIDE,
            action=actions.approve_override,
            explain=_("A new decision finds the officer eligible and quotes reason and order."),
        ),
        DeskStep(
            name="decline",
            label=_("Decline"),
            step=states.DECLINE_OVERRIDE,
            action=actions.decline_override,
            form=RemarkForm,
        ),
    )
    summary_fields = ("decision", "reason", "order_reference", "proposed_by", "proposed_at")
