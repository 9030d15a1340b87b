"""The desk: rule sets to draft and approve; decisions to read and, by two persons, override."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from eligibility import actions, facts, policies, reading, states
from eligibility.forms import OverrideForm, RemarkForm
from eligibility.models import (
    AudienceEntry,
    Decision,
    OverrideProposal,
    RuleSet,
    RuleSetVersion,
)
from igot.lib.dates import civil_today

RULES = (
    "effective_from",
    "effective_to",
    "circular_reference",
    "audience_source",
    "audience_source_hi",
    "service_source",
    "service_source_hi",
    "age_source",
    "age_source_hi",
    "service_base",
    "joining_stands_in_for",
    "service_years",
    "service_edge",
    "service_test_date",
    "service_break_policy",
    "age_limit",
    "age_reference_month",
    "age_reference_day",
    "age_mode",
    "treat_cscs_as_css",
    "treat_ut_services_as_state",
    "include_state_police_forest",
)


@admin.register(RuleSet)
class RuleSetAdmin(DeskAdmin):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    ordering = ("code",)
    add_fields = ("code",)
    editable_fields = ("name", "name_hi")


class AudienceInline(DeskInline):
    model = AudienceEntry
    editable_fields = ("family", "service_code", "group", "answer", "source", "source_hi")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_draft(obj) and super().has_change_permission(request, obj)


@admin.register(RuleSetVersion)
class RuleSetVersionAdmin(DeskAdmin):
    """A draft can be edited; an approved version is only read."""

    list_display = ("rule_set", "version", "effective_from", "effective_to", "approved_at")
    list_select_related = ("rule_set",)
    list_filter = ("rule_set",)
    ordering = ("rule_set", "-version")
    inlines = (AudienceInline,)
    add_fields = ("rule_set", "version")
    editable_fields = RULES
    readonly_fields = ("plain_words",)
    why_not = staticmethod(policies.why_not)
    steps = (
        DeskStep(
            name="approve",
            label=_("Approve"),
            step=states.APPROVE_RULES,
            action=actions.approve_rules,
            explain=_(
                "The version is in force from its first day and can never be changed again. "
                "The version before it ends on the day before."
            ),
            is_grave=True,
        ),
    )
    summary_fields = ("rule_set", "version", "effective_from", "plain_words")
    event_labels = {"rulesetversion.approved": _("Approved")}

    @admin.display(description=_("in plain language"))
    def plain_words(self, version: RuleSetVersion) -> SafeString:
        book = facts.rule_book(version)
        year = max(version.effective_from, civil_today()).year
        lines = ((line,) for line in reading.in_plain_words(book, year=year))
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or _is_draft(obj)) and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: RuleSetVersion, form: Any, change: bool
    ) -> None:
        """Remember who drafted last: somebody else has to approve."""
        obj.drafted_by = request.user  # type: ignore[assignment]  # behind the desk: a User
        super().save_model(request, obj, form, change)


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
        lines = ((row["name"], row["value"]) for row in facts.input_rows(decision.inputs))
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


def _is_draft(version: RuleSetVersion | None) -> bool:
    return version is None or version.state == states.VersionState.DRAFT
