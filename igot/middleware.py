"""Middleware that knows nothing of the apps: stray refusals, and headers Django does not set."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from igot.lib.errors import Refused


class RefusedMiddleware:
    """Show a `Refused` that no view has caught as a page with status 409 and the reason on it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        page = TemplateResponse(request, "409.html", {"reason": str(error)}, status=409)
        return page.render()


class PermissionsPolicyMiddleware:
    """Tell the browser that no page uses camera, microphone, location or payment."""

    policy = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.policy)
        return response
