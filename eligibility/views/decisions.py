"""The “Why?” page of a stored decision."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import UserRequest
from accounts.roles import Role
from eligibility import explain_page, representation_policies
from eligibility.models import Decision, Representation

SEE_SWITCHES = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)


@require_safe
def decision(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show a decision with all that it rests on, to those who may see it."""
    decisions = Decision.objects.visible_to(request.user).with_all()
    found = get_object_or_404(decisions, public_id=public_id)
    is_own = found.officer.user_id == request.user.pk
    for_staff = request.user.has_role(*SEE_SWITCHES) and not is_own
    context = {
        "decision": found,
        "is_own": is_own,
        **explain_page.why(found, for_staff=for_staff),
        **explain_page.beside(found),
        "representations": Representation.objects.visible_to(request.user).against(found),
        "may_represent": is_own and not representation_policies.why_not_send(found, request.user),
    }
    return render(request, "eligibility/decision.html", context)
