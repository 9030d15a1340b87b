"""The least that Django does for a page of cards and for a POST, behind the same middleware."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from courses.models import Course
from courses.views.catalogue import CARDS_PER_PAGE


@login_not_required
@require_safe
def card_list(request: HttpRequest) -> HttpResponse:
    """Show as many courses as a page of the catalogue, by one query and one plain template."""
    courses = Course.objects.filter(is_published=True).select_related("institute")
    shown = courses.order_by("code")[:CARDS_PER_PAGE]
    return render(request, "benchmarks/bare_list.html", {"courses": shown})


@require_POST
def post(request: HttpRequest) -> HttpResponse:
    """Answer a POST of somebody logged in, token checked, with a page of one sentence."""
    return render(request, "benchmarks/bare_post.html", {"name": request.user.get_username()})
