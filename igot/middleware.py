"""Middleware that knows nothing of the apps: stray refusals, and headers Django does not set."""

import errno
import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from igot.lib.errors import Refused

log = logging.getLogger("igot.access")
LARGEST_KEY = 2**63 - 1
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class RefusedMiddleware:
    """Show a `Refused` that no view has caught as a page with status 409 and the reason on it.

    What a view refuses to a signed-in user is logged: who asked for what, and by which rule not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if (
            isinstance(error, Refused | PermissionDenied | Http404)
            and request.user.is_authenticated
        ):
            rule = str(error) or type(error).__name__
            log.warning("refused: user %s, %s %r: %s", *_asked(request), rule)
        if not isinstance(error, Refused):
            return None
        page = TemplateResponse(request, "409.html", {"reason": str(error)}, status=409)
        return page.render()


class NoRoomMiddleware:
    """Say in words that the disk is full, wherever a file that somebody sent could not be kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not (isinstance(error, OSError) and error.errno in NO_ROOM):
            return None
        log.error("no room: user %s, %s %r: %s", *_asked(request), error)
        page = TemplateResponse(request, "507.html", status=507)
        page.headers["Retry-After"] = "3600"
        return page.render()


class KeysMiddleware:
    """Answer 404 to a key that no column can hold: asked of the database it is a fault of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]
    ) -> None:
        if any(isinstance(key, int) and key > LARGEST_KEY for key in kwargs.values()):
            raise Http404("no column holds such a key")


class BodySizeMiddleware:
    """Refuse what is too large by what the browser announces, before any of it is read.

    It stands before everything that looks at a form, else two gigabytes were read to no end.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > settings.MOST_BYTES_SENT:
            log.warning("refused: %s bytes announced on %r", announced, request.path)
            context = {"megabytes": settings.MOST_BYTES_SENT // 1_000_000}
            return TemplateResponse(request, "413.html", context, status=413).render()
        return self.get_response(request)


def _asked(request: HttpRequest) -> tuple[int | None, str | None, str]:
    return request.user.pk, request.method, request.path


class PermissionsPolicyMiddleware:
    """Tell the browser that no page uses camera, microphone, location or payment."""

    policy = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", self.policy)
        return response
