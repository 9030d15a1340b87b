"""How often one address may ask: counted in the shared cache, answered with a plain page 429."""

import hashlib
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def is_within(scope: str, who: str, *, at_most: int, seconds: int) -> bool:
    """Count one more request of `who` in this window of `seconds`; tell whether it is admitted.

    The window is fixed, so at its edge up to twice `at_most` may pass: enough to stop a script.
    """
    window = int(time.time()) // seconds
    digest = hashlib.sha256(f"{scope}|{who}".encode()).hexdigest()[:32]
    key = f"limit:{digest}:{window}"
    cache.add(key, 0, timeout=seconds + 5)
    try:
        return cache.incr(key) <= at_most
    except ValueError:  # the key has just expired or been culled: this is the first of a new count
        cache.set(key, 1, timeout=seconds + 5)
        return True


def client_address(request: HttpRequest) -> str:
    """Tell the client's address; X-Forwarded-For counts only as far as our own proxies wrote it."""
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return forwarded[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def limited(
    scope: str, *, at_most: int, seconds: int, methods: frozenset[str] = frozenset({"POST"})
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate a view so that one address calls it `at_most` times in `seconds` by `methods`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods and not is_within(
                scope, client_address(request), at_most=at_most, seconds=seconds
            ):
                page = TemplateResponse(request, "429.html", {"seconds": seconds}, status=429)
                page.headers["Retry-After"] = str(seconds)
                return page.render()
            return view(request, *args, **kwargs)

        return counted

    return decorate
