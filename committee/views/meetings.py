"""Pages of meetings: the list, and one meeting with its agenda."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts.access import UserRequest
from committee.models import Meeting


@require_safe
def meeting_detail(request: UserRequest, meeting_id: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=meeting_id)
    return TemplateResponse(request, "committee/meeting.html", {"meeting": meeting})
