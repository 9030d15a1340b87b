"""The desk of rule sets: versions to draft and approve."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Script
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep, DraftInline, user_of
from circulars.models import Circular
from eligibility import facts, policies, reading, states
from eligibility.actions import rule_sets as actions
from eligibility.forms.rule_sets import DraftForm, LineForm, VersionForm
from eligibility.models import AudienceEntry, RuleSet, RuleSetVersion
from eligibility.rules import RuleBook
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


class AudienceInline(DraftInline):
    model = AudienceEntry
    form = LineForm
    editable_fields = ("family", "service_code", "group", "answer", "source", "source_hi")

    def is_draft(self, thing: Any) -> bool:
        return _is_draft(thing)


@admin.register(RuleSetVersion)
class RuleSetVersionAdmin(DeskAdmin):
    """A draft is edited beside its reading in plain language; an approved version only read."""

    form = VersionForm
    list_display = ("rule_set", "version", "effective_from", "effective_to", "approved_at")
    list_select_related = ("rule_set",)
    list_filter = ("rule_set",)
    ordering = ("rule_set", "-version")
    inlines = (AudienceInline,)
    add_fields = ("rule_set", "version")
    editable_fields = RULES
    readonly_fields = ("plain_words", "circular_link", "simulator")
    change_form_template = "admin/eligibility/rulesetversion/change_form.html"
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
        DeskStep(
            name="draft",
            label=_("Draft a new version"),
            step=states.DRAFT_RULES,
            action=lambda **given: _draft(**given),
            form=DraftForm,
            explain=_(
                "The rules and the audience are copied into a draft. Change it there; it decides "
                "nothing until a second person approves it."
            ),
        ),
    )
    summary_fields = ("rule_set", "version", "effective_from", "plain_words")
    event_labels = {
        "rulesetversion.approved": _("Approved"),
        "rulesetversion.simulated": _("Saved from the simulator"),
        "rulesetversion.drafted": _("Drafted from an approved version"),
    }

    class Media:
        js = (Script("js/desk-reading.js", defer=True),)

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Choose the circular from a list: not everybody at this desk may search the papers."""
        return [name for name in super().get_autocomplete_fields(request) if name != "circular"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        if db_field.name == "circular":
            given["queryset"] = Circular.objects.visible_to(request.user).public().latest_first()
        return super().formfield_for_foreignkey(db_field, request, **given)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the stored reading out where the page shows the reading of what is typed."""
        fields = super().get_fields(request, obj)
        is_edited = obj is not None and self.has_change_permission(request, obj)
        return [name for name in fields if not (is_edited and name == "plain_words")]

    @admin.display(description=_("in plain language"))
    def plain_words(self, version: RuleSetVersion) -> SafeString:
        lines = (
            (said.words, f" ({said.source})" if said.source else "")
            for said in reading_of(facts.rule_book(version), version)
        )
        return format_html(
            "<ul>{}</ul>", format_html_join("", "<li>{}<small>{}</small></li>", lines)
        )

    @admin.display(description=_("text of the circular"))
    def circular_link(self, version: RuleSetVersion) -> SafeString | str:
        if version.circular is None:
            return "–"
        url = version.circular.get_absolute_url()
        return format_html('<a href="{}">{}</a>', url, version.circular)

    # --- the reading of what is typed ---------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reading_view)
        return [
            path("reading/", view, name="eligibility_rulesetversion_reading_new"),
            path("<int:pk>/reading/", view, name="eligibility_rulesetversion_reading"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: Any = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Put the reading of the draft, as it is stored, on the page that edits it."""
        version = self.get_object(request, unquote(object_id)) if object_id else None
        context = {**(extra_context or {}), "reading": None}
        if version is None or self.has_change_permission(request, version):
            name = "admin:eligibility_rulesetversion_reading"
            context["reading_url"] = (
                reverse(name, args=[version.pk]) if version else reverse(f"{name}_new")
            )
        if version is not None:
            context["reading"] = reading_of(facts.rule_book(version), version)
        return super().changeform_view(request, object_id, form_url, context)

    def reading_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Read back, in plain language, what the form holds; nothing is stored."""
        version = self.get_object(request, str(pk)) if pk else None
        if pk and version is None:
            raise Http404
        can_change = version is not None and self.has_change_permission(request, version)
        if not (can_change or (version is None and self.has_add_permission(request))):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kind: Any = self.get_form(request, version, change=bool(pk))
        kind.is_read_back = True
        form = kind(request.POST, instance=version)
        form.is_valid()
        formsets, _inlines = self._create_formsets(  # type: ignore[attr-defined]  # the admin's own
            request, form.instance, change=bool(pk)
        )
        context = {
            **self.admin_site.each_context(request),
            **typed(form, formsets[0]),
            "opts": self.opts,
            "title": gettext("The rule set in plain language"),
        }
        part = "_reading" if request.headers.get("X-Requested-With") == "fetch" else "reading"
        return TemplateResponse(request, f"admin/eligibility/rulesetversion/{part}.html", context)

    # --- what may be done, and by whom --------------------------------------------------------

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
        """Remember who drafted last: somebody else has to approve.

        :raises Refused: the version was approved while it was being edited
        """
        actions.check_still_draft(obj)
        obj.drafted_by = user_of(request)
        super().save_model(request, obj, form, change)


def reading_of(book: RuleBook, version: RuleSetVersion) -> list[reading.Said]:
    """Read a version with this year, or that of its first day, as the example."""
    year = max(version.effective_from, civil_today()).year
    names = facts.names_of_services(book)
    return reading.clauses_in_words(book, year=year, services=names)


def typed(form: Any, lines: Any) -> dict[str, Any]:
    """Read the rules that a form holds, as far as they can be read, and list what is wrong."""
    wrong = [
        f"{bound.label}: {error}" for bound in form if bound.errors for error in bound.errors
    ] + list(form.non_field_errors())
    audience = []
    lines.form.is_read_back = True
    for number, line in enumerate(lines.forms, start=1):
        if not line.has_changed() and line.instance.pk is None:
            continue
        is_right = line.is_valid()
        if lines.can_delete and lines._should_delete_form(line):
            continue
        if is_right:
            audience.append(line.instance)
            continue
        where = gettext("Line %(number)s of the audience") % {"number": number}
        wrong += [f"{where}: {error}" for errors in line.errors.values() for error in errors]
    version = form.instance
    try:
        version.clean_fields(exclude=["rule_set", "version", "drafted_by", "approved_by"])
    except ValidationError as invalid:
        for name, errors in invalid.message_dict.items():
            if name in form.fields and name not in form.errors:
                wrong += [f"{form[name].label}: {error}" for error in errors]
        return {"wrong": wrong, "reading": None}
    if version.rule_set_id is None:
        version.rule_set = RuleSet(code="")
    book = facts.rule_book(version, audience=audience)
    return {"wrong": wrong, "reading": reading_of(book, version)}


def _draft(**given: Any) -> HttpResponse:
    """Make the draft and go on to it."""
    draft = actions.draft_version(**given)
    return HttpResponseRedirect(reverse("admin:eligibility_rulesetversion_change", args=[draft.pk]))


def _is_draft(version: RuleSetVersion | None) -> bool:
    return version is None or version.state == states.VersionState.DRAFT
