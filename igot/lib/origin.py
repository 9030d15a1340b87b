"""Posts of pages that carry no token: taken where the browser says that our own page sent them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

View = Callable[..., HttpResponse]


def is_from_our_page(request: HttpRequest) -> bool:
    """Tell whether the browser names a page of this very host as the sender.

    No page and no script of another site can write these two headers.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def same_origin_or_token(view: View) -> View:
    """Let a page that is the same for everybody post without a token (docs/decisions/0116).

    For what harms nobody only, such as the size of the text. A post that the browser does not
    vouch for needs the token, as everywhere.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view if is_from_our_page(request) else protected
        return answer(request, *args, **kwargs)

    return checked
