"""What machines read of the catalogue: feeds, calendars, the table, the map of the site."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import sitemap as sitemap_of
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from courses import calendars, catalogue_table, news, sitemaps
from courses.kept import keep
from courses.models import CatalogueVersion, Course
from igot.lib.tables import csv_lines

View = Callable[..., HttpResponseBase]
ICS = "text/calendar; charset=utf-8"


def in_asked_language(view: View) -> View:
    """Answer in the language of `?lang=`: what subscribes has neither cookie nor menu."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(language):
            response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
        return response

    return answered


def answer(request: HttpRequest, body: bytes, content_type: str) -> HttpResponseBase:
    """Answer with `body`, or that it has not changed."""
    response = HttpResponse(body, content_type=content_type)
    return unless_known(request, response, hashlib.sha256(body).hexdigest())


def unless_known(request: HttpRequest, response: HttpResponseBase, digest: str) -> HttpResponseBase:
    """Let everybody keep an answer and ask whether it still holds; 304 where it does."""
    etag = f'"{digest[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, no-cache"
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    # The stubs know no streaming answer here; Django does.
    return get_conditional_response(request, etag=etag, response=response) or response  # type: ignore[arg-type]


@login_not_required
@require_safe
@in_asked_language
def feed(request: HttpRequest, kind: type[news.CatalogueAtom]) -> HttpResponseBase:
    """Tell of new courses and of registrations that close before long."""

    def made() -> tuple[bytes, str]:
        response = kind()(request)
        return response.content, response.headers["Content-Type"]

    key = ("feed", kind, request.scheme, request.get_host(), translation.get_language())
    body, content_type = keep(key, made, today=timezone.localdate())
    return answer(request, body, content_type)


@login_not_required
@require_safe
@in_asked_language
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Give the registration dates of all courses."""
    today = timezone.localdate()
    key = ("calendar", translation.get_language())
    return answer(request, keep(key, lambda: calendars.of_all(today=today), today=today), ICS)


@login_not_required
@require_safe
@in_asked_language
def course_calendar(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give the registration dates of one course."""
    course = get_object_or_404(Course.objects.published(), code=code)
    return answer(request, calendars.of_course(course, today=timezone.localdate()), ICS)


@login_not_required
@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """Give the catalogue as CSV, line by line."""
    today = timezone.localdate()
    lines = csv_lines(catalogue_table.COLUMNS, catalogue_table.rows(today=today))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="igot-courses-{today}.csv"'
    mark = f"{CatalogueVersion.objects.present()} {today} {catalogue_table.COLUMNS}"
    return unless_known(request, response, hashlib.sha256(mark.encode()).hexdigest())


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponseBase:
    """List the public pages of the catalogue for search engines."""
    response = sitemap_of(request, sitemaps.SECTIONS, template_name="courses/sitemap.xml")
    return answer(request, response.render().content, "application/xml")
