"""The desk of rule sets: versions to draft and approve."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep
from circulars.models import Circular
from eligibility import facts, policies, reading, states
from eligibility.actions import rule_sets as actions
from eligibility.models import AudienceEntry, RuleSet, RuleSetVersion
from igot.lib.dates import civil_today

RULES = (
    "effective_from",
    "effective_to",
    "circular_reference",
    "circular",
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
    "age_relaxation",
    "missing_data",
    "selfpaced_commencement",
    "boundary_to_human",
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
    readonly_fields = ("plain_words", "simulator")
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
    event_labels = {
        "rulesetversion.approved": _("Approved"),
        "rulesetversion.simulated": _("Saved from the simulator"),
    }

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Choose the circular from a list: not everybody at this desk may search the papers."""
        return [name for name in super().get_autocomplete_fields(request) if name != "circular"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        if db_field.name == "circular":
            given["queryset"] = Circular.objects.visible_to(request.user).public().latest_first()
        return super().formfield_for_foreignkey(db_field, request, **given)

    @admin.display(description=_("in plain language"))
    def plain_words(self, version: RuleSetVersion) -> SafeString:
        book = facts.rule_book(version)
        year = max(version.effective_from, civil_today()).year
        lines = ((line,) for line in reading.in_plain_words(book, year=year))
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))

    @admin.display(description=_("simulator"))
    def simulator(self, version: RuleSetVersion) -> SafeString | str:
        """Lead to the page that says who would gain and who would lose."""
        if version.pk is None:
            return "–"
        url = reverse("eligibility:simulator", args=[version.pk])
        return format_html('<a class="desk-button" href="{}">{}</a>', url, _("Simulate"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or _is_draft(obj)) and super().has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: RuleSetVersion, form: Any, change: bool
    ) -> None:
        """Remember who drafted last: somebody else has to approve."""
        obj.drafted_by = request.user  # type: ignore[assignment]  # behind the desk: a User
        super().save_model(request, obj, form, change)


def _is_draft(version: RuleSetVersion | None) -> bool:
    return version is None or version.state == states.VersionState.DRAFT
