"""The public list of institutes."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses import institute_page
from courses.kept_pages import kept_page


@login_not_required
@require_safe
@kept_page()
def institute_list(request: HttpRequest) -> HttpResponse:
    entries = institute_page.listed(today=timezone.localdate())
    return TemplateResponse(request, "courses/institute_list.html", {"entries": entries})
