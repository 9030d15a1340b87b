"""The dashboard: what awaits me, and what of mine is under way."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, officer_of
from accounts.models import Officer
from accounts.roles import STAFF_ROLES, Role
from accounts.states import RecordState
from committee.states import PROPOSERS
from eligibility import prospects
from eligibility.outlook import Answer
from eligibility.policies import SCREENING_READERS
from enrollment.exam_demand import DEMAND_READERS
from enrollment.states import LIVE
from igot.lib.dates import civil_today
from reports import awaiting

COURSES_SHOWN = 4  # of the eligibility calendar; its own page has all


@require_safe
def dashboard(request: UserRequest) -> HttpResponse:
    """Show each user the dashboard of the roles held; an officer's takes 13 queries at most."""
    context: dict[str, Any] = {"is_staff_member": request.user.has_role(*STAFF_ROLES)}
    if context["is_staff_member"]:
        context["staff_tasks"] = awaiting.staff_tasks(request.user)
        context["proposes"] = request.user.has_role(*PROPOSERS)
        context["reads_pool"] = request.user.has_role(Role.DEALING_HAND, Role.AUDITOR)
        context["reads_screenings"] = request.user.has_role(*SCREENING_READERS)
        context["reads_demand"] = request.user.has_role(*DEMAND_READERS)
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
        "representations": awaiting.own_representations(officer),
        "points": awaiting.points_of(officer, timezone.localdate()),
        "outlook": _outlook(officer, enrollments),
    }


def _outlook(officer: Officer, enrollments: list[Any]) -> dict[str, Any]:
    """Return the foremost lines of the eligibility calendar, less what is under way already.

    Nothing without a service record.
    """
    if officer.record_state == RecordState.EMPTY:
        return {}
    taken = {(row.course_id, row.run_id) for row in enrollments if row.state in LIVE}
    lines = prospects.without(prospects.of_officer(officer, civil_today()), taken)
    return {
        "lines": prospects.foremost(lines, COURSES_SHOWN),
        "number": prospects.count_of(lines, Answer.YES),
        "total": len(lines),
    }
