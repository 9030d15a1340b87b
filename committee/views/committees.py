"""Who sits on the committee: the public page, and the order that constitutes it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from committee import facts
from committee.models import Committee
from igot.lib.dates import civil_today
from igot.lib.files import send_file

readers = role_required(Role.COMMITTEE_MEMBER, Role.COMMITTEE_SECRETARY, Role.AUDITOR)


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Show the committees in force by designations; names and addresses stay inside."""
    context = {"committees": facts.committees_on(civil_today())}
    return TemplateResponse(request, "committee/about.html", context)


@require_safe
@readers
def order(request: UserRequest, committee_id: int) -> HttpResponseBase:
    committee = get_object_or_404(Committee.objects.visible_to(request.user), pk=committee_id)
    return send_file(committee.order_pdf, name=f"order-{committee.pk}.pdf")
