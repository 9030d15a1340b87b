"""The filter "eligible for me" of the course list: a reader's own, so kept pages are cut here."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils import timezone

from courses import facts
from igot.lib import cuts

register = template.Library()


@register.simple_tag(takes_context=True)
def eligible_choice(context: template.Context, found: facts.Catalogue) -> str:
    """Show a signed-in officer how many of the courses found are open to him."""

    def part(request: HttpRequest, values: cuts.Values) -> str:
        return _choice(found, request.user)

    request = context["request"]
    places: cuts.Cuts | None = getattr(request, "cuts", None)
    return places.leave(part) if places else _choice(found, request.user)


def _choice(found: facts.Catalogue, user: Any) -> str:
    count = facts.eligible_count(found, user, today=timezone.localdate())
    if count is None:
        return ""
    shown = {"count": count, "is_chosen": found.query.is_eligible}
    return get_template("courses/_eligible_choice.html").render(shown)
