"""Lets a measured request find nothing kept, as the first one after a change of the catalogue."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from courses import kept


class FreshMiddleware:
    """Drop what is kept of the catalogue where a request has the header `X-Fresh`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_X_FRESH" in request.META:
            kept.forget()
        return self.get_response(request)
