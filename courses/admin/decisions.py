"""The committee's decisions on the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, DeskStep, user_of
from courses import forms, policies, states
from courses.actions import decisions as actions
from courses.models import CommitteeDecision


@admin.register(CommitteeDecision)
class CommitteeDecisionAdmin(DeskAdmin):
    """The secretary records decisions here; a member confirms them, here or on /committee/."""

    list_display = ("resolution_number", "course", "outcome", "rule_set_code", "state")
    list_filter = ("state", "outcome")
    list_select_related = ("course",)
    search_fields = ("resolution_number", "course__title")
    ordering = ("-valid_from", "resolution_number")
    records_saves = False  # the action writes the audit entry
    add_fields = (
        "resolution_number",
        "decided_on",
        "course",
        "outcome",
        "rule_set_code",
        "audience",
        "audience_hi",
        "fee_ceiling_usd",
        "credit_points",
        "valid_from",
        "valid_to",
        "reasons",
        "reasons_hi",
        "circular",
    )
    why_not = staticmethod(policies.why_not)
    steps = (
        DeskStep(
            name="confirm",
            label=_("Confirm"),
            step=states.CONFIRM,
            action=actions.confirm_decision,
            id_name="decision_id",
            explain=_("From now on the course may be offered on this decision."),
            in_bulk=True,
        ),
        DeskStep(
            name="withdraw",
            label=_("Withdraw"),
            step=states.WITHDRAW,
            action=actions.withdraw_decision,
            id_name="decision_id",
            form=forms.WithdrawForm,
            explain=_("Nobody new can register; who is registered already stays so."),
            is_grave=True,
        ),
    )
    event_labels = {
        "committee_decision.loaded": _("Loaded with the catalogue"),
        "committee_decision.recorded": _("Recorded"),
        "committee_decision.confirmed": _("Confirmed"),
        "committee_decision.adopted": _("Announced by the committee"),
        "committee_decision.circular_named": _("Circular named"),
        "committee_decision.withdrawn": _("Withdrawn"),
    }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and user_of(request).has_role(states.RECORDER)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actions.record_decision(decision=obj, acting_user=user_of(request), at=timezone.now())
