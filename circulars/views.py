"""Public pages: the archive of circulars, and whether a document is genuine."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


@login_not_required
def verify(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return TemplateResponse(request, "circulars/verify.html", {"public_id": public_id})
