"""What machines read of the catalogue."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from courses import facts


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages of the catalogue for search engines."""
    pages = facts.public_pages()
    context = {
        "pages": [(request.build_absolute_uri(path), changed_on) for path, changed_on in pages]
    }
    return TemplateResponse(request, "courses/sitemap.xml", context, content_type="application/xml")
