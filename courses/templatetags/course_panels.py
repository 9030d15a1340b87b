"""The parts of a course page that higher apps show a reader: `settings.COURSE_PANELS`."""

from django import template
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from courses import kept_panels
from igot.lib import cuts

register = template.Library()


@register.simple_tag(takes_context=True)
def course_panels(
    context: template.Context, course_pk: int, of: str = "", besides: str = ""
) -> str:
    """Show the panels of a course, those `of` one app, or those `besides` it, to the reader.

    A panel is a function `(course_pk, user, *, today) -> SafeString`, named in COURSE_PANELS. For
    a stranger it is called once and kept with the page: it may show nothing then but what follows
    from the catalogue and the day. For somebody signed in it is kept as far as it says what it
    rests on (`courses.kept_panels`).
    """

    def part(request: HttpRequest, values: cuts.Values) -> str:
        return panels_of(request, course_pk, of, besides)

    request = context["request"]
    found: cuts.Cuts | None = getattr(request, "cuts", None)
    return found.leave(part) if found else panels_of(request, course_pk, of, besides)


def panels_of(request: HttpRequest, course_pk: int, of: str = "", besides: str = "") -> SafeString:
    shown = (
        (panel,)
        for name, panel in kept_panels.panels_for(request, course_pk).items()
        if name.startswith(f"{of}." if of else "")
        and not (besides and name.startswith(f"{besides}."))
    )
    return format_html_join("", "{}", shown)
