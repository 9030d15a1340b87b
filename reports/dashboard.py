"""The dashboard: what awaits me, and what of mine is under way."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, officer_of
from accounts.roles import STAFF_ROLES, Role
from enrollment.states import LIVE
from reports import awaiting


@require_safe
def dashboard(request: UserRequest) -> HttpResponse:
    """Show each user the dashboard of the roles held; an officer's takes 10 queries at most."""
    context: dict[str, Any] = {"is_staff_member": request.user.has_role(*STAFF_ROLES)}
    if context["is_staff_member"]:
        context["staff_tasks"] = awaiting.staff_tasks(request.user)
    if request.user.has_role(Role.OFFICER):
        context.update(_officer_context(request))
    return TemplateResponse(request, "reports/dashboard.html", context)


def _officer_context(request: UserRequest) -> dict[str, Any]:
    officer = officer_of(request.user)
    enrollments, claims = awaiting.own_enrollments(officer), awaiting.own_claims(officer)
    return {
        "officer": officer,
        "tasks": awaiting.officer_tasks(officer, enrollments, claims),
        "enrollments": [row for row in enrollments if row.state in LIVE],
        "claims": claims,
        "points": awaiting.points_of(officer, timezone.localdate()),
    }
