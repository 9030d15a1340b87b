"""Answers kept pages of the catalogue before anything is asked about the reader."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from courses import kept, kept_pages


class KeptPagesMiddleware:
    """Give a stranger the kept bytes at once; whoever has a session goes the whole way.

    It stands behind what guards and heads every answer, and before the session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            response = self.get_response(request)
            kept.after_a_write()
            return response
        if not _is_stranger(request):
            return kept_pages.unless_known(request, self.get_response(request))
        found = kept_pages.found_for_stranger(request)
        response = found or self.get_response(request)
        if not found:
            kept_pages.learn(response)
        return kept_pages.unless_known(request, response)


def _is_stranger(request: HttpRequest) -> bool:
    """Say whether the request comes without a session and without a message to be shown."""
    personal = {settings.SESSION_COOKIE_NAME, kept_pages.MESSAGES_COOKIE}
    return personal.isdisjoint(request.COOKIES)
