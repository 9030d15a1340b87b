"""Services that somebody may mean, suggested while a name is typed; nothing personal in it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.service_picker import MOST_OFFERED, ServiceDirectory, groups_of, label_of
from igot.lib.limits import limited
from igot.lib.paging import words_of


@login_not_required
@require_safe
@limited("services", at_most=300, seconds=60, methods=frozenset({"GET"}))
@cache_control(private=True, max_age=300)
def service_suggestions(request: HttpRequest) -> HttpResponse:
    """Answer `?q=` with at most eight services, the likeliest first; two queries."""
    found = ServiceDirectory().suggest(words_of(request), MOST_OFFERED)
    services = [
        {"label": label_of(service), "groups": groups_of(service), "code": service.code}
        for service in found
    ]
    return JsonResponse({"services": services})
