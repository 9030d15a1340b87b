"""Completed programmes on the desk: who has priority under DFFT, and what completion opens."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep
from enrollment import policies
from enrollment.actions import completions
from enrollment.forms.coupons import ReasonForm
from enrollment.models import CompletionBenefit, ProgrammeCompletion


@admin.register(CompletionBenefit)
class CompletionBenefitAdmin(DeskAdmin):
    list_display = ("programme", "kind", "effective_from", "effective_to", "circular_reference")
    list_select_related = ("programme",)
    search_fields = ("programme__title", "programme__code")
    ordering = ("programme", "kind", "-effective_from")
    add_fields = ("programme", "kind")
    editable_fields = ("text", "text_hi", "effective_from", "effective_to", "circular_reference")


@admin.register(ProgrammeCompletion)
class ProgrammeCompletionAdmin(DeskAdmin):
    list_display = (
        "number",
        "officer",
        "service",
        "programme",
        "completed_on",
        "has_dfft_priority",
        "revoked_at",
    )
    list_filter = (
        "has_dfft_priority",
        "programme",
        ("revoked_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("officer__user", "officer__service", "programme")
    search_fields = ("=number", "officer__name")
    ordering = ("-completed_on", "-pk")
    hidden_fields = ("courses", "benefits")
    readonly_fields = ("courses_passed", "letter")
    summary_fields = ("officer", "programme", "completed_on", "has_dfft_priority")
    why_not = staticmethod(policies.why_not_revoke)
    steps = (
        DeskStep(
            name="revoke",
            label=_("Revoke"),
            step=None,
            action=completions.revoke_completion,
            id_name="completion_id",
            form=ReasonForm,
            explain=_(
                "The letter is shown as revoked from now on, the priority ends, and the officer is "
                "told. It comes again only with a certificate that is verified later."
            ),
            is_grave=True,
        ),
    )
    event_labels = {
        "programme.completed": _("Completed"),
        "programme.revoked": _("Revoked"),
    }

    @admin.display(description=_("service"))
    def service(self, completion: ProgrammeCompletion) -> str:
        return str(completion.officer.service or "–")

    @admin.display(description=_("courses"))
    def courses_passed(self, completion: ProgrammeCompletion) -> str:
        rows: list[dict[str, Any]] = completion.courses
        return "; ".join(f"{row['title']} ({row['completed_on']})" for row in rows)

    @admin.display(description=_("letter"))
    def letter(self, completion: ProgrammeCompletion) -> str | SafeString:
        if completion.document_id is None:
            return str(_("being prepared"))
        url = reverse("enrollment:completion_letter", args=[completion.pk])
        return format_html('<a href="{}">{}</a>', url, completion.number)
