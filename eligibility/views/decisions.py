"""The page of a stored decision."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import UserRequest
from eligibility import facts
from eligibility.models import Decision


@require_safe
def decision(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Show a decision with all that it rests on, to those who may see it."""
    decisions = Decision.objects.visible_to(request.user).with_all()
    found = get_object_or_404(decisions, public_id=public_id)
    context = {
        "decision": found,
        "rows": facts.input_rows(found.inputs),
        "superseded_by": getattr(found, "superseded_by", None),
        "is_own": found.officer.user_id == request.user.pk,
    }
    return render(request, "eligibility/decision.html", context)
