"""Pages of the committee's decisions: the public list, and their confirmation by a member."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from courses import forms, policies, states
from courses.actions import decisions as actions
from courses.models import CommitteeDecision
from igot.lib.errors import Refused
from igot.lib.paging import page_of


@login_not_required
@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    decisions = CommitteeDecision.objects.in_force().with_course().latest_first()
    return TemplateResponse(
        request, "courses/decision_list.html", {"page_obj": page_of(request, decisions)}
    )


@role_required(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY)
@require_safe
def committee(request: UserRequest) -> HttpResponse:
    """Show the decisions that await confirmation, and those in force."""
    decisions = CommitteeDecision.objects.visible_to(request.user).with_course()
    awaiting = list(decisions.awaiting_confirmation().latest_first()[:50])
    context = {
        "awaiting": [
            {
                "decision": decision,
                "why_not": policies.why_not(states.CONFIRM, decision, request.user),
            }
            for decision in awaiting
        ],
        "page_obj": page_of(request, decisions.in_force().latest_first()),
        "is_member": request.user.has_role(Role.COMMITTEE_MEMBER),
    }
    return TemplateResponse(request, "courses/committee.html", context)


@role_required(Role.COMMITTEE_MEMBER)
@require_POST
def decision_confirm(request: UserRequest, decision_id: int) -> HttpResponse:
    decision = get_object_or_404(CommitteeDecision.objects.visible_to(request.user), pk=decision_id)
    try:
        actions.confirm_decision(
            decision_id=decision.pk, acting_user=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Decision %(number)s is in force.") % {"number": decision})
    return redirect("courses:committee")


@role_required(Role.COMMITTEE_MEMBER)
def decision_withdraw(request: UserRequest, decision_id: int) -> HttpResponse:
    decisions = CommitteeDecision.objects.visible_to(request.user).with_course()
    decision = get_object_or_404(decisions, pk=decision_id)
    form = forms.WithdrawForm(request.POST or None)
    if form.is_valid():
        try:
            actions.withdraw_decision(
                decision_id=decision.pk,
                reason=form.cleaned_data["reason"],
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Decision %(number)s is withdrawn.") % {"number": decision})
            return redirect("courses:committee")
    context = {"decision": decision, "form": form}
    return TemplateResponse(request, "courses/decision_withdraw.html", context)
