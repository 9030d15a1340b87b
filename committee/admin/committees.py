"""The desk of the committee: its order, the terms of its members, rubrics, the checklist."""

from typing import Any

from django.contrib import admin
from django.forms import Script
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskInline, DeskStep, DraftInline, user_of
from accounts.models import User
from accounts.roles import Role
from committee import states
from committee.actions import committees as actions
from committee.forms.desk import OrderForm, SeatForm
from committee.models import Committee, Criterion, Rubric, ScreeningPoint, Seat
from committee.policies import committees as policies


class SeatsInline(DeskInline):
    """The terms of a committee, to be read; each is kept on its own page."""

    model = Seat
    fields = ("user", "kind", "designation", "is_voting", "effective_from", "effective_to")
    readonly_fields = fields
    ordering = ("effective_from", "pk")


@admin.register(Committee)
class CommitteeAdmin(DeskAdmin):
    """A committee as its order constitutes it; quorum and casting vote stay as ordered."""

    list_display = ("title", "order_number", "ordered_on", "quorum", "effective_from")
    search_fields = ("title", "order_number")
    ordering = ("-effective_from", "-pk")
    inlines = (SeatsInline,)
    add_fields = (
        "title",
        "title_hi",
        "order_number",
        "ordered_on",
        "quorum",
        "chair_needed",
        "has_casting_vote",
        "effective_from",
    )
    editable_fields = ("effective_to",)
    hidden_fields = ("order_sha256",)
    readonly_fields = ("order_link",)
    why_not = staticmethod(policies.why_not_order)
    steps = (
        DeskStep(
            name="order",
            label=_("Attach the order"),
            step=policies.ORDER,
            action=actions.attach_order,
            form=OrderForm,
            explain=_("The signed order as PDF. It is shown to members and to the desk only."),
        ),
    )
    event_labels = {"committee.order_attached": _("Order attached")}

    @admin.display(description=_("order"))
    def order_link(self, committee: Committee) -> SafeString | str:
        if not committee.order_pdf:
            return "–"
        url = reverse("committee:order", args=[committee.pk])
        return format_html('<a href="{}">{}</a>', url, committee.order_number)


@admin.register(Seat)
class SeatAdmin(DeskAdmin):
    """A member's term: it begins with an order and is ended by its last day, never changed."""

    form = SeatForm
    list_display = ("user", "kind", "designation", "is_voting", "effective_from", "effective_to")
    list_select_related = ("user", "committee")
    list_filter = ("kind", "is_voting")
    search_fields = ("user__name", "designation", "ministry")
    ordering = ("-effective_from", "-pk")
    add_fields = (
        "committee",
        "user",
        "kind",
        "designation",
        "ministry",
        "is_voting",
        "effective_from",
    )
    editable_fields = ("designation_hi", "effective_to")

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Choose the member from a list: those who hold the role are few."""
        return [name for name in super().get_autocomplete_fields(request) if name != "user"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        if db_field.name == "user":
            given["queryset"] = User.objects.holding(Role.COMMITTEE_MEMBER).order_by("name", "pk")
            given["error_messages"] = {"invalid_choice": policies.not_a_member()}
            given["help_text"] = _("Those who hold the role of a member; the role is given first.")
        return super().formfield_for_foreignkey(db_field, request, **given)


class CriterionInline(DraftInline):
    model = Criterion
    ordering = ("position",)
    editable_fields = ("position", "title", "title_hi", "help_text", "help_text_hi", "weight")

    def is_draft(self, thing: Any) -> bool:
        return _is_draft(thing)


@admin.register(Rubric)
class RubricAdmin(DeskAdmin):
    """A draft is edited with its sum in view; an approved version is only read."""

    list_display = ("title", "code", "version", "standing", "weights")
    ordering = ("code", "-version")
    search_fields = ("title", "code")
    inlines = (CriterionInline,)
    add_fields = ("code",)
    editable_fields = ("title", "title_hi")
    readonly_fields = ("weights",)
    change_form_template = "admin/committee/rubric/change_form.html"
    why_not = staticmethod(policies.why_not_rubric)
    steps = (
        DeskStep(
            name="approve",
            label=_("Approve"),
            step=states.APPROVE_RUBRIC,
            action=actions.approve_rubric,
            explain=_("Members score by it from now on, and it can never be changed again."),
            is_grave=True,
        ),
        DeskStep(
            name="revise",
            label=_("Draft a new version"),
            step=states.REVISE_RUBRIC,
            action=lambda **given: _revise(**given),
            explain=_("The criteria are copied into a draft. This version stays as it is."),
        ),
    )
    event_labels = {
        "rubric.approved": _("Approved"),
        "rubric.drafted": _("Drafted from an approved version"),
        "rubric.loaded": _("Loaded with the portal"),
    }

    class Media:
        js = (Script("js/rubric-sum.js", defer=True),)

    @admin.display(description=_("sum of the weights"))
    def weights(self, rubric: Rubric) -> str:
        total = policies.weight_of(rubric) if rubric.pk else 0
        return policies.why_not_weights(total) or "100"

    @admin.display(description=_("state"))
    def standing(self, rubric: Rubric) -> str:
        return str(rubric.state.label)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or _is_draft(obj)) and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Rubric, form: Any, change: bool) -> None:
        """Remember who drafted last: somebody else has to approve.

        :raises Refused: the rubric was approved while it was being edited
        """
        actions.check_still_draft(obj)
        obj.drafted_by = user_of(request)
        super().save_model(request, obj, form, change)


@admin.register(ScreeningPoint)
class ScreeningPointAdmin(DeskAdmin):
    """A question of the checklist: reworded until it is answered for the first time."""

    list_display = ("position", "text", "is_required", "is_in_use")
    list_display_links = ("text",)
    list_filter = ("is_in_use",)
    ordering = ("position", "pk")
    fields = ("position", "text", "text_hi", "is_required", "is_in_use")
    add_fields = ("text", "text_hi", "is_required")
    editable_fields = ("position", "is_in_use")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        closed = super().get_readonly_fields(request, obj)
        if obj is None or obj.answers.exists():
            return closed
        return [name for name in closed if name not in self.add_fields]


def _revise(**given: Any) -> HttpResponseRedirect:
    """Make the draft and go on to it."""
    draft = actions.revise_rubric(**given)
    return HttpResponseRedirect(reverse("admin:committee_rubric_change", args=[draft.pk]))


def _is_draft(rubric: Rubric | None) -> bool:
    return rubric is None or rubric.approved_at is None
