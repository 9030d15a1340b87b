"""An officer's programmes: what is passed, what is missing, and the letter at the end."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import UserRequest, officer_of
from enrollment import completions
from enrollment.models import ProgrammeCompletion
from igot.lib.files import send_file


@require_safe
def programme_list(request: UserRequest) -> HttpResponse:
    """Show how far one is in each programme in which one has registered for a course."""
    officer = officer_of(request.user)
    found = completions.progress_of(officer, today=timezone.localdate())
    return TemplateResponse(request, "enrollment/programme_list.html", {"programmes": found})


@require_safe
def completion_letter(request: UserRequest, completion_id: int) -> HttpResponseBase:
    """Hand out the letter to whoever may see the completion."""
    rows = ProgrammeCompletion.objects.visible_to(request.user).select_related("document")
    completion = get_object_or_404(rows, pk=completion_id)
    if completion.document is None:
        raise Http404
    return send_file(completion.document.pdf, name=f"{completion.number.replace('/', '-')}.pdf")
