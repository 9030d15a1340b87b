"""The parts of a course page that higher apps show a reader: `settings.COURSE_PANELS`."""

from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from igot.lib import cuts

register = template.Library()


@register.simple_tag(takes_context=True)
def course_panels(
    context: template.Context, course_pk: int, of: str = "", besides: str = ""
) -> str:
    """Show the panels of a course, those `of` one app, or those `besides` it, to the reader.

    A panel is a function `(course_pk, user, *, today) -> SafeString`, named in COURSE_PANELS. For
    a stranger it is called once and kept with the page: it may show nothing then but what follows
    from the catalogue and the day.
    """

    def part(request: HttpRequest, values: cuts.Values) -> str:
        return panels_of(course_pk, request.user, of, besides)

    request = context["request"]
    found: cuts.Cuts | None = getattr(request, "cuts", None)
    return found.leave(part) if found else panels_of(course_pk, request.user, of, besides)


def panels_of(course_pk: int, user: Any, of: str = "", besides: str = "") -> SafeString:
    today = timezone.localdate()
    names = [
        name
        for name in settings.COURSE_PANELS
        if name.startswith(f"{of}." if of else "")
        and not (besides and name.startswith(f"{besides}."))
    ]
    panels = ((import_string(name)(course_pk, user, today=today),) for name in names)
    return format_html_join("", "{}", panels)
