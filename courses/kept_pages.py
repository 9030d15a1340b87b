"""Pages of the catalogue as ready bytes: rendered once for everybody, cut open for the reader.

A page is rendered for a stranger, whoever asks first, and kept for a version of the catalogue,
a day, an address, a language and a view (text size, contrast). A stranger gets the bytes as they
are; somebody signed in gets them with the parts of his own put in (igot.lib.cuts).
"""

import hashlib
from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_from_request

from courses import kept
from igot.lib import cuts, preferences

View = Callable[..., HttpResponse]
Address = Callable[[HttpRequest], str | None]  # a request's query as it is kept; None: is not
MESSAGES_COOKIE = "messages"
PERSONAL = {"HTTP_COOKIE", "HTTP_AUTHORIZATION", "CSRF_COOKIE", "REMOTE_ADDR", "REMOTE_USER"}


@dataclass
class KeptPage:
    """A page in pieces, and whole as a stranger gets it.

    A page with a nonce is never whole: the nonce is a part too, new in every answer.
    """

    pieces: list[bytes | cuts.Part]
    whole: bytes = b""
    etag: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # of the first answer to a stranger

    @property
    def size(self) -> int:
        return len(self.whole) + sum(len(p) for p in self.pieces if isinstance(p, bytes))

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer whoever asks; who is signed in, or is to be told something, gets his own parts."""
        if not self.whole or request.user.is_authenticated or len(get_messages(request)):
            return HttpResponse(cuts.joined(self.pieces, request))
        response = HttpResponse(self.whole, headers={"ETag": self.etag})
        response.headers["Cache-Control"] = "no-cache"  # a browser keeps it, and always asks
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.kept_page = self  # type: ignore[attr-defined]
        return response

    def answer_again(self) -> HttpResponse:
        """Answer a stranger as the first one was answered, headers and all."""
        return HttpResponse(self.whole, headers=self.headers)


def kept_page(address: Address = lambda request: "") -> Callable[[View], View]:
    """Let a view of a public page be answered from what is kept.

    The view renders a `TemplateResponse` and may look at nothing but the address: it is called
    for a stranger. What a stranger does not find is asked again for the reader, and not kept.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            query = None if settings.DEBUG else address(request)
            page = None if query is None else _page(view, request, query, *args, **kwargs)
            return page.answer(request) if page else view(request, *args, **kwargs)

        return answered

    return decorate


def found_for_stranger(request: HttpRequest) -> HttpResponse | None:
    """Answer before anything is asked about the reader, if the very address is kept."""
    key = key_of(request, request.META.get("QUERY_STRING", ""))
    if kept.latest().pages.get(key) is None:  # the version is not asked for any other page
        return None
    page: KeptPage | None = kept.store_of_today().pages.get(key)
    return page.answer_again() if page and page.headers else None


def learn(response: HttpResponse) -> None:
    """Keep the headers that the middleware gave the first answer to a stranger."""
    page: KeptPage | None = getattr(response, "kept_page", None)
    if page and not response.cookies:
        page.headers = dict(response.headers)


def unless_known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Answer 304 where the browser has just these bytes."""
    etag = response.headers.get("ETag")
    if not etag or "HTTP_IF_NONE_MATCH" not in request.META:
        return response
    return get_conditional_response(request, etag=etag, response=response) or response


def key_of(request: HttpRequest, query: str) -> Hashable:
    """Tell apart what the bytes depend on, besides the version and the day."""
    return (
        request.scheme,
        request.get_host(),
        request.path,
        query,
        get_language_from_request(request),
        preferences.of(request.COOKIES).cookie,
    )


def _page(
    view: View, request: HttpRequest, query: str, *args: Any, **kwargs: Any
) -> KeptPage | None:
    """Return the page that is kept, or make and keep it; None where it is the reader's alone."""
    present = kept.store_of_today()
    key = key_of(request, query)
    page: KeptPage | None = present.pages.get(key)
    if page is not None:
        return page
    try:
        with kept.of_one_version(present):
            page = _made(view, _stranger(request, query), *args, **kwargs)
    except Http404:
        if request.user.is_anonymous:
            raise
        return None
    if page is not None and present.is_of_something:
        present.pages.put(key, page)
    return page


def _made(view: View, stranger: Any, *args: Any, **kwargs: Any) -> KeptPage | None:
    """Render the page for a stranger; None if it is no page, or one that cannot be shared."""
    response = view(stranger, *args, **kwargs)
    if not isinstance(response, TemplateResponse) or response.status_code != 200:
        return None
    pieces = stranger.cuts.pieces(response.render().content)
    stranger.cuts = None
    whole = cuts.joined(pieces, stranger)
    if "CSRF_COOKIE" in stranger.META:  # a form of the page has a token, which is one reader's own
        return None
    if _nonce in pieces:
        return KeptPage(pieces)
    return KeptPage(pieces, whole, f'"{hashlib.sha256(whole).hexdigest()[:32]}"')


def _stranger(request: HttpRequest, query: str) -> Any:
    """Copy `request` as if somebody unknown had made it, at the address `query`."""
    stranger: Any = copy(request)
    for own in (
        "headers",
        "_cached_user",
        "course_panels",
    ):  # what was read of the reader's request
        stranger.__dict__.pop(own, None)
    view = request.COOKIES.get(preferences.COOKIE)
    stranger.META = {name: text for name, text in request.META.items() if name not in PERSONAL}
    stranger.META["QUERY_STRING"] = query
    stranger.method = "GET"
    stranger.GET = QueryDict(query)
    stranger.COOKIES = {preferences.COOKIE: view} if view else {}
    stranger.user = AnonymousUser()
    stranger.session = SessionBase()
    stranger._messages = []
    stranger.cuts = found = cuts.Cuts()
    stranger.csp_nonce = SimpleLazyObject(lambda: found.leave(_nonce))
    return stranger


def _nonce(request: HttpRequest, values: cuts.Values) -> str:
    """Name the part that is the nonce of the answer."""
    return str(request.csp_nonce)  # type: ignore[attr-defined]
